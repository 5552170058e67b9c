"""The tables of the versions pane: by cluster, step, node pool, add-on, deprecated API, blocker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mckconsole.ui.grouped_table import GroupedTable
from mckconsole.ui.view import Desk
from mckconsole.views.detail import ObjectTarget, VersionTarget
from mckconsole.views.spec import PaneSpec
from mckconsole.views.versions_spec import STEP

if TYPE_CHECKING:
    from mckconsole.ui.places import Place


class VersionsTable(GroupedTable):
    """The versions in one grouping."""

    def __init__(self, desk: Desk, spec: PaneSpec) -> None:
        super().__init__(desk, spec)
        if spec.by == STEP:
            self.own_order = "in turn"

    def place(self, row_id: str) -> Place:
        return VersionTarget(self.by, row_id)

    def behind(self, row_id: str) -> ObjectTarget | None:
        from mckconsole.views.versions_targets import object_of

        frame = self.desk.frame
        return object_of(frame.analysis, VersionTarget(self.by, row_id)) if frame else None
