"""What is held of one cluster: its topics, its metrics, its state and how it got there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Protocol

from mckconsole.domain.kinds import BY_TOPIC, Kind, Sensitivity
from mckconsole.domain.metrics import MetricsView, MetricVector
from mckconsole.domain.objects import Projection
from mckconsole.domain.snapshot import (
    Builds,
    ClusterSnapshot,
    Handshake,
    TopicView,
    VersionInfo,
)
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.sources.endpoint import ClusterEndpoint
from mckconsole.sources.errors import SourceError
from mckconsole.sources.pace import REAL, Pace
from mckconsole.store.collection import Collection
from mckconsole.store.history import History
from mckconsole.store.signals import CLUSTER, METRICS
from mckconsole.store.standing import standing


class Vitals(Protocol):
    """What a cluster's client knows of the connection."""

    @property
    def clock_offset(self) -> float: ...

    @property
    def last_answer(self) -> float | None: ...

    @property
    def latencies(self) -> Sequence[float]: ...


WITHHELD = "not read: values are only looked at with --scan-values, or audit.scanValues"
"""Why a topic is not read of which nothing but values is of interest."""


def _as_read(topic: str, stretch: float, values: bool) -> Kind:
    kind = BY_TOPIC[topic]
    if values and kind.by_values:
        kind = replace(kind, sensitivity=Sensitivity.VALUES)
    return kind if stretch == 1.0 else replace(kind, poll_seconds=kind.poll_seconds * stretch)


def is_withheld(kind: Kind, values: bool) -> bool:
    """Whether `kind` is not read at all, unless `values` may be looked at."""
    return kind.by_values and kind.only_audited and not values


