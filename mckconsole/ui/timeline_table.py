"""The timeline's table: what its rows open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mckconsole.ui.table_view import TableView
from mckconsole.views.detail import ClusterTarget

if TYPE_CHECKING:
    from mckconsole.ui.places import Place


class TimelineTable(TableView):
    """A row is something that happened."""

    own_order = "latest first"

    def place(self, row_id: str) -> Place:
        row = self.row
        return ClusterTarget(row.clusters[0] if row is not None else "")
