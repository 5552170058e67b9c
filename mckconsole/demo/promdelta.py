"""Growth of a gauge over a range, extrapolated the way Prometheus does it.

Source of the algorithm: Prometheus' `extrapolatedRate` as `delta` uses it; tests compare the result
with a real server's.
"""

from __future__ import annotations

from collections.abc import Sequence

_FAR = 1.1
"""Samples stop at the edge of the range if it is this many mean intervals away, or nearer."""


def delta(samples: Sequence[tuple[float, float]], start: float, end: float) -> float | None:
    """Growth from `start` to `end`, Unix seconds; None without two samples (time, value)."""
    if len(samples) < 2:
        return None
    (first, before), (last, after) = samples[0], samples[-1]
    sampled = last - first
    mean = sampled / (len(samples) - 1)
    covered = sampled
    for gap in (first - start, end - last):
        covered += gap if gap < mean * _FAR else mean / 2
    return (after - before) * (covered / sampled)
