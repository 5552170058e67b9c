"""Record a fleet that lives: look at it again and again, and write down what changed.

Looking is the loop's work and costs little; telling what changed, and writing it, is done in a
thread. When the recorder ends, one last look is written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState
from mckconsole.sources.pace import REAL, Pace
from mckconsole.store.opened import Followed
from mckconsole.store.recording.closeup import CloseUp
from mckconsole.store.recording.sampler import Groups, Sampler
from mckconsole.store.recording.tables import Tables
from mckconsole.store.recording.writer import Change, Writer

_OPEN = (ClusterState.PENDING, ClusterState.CONNECTING)
_FIRST = 0.5
"""Seconds between two looks at whether there is something to begin with."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """How far a recorder is."""

    moments: int
    written: int
    """Bytes."""
    readable: int
    """Clusters that can be read."""
    clusters: int
    words: str
    """What is kept in full."""


class Recorder:
    """Writes a fleet into a recording, until it is cancelled."""

    def __init__(
        self,
        live: Followed,
        writer: Writer,
        *,
        every: float,
        told: Callable[[Recorded], None] = lambda _: None,
        pace: Pace = REAL,
    ) -> None:
        """`every` seconds the fleet is looked at; `told` hears of each look."""
        self._live = live
        self._writer = writer
        self._every = every
        self._told = told
        self._pace = pace
        self._sampler = Sampler()
        self._tables = Tables(live)
        self.close_up = CloseUp(live, pace)
        """What is kept in full."""
        self._moments = 0

    async def run(self) -> None:
        """Record until cancelled.

        Raises:
            RecordingError: it cannot be written any more; what was written is there.
        """
        try:
            await self._settle()
            while True:
                await self.look()
                await self._pace.sleep(self._every)
        finally:
            await self.close()

    async def close(self) -> None:
        """Ask the fleet for nothing more."""
        self._tables.close()
        await self.close_up.close()

    async def look(self) -> None:
        """Write one moment.

        Raises:
            RecordingError: it cannot be written.
        """
        snapshot = self._live.store.snapshot()
        groups = {name: tuple(self._live.groups(name)) for name in self._live.names}
        self.close_up.look(snapshot)
        beside = [*self._tables.changes(), *self.close_up.changes()]
        await asyncio.shield(asyncio.to_thread(self._write, snapshot, groups, beside))
        self._moments += 1
        states = [one.state for one in snapshot.clusters.values()]
        readable = sum(state.readable for state in states)
        self._told(
            Recorded(
                self._moments, self._writer.written, readable, len(states), self.close_up.words
            )
        )

    def _write(self, snapshot: FleetSnapshot, groups: Groups, beside: list[Change]) -> None:
        changes = [*self._sampler.changes(snapshot, groups), *beside]
        self._writer.write(snapshot.taken_at, changes)

    async def _settle(self) -> None:
        """Wait until every cluster was read or given up, but no longer than until the next look."""
        end = self._pace.monotonic() + self._every
        while self._pace.monotonic() < end:
            clusters = self._live.store.snapshot().clusters.values()
            if all(one.state not in _OPEN for one in clusters):
                return
            await self._pace.sleep(_FIRST)
