"""What is held of all clusters: the store that sessions write to and the analysis reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from types import MappingProxyType

from mckconsole.domain.access_log import NO_ACCESS_LOG, AccessLog
from mckconsole.domain.alerts import AlertsView
from mckconsole.domain.metrics import MetricState
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.sources.endpoint import ClusterEndpoint
from mckconsole.sources.pace import REAL, Pace
from mckconsole.store.cluster import ClusterStore
from mckconsole.store.metrics import Vectors
from mckconsole.store.signals import (
    ACCESS,
    ALERTS,
    INVENTORY,
    TICK,
    Change,
    Signals,
    Subscription,
    Wanted,
)

FULL_PACE = 50
"""Clusters up to which every topic is polled as often as its kind says; a larger fleet is polled
more seldom in proportion, so that its heartbeats do not add up to a load of their own."""


class FleetStore:
    """Every cluster of the inventory, in its order; the inventory may change."""

    def __init__(
        self,
        endpoints: Sequence[ClusterEndpoint],
        topics: Sequence[str],
        *,
        problems: Sequence[str] = (),
        scan_values: Sequence[str] = (),
        pace: Pace = REAL,
        ageing: bool = True,
    ) -> None:
        """`problems` are contexts that could not even be tried, in words.

        In clusters of the names or globs `scan_values` the values of what holds credentials are
        looked at; in the others their metadata is all that is asked for.

        Without `ageing`, silence makes nothing stale: for a fleet that is read once, where a slow
        cluster must not make the quick ones look old.

        Raises:
            ValueError: two endpoints have the same name; an inventory makes them unique.
        """
        self._topics = tuple(topics)
        self._pace = pace
        self._ageing = ageing
        self._scan_values = tuple(scan_values)
        self._access = NO_ACCESS_LOG
        self._problems: tuple[str, ...] = ()
        self._complaint = ""
        self._notes: dict[str, str] = {}
        self._alerts: dict[str, AlertsView] = {}
        self._signals = Signals(pace)
        self._clusters: dict[str, ClusterStore] = {}
        self.arrange(endpoints, problems=problems)

    @property
    def names(self) -> tuple[str, ...]:
        """The clusters' names, in order."""
        return tuple(self._clusters)

    def cluster(self, name: str) -> ClusterStore:
        """The store of one cluster.

        Raises:
            KeyError: there is none of this name.
        """
        return self._clusters[name]

    @property
    def stretch(self) -> float:
        """How many times more seldom than a small fleet's its clusters are polled."""
        return max(1.0, len(self._clusters) / FULL_PACE)

    def arrange(
        self, endpoints: Sequence[ClusterEndpoint], *, problems: Sequence[str] = ()
    ) -> None:
        """Have the clusters of these endpoints, in this order, and drop the others.

        Those of a name that is there already stay as they are, with the endpoint they have.

        Raises:
            ValueError: two endpoints have the same name; an inventory makes them unique.
        """
        if len({endpoint.name for endpoint in endpoints}) != len(endpoints):
            raise ValueError("cluster names must be unique")
        before = dict(self._clusters)
        stretch = max(1.0, len(endpoints) / FULL_PACE)
        self._clusters = {
            endpoint.name: before.get(endpoint.name) or self._make(endpoint, stretch)
            for endpoint in endpoints
        }
        self._problems, self._complaint = tuple(problems), ""
        for name in before.keys() ^ self._clusters.keys():
            self._emit((name, INVENTORY))
        self._emit(("", INVENTORY))

    def complain(self, problem: str) -> None:
        """The inventory cannot be read any more, for this reason; it stays as it is."""
        if problem != self._complaint:
            self._complaint = problem
            self._emit(("", INVENTORY))

    def _make(self, endpoint: ClusterEndpoint, stretch: float) -> ClusterStore:
        return ClusterStore(
            endpoint,
            self._topics,
            pace=self._pace,
            ageing=self._ageing,
            stretch=stretch,
            scan_values=any(fnmatchcase(endpoint.name, one) for one in self._scan_values),
            emit=self._emit,
        )

    def _emit(self, change: Change) -> None:
        """Pass on what changed; of a cluster that was dropped only that it was."""
        if change[0] in self._clusters or change[1] == INVENTORY:
            self._signals.emit(change)

    def set_metrics(self, vectors: Vectors) -> None:
        """Take in answers by cluster and query id; those of strangers are dropped."""
        for name, found in vectors.items():
            if name in self._clusters:
                self._clusters[name].set_metrics(found)

    def note(self, source: str, text: str) -> None:
        """Keep what `source` says of the fleet as a whole, instead of what it said before."""
        if text:
            self._notes[source] = text
        else:
            self._notes.pop(source, None)

    def set_alerts(self, view: AlertsView) -> None:
        """Take in what a metrics endpoint says of alerts, instead of what it said before.

        Where it could not be asked, what it said last stays, and the state says that it is old.
        """
        held = self._alerts.get(view.endpoint)
        if view.state is MetricState.FAILED and held is not None:
            view = replace(view, alerts=held.alerts, as_of=held.as_of)
        told = held is None or (held.state, held.alerts) != (view.state, view.alerts)
        self._alerts[view.endpoint] = view
        if told:
            self._signals.emit(("", ALERTS))

    def set_access(self, log: AccessLog) -> None:
        """Take in who read Secrets, by the files that were given."""
        self._access = log
        self._signals.emit(("", ACCESS))

    def snapshot(self, *, now: float | None = None) -> FleetSnapshot:
        """Views of everything, at `now` (Unix seconds; the present by default).

        Ages are taken by the monotonic clock, so a console clock that is set makes nothing stale.
        """
        wall = self._pace.wall()
        taken_at = wall if now is None else now
        moment = self._pace.monotonic() + (taken_at - wall)
        clusters = {name: held.snapshot(moment) for name, held in self._clusters.items()}
        problems = (*((self._complaint,) if self._complaint else ()), *self._problems)
        notes = tuple(self._notes.values())
        view = MappingProxyType(clusters)
        alerts = tuple(self._alerts.values())
        return FleetSnapshot(view, taken_at, problems, notes, alerts, self._access)

    def subscribe(self, *, tick: float = TICK, only: Wanted = lambda _: True) -> Subscription:
        """Sets of what changed from now on and is wanted, at most one per `tick` seconds."""
        return self._signals.subscribe(tick, only)
