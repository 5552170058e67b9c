"""Which implementations of service discovery a cluster runs, by what it serves and holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mckconsole.analysis.mesh.cilium import DEFAULT_NAME
from mckconsole.analysis.services.labels import LIGHTHOUSE_NAMESPACE
from mckconsole.analysis.services.model import Dialect
from mckconsole.domain.core import CiliumConfig, Deployment
from mckconsole.domain.discovery import ServiceDiscovery
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.mesh import ServiceExport, ServiceImport, Submariner
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState

SIGN_TOPICS = (
    "deployments",
    "servicediscoveries",
    "submariners",
    "cilium-config",
    "serviceexports",
    "serviceimports",
    "gke-serviceexports",
    "gke-serviceimports",
    "multiclusterservices",
    "istio-remote-secrets",
    "linkerd-links",
    "exportedservices",
)
"""Everything that is looked at."""
_SERVED = (TopicState.FRESH, TopicState.STALE, TopicState.FORBIDDEN, TopicState.UNSUPPORTED)
"""States of a kind that the API server has; one that is forbidden was found by discovery."""
_CONTROLLERS = {
    "submariner-lighthouse-agent": Dialect.LIGHTHOUSE,
    "submariner-lighthouse-coredns": Dialect.LIGHTHOUSE,
    "cloud-map-mcs-controller-manager": Dialect.CLOUD_MAP,
    "istiod": Dialect.ISTIO,
    "linkerd-destination": Dialect.LINKERD,
    "consul-connect-injector": Dialect.CONSUL,
}
"""Deployments that only one implementation has."""
_APIS = {
    "gke-serviceimports": Dialect.GKE,
    "multiclusterservices": Dialect.KARMADA,
    "linkerd-links": Dialect.LINKERD,
    "exportedservices": Dialect.CONSUL,
}
_MCS_API = ("serviceexports", "serviceimports")
_OF_MCS = frozenset({Dialect.LIGHTHOUSE, Dialect.CILIUM_MCS, Dialect.CLOUD_MAP, Dialect.KARMADA})
"""Those that act on the MCS API where it is served."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What is installed, and the settings that readers need."""

    installed: frozenset[Dialect] = frozenset()
    globalnet: bool = False
    cilium_synced_slices: bool = False
    cilium_shares: bool = True
    """Whether namespaces are global for Cilium by default."""
    remote_secrets: bool = False
    """Whether Istio has a way into another cluster."""
    first_schema: tuple[ObjectRef, str] | None = None
    """A ServiceExport that only the MCS API's first schema (v0.1, 2020) lets in, and the path that
    tells: a condition without a reason."""


def read_signs(cluster: ClusterSnapshot) -> Signs:
    """What one cluster's objects and APIs say."""
    found = frozenset(_dialects(cluster))
    if not found & _OF_MCS and any(cluster.topic(name).state in _SERVED for name in _MCS_API):
        found |= {Dialect.MCS}
    sync = _cilium(cluster, "endpoint_sync")
    secrets = bool(cluster.topic("istio-remote-secrets").objects)
    shares = not _cilium(cluster, "default_global", "false")
    return Signs(found, _globalnet(cluster), sync, shares, secrets, _first_schema(cluster))


def _first_schema(cluster: ClusterSnapshot) -> tuple[ObjectRef, str] | None:
    version = cluster.topic("serviceexports").version or "v1alpha1"
    exports = cluster.objects("serviceexports", ServiceExport)
    old = (
        (key, f"status.conditions[{number}].reason")
        for key, one in exports.items()
        for number, condition in enumerate(one.status.conditions)
        if condition.type and not condition.reason
    )
    key, path = min(old, default=(None, ""))
    return (exports[key].ref(version), path) if key else None


def _dialects(cluster: ClusterSnapshot) -> Iterator[Dialect]:
    for _, name in cluster.objects("deployments", Deployment):
        known = _CONTROLLERS.get("istiod" if name.startswith("istiod-") else name)
        if known:
            yield known
    for topic, dialect in _APIS.items():
        if cluster.topic(topic).state in _SERVED:
            yield dialect
    if cluster.topic("servicediscoveries").objects:
        yield Dialect.LIGHTHOUSE
    if cluster.topic("istio-remote-secrets").objects:
        yield Dialect.ISTIO
    for config in cluster.objects("cilium-config", CiliumConfig).values():
        data = config.data
        if data.cluster_name not in ("", DEFAULT_NAME) and data.cluster_id not in ("", "0"):
            yield Dialect.CILIUM_GLOBAL
    if _cilium(cluster, "mcs_api"):
        yield Dialect.CILIUM_MCS
    for found in cluster.objects("serviceimports", ServiceImport).values():
        if LIGHTHOUSE_NAMESPACE in found.metadata.labels:
            yield Dialect.LIGHTHOUSE
        if found.metadata.annotations.aws_derived_service:
            yield Dialect.CLOUD_MAP


def _cilium(cluster: ClusterSnapshot, setting: str, value: str = "true") -> bool:
    found = cluster.objects("cilium-config", CiliumConfig).values()
    return any(getattr(one.data, setting).lower() == value for one in found)


def _globalnet(cluster: ClusterSnapshot) -> bool:
    discovery = cluster.objects("servicediscoveries", ServiceDiscovery).values()
    settings = cluster.objects("submariners", Submariner).values()
    return any(one.spec.globalnet_enabled for one in discovery) or any(
        one.spec.global_cidr for one in settings
    )
