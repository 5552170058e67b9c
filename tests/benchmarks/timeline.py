"""The timeline while 1,000 events arrive a second: what a frame costs for it, and a filter."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterable
from types import MappingProxyType

from mckconsole.analysis.timeline.report import TimelineMemory, analyse_timeline
from mckconsole.domain.events import Event, Involved
from mckconsole.domain.objects import Key, Meta, Projection
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot, TopicView
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.domain.times import format_rfc3339
from mckconsole.views.filter import parse_filter
from mckconsole.views.panes import TIMELINE
from mckconsole.views.timeline import rows_of
from tests.benchmarks.table import Line

CLUSTERS, HELD, PODS = 8, 5000, 4000
RATE, FRAMES, PER_SECOND = 1000, 60, 4
NOW = 1_790_000_000.0
_REASONS = ("BackOff", "Pulled", "Created", "Started", "Unhealthy")


def measure() -> list[Line]:
    """Frames of a quarter of a second each; what every one of them costs for the timeline."""
    made = _Made()
    memory, costs, filtered = TimelineMemory(), [], []
    report, memory = analyse_timeline(made.snapshot(NOW), (), (), (), memory)
    rows_of(report, NOW)
    chosen = parse_filter("backoff cluster:c3", TIMELINE.columns)
    for frame in range(FRAMES):
        now = NOW + frame / PER_SECOND
        made.happen(RATE // PER_SECOND, now)
        snapshot = made.snapshot(now)
        began = time.perf_counter()
        report, memory = analyse_timeline(snapshot, (), (), (), memory)
        rows = rows_of(report, now)
        costs.append(time.perf_counter() - began)
        began = time.perf_counter()
        sum(chosen.matches(row) for row in rows)
        filtered.append(time.perf_counter() - began)
    what = f"timeline, {CLUSTERS * HELD:,} events held, {RATE:,}/s more"
    return [
        _line(f"{what}: a frame", costs, f"{len(rows):,} rows"),
        _line(f"{what}: a filter", filtered, f"{len(rows):,} rows"),
    ]


def _line(what: str, costs: Iterable[float], beside: str) -> Line:
    costs = sorted(costs)
    p95 = costs[int(len(costs) * 0.95)]
    half = statistics.median(costs)
    return Line(what, f"p50 {half * 1e3:.0f} ms, p95 {p95 * 1e3:.0f} ms", beside, "",
                "p95 ≤ 50 ms", p95 <= 0.05)  # fmt: skip


class _Made:
    """Events that are made one after the other, in all clusters in turn."""

    def __init__(self) -> None:
        self._chance = random.Random(1)
        self._number = 0
        self._held: list[dict[Key, Projection]] = [{} for _ in range(CLUSTERS)]
        for _ in range(CLUSTERS * HELD):
            self.happen(1, NOW - self._chance.random() * 3000)

    def happen(self, many: int, at: float) -> None:
        """So many more events at Unix second `at`."""
        stamp = format_rfc3339(at)
        for _ in range(many):
            self._number += 1
            pod = f"pod-{self._number % PODS}"
            kind = self._chance.choice(("Normal", "Normal", "Warning"))
            found = Event(
                Meta(name=f"{pod}.{self._number:x}", namespace="shop", creation_timestamp=stamp),
                Involved("v1", "Pod", "shop", pod),
                self._chance.choice(_REASONS),
                "Back-off restarting failed container app in pod",
                kind,
                1,
                stamp,
                stamp,
            )
            self._held[self._number % CLUSTERS][found.key] = found

    def snapshot(self, now: float) -> FleetSnapshot:
        """The fleet now; what is shown is a copy, as the store's is."""
        clusters = {}
        for number, held in enumerate(self._held):
            objects = MappingProxyType(dict(held))
            view = TopicView("events", TopicState.FRESH, "", "v1", objects, generation=self._number)
            name = f"c{number}"
            clusters[name] = ClusterSnapshot(
                name, name, "", ClusterState.READY, topics={"events": view}
            )
        return FleetSnapshot(clusters, now)
