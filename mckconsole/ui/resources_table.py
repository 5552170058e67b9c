"""The resources pane: objects of any kind, of all clusters in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mckconsole.ui.table_view import TableView
from mckconsole.views.detail import ClusterTarget

if TYPE_CHECKING:
    from mckconsole.ui.places import Place


class ResourcesTable(TableView):
    """A row is an object."""

    def place(self, row_id: str) -> Place:
        row = self.row
        return ClusterTarget(row.clusters[0] if row is not None else "")
