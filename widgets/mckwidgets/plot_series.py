"""What a plot shows: series of samples, and which of them belong together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

Point = tuple[float, float]
"""Unix seconds and value."""

GAP_FACTOR = 2.5
"""Samples further apart than this many usual distances are not joined."""


class Series(NamedTuple):
    """One line of a plot."""

    name: str
    role: str
    points: Sequence[tuple[float, float | None]]
    """Unix seconds and value; None is a sample without one."""


class Chart(NamedTuple):
    """What is to be drawn."""

    series: tuple[Series, ...] = ()
    title: str = ""
    unit: Callable[[float], str] = "{:g}".format
    """Words for a value."""
    start: float = 0.0
    end: float = 0.0
    """Unix seconds; the end is now."""
    note: str = ""
    ascii: bool = False


class Line(NamedTuple):
    """A series as it is drawn: what is known of it within the time shown."""

    name: str
    role: str
    number: int
    distance: float
    """The usual seconds between two samples."""
    runs: tuple[tuple[Point, ...], ...]
    """Samples in the order of time; those of one run are joined."""

    @property
    def values(self) -> list[float]:
        """Of all samples."""
        return [value for run in self.runs for _, value in run]

    @property
    def last(self) -> Point | None:
        """The newest sample."""
        return self.runs[-1][-1] if self.runs else None

    def at(self, time: float, reach: float) -> float | None:
        """The value nearest to a time, if there is one within `reach` or the usual distance."""
        near = max(reach, self.distance)
        points = [point for run in self.runs for point in run if abs(point[0] - time) <= near]
        return min(points, key=lambda point: abs(point[0] - time))[1] if points else None


def lines_of(chart: Chart) -> tuple[Line, ...]:
    """The series of a chart as they are drawn, in their order."""
    return tuple(
        _line(series, number, chart.start, chart.end) for number, series in enumerate(chart.series)
    )


def _line(series: Series, number: int, start: float, end: float) -> Line:
    samples = sorted((p for p in series.points if start <= p[0] <= end), key=lambda p: p[0])
    distances = [later[0] - earlier[0] for earlier, later in pairwise(samples)]
    distance = median(distances) if distances else 0.0
    runs: list[list[Point]] = [[]]
    for time, value in samples:
        known = value is not None and math.isfinite(value)
        late = bool(runs[-1]) and time - runs[-1][-1][0] > distance * GAP_FACTOR
        if late or not known:
            runs.append([])
        if value is not None and known:
            runs[-1].append((time, value))
    return Line(series.name, series.role, number, distance, tuple(tuple(r) for r in runs if r))
