"""The tables of a pane that groups its rows in several ways.

Each grouping is a view of its own, so each comes back with its cursor, filter and order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mckconsole.ui.table_view import TableView
from mckconsole.ui.view import Desk
from mckconsole.views.spec import Column, PaneSpec, Row

if TYPE_CHECKING:
    from mckconsole.ui.frame import Frame


class GroupedTable(TableView):
    """The rows of a pane in one grouping."""

    @classmethod
    def of_pane(cls, desk: Desk, spec: PaneSpec) -> tuple[TableView, ...]:
        """A table per grouping, in the order in which `v` offers them."""
        return tuple(cls(desk, one) for one in (spec, *spec.groupings))

    @property
    def by(self) -> str:
        """What one row is."""
        return self.spec.by

    @property
    def crumb(self) -> str:
        return self.spec.title.lower()

    def all_rows(self, frame: Frame) -> tuple[Sequence[Column], Sequence[Row]]:
        """Those of the pane itself are in every frame, others are made while somebody looks."""
        if self.spec.groupings:
            return super().all_rows(frame)
        return self.spec.columns, self.spec.rows(frame.snapshot, frame.analysis)
