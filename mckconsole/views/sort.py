"""The order of rows by one column: for exports and the command line.

The terminal's table sorts what it shows by itself, by the same rules: numbers stand before words
(the other way round when reversed), nothing always comes last, equals keep their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from mckconsole.views.filter_columns import ColumnError, need_column
from mckconsole.views.natural import natural_key
from mckconsole.views.spec import Column, Row

_OFF = ("", "off", "none")


class SortError(ValueError):
    """The text names no order; the message says which columns there are."""


def sort_rows(rows: Sequence[Row], column: str | None, reverse: bool) -> list[Row]:
    """The rows ordered by the values of the column with that id; None leaves them as they are."""
    if column is None:
        return list(rows)
    numbers: list[tuple[float, Row]] = []
    words: list[tuple[str, Row]] = []
    nothing: list[Row] = []
    for row in rows:
        cell = row.cells.get(column)
        value = cell.value if cell else None
        if isinstance(value, str):
            words.append((natural_key(value), row))
        elif value is None or value != value:  # a NaN is nothing
            nothing.append(row)
        else:
            numbers.append((value, row))
    by_value = itemgetter(0)
    numbers.sort(key=by_value, reverse=reverse)
    words.sort(key=by_value, reverse=reverse)
    first, second = (words, numbers) if reverse else (numbers, words)
    return [*(row for _, row in first), *(row for _, row in second), *nothing]


def parse_sort(text: str, columns: Sequence[Column]) -> tuple[str | None, bool]:
    """Column id and whether reversed, for `rtt`, `-rtt` or `off`; (None, False) is no order.

    Raises:
        SortError: there is no such column, or several begin like that.
    """
    text = text.strip()
    if text.casefold() in _OFF:
        return None, False
    try:
        return need_column(text.removeprefix("-").strip(), columns).id, text.startswith("-")
    except ColumnError as error:
        raise SortError(f"cannot sort: {error}") from None
