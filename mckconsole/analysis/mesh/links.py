"""The mesh model: directed links, their nine states, and pairs of opposite links.

A link A→B is what A says about reaching B; nothing but A's own objects and metrics decide its
state. What B says is the link B→A, and `Pair` holds both with a verdict. Values only, no rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from mckconsole.domain.findings import Evidence, ObjectRef, Severity

WARN = Severity.MEDIUM
CRITICAL = Severity.CRITICAL


class MeshProvider(StrEnum):
    """Who makes the tunnel."""

    SUBMARINER = "submariner"
    CILIUM = "cilium"
    LINKERD = "linkerd"
    ISTIO = "istio"
    CONSUL = "consul"

    @property
    def mutual(self) -> bool:
        """Whether both directions use one tunnel, so that each says something of the other.

        Elsewhere a direction stands for itself: it needs no way back, and is none the worse when
        the way back is down.
        """
        return self in (MeshProvider.SUBMARINER, MeshProvider.CILIUM)


class LinkState(StrEnum):
    """State of a directed link. Definition order is precedence: the first that applies wins."""

    UNKNOWN = "unknown"
    """The source of the reading cannot be read; never counted as UP or DOWN."""
    STALE = "stale"
    """The reading is too old to be believed."""
    DOWN = "down"
    MISSING = "missing"
    """The peer is known, but there is no connection to it."""
    CONNECTING = "connecting"
    UNVERIFIED = "unverified"
    """Said to be connected, and nothing has ever measured it."""
    DEGRADED = "degraded"
    SLOW = "slow"
    UP = "up"

    @property
    def rank(self) -> int:
        """0 for UNKNOWN up to 8 for UP: the smaller wins."""
        return _RANKS[self]

    @property
    def measured(self) -> bool:
        """Whether a round trip time shown beside this state is a current one."""
        return self in (LinkState.UP, LinkState.SLOW, LinkState.DEGRADED)


_RANKS = {state: rank for rank, state in enumerate(LinkState)}


@dataclass(frozen=True, slots=True, order=True)
class LinkKey:
    """Identity of a directed link; `source` and `target` are names as the fleet calls them."""

    provider: MeshProvider
    source: str
    target: str
    cable: str = ""
    """Submariner's name of the remote end, or the object's name where that is not the target's;
    empty where there is none."""
    family: str = ""
    """`ipv4`, `ipv6` or empty, of the address in use."""

    def __str__(self) -> str:
        parts = (self.provider.value, self.source, self.target, self.cable, self.family)
        return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """Round trip times in seconds, as one source measured them; None for what it did not say."""

    average: float | None = None
    last: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    deviation: float | None = None
    source: str = "gateway"
    """`gateway` (the Gateway object) or `prometheus`."""

    @property
    def positive(self) -> bool:
        """Whether there ever was a reply: all zeros mean that the pinger never had one."""
        return any(value and value > 0 for value in (self.average, self.last, self.maximum))


@dataclass(frozen=True, slots=True)
class Claim:
    """One reason for one state; the claim with the highest precedence decides."""

    state: LinkState
    severity: Severity | None
    """None when there is nothing wrong."""
    reason: str
    cause: str = ""
    """One word for the cause, stable: `ping-error`, `overlap`, `no-heartbeat` …"""


def decide(claims: Iterable[Claim]) -> Claim:
    """The claim of the highest precedence; among equals the worse, then the first.

    A state with a severity takes on the worst of all claims: an unverified tunnel that no node can
    use is as critical as a degraded one.

    Raises:
        ValueError: there is no claim.
    """
    made = list(claims)
    first = min(made, key=lambda c: (c.state.rank, c.severity.rank if c.severity else 9))
    if first.severity is None:
        return first
    for claim in made:
        first = replace(first, severity=worse(first.severity, claim.severity))
    return first


def worse(first: Severity | None, second: Severity | None) -> Severity | None:
    """The worse of two severities; None is none."""
    found = [severity for severity in (first, second) if severity]
    return min(found, key=lambda severity: severity.rank, default=None)


@dataclass(frozen=True, slots=True)
class Link:
    """A directed link as far as it is known."""

    key: LinkKey
    state: LinkState
    severity: Severity | None
    reason: str
    cause: str = ""
    notes: tuple[str, ...] = ()
    """What else is worth knowing: jitter, sticky series, metrics missing …"""
    rtt: RoundTrip | None = None
    """Current only while `state.measured`; otherwise the last that was seen."""
    driver: str = ""
    using_ip: str = ""
    using_nat: bool | None = None
    object: ObjectRef | None = None
    """What shows it: the Gateway of the source."""
    observed_at: float | None = None
    """Unix seconds by the server that said it."""
    heartbeat_age: float | None = None
    """Seconds since the gateway last wrote its object."""
    since: float | None = None
    """Unix seconds, console clock, since when it is in this state; None when that was not seen."""
    last_state: LinkState | None = None
    """What it last said, while STALE or UNKNOWN."""
    in_fleet: bool = True
    """Whether the target is a cluster of this fleet."""
    evidence: tuple[Evidence, ...] = ()
    affected: bool = False
    """Whether only the opposite direction makes it DEGRADED."""
    trend: tuple[float, ...] = ()
    """The last few current round trips in seconds, oldest first, as far as the memory goes."""
    peer: str = ""
    """What the source's mesh calls the target; empty where the members' mesh ids say it."""
    one_way: str = ""
    """Why there is no way back and none is missing; empty where one is there or may be."""

    @property
    def current_rtt(self) -> float | None:
        """Average round trip (the last, where only that is said), seconds, while it is current."""
        if self.rtt is None or not self.state.measured:
            return None
        return self.rtt.last if self.rtt.average is None else self.rtt.average


class Verdict(StrEnum):
    """What both directions together mean; the nine states and ASYMMETRIC."""

    UNKNOWN = "unknown"
    STALE = "stale"
    DOWN = "down"
    MISSING = "missing"
    CONNECTING = "connecting"
    UNVERIFIED = "unverified"
    DEGRADED = "degraded"
    SLOW = "slow"
    UP = "up"
    ASYMMETRIC = "asymmetric"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two opposite links and the verdict on them.

    `forward` is the side to look at first where there is one.
    """

    forward: Link
    backward: Link | None
    verdict: Verdict
    severity: Severity | None
    reason: str
    hints: tuple[str, ...] = ()
    """What to look at, in this order."""
    latency: float | None = None
    """The larger of the two current averages, seconds."""
    uneven: bool = False
    """Both sides are well, and their round trips are far apart."""


@dataclass(frozen=True, slots=True)
class MeshMember:
    """A cluster of the fleet that is part of a mesh."""

    provider: MeshProvider
    cluster: str
    mesh_id: str
    """Submariner's cluster id or Cilium's cluster name; empty when it cannot be read, and where a
    mesh gives a cluster no name of its own."""
    reason: str = ""
    """Why the mesh id is not known from the cluster itself."""


@dataclass(frozen=True, slots=True)
class MeshReport:
    """All links and pairs of the fleet, sorted by key."""

    links: tuple[Link, ...] = ()
    pairs: tuple[Pair, ...] = ()
    members: tuple[MeshMember, ...] = ()
