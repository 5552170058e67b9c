"""Time and chance, in one place, so that tests own both.

Nothing in lists, watches or the store calls `time`, `asyncio.sleep` or `random` itself.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Clocks, sleep and chance; all times in seconds."""

    wall: Callable[[], float] = time.time
    """Unix seconds by the console's clock, which may jump: for stamps only."""
    monotonic: Callable[[], float] = time.monotonic
    """For ages and intervals."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random
    """Uniform in [0, 1)."""

    def around(self, seconds: float, share: float = 0.1) -> float:
        """`seconds`, spread by ± `share`, so that many clocks do not strike together."""
        return seconds * (1 - share + 2 * share * self.chance())


REAL = Pace()
"""The real thing."""
