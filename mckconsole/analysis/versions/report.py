"""The versions of a fleet: every cluster by itself, and what only shows over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import merge

from mckconsole.analysis.certificates.model import CertificateEntry, CertificatesReport
from mckconsole.analysis.mesh.links import MeshReport
from mckconsole.analysis.notes import finding_order, unknown_order
from mckconsole.analysis.pause import undisturbed
from mckconsole.analysis.versions.blockers import PANE, blocker_findings
from mckconsole.analysis.versions.clients import client_findings
from mckconsole.analysis.versions.ground import in_order
from mckconsole.analysis.versions.held import Held, read_cluster
from mckconsole.analysis.versions.meshskew import (
    MeshGroup,
    mesh_groups,
    mesh_skews,
    skew_findings,
    skew_unknowns,
)
from mckconsole.analysis.versions.model import (
    Blocker,
    ClusterVersions,
    Gravity,
    VersionsReport,
)
from mckconsole.analysis.versions.peers import alike, peer_blockers
from mckconsole.domain.findings import Finding, Unknown
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.support import SupportData

_NO_CERTIFICATES = CertificatesReport()
DATED = 900.0
"""Seconds after which a cluster's evidence is dated anew, one cluster at a time."""


@dataclass(frozen=True, slots=True)
class VersionsMemory:
    """What one analysis leaves to the next; `VersionsMemory()` remembers nothing."""

    clusters: Mapping[str, Held] = field(default_factory=dict)
    data: SupportData | None = None
    groups: tuple[MeshGroup, ...] = ()
    report: VersionsReport | None = None
    entries: tuple[CertificateEntry, ...] = ()
    by_cluster: Mapping[str, tuple[CertificateEntry, ...]] = field(default_factory=dict)
    """The entries, sorted out."""
    peers: Mapping[str, tuple[Blocker, ...]] = field(default_factory=dict)
    """By cluster: what its mesh peers have against its upgrade."""


def analyse_versions(
    fleet: FleetSnapshot,
    data: SupportData,
    mesh: MeshReport,
    memory: VersionsMemory,
    certificates: CertificatesReport = _NO_CERTIFICATES,
) -> tuple[VersionsReport, VersionsMemory]:
    """The versions of every cluster, in the order of the fleet, and what to hand to the next
    analysis. Without any row of `data` nothing is said: it was not asked for.

    Args:
        mesh: which clusters are joined; no two of a mesh are upgraded at a time.
    """
    if not data.calendar:
        return VersionsReport(), VersionsMemory()
    known = memory if memory.data is data else VersionsMemory()
    entries = certificates.entries
    by_cluster = known.by_cluster if known.entries is entries else _sorted_out(entries)
    groups = mesh_groups(mesh, fleet.clusters)
    with undisturbed(True):
        clusters = _read(fleet, data, known.clusters, by_cluster)
        report = known.report
        peers = peer_blockers(_grouped(clusters, groups, {}), mesh.links, fleet.taken_at)
        peers = known.peers if alike(known.peers, peers) else peers
        same = (
            peers is known.peers
            and groups == known.groups
            and list(known.clusters) == list(clusters)
        )
        if (
            report is None
            or not same
            or any(known.clusters[n] is not c for n, c in clusters.items())
        ):
            report = _together(clusters, groups, peers, data)
    return report, VersionsMemory(clusters, data, groups, report, entries, by_cluster, peers)


def _sorted_out(
    entries: Sequence[CertificateEntry],
) -> Mapping[str, tuple[CertificateEntry, ...]]:
    lists: dict[str, list[CertificateEntry]] = {}
    for one in entries:
        lists.setdefault(one.cluster, []).append(one)
    return {name: tuple(each) for name, each in lists.items()}


def _read(
    fleet: FleetSnapshot, data: SupportData, known: Mapping[str, Held],
    certificates: Mapping[str, tuple[CertificateEntry, ...]],
) -> dict[str, Held]:  # fmt: skip
    """Every cluster; of those whose evidence is old, the oldest is dated anew."""
    now = fleet.taken_at
    aged = [name for name, one in known.items() if now - one.at >= DATED]
    oldest = min(aged, key=lambda name: known[name].at, default="")
    return {
        name: read_cluster(
            cluster, data, now, certificates.get(name, ()), known.get(name), anew=name == oldest
        )
        for name, cluster in fleet.clusters.items()
    }


def _together(
    clusters: Mapping[str, Held],
    groups: Sequence[MeshGroup],
    peers: Mapping[str, tuple[Blocker, ...]],
    data: SupportData,
) -> VersionsReport:
    addons = {name: held.versions.addons for name, held in clusters.items()}
    unread = {name: held.hidden for name, held in clusters.items() if held.hidden}
    skews = mesh_skews(groups, addons, unread)
    fleet: list[Finding] = [
        *client_findings([held.observed for held in clusters.values()]),
        *skew_findings(skews, addons),
    ]
    for name, told in peers.items():
        fleet += blocker_findings(name, told, clusters[name].versions.least)
    own = (held.findings for held in clusters.values())
    unknowns: set[Unknown] = {one for held in clusters.values() for one in held.versions.unknowns}
    unknowns.update(skew_unknowns(skews, unread))
    unknowns.update(
        Unknown(PANE, name, one.rule, one.detail)
        for name, told in peers.items()
        for one in told
        if one.gravity is Gravity.UNKNOWN
    )
    return VersionsReport(
        _grouped(clusters, groups, peers),
        tuple(merge(*own, sorted(fleet, key=finding_order), key=finding_order)),
        tuple(sorted(unknowns, key=unknown_order)),
        data.as_of,
    )


def _grouped(
    clusters: Mapping[str, Held],
    groups: Sequence[MeshGroup],
    peers: Mapping[str, tuple[Blocker, ...]],
) -> tuple[ClusterVersions, ...]:
    """What is known of each cluster, with its meshes and what its peers have against an upgrade."""
    member_of = _members(groups)
    return tuple(
        replace(
            held.versions,
            groups=member_of.get(name, ()),
            blockers=in_order((*held.versions.blockers, *peers[name]))
            if name in peers
            else held.versions.blockers,
        )
        for name, held in clusters.items()
    )


def _members(groups: Sequence[MeshGroup]) -> Mapping[str, tuple[str, ...]]:
    """By cluster: the names of its meshes."""
    found: dict[str, tuple[str, ...]] = {}
    for group, name in _named(groups):
        for cluster in group.clusters:
            found[cluster] = (*found.get(cluster, ()), name)
    return found


def _named(groups: Sequence[MeshGroup]) -> Iterator[tuple[MeshGroup, str]]:
    """Each mesh by its add-on, and where a fleet has several of one, by its first cluster too."""
    several = {one.addon for one in groups}
    counts = {addon: sum(one.addon == addon for one in groups) for addon in several}
    for one in groups:
        yield one, one.addon if counts[one.addon] == 1 else f"{one.addon} {one.clusters[0]}"


def with_roles(report: VersionsReport, roles: Mapping[str, tuple[str, ...]]) -> VersionsReport:
    """The report with what each cluster does for others: `Submariner broker`.

    Args:
        roles: by cluster.
    """
    if all(one.roles == roles.get(one.cluster, ()) for one in report.clusters):
        return report
    clusters: tuple[ClusterVersions, ...] = tuple(
        replace(one, roles=roles.get(one.cluster, ())) for one in report.clusters
    )
    return replace(report, clusters=clusters)
