"""Projections of service discovery across clusters beyond the Multi-Cluster Services API.

Submariner's ServiceDiscovery holds the broker's credentials (`brokerK8sApiServerToken`,
`brokerK8sCA`) beside the fields read here; they have no field, so the decoder skips them.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec
from msgspec import field

from mckconsole.domain.mesh import ServiceExport, ServiceImport
from mckconsole.domain.objects import Condition, Meta, Projection


class GkeServiceExport(ServiceExport, frozen=True, gc=False):
    """net.gke.io/v1 ServiceExport of GKE multi-cluster Services."""

    api_group: ClassVar[str] = "net.gke.io"


class GkeServiceImport(ServiceImport, frozen=True, gc=False):
    """net.gke.io/v1 ServiceImport of GKE multi-cluster Services."""

    api_group: ClassVar[str] = "net.gke.io"


class ClusterSelector(msgspec.Struct, frozen=True, gc=False):
    """A cluster by name."""

    name: str = ""


class ExposureRange(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Deprecated choice of clusters of a MultiClusterService."""

    cluster_names: list[str] = field(default_factory=list)


class MultiClusterServiceSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Which clusters give the endpoints and which get them; empty lists mean all."""

    types: list[str] = field(default_factory=list)
    provider_clusters: list[ClusterSelector] = field(default_factory=list)
    consumer_clusters: list[ClusterSelector] = field(default_factory=list)
    service_provision_clusters: list[str] = field(default_factory=list)
    service_consumption_clusters: list[str] = field(default_factory=list)
    range: ExposureRange = ExposureRange()

    @property
    def providers(self) -> tuple[str, ...]:
        """Clusters that give endpoints, by the newer field or the deprecated one; empty is all."""
        named = tuple(one.name for one in self.provider_clusters)
        return named or tuple(self.service_provision_clusters)

    @property
    def consumers(self) -> tuple[str, ...]:
        """Clusters that get them; empty is all."""
        named = tuple(one.name for one in self.consumer_clusters)
        return named or tuple(self.service_consumption_clusters) or tuple(self.range.cluster_names)


class ConditionedStatus(msgspec.Struct, frozen=True, gc=False):
    """A status of which only the conditions are read."""

    conditions: list[Condition] = field(default_factory=list)


class MultiClusterService(Projection, frozen=True, gc=False):
    """networking.karmada.io/v1alpha1 MultiClusterService, on the Karmada API server.

    Conditions: ServiceApplied and EndpointSliceDispatched, reasons ending in Succeed or Failed.
    """

    spec: MultiClusterServiceSpec = MultiClusterServiceSpec()
    status: ConditionedStatus = ConditionedStatus()

    api_group: ClassVar[str] = "networking.karmada.io"
    kind: ClassVar[str] = "MultiClusterService"


class ClusterPropertySpec(msgspec.Struct, frozen=True, gc=False):
    """The value of a cluster property."""

    value: str = ""


class ClusterProperty(Projection, frozen=True, gc=False):
    """about.k8s.io ClusterProperty; `cluster.clusterset.k8s.io` holds the cluster's id."""

    spec: ClusterPropertySpec = ClusterPropertySpec()

    api_group: ClassVar[str] = "about.k8s.io"
    kind: ClassVar[str] = "ClusterProperty"


class Corefile(Projection, frozen=True, gc=False):
    """core/v1 ConfigMap with the configuration of CoreDNS, read only under its well-known names.

    `kube-system/coredns` has the key `Corefile`; AKS' `coredns-custom` has any number of keys
    `*.server` and `*.override`; OpenShift's `openshift-dns/dns-default` has `Corefile`.
    """

    data: dict[str, str] = field(default_factory=dict)

    kind: ClassVar[str] = "ConfigMap"


class ServiceDiscoverySpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """ServiceDiscovery spec without its credentials."""

    cluster_id: str = field(default="", name="clusterID")
    globalnet_enabled: bool = False
    custom_domains: list[str] = field(default_factory=list)


class ServiceDiscovery(Projection, frozen=True, gc=False):
    """submariner.io/v1alpha1 ServiceDiscovery: how Lighthouse is installed."""

    spec: ServiceDiscoverySpec = ServiceDiscoverySpec()

    api_group: ClassVar[str] = "submariner.io"
    kind: ClassVar[str] = "ServiceDiscovery"


class NamedReference(msgspec.Struct, frozen=True, gc=False):
    """A reference by name within the namespace."""

    name: str = ""


class GlobalIngressIPSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What a global address stands for."""

    target: str = ""
    """ClusterIPService, HeadlessServicePod or HeadlessServiceEndpoints."""
    service_ref: NamedReference = NamedReference()


class GlobalIngressIPStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """GlobalIngressIP status."""

    allocated_ip: str = field(default="", name="allocatedIP")
    conditions: list[Condition] = field(default_factory=list)


class GlobalIngressIP(Projection, frozen=True, gc=False):
    """submariner.io/v1 GlobalIngressIP: the address of an exported service under Globalnet."""

    spec: GlobalIngressIPSpec = GlobalIngressIPSpec()
    status: GlobalIngressIPStatus = GlobalIngressIPStatus()

    api_group: ClassVar[str] = "submariner.io"
    kind: ClassVar[str] = "GlobalIngressIP"


class RemoteSecretAnnotations(msgspec.Struct, frozen=True, gc=False):
    """The cluster that an Istio remote secret leads to."""

    cluster: str = field(default="", name="networking.istio.io/cluster")


class RemoteSecretMeta(Meta, frozen=True, gc=False, rename="camel"):
    """Metadata of an Istio remote secret."""

    annotations: RemoteSecretAnnotations = RemoteSecretAnnotations()


class IstioRemoteSecret(Projection, frozen=True, gc=False):
    """core/v1 Secret labelled `istio/multiCluster=true`: metadata only, its content is never read.

    Its one data key is the cluster's name, its value a kubeconfig; the name is also in the
    annotation and behind `istio-remote-secret-`.
    """

    metadata: RemoteSecretMeta = RemoteSecretMeta()

    kind: ClassVar[str] = "Secret"

    @property
    def cluster(self) -> str:
        """Name of the remote cluster as Istio knows it."""
        name = self.metadata.name.removeprefix("istio-remote-secret-")
        return self.metadata.annotations.cluster or name
