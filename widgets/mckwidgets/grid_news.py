"""Which cells changed a moment ago, and until when that is shown. Reads no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mckwidgets.contracts import ColumnLike, RowLike
from mckwidgets.grid_model import GridModel

_NONE: frozenset[str] = frozenset()
TOGETHER = 4
"""News goes out at so many moments of a second at most, so that one timer is enough for it."""


class News:
    """The columns of rows whose text changed, each until its time."""

    def __init__(self) -> None:
        self._until: dict[str, dict[str, float]] = {}

    def compare(
        self,
        model: GridModel,
        shown: range,
        before: Mapping[str, RowLike],
        columns: Iterable[ColumnLike],
        until: float,
    ) -> None:
        """Note what differs from before in the rows in these places; what is new is no change."""
        steady = [column.id for column in columns if not column.volatile]
        until = -(-until * TOGETHER // 1) / TOGETHER
        for place in shown:
            row = model.row_at(place)
            old = before.get(row.id)
            if old is None or old is row:
                continue
            changed = [name for name in steady if _text(row, name) != _text(old, name)]
            if changed:
                self._until.setdefault(row.id, {}).update(dict.fromkeys(changed, until))

    def lit(self, row_id: str) -> frozenset[str]:
        """The columns of a row that are to be lit."""
        columns = self._until.get(row_id)
        return frozenset(columns) if columns else _NONE

    def clear(self) -> None:
        """Nothing is news any more."""
        self._until.clear()

    def expire(self, now: float) -> float | None:
        """Forget what is over; returns when the next is, None when nothing is lit."""
        for row_id, columns in list(self._until.items()):
            left = {name: until for name, until in columns.items() if until > now}
            if left:
                self._until[row_id] = left
            else:
                del self._until[row_id]
        return min((min(columns.values()) for columns in self._until.values()), default=None)


def _text(row: RowLike, column: str) -> str | None:
    cell = row.cells.get(column)
    return None if cell is None else cell.text
