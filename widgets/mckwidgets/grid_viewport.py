"""Where the cursor and the window over a grid's rows are, and where they go when rows change.

The cursor is on a row, not on a place: it follows its row through changes of content, order and
filter, and the window follows it so that it stays on its line of the screen. An operator who has
not moved yet sees the first row, whichever it is. Knows neither Textual nor how rows look.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import NamedTuple

from mckwidgets.grid_model import Entry, GridModel


class _Place(NamedTuple):
    """Where cursor and window were before a change."""

    entry: Entry | None
    number: int | None
    anchor: str | None
    """The row that keeps its line: the cursor's while it is in sight, else the first in sight."""


class Viewport:
    """The cursor's row and the rows in sight."""

    def __init__(self, model: GridModel) -> None:
        self._model = model
        self.key: str | None = None
        """The row that the cursor is on; None only while no row is shown."""
        self.top = 0
        """The place of the first row in sight."""
        self.height = 0
        """How many rows can be in sight."""
        self._moved = False
        self._line = 0
        """Where in the window the cursor was put last; it goes back there when it can."""
        self._chosen: str | None = None
        """The row that the operator put the cursor on."""

    @property
    def index(self) -> int | None:
        """The place of the cursor's row."""
        return None if self.key is None else self._model.index(self.key)

    @property
    def in_sight(self) -> bool:
        """Whether the cursor's row is in the window."""
        index = self.index
        return index is not None and self.top <= index < self.top + max(self.height, 1)

    def move(self, index: int, *, top: int | None = None) -> None:
        """Put the cursor on the row in this place, or the nearest, and bring it into sight.

        `top` is where the window goes first; it stays where it is by default.
        """
        if not self._model.visible:
            return
        self._moved = True
        index = min(max(index, 0), self._model.visible - 1)
        self.key = self._chosen = self._model.id_at(index)
        self.top = self.top if top is None else top
        self._clamp()
        self._reveal(index)
        self._line = index - self.top

    def move_by(self, rows: int) -> None:
        """Move the cursor; the window goes along only when it has to."""
        self.move((self.index or 0) + rows)

    def page_by(self, rows: int) -> None:
        """Move cursor and window by as much, so that the cursor stays on its line."""
        self.move((self.index or 0) + rows, top=self.top + rows)

    def scroll(self, top: int) -> None:
        """Move the window only; the cursor may get out of sight."""
        self._moved = True
        self.top = top
        self._clamp()
        index = self.index
        if index is not None and self.in_sight:
            self._line = index - self.top

    def resize(self, height: int) -> None:
        """The window has so many lines now; a cursor in sight stays in sight."""
        seen = self.in_sight
        self.height = max(height, 0)
        index = self.index
        if seen and index is not None:
            self.top = index - min(self._line, max(self.height - 1, 0))
        self._clamp()

    @contextmanager
    def following(self, *, choose: bool = False, replaced: bool = False) -> Iterator[None]:
        """Change the model within; cursor and window go where they belong after it.

        With `choose` the cursor goes back to the row that the operator put it on, if that is shown
        again; `replaced` says that the content changes as a whole.
        """
        before = self._place()
        order = self._model.order() if replaced else ()
        yield
        if not self._model.visible:
            self.key, self.top = None, 0
        elif not self._moved:
            self.key, self.top = self._model.id_at(0), 0
        else:
            self._settle(before, order, choose=choose or self.key is None)

    def _place(self) -> _Place:
        entry = None if self.key is None else self._model.entry(self.key)
        anchor = self.key
        if not self.in_sight and self.top < self._model.visible:
            anchor = self._model.id_at(self.top)
        return _Place(entry, self.index, anchor)

    def _settle(self, before: _Place, order: Sequence[str], *, choose: bool) -> None:
        index = self._model.index(self._chosen) if choose and self._chosen is not None else None
        if index is None:
            index = self.index
        if index is None:
            index = self._neighbour(before, order)
        if before.anchor in (None, self.key):
            self.top = index - min(self._line, max(self.height - 1, 0))
        else:
            anchor = self._model.index(before.anchor or "")
            self.top = self.top if anchor is None else anchor
        self.key = self._model.id_at(index)
        self._clamp()

    def _neighbour(self, before: _Place, order: Sequence[str]) -> int:
        """The next row that was below the cursor and is still there, or above it."""
        if before.number is not None and order:
            below = range(before.number + 1, len(order))
            above = range(before.number - 1, -1, -1)
            found = (self._model.index(order[place]) for place in chain(below, above))
            return next((index for index in found if index is not None), 0)
        return max(self._model.nearest(before.entry), 0) if before.entry is not None else 0

    def _reveal(self, index: int) -> None:
        height = max(self.height, 1)
        self.top = min(max(self.top, index - height + 1), index)

    def _clamp(self) -> None:
        self.top = min(max(self.top, 0), max(self._model.visible - max(self.height, 1), 0))
