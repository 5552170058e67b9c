"""The screen behind a row of the timeline: one thing that happened, and what else did around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mckconsole.ui.detail_views import TextView
from mckconsole.ui.view import Desk
from mckconsole.views.detail import Detail, HappeningTarget, ObjectTarget
from mckconsole.views.timeline import find_entry
from mckconsole.views.timeline_detail import happening_detail
from mckconsole.views.timeline_focus import Focus, focus_of_entry

if TYPE_CHECKING:
    from mckconsole.analysis.timeline.model import Entry
    from mckconsole.ui.frame import Frame


class HappeningView(TextView):
    """One thing that happened."""

    def __init__(self, desk: Desk, pane: str, target: HappeningTarget) -> None:
        super().__init__(desk, pane)
        self.target = target

    def build(self, frame: Frame) -> Detail | None:
        return happening_detail(frame.snapshot, frame.analysis, self.target.id)

    @property
    def _entry(self) -> Entry | None:
        frame = self.desk.frame
        return find_entry(frame.analysis, self.target.id) if frame else None

    def object_behind(self) -> ObjectTarget | None:
        entry = self._entry
        if entry is None or entry.object is None or not entry.cluster:
            return None
        return ObjectTarget(entry.cluster, entry.object)

    def timeline_focus(self) -> Focus | None:
        return focus_of_entry(self._entry) if self._entry else None
