"""From the bytes of one container's log to lines: when, what, in which colours.

A line is cut at 16 KiB, has no control characters, no credentials and, whatever its bytes are, only
characters. Lines that were there before the connection broke are dropped when they come again. No
request is made here, and nothing is judged.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from typing import NamedTuple

from mckconsole.domain.text import clean
from mckconsole.sources.redact_lines import LineScrubber

MAX_LINE = 16 * 1024
"""Bytes of a line that are kept."""
_TAB = 4
_SGR = re.compile(r"\x1b\[([0-9;]{0,32})m")
_COLOURS = frozenset(
    (
        *("", "0", "1", "2", "3", "4", "7", "9", "22", "23", "24", "27", "29", "39", "49"),
        *(str(base + colour) for base in (30, 40, 90, 100) for colour in range(8)),
    )
)
"""Parameters that choose a weight or one of 16 colours."""


class Said(NamedTuple):
    """One line of a container."""

    at: float
    """Unix seconds by the clock of its cluster."""
    text: str
    colours: tuple[tuple[int, str], ...] = ()


class Resume:
    """Where to read on after a break: what was seen in the last two whole seconds."""

    def __init__(self) -> None:
        self.second = 0
        """The newest whole second of which a line was seen, Unix; 0 for none."""
        self._newest: list[int] = []
        self._before: list[int] = []
        self._again: Counter[int] | None = None
        self._until = 0
        self._first: float | None = None
        """Time of the first line that was seen: what is older was not asked for."""
        self.missed = False
        """Whether nothing came again of what was seen last, so that lines may be missing."""

    def see(self, at: float, second: int, line: int) -> bool:
        """Whether a line, given by its hash, is a new one; it is seen from now on."""
        again = self._again
        if self._first is None:
            self._first = at
        if again is not None:
            if second > self._until:
                self._again = None
                self.missed = bool(again) and again.total() == len(self._newest + self._before)
            elif again.get(line):
                again[line] -= 1
                if not again[line]:
                    del again[line]
                return False
            elif second < self._until - 1 or at < self._first:
                return False
        if second > self.second:
            self._before = self._newest if second == self.second + 1 else []
            self._newest, self.second = [line], second
        elif second == self.second:
            self._newest.append(line)
        elif second == self.second - 1:
            self._before.append(line)
        return True

    def reopened(self) -> None:
        """The log is read again, from the second before the newest on."""
        self.missed = False
        self._until = self.second
        self._again = Counter(self._newest + self._before)


class LineReader:
    """Takes the bytes of a log as they come."""

    def __init__(self) -> None:
        self.resume = Resume()
        self._scrub = LineScrubber()
        self._rest = b""
        self._dropped = 0
        """Bytes of the line under way that were not kept."""
        self._stamp, self._zone, self._second = b"", b"", 0
        self._last = 0.0

    def reopened(self) -> None:
        """A new connection: half a line of the one before is no line."""
        self._rest, self._dropped = b"", 0
        self.resume.reopened()

    def feed(self, piece: bytes) -> list[Said]:
        """The lines that end in `piece` and were not seen before."""
        ended = piece.split(b"\n")
        last = ended.pop()
        times: list[float] = []
        texts: list[str] = []
        see = self.resume.see
        for raw in ended:
            cut = 0
            if self._rest:
                raw, cut = self._rest + raw, self._dropped
                self._rest, self._dropped = b"", 0
            if len(raw) > MAX_LINE:
                raw, cut = raw[:MAX_LINE], cut + len(raw) - MAX_LINE
            if not raw:
                continue
            at, text = self._split(raw)
            if see(at, self._second, hash(raw) ^ cut):
                times.append(at)
                texts.append(_decoded(text, cut))
        self._keep(last)
        return self._finished(times, texts)

    def end(self) -> list[Said]:
        """What is left when the log is over: a last line without its line feed."""
        return self.feed(b"\n") if self._rest else []

    def _keep(self, last: bytes) -> None:
        if not last:
            return
        room = MAX_LINE - len(self._rest)
        self._rest += last[:room]
        self._dropped += max(len(last) - room, 0)

    def _split(self, raw: bytes) -> tuple[float, bytes]:
        """A line's time and text; one without a time is of the time of the line before."""
        end = raw.find(b" ", 19, 42)
        if end < 0:
            end = len(raw) if len(raw) < 42 else 0
        utc = raw[end - 1 : end] == b"Z"
        zone = b"Z" if utc else raw[end - 6 : end]
        stamp = raw[:19]
        if stamp != self._stamp or zone != self._zone:
            second = _second(stamp, zone)
            if second is None:
                return self._last, raw
            self._stamp, self._zone, self._second = stamp, zone, second
        try:
            part = float(raw[19 : end - len(zone)] or 0)
        except ValueError:
            return self._last, raw
        self._last = self._second + part
        return self._last, raw[end + 1 :]

    def _finished(self, times: list[float], texts: list[str]) -> list[Said]:
        """Lines without escapes, control characters and credentials."""
        found: list[Said] = []
        plain: list[str] = []
        colours: dict[int, tuple[tuple[int, str], ...]] = {}
        for number, text in enumerate(texts):
            if text.isascii() and text.isprintable():
                plain.append(text)
                continue
            text, chosen = inert(text)
            plain.append(text)
            if chosen:
                colours[number] = chosen
        safe = self._scrub.lines(plain)
        for number, text in enumerate(safe):
            chosen = colours.get(number, ()) if text is plain[number] else ()
            found.append(Said(times[number], text, chosen))
        return found


def inert(text: str) -> tuple[str, tuple[tuple[int, str], ...]]:
    """A line without control characters, and the colours that its escape sequences chose."""
    text = text.rstrip("\r").expandtabs(_TAB)
    if "\x1b[" not in text:
        return clean(text), ()
    parts: list[str] = []
    chosen: list[tuple[int, str]] = []
    size = done = 0
    for match in _SGR.finditer(text):
        part = clean(text[done : match.start()])
        parts.append(part)
        size += len(part)
        done = match.end()
        words = _allowed(match[1])
        if words is not None:
            chosen.append((size, words))
    parts.append(clean(text[done:]))
    return "".join(parts), tuple(chosen)


def _allowed(words: str) -> str | None:
    """The parameters of a sequence, where all of them choose colours or weights; 256 colours and
    RGB among them."""
    codes = words.split(";")
    number = 0
    while number < len(codes):
        code = codes[number]
        if code in ("38", "48"):
            count = {"5": 2, "2": 4}.get(codes[number + 1] if number + 1 < len(codes) else "")
            values = codes[number + 2 : number + 1 + (count or 0)]
            if count is None or len(values) != count - 1:
                return None
            if not all(one.isdigit() and int(one) < 256 for one in values):
                return None
            number += 1 + count
        elif code.lstrip("0") in _COLOURS or code in _COLOURS:
            number += 1
        else:
            return None
    return words


def _second(stamp: bytes, zone: bytes) -> int | None:
    try:
        return int(datetime.fromisoformat((stamp + zone).decode()).timestamp())
    except (ValueError, OverflowError):
        return None


def _decoded(raw: bytes, cut: int) -> str:
    """Characters, whatever the bytes are; a line that was cut says so at its end."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
    return f"{text.rstrip(chr(0xFFFD))}… ‹{cut:,} more bytes›" if cut else text
