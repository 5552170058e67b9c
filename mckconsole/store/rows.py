"""The rows of one list of one cluster, and how sure we are of them: what a reflector writes to.

As with topics, nothing is invented: a list that could not be read leaves what was there, marked as
old; only a complete list or a delete event removes. What permission was lost for is hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from mckconsole.domain.decode import Decoded
from mckconsole.domain.objects import Key
from mckconsole.domain.resources import TableRow
from mckconsole.domain.states import TopicState
from mckconsole.domain.times import format_age
from mckconsole.sources.errors import SourceError
from mckconsole.sources.pace import REAL, Pace
from mckconsole.sources.sink import Sink
from mckconsole.sources.tablerows import Printed

PATIENCE = 180.0
"""Seconds without a sign of life after which rows are stale: the first bookmark of a quiet kind
may take two minutes."""


class Rows(Sink[Printed]):
    """Holds the rows of one list."""

    def __init__(self, changed: Callable[[], None], pace: Pace = REAL) -> None:
        """`changed` is called after every change that somebody could see."""
        self._changed = changed
        self._pace = pace
        self._rows: dict[Key, TableRow] = {}
        self._shown = False
        """Whether `rows` was given out since the last change: the next one is made to a copy."""
        self._read = False
        self._unlisted = 0
        self._lost = 0
        self._confirmed = float("-inf")
        self.error: SourceError | None = None
        """The trouble reading is in, None while it works."""
        self.as_of: float | None = None
        """Unix seconds by the API server's clock."""
        self.progress: tuple[int, int | None] | None = None
        """While it is listed: rows so far, and of how many if that is known."""

    # The Sink.

    def replace(
        self,
        objects: Iterable[Decoded[Printed]],
        *,
        resource_version: str,
        as_of: float,
        undecodable: int = 0,
        unread: Mapping[str, str] = {},
        seen: int = 0,
    ) -> None:
        """Make a complete list the content; rows that are equal to those held stay these."""
        held = self._rows
        rows: dict[Key, TableRow] = {}
        for decoded in objects:
            row = decoded.object.row
            before = held.get(key := row.key)
            rows[key] = before if before is not None and before == row else row
        if len(rows) != len(held) or any(held.get(key) is not row for key, row in rows.items()):
            self._rows, self._shown = rows, False
        self._read = True
        self._unlisted, self._lost, self.progress = undecodable, 0, None
        self._current(as_of)
        self._changed()

    def upsert(self, decoded: Decoded[Printed], *, as_of: float) -> None:
        """Hold the row of an ADDED or MODIFIED event."""
        row = decoded.object.row
        changed = self._rows.get(row.key) != row
        if changed:
            self._unshare()
            self._rows[row.key] = row
        self._current(as_of)
        if changed:
            self._changed()

    def remove(self, key: Key, *, as_of: float, uid: str = "") -> None:
        """Drop the row of a DELETED event."""
        held = self._rows.get(key)
        gone = held is not None and uid in ("", held.uid)
        if gone:
            self._unshare()
            del self._rows[key]
        self._current(as_of)
        if gone:
            self._changed()

    def confirm(self, as_of: float) -> None:
        """What is held is what the cluster has at `as_of`."""
        troubled = self.error is not None
        self._current(as_of)
        if troubled:
            self._changed()

    def trouble(self, error: SourceError) -> None:
        """What is held is no longer confirmed, because of `error`."""
        error.forget()
        before, self.error = self.error, error
        self.progress = None
        if before is None or str(before) != str(error):
            self._changed()

    def lost(self, reason: str) -> None:
        """An event could not be read; it counts until the next complete list."""
        self._lost += 1
        self._changed()

    # What others are shown.

    def listed(self, read: int, total: int | None) -> None:
        """A list is so far."""
        self.progress = None if read == total else (read, total)
        if self.progress is not None and not self._read:
            self._changed()

    @property
    def rows(self) -> Mapping[Key, TableRow]:
        """A value: it stays as it is when the content changes."""
        self._shown = True
        return self._rows

    @property
    def undecodable(self) -> int:
        """Rows and events that could not be read."""
        return self._unlisted + self._lost

    def judge(self, now: float) -> tuple[TopicState, str]:
        """State and reason at `now`, by the monotonic clock."""
        error = self.error
        if error is not None:
            old = self._read and error.topic_state is TopicState.UNREACHABLE
            return TopicState.STALE if old else error.topic_state, str(error)
        if not self._read:
            return TopicState.PENDING, "not read yet"
        age = now - self._confirmed
        if age > PATIENCE:
            return TopicState.STALE, f"no sign of life for {format_age(age)}"
        return TopicState.FRESH, ""

    def _current(self, as_of: float) -> None:
        self.error, self.as_of = None, as_of
        self._confirmed = self._pace.monotonic()

    def _unshare(self) -> None:
        if self._shown:
            self._rows, self._shown = dict(self._rows), False
