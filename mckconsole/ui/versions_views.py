"""The screen below the versions pane: a cluster, a node pool, an add-on, an API, a blocker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mckconsole.ui.detail_views import TextView
from mckconsole.ui.view import Desk
from mckconsole.views.detail import Detail, ObjectTarget, VersionTarget
from mckconsole.views.versions_targets import object_of, version_detail

if TYPE_CHECKING:
    from mckconsole.ui.frame import Frame


class VersionView(TextView):
    """May it be upgraded, what blocks it, which steps in which order, and why."""

    def __init__(self, desk: Desk, pane: str, target: VersionTarget) -> None:
        super().__init__(desk, pane)
        self.subject = "versions"
        self.target = target

    def build(self, frame: Frame) -> Detail | None:
        return version_detail(frame.snapshot, frame.analysis, self.target)

    def object_behind(self) -> ObjectTarget | None:
        frame = self.desk.frame
        return object_of(frame.analysis, self.target) if frame else None
