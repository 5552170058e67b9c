"""The screens below the services pane: a service in all its clusters, and its objects compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mckconsole.domain.text import shorten
from mckconsole.ui.detail_views import TextView
from mckconsole.ui.places import ComparePlace, LossesPlace
from mckconsole.ui.table_view import MAX_FILTER, TableView
from mckconsole.ui.view import Desk
from mckconsole.views.detail import Detail, ObjectTarget, ServiceTarget
from mckconsole.views.services_compare import COMPARE, compare_service
from mckconsole.views.services_detail import service_detail, service_object
from mckconsole.views.spec import Column, Role, Row
from mckwidgets.contracts import SpanLike
from mckwidgets.linepaint import TextSpan

if TYPE_CHECKING:
    from mckconsole.ui.frame import Frame
    from mckconsole.ui.places import Place
    from mckconsole.views.services_compare import Comparison


class ServiceView(TextView):
    """A service: what is wrong with it, and its part in every cluster."""

    def __init__(self, desk: Desk, pane: str, target: ServiceTarget) -> None:
        super().__init__(desk, pane)
        self.subject = "services"
        self.target = target

    def build(self, frame: Frame) -> Detail | None:
        return service_detail(frame.snapshot, frame.analysis, self.target.id)

    def object_behind(self) -> ObjectTarget | None:
        frame = self.desk.frame
        return service_object(frame.analysis, self.target.id) if frame else None

    def do_services_compare(self) -> None:
        """Its objects side by side."""
        self.desk.go(ComparePlace(self.target.id))

    def do_failover_open(self) -> None:
        """What each cluster's loss would mean for it."""
        self.desk.go(LossesPlace(self.target.id))


class CompareView(TableView):
    """A service's objects side by side: a row per field, a column per cluster.

    Fields that are equal everywhere are folded away; `z` shows them.
    """

    none_words = "no differences"

    def __init__(self, desk: Desk, place: ComparePlace) -> None:
        super().__init__(desk, COMPARE)
        self.subject = "services"
        self.place_shown = place
        self.problems_only = self.wide = True
        self.grid.set_wide(True)
        self._last: Comparison | None = None

    @property
    def crumb(self) -> str:
        return f"compare {self.place_shown.id}"

    def on_mount(self) -> None:
        """Only what differs, at first."""
        self._apply()

    def back(self) -> bool:
        """What is folded is no filter: esc leaves."""
        if not self.filter_text:
            return False
        self.filter_by("")
        return True

    def table(self, frame: Frame) -> tuple[Sequence[Column], Sequence[Row]]:
        found = compare_service(frame.analysis, self.place_shown.id)
        self._last = found or self._last
        if self._last is None:
            return COMPARE.columns, ()
        return self._last.columns, self._last.rows

    @property
    def words(self) -> Sequence[SpanLike]:
        """`2 of 24 fields differ · only these are shown`."""
        if self._last is None:
            return ()
        parts = [TextSpan(self._last.words, self._last.role)]
        if self.filter_text:
            parts.append(TextSpan(f" · /{shorten(self.filter_text, MAX_FILTER)}", Role.WARN))
        if self.problems_only and self.grid.shown:
            parts.append(TextSpan(" · only these are shown (z)", Role.DIM))
        return parts

    def place(self, row_id: str) -> Place:
        """The object that has this field in the cluster of the chosen column, or in the first."""
        if self._last is None:
            raise LookupError(row_id)  # there is no row before there is a comparison
        chosen = self.grid.cursor_column
        cluster = next((one.cluster for one in self.columns if one.id == chosen), "")
        return self._last.target(row_id, cluster)

    def behind(self, row_id: str) -> ObjectTarget | None:
        place = self.place(row_id)
        return place if isinstance(place, ObjectTarget) else None

    def _no_rows(self, frame: Frame) -> str:
        return "this service is no longer there; esc goes back"

    def do_failover_open(self) -> None:
        """What each cluster's loss would mean for the service."""
        self.desk.go(LossesPlace(self.place_shown.id))

    def refuses(self, action: str) -> str:
        if action == "services.compare":
            return "they are compared here"
        return super().refuses(action)
