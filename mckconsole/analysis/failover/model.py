"""What the loss of some clusters would mean. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from mckconsole.analysis.services.model import ServiceKey
from mckconsole.domain.findings import Evidence, Unknown


class Impact(StrEnum):
    """What becomes of a service. Definition order is worst first."""

    OUTAGE = "outage"
    """No ready endpoint would be left anywhere."""
    DEGRADED = "degraded"
    """Fewer ready endpoints are left than the target share of all."""
    UNKNOWN = "unknown"
    """What is left could not be read."""
    NOTED = "noted"
    """Enough is left; something else changes (affinity, consumers that lose their nearest)."""
    NONE = "none"

    @property
    def rank(self) -> int:
        """0 for OUTAGE up to 4 for NONE."""
        return _RANKS[self]


_RANKS = {impact: rank for rank, impact in enumerate(Impact)}


class Absorb(StrEnum):
    """Whether the clusters that are left can carry the load."""

    YES = "can absorb"
    NO = "cannot absorb"
    UNKNOWN = "unknown"


class ServiceImpact(msgspec.Struct, frozen=True, gc=False):
    """What the loss means for one service."""

    key: ServiceKey
    impact: Impact
    lost: int
    """Ready endpoints in the lost clusters."""
    left: int
    """Ready endpoints elsewhere."""
    lost_in: tuple[str, ...]
    left_in: tuple[str, ...]
    consumers: tuple[str, ...]
    """Surviving clusters that import it."""
    reason: str
    absorb: Absorb = Absorb.UNKNOWN
    absorb_reason: str = ""
    evidence: tuple[Evidence, ...] = ()


class LocalLoss(msgspec.Struct, frozen=True, gc=False):
    """A workload or service that exists nowhere else, or is not exported."""

    cluster: str
    namespace: str
    name: str
    kind: str
    """`Deployment`, `StatefulSet`, `DaemonSet` or `Service`."""
    ready: int
    elsewhere: tuple[str, ...]
    """Surviving clusters that run a workload of the same kind, namespace and name."""
    stateful: bool = False
    """Has volumes of its own: starting it elsewhere does not bring the data."""


class HubLoss(msgspec.Struct, frozen=True, gc=False):
    """A role for other clusters that would be lost."""

    cluster: str
    role: str
    """`Submariner broker`, `Karmada control plane`, `central Prometheus` …"""
    effect: str
    """What stops working, and what goes on, in a sentence."""
    members: tuple[str, ...]
    """Surviving clusters concerned, as far as known."""
    evidence: tuple[Evidence, ...] = ()


class HostLoss(msgspec.Struct, frozen=True, gc=False):
    """A host name that would lose its server."""

    host: str
    lost_in: tuple[str, ...]
    left_in: tuple[str, ...]
    """Surviving clusters that serve it too; none is an outage for who comes from outside."""
    unread: tuple[str, ...] = ()
    """Surviving clusters of which it is not known; with any, none left is not yet an outage."""
    hint: str = ""
    """How names are moved between clusters, as far as its objects say."""
    evidence: tuple[Evidence, ...] = ()

    @property
    def impact(self) -> Impact:
        """OUTAGE without a survivor, UNKNOWN where one could not be read."""
        if self.left_in:
            return Impact.NOTED
        return Impact.UNKNOWN if self.unread else Impact.OUTAGE


class Headroom(msgspec.Struct, frozen=True, gc=False):
    """What a surviving cluster has left."""

    cluster: str
    cpu_free: float | None
    """Cores that no request holds; None when nodes or requests could not be read."""
    memory_free: float | None
    """Bytes."""
    pods_free: int | None
    reason: str = ""
    """Why it is not known, or what it leaves out."""
    cpu_wanted: float = 0.0
    """Cores that its services together would ask for, grown by what is lost."""
    memory_wanted: float = 0.0
    pods_wanted: int = 0

    @property
    def short(self) -> bool:
        """Whether what is wanted is known not to fit."""
        return any(
            free is not None and wanted > free
            for wanted, free in (
                (self.cpu_wanted, self.cpu_free),
                (self.memory_wanted, self.memory_free),
                (self.pods_wanted, self.pods_free),
            )
        )


@dataclass(frozen=True, slots=True)
class FailoverReport:
    """What would be if these clusters were lost now."""

    lost: tuple[str, ...]
    at: float
    """Unix seconds, console clock, of the snapshot it was worked out from."""
    services: tuple[ServiceImpact, ...] = ()
    """Those that change, worst first; NONE is not listed."""
    unaffected: int = 0
    """Services across clusters for which nothing changes."""
    local: tuple[LocalLoss, ...] = ()
    system: int = 0
    """The same in system namespaces (`kube-*`, meshes, operators), which are not listed."""
    hubs: tuple[HubLoss, ...] = ()
    hosts: tuple[HostLoss, ...] = ()
    headroom: tuple[Headroom, ...] = ()
    unknowns: tuple[Unknown, ...] = field(default=())

    def count(self, impact: Impact) -> int:
        """Services with this impact."""
        return sum(one.impact is impact for one in self.services)

    @property
    def dark(self) -> int:
        """Host names that nobody would serve any more."""
        return sum(one.impact is Impact.OUTAGE for one in self.hosts)

    @property
    def alone(self) -> int:
        """Workloads and Services that exist nowhere else."""
        return sum(not one.elsewhere for one in self.local)

    @property
    def weight(self) -> tuple[int, ...]:
        """How bad it is, to compare losses by: outages of services and hosts, degraded services,
        hub roles, then what is not known."""
        return (
            self.count(Impact.OUTAGE),
            self.dark,
            self.count(Impact.DEGRADED),
            len(self.hubs),
            self.count(Impact.UNKNOWN),
            self.alone,
        )

    @property
    def impact(self) -> Impact:
        """The worst for any service or host; lost hubs and workloads that run nowhere else are at
        least worth a note."""
        found = {one.impact for one in self.services} | {one.impact for one in self.hosts}
        if self.unknowns:
            found.add(Impact.UNKNOWN)
        if self.hubs or self.local:
            found.add(Impact.NOTED)
        return min(found, key=lambda one: one.rank, default=Impact.NONE)
