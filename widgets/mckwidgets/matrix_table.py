"""The content of a matrix: names of rows and columns, and what stands between them.

No widths, no screen, no colour: it knows which pair is where and what changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mckwidgets.contracts import CellLike

Pair = tuple[str, str]
"""Row and column name."""
Place = tuple[int, int]
"""Row and column, from 0."""


class Nothing(NamedTuple):
    """What is shown for a pair that has no cell."""

    text: str = "·"
    role: str = "dim"
    value: None = None


NOTHING = Nothing()


class Table(NamedTuple):
    """Names are unique among rows and among columns."""

    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    cells: Mapping[Pair, CellLike] = {}

    @property
    def filled(self) -> bool:
        """Whether there is a place for a cursor."""
        return bool(self.rows and self.columns)

    def pair(self, place: Place) -> Pair:
        """The names at a place."""
        return self.rows[place[0]], self.columns[place[1]]

    def cell(self, pair: Pair) -> CellLike:
        """What is shown for a pair."""
        return self.cells.get(pair, NOTHING)

    def place(self, pair: Pair) -> Place | None:
        """Where a pair is; None when its row or column is not there."""
        row, column = pair
        if row not in self.rows or column not in self.columns:
            return None
        return self.rows.index(row), self.columns.index(column)

    def nearest(self, pair: Pair, before: Place) -> Place:
        """Where a pair is; for a name that is gone, the place it had, as far as there is one."""
        return _find(self.rows, pair[0], before[0]), _find(self.columns, pair[1], before[1])

    def first(self) -> Place:
        """The first pair that has a cell, in the first two rows."""
        for row, name in enumerate(self.rows[:2]):
            for column, other in enumerate(self.columns):
                if (name, other) in self.cells:
                    return row, column
        return 0, 0

    def changes(self, before: Table) -> list[Pair]:
        """Pairs that look other than before; those that came or went with a name are none."""
        rows = set(self.rows) & set(before.rows)
        columns = set(self.columns) & set(before.columns)
        return [(r, c) for r, c in self._differences(before) if r in rows and c in columns]

    def _differences(self, before: Table) -> Iterator[Pair]:
        old, new = before.cells, self.cells
        yield from (pair for pair in old if pair not in new)
        for pair, cell in new.items():
            was = old.get(pair)
            if was is not cell and (was is None or was.text != cell.text or was.role != cell.role):
                yield pair


def _find(names: Sequence[str], name: str, place: int) -> int:
    return names.index(name) if name in names else min(place, len(names) - 1)
