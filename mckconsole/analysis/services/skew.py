"""SD16: clusters that share services serve different versions or schemas of the MCS API.

Source: mcs-api releases. v0.1 (2020) has conditions without reasons and imports without conditions;
v0.4 adds `ipFamilies`, `internalTrafficPolicy` and `trafficDistribution` to imports; v0.5 serves
v1beta1. What a peer's schema does not know, its API server drops without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mckconsole.analysis.mesh.evidence import derived, seen, server_time
from mckconsole.analysis.mesh.hints import kubectl, numbered
from mckconsole.analysis.services.facts import ClusterReading
from mckconsole.analysis.services.index import bits
from mckconsole.domain.findings import Evidence, Finding, Severity
from mckconsole.domain.snapshot import FleetSnapshot

_TOPICS = ("serviceexports", "serviceimports")
_FIRST = "v1alpha1 of 2020"


@dataclass(frozen=True, slots=True)
class _Schema:
    """How a cluster has the MCS API."""

    words: str
    rank: int
    """Grows with the schema's age."""
    evidence: Evidence


def check_skew(
    fleet: FleetSnapshot, readings: Mapping[str, ClusterReading], circles: Iterable[int]
) -> Iterator[Finding]:
    """A finding for each cluster with an older schema than one it shares services with."""
    names = tuple(fleet.clusters)
    schemas = {name: _schema(fleet, name, readings[name]) for name in names}
    if len({one.rank for one in schemas.values() if one}) < 2:
        return
    together: dict[int, int] = {}
    for circle in circles:
        for number in bits(circle):
            together[number] = together.get(number, 0) | circle
    for number, circle in sorted(together.items()):
        own = schemas[names[number]]
        others = {names[other]: schemas[names[other]] for other in bits(circle)}
        newer = {name: one for name, one in others.items() if own and one and one.rank < own.rank}
        if own and newer:
            yield _finding(fleet, names[number], own, newer)


def _schema(fleet: FleetSnapshot, name: str, reading: ClusterReading) -> _Schema | None:
    cluster = fleet.clusters[name]
    topic = next((view for view in map(cluster.topic, _TOPICS) if view.version), None)
    if topic is None:
        return None
    at = server_time(cluster, topic, fleet.taken_at)
    if reading.signs.first_schema and topic.version == "v1alpha1":
        ref, path = reading.signs.first_schema
        return _Schema(_FIRST, 2, seen(name, ref, path, "(empty)", at))
    what = f"served version of {topic.topic}.multicluster.x-k8s.io"
    rank = 0 if topic.version == "v1beta1" else 1
    return _Schema(topic.version, rank, derived(name, what, topic.version, at))


def _finding(
    fleet: FleetSnapshot, name: str, own: _Schema, newer: Mapping[str, _Schema]
) -> Finding:
    found = ", ".join(f"{peer} {one.words}" for peer, one in sorted(newer.items()))
    crd = "get crd serviceexports.multicluster.x-k8s.io serviceimports.multicluster.x-k8s.io "
    labels = "-L multicluster.x-k8s.io/release-version -L multicluster.x-k8s.io/crd-schema-revision"
    return Finding(
        rule="SD16",
        pane="services",
        severity=Severity.INFO,
        cluster=name,
        object=None,
        title=f"older MCS API than its peers ({own.words})",
        detail=f"It shares services with {found}. Fields and conditions that the newer schema has "
        "are dropped here without a word.",
        evidence=(own.evidence, *(one.evidence for _, one in sorted(newer.items()))),
        remediation=numbered(
            [
                *(kubectl(fleet, one, crd + labels) for one in (name, *sorted(newer))),
                "bring the older cluster's MCS API definitions, and the controller that acts on "
                "them, up to the release of the others",
            ]
        ),
        peers=tuple(sorted(newer)),
        subject="mcs-api",
    )
