"""What the analysis is given: the store's content at one moment, read-only.

A snapshot is a value: it is made on the loop's thread and costs no copy, because the store changes
a copy of what it has shown. It may be kept, and read in another thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar, cast

from mckconsole.domain.access_log import NO_ACCESS_LOG, AccessLog
from mckconsole.domain.audit import Audited, CertificateSeen
from mckconsole.domain.metrics import MetricsView
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.states import ClusterState, TopicState, Transition

if TYPE_CHECKING:
    from mckconsole.domain.alerts import AlertsView
    from mckconsole.domain.kind import Kind

P = TypeVar("P", bound=Projection)

_EMPTY: Mapping[Key, Projection] = MappingProxyType({})
NOT_READ: Final = "(not read)"
"""Stands for a name in `TopicView.faults`: of the namespace beside it nothing could be read; where
that is empty, of namespaces that are not known."""


@cache
def _kinds() -> Mapping[str, Kind]:
    """All kinds by topic; they are many, and the console's first frame shows none of them."""
    from mckconsole.domain.kinds import BY_TOPIC

    return BY_TOPIC


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """The parsed part of `GET /version` that rules read."""

    git_version: str
    platform: str = ""


@dataclass(frozen=True, slots=True)
class Builds:
    """What `GET /version` said over new connections, each of which may end at another API server
    behind the same load balancer."""

    versions: tuple[tuple[str, int], ...] = ()
    """(gitVersion, connections that it was said on), sorted; empty before it was asked."""
    at: float = 0.0
    """Unix seconds by the API server's clock."""

    @property
    def connections(self) -> int:
        """How many were answered."""
        return sum(count for _, count in self.versions)


@dataclass(frozen=True, slots=True)
class TopicView:
    """One topic of one cluster."""

    topic: str
    state: TopicState
    reason: str = ""
    """Why the state is not FRESH, in words for an operator; empty when it is."""
    version: str = ""
    """API version it was read in; empty before discovery."""
    objects: Mapping[Key, Projection] = field(default_factory=lambda: _EMPTY)
    faults: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    """Objects that were decoded only in part, with the paths left out."""
    as_of: float | None = None
    """Unix seconds by the API server's clock (its `Date` header) when the content was last
    confirmed: use it, not the console's clock, to judge time stamps inside the objects."""
    generation: int = 0
    """Grows with every change of the content; equal generations mean equal content."""
    audit: Mapping[Key, Audited] = field(default_factory=dict)
    """What the decoder saw of credentials and certificates, by object; only where there is any."""
    values: bool = False
    """Whether values were looked at (`Sensitivity.VALUES`): without it, that nothing was seen in
    an object that holds credentials means nothing."""
    withheld: bool = False
    """Whether it is not read at all because nobody allowed to look at its values; the state is
    PENDING then and says so."""
    looked_at: int | None = None
    """How many objects there were, where those are left out in which nothing was found; None where
    all are held."""

    @property
    def count(self) -> int:
        """How many objects were read, whether or not they are held."""
        return len(self.objects) if self.looked_at is None else self.looked_at

    @property
    def complete(self) -> bool:
        """Whether the content is current and every object of it could be read in full."""
        return self.state is TopicState.FRESH and not self.faults

    @property
    def conclusive(self) -> bool:
        """Whether the *absence* of an object, or of a field in one, means that it is not there."""
        return self.state.conclusive and not self.faults

    @property
    def gap(self) -> str:
        """What of the content could not be read, in words; empty when nothing is known of."""
        for (namespace, name), paths in self.faults.items():
            where = f"{namespace}/{name}" if namespace else name
            more = len(self.faults) - 1
            rest = f", and {more} more objects" if more else ""
            return f"{where}: {'; '.join(paths[:3])}{rest}"
        return ""


@dataclass(frozen=True, slots=True)
class Handshake:
    """What the connection to an API server shows of certificates; all of it is public."""

    server: tuple[CertificateSeen, ...] = ()
    """Those that the server showed, its own first; empty before the first handshake and for
    plain http."""
    client: tuple[CertificateSeen, ...] = ()
    """The console's own, of the kubeconfig; empty where it signs in without."""
    authorities: tuple[CertificateSeen, ...] = ()
    """Those that the kubeconfig trusts; empty where the system's are."""
    verified: bool = True
    """Whether the server's was checked (`insecure-skip-tls-verify`)."""
    name: str = ""
    """The name that the server's must have: its host, or `tls-server-name`."""
    at: float | None = None
    """Unix seconds, console clock."""


@dataclass(frozen=True, slots=True)
class ClusterSnapshot:
    """One cluster."""

    name: str
    context: str
    server: str
    """Base URL without any credential."""
    state: ClusterState
    reason: str = ""
    version: VersionInfo | None = None
    builds: Builds = Builds()
    latency: float | None = None
    """Seconds of the last small request (`/version` or `/readyz`), None before the first."""
    latencies: tuple[float, ...] = ()
    """The last few of them, oldest first."""
    clock_offset: float = 0.0
    """API server's clock minus the console's, seconds."""
    as_of: float | None = None
    """Unix seconds, console clock, of the last answer of any kind."""
    warnings: tuple[str, ...] = ()
    """What an operator must know of the connection: TLS verification off, plain http, …"""
    topics: Mapping[str, TopicView] = field(default_factory=dict)
    metrics: MetricsView = field(default_factory=MetricsView)
    history: tuple[Transition, ...] = ()
    handshake: Handshake = Handshake()

    def topic(self, topic: str) -> TopicView:
        """The view of `topic`; PENDING when it was never asked for."""
        found = self.topics.get(topic)
        return found or TopicView(topic, TopicState.PENDING, "not read")

    def objects(self, topic: str, projection: type[P]) -> Mapping[Key, P]:
        """The objects held for `topic`, typed; empty when there are none or none may be shown."""
        held = _kinds()[topic].projection
        if held is not projection:
            raise TypeError(f"topic {topic} holds {held.__name__}")
        return cast("Mapping[Key, P]", self.topic(topic).objects)


@dataclass(frozen=True, slots=True)
class FleetSnapshot:
    """Every cluster, in the order of the inventory."""

    clusters: Mapping[str, ClusterSnapshot]
    taken_at: float
    """Unix seconds, console clock."""
    inventory_problems: tuple[str, ...] = ()
    """Contexts that could not even be tried, in words."""
    notes: tuple[str, ...] = ()
    """What was seen of clusters that are not among these: metrics of an unknown one, in words."""
    alerts: tuple[AlertsView, ...] = ()
    """What each metrics endpoint says of alerts; empty where there is no endpoint."""
    access: AccessLog = NO_ACCESS_LOG
    """Who read Secrets, by the audit and Falco files that were given."""
