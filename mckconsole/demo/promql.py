"""The few PromQL expressions that the embedded Prometheus answers, and how.

Exactly: a selector with matchers, `timestamp(SELECTOR)`, `delta(SELECTOR[RANGE])`,
`count`, `group` or `max` `by (LABELS) (SELECTOR)` or of its `timestamp`, and `vector(NUMBER)`.
Anything else is refused with an error, as a real server refuses what it cannot parse; nothing is
approximated.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from mckconsole.demo.promdelta import delta

LOOKBACK = 300.0
"""Seconds for which a sample counts as current (Prometheus' --query.lookback-delta)."""

SCRAPE = 15.0
"""Seconds between two samples of what is scraped all the time, where each one counts."""

Labels: TypeAlias = tuple[tuple[str, str], ...]
Sample: TypeAlias = tuple[dict[str, str], float]
"""Labels and value."""

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_MATCHER = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*')
_SELECTOR = re.compile(rf"\s*({_NAME})?\s*(?:\{{(.*)\}})?\s*", re.DOTALL)
_TIMESTAMP = re.compile(r"\s*timestamp\s*\((.*)\)\s*", re.DOTALL)
_DELTA = re.compile(r"\s*delta\s*\((.*)\[((?:\d+(?:ms|[smhd]))+)\]\s*\)\s*", re.DOTALL)
_SPAN = re.compile(r"(\d+)(ms|[smhd])")
_VECTOR = re.compile(r"\s*vector\s*\(\s*(\d+(?:\.\d+)?)\s*\)\s*")
_GROUPED = re.compile(r"\s*(count|group|max)\s*by\s*\(([^)]*)\)\s*\((.*)\)\s*", re.DOTALL)
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}


class QueryError(Exception):
    """The expression cannot be parsed (`bad_data`)."""


@dataclass(frozen=True, slots=True)
class PromSeries:
    """One series.

    Args:
        value: a constant, the value at a Unix second, or samples (Unix seconds, value) in order.
        stamp: Unix seconds of its last sample; None means that it is scraped all the time.
    """

    name: str
    labels: Mapping[str, str]
    value: float | Callable[[float], float] | Sequence[tuple[float, float]]
    stamp: float | None = None

    def at(self, moment: float) -> tuple[float, float] | None:
        """(sample time, value) that an instant query at `moment` sees, or None when stale."""
        if isinstance(self.value, Sequence):
            place = bisect_right(self.value, moment, key=lambda sample: sample[0])
            found = self.value[place - 1] if place else None
            return found if found and moment - found[0] <= LOOKBACK else None
        sampled = moment if self.stamp is None else min(self.stamp, moment)
        if moment - sampled > LOOKBACK or (self.stamp is not None and self.stamp > moment):
            return None
        return sampled, self._told(sampled)

    def between(self, start: float, end: float) -> list[tuple[float, float]]:
        """Samples after `start` and not after `end`: what there is, or one per scrape."""
        if isinstance(self.value, Sequence):
            return [sample for sample in self.value if start < sample[0] <= end]
        if self.stamp is not None:
            return [(self.stamp, self._told(self.stamp))] if start < self.stamp <= end else []
        first, last = math.floor(start / SCRAPE) + 1, math.floor(end / SCRAPE)
        return [(turn * SCRAPE, self._told(turn * SCRAPE)) for turn in range(first, last + 1)]

    def _told(self, moment: float) -> float:
        if isinstance(self.value, Sequence):
            raise TypeError("a series of samples has no value between them")
        return self.value(moment) if callable(self.value) else self.value

    @property
    def all_labels(self) -> dict[str, str]:
        """Labels with `__name__`."""
        return {"__name__": self.name, **self.labels}


Matcher: TypeAlias = Callable[[Mapping[str, str]], bool]


def parse_selector(text: str) -> Callable[[PromSeries], bool]:
    """A selector such as `up{job="x",env!~"dev|test"}`.

    Raises:
        QueryError: it is none, or would select every series.
    """
    match = _SELECTOR.fullmatch(text)
    if match is None or not (match.group(1) or match.group(2)):
        raise QueryError(f"parse error: unexpected {text.strip()[:40]!r}")
    name, inside = match.group(1), match.group(2) or ""
    matchers = list(_matchers(inside))

    def selects(series: PromSeries) -> bool:
        labels = series.all_labels
        return (not name or series.name == name) and all(test(labels) for test in matchers)

    return selects


