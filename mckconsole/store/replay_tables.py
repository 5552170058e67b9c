"""Tables of a recording, narrowed as a query says; nothing is asked of anybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from mckconsole.domain.objects import Key
from mckconsole.domain.resources import Catalogue, Query, ResourceTable, TableRow
from mckconsole.domain.selectors import SelectorError, parse_selector
from mckconsole.domain.states import TopicState
from mckconsole.store.recording.codec import ROWS, TABLED, TABLES
from mckconsole.store.recording.state import State
from mckconsole.store.recording.values import TableHead

_FIELDS = ("metadata.name", "metadata.namespace")
"""Fields that rows have."""


def recorded_kinds(state: State, cluster: str) -> Catalogue:
    """The kinds of a cluster that were recorded."""
    heads: Mapping[str, TableHead] = state.chain(cluster, TABLES)
    kinds = tuple(one.kind for one in heads.values() if one.kind is not None)
    return Catalogue(kinds, {"other kinds": "they are not recorded"})


class RecordedBrowsing:
    """A query over a recording; its tables are those of the moment that is shown."""

    def __init__(
        self,
        state: Callable[[], State],
        query: Query,
        clusters: Sequence[str],
        close: Callable[[], object],
    ) -> None:
        """`close` is called when nobody looks any more."""
        self._state = state
        self._query = query
        self._clusters = tuple(dict.fromkeys(clusters))
        self._close = close
        self._made: dict[str, tuple[tuple[Any, ...], ResourceTable]] = {}

    @property
    def tables(self) -> Mapping[str, ResourceTable]:
        """By cluster: what there was. A table in which nothing changed is the very object of the
        last look."""
        return {name: self._table(name) for name in self._clusters}

    def close(self) -> None:
        """It is not looked at any more."""
        self._close()

    def _table(self, cluster: str) -> ResourceTable:
        state, kind = self._state(), self._query.kind
        head: TableHead | None = state.chain(cluster, TABLES).get(kind)
        rows: Mapping[Key, TableRow] = state.chain(cluster, f"{ROWS}{kind}")
        times = state.chain(cluster, TABLED).get(kind, (None, 0.0))
        held = self._made.get(cluster)
        if held is None or not (held[0][0] is head and held[0][1] is rows and held[0][2] == times):
            found = _table(cluster, head, rows, times, self._query)
            held = self._made[cluster] = ((head, rows, times), found)
        return held[1]


def _table(
    cluster: str,
    head: TableHead | None,
    rows: Mapping[Key, TableRow],
    times: tuple[float | None, float],
    query: Query,
) -> ResourceTable:
    if head is None:
        reason = f"the recording does not hold {query.kind} of {cluster}"
        return ResourceTable(cluster, TopicState.UNSUPPORTED, reason)
    try:
        wanted = _wanted(query)
    except SelectorError as error:
        return ResourceTable(cluster, TopicState.UNSUPPORTED, str(error), head.kind)
    unread = {
        name: why
        for name, why in head.unread.items()
        if not query.namespaces or name in query.namespaces
    }
    return ResourceTable(
        cluster,
        head.state,
        head.reason,
        head.kind,
        head.columns,
        MappingProxyType({key: row for key, row in rows.items() if wanted(row)}),
        None,
        unread,
        head.undecodable,
        *times,
    )


def _wanted(query: Query) -> Callable[[TableRow], bool]:
    """Whether a row is what the query asks for.

    Raises:
        SelectorError: it cannot be told from rows.
    """
    spaces, labels = frozenset(query.namespaces), parse_selector(query.labels)
    fields = [_field(one) for one in query.fields.split(",") if one.strip()]

    def wanted(row: TableRow) -> bool:
        if spaces and row.namespace not in spaces:
            return False
        if any((_value(row, name) == value) is not equal for name, equal, value in fields):
            return False
        return labels(dict(row.labels)) if query.labels else True

    return wanted


def _field(term: str) -> tuple[str, bool, str]:
    name, _, value = term.replace("==", "=").partition("=")
    equal = not name.endswith("!")
    name = name.rstrip("!").strip()
    if name not in _FIELDS:
        raise SelectorError(
            f"the recording does not hold {name} of each object; {' and '.join(_FIELDS)} can be"
            " selected"
        )
    return name, equal, value.strip()


def _value(row: TableRow, name: str) -> str:
    return row.name if name == "metadata.name" else row.namespace
