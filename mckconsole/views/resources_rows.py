"""Rows of a query over many clusters, made anew only where something they are made of is new.

50,000 rows change a few at a time: a row is remembered by the identity of what its cluster printed
of it, its findings, and until when its age reads the same. The order is the worst first, then by
cluster, namespace and name. Reads no clock and asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from heapq import heapify, heappop, heappush

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.objects import Key
from mckconsole.domain.resources import ResourceKind, ResourceTable, TableRow
from mckconsole.domain.states import TopicState
from mckconsole.domain.times import parse_rfc3339
from mckconsole.views.resources_cells import Cells, age_cell, next_age, seconds_of, word, words
from mckconsole.views.resources_findings import NO_FINDINGS, Found
from mckconsole.views.resources_lenses import SUBJECTS, Lens, all_columns, lens_for, ready_of
from mckconsole.views.resources_state import state_rows
from mckconsole.views.spec import BLANK, Cell, Column, Role, Row

RANKS: Mapping[Role, int] = {
    Role.CRITICAL: 0,
    Role.FORBIDDEN: 1,
    Role.WARN: 2,
    Role.UNKNOWN: 3,
    Role.STALE: 4,
    Role.CONNECTING: 5,
}
"""Where rows of a role stand; all others behind these."""
_REST = len(RANKS)
_AT_ONCE = 2000
"""Rows of a cluster whose age is told anew at one look."""
_SEPARATOR = "\n"
"""Between the parts of a row's id: no clean text holds it."""
_SHARED = lru_cache(maxsize=8192)(word)
"""Cells that stand in many rows."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look found."""

    columns: tuple[Column, ...]
    rows: Sequence[Row]
    """All rows, in their order; none where `changed` says what there is to do."""
    changed: Sequence[Row] | None = None
    """Rows that differ, where all stand where they stood; None where that is not so."""


@dataclass(slots=True)
class _Part:
    """The rows of one cluster."""

    table: ResourceTable
    lens: Lens
    found: Found
    name: Cell
    rows: dict[Key, tuple[TableRow, Row, float]] = field(default_factory=dict)
    """With when its age reads otherwise."""
    seen: dict[Key, float] = field(default_factory=dict)
    """When a row was first seen so, by its cluster's clock: its ages are counted from there."""
    ages: list[tuple[float, Key]] = field(default_factory=list)
    """When the age of which row reads otherwise, by its cluster's clock; the next first."""
    state: Sequence[Row] = ()
    ranked: tuple[list[Key], ...] = ()
    """In their order, by `RANKS`."""


