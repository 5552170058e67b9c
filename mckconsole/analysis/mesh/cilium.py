"""Cilium Cluster Mesh: members, and links as agents' metrics tell them.

No custom resource carries the state of a cluster mesh link; Prometheus is the only read-only
source. Which peers are configured stands in Secrets, which are not read: a peer counts as
configured when metrics name it, and as known when it is a cluster of this fleet that runs cluster
mesh under a distinct id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mckconsole.analysis.mesh.evidence import server_time
from mckconsole.analysis.unread import unread_reason
from mckconsole.domain.core import CiliumConfig, CiliumConfigData, Deployment, Service
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.metrics import MetricState, MetricVector, Sample
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot

APISERVER = "clustermesh-apiserver"
DEFAULT_NAME = "default"
OTHER_NAME = " (mesh name)"
"""Follows Cilium's name of a cluster where the fleet calls another one so."""
_PER_TARGET = (
    "cilium-readiness",
    "cilium-failures-growth",
    "cilium-last-failure",
    "kvstoremesh-readiness",
)


@dataclass(frozen=True)
class CiliumMember:
    """A cluster of the fleet that runs cluster mesh."""

    cluster: ClusterSnapshot
    mesh_name: str
    """Cilium's cluster name; the fleet's name for it where it cannot be read."""
    config: CiliumConfigData | None
    config_ref: ObjectRef | None
    config_at: float
    """API server's clock when the configuration was read."""
    apiserver_ref: ObjectRef | None
    """The Deployment or Service of clustermesh-apiserver, if readable."""
    kvstoremesh: bool
    samples: Mapping[tuple[str, str], tuple[Sample, ...]] = field(default_factory=dict)
    """By query and target cluster."""

    @property
    def name(self) -> str:
        """The fleet's name for it."""
        return self.cluster.name

    @property
    def readiness(self) -> MetricVector:
        """The answer that decides most."""
        return self.cluster.metrics.get("cilium-readiness")

    @property
    def targets(self) -> list[str]:
        """Remote clusters that its metrics name, sorted."""
        return sorted({target for query, target in self.samples if query in _PER_TARGET})

    @property
    def measured(self) -> bool:
        """Whether agents' cluster mesh metrics arrive at all, so that absence means something."""
        counted = self.cluster.metrics.get("cilium-remote-clusters")
        return (
            self.readiness.state is MetricState.FRESH
            and bool(self.readiness.samples or counted.samples)
        )  # fmt: skip

    @property
    def cluster_id(self) -> int | None:
        """Cilium's cluster id; 0 when absent, None when not readable or no number."""
        if self.config is None:
            return None
        text = self.config.cluster_id or "0"
        return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None

    @property
    def max_clusters(self) -> str:
        """max-connected-clusters, 255 when absent."""
        return (self.config.max_connected_clusters if self.config else "") or "255"

    @property
    def configured(self) -> bool:
        """Whether it has a name and an id of its own."""
        return bool(self.cluster_id) and self.mesh_name != DEFAULT_NAME


def find_cilium_members(fleet: FleetSnapshot) -> list[CiliumMember]:
    """Every cluster that runs cluster mesh, in the fleet's order."""
    found = (member_of(cluster, fleet.taken_at) for cluster in fleet.clusters.values())
    return [member for member in found if member]


def member_of(cluster: ClusterSnapshot, taken_at: float) -> CiliumMember | None:
    """What one cluster says of its cluster mesh; None when it runs none."""
    topic = cluster.topic("cilium-config")
    held = () if topic.faults else cluster.objects("cilium-config", CiliumConfig).values()
    config = next(iter(held), None)  # read in part, its defaults would pass for settings
    apiserver, kvstoremesh = _apiserver(cluster)
    samples = _by_target(cluster)
    own = config.data.cluster_name if config else ""
    has_targets = any(query in _PER_TARGET for query, _ in samples)
    identified = (
        config and own not in ("", DEFAULT_NAME) and config.data.cluster_id not in ("", "0")
    )
    if apiserver is None and not has_targets and not (identified and not _readable(cluster)):
        return None
    return CiliumMember(
        cluster=cluster,
        mesh_name=own or (DEFAULT_NAME if config else cluster.name),
        config=config.data if config else None,
        config_ref=config.ref(topic.version or "v1") if config else None,
        config_at=server_time(cluster, topic, taken_at),
        apiserver_ref=apiserver,
        kvstoremesh=kvstoremesh,
        samples=samples,
    )


def _readable(cluster: ClusterSnapshot) -> bool:
    """Whether the absence of clustermesh-apiserver would show."""
    return any(cluster.topic(name).conclusive for name in ("deployments", "services"))


