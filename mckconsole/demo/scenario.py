"""The typed shape of a scenario, and its loader.

A scenario is a folder of YAML files under `demo/scenario/`, one per section, and says what a fleet
is like: clusters, tunnels, planted faults, a script of changes. It says it in the operator's terms
(a tunnel from A to B has a round trip of 88 ms and an error), and the generators derive from it
every Kubernetes object and every metric that would then exist, so that the two never disagree by
accident. This module reads and checks; it must not generate objects or read a clock.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Literal

import msgspec
import yaml
from msgspec import field

from mckconsole.demo.section import Section
from mckconsole.demo.sections_audit import CertificateModel, CredentialModel, Holder, Literals
from mckconsole.demo.sections_identity import Grant, IdentityCluster, Login, LoneAccount, Users
from mckconsole.demo.sections_incident import EventModel, Release
from mckconsole.demo.sections_mesh import MeshSections
from mckconsole.demo.sections_services import (
    CloudMapModel,
    ConsulExport,
    Dns,
    Export,
    GkeFleet,
    Home,
    Host,
    IstioModel,
    KarmadaModel,
    Mirror,
)
from mckconsole.demo.sections_versions import Budget, ControlPlane, Definition, Thing

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C parser is ten times as fast; not every build of PyYAML has it."""
Provider = Literal["eks", "gke", "aks", "rke2", "vsphere"]


class Pool(Section, frozen=True):
    """Nodes of one kind."""

    name: str
    count: int
    instance: str
    kubelet: str = ""
    """Version that differs from the control plane's; empty is the control plane's."""
    gateway: bool = False
    """Labelled for Submariner gateways; the first node of the first such pool is active."""
    image: str = ""
    """Operating system that differs from the provider's usual one; so with the next two."""
    kernel: str = ""
    runtime: str = ""
    unready: int = 0
    """How many of its nodes, the first ones, are not ready."""
    cordoned: int = 0
    """How many after these have been cordoned for days."""
    age: float | None = None
    """Days that its nodes are there; about twenty when not given."""


class ClusterModel(Section, frozen=True):
    """One simulated cluster."""

    name: str
    provider: Provider
    version: str
    """`gitVersion` of the API server, with the provider's suffix."""
    region: str
    zones: list[str]
    age_days: float
    node_cidr: str
    pod_cidr: str
    service_cidr: str
    pools: list[Pool]
    public_ip: str = ""
    """Address from a documentation range that load balancers of this cluster publish."""
    mcs: list[str] = field(default_factory=list)
    """Served versions of multicluster.x-k8s.io; empty serves none."""
    forbidden: list[str] = field(default_factory=list)
    """Resources (`plural.group`) that the demo's user may not read here."""
    only_in: dict[str, list[str]] = field(default_factory=dict)
    """Resources that it may read only in these namespaces."""
    dead: Literal["", "silent", "refusing"] = ""
    """Accepts connections and never answers, or does not accept them."""
    latency_ms: float = 0.0
    """How long the API server thinks before it answers, milliseconds."""
    clock_ahead: float = 0.0
    """Seconds that its clocks are ahead of the others'; negative is behind."""


class TunnelModel(Section, frozen=True):
    """What one cluster says of its tunnel to another; a bare number in YAML is `rtt`."""

    rtt: float
    """Average round trip, milliseconds. 0: the pinger never had a reply."""
    status: Literal["connected", "connecting", "error"] = "connected"
    """What the Gateway object says, after the pinger had its say."""
    driver: Literal["connected", "connecting"] = "connected"
    """What the cable driver says; only metrics show it."""
    receives: bool = True
    """Whether bytes still arrive through it."""


class SubmarinerMember(Section, frozen=True):
    """One cluster of the Submariner mesh."""

    public_ip: str
    heartbeat_age: float | None = None
    """Set when the gateway stopped writing its object: seconds before the demo's start."""
    global_cidr: str = ""
    """Globalnet's range, where this member takes part in it: what it exports has an address of
    this range."""
    broker: bool = False
    """Holds the broker: what the members tell each other."""


class SubmarinerModel(Section, frozen=True):
    """The Submariner mesh: a full mesh over its members."""

    name: str
    version: str
    driver: Literal["libreswan", "wireguard", "vxlan"]
    members: dict[str, SubmarinerMember]
    tunnels: dict[str, dict[str, TunnelModel | float | None]]
    """From, to, tunnel. Null: the sender dropped the receiver's Endpoint (overlapping subnets)."""
    psk: str = ""
    """What stands in every member's object for the key of its tunnels; empty: a word that says
    that it is none."""
    token: str = ""
    """The same for the token that writes to the broker."""


