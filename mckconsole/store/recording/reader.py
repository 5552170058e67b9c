"""Read a recording: its moments, and what leads to one of them.

Blocks; whoever has a screen to paint reads in a thread. What the parts say is `state`'s.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

from mckconsole.domain.text import clean
from mckconsole.store.recording.file import RecordingError, open_existing, trouble

_LEADING = """
SELECT chains.cluster, chains.name, parts.base, parts.data FROM parts
JOIN chains ON chains.id = parts.chain
JOIN (SELECT chain, max(moment) AS began FROM parts WHERE base = 1 AND moment <= ? GROUP BY chain)
    AS bases ON bases.chain = parts.chain
WHERE parts.moment BETWEEN bases.began AND ? ORDER BY parts.chain, parts.moment
"""
"""Every chain from where it last began up to a moment."""
_BETWEEN = """
SELECT chains.cluster, chains.name, parts.base, parts.data FROM parts
JOIN chains ON chains.id = parts.chain
WHERE parts.moment > ? AND parts.moment <= ? ORDER BY parts.moment
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a chain as it was written."""

    cluster: str
    chain: str
    base: bool
    """It has all that the chain held; else what changed."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Moment:
    """One look at the fleet."""

    id: int
    at: float
    """Unix seconds by the recorder's clock."""
    news: bool
    """Whether more changed than times and numbers."""


class Recording:
    """A recording that is open; a context manager that closes it. May be used by several threads,
    one after the other."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            RecordingError: it cannot be read, or there is nothing in it yet.
        """
        self.path = path
        self._lock = Lock()
        self._connection = open_existing(path)
        self.moments: list[Moment] = []
        """Those that are known, oldest first; `refresh` looks for more."""
        try:
            self.facts = {
                clean(str(k)): clean(str(v)) for k, v in self._rows("SELECT * FROM facts")
            }
            """What the recorder said of the recording as a whole."""
            self.refresh()
            if not self.moments:
                raise RecordingError(f"{clean(str(path))} holds nothing: not one moment was kept")
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def refresh(self) -> bool:
        """Look for moments that were added meanwhile: it may still be made.

        Raises:
            RecordingError: it cannot be read.
        """
        last = self.moments[-1].id if self.moments else 0
        rows = self._rows("SELECT id, at, news FROM moments WHERE id > ? ORDER BY id", last)
        found = [self._moment(*row) for row in rows]
        self.moments += found
        return bool(found)

    def _moment(self, number: Any, at: Any, news: Any) -> Moment:
        if not isinstance(number, int) or not isinstance(at, float | int) or not at < 1e11:
            raise self.damaged("a moment of it has no time")
        return Moment(number, float(at), bool(news))

    @property
    def first(self) -> Moment:
        """The oldest moment."""
        return self.moments[0]

    @property
    def last(self) -> Moment:
        """The newest moment."""
        return self.moments[-1]

    def place(self, at: float) -> int:
        """Index of the last moment at `at` or before; that of the first where all are later."""
        return max(bisect_right(self.moments, at, key=lambda one: one.at) - 1, 0)

    def news(self, place: int, direction: int) -> int | None:
        """Index of the next moment in which something changed, onwards (1) or backwards (-1)."""
        stop = len(self.moments) if direction > 0 else -1
        places = range(place + direction, stop, direction)
        return next((one for one in places if self.moments[one].news), None)

    def leading_to(self, moment: Moment) -> Iterator[Part]:
        """All that makes up what was held at `moment`, each chain from its beginning on.

        Raises:
            RecordingError: it cannot be read.
        """
        return self._parts(_LEADING, moment.id, moment.id)

    def between(self, after: Moment, until: Moment) -> Iterator[Part]:
        """What leads from one moment to a later one.

        Raises:
            RecordingError: it cannot be read.
        """
        return self._parts(_BETWEEN, after.id, until.id)

    def damaged(self, why: str) -> RecordingError:
        """The error that says that what is in the file cannot be used."""
        return RecordingError(f"{clean(str(self.path))} is damaged: {why}")

    def _parts(self, query: str, *arguments: int) -> Iterator[Part]:
        for cluster, chain, base, data in self._rows(query, *arguments):
            if not (
                isinstance(cluster, str) and isinstance(chain, str) and isinstance(data, bytes)
            ):
                raise self.damaged("a part of it is none")
            yield Part(clean(cluster), clean(chain), bool(base), data)

    def _rows(self, query: str, *arguments: int) -> list[tuple[Any, ...]]:
        try:
            with self._lock:
                return self._connection.execute(query, arguments).fetchall()
        except sqlite3.Error as error:
            raise trouble(self.path, error) from None
