"""Projections of the built-in kinds: nodes, namespaces, services, workloads and leases."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from msgspec import field
from msgspec.structs import force_setattr

from mckconsole.domain.logagents import AgentVar, told_flags, told_variables
from mckconsole.domain.objects import Condition, Meta, Projection
from mckconsole.domain.rollouts import Progress, WorkloadMeta, told_progress


class ServiceAnnotations(msgspec.Struct, frozen=True, gc=False):
    """Cilium's global service switches with their older aliases, and what Linkerd mirrors."""

    global_: str = field(default="", name="service.cilium.io/global")
    shared: str = field(default="", name="service.cilium.io/shared")
    affinity: str = field(default="", name="service.cilium.io/affinity")
    global_alias: str = field(default="", name="io.cilium/global-service")
    shared_alias: str = field(default="", name="io.cilium/shared-service")
    affinity_alias: str = field(default="", name="io.cilium/service-affinity")
    sync_slices: str = field(default="", name="service.cilium.io/global-sync-endpoint-slices")
    mirrored: str = field(default="", name="mirror.linkerd.io/remote-svc-fq-name")
    """The service that a Linkerd mirror stands for: `name.namespace.svc.domain`."""
    federated: str = field(default="", name="multicluster.linkerd.io/remote-discovery")
    """Members of a Linkerd federated service in other clusters: `name@cluster,name@cluster`."""


class GatewayNodeAnnotations(msgspec.Struct, frozen=True, gc=False):
    """What an operator may pin on a Submariner gateway node."""

    public_ip: str = field(default="", name="gateway.submariner.io/public-ip")
    udp_port: str = field(default="", name="gateway.submariner.io/udp-port")
    natt_port: str = field(default="", name="gateway.submariner.io/natt-discovery-port")


class NodeMeta(Meta, frozen=True, gc=False, rename="camel"):
    """Node metadata with the Submariner annotations."""

    annotations: GatewayNodeAnnotations = GatewayNodeAnnotations()


class ServiceMeta(Meta, frozen=True, gc=False, rename="camel"):
    """Service metadata with Cilium's annotations."""

    annotations: ServiceAnnotations = ServiceAnnotations()


