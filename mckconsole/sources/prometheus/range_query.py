"""PromQL about one link over time, and the answer laid on a grid.

Ids come from clusters and may be hostile: they are quoted, and can only ever be compared with.
This module must not know about HTTP.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from mckconsole.domain.ranges import LinkSeries, Point, RangeQuery, step_for
from mckconsole.domain.text import clean
from mckconsole.sources.prometheus.trouble import PrometheusTrouble

GROWTH_WINDOW = 120
"""Seconds over which growth is taken: two samples at any scrape interval up to a minute."""
MAX_SERIES = 12
"""Series of one link that are shown; more than a few gateways have there not been."""
_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$])")


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time in equal steps; whole seconds by the server's clock."""

    start: int
    end: int
    step: int

    @classmethod
    def until(cls, now: float, seconds: float) -> Window:
        """The last `seconds` before `now`, on multiples of the step, so that points stay put."""
        step = step_for(seconds)
        end = math.floor(now / step) * step
        return cls(end - math.floor(seconds / step) * step, end, step)

    @property
    def times(self) -> range:
        """Every point of time."""
        return range(self.start, self.end + 1, self.step)


@dataclass(frozen=True, slots=True)
class RangeSeries:
    """One series of an answer, not yet attributed to a cluster."""

    labels: Mapping[str, str]
    """Cleaned, without `__name__`."""
    values: Sequence[tuple[float, float]]
    """Unix seconds and value, which may be NaN or infinite."""


@dataclass(frozen=True, slots=True)
class RangeAnswer:
    """What the endpoint said to one range query."""

    series: tuple[RangeSeries, ...]
    caveat: str = ""
    """Why the series may not be all of them: the endpoint's warnings, cleaned."""


def expression(query: RangeQuery, link: LinkSeries, step: int, clusters: Sequence[str]) -> str:
    """The PromQL; what is aggregated keeps the labels `clusters`, by which it is attributed."""
    matchers = [f"{query.target_label}={quoted(link.remote)}"]
    if link.local and query.source_label:
        # A series without the label is the exporter's own: relabelling may have dropped it.
        either = _SPECIAL.sub(r"\\\1", link.local) + "|"
        matchers.append(f"{query.source_label}=~{quoted(either)}")
    selector = f"{query.metric}{{{','.join(matchers)}}}"
    if query.growth:
        return f"delta({selector}[{growth_window(step)}s])"
    return f"max by ({', '.join(clusters)}) ({selector})" if query.largest else selector


def growth_window(step: int) -> int:
    """Seconds over which growth is taken at this step: nothing between two points is left out."""
    return max(GROWTH_WINDOW, step)


def quoted(text: str) -> str:
    """A PromQL string."""
    escaped = text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'"{escaped}"'


class _Row(msgspec.Struct):
    """One series of a matrix; native histograms have no `values`."""

    metric: dict[str, str]
    values: list[tuple[float, str]] | None = None


def read_matrix(rows: object) -> tuple[tuple[RangeSeries, ...], int]:
    """Decode the rows of a matrix; also the number of native histograms among them.

    Raises:
        PrometheusTrouble: they are not of the Prometheus HTTP API.
    """
    series: list[RangeSeries] = []
    histograms = 0
    try:
        for row in msgspec.convert(rows, list[_Row]):
            if row.values is None:
                histograms += 1
                continue
            labels = {clean(k): clean(v) for k, v in row.metric.items() if k != "__name__"}
            series.append(RangeSeries(labels, [(at, float(text)) for at, text in row.values]))
    except (ValueError, OverflowError):
        raise PrometheusTrouble(
            "the answer holds series that are not of the Prometheus HTTP API"
        ) from None
    return tuple(series), histograms


def lay_out(
    found: Iterable[RangeSeries], query: RangeQuery, window: Window
) -> tuple[dict[str, tuple[Point, ...]], int]:
    """Points by legend, and how many series were too many.

    Series that differ in other labels than the legend's are one line: replicas of a Prometheus, or
    a gateway's pods one after the other. Of two values the larger one counts.
    """
    lines: dict[tuple[str, ...], list[float | None]] = {}
    left_out = set()
    for series in found:
        key = tuple(series.labels.get(label, "") for label in query.legend)
        if key not in lines and len(lines) >= MAX_SERIES:
            left_out.add(key)
            continue
        line = lines.setdefault(key, [None] * len(window.times))
        for at, value in series.values:
            _put(line, at, _shown(value, query, window.step), window)
    names = _names(list(lines), query.line)
    points = {
        name: tuple(zip(map(float, window.times), line, strict=True))
        for name, line in zip(names, lines.values(), strict=True)
    }
    return points, len(left_out)


def _put(line: list[float | None], at: float, value: float | None, window: Window) -> None:
    """Keep a value at its place on the grid; what lies beside it is not of this answer."""
    if value is None or not math.isfinite(at):
        return
    place = round((at - window.start) / window.step)
    if 0 <= place < len(line) and abs(window.start + place * window.step - at) < 1:
        known = line[place]
        line[place] = value if known is None else max(known, value)


def _shown(value: float, query: RangeQuery, step: int) -> float | None:
    if not math.isfinite(value):
        return None
    if not query.growth:
        return value * query.scale
    return value * query.scale / growth_window(step) if value >= 0 else None


def _names(keys: Sequence[tuple[str, ...]], single: str) -> list[str]:
    """What tells the lines apart, in words; a single one needs none but its own."""
    if len(keys) == 1:
        return [single]
    telling = [place for place, values in enumerate(zip(*keys, strict=True)) if len({*values}) > 1]
    return [" → ".join(key[place] or "(none)" for place in telling) for key in keys]
