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
        from mckconsole.views.timeline import find_entry, target_of

        frame = self.desk.frame
        entry = find_entry(frame.analysis, row_id) if frame else None
        row = self.row
        near = row.clusters[0] if row is not None and row.clusters else ""
        return (target_of(entry) if entry else None) or ClusterTarget(near)
