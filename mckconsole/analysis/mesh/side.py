"""One direction of a tunnel in detail: gateway, connection, traffic, and what its nodes say.

Read from the same snapshot as the links, for people to look at. It judges nothing: states, reasons
and round trips are the link's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mckconsole.analysis.mesh.cilium import OTHER_NAME, CiliumMember, member_of, why_unmeasured
from mckconsole.analysis.mesh.gateways import GatewayView, view_gateways
from mckconsole.analysis.mesh.links import Link, MeshProvider, MeshReport
from mckconsole.analysis.mesh.routeagents import RouteAgents
from mckconsole.analysis.mesh.submariner import family
from mckconsole.analysis.mesh.submariner_metrics import (
    DRIVER_VIEW,
    REQUESTED,
    RX,
    TX,
    TunnelMetrics,
)
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.analysis.unread import unread_reason
from mckconsole.domain.mesh import Connection
from mckconsole.domain.metrics import QUERIES, MetricState, MetricVector, Sample
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot

RATE_WINDOW = next(query.window for query in QUERIES if query.metric == RX)
"""Seconds over which the growth of a counter is asked."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One number from Prometheus, or why there is none."""

    value: float | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Nodes:
    """How many nodes of the source reach the peer, as their route agents say."""

    failing: int = 0
    total: int = 0
    why_unknown: str = ""
    """Why this is not all of them."""


@dataclass(frozen=True, slots=True)
class SubmarinerSide:
    """What the source's gateway and its metrics say of one tunnel."""

    gateway: GatewayView | None
    """The object that the link was read from."""
    connection: Connection | None
    received: Measure
    """Bytes per second."""
    sent: Measure
    driver_says: tuple[str, ...]
    """Statuses that the cable driver's metric carries; it never takes one back."""
    operator_says: tuple[str, ...]
    """Statuses that the operator's metric carries."""
    nodes: Nodes


@dataclass(frozen=True, slots=True)
class CiliumSide:
    """What the source's agents say of one remote cluster."""

    ready: int
    agents: int
    """Agents with a current sample."""
    why_unmeasured: str
    """Why there is none; empty when there are some."""
    copy_ready: bool | None
    """Whether KVStoreMesh reaches the peer; None when nothing current says so."""
    runs_copy: bool
    """Whether the source runs KVStoreMesh."""
    failures: Measure
    """Within five minutes, of all agents."""


def submariner_side(
    fleet: FleetSnapshot, link: Link, mesh: MeshReport, limits: Thresholds
) -> SubmarinerSide | None:
    """The source's side of a Submariner link; None when the source is not in the fleet."""
    cluster = fleet.clusters.get(link.key.source)
    if cluster is None:
        return None
    view = _gateway(cluster, link, fleet.taken_at)
    connection = _connection(view, link)
    ids = {(m.provider, m.cluster): m.mesh_id for m in mesh.members}
    own_id = ids.get((link.key.provider, link.key.source), "")
    peer = connection.endpoint.cluster_id if connection else ""
    peer = peer or ids.get((link.key.provider, link.key.target), "") or link.key.target
    host = view.gateway.status.local_endpoint.hostname if view else ""
    ends = (peer, host, connection.endpoint.hostname if connection else "")
    metrics = TunnelMetrics(cluster, own_id, limits)
    return SubmarinerSide(
        gateway=view,
        connection=connection,
        received=_rate(metrics, RX, ends),
        sent=_rate(metrics, TX, ends),
        driver_says=_statuses(metrics.samples(DRIVER_VIEW, *ends)),
        operator_says=_statuses(metrics.samples(REQUESTED, *ends)),
        nodes=_nodes(cluster, fleet.taken_at, peer),
    )


def _gateway(cluster: ClusterSnapshot, link: Link, taken_at: float) -> GatewayView | None:
    views = view_gateways(cluster, taken_at)
    return next((view for view in views if view.ref == link.object), None)


def _connection(view: GatewayView | None, link: Link) -> Connection | None:
    """The gateway's entry for the link, by its cable and the family of the address in use."""
    for connection in view.gateway.status.connections if view and link.key.cable else ():
        same = connection.endpoint.cable_name == link.key.cable
        if same and family(connection) == link.key.family:
            return connection
    return None


def _rate(metrics: TunnelMetrics, metric: str, ends: tuple[str, str, str]) -> Measure:
    samples = metrics.samples(metric, *ends)
    values = [sample.value for sample in samples if math.isfinite(sample.value)]
    if values:
        return Measure(max(sum(values), 0.0) / RATE_WINDOW)
    return Measure(None, _why_nothing(metrics.vector(metric)))


def _why_nothing(vector: MetricVector) -> str:
    if vector.state is MetricState.FRESH:
        return "no current series for this tunnel"
    return vector.reason or vector.state.value


def _statuses(samples: Sequence[Sample]) -> tuple[str, ...]:
    said = {s.labels.get("status", "") for s in samples if s.value > 0}
    return tuple(sorted(status for status in said if status))


def _nodes(cluster: ClusterSnapshot, taken_at: float, peer: str) -> Nodes:
    topic = cluster.topic("routeagents")
    agents = RouteAgents(cluster, taken_at)
    share = agents.errors(peer)
    why = "" if topic.complete else unread_reason(topic)
    return Nodes(share.failing if share else 0, agents.total(peer), why)


def cilium_side(
    fleet: FleetSnapshot, link: Link, mesh: MeshReport, limits: Thresholds
) -> CiliumSide | None:
    """The source's side of a Cilium link; None when the source says nothing of a cluster mesh."""
    cluster = fleet.clusters.get(link.key.source)
    member = member_of(cluster, fleet.taken_at) if cluster else None
    if member is None:
        return None
    ids = {(m.provider, m.cluster): m.mesh_id for m in mesh.members}
    target = ids.get((MeshProvider.CILIUM, link.key.target)) or link.key.target.removesuffix(
        OTHER_NAME
    )
    asked = member.readiness.asked_at or fleet.taken_at
    agents = _current(member, "cilium-readiness", target, asked, limits)
    copies = _current(member, "kvstoremesh-readiness", target, asked, limits)
    growth = _current(member, "cilium-failures-growth", target, asked, limits)
    values = [sample.value for sample in growth if math.isfinite(sample.value)]
    vector = member.cluster.metrics.get("cilium-failures-growth")
    return CiliumSide(
        ready=sum(sample.value >= 1 for sample in agents),
        agents=len(agents),
        why_unmeasured="" if agents else _why_none(member, target),
        copy_ready=all(sample.value >= 1 for sample in copies) if copies else None,
        runs_copy=member.kvstoremesh,
        failures=Measure(max(sum(values), 0.0)) if values else Measure(None, _why_nothing(vector)),
    )


def _why_none(member: CiliumMember, target: str) -> str:
    if member.samples.get(("cilium-readiness", target)):
        return "no current sample"
    return why_unmeasured(member)


def _current(
    member: CiliumMember, query: str, target: str, asked: float, limits: Thresholds
) -> list[Sample]:
    samples = member.samples.get((query, target), ())
    return [sample for sample in samples if asked - sample.at <= limits.sample_stale]