class CiliumMember(Section, frozen=True):
    """One cluster of the Cilium mesh."""

    id: int
    config: dict[str, str] = field(default_factory=dict)
    """Keys of `cilium-config` that differ from the mesh's."""


class CiliumLink(Section, frozen=True):
    """What one cluster's agents and KVStoreMesh say of another cluster."""

    agents_not_ready: int = 0
    kvstoremesh_ready: bool = True


class CiliumModel(Section, frozen=True):
    """The Cilium cluster mesh."""

    name: str
    version: str
    config: dict[str, str]
    members: dict[str, CiliumMember]
    links: dict[str, dict[str, CiliumLink]]


class Workload(Section, frozen=True):
    """A workload with its pods and, when it has ports, Service and slices."""

    namespace: str
    name: str
    containers: dict[str, str] = field(default_factory=dict)
    """Container name to image."""
    kind: Literal["Deployment", "DaemonSet", "StatefulSet", "CronJob", "Job", "Pod"] = "Deployment"
    schedule: str = "17 * * * *"
    """Of a CronJob."""
    replicas: int = 2
    ready: int | None = None
    """How many pods are ready; all when not given."""
    requests: dict[str, str] = field(default_factory=dict)
    """What each container asks for: `cpu`, `memory`."""
    autoscale: int = 0
    """Replicas up to which an autoscaler may go; 0 has none."""
    volume: str = ""
    """Size of the volume that each pod of a StatefulSet claims."""
    ports: dict[str, int] = field(default_factory=dict)
    service: str = ""
    """Name of the Service; empty is the workload's."""
    type: Literal["ClusterIP", "LoadBalancer"] = "ClusterIP"
    headless: bool = False
    affinity: Literal["None", "ClientIP"] = "None"
    """Session affinity."""
    outside: list[str] = field(default_factory=list)
    """Addresses outside the cluster that the Service leads to, kept by hand, instead of pods."""
    labels: dict[str, str] = field(default_factory=dict)
    service_labels: dict[str, str] = field(default_factory=dict)
    """Labels that only the Service has."""
    annotations: dict[str, str] = field(default_factory=dict)
    """Annotations of the Service."""
    nodes: Literal["all", "gateway", "inner"] = "all"
    """`inner` are those that are no gateways."""
    pool: str = ""
    """The node pool that its pods run in; empty is any."""
    host_network: bool = False
    refused: int = 0
    """Replicas that admission refuses, so that there is no pod: goes with `replicas: 0`."""
    days: float | None = None
    """Age of its pods; one to five when not given."""
    template: str = ""
    """What the script calls another template of it; empty is the one that it has at the start."""
    where: list[str] = field(default_factory=lambda: ["*"])
    """Cluster name globs, or `@submariner` and `@cilium` for the members of a mesh."""

    @property
    def service_name(self) -> str:
        """Name of its Service."""
        return self.service or self.name


class PrometheusModel(Section, frozen=True):
    """A Prometheus and the clusters whose metrics it holds."""

    name: str
    clusters: list[str]
    """Names or globs."""
    cluster_label: str = ""
    """Label that tells the clusters apart; empty where there is only one."""


class TunnelChange(Section, frozen=True):
    """Replaces both directions of a tunnel."""

    between: tuple[str, str]
    rtt: float
    status: Literal["connected", "connecting", "error"] = "connected"


class PoolChange(Section, frozen=True):
    """Upgrades the nodes of a pool one after the other."""

    cluster: str
    pool: str
    kubelet: str
    every: float
    """Seconds from one node to the next."""


class ClusterLoss(Section, frozen=True):
    """Takes a cluster away: from then on nothing in it answers."""

    name: str
    dead: Literal["silent"] = "silent"


class Step(Section, frozen=True):
    """One entry of the script."""

    at: float
    """Seconds after the demo's start."""
    tunnel: TunnelChange | None = None
    pool: PoolChange | None = None
    cluster: ClusterLoss | None = None
    release: Release | None = None


