"""The model of service discovery across clusters: a service and each cluster's part in it.

Whatever the dialect, a cluster may export a service, import it, hold endpoints of it that lie in
other clusters, or merely have a Service of that name. Values only: `index` finds the objects,
`parts` reads them, `judge` says what is wrong.

What is read of every object is a `msgspec.Struct` that no garbage collector looks at: there
are many, they hold no cycles, and they are made several times as quickly as dataclasses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import msgspec

from mckconsole.domain.core import EndpointSlice, Service
from mckconsole.domain.discovery import GlobalIngressIP, MultiClusterService
from mckconsole.domain.findings import Finding, ObjectRef, Severity, Unknown
from mckconsole.domain.mesh import ServiceExport, ServiceImport
from mckconsole.domain.peering import ExportedServices


class ServiceKey(NamedTuple):
    """Namespace and name: under namespace sameness the same service in every cluster."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


class Dialect(StrEnum):
    """How clusters tell each other of a service."""

    LIGHTHOUSE = "lighthouse"
    """Submariner: MCS API v1alpha1, per-cluster imports, endpoint slices by its agent."""
    CILIUM_GLOBAL = "cilium-global"
    """Services annotated `service.cilium.io/global`."""
    CILIUM_MCS = "cilium-mcs"
    GKE = "gke"
    CLOUD_MAP = "cloud-map"
    KARMADA = "karmada"
    ISTIO = "istio"
    """By sameness: endpoints exist in istiod only, so what is imported where cannot be read."""
    LINKERD = "linkerd"
    CONSUL = "consul"
    MCS = "mcs"
    """The MCS API by an implementation that is not recognised."""

    # Enum's own is written in Python, and dialects are keys that are looked up by the million.
    __hash__ = str.__hash__


class Held(msgspec.Struct, frozen=True, gc=False):
    """Every object that one cluster holds about one service, as `index` looked it up."""

    key: ServiceKey = ServiceKey("", "")
    """Whose objects these are; objects that list many services need it."""
    service: Service | None = None
    slices: tuple[EndpointSlice, ...] = ()
    """Of the local Service, imported ones, and those of `mirrors` alike."""
    exports: tuple[ServiceExport, ...] = ()
    """Of the MCS API; at most one."""
    gke_exports: tuple[ServiceExport, ...] = ()
    imports: tuple[ServiceImport, ...] = ()
    """Of the MCS API: the one in the service's namespace and Lighthouse's copies per cluster."""
    gke_imports: tuple[ServiceImport, ...] = ()
    karmada: tuple[MultiClusterService, ...] = ()
    global_ips: tuple[GlobalIngressIP, ...] = ()
    internal: tuple[Service, ...] = ()
    """Globalnet's internal Services: labelled `submariner.io/exportedServiceRef=<name>`, in the
    service's namespace."""
    mirrors: tuple[Service, ...] = ()
    """Linkerd's mirrors of this service, and federated services."""
    consul: tuple[ExportedServices, ...] = ()


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """What readers and rules must know of a cluster besides the objects of one service."""

    name: str
    ids: frozenset[str]
    """Every id under which meshes know it: Submariner's, Cilium's, ClusterProperty, Istio's …"""
    readable: bool
    """Whether it was read at least once, in part perhaps; `reason` says why not."""
    reason: str = ""
    context: str = ""
    """The kubectl context, for commands; empty is the name."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Topic to the API version it was read in."""
    at: Mapping[str, float] = field(default_factory=dict)
    """Topic to Unix seconds, server clock, of its last confirmation."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Topic to why its absence of objects means nothing (forbidden, stale, read in part …); not
    here when conclusive. Pending counts as unread."""
    namespaces: frozenset[str] | None = None
    """None when they could not be read."""
    installed: frozenset[Dialect] = frozenset()
    """Dialects whose controllers or settings were seen here."""
    globalnet: bool = False
    cilium_synced_slices: bool = False
    """Whether Cilium writes slices of remote endpoints (`clustermesh-enable-endpoint-sync`)."""
    cilium_shares: bool = True
    """Whether Cilium shares the Services of namespaces that do not say otherwise."""
    cilium_odd: frozenset[str] = frozenset()
    """Namespaces that do say otherwise, by `clustermesh.cilium.io/global`."""
    istio_joined: bool = False
    """Whether Istio joins its Services with those of the same name in other clusters, or may."""

    def is_global(self, namespace: str) -> bool:
        """Whether Cilium takes a namespace's Services for global where they say so themselves."""
        return self.cilium_shares is (namespace not in self.cilium_odd)


class ConditionView(msgspec.Struct, frozen=True, gc=False):
    """A condition, its reasons in the MCS API's own words where they are known."""

    type: str
    status: str
    """`True`, `False`, `Unknown`, or what was written."""
    reasons: tuple[str, ...]
    """Standard names; a comma-joined reason is several. Unknown ones stand as written; no reason
    is an empty tuple."""
    raw: str
    message: str
    since: float | None
    """Unix seconds of lastTransitionTime; None when missing or unreadable."""
    observed_generation: int
    path: str
    """`status.conditions[1]`."""


