"""Where the lines of a document stand when it has so many cells of width: no widget, no colour.

Rows are made when they are asked for; beforehand only heights are known. So a hundred thousand
lines cost a count each, and those on the screen a little more.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, pairwise
from typing import NamedTuple

from rich.cells import cell_len

from mckwidgets.contracts import CardLike
from mckwidgets.detail_document import MAX_LINE, Cards, Document, Group, Heading
from mckwidgets.safe_text import cut, fold, inert

MARGIN = 2
"""Cells left of a line, for the mark of what can be opened."""
MIN_CARD = 38
"""Cells that a card needs to stand beside another."""
MIN_NOTED = 24
"""Cells that a line's text keeps beside its note; where there are less, the note goes."""
MAX_NOTED = 120
"""Cells of a line with its note: on a wide screen the eye would lose the way between them."""
NOTE_GAP = 2
MIN_WIDTH = 20
"""Narrower screens show the left part of what is laid out for this."""
CARD_GAP = 1
MAX_FOLDS = 512
"""Lines whose breaks are kept: more than a screen holds."""


class Fixed(NamedTuple):
    """Words of the frame: a heading, a border."""

    x: int
    text: str
    role: str


class Part(NamedTuple):
    """What one row shows of a logical line."""

    x: int
    width: int
    """With the margin, up to which a cursor is painted."""
    line: int
    start: int
    end: int
    """Characters of the line's text."""
    indent: int
    first: bool
    """It is the line's first row."""
    note: str = ""
    """At the right end."""


Row = list[Fixed | Part]


class Column(NamedTuple):
    """Logical lines below each other, of one width."""

    x: int
    width: int
    start: int
    """The first logical line."""
    tops: list[int]
    """The row of each line within the section, and the row after the last."""

    @property
    def stop(self) -> int:
        """After the last logical line."""
        return self.start + len(self.tops) - 1

    @property
    def room(self) -> int:
        """For text."""
        return self.width - MARGIN

    def line_at(self, y: int) -> int | None:
        """The line on a row of the section."""
        if self.tops[0] <= y < self.tops[-1]:
            return self.start + bisect_right(self.tops, y) - 1
        return None

    def nearest(self, y: int) -> int:
        """The line on the nearest row; there is at least one line."""
        return min(max(self.start, self.start + bisect_right(self.tops, y) - 1), self.stop - 1)


class Section(NamedTuple):
    """Rows that belong together: a heading, cards beside each other, or lines."""

    top: int
    height: int
    columns: tuple[Column, ...]
    cards: tuple[CardLike, ...] = ()
    heading: Heading | None = None

    def column_of(self, line: int) -> int:
        """The column a line of this section is in."""
        return next(n for n, c in enumerate(self.columns) if c.start <= line < c.stop)

    def column_near(self, place: int) -> Column:
        """The column at `place`, or the nearest one that has lines; there is one."""
        filled = (n for n, c in enumerate(self.columns) if c.stop > c.start)
        return self.columns[min(filled, key=lambda n: abs(n - place))]