class Board:
    """The rows of one query, from look to look."""

    def __init__(self, name: str) -> None:
        """`name` is that of the kind."""
        self.name = name
        self._parts: dict[str, _Part] = {}
        self._columns: tuple[Column, ...] = ()
        self._some_findings = False

    def look(
        self,
        tables: Mapping[str, ResourceTable],
        found: Mapping[str, Found],
        now: float,
        *,
        whole: bool = False,
    ) -> Looked:
        """The rows as the tables have them.

        Args:
            tables: By cluster, in the order of the fleet.
            found: By cluster: findings on objects of the kind.
            now: Unix seconds by the console's clock.
            whole: All rows are wanted, whether or not they changed.
        """
        moved = whole or list(self._parts) != list(tables)
        self._parts = {name: part for name, part in self._parts.items() if name in tables}
        changed: list[Row] = []
        for name, table in tables.items():
            part = self._parts.get(name)
            mine = found.get(name, NO_FINDINGS)
            if part is None or part.table is not table or part.found is not mine:
                moved |= self._read(name, table, mine, now, changed)
            elif part.ages and part.ages[0][0] <= now + table.clock_offset:
                self._age(part, now, changed)
        self._parts = {name: self._parts[name] for name in tables}
        columns = self._all_columns()
        if moved or columns != self._columns:
            self._columns = columns
            return Looked(columns, list(self._ordered()))
        return Looked(columns, (), changed)

    def object(self, row_id: str) -> tuple[str, ObjectRef] | None:
        """The cluster and the object behind a row; None for a row that says how a cluster is, and
        for one of another pane, which is in sight until there are rows of this."""
        cluster, *place = row_id.split(_SEPARATOR)
        if len(place) != 2:
            return None
        namespace, name = place
        part = self._parts.get(cluster)
        if part is None or part.table.kind is None or (namespace, name) not in part.rows:
            return None
        return cluster, part.table.kind.ref(namespace, name)

    @property
    def kind(self) -> ResourceKind | None:
        """The kind, as the first cluster has it that knows it."""
        return next((p.table.kind for p in self._parts.values() if p.table.kind), None)

    @property
    def objects(self) -> int:
        """How many objects there are."""
        return sum(len(part.rows) for part in self._parts.values())

    def _all_columns(self) -> tuple[Column, ...]:
        kind = self.kind
        parts = self._parts.values()
        self._some_findings |= any(part.found for part in parts)
        owners = any(row.owner[0] for part in parts for row in _first(part))
        return all_columns(
            self.name,
            (part.lens for part in parts if part.rows),
            namespaced=kind is None or kind.namespaced,
            findings=self._some_findings,
            owners=owners,
        )

    def _ordered(self) -> Iterator[Row]:
        parts = self._parts.values()
        for rank in range(_REST + 1):
            for part in parts:
                yield from (row for row in part.state if _rank(row) == rank)
            for part in parts:
                yield from (part.rows[key][1] for key in part.ranked[rank])

    def _read(
        self, name: str, table: ResourceTable, found: Found, now: float, changed: list[Row]
    ) -> bool:
        """Read a cluster's table; whether rows came, went or stand elsewhere now."""
        before = self._parts.get(name)
        waits = table.state is TopicState.PENDING and not table.rows
        if before is not None and before.rows and waits:
            table = _still(before.table, table)  # it is listed anew: what was there is shown
        if before is not None and _alike(before, table, found):
            before.table, state = table, before.state
            before.state = state_rows(table, SUBJECTS.get(self.name, "name"))
            return before.state != state
        lens = before.lens if before and before.table.columns == table.columns else None
        part = _Part(table, lens or lens_for(self.name, table.columns), found, word(name))
        part.state = state_rows(table, SUBJECTS.get(self.name, "name"))
        self._parts[name] = part
        moved = _fill(part, before, now + table.clock_offset, changed)
        return moved or before is None or part.state != before.state

    def _age(self, part: _Part, now: float, changed: list[Row]) -> None:
        """Tell ages anew that read otherwise now; the rows stay where they are."""
        at = now + part.table.clock_offset
        for _ in range(_AT_ONCE):
            if not part.ages or part.ages[0][0] > at:
                return
            was_due, key = heappop(part.ages)
            known = part.rows.get(key)
            if known is None or known[2] != was_due:
                continue
            made, due = _made(known[0], part, at, part.seen.get(key, at))
            part.rows[key] = known[0], made, due
            heappush(part.ages, (due, key))
            changed.append(made)


def _fill(part: _Part, before: _Part | None, at: float, changed: list[Row]) -> bool:
    """Make the rows of a cluster, as far as they are not those from before; whether rows came,
    went or stand elsewhere now."""
    rows, found = part.table.rows, part.found
    kept = before if before is not None and before.lens is part.lens else None
    if kept is not None and kept.found is found and len(kept.rows) == len(rows):
        new = [key for key, row in rows.items() if _differs(kept.rows.get(key), row)]
        if all(key in kept.rows for key in new):
            return _patch(part, kept, new, at, changed)
    for key in sorted(rows):
        row, known = rows[key], kept.rows.get(key) if kept is not None else None
        if kept is None or known is None or known[0] is not row or (
            kept.found.get(key) != found.get(key)
        ):  # fmt: skip
            changed.append(_make(part, key, at))
            continue
        part.rows[key] = known
        if key in kept.seen:
            part.seen[key] = kept.seen[key]
    part.ages = [(due, key) for key, (_, _, due) in part.rows.items()]
    heapify(part.ages)
    part.ranked = _ranked(part)
    return kept is None or part.ranked != kept.ranked


def _differs(known: tuple[TableRow, Row, float] | None, row: TableRow) -> bool:
    return known is None or known[0] is not row


def _patch(part: _Part, kept: _Part, keys: list[Key], at: float, changed: list[Row]) -> bool:
    """Take the rows from before, and make only those of `keys` anew; whether one stands elsewhere.

    Whoever had the part from before has no use for it any more.
    """
    part.rows, part.seen, part.ages, part.ranked = kept.rows, kept.seen, kept.ages, kept.ranked
    moved = False
    for key in keys:
        was = part.rows[key][1]
        made = _make(part, key, at)
        heappush(part.ages, (part.rows[key][2], key))
        moved |= _rank(was) != _rank(made)
        changed.append(made)
    if len(part.ages) > 2 * len(part.rows) + 64:
        part.ages = [(due, key) for key, (_, _, due) in part.rows.items()]
        heapify(part.ages)
    if moved:
        part.ranked = _ranked(part)
    return moved


