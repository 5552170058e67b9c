"""Cut a log into the JSON texts that it holds, one event each as a rule.

Two layouts are told apart by how the file begins: lines, of which some may be JSON, perhaps behind
a time stamp or another log's prefix; and one document, pretty-printed or not, whose events are the
elements of an array at its root or right below. Of either only one event is in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mckconsole.sources.lines import LineSplitter, Oversized

MAX_RECORD = 32 * 2**20
"""Bytes of the longest event that is kept."""
_BOM = b"\xef\xbb\xbf"
_DOCUMENT = re.compile(rb'\s*(?:\[\s*\{|\{\s*"[^"\\]*"\s*:\s*\[\s*[\r\n]|\{\s*[\r\n])')
"""How one begins that is no line of its own."""
_HEAD = 4096
"""Bytes that are looked at to tell."""
# Possessive: one pass, no backtracking; a match ends at the next bracket outside of strings.
_BRACKET = re.compile(rb'(?:[^][{}"]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+([][{}])', re.DOTALL)


class Records:
    """Takes in a file's bytes and gives out its events, as bytes that are JSON or look like it."""

    def __init__(self) -> None:
        self.count = 0
        """Lines or elements seen."""
        self.skipped = 0
        """Those of them that cannot be an event."""
        self._head = b""
        self._cutter: _Lines | _Elements | None = None

    def feed(self, portion: bytes) -> Iterator[bytes]:
        """The events that end in `portion`."""
        if self._cutter is None:
            portion = self._head = self._head + portion
            if len(portion) < _HEAD:
                return
        yield from self._chosen(portion).feed(portion)

    def end(self) -> Iterator[bytes]:
        """What is left when there is no more: a last line without its end."""
        if self._cutter is None:
            head = self._head
            yield from self._chosen(head).feed(head)
        yield from self._chosen(b"").end()

    def _chosen(self, head: bytes) -> _Lines | _Elements:
        if self._cutter is None:
            begin = head.removeprefix(_BOM)
            self._cutter = _Elements(self) if _DOCUMENT.match(begin) else _Lines(self)
            self._head = b""
        return self._cutter


class _Lines:
    """One event to a line."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._splitter = LineSplitter(MAX_RECORD)

    def feed(self, portion: bytes) -> Iterator[bytes]:
        records = self._records
        for line in self._splitter.feed(portion):
            records.count += 1
            # Another log's prefix may stand before the event; what is no event shows when decoded.
            start = -1 if isinstance(line, Oversized) else line.find(b"{")
            if isinstance(line, Oversized) or start < 0:
                records.skipped += 1
            else:
                yield line[start:] if start else line

    def end(self) -> Iterator[bytes]:
        return self.feed(b"\n")


class _Elements:
    """Objects that are elements of an array at the root, or of one right below it."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._open = bytearray()
        """Brackets that are open."""
        self._rest = b""
        self._keeping: list[bytes] | None = None
        """Parts of the element that is open."""
        self._size = 0

    def feed(self, portion: bytes) -> Iterator[bytes]:
        data, done = self._rest + portion, 0
        begun = 0 if self._keeping is not None else -1
        while found := _BRACKET.match(data, done):
            done = found.end()
            bracket = found[1]
            if bracket in b"{[":
                if bracket == b"{" and self._keeping is None and bytes(self._open) in _AROUND:
                    self._keeping, self._size, begun = [], 0, done - 1
                self._open += bracket
            else:
                del self._open[-1:]
                if self._keeping is not None and bytes(self._open) in _AROUND:
                    self._keep(data[begun:done])
                    yield from self._complete()
                    begun = -1
        if begun >= 0:
            self._keep(data[begun:done])
        self._rest = data[done:]
        if len(self._rest) > MAX_RECORD:  # a string without an end
            self._rest = b""

    def end(self) -> Iterator[bytes]:
        if self._keeping is not None:  # it was cut
            self._records.count += 1
            self._records.skipped += 1
        return iter(())

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        if self._keeping is not None and self._size <= MAX_RECORD:
            self._keeping.append(part)

    def _complete(self) -> Iterator[bytes]:
        kept, self._keeping = self._keeping or [], None
        self._records.count += 1
        if self._size > MAX_RECORD:
            self._records.skipped += 1
        else:
            yield b"".join(kept)


_AROUND = (b"[", b"{[")
"""What an event stands in."""