class Taint(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What keeps pods off a node that do not tolerate it."""

    key: str = ""
    value: str = ""
    effect: str = ""
    """`NoSchedule`, `PreferNoSchedule` or `NoExecute`."""
    time_added: str = ""


class NodeSpec(msgspec.Struct, frozen=True, gc=False):
    """Node spec: addressing and whether pods may be scheduled."""

    provider_id: str = field(default="", name="providerID")
    pod_cidrs: list[str] = field(default_factory=list, name="podCIDRs")
    unschedulable: bool = False
    taints: tuple[Taint, ...] = ()


class NodeInfo(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Versions that the kubelet reports; `kubeProxyVersion` is wrong by design and not read."""

    kubelet_version: str = ""
    container_runtime_version: str = ""
    os_image: str = ""
    kernel_version: str = ""
    operating_system: str = ""
    architecture: str = ""


class NodeAddress(msgspec.Struct, frozen=True, gc=False):
    """One address of a node."""

    type: str = ""
    address: str = ""


class Quantities(msgspec.Struct, frozen=True, gc=False):
    """Amounts of resources as Kubernetes quantities (`500m`, `2Gi`); empty is not given."""

    cpu: str | int = ""
    memory: str | int = ""
    pods: str | int = ""


class Allotment(Quantities, frozen=True, gc=False):
    """Amounts of all resources that are compared. Extended resources have names that anybody may
    choose; these are the ones that clouds and vendors of accelerators hand out."""

    storage: str | int = field(default="", name="ephemeral-storage")
    nvidia: str | int = field(default="", name="nvidia.com/gpu")
    amd: str | int = field(default="", name="amd.com/gpu")
    intel: str | int = field(default="", name="gpu.intel.com/i915")
    gaudi: str | int = field(default="", name="habana.ai/gaudi")
    tpu: str | int = field(default="", name="google.com/tpu")
    neuron: str | int = field(default="", name="aws.amazon.com/neuron")
    pod_eni: str | int = field(default="", name="vpc.amazonaws.com/pod-eni")
    huge_2m: str | int = field(default="", name="hugepages-2Mi")
    huge_1g: str | int = field(default="", name="hugepages-1Gi")


class NodeStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Node status."""

    node_info: NodeInfo = NodeInfo()
    conditions: list[Condition] = field(default_factory=list)
    addresses: list[NodeAddress] = field(default_factory=list)
    allocatable: Allotment = Allotment()


class Node(Projection, frozen=True, gc=False):
    """core/v1 Node."""

    metadata: NodeMeta = NodeMeta()
    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()

    kind: ClassVar[str] = "Node"

    @property
    def ready(self) -> bool | None:
        """The Ready condition: True, False, or None when the kubelet stopped reporting."""
        for condition in self.status.conditions:
            if condition.type == "Ready":
                return {"True": True, "False": False}.get(condition.status)
        return None


class NamespaceAnnotations(msgspec.Struct, frozen=True, gc=False):
    """Whether Cilium shares the namespace's services across clusters."""

    cilium_global: str = field(default="", name="clustermesh.cilium.io/global")


class NamespaceMeta(Meta, frozen=True, gc=False, rename="camel"):
    """Namespace metadata."""

    annotations: NamespaceAnnotations = NamespaceAnnotations()


class Namespace(Projection, frozen=True, gc=False):
    """core/v1 Namespace; the uid of kube-system identifies the cluster."""

    metadata: NamespaceMeta = NamespaceMeta()

    kind: ClassVar[str] = "Namespace"


class ServicePort(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One port of a Service, ServiceImport or EndpointSlice."""

    name: str = ""
    protocol: str = "TCP"
    app_protocol: str = ""
    port: int = 0


class LoadBalancerIngress(msgspec.Struct, frozen=True, gc=False):
    """One published address of a load balancer."""

    ip: str = ""
    hostname: str = ""


class LoadBalancer(msgspec.Struct, frozen=True, gc=False):
    """Published addresses of a load balancer."""

    ingress: list[LoadBalancerIngress] = field(default_factory=list)


class ServiceSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Service spec."""

    type: str = "ClusterIP"
    cluster_ip: str = field(default="", name="clusterIP")
    external_ips: list[str] = field(default_factory=list, name="externalIPs")
    ports: list[ServicePort] = field(default_factory=list)
    selector: dict[str, str] = field(default_factory=dict)
    session_affinity: str = ""
    internal_traffic_policy: str = ""
    traffic_distribution: str = ""
    ip_families: list[str] = field(default_factory=list)
    publish_not_ready_addresses: bool = False


class ServiceStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Service status."""

    load_balancer: LoadBalancer = LoadBalancer()


class Service(Projection, frozen=True, gc=False):
    """core/v1 Service."""

    metadata: ServiceMeta = ServiceMeta()
    spec: ServiceSpec = ServiceSpec()
    status: ServiceStatus = ServiceStatus()

    kind: ClassVar[str] = "Service"


class EndpointConditions(msgspec.Struct, frozen=True, gc=False):
    """Endpoint conditions; a missing `ready` means ready."""

    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class TargetRef(msgspec.Struct, frozen=True, gc=False):
    """The object behind an endpoint, usually a Pod."""

    kind: str = ""
    name: str = ""


class Endpoint(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """One endpoint of a slice."""

    addresses: list[str] = field(default_factory=list)
    conditions: EndpointConditions = EndpointConditions()
    hostname: str = ""
    target_ref: TargetRef = TargetRef()

    @property
    def ready(self) -> bool:
        """Whether traffic is sent to it, as kube-proxy has it: no `ready` counts as ready, and what
        terminates does not."""
        return self.conditions.ready is not False and self.conditions.terminating is not True


class SliceAnnotations(msgspec.Struct, frozen=True, gc=False):
    """Where Karmada took a slice from, and when what is behind a slice changed last."""

    provision_cluster: str = field(default="", name="endpointslice.karmada.io/provision-cluster")
    last_change: str = field(default="", name="endpoints.kubernetes.io/last-change-trigger-time")


class SliceMeta(Meta, frozen=True, gc=False, rename="camel"):
    """EndpointSlice metadata."""

    annotations: SliceAnnotations = SliceAnnotations()


class EndpointSlice(Projection, frozen=True, gc=False, rename="camel"):
    """discovery.k8s.io/v1 EndpointSlice."""

    metadata: SliceMeta = SliceMeta()
    address_type: str = ""
    ports: list[ServicePort] = field(default_factory=list)
    endpoints: list[Endpoint] = field(default_factory=list)

    api_group: ClassVar[str] = "discovery.k8s.io"
    kind: ClassVar[str] = "EndpointSlice"


class LeaseSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Lease spec; `renewTime` is RFC 3339 with microseconds."""

    holder_identity: str = ""
    lease_duration_seconds: int = 0
    renew_time: str = ""


class Lease(Projection, frozen=True, gc=False):
    """coordination.k8s.io/v1 Lease."""

    spec: LeaseSpec = LeaseSpec()

    api_group: ClassVar[str] = "coordination.k8s.io"
    kind: ClassVar[str] = "Lease"


class CiliumConfigData(msgspec.Struct, frozen=True, gc=False):
    """The keys of `kube-system/cilium-config` that mesh rules read (reference: Cilium docs)."""

    cluster_name: str = field(default="", name="cluster-name")
    cluster_id: str = field(default="", name="cluster-id")
    max_connected_clusters: str = field(default="", name="max-connected-clusters")
    identity_allocation_mode: str = field(default="", name="identity-allocation-mode")
    routing_mode: str = field(default="", name="routing-mode")
    tunnel_protocol: str = field(default="", name="tunnel-protocol")
    tunnel_port: str = field(default="", name="tunnel-port")
    ipam: str = ""
    cni_chaining_mode: str = field(default="", name="cni-chaining-mode")
    cluster_pool_ipv4_cidr: str = field(default="", name="cluster-pool-ipv4-cidr")
    cluster_pool_ipv6_cidr: str = field(default="", name="cluster-pool-ipv6-cidr")
    enable_ipv4: str = field(default="", name="enable-ipv4")
    enable_ipv6: str = field(default="", name="enable-ipv6")
    enable_wireguard: str = field(default="", name="enable-wireguard")
    enable_ipsec: str = field(default="", name="enable-ipsec")
    encrypt_node: str = field(default="", name="encrypt-node")
    allow_unsafe_policy_skb_usage: str = field(default="", name="allow-unsafe-policy-skb-usage")
    clustermesh_cache_ttl: str = field(default="", name="clustermesh-cache-ttl")
    policy_default_local_cluster: str = field(default="", name="policy-default-local-cluster")
    enable_policy: str = field(default="", name="enable-policy")
    endpoint_sync: str = field(default="", name="clustermesh-enable-endpoint-sync")
    mcs_api: str = field(default="", name="clustermesh-enable-mcs-api")
    default_global: str = field(default="", name="clustermesh-default-global-namespace")
    kube_proxy_replacement: str = field(default="", name="kube-proxy-replacement")


class CiliumConfig(Projection, frozen=True, gc=False):
    """core/v1 ConfigMap `kube-system/cilium-config`, only the keys that rules read."""

    data: CiliumConfigData = CiliumConfigData()

    kind: ClassVar[str] = "ConfigMap"


class Resources(msgspec.Struct, frozen=True, gc=False):
    """What a container asks for."""

    requests: Quantities = Quantities()


class TemplateContainer(msgspec.Struct, frozen=True, gc=False):
    """One container of a workload's template, with what it asks for."""

    name: str = ""
    image: str = ""
    resources: Resources = Resources()
    env: tuple[AgentVar, ...] = ()
    """Of agents that ship logs: where to, as far as variables say it."""
    args: tuple[str, ...] = ()
    """Of network policy agents: whether they are switched on."""

    def __post_init__(self) -> None:
        if self.env:
            force_setattr(self, "env", told_variables(self.image, self.env))
        if self.args:
            force_setattr(self, "args", told_flags(self.image, self.args))


class PodTemplateSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Containers of a workload's template, and whom they run as."""

    containers: list[TemplateContainer] = field(default_factory=list)
    service_account_name: str = ""


class PodTemplateMeta(msgspec.Struct, frozen=True, gc=False):
    """Labels that the pods of a workload get."""

    labels: dict[str, str] = field(default_factory=dict)


class PodTemplate(msgspec.Struct, frozen=True, gc=False):
    """Template of a workload."""

    metadata: PodTemplateMeta = PodTemplateMeta()
    spec: PodTemplateSpec = PodTemplateSpec()


class WorkloadSpec(msgspec.Struct, frozen=True, gc=False):
    """Spec shared by Deployments and DaemonSets; `replicas` defaults to 1 as in the API."""

    replicas: int = 1
    template: PodTemplate = PodTemplate()


class DeploymentStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Deployment status."""

    replicas: int = 0
    ready_replicas: int = 0
    available_replicas: int = 0
    conditions: tuple[Progress, ...] = ()
    """How far the last rollout is; the others are dropped."""

    def __post_init__(self) -> None:
        told = told_progress(self.conditions)
        if len(told) < len(self.conditions):
            force_setattr(self, "conditions", told)

    @property
    def progress(self) -> Progress | None:
        """How far the last rollout is; None where the controller has not written it."""
        return self.conditions[0] if self.conditions else None


class Deployment(Projection, frozen=True, gc=False):
    """apps/v1 Deployment."""

    metadata: WorkloadMeta = WorkloadMeta()
    spec: WorkloadSpec = WorkloadSpec()
    status: DeploymentStatus = DeploymentStatus()

    api_group: ClassVar[str] = "apps"
    kind: ClassVar[str] = "Deployment"


class DaemonSetStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """DaemonSet status."""

    desired_number_scheduled: int = 0
    current_number_scheduled: int = 0
    number_ready: int = 0


class DaemonSet(Projection, frozen=True, gc=False):
    """apps/v1 DaemonSet."""

    metadata: WorkloadMeta = WorkloadMeta()
    spec: WorkloadSpec = WorkloadSpec()
    status: DaemonSetStatus = DaemonSetStatus()

    api_group: ClassVar[str] = "apps"
    kind: ClassVar[str] = "DaemonSet"
