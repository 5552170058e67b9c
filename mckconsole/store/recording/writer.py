"""Write moments into the file of a recording, each whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mckconsole.store.recording.codec import codec
from mckconsole.store.recording.file import create, trouble

SMALL = 4096
"""Bytes of changes up to which a chain does not begin anew, however small its beginning."""
MANY = 240
"""Parts after which it does, however small they are: each costs a reader a little."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one chain."""

    cluster: str
    """Empty for the fleet as a whole."""
    chain: str
    put: Mapping[Any, Any]
    gone: Sequence[Any]
    whole: Callable[[], Mapping[Any, Any]]
    """All that it holds now, should it begin anew."""
    news: bool = True
    """Whether more changed than times and numbers."""


class _Weight:
    """How much a chain weighs since it began, in bytes and parts."""

    __slots__ = ("base", "changes", "id", "parts")

    def __init__(self, number: int) -> None:
        self.id, self.base, self.changes, self.parts = number, 0, 0, 0

    @property
    def heavy(self) -> bool:
        return self.changes > max(self.base, SMALL) or self.parts >= MANY


class Writer:
    """A recording that grows; a context manager that closes it. For one thread at a time."""

    def __init__(self, path: Path, facts: Mapping[str, str]) -> None:
        """Make the new file `path`; `facts` are what readers may want to know of it as a whole.

        Raises:
            RecordingError: it cannot be made.
        """
        self.path = path
        self.written = 0
        """Bytes of values so far."""
        self._chains: dict[tuple[str, str], _Weight] = {}
        self._connection = create(path)
        self.tell(facts)

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
        """Let go of the file; what was written stays."""
        self._connection.close()

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size

    def tell(self, facts: Mapping[str, str]) -> None:
        """Keep facts about the recording as a whole.

        Raises:
            RecordingError: it cannot be written.
        """
        try:
            self._connection.executemany(
                "INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items()
            )
        except sqlite3.Error as error:
            raise trouble(self.path, error) from None

    def write(self, at: float, changes: Sequence[Change]) -> None:
        """Add a moment, `at` in Unix seconds by the console's clock.

        Raises:
            RecordingError: it cannot be written; the moments before it are there.
        """
        news = sum(one.news for one in changes)
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            moment = self._connection.execute(
                "INSERT INTO moments (at, news) VALUES (?, ?)", (at, news)
            ).lastrowid
            for change in changes:
                self._add(moment, change)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise trouble(self.path, error) from None

    def _add(self, moment: int | None, change: Change) -> None:
        writing = codec(change.chain)
        if writing is None:
            raise ValueError(f"there is no chain {change.chain}")
        weight = self._weight(change.cluster, change.chain)
        anew = weight.heavy or not weight.parts
        put, gone = (change.whole(), ()) if anew else (change.put, change.gone)
        data = writing.encode(put, gone)
        self._connection.execute(
            "INSERT INTO parts VALUES (?, ?, ?, ?)", (moment, weight.id, anew, data)
        )
        if anew:
            weight.base, weight.changes, weight.parts = len(data), 0, 1
        else:
            weight.changes += len(data)
            weight.parts += 1
        self.written += len(data)

    def _weight(self, cluster: str, chain: str) -> _Weight:
        held = self._chains.get((cluster, chain))
        if held is None:
            number = len(self._chains) + 1
            row = (number, cluster, chain)
            self._connection.execute("INSERT INTO chains VALUES (?, ?, ?)", row)
            held = self._chains[cluster, chain] = _Weight(number)
        return held
