"""Scales of a plot: round numbers for values, round durations before now for times."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime

STEPS = (
    *(1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1800),
    *(3600, 7200, 10800, 21600, 43200),
    *(86400, 172800, 604800),
)
"""Seconds between labels of the time axis."""


def value_ticks(values: Sequence[float], most: int) -> list[float]:
    """Two to `most` round numbers, the first and last of which enclose zero and all `values`.

    `most` is at least 2. There is at least one value, and each is finite.
    """
    low, high = min(0.0, *values), max(0.0, *values)
    if low == high:
        high = 1.0
    rough = (high / 2 - low / 2) / (most - 1) * 2
    if not 1e-300 < rough < 1e300:
        return [low, high]
    power = math.floor(math.log10(rough))
    for factor in (1, 2, 2.5, 5, 10, 20, 25, 50):
        step = factor * 10.0**power
        first, last = math.floor(low / step), math.ceil(high / step)
        if step >= rough * 0.999 and last - first < most:
            return [number * step for number in range(first, last + 1)]
    return [low, high]


def time_ticks(start: float, end: float, most: int) -> list[float]:
    """At most `most` times from `start` to `end`, which is one of them, at round distances."""
    span = end - start
    for step in STEPS:
        if span / step < most:
            break
    else:
        step = math.ceil(span / most / 86400) * 86400
    return [end - number * step for number in range(int(span // step), -1, -1)]


def ago(seconds: float) -> str:
    """A time before now, as `-15m`; `now` for less than a second."""
    rest = round(seconds)
    if rest < 1:
        return "now"
    parts = []
    for name, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{name}")
    return "-" + "".join(parts[:2])


def clock(time: float) -> str:
    """Time of day in UTC; a time no calendar has is `–`."""
    try:
        return datetime.fromtimestamp(time, UTC).strftime("%H:%M:%S")
    except (OverflowError, OSError, ValueError):
        return "–"
