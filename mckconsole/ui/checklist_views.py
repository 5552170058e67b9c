"""The screen below the checklist pane: one answer, an item over all clusters, a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mckconsole.ui.detail_views import TextView
from mckconsole.ui.view import Desk
from mckconsole.views.checklist_detail import answer_object, check_detail
from mckconsole.views.detail import CheckTarget, Detail, ObjectTarget

if TYPE_CHECKING:
    from mckconsole.ui.frame import Frame


class CheckView(TextView):
    """What an answer rests on, what is missing, and the probe that proves it."""

    def __init__(self, desk: Desk, pane: str, target: CheckTarget) -> None:
        super().__init__(desk, pane)
        self.subject = "checklist"
        self.target = target

    def build(self, frame: Frame) -> Detail | None:
        return check_detail(frame.snapshot, frame.analysis, self.target)

    def object_behind(self) -> ObjectTarget | None:
        frame = self.desk.frame
        return answer_object(frame.analysis, self.target) if frame else None
