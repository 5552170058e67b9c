"""Colour for the lines of a matrix: from a table and a layout to segments.

Styles come from a function by component name; this module knows no theme and no widget.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

from rich.segment import Segment
from rich.style import Style

from mckwidgets.matrix_layout import MatrixLayout, whole_words
from mckwidgets.matrix_table import Pair, Place, Table
from mckwidgets.roles import ROLES
from mckwidgets.safe_text import LOOK_AT, cut, fold, inert, pad


class Styles(Protocol):
    """Gives the style of a component class: whole, or only what its own rules say."""

    def __call__(self, name: str, /, *, partial: bool = False) -> Style: ...


class Brush:
    """Paints lines of a table with the cursor on one of its pairs."""

    def __init__(
        self,
        table: Table,
        layout: MatrixLayout,
        cursor: Place,
        lit: Collection[Pair],
        style: Styles,
    ) -> None:
        self._table = table
        self._layout = layout
        self._row, self._column = cursor
        self._lit = lit
        self._style = style
        self._name, self._current = style("matrix--name"), style("matrix--name-current")

    def empty(self, text: str, width: int, y: int) -> list[Segment]:
        """Line `y` of a text that is shown when there is nothing else."""
        lines = fold(text, width)
        style = self._style("matrix--dim")
        return [Segment(text[slice(*lines[y])], style)] if y < len(lines) else []

    def header(self, columns: Iterable[int], hidden: tuple[int, int]) -> list[Segment]:
        """The names of columns, and how many are hidden on the left and on the right."""
        left, right = hidden
        words = " ".join([*[f"‹ {left}"] * bool(left), *[f"{right} ›"] * bool(right)])
        segments = [
            Segment(pad(words, self._layout.names, "right"), self._style("matrix--dim")),
            Segment(" " * self._layout.gap, self._name),
        ]
        for column in columns:
            name = self._table.columns[column]
            segments += self._heading(name, self._layout.cell, current=column == self._column)
        return segments

    def row(self, row: int, columns: Iterable[int]) -> list[Segment]:
        """A row's name and its cells in some columns."""
        name = self._table.rows[row]
        segments = self._heading(name, self._layout.names, current=row == self._row)
        for column in columns:
            pair = name, self._table.columns[column]
            cell = self._table.cell(pair)
            here = (row, column) == (self._row, self._column)
            style = self._cell_style(cell.role, cursor=here, lit=pair in self._lit)
            text = pad(
                whole_words(inert(cell.text[:LOOK_AT]), self._layout.cell), self._layout.cell
            )
            gap = " " * self._layout.gap
            if here or pair in self._lit:
                segments += [Segment(text, style), Segment(gap, self._name)]
            else:  # one segment less to write
                segments.append(Segment(text + gap, style))
        return segments

    def _heading(self, name: str, cells: int, *, current: bool) -> list[Segment]:
        text = pad(cut(inert(name), cells, middle=True), cells)
        style = self._current if current else self._name
        return [Segment(text + " " * self._layout.gap, style)]

    def _cell_style(self, role: str, *, cursor: bool, lit: bool) -> Style:
        if cursor:
            return self._style("matrix--cursor")
        # the colour of what is dim may be that of the light
        plain = role not in ROLES or (lit and role == "dim")
        style = self._style("matrix--plain" if plain else f"matrix--{role}")
        return style + self._style("matrix--news", partial=True) if lit else style
