"""Round trip times of a Gateway: read them, and say when they are slow or unsteady."""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.mesh.links import CRITICAL, WARN, Claim, LinkState, RoundTrip
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.domain.mesh import LatencyRTT
from mckconsole.domain.times import format_span, parse_go_duration

_MAX_SECONDS = 86_400.0
"""No round trip takes a day: more is a number that means something else."""


def parse_rtt(latency: LatencyRTT | None) -> RoundTrip | None:
    """The times in seconds, or None when nothing readable was reported."""
    if latency is None:
        return None
    parsed = RoundTrip(
        average=_seconds(latency.average),
        last=_seconds(latency.last),
        minimum=_seconds(latency.min),
        maximum=_seconds(latency.max),
        deviation=_seconds(latency.std_dev),
    )
    if parsed.average is None and parsed.last is None and parsed.maximum is None:
        return None
    return parsed


def _seconds(value: str | int) -> float | None:
    """Seconds of a Go duration, or of integer nanoseconds as old releases wrote them."""
    seconds = value / 1e9 if isinstance(value, int) else parse_go_duration(value)
    return seconds if seconds is not None and 0 <= seconds <= _MAX_SECONDS else None


def typical(rtt: RoundTrip) -> float:
    """The average, or the best substitute where it was not reported; 0 when never answered."""
    return rtt.average or rtt.last or rtt.maximum or 0.0


def speed_claims(rtt: RoundTrip, limits: Thresholds) -> Iterator[Claim]:
    """SLOW, if it is."""
    average = typical(rtt)
    if average >= limits.slow:
        severity = CRITICAL if average >= limits.slow_critical else WARN
        yield Claim(
            LinkState.SLOW,
            severity,
            f"{_kind(rtt)} {format_span(average)}, limit {format_span(limits.slow)}",
            "slow",
        )


def _kind(rtt: RoundTrip) -> str:
    return "average round trip" if rtt.average else "round trip"


def speed_notes(rtt: RoundTrip, limits: Thresholds) -> Iterator[str]:
    """What is worth knowing of a round trip that is not SLOW for it."""
    average = typical(rtt)
    if limits.slow_note <= average < limits.slow:
        yield f"round trip over {format_span(limits.slow_note)}"
    deviation, last = rtt.deviation or 0.0, rtt.last or 0.0
    if average >= limits.jitter_floor and deviation > average / 2:
        yield f"jitter: deviation {format_span(deviation)} of {format_span(average)}"
    elif average > 0 and last >= 3 * average and last >= limits.slow:
        yield f"jitter: last ping took {format_span(last)}, average {format_span(average)}"
