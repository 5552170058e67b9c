"""Which clusters of the fleet are members of a Submariner mesh, and what each says of itself.

A member is known by Submariner's cluster id, whichever object or metric tells it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from mckconsole.analysis.mesh.gateways import (
    GatewayView,
    Leadership,
    find_leader,
    view_gateways,
)
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.domain.core import Namespace
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.mesh import EndpointSpec, Submariner, SubmarinerCluster, SubmarinerEndpoint
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot, TopicView
from mckconsole.domain.states import TopicState

BROKER_NAMESPACE = "submariner-k8s-broker"


@dataclass(frozen=True, slots=True)
class EndpointCopy:
    """An Endpoint object of a cluster: its own or its copy of another's."""

    ref: ObjectRef
    spec: EndpointSpec


@dataclass(frozen=True)
class SubmarinerMember:
    """A cluster of the fleet that runs Submariner, or may."""

    cluster: ClusterSnapshot
    mesh_id: str
    """Empty when it cannot be read."""
    topic: TopicView
    """The gateways."""
    leadership: Leadership
    settings: Submariner | None
    settings_ref: ObjectRef | None
    own: tuple[EndpointCopy, ...]
    """Endpoints that it publishes."""
    copies: Mapping[str, tuple[EndpointCopy, ...]]
    """Its copies of other clusters' Endpoints, by cluster id."""
    ranges: SubmarinerCluster | None
    """Its own Cluster object."""

    @property
    def name(self) -> str:
        """The fleet's name for it."""
        return self.cluster.name

    @property
    def readable(self) -> bool:
        """Whether its gateways can be judged at all."""
        return self.topic.state is TopicState.FRESH

    @property
    def active(self) -> GatewayView | None:
        """The gateway that speaks for it."""
        return self.leadership.active

    @property
    def health_check_off(self) -> bool:
        """Whether its operator is told to run no pinger."""
        check = self.settings.spec.connection_health_check if self.settings else None
        return check is not None and not check.enabled

    @cached_property
    def cables(self) -> frozenset[str]:
        """Names of its own ends."""
        names = {copy.spec.cable_name for copy in self.own}
        names |= {v.gateway.status.local_endpoint.cable_name for v in self.leadership.gateways}
        return frozenset(name for name in names if name)

    @cached_property
    def subnets(self) -> tuple[str, ...]:
        """Ranges that it announces."""
        if self.active and self.active.gateway.status.local_endpoint.subnets:
            return tuple(self.active.gateway.status.local_endpoint.subnets)
        return tuple(subnet for copy in self.own for subnet in copy.spec.subnets)

    @property
    def globalnet(self) -> str:
        """Its Globalnet range, or empty."""
        if self.ranges and self.ranges.spec.global_cidr:
            return self.ranges.spec.global_cidr[0]
        return self.settings.spec.global_cidr if self.settings else ""


def cluster_uid(cluster: ClusterSnapshot) -> str:
    """The uid of kube-system, which identifies a cluster; empty when it was not read."""
    found = cluster.objects("kube-system", Namespace).get(("", "kube-system"))
    return found.metadata.uid if found else ""


def find_members(fleet: FleetSnapshot, limits: Thresholds) -> list[SubmarinerMember]:
    """Every cluster that runs Submariner, in the fleet's order."""
    found = (_member(cluster, fleet.taken_at, limits) for cluster in fleet.clusters.values())
    return [member for member in found if member]


def _member(
    cluster: ClusterSnapshot, taken_at: float, limits: Thresholds
) -> SubmarinerMember | None:
    topic = cluster.topic("gateways")
    gateways = view_gateways(cluster, taken_at) if topic.state.readable else ()
    leadership = find_leader(cluster, gateways, taken_at, limits)
    settings_topic = cluster.topic("submariners")
    settings = next(iter(cluster.objects("submariners", Submariner).values()), None)
    metrics_ids = _metrics_ids(cluster)
    if not gateways and settings is None and not metrics_ids:
        return None
    speaker = leadership.active or next(iter(gateways), None)
    mesh_id = speaker.gateway.status.local_endpoint.cluster_id if speaker else ""
    mesh_id = mesh_id or (settings.spec.cluster_id if settings else "")
    if not mesh_id and len(metrics_ids) == 1:
        (mesh_id,) = metrics_ids
    home = speaker.ref.namespace if speaker else settings.metadata.namespace if settings else ""
    own, copies = _endpoints(cluster, home, mesh_id)
    return SubmarinerMember(
        cluster=cluster,
        mesh_id=mesh_id,
        topic=topic,
        leadership=leadership,
        settings=settings,
        settings_ref=settings.ref(settings_topic.version or "v1alpha1") if settings else None,
        own=own,
        copies=copies,
        ranges=_own_ranges(cluster, home, mesh_id),
    )


def _metrics_ids(cluster: ClusterSnapshot) -> frozenset[str]:
    samples = cluster.metrics.get("submariner-requested-connections").samples
    return frozenset(s.labels["local_cluster"] for s in samples if s.labels.get("local_cluster"))


def _in_home(namespace: str, home: str) -> bool:
    return namespace == home if home else namespace != BROKER_NAMESPACE


def _endpoints(
    cluster: ClusterSnapshot, home: str, mesh_id: str
) -> tuple[tuple[EndpointCopy, ...], dict[str, tuple[EndpointCopy, ...]]]:
    topic = cluster.topic("submariner-endpoints")
    own: list[EndpointCopy] = []
    copies: dict[str, list[EndpointCopy]] = {}
    for (namespace, _), endpoint in sorted(
        cluster.objects("submariner-endpoints", SubmarinerEndpoint).items()
    ):
        if not _in_home(namespace, home):
            continue
        copy = EndpointCopy(endpoint.ref(topic.version or "v1"), endpoint.spec)
        if endpoint.spec.cluster_id == mesh_id:
            own.append(copy)
        elif endpoint.spec.cluster_id:
            copies.setdefault(endpoint.spec.cluster_id, []).append(copy)
    return tuple(own), {mesh: tuple(found) for mesh, found in copies.items()}


def _own_ranges(cluster: ClusterSnapshot, home: str, mesh_id: str) -> SubmarinerCluster | None:
    unread = cluster.topic("submariner-clusters").faults
    for (namespace, name), found in sorted(
        cluster.objects("submariner-clusters", SubmarinerCluster).items()
    ):
        if (namespace, name) in unread:
            continue  # a Globalnet range left out would make overlaps of what is none
        if found.spec.cluster_id == mesh_id and mesh_id and _in_home(namespace, home):
            return found
    return None
