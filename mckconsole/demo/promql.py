"""The few PromQL expressions that the embedded Prometheus answers, and how.

Exactly: a selector with matchers, `timestamp(SELECTOR)`, `delta(SELECTOR[RANGE])`,
`count by (LABELS) (SELECTOR)`, `group by (LABELS) (SELECTOR)` and `vector(NUMBER)`. Anything else
is refused with an error, as a real server refuses what it cannot parse; nothing is approximated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

LOOKBACK = 300.0
"""Seconds for which a sample counts as current (Prometheus' --query.lookback-delta)."""

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
_GROUPED = re.compile(r"\s*(count|group)\s*by\s*\(([^)]*)\)\s*\((.*)\)\s*", re.DOTALL)
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}


class QueryError(Exception):
    """The expression cannot be parsed (`bad_data`)."""


@dataclass(frozen=True, slots=True)
class PromSeries:
    """One series.

    Args:
        value: a constant, or the value at a Unix second.
        stamp: Unix seconds of its last sample; None means that it is scraped all the time.
    """

    name: str
    labels: Mapping[str, str]
    value: float | Callable[[float], float]
    stamp: float | None = None

    def at(self, moment: float) -> tuple[float, float] | None:
        """(sample time, value) that an instant query at `moment` sees, or None when stale."""
        sampled = moment if self.stamp is None else min(self.stamp, moment)
        if moment - sampled > LOOKBACK or (self.stamp is not None and self.stamp > moment):
            return None
        value = self.value(sampled) if callable(self.value) else self.value
        return sampled, value

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


def evaluate(expression: str, series: Iterable[PromSeries], moment: float) -> list[Sample]:
    """The instant vector of an expression at a Unix second.

    Raises:
        QueryError: the expression is none of those known here.
    """
    if match := _TIMESTAMP.fullmatch(expression):
        return [
            (dict(one.labels), sample[0])
            for one, sample in _current(match.group(1), series, moment)
        ]
    if match := _DELTA.fullmatch(expression):
        parts = _SPAN.findall(match.group(2))
        window = sum(float(number) * _SECONDS[unit] for number, unit in parts)
        return list(_deltas(match.group(1), series, moment, window))
    if match := _GROUPED.fullmatch(expression):
        names = [name.strip() for name in match.group(2).split(",") if name.strip()]
        counts = _counts(names, _current(match.group(3), series, moment))
        return counts if match.group(1) == "count" else [(labels, 1.0) for labels, _ in counts]
    if match := _VECTOR.fullmatch(expression):
        return [({}, float(match.group(1)))]
    return [(one.all_labels, sample[1]) for one, sample in _current(expression, series, moment)]


def _current(
    selector: str, series: Iterable[PromSeries], moment: float
) -> list[tuple[PromSeries, tuple[float, float]]]:
    selects = parse_selector(selector)
    found = ((one, one.at(moment)) for one in series if selects(one))
    return [(one, sample) for one, sample in found if sample is not None]


def _deltas(
    selector: str, series: Iterable[PromSeries], moment: float, window: float
) -> Iterable[Sample]:
    """Growth over the window; a series without two samples in it has none."""
    for one, (sampled, value) in _current(selector, series, moment):
        if sampled - (moment - window) <= 0 or one.stamp is not None:
            continue
        before = one.value(moment - window) if callable(one.value) else one.value
        yield dict(one.labels), value - before


def _counts(
    names: list[str], current: list[tuple[PromSeries, tuple[float, float]]]
) -> list[Sample]:
    groups: dict[Labels, float] = {}
    for one, _ in current:
        labels = one.all_labels
        key = tuple((name, labels[name]) for name in names if name in labels)
        groups[key] = groups.get(key, 0.0) + 1
    return [(dict(key), count) for key, count in groups.items()]
