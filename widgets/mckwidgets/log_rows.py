"""Rows of a log as values, and how wide and high they are; no widget and no theme.

An entry is one line of a log: its first row has a head (time, name) before its text, and there may
be further rows below. Which colours a program chose is kept as the parameters of its escape
sequence (SGR) and becomes a style here, by a list of what is allowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from mckwidgets.safe_text import fold


class LogPiece(NamedTuple):
    """Inert words that look alike."""

    text: str
    look: str = "plain"
    """A role, `name-0` … for the names of sources, or one of the widget's own looks."""
    sgr: str = ""
    """Parameters of an SGR sequence: what the program wanted it to look like."""


class LogEntry(NamedTuple):
    """One line of a log as it is shown."""

    head: Sequence[LogPiece]
    text: Sequence[LogPiece]
    more: Sequence[Sequence[LogPiece]] = ()
    """Rows below it."""
    look: str = ""
    """Of the whole line, where it is marked."""


Row = tuple[LogPiece, ...]
HANG = 2
"""Cells by which what belongs to a line and stands below it is moved in."""


def rows_of(entry: LogEntry, width: int, *, wrap: bool, most: int) -> list[Row]:
    """The rows of an entry, `most` at most; without `wrap` they are as long as they are."""
    head = tuple(entry.head)
    first = (*head, *entry.text)
    if not wrap:
        rest = [(LogPiece(" " * HANG), *row) for row in entry.more]
        return [first, *rest][:most]
    hang = min(sum(cell_len(piece.text) for piece in head), width // 3)
    found = list(_folded(first, width, hang, most))
    for row in entry.more:
        if len(found) >= most:
            break
        found += _folded((LogPiece(" " * HANG), *row), width, 2 * HANG, most - len(found))
    return found[:most]


def _folded(row: Row, width: int, hang: int, most: int) -> Sequence[Row]:
    # No more than what fills so many rows is looked at: a line may be very long.
    room = width * most + most
    text = "".join(piece.text for piece in row)[:room]
    rows = []
    for number, (start, end) in enumerate(fold(text, width, hang)[:most]):
        part = tuple(_part(row, start, end))
        rows.append((LogPiece(" " * hang), *part) if number and hang else part)
    return rows


def _part(row: Row, start: int, end: int) -> Sequence[LogPiece]:
    found = []
    for piece in row:
        text = piece.text[max(start, 0) : max(end, 0)]
        if text:
            found.append(piece._replace(text=text))
        start, end = start - len(piece.text), end - len(piece.text)
    return found


def shifted(segments: Sequence[Segment], left: int) -> list[Segment]:
    """Segments without their first `left` cells."""
    found: list[Segment] = []
    for segment in segments:
        if left <= 0:
            found.append(segment)
            continue
        size = segment.cell_length
        if size > left:
            text = segment.text
            cut = text[left:] if text.isascii() else _tail(text, size - left)
            found.append(Segment(cut, segment.style))
        left -= size
    return found


def _tail(text: str, cells: int) -> str:
    """The end of a text in so many cells; a wide character is never halved."""
    for start in range(len(text)):
        if cell_len(text[start:]) <= cells:
            return set_cell_size(text[start:], cells)
    return ""


_WEIGHTS = {
    1: Style(bold=True),
    2: Style(dim=True),
    3: Style(italic=True),
    4: Style(underline=True),
    7: Style(reverse=True),
    9: Style(strike=True),
    22: Style(bold=False, dim=False),
    23: Style(italic=False),
    24: Style(underline=False),
    27: Style(reverse=False),
    29: Style(strike=False),
}


@lru_cache(maxsize=1024)
def sgr_style(parameters: str) -> Style:
    """The style that the parameters of SGR sequences choose, from left to right; those that are
    not known choose nothing."""
    style = Style.null()
    codes = [int(one) if one.isdigit() else 0 for one in parameters.split(";")][:64]
    while codes:
        code = codes.pop(0)
        if code == 0:
            style = Style.null()
        elif code in _WEIGHTS:
            style += _WEIGHTS[code]
        elif code in (38, 48):
            colour = _long_colour(codes)
            if colour is not None:
                style += Style(color=colour) if code == 38 else Style(bgcolor=colour)
        elif code in (39, 49):
            default = Color.default()
            style += Style(color=default) if code == 39 else Style(bgcolor=default)
        else:
            style += _short_colour(code)
    return style


def _short_colour(code: int) -> Style:
    for base, bright, ground in ((30, 0, 0), (90, 8, 0), (40, 0, 1), (100, 8, 1)):
        if base <= code < base + 8:
            colour = Color.from_ansi(code - base + bright)
            return Style(bgcolor=colour) if ground else Style(color=colour)
    return Style.null()


def _long_colour(codes: list[int]) -> Color | None:
    """`5;N` or `2;R;G;B`, which are taken from the codes."""
    kind = codes.pop(0) if codes else 0
    if kind == 5 and codes:
        return Color.from_ansi(min(codes.pop(0), 255))
    if kind == 2 and len(codes) >= 3:
        red, green, blue = (min(codes.pop(0), 255) for _ in range(3))
        return Color.from_rgb(red, green, blue)
    return None