class ClusterStore:
    """One cluster's content; written by its session, read through snapshots."""

    def __init__(
        self,
        endpoint: ClusterEndpoint,
        topics: Sequence[str],
        *,
        pace: Pace = REAL,
        ageing: bool = True,
        stretch: float = 1.0,
        scan_values: bool = False,
        emit: Callable[[tuple[str, str]], None] = lambda change: None,
    ) -> None:
        """`stretch` times more seldom than its kind says is a topic polled, and so grows stale.

        With `scan_values` the values of what holds credentials are looked at (`Kind.by_values`).
        """
        self.endpoint = endpoint
        self.name = endpoint.name
        self.version: VersionInfo | None = None
        self.builds = Builds()
        """What new connections said last."""
        self.scans_values = scan_values
        """Whether the values of what holds credentials are looked at."""
        self._pace = pace
        self._emit = emit
        self._state = ClusterState.PENDING
        self._reason = "not tried yet"
        self._connected = False
        self._contact: SourceError | None = None
        self._vitals: Vitals | None = None
        self._counts: Mapping[str, tuple[int, int | None]] = {}
        self._metrics: dict[str, MetricVector] = {}
        self._handshake = Handshake()
        self._history = History(endpoint.name)
        self._history.observe(CLUSTER, self._state, "", pace.wall())
        kinds = {topic: _as_read(topic, stretch, scan_values) for topic in topics}
        self._collections = {
            topic: Collection[Projection](
                kind,
                pace=pace,
                ageing=ageing,
                withheld=WITHHELD if is_withheld(kind, scan_values) else "",
                changed=self._topic_changed,
            )
            for topic, kind in kinds.items()
        }
        for topic in topics:
            self._history.observe(f"topic {topic}", TopicState.PENDING, "", pace.wall())
        self._begin()

    @property
    def topics(self) -> tuple[str, ...]:
        """The wanted topics."""
        return tuple(self._collections)

    @property
    def contact_lost(self) -> bool:
        """Whether the connection as a whole is in trouble."""
        return self._contact is not None

    @property
    def connected_now(self) -> bool:
        """Whether there is a contact, and no trouble with it."""
        return self._connected and self._contact is None

    @property
    def reason(self) -> str:
        """Why it is in its state, in words; empty where that needs none."""
        return self._reason

    @property
    def state(self) -> ClusterState:
        """The state as of the last change; a snapshot also sees what only grew old."""
        return self._state

    def collection(self, topic: str) -> Collection[Projection]:
        """The content of `topic`."""
        return self._collections[topic]

    # What the inventory tells.

    def describe(self, endpoint: ClusterEndpoint) -> None:
        """The inventory says other words about the same way to the same cluster."""
        if endpoint != self.endpoint:
            self.endpoint = endpoint
            self._emit((self.name, CLUSTER))

    def adopt(self, endpoint: ClusterEndpoint, doubt: SourceError | None) -> None:
        """There is another way to the cluster now; its session begins anew.

        What is held stays, in doubt until it is confirmed; without `doubt`, nothing of it does: it
        may be another cluster.
        """
        self.endpoint = endpoint
        self._connected, self._contact, self._vitals, self._counts = False, None, None, {}
        if doubt is not None:
            self.doubt(doubt)
        else:
            self.version, self.builds = None, Builds()
            self._metrics, self._handshake = {}, Handshake()
            for collection in self._collections.values():
                collection.reset()
            self._emit((self.name, METRICS))
        self._begin()

    def released(self) -> None:
        """What kept its session from being tried is settled."""
        self._contact = None
        self._begin()

    def _begin(self) -> None:
        problem = self.endpoint.problem
        if problem:
            self._become(ClusterState.UNREACHABLE, problem)
            self._settle_all(TopicState.UNREACHABLE, problem)
        else:
            self._become(ClusterState.PENDING, "not tried yet")

    # What a session tells.

    def connecting(self, reason: str) -> None:
        """A contact is being made; after one that failed, its reason stays until this one ends."""
        self._connected = False
        if self._contact is None:
            self._become(ClusterState.CONNECTING, reason)

    def identify(self, version: VersionInfo) -> None:
        """The API server says that it is of this version."""
        if version != self.version:
            self.version = version
            self._emit((self.name, CLUSTER))

    def built(self, builds: Builds) -> None:
        """New connections said these versions."""
        if builds != self.builds:
            self.builds = builds
            self._emit((self.name, CLUSTER))

    def shook_hands(self, handshake: Handshake) -> None:
        """The connection shows these certificates."""
        if handshake != self._handshake:
            self._handshake = handshake
            self._emit((self.name, CLUSTER))

    def connected(self) -> None:
        """Discovery is done: from now on the topics decide."""
        self._connected, self._contact = True, None
        self._judge(self._pace.monotonic())

    def counted(self, counts: Mapping[str, tuple[int, int | None]]) -> None:
        """How far the lists are that are being read: objects so far and, if known, in all."""
        self._counts = dict(counts)
        self._judge(self._pace.monotonic())

    def doubt(self, error: SourceError) -> None:
        """What counted as current does no longer, because of `error`, until it is confirmed."""
        now = self._pace.monotonic()
        for collection in self._collections.values():
            if collection.judge(now)[0] is TopicState.FRESH:
                collection.trouble(error)

    def failed(self, error: SourceError) -> None:
        """The contact is lost, or was never made: nothing held is confirmed any more."""
        self._contact = error
        for collection in self._collections.values():
            collection.trouble(error)
        self._become(error.cluster_state, str(error))

    def restored(self) -> None:
        """The cluster answers again; its topics recover one by one."""
        self._contact = None
        self._judge(self._pace.monotonic())

    def attach(self, vitals: Vitals) -> None:
        """Take latency, clock offset and the time of the last answer from `vitals` from now on."""
        self._vitals = vitals

    def set_metrics(self, vectors: Mapping[str, MetricVector]) -> None:
        """Take in answers by query id; others stay."""
        self._metrics.update(vectors)
        self._emit((self.name, METRICS))

    # What others are shown.

    def snapshot(self, now: float) -> ClusterSnapshot:
        """Views of everything at `now`, by the monotonic clock."""
        self._judge(now)
        topics: dict[str, TopicView] = {}
        for topic, collection in self._collections.items():
            view = topics[topic] = collection.view(now)
            if view.state.readable:  # only STALE comes, and FRESH returns, unannounced
                self._history.observe(f"topic {topic}", view.state, view.reason, self._pace.wall())
        vitals = self._vitals
        latencies = tuple(vitals.latencies) if vitals else ()
        return ClusterSnapshot(
            name=self.name,
            context=self.endpoint.context,
            server=self.endpoint.base_url,
            state=self._state,
            reason=self._reason,
            version=self.version,
            builds=self.builds,
            latency=latencies[-1] if latencies else None,
            latencies=latencies,
            clock_offset=vitals.clock_offset if vitals else 0.0,
            as_of=vitals.last_answer if vitals else None,
            warnings=self.endpoint.warnings,
            topics=MappingProxyType(topics),
            metrics=MetricsView(MappingProxyType(dict(self._metrics))),
            history=self._history.entries(),
            handshake=self._handshake,
        )

    # The state machine.

    def _topic_changed(self, topic: str) -> None:
        now = self._pace.monotonic()
        state, reason = self._collections[topic].judge(now)
        self._emit((self.name, topic))
        if self._history.observe(f"topic {topic}", state, reason, self._pace.wall()):
            self._judge(now)

    def _judge(self, now: float) -> None:
        """Let the topics decide, where the connection does not."""
        if not self._connected or self._contact is not None:
            return
        wanted = {name: held for name, held in self._collections.items() if not held.withheld}
        topics = {name: held.judge(now) for name, held in wanted.items()}
        errors = [held.error for held in wanted.values()]
        partial = [name for name, held in wanted.items() if held.partial]
        self._become(*standing(topics, errors, partial, self._counts))

    def _become(self, state: ClusterState, reason: str) -> None:
        if (state, reason) == (self._state, self._reason):
            return
        self._state, self._reason = state, reason
        self._history.observe(CLUSTER, state, reason, self._pace.wall())
        self._emit((self.name, CLUSTER))

    def _settle_all(self, state: TopicState, reason: str) -> None:
        for collection in self._collections.values():
            collection.settle(state, reason)
