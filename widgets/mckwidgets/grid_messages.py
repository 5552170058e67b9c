"""What a grid says to the application; handlers are named `on_grid_…`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from mckwidgets.grid import Grid


class GridMessage(Message):
    """Something happened in a grid."""

    def __init__(self, grid: Grid) -> None:
        super().__init__()
        self.grid = grid

    @property
    def control(self) -> Grid:
        """The grid, for selectors of handlers."""
        return self.grid


class Highlighted(GridMessage, namespace="grid"):
    """The cursor is on another row, or on none."""

    def __init__(self, grid: Grid, key: str | None) -> None:
        super().__init__(grid)
        self.key = key


class Opened(GridMessage, namespace="grid"):
    """The row under the cursor is to be opened."""

    def __init__(self, grid: Grid, key: str) -> None:
        super().__init__(grid)
        self.key = key


class Marked(GridMessage, namespace="grid"):
    """Other rows are marked than before."""

    def __init__(self, grid: Grid, keys: frozenset[str]) -> None:
        super().__init__(grid)
        self.keys = keys


class Sorted(GridMessage, namespace="grid"):
    """A click on a title sorted the rows; the grid's `sort` says how."""