def _matchers(inside: str) -> Iterable[Matcher]:
    rest = inside.strip()
    while rest:
        match = _MATCHER.match(rest)
        if match is None:
            raise QueryError("parse error: unexpected character inside braces")
        label, operator, quoted = match.groups()
        yield _matcher(label, operator, re.sub(r"\\(.)", r"\1", quoted))
        rest = rest[match.end() :]
        if rest and not rest.startswith(","):
            raise QueryError(
                'parse error: unexpected string in label matching, expected "," or "}"'
            )
        rest = rest.removeprefix(",")


def _matcher(label: str, operator: str, wanted: str) -> Matcher:
    if operator in ("=", "!="):
        return lambda labels: (labels.get(label, "") == wanted) == (operator == "=")
    try:
        pattern = re.compile(wanted)
    except re.error as error:
        raise QueryError(f"parse error: error parsing regexp: {error}") from None
    return lambda labels: bool(pattern.fullmatch(labels.get(label, ""))) == (operator == "=~")


Evaluation: TypeAlias = Callable[[float], list[Sample]]
"""The instant vector at a Unix second."""


def evaluate(expression: str, series: Iterable[PromSeries], moment: float) -> list[Sample]:
    """The instant vector of an expression at a Unix second.

    Raises:
        QueryError: the expression is none of those known here.
    """
    return prepare(expression, series)(moment)


def prepare(expression: str, series: Iterable[PromSeries]) -> Evaluation:
    """Parse an expression and choose its series once, to evaluate it at many moments.

    Raises:
        QueryError: the expression is none of those known here.
    """
    if match := _TIMESTAMP.fullmatch(expression):
        chosen = _choose(match.group(1), series)
        return lambda moment: [(dict(o.labels), seen[0]) for o, seen in _current(chosen, moment)]
    if match := _DELTA.fullmatch(expression):
        parts = _SPAN.findall(match.group(2))
        window = sum(float(number) * _SECONDS[unit] for number, unit in parts)
        chosen = _choose(match.group(1), series)
        return lambda moment: list(_deltas(chosen, moment, window))
    if match := _GROUPED.fullmatch(expression):
        names = [name.strip() for name in match.group(2).split(",") if name.strip()]
        combine = _COMBINE[match.group(1)]
        inner = _TIMESTAMP.fullmatch(match.group(3))
        chosen = _choose(inner.group(1) if inner else match.group(3), series)
        part = 0 if inner else 1
        return lambda moment: _grouped(names, combine, part, _current(chosen, moment))
    if match := _VECTOR.fullmatch(expression):
        number = float(match.group(1))
        return lambda moment: [({}, number)]
    chosen = _choose(expression, series)
    return lambda moment: [(o.all_labels, seen[1]) for o, seen in _current(chosen, moment)]


_COMBINE: Mapping[str, Callable[[list[float]], float]] = {
    "count": lambda values: float(len(values)),
    "group": lambda values: 1.0,
    "max": lambda values: max(values, key=lambda value: (not math.isnan(value), value)),
}


def _choose(selector: str, series: Iterable[PromSeries]) -> list[PromSeries]:
    return list(filter(parse_selector(selector), series))


def _current(
    chosen: Iterable[PromSeries], moment: float
) -> Iterator[tuple[PromSeries, tuple[float, float]]]:
    for one in chosen:
        sample = one.at(moment)
        if sample is not None:
            yield one, sample


def _deltas(chosen: Iterable[PromSeries], moment: float, window: float) -> Iterator[Sample]:
    """Growth over the window; a series without two samples in it has none."""
    for one in chosen:
        growth = delta(one.between(moment - window, moment), moment - window, moment)
        if growth is not None:
            yield dict(one.labels), growth


def _grouped(
    names: list[str],
    combine: Callable[[list[float]], float],
    part: int,
    current: Iterable[tuple[PromSeries, tuple[float, float]]],
) -> list[Sample]:
    """Of each group of series their values (`part` 1) or times (0), combined."""
    groups: dict[Labels, list[float]] = {}
    for one, sample in current:
        labels = one.all_labels
        key = tuple((name, labels[name]) for name in names if name in labels)
        groups.setdefault(key, []).append(sample[part])
    return [(dict(key), combine(values)) for key, values in groups.items()]
