"""Tables in which a row is an object of a cluster, of whatever kind: what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mckconsole.ui.table_view import TableView
from mckconsole.views.detail import ClusterTarget, InspectTarget, ObjectTarget

if TYPE_CHECKING:
    from mckconsole.ui.places import Place


class ObjectTable(TableView):
    """A row is an object, or says how a cluster is."""

    @property
    def clusters(self) -> tuple[str, ...]:
        """The clusters in scope."""
        live = self.desk.live
        return tuple(name for name in live.names if self.desk.scope.holds(name)) if live else ()

    def object_of(self, row_id: str) -> InspectTarget | None:
        """The object that a row stands for; None for a row that says how a cluster is."""
        raise NotImplementedError

    @property
    def chosen_objects(self) -> tuple[InspectTarget, ...]:
        """The objects of the marked rows that are shown, else of the one under the cursor."""
        rows = [row.id for row in self._chosen()] if self.grid.marked else [self.grid.cursor_key]
        found = (self.object_of(one) for one in rows if one)
        return tuple(one for one in found if one is not None)

    def place(self, row_id: str) -> Place:
        row = self.row
        cluster = row.clusters[0] if row is not None and row.clusters else ""
        return self.object_of(row_id) or ClusterTarget(cluster)

    def behind(self, row_id: str) -> ObjectTarget | None:
        found = self.object_of(row_id)
        return ObjectTarget(found.cluster, found.ref) if found is not None else None

    def do_objects_compare(self) -> None:
        """The chosen object side by side with its like in other clusters."""
        from mckconsole.ui.compare_views import compare_place

        place = compare_place(self.chosen_objects, self.clusters)
        if isinstance(place, str):
            self.desk.tell(place)
        else:
            self.desk.go(place)

    def do_object_owner(self) -> None:
        """To what owns the object."""
        self._inspect("owner")

    def do_object_users(self) -> None:
        """To what uses the object."""
        self._inspect("users")

    def do_object_managed(self) -> None:
        """Who manages which field of the object."""
        self._inspect("managed")

    def _inspect(self, part: Literal["owner", "users", "managed"]) -> None:
        found = self.object_of(self.grid.cursor_key or "")
        if found is not None:
            self.desk.go(InspectTarget(found.cluster, found.ref, part))

    def refuses(self, action: str) -> str:
        if action.startswith("object.") and not self.object_of(self.grid.cursor_key or ""):
            return "there is no object"
        if action == "objects.compare" and not self.chosen_objects:
            return "there is no object"
        return super().refuses(action)
