"""The rows that a grid holds, in the order and selection in which it shows them.

Knows neither Textual nor anything of how rows look. A change costs a binary search and the moving
of a list's tail, whatever the number of rows; only a new filter, a new order and new content as a
whole look at every row.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import overload

from mckwidgets.contracts import RowLike

Matches = Callable[[RowLike], bool]
Entry = tuple[int, float | str, int, str]
"""What a row is ordered by: the kind of its value, the value, its natural place; and its id.

In descending order the list of entries is read from its end, so the natural place counts backwards
there: rows of the same value stand in their natural order either way.
"""

_NUMBER, _WORD, _NOTHING = 0, 1, 2
_FIRST = -1
"""The kind of nothing in a list that is read from its end: it comes last there too."""
_value = itemgetter(1)


class GridModel:
    """Rows by id, and those that the filter leaves, in order."""

    def __init__(self, word_key: Callable[[str], str] = str) -> None:
        """`word_key` makes of a word what it is compared by."""
        self._word_key = word_key
        self._rows: dict[str, RowLike] = {}
        """In their natural order."""
        self._entries: dict[str, Entry] = {}
        """Of every row, in the same order."""
        self._shown: list[Entry] = []
        """Of the rows that the filter leaves, ascending."""
        self._next = 0
        self._matches: Matches | None = None
        self._column: str | None = None
        self._reverse = False

    @property
    def total(self) -> int:
        """Rows held."""
        return len(self._rows)

    @property
    def visible(self) -> int:
        """Rows that the filter leaves."""
        return len(self._shown)

    @property
    def sort(self) -> tuple[str | None, bool]:
        """The column that the rows are sorted by, None for the natural order; whether reversed."""
        return self._column, self._reverse

    def set_rows(self, rows: Sequence[RowLike]) -> Mapping[str, RowLike]:
        """Replace the whole content; returns what was held before. Of equal ids the last counts."""
        before = self._rows
        self._rows = {row.id: row for row in rows}
        self._order()
        return before

    def update_rows(
        self, changed: Iterable[RowLike], removed: Iterable[str] = ()
    ) -> Mapping[str, RowLike]:
        """Remove, then add and replace; returns the rows as they were that changed or went.

        New ids stand at the end of the natural order.
        """
        before: dict[str, RowLike] = {}
        for row_id in removed:
            old = self._rows.pop(row_id, None)
            if old is not None:
                before.setdefault(row_id, old)
                self._hide(self._entries.pop(row_id))
        for row in changed:
            old = self._rows.get(row.id)
            if old is not None:
                before.setdefault(row.id, old)
            self._put(row)
        return before

    def set_filter(self, matches: Matches | None) -> None:
        """Show the rows that `matches` accepts, None for all."""
        self._matches = matches
        self._select()

    def sort_by(self, column: str | None, *, reverse: bool = False) -> None:
        """Order by a column's values, None for the natural order.

        Numbers stand before words, the other way round when reversed; nothing (None, a missing
        cell, a number that is none) is always last; equals stand in their natural order. The
        natural order cannot be reversed.
        """
        reverse = reverse and column is not None
        if (column, reverse) != self.sort:
            self._column, self._reverse = column, reverse
            self._order()

    def row(self, row_id: str) -> RowLike | None:
        """The row with this id, whether shown or not."""
        return self._rows.get(row_id)

    def __contains__(self, row_id: object) -> bool:
        """Whether a row with this id is held."""
        return row_id in self._rows

    def ids(self) -> Iterable[str]:
        """Ids of all rows held, in no particular order."""
        return self._rows.keys()

    def id_at(self, index: int) -> str:
        """Id of the row that is shown in this place, from 0."""
        return self._shown[-1 - index if self._reverse else index][3]

    def row_at(self, index: int) -> RowLike:
        """The row that is shown in this place, from 0."""
        return self._rows[self.id_at(index)]

    def index(self, row_id: str) -> int | None:
        """The place in which the row is shown; None when it is not."""
        entry = self._entries.get(row_id)
        if entry is None:
            return None
        place = bisect_left(self._shown, entry)
        if place == len(self._shown) or self._shown[place] is not entry:
            return None
        return len(self._shown) - 1 - place if self._reverse else place

    def entry(self, row_id: str) -> Entry | None:
        """What the row is ordered by, for `nearest`."""
        return self._entries.get(row_id)

    def nearest(self, entry: Entry) -> int:
        """Where a row with this entry would be shown: the place of the one that follows it.

        The last place when none follows, -1 when there is no row at all.
        """
        place = bisect_left(self._shown, entry)
        if self._reverse:
            place = len(self._shown) - place
        return min(place, len(self._shown) - 1)

    def shown(self) -> Shown:
        """The rows that are shown, in their order; follows later changes."""
        return Shown(self)

    def order(self) -> Sequence[str]:
        """Ids of the rows that are shown, in their order.

        It stays as it is when the content is replaced as a whole, not when it is updated.
        """
        return _Order(self._shown, self._reverse)

    def _order(self) -> None:
        """Make the entries anew."""
        self._next = len(self._rows)
        if self._column is None:
            self._entries = {row_id: (0, 0, n, row_id) for n, row_id in enumerate(self._rows)}
        else:
            make, rows = self._entry, self._rows.values()
            self._entries = {row.id: make(row, place) for place, row in enumerate(rows)}
        self._select()

    def _select(self) -> None:
        """Filter and sort anew.

        Rows are looked at in the order in which they lie in memory, which is many times as fast as
        in the order shown; values are sorted kind by kind, since equal types compare much faster.
        """
        matches, entries = self._matches, self._entries.values()
        if matches is None:
            found = list(entries)
        else:
            both = zip(self._rows.values(), entries, strict=True)
            found = [entry for row, entry in both if matches(row)]
        if self._column is not None:
            if self._reverse:
                found.reverse()
            found.sort(key=_value) if len({e[0] for e in found}) == 1 else found.sort()
        self._shown = found

    def _put(self, row: RowLike) -> None:
        old = self._entries.get(row.id)
        if old is None:
            place = self._next
            self._next += 1
        else:
            place = self._place(old)
        self._rows[row.id] = row
        new = self._entry(row, place)
        wanted = self._matches is None or self._matches(row)
        if old == new:
            new = old or new
        elif old is not None:
            self._hide(old)
        self._entries[row.id] = new
        self._show(new) if wanted else self._hide(new)

    def _entry(self, row: RowLike, place: int) -> Entry:
        column = self._column
        if column is None:
            return (_NUMBER, 0, place, row.id)
        if self._reverse:
            place = -place
        cell = row.cells.get(column)
        value = None if cell is None else cell.value
        if isinstance(value, str):
            return (_WORD, self._word_key(value), place, row.id)
        if value is None or value != value:
            return (_FIRST if self._reverse else _NOTHING, 0, place, row.id)
        return (_NUMBER, value, place, row.id)

    def _place(self, entry: Entry) -> int:
        return -entry[2] if self._reverse else entry[2]

    def _show(self, entry: Entry) -> None:
        place = bisect_left(self._shown, entry)
        if place == len(self._shown) or self._shown[place] is not entry:
            self._shown.insert(place, entry)

    def _hide(self, entry: Entry) -> None:
        place = bisect_left(self._shown, entry)
        if place < len(self._shown) and self._shown[place] is entry:
            del self._shown[place]


class Shown(Sequence[RowLike]):
    """The rows that a model shows, looked up when asked for."""

    def __init__(self, model: GridModel) -> None:
        self._model = model

    def __len__(self) -> int:
        return self._model.visible

    @overload
    def __getitem__(self, index: int) -> RowLike: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[RowLike]: ...
    def __getitem__(self, index: int | slice) -> RowLike | Sequence[RowLike]:
        places = range(len(self))[index]
        if isinstance(places, range):
            return [self._model.row_at(place) for place in places]
        return self._model.row_at(places)


class _Order(Sequence[str]):
    """The ids of a list of entries."""

    def __init__(self, entries: Sequence[Entry], reverse: bool) -> None:
        self._entries = entries
        self._reverse = reverse

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        places = range(len(self))[index]
        if isinstance(places, range):
            return [self[place] for place in places]
        return self._entries[-1 - places if self._reverse else places][3]
