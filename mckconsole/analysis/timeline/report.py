"""The timeline of a fleet, kept up as the fleet changes.

Looks only at what is another than at the last look: events that came, states that changed. What
happened before the first look is known as far as the objects themselves tell it. The memory changes
in place, so only the newest leads on; with an older one the timeline begins anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mckconsole.analysis.certificates.model import CertificateEntry
from mckconsole.analysis.changes import differences
from mckconsole.analysis.desk import Desk, DeskMemory
from mckconsole.analysis.pause import undisturbed
from mckconsole.analysis.services.model import FleetService
from mckconsole.analysis.timeline import nodes
from mckconsole.analysis.timeline.alerts import AlertLog
from mckconsole.analysis.timeline.clocks import correction
from mckconsole.analysis.timeline.folding import Fold, FoldKey, entry_of, fold_key, moments
from mckconsole.analysis.timeline.judged import JudgedLog
from mckconsole.analysis.timeline.model import Entry, TimelineReport
from mckconsole.analysis.timeline.rollouts import TOPICS, RolloutLog
from mckconsole.analysis.timeline.shelf import Shelf
from mckconsole.analysis.timeline.states import LinkLog, StateLog
from mckconsole.analysis.unread import unread_reason, without_age
from mckconsole.domain.core import Node
from mckconsole.domain.events import Event
from mckconsole.domain.metrics import MetricState
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from mckconsole.domain.states import Transition

EVENTS, NODES = "events", "nodes"
FOLDS = 20_000
"""Folds of a cluster that are remembered; the longest silent go first."""


@dataclass(slots=True)
class ClusterLog:
    """How far one cluster was looked at."""

    states: StateLog = field(default_factory=StateLog)
    held: dict[str, Mapping[Key, Projection]] = field(default_factory=dict)
    """The content of topics at the last look, where they were read."""
    folds: dict[FoldKey, Fold] = field(default_factory=dict)
    rollouts: RolloutLog = field(default_factory=RolloutLog)

    def look(self, cluster: ClusterSnapshot, now: float) -> Iterator[Entry]:
        """Entries of what is another than it was."""
        yield from self.states.look(cluster)
        yield from self._events(cluster, now)
        yield from self._nodes(cluster, now)
        yield from self._rollouts(cluster, now)

    def _changes(
        self, cluster: ClusterSnapshot, topic: str
    ) -> Iterator[tuple[Key, Projection | None, Projection | None]]:
        """What changed in a topic, where it is read: otherwise nothing is known to be gone."""
        view = cluster.topic(topic)
        before = self.held.get(topic)
        if not view.state.readable or view.objects is before:
            return
        self.held[topic] = view.objects
        yield from differences(before or {}, view.objects)

    def _events(self, cluster: ClusterSnapshot, now: float) -> Iterator[Entry]:
        touched: dict[FoldKey, Fold] = {}
        for key, _, event in self._changes(cluster, EVENTS):
            if not isinstance(event, Event):
                continue
            found = moments(event, cluster.clock_offset, now)
            if found is None:
                continue
            name = fold_key(event)
            fold = self.folds.pop(name, None) or Fold()
            self.folds[name] = touched[name] = fold
            fold.add(key, event, *found)
        for name, fold in touched.items():
            yield entry_of(cluster.name, name, fold)
        while len(self.folds) > FOLDS:
            del self.folds[next(iter(self.folds))]

    def _nodes(self, cluster: ClusterSnapshot, now: float) -> Iterator[Entry]:
        first = NODES not in self.held
        spot = nodes.Spot(cluster.name, cluster.clock_offset, now)
        for _, before, node in self._changes(cluster, NODES):
            if isinstance(before, Node) and isinstance(node, Node):
                yield from nodes.changed(before, node, spot)
            elif isinstance(node, Node):
                yield from nodes.known_of(node, spot)
            elif isinstance(before, Node) and not first:
                yield nodes.gone(before, spot)

    def _rollouts(self, cluster: ClusterSnapshot, now: float) -> Iterator[Entry]:
        spot = nodes.Spot(cluster.name, cluster.clock_offset, now)
        for topic, kind in TOPICS.items():
            for _, before, workload in self._changes(cluster, topic):
                old = before if isinstance(before, kind) else None
                new = workload if isinstance(workload, kind) else None
                yield from self.rollouts.look(old, new, spot)


@dataclass(slots=True)
class TimelineDesk(Desk):
    """The timeline as the last analysis left it."""

    clusters: dict[str, ClusterLog] = field(default_factory=dict)
    alerts: dict[str, AlertLog] = field(default_factory=dict)
    links: LinkLog = field(default_factory=LinkLog)
    judged: JudgedLog = field(default_factory=JudgedLog)
    shelf: Shelf = field(default_factory=Shelf)
    since: float = 0.0
    """Unix seconds, console clock, of the first look."""


class TimelineMemory(DeskMemory[TimelineDesk]):
    """What is remembered of a fleet; `TimelineMemory()` remembers nothing."""

    __slots__ = ()


def analyse_timeline(
    fleet: FleetSnapshot,
    links: Iterable[Transition],
    services: tuple[FleetService, ...],
    certificates: tuple[CertificateEntry, ...],
    memory: TimelineMemory,
) -> tuple[TimelineReport, TimelineMemory]:
    """What happened until `fleet` was taken, and what to hand to the next analysis.

    Args:
        links: tunnels that changed their state since the last analysis.
        services: as judged now; the very tuple of before where nothing changed.
        certificates: likewise.
    """
    desk = memory.newest or TimelineDesk(since=fleet.taken_at)
    with undisturbed(desk.turn == 0):
        _follow(desk, fleet)
        new: list[Entry] = []
        for name, cluster in fleet.clusters.items():
            new += desk.clusters[name].look(cluster, fleet.taken_at)
        for view in fleet.alerts:
            new += desk.alerts.setdefault(view.endpoint, AlertLog()).look(view)
        new += desk.links.look(links, desk.since)
        new += desk.judged.look(fleet, services, certificates)
        desk.shelf.put(new)
    report = TimelineReport(
        desk.shelf.entries,
        tuple(_clocks(fleet)),
        tuple(_unread(fleet)),
        desk.shelf.dropped,
        (desk.since, fleet.taken_at) if desk.turn else None,
    )
    return report, TimelineMemory.of(desk)


def _follow(desk: TimelineDesk, fleet: FleetSnapshot) -> None:
    """Have a log for every cluster that there is now, and for no other."""
    gone = [name for name in desk.clusters if name not in fleet.clusters]
    if gone:
        desk.shelf.forget(gone)
    desk.clusters = {name: desk.clusters.get(name) or ClusterLog() for name in fleet.clusters}


def _clocks(fleet: FleetSnapshot) -> Iterator[tuple[str, float]]:
    for name, cluster in fleet.clusters.items():
        if off := correction(cluster.clock_offset):
            yield name, off
    for view in fleet.alerts:
        if off := correction(view.clock_offset):
            yield view.endpoint, off


def _unread(fleet: FleetSnapshot) -> Iterator[tuple[str, str]]:
    for name, cluster in fleet.clusters.items():
        view = cluster.topic(EVENTS)
        if EVENTS in cluster.topics and not view.conclusive:
            yield name, without_age(unread_reason(view))
    for alerts in fleet.alerts:
        if alerts.state is not MetricState.FRESH:
            yield alerts.endpoint, alerts.reason or f"alerts {alerts.state.value}"
