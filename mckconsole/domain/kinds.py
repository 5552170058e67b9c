"""The Kind registry: what the console reads, in which version, how it is kept and how gently.

A *topic* is one thing to be read from a cluster: usually a kind, sometimes one named object of a
kind (`cilium-config`). The API version is chosen per cluster by discovery, first match of
`versions`; versions that Kubernetes has deprecated are not listed at all, because reading one would
set the very metric that the version analysis reads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from mckconsole.domain import core, discovery, failover, mesh, peering
from mckconsole.domain.objects import Projection


class Keep(StrEnum):
    """How a topic is kept current."""

    WATCH = "watch"
    """List once, then watch."""
    POLL = "poll"
    """List every `poll_seconds`: for heartbeat kinds whose every object changes all the time, and
    for small ones that are not worth a connection each."""
    ON_DEMAND = "on-demand"
    """Only while something on screen asks for it."""


class Sensitivity(StrEnum):
    """What the decoder may let through."""

    PLAIN = "plain"
    CREDENTIALS_IN_SPEC = "credentials-in-spec"
    """Credentials stand beside the fields we read; the projection must not name them."""
    METADATA_ONLY = "metadata-only"
    """The object is a credential: only its metadata is asked for (PartialObjectMetadata)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How one topic is read."""

    topic: str
    group: str
    versions: tuple[str, ...]
    """In order of preference."""
    plural: str
    projection: type[Projection]
    keep: Keep = Keep.WATCH
    poll_seconds: float = 60.0
    sensitivity: Sensitivity = Sensitivity.PLAIN
    namespace: str = ""
    """Read only this namespace; empty reads all of them."""
    name: str = ""
    """Read only objects of this name (a `metadata.name` field selector)."""
    labels: str = ""
    """Read only objects that this label selector selects."""
    beside: str = ""
    """Read only where this API group is served too: elsewhere nobody could have made one."""
    optional: bool = False
    """May well be forbidden: that costs the rules that read it, not the cluster's state."""

    def path(self, version: str) -> str:
        """The list path, relative to the cluster's base URL."""
        root = f"/apis/{self.group}/{version}" if self.group else f"/api/{version}"
        place = f"/namespaces/{self.namespace}" if self.namespace else ""
        return f"{root}{place}/{self.plural}"

    @property
    def selector(self) -> dict[str, str]:
        """Query parameters that narrow the list, empty for all objects."""
        narrowed = {"fieldSelector": f"metadata.name={self.name}"} if self.name else {}
        return {**narrowed, "labelSelector": self.labels} if self.labels else narrowed


_MCS = ("v1beta1", "v1alpha1")
_OPENSHIFT = "route.openshift.io"
_FOUNDATION = (
    Kind("nodes", "", ("v1",), "nodes", core.Node),
    Kind(
        "kube-system", "", ("v1",), "namespaces", core.Namespace, Keep.POLL, 300, name="kube-system"
    ),
    Kind("namespaces", "", ("v1",), "namespaces", core.Namespace),
    Kind("services", "", ("v1",), "services", core.Service),
    Kind("endpointslices", "discovery.k8s.io", ("v1",), "endpointslices", core.EndpointSlice),
    Kind("pods", "", ("v1",), "pods", core.Pod, Keep.ON_DEMAND),
    Kind("deployments", "apps", ("v1",), "deployments", core.Deployment),
    Kind("daemonsets", "apps", ("v1",), "daemonsets", core.DaemonSet),
    Kind(
        "cilium-config",
        "",
        ("v1",),
        "configmaps",
        core.CiliumConfig,
        Keep.POLL,
        60,
        namespace="kube-system",
        name="cilium-config",
    ),
    Kind(
        "submariner-lease",
        "coordination.k8s.io",
        ("v1",),
        "leases",
        core.Lease,
        Keep.POLL,
        30,
        name="submariner-gateway-lock",
    ),
    Kind("gateways", "submariner.io", ("v1",), "gateways", mesh.Gateway, Keep.POLL, 10),
    Kind("submariner-endpoints", "submariner.io", ("v1",), "endpoints", mesh.SubmarinerEndpoint),
    Kind("submariner-clusters", "submariner.io", ("v1",), "clusters", mesh.SubmarinerCluster),
    Kind("routeagents", "submariner.io", ("v1",), "routeagents", mesh.RouteAgent),
    Kind(
        "submariners",
        "submariner.io",
        ("v1alpha1",),
        "submariners",
        mesh.Submariner,
        Keep.POLL,
        60,
        sensitivity=Sensitivity.CREDENTIALS_IN_SPEC,
    ),
    Kind(
        "serviceexports",
        "multicluster.x-k8s.io",
        _MCS,
        "serviceexports",
        mesh.ServiceExport,
    ),
    Kind(
        "serviceimports",
        "multicluster.x-k8s.io",
        _MCS,
        "serviceimports",
        mesh.ServiceImport,
    ),
    Kind("ciliumnodes", "cilium.io", ("v2",), "ciliumnodes", mesh.CiliumNode),
)