def _make(part: _Part, key: Key, at: float) -> Row:
    """Make the row of an object that is seen so for the first time."""
    row = part.table.rows[key]
    made, due = _made(row, part, at, at)
    part.rows[key] = row, made, due
    return made


def _ranked(part: _Part) -> tuple[list[Key], ...]:
    ranked: tuple[list[Key], ...] = tuple([] for _ in range(_REST + 1))
    for key, (_, made, _) in part.rows.items():
        ranked[_rank(made)].append(key)
    return ranked


def _alike(part: _Part, table: ResourceTable, found: Found) -> bool:
    """Whether a cluster's table differs only in what is said beside its rows."""
    before = part.table
    same = before.rows is table.rows and before.columns == table.columns
    return same and before.kind == table.kind and part.found is found


def _first(part: _Part) -> Iterator[TableRow]:
    """A row that stands for those of its cluster."""
    for row, _, _ in part.rows.values():
        yield row
        return


def _still(before: ResourceTable, now: ResourceTable) -> ResourceTable:
    return replace(now, rows=before.rows, columns=before.columns, kind=before.kind)


def _rank(row: Row) -> int:
    return RANKS.get(row.role, _REST)


def _made(row: TableRow, part: _Part, at: float, seen: float) -> tuple[Row, float]:
    """The row, and when one of its ages reads otherwise, by the cluster's clock."""
    cells = Cells(cluster=part.name, name=word(row.name))
    if row.namespace:
        cells["namespace"] = _SHARED(row.namespace)
    worst, due = _printed(cells, row, part, at, seen)
    created = parse_rfc3339(row.created)
    if created is not None:
        cells["age"] = age_cell(at - created)
        due = min(due, created + next_age(at - created))
    if row.deleted:
        worst = _worse(worst, Role.WARN)
    if row.owner[0]:
        cells["owner"] = _SHARED(f"{row.owner[0]}/{row.owner[1]}")
    finding_ids: tuple[str, ...] = ()
    if found := part.found.get(row.key):
        finding_ids, cells["findings"] = found
        if found[1].role is Role.CRITICAL:  # how the object itself stands comes first
            worst = _worse(worst, Role.WARN)
    cells.fold()
    cluster = part.table.cluster
    id = f"{cluster}{_SEPARATOR}{row.namespace}{_SEPARATOR}{row.name}"
    return Row(id, cells, finding_ids, worst, (cluster,), row.namespace), due


def _printed(
    cells: Cells, row: TableRow, part: _Part, at: float, seen: float
) -> tuple[Role, float]:  # fmt: skip
    """Fill in what the server printed; how the row stands by it, and when an age is another."""
    lens, values = part.lens, row.cells
    worst, due = Role.PLAIN, float("inf")
    for reader in lens.readers:
        if reader.at >= len(values):
            continue
        if reader.moment:
            cell, then = _moment(values[reader.at], at, seen)
            part.seen[row.key] = seen
            due = min(due, then)
        else:
            cell = reader.make(values[reader.at])
        if cell is not BLANK:
            cells[reader.column.id] = cell
            if reader.judged:
                worst = _worse(worst, cell.role)
    if lens.desired is not None and (cell := ready_of(lens, values) or BLANK) is not BLANK:
        cells["ready"] = cell
        worst = _worse(worst, cell.role)
    if lens.pods and (status := cells["status"]).role is not Role.OK:
        ready = cells["ready"]
        cells["ready"] = Cell(ready.text.rpartition(" ")[2], Role.DIM, ready.value)
        worst = status.role
    return worst, due


def _moment(value: object, at: float, seen: float) -> tuple[Cell, float]:
    """An age that was said when the row came, as it is now, and when it reads otherwise."""
    text = words(value) if isinstance(value, str) else ""
    seconds = seconds_of(text)
    if seconds is None:
        said = parse_rfc3339(text)
        if said is None:
            return (word(text) if text else BLANK), float("inf")
        seconds, seen = at - said, at
    grown = seconds + max(at - seen, 0.0)
    return age_cell(grown), at + next_age(grown) - grown


def _worse(one: Role, other: Role) -> Role:
    """The worse of two; one that says nothing gives way."""
    if other in RANKS:
        return other if one not in RANKS or RANKS[other] < RANKS[one] else one
    return other if one is Role.PLAIN else one
