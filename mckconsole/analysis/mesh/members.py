"""Which clusters of the fleet are members of a Submariner mesh, and who knows whom.

Clusters are joined by Submariner's cluster id. Where a cluster cannot say its own id, its name in
the fleet stands in; where several clusters claim one id, the cable name decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
    known_ids: frozenset[str]
    """Ids of other members of which it holds an Endpoint or a connection."""
    metrics_ids: frozenset[str] = field(default=frozenset())

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


class Directory:
    """Finds the cluster behind a Submariner id."""

    def __init__(self, fleet: FleetSnapshot, members: Sequence[SubmarinerMember]) -> None:
        self.twins = _twins(fleet)
        self._owners: dict[str, list[SubmarinerMember]] = {}
        for member in members:
            if member.mesh_id and self.twins.get(member.name, member.name) == member.name:
                self._owners.setdefault(member.mesh_id, []).append(member)
        identified = {member.name for member in members if member.mesh_id}
        self._silent: dict[str, str] = {}
        for cluster in fleet.clusters.values():
            if cluster.name not in identified and _may_run_submariner(cluster):
                self._silent.setdefault(cluster.context, cluster.name)
        for name in [*self._silent.values()]:
            self._silent[name] = name
        self._taken = frozenset(fleet.clusters)

    def owners(self, mesh_id: str) -> Sequence[SubmarinerMember]:
        """Members that claim the id, one per real cluster."""
        return self._owners.get(mesh_id, ())

    def resolve(self, mesh_id: str, cable: str = "") -> tuple[str, bool]:
        """The name to show for an id, and whether it is a cluster of this fleet."""
        owners = self.owners(mesh_id)
        if len(owners) == 1:
            return owners[0].name, True
        for owner in owners:
            if cable and cable in owner.cables:
                return owner.name, True
        if not owners and mesh_id in self._silent:
            return self._silent[mesh_id], True
        if mesh_id in self._taken:
            return f"{mesh_id} (mesh id)", False
        return mesh_id or "(unnamed)", False

    def others(self, name: str, everyone: Iterable[str]) -> tuple[str, ...]:
        """`everyone` without `name` and its twins, each real cluster once."""
        twins = self.twins
        me = twins.get(name, name)
        return tuple(o for o in everyone if twins.get(o, o) == o and o != me)

    @property
    def unread(self) -> tuple[str, ...]:
        """Clusters that may be members, but could not be asked for their id."""
        return tuple(sorted(set(self._silent.values())))


def _may_run_submariner(cluster: ClusterSnapshot) -> bool:
    return not cluster.topic("gateways").conclusive


def _twins(fleet: FleetSnapshot) -> dict[str, str]:
    """Cluster name to the first name of the same real cluster, by the uid of kube-system."""
    first: dict[str, str] = {}
    twins = {}
    for cluster in fleet.clusters.values():
        uid = cluster_uid(cluster)
        if uid:
            twins[cluster.name] = first.setdefault(uid, cluster.name)
    return twins


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
    known = {c.endpoint.cluster_id for view in gateways for c in view.gateway.status.connections}
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
        known_ids=frozenset((known | set(copies)) - {mesh_id, ""}),
        metrics_ids=metrics_ids,
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


@dataclass(frozen=True, slots=True)
class Meshes:
    """Who belongs together: every member's fellow members."""

    fellows: Mapping[str, tuple[str, ...]]
    """Names (or foreign ids) of the same mesh, by name, without itself; no entries for those that
    are not in the fleet."""
    foreign: frozenset[str] = frozenset()
    """Those that are not in the fleet."""
    ids: Mapping[str, str] = field(default_factory=dict)
    """Name to Submariner id."""


def join_meshes(
    fleet: FleetSnapshot, members: Sequence[SubmarinerMember], directory: Directory
) -> Meshes:
    """Group members that know each other, directly, through a third cluster or through a broker."""
    parents: dict[str, str] = {}
    foreign: set[str] = set()
    ids = {member.name: member.mesh_id for member in members}

    def root(name: str) -> str:
        while parents.setdefault(name, name) != name:
            parents[name] = name = parents[parents[name]]
        return name

    def unite(names: Iterable[str]) -> None:
        first, *rest = names
        for name in rest:
            parents[root(name)] = root(first)

    for group, start in _acquaintances(fleet, members):
        names = list(start)
        for mesh_id, cable in group:
            name, in_fleet = directory.resolve(mesh_id, cable)
            if len(directory.owners(mesh_id)) > 1 and not in_fleet:
                continue  # one id, several clusters: it proves no acquaintance
            ids.setdefault(name, mesh_id)
            if in_fleet:
                names.append(name)
            else:
                # Only the same cable proves the same stranger: ids repeat from mesh to mesh.
                foreign.add(name)
                names.append(f"{name}\0{cable}")
        if names:
            unite(names)
    together: dict[str, dict[str, None]] = {}
    for node in sorted(parents):
        together.setdefault(root(node), {})[node.partition("\0")[0]] = None
    fellows = {
        name: directory.others(name, together[root(name)]) for name in parents if "\0" not in name
    }
    return Meshes(fellows, frozenset(foreign), ids)


def _acquaintances(
    fleet: FleetSnapshot, members: Sequence[SubmarinerMember]
) -> Iterable[tuple[set[tuple[str, str]], tuple[str, ...]]]:
    """Sets of (id, cable) that belong together, each with the member that says so, if one does."""
    for member in members:
        known = {
            (copy.spec.cluster_id, copy.spec.cable_name)
            for copies in member.copies.values()
            for copy in copies
        }
        for view in member.leadership.gateways:
            for connection in view.gateway.status.connections:
                if connection.endpoint.cluster_id not in ("", member.mesh_id):
                    known.add((connection.endpoint.cluster_id, connection.endpoint.cable_name))
        yield known, (member.name,)
    for cluster in fleet.clusters.values():
        yield (
            {
                (endpoint.spec.cluster_id, endpoint.spec.cable_name)
                for (namespace, _), endpoint in cluster.objects(
                    "submariner-endpoints", SubmarinerEndpoint
                ).items()
                if namespace == BROKER_NAMESPACE and endpoint.spec.cluster_id
            },
            (),
        )
