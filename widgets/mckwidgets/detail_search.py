"""Where a pattern is contained in the lines of a document, in upper or lower case."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence


class Search:
    """The occurrences of one pattern, and which of them is the current one."""

    def __init__(self, texts: Sequence[str], pattern: str) -> None:
        """An empty pattern occurs nowhere."""
        self.pattern = pattern
        self.index = -1
        """Of the current occurrence, from 0; -1 when there is none."""
        self._texts = texts
        self._wanted = re.compile(re.escape(pattern), re.IGNORECASE)
        self._lines: list[int] = []
        if pattern:
            found = self._wanted.findall
            for number, text in enumerate(texts):
                if hits := found(text):
                    self._lines.extend([number] * len(hits))

    def __len__(self) -> int:
        return len(self._lines)

    def start(self, line: int) -> int | None:
        """Make the first occurrence from `line` on the current one, and return its line."""
        if not self._lines:
            return None
        self.index = bisect_left(self._lines, line) % len(self._lines)
        return self._lines[self.index]

    def move(self, step: int) -> int | None:
        """Go to another occurrence, from the last on to the first, and return its line."""
        if not self._lines:
            return None
        self.index = (self.index + step) % len(self._lines)
        return self._lines[self.index]

    def ranges(self, line: int) -> list[tuple[int, int, bool]]:
        """The occurrences in a line: from, to, and whether it is the current one."""
        if not self.pattern:
            return []
        first = bisect_left(self._lines, line)
        return [
            (*match.span(), first + number == self.index)
            for number, match in enumerate(self._wanted.finditer(self._texts[line]))
        ]
