"""Waits that can be cut short, and work that is asked for more often than it may be done.

Both for people who press a key: what waits goes on at once, and a key held down does no harm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

from mckconsole.sources.pace import REAL, Pace


class Naps:
    """Sleeps of several tasks, by name, that can be ended together."""

    def __init__(self, pace: Pace = REAL) -> None:
        self._pace = pace
        self._sleeping: dict[asyncio.Future[float], str] = {}

    async def nap(self, seconds: float, name: str = "") -> None:
        """Sleep for `seconds`, or until woken."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + seconds
        while (rest := ends - loop.time()) > 0:
            woken: asyncio.Future[float] = loop.create_future()
            self._sleeping[woken] = name
            try:
                async with asyncio.timeout(rest):
                    spread = await woken
            except TimeoutError:
                return
            finally:
                self._sleeping.pop(woken, None)
            ends = min(ends, loop.time() + spread)

    def wake(self, *, spread: float = 0.0, but: Collection[str] = ()) -> None:
        """End every nap, each within `spread` seconds by chance, except those named in `but`."""
        for woken, name in self._sleeping.items():
            if name not in but and not woken.done():
                woken.set_result(self._pace.chance() * spread)


class Sparingly:
    """Does `work` at most once in `every` seconds: at once at first, and the last call is kept."""

    def __init__(self, work: Callable[[], None], every: float) -> None:
        self._work = work
        self._every = every
        self._timer: asyncio.TimerHandle | None = None
        self._again = False

    def __call__(self) -> None:
        """Do the work now, or as soon as it may be done again."""
        if self._timer is not None:
            self._again = True
            return
        self._timer = asyncio.get_running_loop().call_later(self._every, self._due)
        self._work()

    def cancel(self) -> None:
        """Forget what is still to be done."""
        self._again = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> None:
        self._timer = None
        if self._again:
            self._again = False
            self()
