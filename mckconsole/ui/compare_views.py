"""The screens of what is not the same: one object in several clusters, and a kind over all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mckconsole.ui.asked_table import AskedTable, servers_of
from mckconsole.ui.places import CompareObjectsPlace, DriftPlace
from mckconsole.ui.view import Desk
from mckconsole.views.detail import InspectTarget, ObjectTarget
from mckconsole.views.drift import drift_columns, drift_rows, drift_words, notes_on
from mckconsole.views.objects_compare import (
    STACKED,
    Shown,
    columns_needed,
    compare_notes,
    compare_words,
    fits_side_by_side,
    side_by_side,
    stacked,
)
from mckconsole.views.spec import Column, Role, Row

if TYPE_CHECKING:
    from mckconsole.analysis.sameness.drift import Drift, DriftRow
    from mckconsole.analysis.sameness.sidebyside import SideBySide
    from mckconsole.domain.resources import ResourceKind
    from mckconsole.store.opened import OpenedFleet
    from mckconsole.ui.places import Place

_NOTHING: tuple[Sequence[Column], Sequence[Row]] = (STACKED, ())


class ObjectsCompareView(AskedTable):
    """An object in several clusters: its fields side by side, or stacked where that has no room."""

    own_order = "by field"

    def __init__(self, desk: Desk, place: CompareObjectsPlace) -> None:
        super().__init__(desk, "Compare", STACKED)
        self.subject = "comparison"
        self.compared = place
        self.found: SideBySide | None = None
        self._table: Shown | None = None
        self._across: bool | None = None
        """Whether fields are side by side, where somebody chose; else the width says."""

    @property
    def crumb(self) -> str:
        ref = self.compared.ref
        return f"compare {ref.kind} {ref.name}"

    async def read(self, live: OpenedFleet) -> Callable[[], None]:
        from mckconsole.analysis.sameness.names import names_of
        from mckconsole.store.drifting import read_sides

        names = {
            name: names_of(name, *told) for name, told in servers_of(self.desk.frame).items()
        }  # fmt: skip
        found = await read_sides(live, self.compared.ref, self.compared.clusters, names)
        return lambda: self._take(found)

    def _take(self, found: SideBySide) -> None:
        self.found = found
        self.say_notes((role, text) for role, text in compare_notes(found) if role is not Role.DIM)
        self._arrange()

    def _arrange(self) -> None:
        if self.found is None:
            return
        across = self._across
        if across is None:
            across = fits_side_by_side(columns_needed(self.found), self.size.width)
        self._table = side_by_side(self.found) if across else stacked(self.found)

    def on_resize(self) -> None:
        """There may be room for another layout now."""
        before = self._table.columns if self._table else ()
        self._arrange()
        if self._table is not None and self._table.columns != before:
            self.show_answer()
        super().on_resize()

    def shown(self) -> tuple[Sequence[Column], Sequence[Row]]:
        return (self._table.columns, self._table.rows) if self._table else _NOTHING

    def verdict(self) -> tuple[str, Role]:
        return compare_words(self.found) if self.found else ("", Role.PLAIN)

    def place(self, row_id: str) -> Place:
        """The object in the cluster of the chosen column, else in that of the row."""
        if self._table is None:
            raise LookupError(row_id)  # there is no row before there is a comparison
        chosen = self.grid.cursor_column
        cluster = next((one.cluster for one in self.columns if one.id == chosen), "")
        return InspectTarget(cluster or self._table.clusters[row_id], self.compared.ref)

    def behind(self, row_id: str) -> ObjectTarget | None:
        place = self.place(row_id)
        return ObjectTarget(place.cluster, place.ref) if isinstance(place, InspectTarget) else None

    def do_compare_layout(self) -> None:
        """Side by side, or one below the other."""
        across = self._table is not None and self._table.columns != STACKED
        self._across = not across
        self._arrange()
        self.show_answer()


class DriftView(AskedTable):
    """A kind over several clusters: an object a row, with the clusters in which it is the same."""

    def __init__(self, desk: Desk, place: DriftPlace) -> None:
        super().__init__(desk, "Drift", drift_columns(place.clusters))
        self.subject = "drift"
        self.compared = place
        self.found: Drift | None = None
        self._kind: ResourceKind | None = None
        self._trouble = ""
        self._rows: dict[str, tuple[Row, DriftRow]] = {}
        self._counts: dict[str, int] = {}

    @property
    def crumb(self) -> str:
        query = self.compared.query
        kind = self._kind.plural if self._kind else query.kind
        return " ".join((f"drift {kind}", ", ".join(query.namespaces))).strip()

    async def read(self, live: OpenedFleet) -> Callable[[], None]:
        from dataclasses import replace

        from mckconsole.store.drifting import read_catalogues, read_drift
        from mckconsole.views.resources_kinds import resolve, unknown_kind

        place = self.compared
        catalogues, troubles = await read_catalogues(live, place.clusters)
        meant = resolve(place.query.kind, catalogues)
        if meant is None:
            words = unknown_kind(place.query.kind, catalogues, troubles)
            return lambda: self._fail(words)
        self._counts = {}
        spaces = place.query.namespaces
        if spaces and not meant.kind.namespaced:
            words = f"{meant.kind.plural} are in no namespace; :drift {place.query.kind} has them"
            return lambda: self._fail(words)
        if not spaces and meant.kind.namespaced and self.desk.namespace:
            spaces = (self.desk.namespace,)
        query = replace(place.query, kind=meant.kind.name, namespaces=spaces)
        found = await read_drift(live, query, place.clusters, self._came)
        return lambda: self._take(found, meant.kind)

    def _came(self, cluster: str, count: int) -> None:
        self._counts[cluster] = count
        self.tell_so_far(f"comparing {sum(self._counts.values()):,} objects …")

    def _fail(self, words: str) -> None:
        self._trouble, self.found, self._rows = words, None, {}

    def _take(self, found: Drift, kind: ResourceKind) -> None:
        self._trouble, self.found, self._kind = "", found, kind
        rows = drift_rows(found)
        self._rows = {row.id: pair for row, pair in zip(rows, zip(rows, found.rows, strict=True),
                                                         strict=True)}  # fmt: skip
        self.say_notes((role, text) for role, text in notes_on(found))

    def shown(self) -> tuple[Sequence[Column], Sequence[Row]]:
        columns = drift_columns(self.compared.clusters)
        return columns, [row for row, _ in self._rows.values()]

    def verdict(self) -> tuple[str, Role]:
        if self._trouble:
            return self._trouble, Role.UNKNOWN
        return drift_words(self.found) if self.found else ("", Role.PLAIN)

    def place(self, row_id: str) -> Place:
        """The object side by side, in the clusters that have it or may have it."""
        target = self._target(row_id)
        found = self._rows[row_id][1]
        clusters = tuple(
            name for name in self.compared.clusters if name in found.groups or name in found.unread
        )
        return CompareObjectsPlace(target.ref, clusters)

    def _target(self, row_id: str) -> InspectTarget:
        if self._kind is None:
            raise LookupError(row_id)
        namespace, name = self._rows[row_id][1].key
        first = next(iter(self._rows[row_id][1].groups))
        return InspectTarget(first, self._kind.ref(namespace, name))

    def behind(self, row_id: str) -> ObjectTarget | None:
        """The object in the cluster of the chosen column, else in the first that has it."""
        target = self._target(row_id)
        chosen = self.grid.cursor_column
        cluster = next((one.cluster for one in self.columns if one.id == chosen), "")
        there = cluster in self._rows[row_id][1].groups
        return ObjectTarget(cluster if there else target.cluster, target.ref)


def compare_place(
    chosen: Sequence[InspectTarget], clusters: Sequence[str]
) -> CompareObjectsPlace | str:
    """Where the chosen objects are compared: those of several clusters with each other, a single
    one with its like in all `clusters`; or why they cannot be, in words."""
    if not chosen:
        return "there is no object to compare"
    refs = {(one.ref.kind, one.ref.namespace, one.ref.name) for one in chosen}
    if len(refs) > 1:
        return "the marked rows are different objects; one object is compared between clusters"
    marked = tuple(dict.fromkeys(one.cluster for one in chosen))
    if len(marked) > 1:
        return CompareObjectsPlace(chosen[0].ref, marked)
    others = tuple(name for name in clusters if name != marked[0])
    if not others:
        return "there is only one cluster in scope; 0 shows all clusters again"
    return CompareObjectsPlace(chosen[0].ref, (*marked, *others))
