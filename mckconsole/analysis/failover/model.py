"""What the loss of some clusters would mean. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

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


class Absorb(StrEnum):
    """Whether the clusters that are left can carry the load."""

    YES = "can absorb"
    NO = "cannot absorb"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ServiceImpact:
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


@dataclass(frozen=True, slots=True)
class LocalLoss:
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


@dataclass(frozen=True, slots=True)
class HubLoss:
    """A role for other clusters that would be lost."""

    cluster: str
    role: str
    """`Submariner broker`, `Karmada control plane`, `central Prometheus` …"""
    effect: str
    """What stops working, and what goes on, in a sentence."""
    members: tuple[str, ...]
    """Surviving clusters concerned, as far as known."""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class HostLoss:
    """A host name that would lose its server."""

    host: str
    lost_in: tuple[str, ...]
    left_in: tuple[str, ...]
    """Surviving clusters that serve it too; none is an outage for who comes from outside."""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Headroom:
    """What a surviving cluster has left."""

    cluster: str
    cpu_free: float | None
    """Cores that no request holds; None when nodes or requests could not be read."""
    memory_free: float | None
    """Bytes."""
    pods_free: int | None
    reason: str = ""
    """Why it is not known, or what it leaves out."""


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
    hubs: tuple[HubLoss, ...] = ()
    hosts: tuple[HostLoss, ...] = ()
    headroom: tuple[Headroom, ...] = ()
    unknowns: tuple[Unknown, ...] = field(default=())

    def count(self, impact: Impact) -> int:
        """Services with this impact."""
        return sum(one.impact is impact for one in self.services)
