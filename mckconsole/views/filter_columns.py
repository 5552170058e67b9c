"""Find the column that a typed name means, for filters and for sorting.

A column is named by its id or its title, in any case, without regard to spaces and dashes; a
beginning is enough where only one column has it.
"""

from __future__ import annotations

from collections.abc import Sequence

from mckconsole.views.spec import Column

_BETWEEN = str.maketrans("", "", " -_")
_SIGNS = frozenset(":=<>!")
_SIMILAR = 0.75
"""How much alike two names are for one to be a slip of the other; 1 is equal."""


class ColumnError(ValueError):
    """The name means no column, or more than one; the message says which there are."""


def folded(name: str) -> str:
    """`name` as names are compared."""
    return name.translate(_BETWEEN).casefold()


def find_column(name: str, columns: Sequence[Column]) -> Column | None:
    """The column that `name` means, None when it means none.

    Raises:
        ColumnError: several columns begin like that.
    """
    wanted = folded(name)
    if not wanted:
        return None
    for column in columns:
        if column.id == name:
            return column
    for column in columns:
        if folded(column.id) == wanted:
            return column
    exact = [column for column in columns if folded(column.title) == wanted]
    found = exact or [column for column in columns if _begins(column, wanted)]
    if len(found) > 1:
        names = ", ".join(column.id for column in found)
        raise ColumnError(f"{name} may be {names}: type more of it")
    return found[0] if found else None


def _begins(column: Column, wanted: str) -> bool:
    if _SIGNS.intersection(column.id):  # an ARN: its beginning is more likely part of a value
        return False
    return folded(column.id).startswith(wanted) or folded(column.title).startswith(wanted)


def need_column(name: str, columns: Sequence[Column]) -> Column:
    """The column that `name` means.

    Raises:
        ColumnError: none, or several.
    """
    column = find_column(name, columns)
    if column is None:
        names = ", ".join(column.id for column in columns)
        raise ColumnError(f"no column {name} among {names}")
    return column


def resembles(name: str, columns: Sequence[Column]) -> bool:
    """Whether `name` looks like a slip in the name of a column."""
    import difflib  # only slips pay for it

    names = [folded(word) for column in columns for word in (column.id, column.title)]
    return bool(difflib.get_close_matches(folded(name), names, n=1, cutoff=_SIMILAR))
