"""Lay rows out in aligned columns, at full width or within the width of a terminal.

What does not fit goes in this order: columns in which no row has anything to say, columns by
priority, then the ends of long cells. Columns of priority 0 stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.report.spans import Line, Span
from mckconsole.report.width import cell_width, cut, pad
from mckconsole.views.spec import BLANK, Cell, Column, Row

GAP = "  "
COMFORTABLE = 28
"""Cells that a column may ask for before other columns are dropped for it."""
GENEROUS = 44
"""The same, where the other column is of little weight: of a priority over `WEIGHTY`."""
WEIGHTY = 3
NARROWEST = 8
"""Cells that a column keeps when even the columns that stay do not fit."""


def grid(columns: Sequence[Column], rows: Sequence[Row], *, width: int | None) -> Iterator[Line]:
    """Header and rows; `width` in cells, None for as wide as it takes."""
    widths = {column.id: _natural(column, rows) for column in columns}
    if width is not None:
        columns = _fitting([c for c in columns if _telling(c, rows)], widths, width)
        widths = _shares(columns, widths, width)
    yield _spaced([Span(_placed(_title(c), c, widths[c.id]), "heading") for c in columns])
    for row in rows:
        yield _spaced([_cell(row.cells[c.id], c, widths[c.id]) for c in columns])


def _title(column: Column) -> str:
    """In capitals, but for a cluster's name, which is written in one way only."""
    return column.title if column.cluster else column.title.upper()


def _natural(column: Column, rows: Sequence[Row]) -> int:
    texts = (cell_width(row.cells[column.id].text) for row in rows)
    return max(cell_width(column.title), *texts, 0)


def _telling(column: Column, rows: Sequence[Row]) -> bool:
    return column.priority == 0 or not rows or any(row.cells[column.id] != BLANK for row in rows)


def _fitting(columns: Sequence[Column], widths: dict[str, int], width: int) -> list[Column]:
    """Those of priority 0, and of the others in order of priority each one that still fits.

    Where one of the clusters' columns finds no room, none of them follows it.
    """
    kept: set[str] = set()
    full = False
    for column in sorted(columns, key=lambda c: c.priority):
        if full and column.alike:
            continue
        wanted = {*kept, column.id}
        most = COMFORTABLE if column.priority <= WEIGHTY else GENEROUS
        needed = _total([min(widths[c.id], most) for c in columns if c.id in wanted])
        if column.priority == 0 or needed <= width:
            kept = wanted
        else:
            full = full or column.alike
    return [column for column in columns if column.id in kept]


def _shares(columns: Sequence[Column], widths: dict[str, int], width: int) -> dict[str, int]:
    """Cells for each column: what it asks for, less what the widest must give up."""
    shares = {column.id: min(widths[column.id], width) for column in columns}
    while _total(list(shares.values())) > width:
        widest = max(shares, key=lambda name: shares[name])
        if shares[widest] <= NARROWEST:
            break
        shares[widest] -= 1
    return shares


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * max(len(widths) - 1, 0)


def _cell(cell: Cell, column: Column, width: int) -> Span:
    return Span(_placed(cell.text, column, width), cell.role)


def _placed(text: str, column: Column, width: int) -> str:
    return pad(cut(text, width, middle=column.name), width, right=column.align == "right")


def _spaced(spans: Sequence[Span]) -> Line:
    return [part for span in spans for part in (span, Span(GAP))][:-1]