class Scenario(Section, frozen=True):
    """A whole fleet and what happens to it."""

    clusters: list[ClusterModel]
    submariner: list[SubmarinerModel] = field(default_factory=list)
    cilium: list[CiliumModel] = field(default_factory=list)
    workloads: list[Workload] = field(default_factory=list)
    namespaces: list[Home] = field(default_factory=list)
    exports: list[Export] = field(default_factory=list)
    cloudmap: CloudMapModel | None = None
    gke: GkeFleet | None = None
    karmada: KarmadaModel | None = None
    istio_services: IstioModel | None = None
    mesh: MeshSections = MeshSections()
    mirrors: list[Mirror] = field(default_factory=list)
    consul_exports: list[ConsulExport] = field(default_factory=list)
    dns: list[Dns] = field(default_factory=list)
    hosts: list[Host] = field(default_factory=list)
    identity: list[Login] = field(default_factory=list)
    identity_accounts: list[LoneAccount] = field(default_factory=list)
    identity_clusters: dict[str, IdentityCluster] = field(default_factory=dict)
    identity_users: Users = Users()
    identity_access: list[Grant] = field(default_factory=list)
    certificates: dict[str, str] = field(default_factory=dict)
    """Name to PEM."""
    credentials: dict[str, CredentialModel] = field(default_factory=dict)
    issued: dict[str, CertificateModel] = field(default_factory=dict)
    holders: list[Holder] = field(default_factory=list)
    lookalikes: list[Holder] = field(default_factory=list)
    tls: list[Holder] = field(default_factory=list)
    around: list[Holder] = field(default_factory=list)
    """What an upgrade meets: webhooks, aggregated APIs, configurations."""
    literals: list[Literals] = field(default_factory=list)
    prometheus: list[PrometheusModel] = field(default_factory=list)
    control_planes: dict[str, ControlPlane] = field(default_factory=dict)
    budgets: list[Budget] = field(default_factory=list)
    definitions: list[Definition] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    events: list[EventModel] = field(default_factory=list)
    script: list[Step] = field(default_factory=list)

    def submariner_of(self, cluster: str) -> SubmarinerModel | None:
        """The Submariner mesh that `cluster` is in."""
        return next((mesh for mesh in self.submariner if cluster in mesh.members), None)

    def cilium_of(self, cluster: str) -> CiliumModel | None:
        """The Cilium mesh that `cluster` is in."""
        return next((mesh for mesh in self.cilium if cluster in mesh.members), None)

    def within(self, cluster: str, places: list[str]) -> bool:
        """Whether a list of globs and mesh names (`where`) takes `cluster` in."""
        member = {
            "@submariner": self.submariner_of(cluster) is not None,
            "@cilium": self.cilium_of(cluster) is not None,
        }
        return any(
            member[place] if place in member else fnmatchcase(cluster, place) for place in places
        )

    def held_in(self, cluster: str) -> list[Holder]:
        """The objects of `cluster` that hold credentials or certificates, or look so."""
        everything = (*self.holders, *self.lookalikes, *self.tls, *self.around)
        return [one for one in everything if self.within(cluster, one.where)]

    def secrets_held_in(self, cluster: str) -> set[tuple[str, str]]:
        """Namespace and name of the Secrets among them."""
        places = (one.name.partition("/") for one in self.held_in(cluster) if one.kind == "Secret")
        return {(namespace, name) for namespace, _, name in places}

    def workloads_of(self, cluster: str) -> list[Workload]:
        """The workloads that run in `cluster`."""
        return [one for one in self.workloads if self.within(cluster, one.where)]

    def namespaces_of(self, cluster: str) -> set[str]:
        """Namespaces of `cluster` beside the system's: those of its workloads, and those that are
        there without one."""
        empty = {one.name for one in self.namespaces if self.within(cluster, one.where)}
        return empty | {one.namespace for one in self.workloads_of(cluster)}


@cache
def load_scenario(name: str = "default") -> Scenario:
    """Read the scenario called `name` from the package, once: nobody changes it.

    Raises:
        FileNotFoundError: there is no such scenario.
        msgspec.ValidationError: a file does not have the scenario's shape; the message names the
            place.
    """
    folder = resources.files("mckconsole.demo").joinpath("scenario", name)
    sections = {
        entry.name.removesuffix(".yaml"): yaml.load(entry.read_text("utf-8"), _LOADER)  # noqa: S506 - a safe one
        for entry in folder.iterdir()
        if entry.name.endswith(".yaml")
    }
    return msgspec.convert(sections, Scenario)
