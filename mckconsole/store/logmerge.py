"""Lines of many logs in one order of time, of which the newest are kept.

Lines are held back for a moment, because those of another cluster that were said before may still
be on their way. At the beginning all sources first get the time to tell what they have. No clock is
read here, and no source asked.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import itemgetter

from mckconsole.domain.logs import LogLine
from mckconsole.sources.loglines import Said

HOLD = 0.3
"""Seconds for which a line is held back."""
ROOM = 100_000
"""Lines that are kept."""
CHARACTERS = 32_000_000
"""Characters of all of them together."""
SETTLED = 0.15
"""Seconds without a line from before the beginning, after which all have told what they had."""
OPENING = 2.0
"""Seconds for which the slowest is waited at the beginning."""
_KEY = itemgetter(0)


class Merge:
    """Takes lines in and gives them out in order; all times are Unix seconds of our clock."""

    def __init__(self, now: float, *, room: int = ROOM, characters: int = CHARACTERS) -> None:
        self.dropped = 0
        """How many of the oldest lines are gone."""
        self._room = room
        self._most = characters
        self._characters = 0
        self._began = now
        self._backlog = now
        """When the last line from before the beginning came."""
        self._ready = False
        self._waiting: list[tuple[float, LogLine]] = []
        self._latest: dict[int, float] = {}
        self._lines: list[LogLine] = []
        self._number = 0

    @property
    def waits(self) -> bool:
        """Whether there are lines that are held back."""
        return bool(self._waiting)

    def add(self, source: int, said: Sequence[Said], *, offset: float, now: float) -> None:
        """Lines of a source, whose clock is `offset` seconds ahead of ours."""
        waiting, key = self._waiting, self._latest.get(source, 0.0)
        for at, text, colours in said:
            at -= offset
            # Nothing is said after it was heard, and a source's own order is its order.
            key = max(key, min(at, now))
            waiting.append((key, LogLine(0, at, source, text, colours)))
        self._latest[source] = key
        if not self._ready and said and said[0].at - offset < self._began:
            self._backlog = now

    def note(self, source: int, words: str, now: float) -> None:
        """Something the console says about a source."""
        key = max(self._latest.get(source, 0.0), now - HOLD)
        self._waiting.append((key, LogLine(0, now, source, words, (), True)))

    def flush(self, now: float, *, opening: bool) -> int:
        """Give out what has been held back long enough; how many lines.

        While sources are `opening` nothing is, for a while.
        """
        if not self._ready:
            settled = not opening and now - self._backlog >= SETTLED
            full = len(self._waiting) > self._room
            self._ready = settled or full or now - self._began >= OPENING
            if not self._ready:
                return 0
        waiting = self._waiting
        waiting.sort(key=_KEY)
        end = bisect_right(waiting, now - HOLD, key=_KEY)
        if len(waiting) - end > self._room:
            end = len(waiting)
        number = self._number
        for _, line in waiting[:end]:
            self._lines.append(
                LogLine(number, line.at, line.source, line.text, line.colours, line.ours)
            )
            self._characters += len(line.text)
            number += 1
        self._number = number
        del waiting[:end]
        self._make_room()
        return end

    def lines(self, after: int = -1) -> Sequence[LogLine]:
        """Those with a greater number."""
        lines = self._lines
        if not lines:
            return ()
        return lines[max(after + 1 - lines[0].number, 0) :]

    def _make_room(self) -> None:
        """Drop the oldest: some more than needed, so that it is not done for every line."""
        lines = self._lines
        over = len(lines) - self._room
        if over <= 0 and self._characters <= self._most:
            return
        gone = max(over + self._room // 20, 0) if over > 0 else 0
        freed = sum(len(line.text) for line in lines[:gone])
        while self._characters - freed > self._most * 0.95 and gone < len(lines) - 1:
            freed += len(lines[gone].text)
            gone += 1
        del lines[:gone]
        self._characters -= freed
        self.dropped += gone
