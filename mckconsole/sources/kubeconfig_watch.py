"""Notice that kubeconfig files changed, came or went.

By looking at them every two seconds: this sees every way in which editors and tools replace a file,
on every file system, and costs next to nothing. What the change means is for whoever is called
back.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mckconsole.sources.pace import REAL, Pace

LOOK_EVERY = 2.0
"""Seconds between two looks."""
REST = 0.5
"""Seconds for which files must be at rest: an editor or tool may still be writing."""
MAX_RESTLESS = 20
"""Looks after which files are read although they are not at rest."""
TRIES = 3
"""How often what cannot be used is tried before it must change again: where time stamps are
coarse, the rest of a half-written file may not show."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What some files, which need not exist, looked like at one moment, from outside."""

    files: tuple[Path, ...] = ()
    stamps: tuple[tuple[int, ...] | int, ...] = ()

    @classmethod
    def of(cls, files: Sequence[Path]) -> Sighting:
        """Look at `files` now; blocks."""
        return cls(tuple(files), tuple(map(_stamp, files)))


class KubeconfigWatch:
    """Compares the files of a sighting with it until cancelled."""

    def __init__(
        self,
        seen: Sighting,
        changed: Callable[[], Awaitable[bool]],
        *,
        pace: Pace = REAL,
        every: float = LOOK_EVERY,
        rest: float = REST,
    ) -> None:
        """`changed` is called when files are not as they were seen, and at rest.

        It says whether they are usable; those that are not are tried again a little later.
        """
        self._seen = seen
        self._changed = changed
        self._pace = pace
        self._every = every
        self._rest = rest

    async def run(self) -> None:
        """Look until cancelled."""
        tries = 0
        while True:
            await self._pace.sleep(self._every)
            found = await self._look()
            if found != self._seen:
                self._seen = await self._settled(found)
                tries = TRIES
            if tries:
                tries = 0 if await self._changed() else tries - 1

    async def _settled(self, found: Sighting) -> Sighting:
        for _ in range(MAX_RESTLESS):
            await self._pace.sleep(self._rest)
            before, found = found, await self._look()
            if found == before:
                break
        return found

    async def _look(self) -> Sighting:
        # In a thread: a home directory on a network that is gone must not stop the console.
        return await asyncio.to_thread(Sighting.of, self._seen.files)


def _stamp(path: Path) -> tuple[int, ...] | int:
    try:
        found = os.stat(path)
    except OSError as error:
        return error.errno or -1
    except ValueError:  # a NUL in the name
        return -1
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino)
