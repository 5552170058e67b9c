"""Questions about the mesh that could not be answered, and why. Unread is never well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.mesh.cilium import CiliumMember, config_unread, why_unmeasured
from mckconsole.analysis.mesh.links import Link, MeshProvider
from mckconsole.analysis.mesh.members import SubmarinerMember
from mckconsole.analysis.unread import unread_reason
from mckconsole.domain.findings import Unknown
from mckconsole.domain.metrics import MetricState
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from mckconsole.domain.states import TopicState

_PRESENCE = ("gateways", "cilium-config")
"""Topics that tell whether there is a mesh at all."""
_NO_SECRETS = "it would need the Secret cilium-ca, and Secrets are never read"
_SUBMARINER_CHECKS = {
    "MESH-CIDR-OVERLAP": ("submariner-clusters", "submariner-endpoints"),
    "MESH-ENDPOINT-DRIFT": ("submariner-endpoints",),
    "MESH-DUPLICATE-ID": ("kube-system",),
    "MESH-DEGRADED": ("routeagents",),
    "MESH-UNVERIFIED": ("submariners",),
    "MESH-STALE": ("submariner-lease",),
}
_CILIUM_CHECKS = {
    "MESH-CIDR-OVERLAP": ("ciliumnodes",),
    "MESH-ENCRYPTION-MISMATCH": ("ciliumnodes",),
    "MESH-DUPLICATE-ID": ("kube-system",),
    "MESH-VERSION-SKEW": ("daemonsets", "deployments"),
}
_SUBMARINER_METRICS = ("submariner-rx-growth", "submariner-tx-growth")
_CILIUM_METRICS = ("kvstoremesh-readiness", "cilium-failures-growth", "cilium-initial-sync")
"""Metric queries that only tell DEGRADED from UP."""
_OTHER_PRESENCE = ("linkerd-links", "peeringacceptors", "peeringdialers")
"""Topics without which Linkerd or Consul may join a cluster unseen."""
_REMOTE_SECRETS = "istio-remote-secrets"
_ONLY_SOURCE = {
    MeshProvider.LINKERD: ("linkerd-gateway-alive", ("MESH-DOWN", "MESH-SLOW")),
    MeshProvider.ISTIO: ("istio-sync-status", ("MESH-DOWN", "MESH-DEGRADED")),
    MeshProvider.CONSUL: ("consul-peering-healthy", ("MESH-DOWN",)),
}
"""The metric that alone says whether a link is alive, and the rules that need it."""
_OF_LINKS = ("MESH-DOWN", "MESH-MISSING", "MESH-DEGRADED", "MESH-SLOW")
_OF_CONFIG = (
    "MESH-MAX-CLUSTERS-MISMATCH",
    "MESH-TUNNEL-MISMATCH",
    "MESH-ENCRYPTION-MISMATCH",
    "MESH-DUPLICATE-ID",
    "MESH-NOT-CONFIGURED",
    "MESH-CIDR-OVERLAP",
)


def mesh_unknowns(
    fleet: FleetSnapshot,
    submariner: Sequence[SubmarinerMember],
    cilium: Sequence[CiliumMember],
    others: Sequence[Link],
) -> Iterator[Unknown]:
    """Everything that could not be judged; nothing where nobody asked for the mesh.

    `others` are the links of Linkerd, Istio and Consul.
    """
    if not any(topic in one.topics for one in fleet.clusters.values() for topic in _PRESENCE):
        return
    with_submariner = {member.name for member in submariner}
    with_cilium = {member.name: member for member in cilium}
    with_others = {(link.key.source, link.key.provider) for link in others}
    for cluster in fleet.clusters.values():
        whole = _nothing_read(cluster)
        if whole:
            yield Unknown("mesh", cluster.name, "*", whole)
            continue
        yield from _presence(cluster, cluster.name in with_cilium)
        if cluster.name in with_submariner:
            yield from _checks(cluster, _SUBMARINER_CHECKS)
            yield from _metrics(cluster, _SUBMARINER_METRICS)
        if cluster.name in with_cilium:
            yield from _checks(cluster, _CILIUM_CHECKS)
            yield from _of_cilium(with_cilium[cluster.name])
        yield from _of_others(cluster)
        for provider, (query, rules) in _ONLY_SOURCE.items():
            if (cluster.name, provider) in with_others:
                yield from _unmeasured(cluster, provider, query, rules)


def _nothing_read(cluster: ClusterSnapshot) -> str:
    """Why nothing of the cluster's mesh is known; empty when something is."""
    topics = [cluster.topic(name) for name in _PRESENCE]
    if any(topic.state in (TopicState.FRESH, TopicState.ABSENT) for topic in topics):
        return ""
    if any(topic.state is TopicState.FORBIDDEN for topic in topics):
        return ""
    return f"{cluster.state}: {cluster.reason or topics[0].reason or 'not read'}"


