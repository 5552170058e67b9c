"""Versions of mesh components, and which clusters are too far apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mckconsole.analysis.mesh.hints import numbered
from mckconsole.domain.findings import Evidence, Finding, Severity

_VERSION = re.compile(r"v?(\d{1,4})\.(\d{1,4})(\.\d+)?([-+].*)?$")

Minor = tuple[int, int]


def minor_of(text: str) -> Minor | None:
    """(major, minor) of a version or an image reference with a version tag, else None."""
    without_digest = text.split("@", 1)[0]
    tag = without_digest.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
    found = _VERSION.match(tag)
    return (int(found[1]), int(found[2])) if found else None


def skew(versions: Mapping[str, tuple[Minor, Evidence]], component: str) -> Iterator[Finding]:
    """A finding for every cluster more than one minor release behind the newest."""
    if not versions:
        return
    newest = max(versions, key=lambda name: (versions[name][0], name))
    (major, minor), proof = versions[newest]
    for name, ((own_major, own_minor), shown) in sorted(versions.items()):
        if own_major == major and minor - own_minor <= 1:
            continue
        yield Finding(
            rule="MESH-VERSION-SKEW",
            pane="mesh",
            severity=Severity.MEDIUM,
            cluster=name,
            object=shown.object,
            title=f"{component} {own_major}.{own_minor}, the mesh has {major}.{minor}",
            detail=f"{newest} runs {major}.{minor}: more than one minor release apart.",
            evidence=(shown, proof),
            remediation=numbered(
                (
                    "read the upgrade notes between the two releases",
                    "bring the older cluster up, one minor release at a time",
                )
            ),
            peers=(newest,),
            subject=component,
        )
