"""Notice that time passed in which this program did not run: the machine slept, or it was stopped.

Two signs: the wall clock went further than the monotonic one, which on Linux and macOS stands still
while the machine sleeps; or a nap took far longer than asked. The first is also what a clock looks
like that was set, so it is a reason to look, never a statement about the clusters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from mckconsole.domain.states import ClusterState
from mckconsole.domain.times import format_age
from mckconsole.sources.errors import ConnectionTrouble
from mckconsole.sources.pace import REAL, Pace

LOOK_EVERY = 2.0
"""Seconds between two looks."""
JUMP = 10.0
"""Seconds unaccounted for that count: connections survive less."""


class Unconfirmed(ConnectionTrouble):
    """Time passed unseen: connections may be dead, and what is held may be old."""

    cluster_state = ClusterState.DEGRADED


class ClockWatch:
    """Calls `jumped` with the reason when time was missed."""

    def __init__(self, jumped: Callable[[Unconfirmed], None], *, pace: Pace = REAL) -> None:
        self._jumped = jumped
        self._pace = pace

    async def run(self) -> NoReturn:
        """Look until cancelled."""
        pace = self._pace
        while True:
            wall, monotonic = pace.wall(), pace.monotonic()
            await pace.sleep(LOOK_EVERY)
            ran = pace.monotonic() - monotonic
            missed = pace.wall() - wall - ran
            late = ran - LOOK_EVERY
            if late > JUMP:
                self._tell(f"this program did not run for {format_age(late + max(missed, 0.0))}")
            elif missed > JUMP:
                self._tell(f"this machine slept for {format_age(missed)}, or its clock was set")

    def _tell(self, what: str) -> None:
        self._jumped(Unconfirmed(f"{what}; checking"))
