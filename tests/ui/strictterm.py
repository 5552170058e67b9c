"""A terminal that takes only what the console is known to write, and shows what it wrote.

Everything else is a `Breach`: an escape sequence that is not on the list, a control character, a
character that hides or reorders. It decodes strictly, so that a byte can hide in no other.
"""

from __future__ import annotations

import base64
import codecs
import re
import unicodedata
from collections.abc import Callable

from rich.cells import cell_len

MODES = ("7", "25", "1000", "1002", "1003", "1004", "1006", "1015", "1016", "1049", "2004", "2026",
         "2048")  # fmt: skip
"""Private modes: line wrap, cursor, mouse, focus, alternate screen, paste, synchronised output,
size reports."""
MAX_MARKS = 4
"""Combining marks that may stand on one character."""
_TOKEN = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
    r"|\x1b\[(?P<colour>[0-9;]*)m"
    r"|\x1b\[(?P<row>\d+);(?P<column>\d+)H"
    rf"|\x1b\[\?(?:{'|'.join(MODES)})(?P<mode>[hl])"
    r"|\x1b\[\?(?:2026|2048)(?P<query>\$p)"
    r"|\x1b\[(?P<keyboard>>\d+u|<u)"
    r"|\x1b\]52;c;(?P<clipboard>[A-Za-z0-9+/]*=*)\x07"
    r"|(?P<line>\r?\n)"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-9;?<>$]*|\](?:5(?:2(?:;(?:c(?:;[A-Za-z0-9+/=]*)?)?)?)?)?)?")
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")


class Breach(AssertionError):
    """Something came out that must not."""


def is_visible(char: str) -> bool:
    """Whether a character shows itself and only itself: nothing that hides, joins or reorders."""
    code = ord(char)
    if 0xFE00 <= code <= 0xFE0F or 0xE0000 <= code <= 0xE0FFF or 0x180B <= code <= 0x180F:
        return False  # variation selectors and tags
    if char in _FILLERS or 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE:
        return False
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


class StrictTerminal:
    """The screen of such a terminal; feed it all that comes out of the program."""

    def __init__(self, columns: int, rows: int) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("strict")
        self._rest = ""
        self._known: set[str] = set()
        self.clipboard: list[str] = []
        """All texts that were put into the clipboard."""
        self.sequences: dict[str, int] = {}
        """How often each kind of sequence came."""
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        """Another size; what was on the screen is gone."""
        self._cells = [[" "] * columns for _ in range(rows)]
        self._x = self._y = 0

    def feed(self, data: bytes) -> None:
        """Take in what the program wrote.

        Raises:
            Breach: it is not on the list.
            UnicodeDecodeError: it is no UTF-8.
        """
        text = self._rest + self._decode.decode(data)
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                if _UNFINISHED.fullmatch(text, at) or text[at:] == "\r":
                    break
                raise Breach(f"{text[at : at + 60]!r} after {text[max(at - 60, 0) : at]!r}")
            self._take(found)
            at = found.end()
        self._rest = text[at:]

    def text(self) -> str:
        """What the screen shows, line by line."""
        return "\n".join("".join(row).rstrip() for row in self._cells)

    def find(self, words: str) -> tuple[int, int] | None:
        """Column and row of the first place where these words stand, from 0."""
        for y, row in enumerate(self._cells):
            line = "".join(row)
            if words in line:
                before = line[: line.index(words)]
                return cell_len(before), y
        return None

    def _take(self, found: re.Match[str]) -> None:
        kind = found.lastgroup or "mode"
        self.sequences[kind] = self.sequences.get(kind, 0) + 1
        actions: dict[str, Callable[[str], None]] = {
            "text": self._write,
            "column": lambda column: self._move(int(column), int(found["row"])),
            "clipboard": lambda data: self.clipboard.append(base64.b64decode(data).decode()),
            "line": lambda _: self._move(1, self._y + 2),
        }
        if kind in actions:
            actions[kind](found[kind])

    def _move(self, column: int, row: int) -> None:
        self._x, self._y = column - 1, row - 1

    def _write(self, text: str) -> None:
        marks = 0
        for char in text:
            if char not in self._known:
                if not is_visible(char):
                    raise Breach(f"U+{ord(char):04X} in {text[:200]!r}")
                self._known.add(char)
            width = 1 if char.isascii() else cell_len(char)
            marks = marks + 1 if width == 0 else 0
            if marks > MAX_MARKS:
                raise Breach(f"{marks} marks on one character in {text[:200]!r}")
            self._put(char, width)

    def _put(self, char: str, width: int) -> None:
        """Write into the cells; what does not fit is lost, as where lines do not wrap."""
        if not 0 <= self._y < len(self._cells):
            return
        row = self._cells[self._y]
        if width == 0:
            if 0 < self._x <= len(row):
                row[self._x - 1] += char
            return
        if self._x + width <= len(row):
            row[self._x : self._x + width] = [char, *[""] * (width - 1)]
        self._x += width
