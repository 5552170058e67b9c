"""How a tunnel's round trip and traffic move over time: functions of the moment and its past.

Nothing is random: the same tunnel has the same tides at the same second, before the demo's start
too. A failing tunnel behaves as Submariner's exporter does: the round trip freezes at what was
measured last, and nothing is received any more while sending goes on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from mckconsole.demo.scenario import TunnelModel

Past: TypeAlias = Sequence[tuple[float, TunnelModel]]
"""(Unix seconds since when, tunnel), oldest first."""

RATE = 3_100.0
"""Bytes per second that are sent through a tunnel, on average."""
_RETURNED = 0.97
"""Bytes received for each one sent."""
_WAVES = ((0.22, 613.0), (0.16, 149.0), (0.08, 41.0))
"""Share of the average, and seconds of the period; the shares are less than 1 together."""
_PING = 5.0
"""Seconds for which a measured round trip stands."""


def round_trip(past: Past) -> Callable[[float], float] | float:
    """The round trip in seconds by the moment; 0 for a tunnel whose pings were never answered."""
    if not any(tunnel.rtt for _, tunnel in past):
        return 0.0

    def measured(now: float) -> float:
        since, tunnel = _at(past, now)
        if tunnel.status != "connected":
            now = since if math.isfinite(since) else 0.0
        jitter = math.sin(now // _PING * 2.4) * 0.02 + math.sin(now / 97) * 0.02
        return round(tunnel.rtt / 1000 * (1 + jitter), 9)

    return measured


class Flow:
    """Byte counters that started at 0 at `since`, Unix seconds."""

    def __init__(self, past: Past, since: float) -> None:
        self._past = past
        self._since = since
        # The phase tells tunnels apart; any number will do that stays the same.
        self._phase = sum(tunnel.rtt for _, tunnel in past[:1])

    def sent(self, now: float) -> float:
        """Bytes sent by then."""
        return float(int(self._integral(self._since, now)))

    def received(self, now: float) -> float:
        """Bytes received by then: flat while the tunnel fails."""
        spans = self._receiving(now)
        return float(int(sum(self._integral(start, end) for start, end in spans) * _RETURNED))

    def _receiving(self, now: float) -> Iterator[tuple[float, float]]:
        starts = [max(start, self._since) for start, _ in self._past]
        ends = [*starts[1:], now]
        for start, end, (_, tunnel) in zip(starts, ends, self._past, strict=True):
            if tunnel.receives and start < now:
                yield start, min(end, now)

    def _integral(self, start: float, end: float) -> float:
        return (self._primitive(end) - self._primitive(start)) * RATE

    def _primitive(self, now: float) -> float:
        waves = (
            share * period / math.tau * math.cos(math.tau * now / period + self._phase)
            for share, period in _WAVES
        )
        return (now - self._since) - sum(waves)


def _at(past: Past, now: float) -> tuple[float, TunnelModel]:
    """What the tunnel was at a moment, and since when."""
    return next(span for span in reversed(past) if span[0] <= now)