def _presence(cluster: ClusterSnapshot, has_cilium: bool) -> Iterator[Unknown]:
    """Whether there is a mesh at all could not be told."""
    for topic in map(cluster.topic, _PRESENCE):
        if topic.conclusive or (topic.topic == "cilium-config" and has_cilium):
            continue
        yield Unknown("mesh", cluster.name, "*", unread_reason(topic))


def _checks(cluster: ClusterSnapshot, needs: dict[str, tuple[str, ...]]) -> Iterator[Unknown]:
    for rule, topics in needs.items():
        for name in topics:
            topic = cluster.topic(name)
            if not topic.complete:
                yield Unknown("mesh", cluster.name, rule, unread_reason(topic))


def _of_cilium(member: CiliumMember) -> Iterator[Unknown]:
    yield Unknown("mesh", member.name, "MESH-CA-MISMATCH", _NO_SECRETS)
    unread = config_unread(member)
    if unread:
        for rule in _OF_CONFIG:
            yield Unknown("mesh", member.name, rule, unread)
    if member.readiness.state is not MetricState.FRESH or not member.measured:
        for rule in _OF_LINKS:
            yield Unknown("mesh", member.name, rule, why_unmeasured(member))
    else:
        yield from _metrics(member.cluster, _CILIUM_METRICS)


def _of_others(cluster: ClusterSnapshot) -> Iterator[Unknown]:
    """Whether Linkerd, Istio or Consul join the cluster to others could not be told."""
    for name in _OTHER_PRESENCE:
        if name in cluster.topics and not cluster.topic(name).conclusive:
            yield Unknown("mesh", cluster.name, "*", unread_reason(cluster.topic(name)))
    secrets = cluster.topic(_REMOTE_SECRETS)
    if _REMOTE_SECRETS in cluster.topics and not secrets.conclusive:
        reason = f"which remote clusters istiod is to read: {unread_reason(secrets)}"
        yield Unknown("mesh", cluster.name, "MESH-UNVERIFIED", reason)


def _unmeasured(
    cluster: ClusterSnapshot, provider: MeshProvider, query: str, rules: Sequence[str]
) -> Iterator[Unknown]:
    """What only the metric tells of a mesh's links, where it is not there."""
    vector = cluster.metrics.get(query)
    if vector.state is not MetricState.FRESH or not vector.samples:
        why = vector.reason or "it has no such series for this cluster"
        source = f"{provider.capitalize()} keeps no liveness in the Kubernetes API; Prometheus is"
        for rule in rules:
            yield Unknown("mesh", cluster.name, rule, f"{source} the only source: {why}")


def _metrics(cluster: ClusterSnapshot, queries: Sequence[str]) -> Iterator[Unknown]:
    """What a configured endpoint failed to give; without one, nobody expects these answers."""
    for query in queries:
        vector = cluster.metrics.get(query)
        if vector.state in (MetricState.FAILED, MetricState.PARTIAL):
            reason = f"{query} {vector.state}: {vector.reason}"
            yield Unknown("mesh", cluster.name, "MESH-DEGRADED", reason)
