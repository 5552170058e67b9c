"""Keep a stranger's text from doing anything to a terminal but stand there.

`inert` makes text harmless, `cut` and `pad` fit it into cells, and `ControlFilter` is the last
wall: whatever reaches the output with a control character in it loses that character. Nothing here
parses markup, and nothing here decides on colours.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Literal

from rich.cells import cell_len, split_graphemes
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

LOOK_AT = 512
"""How many characters of a text are looked at beyond the cells asked for: enough for text with
many marks that take no cell, and a bound for text that is a megabyte long."""

_HIDDEN = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u00ad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, separators, bidi
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"  # fillers, variation selectors, BOM
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # surrogates, noncharacters
    "\U00013430-\U00013455\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # other format controls
    "\U000e0000-\U000e0fff"  # tags and variation selectors
    "]"
)
_CONTROLS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_REPLACEMENT = "\ufffd"
_LINE_ENDS = "\n\u2028\u2029"
_SEAMS = "-./:,_=@&?"
"""Signs behind which a long name may be broken."""


def inert(text: str) -> str:
    """Return `text` as one line without anything that moves a cursor, reorders or hides.

    Such characters become visible: `‹1B›`, `‹U+202E›`, `⏎` for the end of a line. What is inert
    already is returned as it is.
    """
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(_stand_in, text)


def _stand_in(match: re.Match[str]) -> str:
    char = match.group()
    if char in _LINE_ENDS:
        return "⏎"
    code = ord(char)
    if 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF) or 0xFDD0 <= code <= 0xFDEF:
        return _REPLACEMENT
    return f"‹{code:02X}›" if code < 0x100 else f"‹U+{code:04X}›"


def cut(text: str, cells: int, *, middle: bool = False) -> str:
    """Return `text` in at most `cells` terminal cells, `…` standing for what is left out.

    With `middle` the end of the text is kept too. A wide character is never halved: the result may
    be a cell shorter than asked for. At most 512 + `cells` characters at either end are looked at.
    """
    if cells <= 0:
        return ""
    reach = LOOK_AT + cells
    if len(text) <= reach and cell_len(text) <= cells:
        return text
    back = (cells - 1) // 2 if middle else 0
    return f"{_head(text[:reach], cells - 1 - back)}…{_tail(text[-reach:], back)}"


def _head(text: str, cells: int) -> str:
    """As many whole characters from the start as fit."""
    if text.isascii():
        return text[:cells]
    used = 0
    for start, _, width in split_graphemes(text)[0]:
        used += width
        if used > cells:
            return text[:start]
    return text


def _tail(text: str, cells: int) -> str:
    """As many whole characters from the end as fit."""
    if text.isascii():
        return text[len(text) - cells :]
    used = 0
    for _, end, width in reversed(split_graphemes(text)[0]):
        used += width
        if used > cells:
            return text[end:]
    return text


def pad(text: str, cells: int, align: Literal["left", "right"] = "left") -> str:
    """Return `text` in exactly `cells` cells: cut when it is longer, spaces added when shorter."""
    text = cut(text, cells)
    blank = " " * (cells - cell_len(text))
    return blank + text if align == "right" else text + blank


def fold(text: str, cells: int, hang: int = 0) -> list[tuple[int, int]]:
    """Return the parts, as (start, end), into which `text` is broken for lines of `cells` cells.

    Lines but the first have `hang` cells less, for an indent. A break is at a space where there is
    one (it belongs to no part), never before the first word, and never within a character. A word
    that no line has room for begins where the one before it ends, if half a line is left there; it
    is broken behind a sign (`-`, `.`, `/`) where one is near.
    """
    cells = max(cells, 1)
    hang = hang if hang <= cells // 2 else 0
    ends = None if text.isascii() else split_graphemes(text)[0]
    parts: list[tuple[int, int]] = []
    start, first_word = 0, len(text) - len(text.lstrip(" "))
    while True:
        room = cells if not parts else cells - hang
        end = _reach(text, ends, start, room)
        if end >= len(text):
            parts.append((start, len(text)))
            return parts
        space = text.rfind(" ", max(start, first_word), end + 1)
        word = len(text) - len(text[space:].lstrip(" ")) if space > start else start
        if space > start and (
            end - word < (cells - hang) // 2
            or _has_room(text, word, _reach(text, ends, word, cells - hang))
        ):
            parts.append((start, space))
            start = word
        else:
            end = _seam(text, word, end)
            parts.append((start, end))
            start = end
        if start >= len(text):
            return parts


def _has_room(text: str, word: int, end: int) -> bool:
    """Whether the word that begins at `word` ends at `end` or before."""
    return end >= len(text) or " " in text[word : end + 1]


def _seam(text: str, word: int, end: int) -> int:
    """Where a word is broken that goes beyond `end`: behind the last sign of its second half."""
    middle = (word + end + 1) // 2
    for at in range(end, middle, -1):
        if text[at - 1] in _SEAMS and text[at].isascii():  # nothing that belongs to the sign
            return at
    return end


def _reach(text: str, spans: list[tuple[int, int, int]] | None, start: int, cells: int) -> int:
    """Where whole characters from `start` on fill the cells; one at least is taken."""
    if spans is None:
        return start + cells
    used = 0
    for first, end, width in spans[bisect_left(spans, (start,)) :]:
        used += width
        if used > cells:
            return end if first == start else first
    return len(text)


class ControlFilter(LineFilter):
    """An output filter after which no text that is shown holds a control character or reorders.

    Each becomes U+FFFD. Cells are not counted anew: a line that gets here with one is a bug of the
    widget that painted it, and harmless is all it has to be. Segments that Textual made as control
    sequences are its own and stay.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return `segments`, with new ones for those whose text had to change."""
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [
            segment
            if segment.control or segment.text.isprintable()
            else Segment(_CONTROLS.sub(_REPLACEMENT, segment.text), segment.style)
            for segment in segments
        ]
