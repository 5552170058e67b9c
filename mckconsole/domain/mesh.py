"""Projections of the mesh kinds: Submariner, the Multi-Cluster Services API and Cilium.

Submariner writes snake_case in `EndpointSpec` and `ClusterSpec` and camelCase elsewhere. Releases
since 2025 add plural health check addresses next to the singular ones; both are read.
Credentials that live in custom resource specs (`ceIPSecPSK`, `brokerK8sApiServerToken`,
`brokerK8sCA`) have no field here, so the decoder skips them and they never exist in memory.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec
from msgspec import field

from mckconsole.domain.core import ServicePort
from mckconsole.domain.objects import Condition, Meta, Projection


class EndpointSpec(msgspec.Struct, frozen=True, gc=False):
    """Submariner EndpointSpec: one end of a cable."""

    cluster_id: str = ""
    cable_name: str = ""
    hostname: str = ""
    backend: str = ""
    backend_config: dict[str, str] = field(default_factory=dict)
    health_check_ip: str = field(default="", name="healthCheckIP")
    health_check_ips: list[str] = field(default_factory=list, name="healthCheckIPs")
    nat_enabled: bool = False
    private_ip: str = ""
    public_ip: str = ""
    subnets: list[str] = field(default_factory=list)

    @property
    def health_ips(self) -> tuple[str, ...]:
        """Health check addresses, whether written as one or as a list."""
        return tuple(self.health_check_ips) or (
            (self.health_check_ip,) if self.health_check_ip else ()
        )


class LatencyRTT(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Round trip times: Go durations, or integer nanoseconds in old releases.

    They freeze while pings fail; all `0s` means the pinger never had a reply.
    """

    last: str | int = ""
    min: str | int = ""
    average: str | int = ""
    max: str | int = ""
    std_dev: str | int = ""


