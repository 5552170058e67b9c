"""UB14: custom kinds that may still be stored in a version that their add-on leaves behind.

`status.storedVersions` has every version that objects were ever written in; none of them can be
taken out of a CustomResourceDefinition while it stands there (apiextensions-apiserver validation:
"must appear in spec.versions"). So the next release of the add-on, which has the version no more,
cannot be installed. Kubernetes itself does not care: it is a warning in the phase of the add-ons,
and stops whoever must upgrade the add-on first.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from mckconsole.analysis.mesh.evidence import ref_of, seen, server_time
from mckconsole.analysis.mesh.hints import kubectl_on, numbered
from mckconsole.analysis.unread import unread_reason, without_age
from mckconsole.analysis.versions.model import Blocker, Gravity, Phase
from mckconsole.analysis.versions.removals import deprecated, removal_of
from mckconsole.domain.certificates import CrdConversion
from mckconsole.domain.findings import Unknown
from mckconsole.domain.objects import Key
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.support import SupportData

TOPIC = "crd-conversions"
RULE = "UB14"


def crd_blockers(
    cluster: ClusterSnapshot, data: SupportData, taken_at: float
) -> tuple[Blocker, ...]:
    """Custom kinds with a stored version that is deprecated or not served, one for each.

    Args:
        taken_at: Unix seconds of the snapshot, console clock.
    """
    found = cluster.objects(TOPIC, CrdConversion)
    made = (_blocker(cluster, data, key, found[key], taken_at) for key in sorted(found))
    return tuple(one for one in made if one is not None)


def crd_unknowns(cluster: ClusterSnapshot) -> tuple[Unknown, ...]:
    """Why it is not known whether there are any."""
    view = cluster.topic(TOPIC)
    if view.conclusive:
        return ()
    return (Unknown("versions", cluster.name, RULE, without_age(unread_reason(view))),)


def _blocker(
    cluster: ClusterSnapshot, data: SupportData, key: Key, crd: CrdConversion, taken_at: float
) -> Blocker | None:
    left = dict(_left_behind(data, crd))
    if not left:
        return None
    ref = ref_of(cluster, TOPIC, key)
    at = server_time(cluster, cluster.topic(TOPIC), taken_at)
    words = ", ".join(f"{version} ({why})" for version, why in left.items())
    stored = ", ".join(crd.status.stored_versions)
    return Blocker(
        RULE,
        Gravity.WARN,
        Phase.ADDONS_FIRST,
        f"{crd.metadata.name} may be stored in {', '.join(left)}",
        f"status.storedVersions of {crd.metadata.name} has {words}. A release of its add-on "
        "without that version cannot be installed before objects are written anew.",
        _remedy(cluster, crd, [one for one in crd.status.stored_versions if one not in left]),
        ref,
        ", ".join(left),
        None,
        (
            seen(cluster.name, ref, "status.storedVersions", stored, at),
            seen(cluster.name, ref, "spec.versions", _shown(crd), at),
        ),
    )


def _left_behind(data: SupportData, crd: CrdConversion) -> Iterator[tuple[str, str]]:
    """Stored versions that the add-on is leaving, and why one may think so. That in which objects
    are written now is none: its successor comes first."""
    known = {one.name: one for one in crd.spec.versions}
    for name in dict.fromkeys(crd.status.stored_versions):
        one = known.get(name)
        row = removal_of(data, crd.spec.group, name, crd.spec.names.kind)
        if one is not None and one.storage:
            continue
        if one is None:
            yield name, "not among its versions"
        elif not one.served:
            yield name, "not served any more"
        elif one.deprecated:
            yield name, f"deprecated: {one.deprecation_warning}".removesuffix(": ")
        elif row is not None and deprecated(row):
            end = f"gone in {row.component} {row.removed_in}" if row.removed_in else "deprecated"
            yield name, end


def _shown(crd: CrdConversion) -> str:
    """`v1 (served, storage), v1alpha1 (deprecated)`."""
    parts = []
    for one in crd.spec.versions:
        marks = [name for name in ("served", "storage", "deprecated") if getattr(one, name)]
        parts.append(f"{one.name} ({', '.join(marks) or 'not served'})")
    return ", ".join(parts)


def _remedy(cluster: ClusterSnapshot, crd: CrdConversion, kept: list[str]) -> str:
    """How objects are written anew; a version that nothing is stored in is taken out by hand."""
    storage = next((one.name for one in crd.spec.versions if one.storage), "")
    names = crd.spec.names
    if not storage:
        return kubectl_on(cluster.context, f"get crd {shlex.quote(crd.metadata.name)} -o yaml")
    resource = shlex.quote(f"{names.plural}.{storage}.{crd.spec.group}")
    listing = ",".join(f'"{one}"' for one in dict.fromkeys([*kept, storage]))
    patch = shlex.quote(f'{{"status":{{"storedVersions":[{listing}]}}}}')
    again = kubectl_on(cluster.context, "replace -f -")
    return numbered(
        (
            f"{kubectl_on(cluster.context, f'get {resource} -A -o json')} | {again}",
            kubectl_on(
                cluster.context,
                f"patch crd {shlex.quote(crd.metadata.name)} --subresource=status --type=merge "
                f"-p {patch}",
            ),
        )
    )
