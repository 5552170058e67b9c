"""How often something happens: events per second over the last few seconds, in constant memory."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

WINDOW = 10
"""Seconds that count."""


class Rate:
    """Counts events by the second in which they happened."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: deque[list[int]] = deque(maxlen=WINDOW + 1)
        """[second, events in it], oldest first."""

    def note(self) -> None:
        """Something happened now."""
        second = int(self._clock())
        if not self._counts or self._counts[-1][0] != second:
            self._counts.append([second, 0])
        self._counts[-1][1] += 1

    def per_second(self) -> float:
        """Events per second over the last `WINDOW` seconds, the one under way included."""
        since = int(self._clock()) - WINDOW
        return sum(count for second, count in self._counts if second > since) / WINDOW