class Port(NamedTuple):
    """A port as exporters must agree on it."""

    name: str
    protocol: str
    number: int
    app_protocol: str

    def __str__(self) -> str:
        named = f"{self.name}:" if self.name else ""
        suffix = f" ({self.app_protocol})" if self.app_protocol else ""
        return f"{named}{self.number}/{self.protocol}{suffix}"


class CiliumSwitches(msgspec.Struct, frozen=True, gc=False):
    """Cilium's annotations on a Service, aliases resolved."""

    is_global: bool
    shared: bool
    """True unless switched off; meaningless when not global."""
    affinity: str
    """`none`, `local`, `remote`, or what was written."""
    sync_slices: bool | None
    """`global-sync-endpoint-slices`, None when not written."""


class ServiceFacts(msgspec.Struct, frozen=True, gc=False):
    """A cluster's own Service of that name."""

    ref: ObjectRef
    type: str
    headless: bool
    ports: frozenset[Port]
    selector: tuple[tuple[str, str], ...]
    """Sorted."""
    session_affinity: str
    internal_traffic_policy: str
    traffic_distribution: str
    ip_families: tuple[str, ...]
    cluster_ip: str
    publish_not_ready: bool
    owner: tuple[tuple[str, str], ...]
    """Labels that tell whose it is (app, instance, part-of, managed-by, Helm release), sorted."""
    created: float | None
    cilium: CiliumSwitches | None = None
    """None when it has none of the annotations."""


class Backends(msgspec.Struct, frozen=True, gc=False):
    """Endpoints of a cluster's own Service, from its own slices."""

    ready: int
    total: int
    unnamed: int = 0
    """Endpoints with neither hostname nor a pod behind them: no DNS name of their own."""
    doubled: tuple[str, ...] = ()
    """Host names that several endpoints of this cluster share."""
    addresses: frozenset[str] = frozenset()
    slices: tuple[ObjectRef, ...] = ()
    """The slices they stand in."""
    changed: float | None = None
    """Unix seconds of the last change of a pod or the Service that made a slice be written."""
    hosts: tuple[str, ...] = ()
    """Host names that endpoints have, sorted."""
    published: int = 0
    """How many of `ready` do not serve, and are ready because the Service publishes all."""


class Export(msgspec.Struct, frozen=True, gc=False):
    """That a cluster offers the service."""

    dialect: Dialect
    ref: ObjectRef
    created: float | None = None
    """Unix seconds: the oldest export wins conflicts."""
    generation: int = 0
    conditions: tuple[ConditionView, ...] = ()
    consumers: tuple[str, ...] = ()
    """Cluster ids or peers it is offered to; empty is all."""
    address: str = ""
    """Global address under Globalnet; empty when there is none or none is needed."""

    def condition(self, kind: str) -> ConditionView | None:
        """The condition of that type."""
        return next((one for one in self.conditions if one.type == kind), None)


class Import(msgspec.Struct, frozen=True, gc=False):
    """That a cluster knows the service of others."""

    dialect: Dialect
    ref: ObjectRef
    headless: bool | None = None
    """None when the object does not say."""
    sources: tuple[str, ...] = ()
    """Cluster ids of `status.clusters`, as written."""
    ports: frozenset[Port] = frozenset()
    ips: tuple[str, ...] = ()
    generation: int = 0
    conditions: tuple[ConditionView, ...] = ()
    derived: str = ""
    """Name of the Service derived from it."""
    source: str = ""
    """Set on Lighthouse's per-cluster copies: the cluster id that the copy is of."""

    def condition(self, kind: str) -> ConditionView | None:
        """The condition of that type."""
        return next((one for one in self.conditions if one.type == kind), None)


class RemoteEndpoints(msgspec.Struct, frozen=True, gc=False):
    """Endpoints in this cluster's objects that lie in another one: an imported slice, a mirror."""

    dialect: Dialect
    source: str
    """Cluster id as written; empty when the object does not say."""
    ref: ObjectRef
    ready: int
    total: int
    addresses: frozenset[str] = frozenset()
    unnamed: int = 0
    doubled: tuple[str, ...] = ()


