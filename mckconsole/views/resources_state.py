"""How each cluster answers a query: rows for those that do not in full, and lines above the table.

No cluster of the scope is missing silently: one that refuses, waits or is old has a row with its
state in a word, and a line with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mckconsole.domain.resources import ResourceTable
from mckconsole.domain.states import TopicState
from mckconsole.domain.text import shorten
from mckconsole.views.cells import signed
from mckconsole.views.detail import Line, Span
from mckconsole.views.explain import count, stated
from mckconsole.views.resources_cells import Cells, word
from mckconsole.views.spec import Cell, Role, Row

SPACES = 8
"""Namespaces of a cluster that have a row each where they could not be read."""
REASON = 200
"""Characters of a reason in a line."""

STATE_ROLES: Mapping[TopicState, Role] = {
    TopicState.PENDING: Role.CONNECTING,
    TopicState.STALE: Role.STALE,
    TopicState.FORBIDDEN: Role.FORBIDDEN,
    TopicState.UNREACHABLE: Role.CRITICAL,
    TopicState.UNSUPPORTED: Role.UNKNOWN,
}
_SETTLED = (TopicState.FRESH, TopicState.ABSENT)


def state_rows(table: ResourceTable, column: str = "name") -> tuple[Row, ...]:
    """A row for the cluster where it is not read in full, and for namespaces that were not; in a
    word, under NAME and in this column."""
    rows = tuple(_rows(table))
    if column != "name":
        for row in rows:
            if isinstance(row.cells, Cells):
                row.cells[column] = row.cells["name"]
    return rows


def _rows(table: ResourceTable) -> Iterator[Row]:
    if table.state not in _SETTLED or table.progress is not None:
        role = STATE_ROLES.get(table.state, Role.CONNECTING)
        yield _row(table.cluster, "", signed(role, short(table)), role)
    if len(table.unread) <= SPACES:
        for space in table.unread:
            yield _row(table.cluster, space, signed(Role.FORBIDDEN, "not read"), Role.FORBIDDEN)
    else:
        words = f"{len(table.unread)} namespaces not read"
        yield _row(table.cluster, "", signed(Role.FORBIDDEN, words), Role.FORBIDDEN, "unread")
    if table.undecodable:
        words = f"{count(table.undecodable, 'row')} not understood"
        yield _row(table.cluster, "", signed(Role.UNKNOWN, words), Role.UNKNOWN, "rows")


def _row(cluster: str, space: str, cell: Cell, role: Role, part: str = "") -> Row:
    cells = Cells(cluster=word(cluster), name=cell)
    if space:
        cells["namespace"] = word(space)
    cells.fold()
    return Row(f"{cluster}\n{space}\n\n{part}", cells, (), role, (cluster,), space)


def short(table: ResourceTable) -> str:
    """How it stands in a few words."""
    if table.progress is not None:
        done, of = table.progress
        return f"listing {done:,} of {of:,}" if of is not None else f"listing {done:,}"
    return "waiting" if table.state is TopicState.PENDING else table.state.value


def state_lines(
    tables: Mapping[str, ResourceTable], others: Sequence[str], asked: str
) -> list[Line]:
    """What is to be known of the clusters' answers, the worst first; empty where all is well."""
    lines = [*_troubles(tables)]
    absent = [name for name, table in tables.items() if table.state is TopicState.ABSENT]
    if absent and len(absent) < len(tables):
        kind = next((one.kind.name for one in tables.values() if one.kind), asked)
        lines.append(Line((Span(f"{kind} is not served by {', '.join(absent)}", Role.DIM),)))
    if others:
        lines.append(Line((Span(f"{asked} also means {', '.join(others)}", Role.DIM),)))
    return lines


def _troubles(tables: Mapping[str, ResourceTable]) -> Iterator[Line]:
    """Clusters with the same words share a line."""
    alike: dict[tuple[Role, str, str], list[str]] = {}
    for name, table in tables.items():
        if table.state in _SETTLED or table.state is TopicState.PENDING:
            for space, why in list(table.unread.items())[:1]:
                more = len(table.unread) - 1
                rest = f" and {count(more, 'namespace')} more" if more else ""
                words = f"{space}{rest} not read"
                alike.setdefault((Role.FORBIDDEN, words, why), []).append(name)
            continue
        role = STATE_ROLES.get(table.state, Role.UNKNOWN)
        alike.setdefault((role, table.state.value, table.reason), []).append(name)
    for (role, words, why), names in alike.items():
        reason = f": {shorten(why, REASON)}" if why and not why.startswith(words) else ""
        said = shorten(why, REASON) if why.startswith(words) else words
        spans = (stated(role, ", ".join(names)), Span(f"  {said}{reason}"))
        yield Line(spans, indent=4)


def why_empty(tables: Mapping[str, ResourceTable], word: str, narrowed: str) -> str:
    """Why there is no row: nobody serves it, or there are none."""
    served = [table for table in tables.values() if table.state is not TopicState.ABSENT]
    if not served:
        return f"none of {count(len(tables), 'cluster')} in scope serves {word}"
    where = f" {narrowed}" if narrowed else ""
    return f"there are no {word}{where} in {count(len(served), 'cluster')}"
