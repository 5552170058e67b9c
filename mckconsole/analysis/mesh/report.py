"""The mesh of a whole fleet: every provider read, settled over time, paired and judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mckconsole.analysis.mesh.absent import absent_links, silent_links
from mckconsole.analysis.mesh.cilium import CiliumDirectory, CiliumMember, find_cilium_members
from mckconsole.analysis.mesh.cilium_checks import check_cilium
from mckconsole.analysis.mesh.cilium_links import cilium_links
from mckconsole.analysis.mesh.consul import consul_links
from mckconsole.analysis.mesh.findings import link_findings
from mckconsole.analysis.mesh.hysteresis import Memory, Recorder, link_subject
from mckconsole.analysis.mesh.istio import istio_links
from mckconsole.analysis.mesh.linkerd import linkerd_links
from mckconsole.analysis.mesh.links import (
    Link,
    LinkState,
    MeshMember,
    MeshProvider,
    MeshReport,
)
from mckconsole.analysis.mesh.members import SubmarinerMember, find_members
from mckconsole.analysis.mesh.membership import Directory, Meshes, join_meshes
from mckconsole.analysis.mesh.pairs import pair_links
from mckconsole.analysis.mesh.routeagents import RouteAgents
from mckconsole.analysis.mesh.submariner import Context, connection_links
from mckconsole.analysis.mesh.submariner_checks import check_submariner
from mckconsole.analysis.mesh.submariner_metrics import TunnelMetrics
from mckconsole.analysis.mesh.unread import mesh_unknowns
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.analysis.unread import cluster_reason, unread_reason
from mckconsole.domain.findings import Finding, Unknown
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import Transition

_NOT_IN_FLEET = "not in this fleet"


@dataclass(frozen=True, slots=True)
class MeshAnalysis:
    """What the mesh part of an analysis comes to."""

    report: MeshReport
    findings: tuple[Finding, ...]
    unknowns: tuple[Unknown, ...]
    memory: Memory
    transitions: tuple[Transition, ...]


def analyse_mesh(fleet: FleetSnapshot, limits: Thresholds, memory: Memory) -> MeshAnalysis:
    """Judge every link of the fleet."""
    recorder = Recorder(memory, fleet.taken_at)
    members = find_members(fleet, limits)
    directory = Directory(fleet, members)
    meshes = join_meshes(fleet, members, directory)
    cilium = find_cilium_members(fleet)
    names = CiliumDirectory(cilium, directory.twins, fleet)
    others = [
        *linkerd_links(fleet, limits),
        *istio_links(fleet, recorder, limits),
        *consul_links(fleet, limits),
    ]
    raw = [
        *_submariner_links(fleet, members, directory, meshes, recorder, limits),
        *_cilium_links(fleet, cilium, names, recorder, limits),
        *others,
    ]
    settled = [recorder.settle(link, limits) for link in raw]
    dated = sorted(_with_history(fleet, settled), key=lambda link: link.key)
    links, pairs = pair_links(dated, recorder, limits)
    findings = [
        *link_findings(fleet, links, pairs),
        *check_submariner(members, directory, meshes, recorder, limits),
        *check_cilium(cilium, names, directory.twins),
    ]
    after, transitions = recorder.finish()
    joined = (*_members(members, cilium), *_other_members(fleet, others))
    report = MeshReport(tuple(links), tuple(pairs), joined)
    unknowns = mesh_unknowns(fleet, members, cilium, others)
    return MeshAnalysis(report, tuple(findings), tuple(unknowns), after, transitions)


def _submariner_links(
    fleet: FleetSnapshot,
    members: Sequence[SubmarinerMember],
    directory: Directory,
    meshes: Meshes,
    recorder: Recorder,
    limits: Thresholds,
) -> Iterator[Link]:
    by_name = {member.name: member for member in members}
    seen: list[Link] = []
    for member in members:
        context = Context(
            member,
            directory,
            recorder,
            limits,
            TunnelMetrics(member.cluster, member.mesh_id, limits),
            RouteAgents(member.cluster, fleet.taken_at),
        )
        connected = list(connection_links(context))
        seen += connected
        seen += absent_links(context, meshes, by_name, connected)
    yield from seen
    for name, peers in meshes.fellows.items():
        if name not in by_name:
            why = _why_silent(fleet, name, "gateways")
            yield from silent_links(name, peers, why, recorder)
    yield from _from_outside(seen, directory, recorder)


def _from_outside(
    links: Sequence[Link], directory: Directory, recorder: Recorder
) -> Iterator[Link]:
    """The views of clusters that are not in the fleet, which nobody can read."""
    unread = directory.unread
    why = f"{_NOT_IN_FLEET}, or one of the unread: {', '.join(unread)}" if unread else _NOT_IN_FLEET
    done: set[tuple[str, str]] = set()
    for link in links:
        way = (link.key.target, link.key.source)
        if not link.in_fleet and way not in done:
            done.add(way)
            yield from silent_links(link.key.target, [link.key.source], why, recorder)


def _cilium_links(
    fleet: FleetSnapshot,
    members: Sequence[CiliumMember],
    names: CiliumDirectory,
    recorder: Recorder,
    limits: Thresholds,
) -> Iterator[Link]:
    measured = {member.name for member in members}
    for member in members:
        for link in cilium_links(member, names, recorder, limits):
            yield link
            if link.key.target not in measured:
                back = replace(link.key, source=link.key.target, target=link.key.source)
                why = _NOT_IN_FLEET
                if link.in_fleet:
                    why = _why_silent(fleet, back.source, "cilium-config")
                yield Link(back, LinkState.UNKNOWN, None, why, "unread")


def _why_silent(fleet: FleetSnapshot, name: str, topic: str) -> str:
    """Why a cluster of the fleet says nothing of its mesh: itself, or the topic that would."""
    cluster = fleet.clusters[name]
    if cluster.state.readable:
        return unread_reason(cluster.topic(topic))
    return cluster_reason(cluster)


def _with_history(fleet: FleetSnapshot, links: Sequence[Link]) -> Iterator[Link]:
    """Fill in `since` from the transitions that the store remembers."""
    last = {
        transition.subject: transition
        for cluster in fleet.clusters.values()
        for transition in cluster.history
        if transition.subject.startswith("link ")
    }
    for link in links:
        known = last.get(link_subject(link.key)) if last and link.since is None else None
        if known and known.after == link.state.value:
            link = replace(link, since=known.at)
        yield link


def _members(
    submariner: Sequence[SubmarinerMember], cilium: Sequence[CiliumMember]
) -> Iterator[MeshMember]:
    for member in submariner:
        reason = "" if member.mesh_id else f"gateways {member.topic.state}: {member.topic.reason}"
        yield MeshMember(MeshProvider.SUBMARINER, member.name, member.mesh_id, reason)
    for other in cilium:
        topic = other.cluster.topic("cilium-config")
        reason = "" if other.config else f"cilium-config {topic.state}: {topic.reason}"
        yield MeshMember(MeshProvider.CILIUM, other.name, other.mesh_name, reason)


def _other_members(fleet: FleetSnapshot, links: Sequence[Link]) -> Iterator[MeshMember]:
    """Clusters at either end of a link whose mesh knows clusters only by others' names."""
    ends = {
        (link.key.provider, name) for link in links for name in (link.key.source, link.key.target)
    }
    for provider, name in sorted(ends):
        if name in fleet.clusters:
            why = f"{provider.value.capitalize()} gives a cluster no name of its own"
            yield MeshMember(provider, name, "", why)