class Part(msgspec.Struct, frozen=True, gc=False):
    """What one cluster has to do with one service."""

    cluster: str
    service: ServiceFacts | None = None
    backends: Backends | None = None
    """None when there is no Service, or its slices could not be read."""
    exports: tuple[Export, ...] = ()
    imports: tuple[Import, ...] = ()
    remote: tuple[RemoteEndpoints, ...] = ()
    globalnet: GlobalIngressIP | None = None
    """The address object of an exported service under Globalnet."""
    internal_ip: str = ""
    """External address of Globalnet's internal Service for it."""
    unknown: tuple[str, ...] = ()
    """What of it could not be read, in words; a part of nothing but this is an unread cluster."""

    @property
    def dialects(self) -> frozenset[Dialect]:
        """The dialects it speaks here."""
        said = [one.dialect for one in self.exports]
        said += [one.dialect for one in self.imports]
        said += [one.dialect for one in self.remote]
        return frozenset(said)

    @property
    def involved(self) -> bool:
        """Whether it exports or imports, not merely has a Service of that name."""
        return bool(self.exports or self.imports or self.remote)


class ServiceState(StrEnum):
    """How a service of the fleet stands. Definition order is worst first."""

    BROKEN = "broken"
    """Some cluster that should reach it cannot, or would be sent to dead addresses."""
    DEGRADED = "degraded"
    UNKNOWN = "unknown"
    """Nothing wrong was seen, and an involved cluster could not be read."""
    OK = "ok"

    @property
    def rank(self) -> int:
        """0 for BROKEN up to 3 for OK."""
        return list(ServiceState).index(self)


@dataclass(frozen=True, slots=True)
class DnsName:
    """A name as a pod would ask for it."""

    name: str
    type: str
    """`A` (AAAA likewise where the families say so) or `SRV`."""
    answers: str
    """What it would answer with, in words: `cluster set IP 10.96.200.15`, `3 endpoints of 2
    clusters`, `nothing: no cluster exports it`."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class FleetService:
    """One service over all clusters. Compared and cached by identity: an unchanged service is the
    same object in the next report."""

    key: ServiceKey
    parts: Mapping[str, Part]
    """By cluster name, in the fleet's order: clusters that have anything to do with it, and
    unread ones as a part of `unknown` only."""
    state: ServiceState
    severity: Severity | None
    """The worst of its findings."""
    reason: str
    """The worst finding's title or what is unknown; empty when it is well."""
    findings: tuple[Finding, ...] = ()
    unknowns: tuple[Unknown, ...] = ()

    @property
    def exporters(self) -> tuple[str, ...]:
        """Clusters that export it."""
        return tuple(name for name, part in self.parts.items() if part.exports)

    @property
    def importers(self) -> tuple[str, ...]:
        """Clusters that know it from others."""
        found = self.parts.items()
        return tuple(name for name, part in found if part.imports or part.remote)

    @property
    def dialects(self) -> tuple[Dialect, ...]:
        """All dialects, in definition order."""
        spoken = frozenset().union(*(part.dialects for part in self.parts.values()))
        return tuple(one for one in Dialect if one in spoken)


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether traffic gets from one cluster to another, by the mesh's links."""

    up: bool | None
    """None when no link between them is known or its state is."""
    words: str
    """`submariner error for 3 m`, `no tunnel is known`."""
    link: str = ""
    """Id of the link's row in the mesh pane; empty when there is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What a service is judged against: all clusters, their ids, and the tunnels between them.

    Compared by identity, so that what rules derive from it is derived once."""

    clusters: Mapping[str, ClusterFacts]
    """In the fleet's order."""
    reach: Mapping[tuple[str, str], Reach]
    """(from, to) by cluster name, where a mesh joins them."""
    now: float
    """Unix seconds, console clock, of the snapshot."""
    _by_id: Mapping[str, tuple[str, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_id: dict[str, tuple[str, ...]] = {}
        for name, facts in self.clusters.items():
            for one in facts.ids:
                by_id[one] = (*by_id.get(one, ()), name)
        object.__setattr__(self, "_by_id", by_id)

    def clusters_of(self, cluster_id: str) -> tuple[str, ...]:
        """Names of all clusters that meshes call `cluster_id`: one, unless ids are used twice.

        GKE writes the path of a fleet's membership, which ends in its id.
        """
        found = self._by_id.get(cluster_id, ())
        if not found and "/memberships/" in cluster_id:
            return self._by_id.get(cluster_id.rpartition("/")[2], ())
        return found

    def cluster_of(self, cluster_id: str) -> str:
        """Name of the cluster that meshes call `cluster_id`; empty when none or several are."""
        found = self.clusters_of(cluster_id)
        return found[0] if len(found) == 1 else ""


@dataclass(frozen=True, slots=True)
class ServicesReport:
    """Every service that crosses clusters, sorted worst first, then by key."""

    services: tuple[FleetService, ...] = ()
    clusters: Mapping[str, ClusterFacts] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    """Of services and of clusters (DNS path, ids, schema skew)."""
    unknowns: tuple[Unknown, ...] = ()
    reach: Mapping[tuple[str, str], Reach] = field(default_factory=dict)
    """As in `Surroundings`."""

    def find(self, key: ServiceKey) -> FleetService | None:
        """The service of that key."""
        return next((one for one in self.services if one.key == key), None)
