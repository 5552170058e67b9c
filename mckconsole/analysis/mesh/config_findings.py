"""Findings that both providers make: ids used twice and address ranges shared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.mesh.cidrs import Overlap, Range, find_overlaps
from mckconsole.analysis.mesh.evidence import seen
from mckconsole.analysis.mesh.hints import numbered
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity

_SHOWN = 5
"""Overlaps named per pair of clusters."""


def mesh_finding(
    rule: str,
    severity: Severity,
    where: tuple[str, ObjectRef | None],
    words: tuple[str, str],
    evidence: Sequence[Evidence],
    steps: Sequence[str],
    peers: Sequence[str] = (),
    subject: str = "",
) -> Finding:
    """A finding of the mesh pane; `where` is (cluster, object), `words` (title, detail)."""
    return Finding(
        rule=rule,
        pane="mesh",
        severity=severity,
        cluster=where[0],
        object=where[1],
        title=words[0],
        detail=words[1],
        evidence=tuple(evidence),
        remediation=numbered(steps),
        peers=tuple(sorted(peers)),
        subject=subject,
    )


def duplicate_finding(
    one: tuple[str, str],
    two: tuple[str, str],
    what: str,
    shown: tuple[Evidence, Evidence],
    severity: Severity,
) -> Finding:
    """The finding on two (name, kube-system uid) that share an id."""
    subject = what
    if one[1] and one[1] == two[1]:
        same = f"{one[0]} and {two[0]} are one cluster, listed twice in the inventory (equal uid)."
        title, detail, severity = "one cluster listed twice", same, Severity.INFO
    elif one[1] and two[1]:
        title, detail = f"{what} is used twice", f"{two[0]} uses it too; their uids differ."
    else:
        title = f"{what} is used twice"
        detail = f"{two[0]} uses it too; whether they are one cluster is not known (kube-system)."
        severity = Severity.MEDIUM
    return mesh_finding(
        "MESH-DUPLICATE-ID",
        severity,
        (one[0], shown[0].object),
        (title, detail),
        shown,
        (
            "compare the uid of the namespace kube-system in both contexts",
            "decide which cluster keeps the id, and give the other a new one",
        ),
        (two[0],),
        subject,
    )


def overlap_findings(ranges: Iterator[Range], provider: str) -> Iterator[Finding]:
    """One finding per pair of clusters that share addresses."""
    by_pair: dict[tuple[str, str], list[Overlap]] = {}
    for overlap in find_overlaps(ranges):
        first, second = sorted((overlap.first, overlap.second), key=lambda item: item.cluster)
        by_pair.setdefault((first.cluster, second.cluster), []).append(Overlap(first, second))
    for (name, peer), found in sorted(by_pair.items()):
        shown = [
            seen(item.cluster, item.ref, item.path, item.cidr, item.at)
            for overlap in found[:_SHOWN]
            for item in (overlap.first, overlap.second)
        ]
        words = ", ".join(f"{o.first.cidr} and {o.second.cidr}" for o in found[:_SHOWN])
        more = " and more" if len(found) > _SHOWN else ""
        yield mesh_finding(
            "MESH-CIDR-OVERLAP",
            Severity.CRITICAL,
            (name, found[0].first.ref),
            (f"address ranges overlap with {peer}", f"{provider.capitalize()}: {words}{more}."),
            list(dict.fromkeys(shown)),
            (
                "tell from the evidence which of the ranges is wrong",
                "renumber the smaller cluster"
                + (", or join both with Globalnet" if provider == "submariner" else ""),
            ),
            (peer,),
            provider,
        )
