"""Turn a grid's header, rows and words into strips of exactly the width asked for.

Every text goes through `safe_text`; no markup is parsed. Neighbouring pieces of one style become
one segment, since every segment costs the terminal an escape sequence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from mckwidgets.contracts import RowLike
from mckwidgets.grid_layout import GAP, Layout, Placed, cell_text
from mckwidgets.grid_look import Look
from mckwidgets.safe_text import cut, inert

Spans = Callable[[str, str], Sequence[tuple[int, int]]]
"""Of a column's id and a cell's text, the parts to light: from and to which character."""
Piece = tuple[str, Style]

MARK = "▌"
LEFT, RIGHT = "‹", "›"
"""In the header where columns are out of sight on that side."""
ASCENDING, DESCENDING = "↑", "↓"


@dataclass(frozen=True)
class Painter:
    """Paints lines for one look, layout and sideways scroll; made anew when one of them changes."""

    look: Look
    layout: Layout
    scrolled: int
    spans: Spans | None

    def header(self, sort: tuple[str | None, bool], chosen: str) -> Strip:
        """The line of titles: which column is sorted by, and which one the cursor is in."""
        look = self.look
        pieces: list[Piece] = [(" ", look.header)]
        for placed in self.layout.placed:
            column = placed.column
            arrow = (DESCENDING if sort[1] else ASCENDING) if column.id == sort[0] else ""
            name = column.title if column.alike else column.title.upper()
            title = cut(inert(name), placed.width - len(arrow), middle=column.alike) + arrow
            blank = " " * (placed.width - cell_len(title)), look.header
            words = title, look.chosen if column.id == chosen else look.header
            pieces += [blank, words] if column.align == "right" else [words, blank]
            pieces.append((" " * GAP, look.header))
        return self._signed(self._line(pieces[:-1], look.header))

    def row(self, row: RowLike, *, cursor: bool, marked: bool, lit: frozenset[str]) -> Strip:
        """One row; `lit` are the columns whose change is news."""
        look = self.look
        fill = look.cursor if cursor else look.base
        mark = look.cursor if cursor else look.mark
        pieces: list[Piece] = [(MARK, mark) if marked else (" ", fill)]
        for placed in self.layout.placed:
            pieces += self._cell(row, placed, cursor=cursor, lit=placed.column.id in lit)
            pieces.append((" " * GAP, fill))
        return self._line(pieces, fill)

    def words(self, line: str) -> Strip:
        """One line of the words that stand where there are no rows."""
        return self._line([(" " + inert(line), self.look.empty)], self.look.base)

    def _cell(self, row: RowLike, placed: Placed, *, cursor: bool, lit: bool) -> Iterator[Piece]:
        look, column = self.look, placed.column
        text = cell_text(row, column.id)
        shown = cut(text, placed.width, middle=column.name)
        cell = row.cells.get(column.id)
        style = look.cell("plain" if cell is None else cell.role, cursor=cursor, lit=lit)
        blank = " " * (placed.width - cell_len(shown)), look.cursor if cursor else look.base
        if column.align == "right":
            yield blank
        spans = self.spans(column.id, text) if self.spans is not None and shown else ()
        at = 0
        for start, end in _kept_spans(text, shown, spans):
            yield shown[at:start], style
            yield shown[start:end], look.match
            at = end
        yield shown[at:], style
        if column.align == "left":
            yield blank

    def _line(self, pieces: Sequence[Piece], fill: Style) -> Strip:
        available, fixed = self.layout.available, self.layout.fixed
        used = sum(cell_len(text) for text, _ in pieces)
        missing = available + self.scrolled - used
        strip = Strip(_merged([*pieces, (" " * missing, fill)], fill), max(used, used + missing))
        if self.scrolled:
            rest = strip.crop(fixed + self.scrolled, available + self.scrolled)
            return Strip.join([strip.crop(0, fixed), rest])
        return strip.crop(0, available)

    def _signed(self, strip: Strip) -> Strip:
        """The header with signs where something is out of sight."""
        look, layout = self.look.header, self.layout
        last = layout.available - 1
        if self.scrolled < layout.reach:
            strip = Strip.join([strip.crop(0, last), Strip([Segment(RIGHT, look)], 1)])
        if self.scrolled and layout.fixed < last:
            before, after = strip.crop(0, layout.fixed - 1), strip.crop(layout.fixed)
            strip = Strip.join([before, Strip([Segment(LEFT, look)], 1), after])
        return strip


def wrap(text: str, cells: int) -> list[str]:
    """The lines of `text` broken at spaces; a word that is wider than `cells` is cut."""
    lines: list[str] = []
    for word in inert(" ".join(text.split())).split(" "):
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= cells:
            lines[-1] += f" {word}"
        else:
            lines.append(cut(word, cells))
    return lines


def _merged(pieces: Iterable[Piece], fill: Style) -> Iterator[Segment]:
    """Segments of as few styles as possible: blanks look the same in most of them."""
    texts: list[str] = []
    style = fill
    blank = True
    for text, wanted in pieces:
        if not text:
            continue
        if texts and wanted != style:
            alike = _blank_alike(style, wanted)
            if blank and alike:
                style = wanted
            elif not (text.isspace() and alike):
                yield Segment("".join(texts), style)
                texts = []
        if not texts:
            style, blank = wanted, True
        blank = blank and text.isspace()
        texts.append(text)
    if texts:
        yield Segment("".join(texts), style)


@lru_cache(1024)
def _blank_alike(one: Style, other: Style) -> bool:
    """Whether a blank looks the same in both styles."""
    if one.bgcolor != other.bgcolor or (one.reverse and one.color != other.color):
        return False
    return all(
        bool(getattr(one, name)) == bool(getattr(other, name))
        for name in ("reverse", "underline", "strike", "overline")
    )


def _kept_spans(
    text: str, shown: str, spans: Sequence[tuple[int, int]]
) -> Sequence[tuple[int, int]]:
    """The parts of `text` as parts of `shown`, in order and apart from each other.

    Where a part was cut away, the sign that stands for it is lit.
    """
    if not spans:
        return ()
    head, tail = _kept(text, shown)
    after = len(text) - tail
    moved = head + 1 - after
    found = []
    for start, end in spans:
        found.append((start, min(end, head)))
        if shown != text and start < after and end > head:
            found.append((head, head + 1))
        if tail:
            found.append((max(start, after) + moved, min(end, len(text)) + moved))
    apart: list[tuple[int, int]] = []
    at = 0
    for start, end in sorted(found):
        start = max(start, at)
        if start < end:
            apart.append((start, end))
            at = end
    return apart


def _kept(text: str, shown: str) -> tuple[int, int]:
    """How many characters of the start and of the end of `text` are in `shown`."""
    if text == shown:
        return len(text), 0
    for place, char in enumerate(shown):
        if char == "…" and text[:place] == shown[:place] and text.endswith(shown[place + 1 :]):
            return place, len(shown) - place - 1
    return 0, 0
