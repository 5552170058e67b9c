"""How wide a grid's columns are, and which of them are shown in a given width.

Widths come from the titles and from the rows that were looked at so far, never from all rows, and
they only grow. What does not fit goes in this order: columns by priority, then the ends of long
cells. Columns of priority 0 stay. Nothing here paints.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from mckwidgets.contracts import ColumnLike, RowLike
from mckwidgets.safe_text import inert

LONGEST = 512
"""Characters of a cell that are looked at; what is longer is cut before anything else."""
GAP = 2
"""Cells between two columns."""
EDGE = 1
"""Cells before the first column: the mark."""
COMFORTABLE = 28
"""Cells that a column may ask for before other columns are dropped for it."""
GENEROUS = 44
"""The same, where the other column is of little weight: of a priority over `WEIGHTY`."""
WEIGHTY = 3
NARROWEST = 8
"""Cells that a column keeps when even the columns that stay do not fit."""


def cell_text(row: RowLike, column: str) -> str:
    """The inert text of one cell; empty when the row has none there."""
    cell = row.cells.get(column)
    return "" if cell is None else inert(cell.text[:LONGEST])


@dataclass(frozen=True, slots=True)
class Placed:
    """One column and where it stands."""

    column: ColumnLike
    x: int
    """Its first cell in a line that nothing was scrolled out of."""
    width: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns that are shown; the first one stays when the others scroll sideways."""

    placed: tuple[Placed, ...]
    available: int
    """Cells of a line."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the columns that are shown."""
        return tuple(one.column.id for one in self.placed)

    @property
    def fixed(self) -> int:
        """Cells at the start of a line that do not scroll."""
        if not self.placed:
            return EDGE
        gap = GAP if len(self.placed) > 1 else 0
        return min(EDGE + self.placed[0].width + gap, self.available)

    @property
    def full(self) -> int:
        """Cells that all of it takes."""
        return self.placed[-1].x + self.placed[-1].width if self.placed else EDGE

    @property
    def reach(self) -> int:
        """How many cells it can be scrolled sideways."""
        return max(self.full - self.available, 0) if self.fixed < self.available else 0

    def at(self, x: int, scrolled: int) -> str | None:
        """Id of the column in this cell of a line that is scrolled so far."""
        x = x if x < self.fixed else x + scrolled
        for one in self.placed:
            if one.x <= x < one.x + one.width + GAP:
                return one.column.id
        return None

    def step(self, scrolled: int, direction: int) -> int:
        """How far it is scrolled after one step to the left (-1) or to the right (1).

        A step goes to the next column; through one that is wider than the window, by half of that.
        """
        window = max(self.available - self.fixed, 1)
        starts = [one.x - self.fixed for one in self.placed[1:]]
        half = max(window // 2, 1)
        if direction > 0:
            after = [start for start in starts if start > scrolled]
            goal = min(after[0] if after else self.reach, scrolled + max(window - 1, half))
        else:
            before = [start for start in starts if start < scrolled]
            goal = max(before[-1] if before else 0, scrolled - max(window - 1, half))
        return min(max(goal, 0), self.reach)

    def reveal(self, column: str, scrolled: int) -> int:
        """How far to scroll so that a column is in sight, its start rather than its end."""
        for one in self.placed[1:]:
            if one.column.id == column:
                start = one.x - self.fixed
                end = start + one.width - (self.available - self.fixed)
                return min(max(scrolled, end), start, self.reach)
        return scrolled


class Widths:
    """What each column asks for, as far as is known."""

    def __init__(self, columns: Sequence[ColumnLike]) -> None:
        self._columns = columns
        self._asked = {column.id: cell_len(inert(column.title)) for column in columns}

    def measure(self, rows: Iterable[RowLike]) -> bool:
        """Take account of these rows; whether a column asks for more than before."""
        grown = False
        for row in rows:
            for column, asked in self._asked.items():
                text = cell_text(row, column)
                if len(text) * 2 > asked:
                    cells = len(text) if text.isascii() else cell_len(text)
                    if cells > asked:
                        self._asked[column] = cells
                        grown = True
        return grown

    def ask_for_arrow(self, column: ColumnLike) -> None:
        """The title of this column needs a cell more, for the sign that it is sorted by."""
        self._asked[column.id] = max(self._asked[column.id], cell_len(inert(column.title)) + 1)

    def fit(self, available: int, *, wide: bool, keep: Sequence[str] | None = None) -> Layout:
        """Lay the columns out in so many cells.

        With `wide` every column gets what it asks for, however many cells that takes. `keep` are
        the columns to show whatever they ask for now.
        """
        columns = self._columns
        if keep is not None:
            columns = [column for column in columns if column.id in keep]
        elif not wide:
            columns = _fitting(columns, self._asked, available)
        widths = {column.id: self._asked[column.id] for column in columns}
        if wide and columns:
            first = columns[0].id
            widths[first] = min(widths[first], max(available // 2, NARROWEST))
        else:
            widths = _shares(widths, available - EDGE - GAP * max(len(columns) - 1, 0))
        placed, x = [], EDGE
        for column in columns:
            placed.append(Placed(column, x, widths[column.id]))
            x += widths[column.id] + GAP
        return Layout(tuple(placed), available)


def _fitting(
    columns: Sequence[ColumnLike], asked: Mapping[str, int], available: int
) -> list[ColumnLike]:
    """Those of priority 0, and of the others in order of priority each one that still fits.

    Where one of those that are alike finds no room, none of them follows it.
    """
    kept: set[str] = set()
    full = False
    for column in sorted(columns, key=lambda column: column.priority):
        if full and column.alike:
            continue
        wanted = {*kept, column.id}
        most = COMFORTABLE if column.priority <= WEIGHTY else GENEROUS
        needed = sum(min(asked[name], most) + GAP for name in wanted) - GAP + EDGE
        if column.priority == 0 or needed <= available:
            kept = wanted
        else:
            full = full or column.alike
    return [column for column in columns if column.id in kept]


def _shares(asked: Mapping[str, int], available: int) -> dict[str, int]:
    """What each column gets: what it asks for, less what the widest must give up."""
    if sum(asked.values()) <= available:
        return dict(asked)
    low, high = NARROWEST, max(asked.values(), default=0)
    while low < high:
        most = (low + high + 1) // 2
        if sum(min(width, most) for width in asked.values()) <= available:
            low = most
        else:
            high = most - 1
    shares = {name: min(width, low) for name, width in asked.items()}
    spare = available - sum(shares.values())
    for name, width in asked.items():
        if spare > 0 and width > shares[name]:
            shares[name] += 1
            spare -= 1
    return shares