class Layout:
    """A document at one width."""

    def __init__(self, document: Document, width: int) -> None:
        """`width` is in cells."""
        self.document = document
        self.asked = width
        self.width = max(width, MIN_WIDTH)
        self.height = 0
        self.sections: list[Section] = []
        self._folds: dict[int, list[tuple[int, int]]] = {}
        for groups in document.blocks:
            self.height += bool(self.sections)  # a blank row between blocks
            for group in groups:
                self._place(group)
        self._tops = [section.top for section in self.sections]
        self._with_lines = [
            (min(c.start for c in s.columns), n)
            for n, s in enumerate(self.sections)
            if any(c.stop > c.start for c in s.columns)
        ]

    # building

    def _place(self, group: Group) -> None:
        if isinstance(group, Heading):
            self._add(1, (), heading=group)
        elif isinstance(group, Cards):
            self._place_cards(group)
        else:
            column = self._column(0, self.width, group.start, group.stop, 0)
            self._add(column.tops[-1], (column,))

    def _place_cards(self, group: Cards) -> None:
        count = len(group.cards)
        width = (self.width - CARD_GAP * (count - 1)) // count
        beside = width >= MIN_CARD
        width = width if beside else self.width
        step = width + CARD_GAP if beside else 0
        columns = [
            self._column(number * step + 1, width - 3, start, stop, 1)
            for number, (start, stop) in enumerate(pairwise(group.starts))
        ]
        for numbers in [range(count)] if beside else [range(n, n + 1) for n in range(count)]:
            abreast = tuple(columns[number] for number in numbers)
            height = max(column.tops[-1] for column in abreast) + 1
            self._add(height, abreast, tuple(group.cards[number] for number in numbers))

    def _column(self, x: int, width: int, start: int, stop: int, top: int) -> Column:
        room = width - MARGIN
        texts, lines, notes = self.document.texts, self.document.lines, self.document.notes
        heights = (
            1
            if len(text) <= room and text.isascii() and number not in notes
            else len(fold(text, self._text_room(number, room), lines[number].indent))
            for number, text in enumerate(texts[start:stop], start)
        )
        return Column(x, width, start, list(accumulate(heights, initial=top)))

    def _text_room(self, line: int, room: int) -> int:
        """What is left of a column's room beside the note of a line."""
        note = self.document.notes.get(line, "")
        left = min(room, MAX_NOTED) - cell_len(note) - NOTE_GAP
        return left if note and left >= MIN_NOTED else room

    def _add(
        self,
        height: int,
        columns: tuple[Column, ...],
        cards: tuple[CardLike, ...] = (),
        heading: Heading | None = None,
    ) -> None:
        self.sections.append(Section(self.height, height, columns, cards, heading))
        self.height += height

    # rows

    def row(self, y: int) -> Row:
        """What stands on row `y`, from left to right."""
        number = bisect_right(self._tops, y) - 1
        if number < 0:
            return []
        section = self.sections[number]
        y -= section.top
        if y >= section.height:
            return []
        if section.heading is not None:
            return heading_row(section.heading, self.width)
        if not section.cards:
            return self._parts(section.columns[0], y)
        row: Row = []
        for column, card in zip(section.columns, section.cards, strict=True):
            row += self._card_row(column, card, y, last=y == section.height - 1)
        return row

    def _card_row(self, column: Column, card: CardLike, y: int, *, last: bool) -> Row:
        x, width = column.x - 1, column.width + 3
        if y == 0:
            return title_row(card, x, width)
        if last:
            return [Fixed(x, f"└{'─' * (width - 2)}┘", card.role)]
        sides = Fixed(x, "│", card.role), Fixed(x + width - 1, "│", card.role)
        return [sides[0], *self._parts(column, y), sides[1]]

    def _parts(self, column: Column, y: int) -> Row:
        line = column.line_at(y)
        if line is None:
            return []
        hang = self.document.lines[line].indent
        room = self._text_room(line, column.room)
        parts = self._fold(line, room)
        number = y - column.tops[line - column.start]
        indent = hang if number and hang <= room // 2 else 0
        note = self.document.notes.get(line, "") if not number and room < column.room else ""
        return [Part(column.x, column.width, line, *parts[number], indent, number == 0, note)]

    def _fold(self, line: int, room: int) -> list[tuple[int, int]]:
        if line not in self._folds:
            if len(self._folds) >= MAX_FOLDS:
                self._folds.clear()
            text, hang = self.document.texts[line], self.document.lines[line].indent
            self._folds[line] = fold(text, room, hang)
        return self._folds[line]

    # lines

    def section_of(self, line: int) -> Section:
        """The section a logical line is in."""
        place = bisect_right(self._with_lines, (line, len(self.sections))) - 1
        return self.sections[self._with_lines[place][1]]

    def span(self, line: int) -> tuple[int, int]:
        """The first row of a line, and how many it takes."""
        section = self.section_of(line)
        column = section.columns[section.column_of(line)]
        top, below = column.tops[line - column.start : line - column.start + 2]
        return section.top + top, below - top

    def context(self, line: int) -> tuple[int, int]:
        """The rows, from and to, that say where a line belongs: with its heading and borders."""
        top, height = self.span(line)
        bottom = top + height
        section = self.section_of(line)
        column = section.columns[section.column_of(line)]
        if line == column.start:
            place = self.sections.index(section)
            above = self.sections[place - 1] if place else None
            top = above.top if above is not None and above.heading is not None else section.top
        if line == column.stop - 1:
            bottom = section.top + section.height
        return top, bottom

    def line_at(self, x: int, y: int) -> int | None:
        """The logical line that is shown at a place."""
        for piece in self.row(y):
            if isinstance(piece, Part) and piece.x <= x < piece.x + piece.width:
                return piece.line
        return None

    def step(self, line: int, step: int, column: int) -> int:
        """The line above (-1) or below (1), in `column` where cards are entered; else `line`."""
        section = self.section_of(line)
        own = section.columns[section.column_of(line)]
        if own.start <= line + step < own.stop:
            return line + step
        place = bisect_right(self._with_lines, (line, len(self.sections))) - 1 + step
        if not 0 <= place < len(self._with_lines):
            return line
        near = self.sections[self._with_lines[place][1]].column_near(column)
        return near.start if step > 0 else near.stop - 1

    def near(self, y: int, column: int) -> int:
        """The line on the row nearest to `y`; there is at least one line."""
        tops = [self.sections[number].top for _, number in self._with_lines]
        place = max(0, bisect_right(tops, y) - 1)
        section = self.sections[self._with_lines[place][1]]
        near = section.column_near(column)
        return near.nearest(y - section.top)

    def beside(self, line: int, step: int) -> int:
        """The line at the same height in the card to the left (-1) or right (1); else `line`."""
        section = self.section_of(line)
        own = section.column_of(line)
        row = section.columns[own].tops[line - section.columns[own].start]
        place = own + step
        while 0 <= place < len(section.columns):
            if section.columns[place].stop > section.columns[place].start:
                return section.columns[place].nearest(row)
            place += step
        return line


def heading_row(heading: Heading, width: int) -> Row:
    """A heading at the left and its note at the right; the note goes when there is no room."""
    text = cut(heading.text, width)
    row: Row = [Fixed(0, text, "heading")]
    room = width - cell_len(text) - 2
    if heading.note and room >= min(cell_len(heading.note), 8):
        note = cut(heading.note, room)
        row.append(Fixed(width - cell_len(note), note, "dim"))
    return row


def title_row(card: CardLike, x: int, width: int) -> Row:
    """The upper border of a card, with its title at the left and its note at the right."""
    note = cut(inert(card.note[:MAX_LINE]), max(0, width - 12))
    tail = f" {note} ─┐" if note else "─┐"
    title = cut(inert(card.title[:MAX_LINE]), width - cell_len(tail) - 4, middle=True)
    head = [Fixed(x, "┌ ", card.role), Fixed(x + 2, f"{title} ", "heading")] if title else []
    used = sum(cell_len(piece.text) for piece in head)
    if not head:
        head, used = [Fixed(x, "┌", card.role)], 1
    line = "─" * (width - used - cell_len(tail))
    return [*head, Fixed(x + used, f"{line}{tail}", card.role)]