def _corefile(topic: str, namespace: str, name: str) -> Kind:
    return Kind(
        topic,
        "",
        ("v1",),
        "configmaps",
        discovery.Corefile,
        Keep.POLL,
        300,
        namespace=namespace,
        name=name,
    )


_DISCOVERY = (
    Kind("gke-serviceexports", "net.gke.io", ("v1",), "serviceexports", discovery.GkeServiceExport),
    Kind("gke-serviceimports", "net.gke.io", ("v1",), "serviceimports", discovery.GkeServiceImport),
    Kind(
        "multiclusterservices",
        "networking.karmada.io",
        ("v1alpha1",),
        "multiclusterservices",
        discovery.MultiClusterService,
    ),
    Kind(
        "clusterproperties",
        "about.k8s.io",
        ("v1", "v1beta1", "v1alpha1"),
        "clusterproperties",
        discovery.ClusterProperty,
        Keep.POLL,
        300,
    ),
    _corefile("corefile", "kube-system", "coredns"),
    _corefile("corefile-custom", "kube-system", "coredns-custom"),
    replace(
        _corefile("corefile-openshift", "openshift-dns", "dns-default"),
        beside=_OPENSHIFT,
        optional=True,
    ),
    Kind(
        "servicediscoveries",
        "submariner.io",
        ("v1alpha1",),
        "servicediscoveries",
        discovery.ServiceDiscovery,
        Keep.POLL,
        300,
        sensitivity=Sensitivity.CREDENTIALS_IN_SPEC,
    ),
    Kind(
        "globalingressips",
        "submariner.io",
        ("v1",),
        "globalingressips",
        discovery.GlobalIngressIP,
    ),
    Kind(
        "istio-remote-secrets",
        "",
        ("v1",),
        "secrets",
        discovery.IstioRemoteSecret,
        Keep.POLL,
        60,
        sensitivity=Sensitivity.METADATA_ONLY,
        labels="istio/multiCluster=true",
        beside="networking.istio.io",
        optional=True,
    ),
)

_PEERING = (
    Kind(
        "linkerd-links",
        "multicluster.linkerd.io",
        ("v1alpha3", "v1alpha2", "v1alpha1"),
        "links",
        peering.LinkerdLink,
    ),
    Kind(
        "peeringacceptors",
        "consul.hashicorp.com",
        ("v1alpha1",),
        "peeringacceptors",
        peering.PeeringAcceptor,
    ),
    Kind(
        "peeringdialers",
        "consul.hashicorp.com",
        ("v1alpha1",),
        "peeringdialers",
        peering.PeeringDialer,
    ),
    Kind(
        "exportedservices",
        "consul.hashicorp.com",
        ("v1alpha1",),
        "exportedservices",
        peering.ExportedServices,
    ),
)

_FAILOVER = (
    Kind("statefulsets", "apps", ("v1",), "statefulsets", failover.StatefulSet),
    Kind(
        "autoscalers",
        "autoscaling",
        ("v2",),
        "horizontalpodautoscalers",
        failover.HorizontalPodAutoscaler,
        Keep.POLL,
        300,
    ),
    Kind("ingresses", "networking.k8s.io", ("v1",), "ingresses", failover.Ingress),
    Kind(
        "httproutes",
        "gateway.networking.k8s.io",
        ("v1", "v1beta1"),
        "httproutes",
        failover.HTTPRoute,
    ),
    Kind("routes", _OPENSHIFT, ("v1",), "routes", failover.Route),
    Kind("brokers", "submariner.io", ("v1alpha1",), "brokers", failover.Broker, Keep.POLL, 300),
    Kind(
        "karmada-clusters",
        "cluster.karmada.io",
        ("v1alpha1",),
        "clusters",
        failover.KarmadaCluster,
        Keep.POLL,
        300,
    ),
    Kind(
        "managedclusters",
        "cluster.open-cluster-management.io",
        ("v1",),
        "managedclusters",
        failover.ManagedCluster,
        Keep.POLL,
        300,
    ),
    Kind(
        "rancher-clusters",
        "management.cattle.io",
        ("v3",),
        "clusters",
        failover.RancherCluster,
        Keep.POLL,
        300,
    ),
)

KINDS: tuple[Kind, ...] = (*_FOUNDATION, *_DISCOVERY, *_PEERING, *_FAILOVER)
"""Every topic the console knows."""

BY_TOPIC: dict[str, Kind] = {kind.topic: kind for kind in KINDS}
