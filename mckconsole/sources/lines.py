"""Cut a stream of bytes into lines.

Only a line feed ends a line: NEL, U+2028 and the other Unicode line ends are ordinary text inside
JSON. What was not ended by a line feed is never handed out, so a cut connection cannot produce half
an event. Nothing here knows what a line holds.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_LINE = 32 * 1024 * 1024
"""Bytes of the longest line that is kept. etcd stores objects up to 1.5 MiB, and JSON escapes can
grow that sixfold."""


@dataclass(frozen=True, slots=True)
class Oversized:
    """Stands for a line that was too long to keep."""

    size: int
    """Bytes of the line."""


class LineSplitter:
    """Collects chunks and returns the lines that they complete; each byte is copied twice at most.

    Empty lines are dropped. A line longer than `limit` bytes becomes an `Oversized`.
    """

    def __init__(self, limit: int = MAX_LINE) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0

    @property
    def pending(self) -> int:
        """Bytes seen since the last line feed."""
        return self._size

    def feed(self, chunk: bytes) -> list[bytes | Oversized]:
        """Take in the next chunk and return the lines that end in it, in order."""
        *ended, rest = chunk.split(b"\n")
        lines: list[bytes | Oversized] = []
        for piece in ended:
            self._add(piece)
            if self._size > self._limit:
                lines.append(Oversized(self._size))
            elif self._size:
                lines.append(b"".join(self._parts))
            self._parts.clear()
            self._size = 0
        self._add(rest)
        return lines

    def _add(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._limit:
            self._parts.clear()
        elif piece:
            self._parts.append(piece)
