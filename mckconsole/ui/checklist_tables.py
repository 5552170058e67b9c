"""The checklist as a matrix of items and clusters, and as lists by answer, item and cluster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mckconsole.ui.grouped_table import GroupedTable
from mckconsole.ui.matrix_pane import MatrixPane
from mckconsole.ui.view import Desk, PaneView
from mckconsole.views.checklist import answer_key, target_of
from mckconsole.views.checklist_detail import answer_object
from mckconsole.views.checklist_matrix import CheckMatrix, check_matrix, explain_check, tally
from mckconsole.views.detail import CheckTarget, Line, ObjectTarget, Span
from mckconsole.views.spec import PaneSpec, Row

if TYPE_CHECKING:
    from mckconsole.ui.frame import Frame


def checklist_views(desk: Desk, spec: PaneSpec) -> tuple[PaneView, ...]:
    """The first views of the pane: the matrix, then a list per grouping."""
    return (ChecklistMatrix(desk, spec), *ChecklistTable.of_pane(desk, spec))


class ChecklistTable(GroupedTable):
    """The answers in one grouping."""

    def place(self, row_id: str) -> CheckTarget:
        return target_of(self.by, row_id)

    def behind(self, row_id: str) -> ObjectTarget | None:
        frame = self.desk.frame
        return answer_object(frame.analysis, target_of(self.by, row_id)) if frame else None


class ChecklistMatrix(MatrixPane):
    """A cell is the answer to its row's item for its column's cluster."""

    nothing = "this is not answered"

    def __init__(self, desk: Desk, spec: PaneSpec) -> None:
        super().__init__(desk, spec)
        self._answers: CheckMatrix | None = None

    def made(self, frame: Frame) -> CheckMatrix:
        self._answers = check_matrix(frame.snapshot, frame.analysis, self.desk.scope.names)
        return self._answers

    def explained(self, frame: Frame, row: str, column: str) -> Sequence[Line]:
        if self._answers is None:
            return ()
        return explain_check(frame.snapshot, frame.analysis, self._answers, row, column)

    def tally(self, rows: Sequence[Row]) -> Sequence[Span]:
        return tally(rows)

    def place(self, row_id: str) -> CheckTarget:
        return CheckTarget(*answer_key(row_id))

    def do_copy_all(self) -> None:
        """The YAML of the first object that the answer rests on."""
        frame = self.desk.frame
        if frame and self.row_id:
            self.follow(answer_object(frame.analysis, self.place(self.row_id)))

    def refuses(self, action: str) -> str:
        frame = self.desk.frame
        if action == "copy.all" and self.row_id and frame:
            found = answer_object(frame.analysis, self.place(self.row_id))
            return "" if found else "this answer rests on no object"
        return super().refuses(action)
