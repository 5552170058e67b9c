"""Where the cells of a matrix stand on a screen: pure arithmetic, no widget, no colour."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rich.cells import cell_len

from mckwidgets.safe_text import LOOK_AT, inert

MAX_NAME = 22
"""Of a row name; a longer one is cut in its middle."""
MIN_CELL = 8
SNUG = 9
"""What a column needs when all are to be on the screen at once."""
TIGHT = 14
"""What a column gets when they are not."""
ROUND = 4
GAP = 2
"""Blank cells between columns; one where cells would be cut otherwise."""


class MatrixLayout(NamedTuple):
    """Widths in terminal cells: the sticky column of names, then equal columns with gaps."""

    names: int
    cell: int
    rows: int
    columns: int
    gap: int = GAP

    @property
    def left(self) -> int:
        """Where the first column begins."""
        return self.names + self.gap

    @property
    def step(self) -> int:
        """From one column to the next."""
        return self.cell + self.gap

    @property
    def width(self) -> int:
        """Of everything."""
        return self.left + self.step * self.columns - self.gap

    @property
    def height(self) -> int:
        """Of everything, with the header row."""
        return self.rows + 1

    def column_x(self, column: int, scroll_x: int) -> int:
        """Where a column that is shown begins on the screen."""
        return self.left + (column - self.first_column(scroll_x)) * self.step

    def first_column(self, scroll_x: int) -> int:
        """The first column shown: scrolling goes by whole columns, the last is always reached."""
        return -(-scroll_x // self.step)

    def shown_columns(self, scroll_x: int, width: int) -> range:
        """Columns of which at least a part is on a screen of `width` cells."""
        first = self.first_column(scroll_x)
        count = max(0, -(-(width - self.left) // self.step))
        return range(first, min(self.columns, first + count))

    def hidden_columns(self, scroll_x: int, width: int) -> tuple[int, int]:
        """How many columns are not shown whole on the left and on the right."""
        first = min(self.first_column(scroll_x), self.columns)
        return first, max(0, self.columns - first - self._fitting(width))

    def _fitting(self, width: int) -> int:
        """Columns that a screen shows whole; one at least counts as that."""
        return max(1, (width - self.left + self.gap) // self.step)

    def scroll_to_show(self, column: int, scroll_x: int, width: int) -> int:
        """The least scrolling after which a column is shown whole, if there is room for one."""
        first = self.first_column(scroll_x)
        fit = self._fitting(width)
        if column < first:
            first = column
        elif column >= first + fit:
            first = column - fit + 1
        return first * self.step


def widest(texts: Iterable[str]) -> int:
    """The most cells that one of `texts` takes; equal texts are measured once."""
    return max((cell_len(inert(text[:LOOK_AT])) for text in set(texts)), default=0)


def lay_out(rows: int, columns: int, names: int, content: int, width: int) -> MatrixLayout:
    """Widths for a screen of `width` cells.

    `names` and `content` are what the widest row name and the widest cell or column name take.
    Where all columns fit with 9 cells or more each, they share the screen; else they have at most
    14 and scroll. None is wider than its content, which is rounded up so that one digit more or
    less does not move the columns.
    """
    left = max(1, min(names, MAX_NAME, max(width // 3, 6)))
    content = -(-content // ROUND) * ROUND
    step = (width - left) // columns if columns else 0
    gap = 1 if SNUG < step < content + GAP else GAP
    cell = min(content, step - gap if step - gap >= SNUG else TIGHT)
    return MatrixLayout(left, max(MIN_CELL, cell), rows, columns, gap)


def whole_words(text: str, cells: int) -> str:
    """As many of the first words of an inert text as fit, at least two; else all of it.

    A number is not parted from the unit behind it.
    """
    if cell_len(text) <= cells:
        return text
    words = text.split(" ")
    while len(words) > 2:
        words.pop()
        shown = " ".join(words).rstrip(",;:")
        if cell_len(shown) <= cells and not shown[-1:].isdigit():
            return shown
    return text
