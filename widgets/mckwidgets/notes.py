"""A few lines about what the cursor is on, broken at words; what has no room is cut with a mark.

It scrolls nowhere and has no cursor: whoever wants more opens it. Only rows that look different are
painted again, so it can follow a cursor.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Region

from mckwidgets.contracts import LineLike
from mckwidgets.linepaint import PaintedLines, Part, clean_parts, cut_parts, difference
from mckwidgets.linewrap import wrap_parts

WIDEST = 120
"""Cells of a row: longer lines are hard to read, and cost bytes whenever the cursor moves."""


def note_rows(lines: Sequence[LineLike], width: int, height: int) -> list[list[Part]]:
    """Return at most `height` rows of `width` cells with a cell of margin on each side.

    Every line has its first row as long as there is one for it; the last ones are missing where
    there are more lines than rows. Where a line goes on that has no room left, its end is `…`.
    """
    width = min(width, WIDEST)
    if width < 3:
        return []
    wrapped = [wrap_parts(clean_parts(line.spans), width - 2, line.indent) for line in lines]
    rows: list[list[Part]] = []
    for number, parts in enumerate(wrapped):
        later = len(wrapped) - number - 1
        room = max(height - len(rows) - later, 1)
        shown = parts[:room]
        if len(parts) > room:
            shown[-1] = cut_parts([*shown[-1], Part(" …", "dim")], width - 2)
        rows += [[Part(" "), *row] for row in shown]
    return rows[:height]


def _row(rows: Sequence[list[Part]], y: int) -> list[Part]:
    return rows[y] if y < len(rows) else []


class Notes(PaintedLines):
    """Lines of text that are wrapped and cut to the place there is."""

    DEFAULT_CSS = """
    Notes { height: 1fr; }
    """
    _lines: tuple[LineLike, ...] = ()

    def set_lines(self, lines: Sequence[LineLike]) -> None:
        """Show other lines; rows that stay as they are are not painted again."""
        new = tuple(lines)
        if new == self._lines:
            return
        before, width = self._rows(), self.content_size.width
        self._lines = new
        after = self._rows()
        for y in range(max(len(before), len(after))):
            old, new_row = _row(before, y), _row(after, y)
            if old != new_row:
                x, end = difference(old, new_row)
                self.refresh(Region(x, y, min(end, width) - x, 1))

    def _rows(self) -> list[list[Part]]:
        return note_rows(self._lines, *self.content_size)

    def line_parts(self, y: int, width: int) -> Sequence[Part]:
        """Return a row."""
        rows = self._rows()
        return rows[y] if y < len(rows) else ()