class Connection(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One cable as the local gateway sees it; `endpoint` is the remote end."""

    status: str = ""
    status_message: str = ""
    using_ip: str = field(default="", name="usingIP")
    using_nat: bool = field(default=False, name="usingNAT")
    endpoint: EndpointSpec = EndpointSpec()
    latency: LatencyRTT | None = field(default=None, name="latencyRTT")


class GatewayAnnotations(msgspec.Struct, frozen=True, gc=False):
    """The heartbeat every gateway pod writes each 5 s: decimal Unix seconds."""

    update_timestamp: str = field(default="", name="update-timestamp")


class GatewayMeta(Meta, frozen=True, gc=False, rename="camel"):
    """Gateway metadata with the heartbeat."""

    annotations: GatewayAnnotations = GatewayAnnotations()


class GatewayStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Health of one gateway and of its cables."""

    version: str = ""
    ha_status: str = ""
    status_failure: str = ""
    local_endpoint: EndpointSpec = EndpointSpec()
    connections: list[Connection] = field(default_factory=list)


class Gateway(Projection, frozen=True, gc=False):
    """submariner.io/v1 Gateway; without its heartbeat's age its status is worthless."""

    metadata: GatewayMeta = GatewayMeta()
    status: GatewayStatus = GatewayStatus()

    api_group: ClassVar[str] = "submariner.io"
    kind: ClassVar[str] = "Gateway"


class SubmarinerEndpoint(Projection, frozen=True, gc=False):
    """submariner.io/v1 Endpoint: what a cluster publishes, and copies of what others publish."""

    spec: EndpointSpec = EndpointSpec()

    api_group: ClassVar[str] = "submariner.io"
    kind: ClassVar[str] = "Endpoint"


class SubmarinerClusterSpec(msgspec.Struct, frozen=True, gc=False):
    """Address ranges of one member cluster."""

    cluster_id: str = ""
    cluster_cidr: list[str] = field(default_factory=list)
    service_cidr: list[str] = field(default_factory=list)
    global_cidr: list[str] = field(default_factory=list)


class SubmarinerCluster(Projection, frozen=True, gc=False):
    """submariner.io/v1 Cluster."""

    spec: SubmarinerClusterSpec = SubmarinerClusterSpec()

    api_group: ClassVar[str] = "submariner.io"
    kind: ClassVar[str] = "Cluster"


class RemoteEndpoint(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One remote cluster as a non-gateway node reaches it."""

    status: str = ""
    status_message: str = ""
    spec: EndpointSpec = EndpointSpec()
    latency: LatencyRTT | None = field(default=None, name="latencyRTT")


class RouteAgentStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Health of one node's routes; rewritten only on change, so its age says nothing."""

    version: str = ""
    status_failure: str = ""
    remote_endpoints: list[RemoteEndpoint] = field(default_factory=list)


class RouteAgent(Projection, frozen=True, gc=False):
    """submariner.io/v1 RouteAgent, named after its node."""

    status: RouteAgentStatus = RouteAgentStatus()

    api_group: ClassVar[str] = "submariner.io"
    kind: ClassVar[str] = "RouteAgent"


class HealthCheckSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Pinger settings; the operator's default is enabled, every second, five lost packets."""

    enabled: bool = True
    interval_seconds: int = 1
    max_packet_loss_count: int = 5


class SubmarinerSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Submariner CR spec without its credentials."""

    cluster_id: str = field(default="", name="clusterID")
    cable_driver: str = ""
    nat_enabled: bool = False
    global_cidr: str = field(default="", name="globalCIDR")
    cluster_cidr: str = field(default="", name="clusterCIDR")
    service_cidr: str = field(default="", name="serviceCIDR")
    version: str = ""
    connection_health_check: HealthCheckSpec | None = None


class SubmarinerStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Submariner CR status."""

    network_plugin: str = ""
    version: str = ""


class Submariner(Projection, frozen=True, gc=False):
    """submariner.io/v1alpha1 Submariner."""

    spec: SubmarinerSpec = SubmarinerSpec()
    status: SubmarinerStatus = SubmarinerStatus()

    api_group: ClassVar[str] = "submariner.io"
    kind: ClassVar[str] = "Submariner"


class ServiceExportStatus(msgspec.Struct, frozen=True, gc=False):
    """ServiceExport status."""

    conditions: list[Condition] = field(default_factory=list)


class ServiceExport(Projection, frozen=True, gc=False):
    """multicluster.x-k8s.io ServiceExport (v1beta1 or v1alpha1)."""

    status: ServiceExportStatus = ServiceExportStatus()

    api_group: ClassVar[str] = "multicluster.x-k8s.io"
    kind: ClassVar[str] = "ServiceExport"


class ServiceImportAnnotations(msgspec.Struct, frozen=True, gc=False):
    """Name of the Service derived from an import."""

    derived_service: str = field(default="", name="multicluster.kubernetes.io/derived-service")
    use_clusterset_ip: str = field(default="", name="lighthouse.submariner.io/use-clusterset-ip")
    gke_derived_service: str = field(default="", name="net.gke.io/derived-service")
    aws_derived_service: str = field(default="", name="multicluster.k8s.aws/derived-service")


class ServiceImportMeta(Meta, frozen=True, gc=False, rename="camel"):
    """ServiceImport metadata."""

    annotations: ServiceImportAnnotations = ServiceImportAnnotations()


class ServiceImportSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """ServiceImport spec; v1alpha1 of the first releases knows only the first four fields."""

    type: str = ""
    ports: list[ServicePort] = field(default_factory=list)
    ips: list[str] = field(default_factory=list)
    session_affinity: str = ""
    ip_families: list[str] = field(default_factory=list)


class ImportCluster(msgspec.Struct, frozen=True, gc=False):
    """One exporting cluster of an import."""

    cluster: str = ""


class ServiceImportStatus(msgspec.Struct, frozen=True, gc=False):
    """ServiceImport status."""

    clusters: list[ImportCluster] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)


class ServiceImport(Projection, frozen=True, gc=False):
    """multicluster.x-k8s.io ServiceImport (v1beta1 or v1alpha1)."""

    metadata: ServiceImportMeta = ServiceImportMeta()
    spec: ServiceImportSpec = ServiceImportSpec()
    status: ServiceImportStatus = ServiceImportStatus()

    api_group: ClassVar[str] = "multicluster.x-k8s.io"
    kind: ClassVar[str] = "ServiceImport"


class CiliumNodeAnnotations(msgspec.Struct, frozen=True, gc=False):
    """The public WireGuard key; present means WireGuard is on."""

    wg_pub_key: str = field(default="", name="network.cilium.io/wg-pub-key")


class CiliumNodeMeta(Meta, frozen=True, gc=False, rename="camel"):
    """CiliumNode metadata."""

    annotations: CiliumNodeAnnotations = CiliumNodeAnnotations()


class CiliumIPAM(msgspec.Struct, frozen=True, gc=False):
    """Pod ranges of one node."""

    pod_cidrs: list[str] = field(default_factory=list, name="podCIDRs")


class CiliumEncryption(msgspec.Struct, frozen=True, gc=False):
    """IPsec key index; 0 or absent means no IPsec."""

    key: int = 0


class CiliumAddress(msgspec.Struct, frozen=True, gc=False):
    """One address of a CiliumNode."""

    type: str = ""
    ip: str = ""


class CiliumNodeSpec(msgspec.Struct, frozen=True, gc=False):
    """CiliumNode spec."""

    addresses: list[CiliumAddress] = field(default_factory=list)
    encryption: CiliumEncryption = CiliumEncryption()
    ipam: CiliumIPAM = CiliumIPAM()


class CiliumNode(Projection, frozen=True, gc=False):
    """cilium.io/v2 CiliumNode; it names no cluster and holds local nodes only."""

    metadata: CiliumNodeMeta = CiliumNodeMeta()
    spec: CiliumNodeSpec = CiliumNodeSpec()

    api_group: ClassVar[str] = "cilium.io"
    kind: ClassVar[str] = "CiliumNode"