def _apiserver(cluster: ClusterSnapshot) -> tuple[ObjectRef | None, bool]:
    """Deployment or Service of clustermesh-apiserver, and whether KVStoreMesh runs in it."""
    for namespace in ("kube-system", "cilium"):
        deployment = cluster.objects("deployments", Deployment).get((namespace, APISERVER))
        if deployment:
            containers = {c.name for c in deployment.spec.template.spec.containers}
            version = cluster.topic("deployments").version or "v1"
            return deployment.ref(version), "kvstoremesh" in containers
        service = cluster.objects("services", Service).get((namespace, APISERVER))
        if service:
            return service.ref(cluster.topic("services").version or "v1"), False
    return None, False


def _by_target(cluster: ClusterSnapshot) -> dict[tuple[str, str], tuple[Sample, ...]]:
    grouped: dict[tuple[str, str], list[Sample]] = {}
    for query in (*_PER_TARGET, "cilium-node-latency"):
        for sample in cluster.metrics.get(query).samples:
            target = sample.labels.get("target_cluster", "")
            if target:
                grouped.setdefault((query, target), []).append(sample)
    for sample in cluster.metrics.get("cilium-initial-sync").samples:
        source = sample.labels.get("source_cluster", "")
        if source:
            grouped.setdefault(("cilium-initial-sync", source), []).append(sample)
    return {key: tuple(found) for key, found in grouped.items()}


@dataclass(frozen=True, slots=True)
class CiliumPeer:
    """One peer of a member as the link reader is to see it."""

    name: str
    """The fleet's name, or Cilium's where it is not in the fleet."""
    mesh_name: str
    in_fleet: bool
    known: bool
    """A cluster of this fleet that runs cluster mesh under a distinct id."""
    listed_back: bool
    """Its metrics name the member."""


class CiliumDirectory:
    """Finds the cluster behind a Cilium cluster name.

    Where a cluster cannot say its own, its name in the fleet stands in.
    """

    def __init__(
        self, members: Sequence[CiliumMember], twins: Mapping[str, str], fleet: FleetSnapshot
    ) -> None:
        self._twins = twins
        self._taken = frozenset(fleet.clusters)
        self._by_name: dict[str, list[CiliumMember]] = {}
        for member in members:
            if twins.get(member.name, member.name) == member.name:
                self._by_name.setdefault(member.mesh_name, []).append(member)
        identified = {member.name for member in members}
        self._silent = frozenset(
            name
            for name, cluster in fleet.clusters.items()
            if name not in identified and not cluster.topic("cilium-config").conclusive
        )

    def owners(self, mesh_name: str) -> Sequence[CiliumMember]:
        """Members under that name, one per real cluster."""
        return self._by_name.get(mesh_name, ())

    def peers(self, member: CiliumMember) -> Iterator[CiliumPeer]:
        """Everything the member's links may lead to, sorted by name."""
        found: dict[str, CiliumPeer] = {}
        me = self._twins.get(member.name, member.name)
        for target in member.targets:
            if target == member.mesh_name:
                continue
            owners = self.owners(target)
            if len(owners) == 1:
                other = owners[0]
                found[other.name] = self._peer(member, other)
            elif not owners and target in self._silent:
                found[target] = CiliumPeer(target, target, True, True, False)
            else:
                shown = f"{target}{OTHER_NAME}" if target in self._taken else target
                found[shown] = CiliumPeer(shown, target, False, bool(owners), False)
        for mesh_name, owners_of in self._by_name.items():
            for other in owners_of:
                if other.name in found or other.name == me or mesh_name == member.mesh_name:
                    continue
                peer = self._peer(member, other)
                if peer.listed_back or (not member.measured and not other.measured):
                    found[other.name] = peer
        yield from (found[name] for name in sorted(found))

    @staticmethod
    def _peer(member: CiliumMember, other: CiliumMember) -> CiliumPeer:
        listed_back = member.mesh_name in other.targets
        distinct = other.cluster_id is None or other.cluster_id != member.cluster_id
        return CiliumPeer(other.name, other.mesh_name, True, distinct, listed_back)


def why_unmeasured(member: CiliumMember) -> str:
    """Why there is no reading of a member's links."""
    vector = member.readiness
    source = "Cilium keeps no link state in the Kubernetes API; Prometheus is the only source"
    if vector.state is not MetricState.FRESH:
        return f"{source}: {vector.reason or vector.state.value}"
    return f"{source}, and it has no cluster mesh series for this cluster"


def config_unread(member: CiliumMember) -> str:
    """Why the configuration is not known; empty when it is."""
    if member.config is not None:
        return ""
    return unread_reason(member.cluster.topic("cilium-config"))
