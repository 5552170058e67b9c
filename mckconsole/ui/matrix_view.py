"""The mesh as a matrix of clusters: who reaches whom, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mckconsole.ui.matrix_pane import MatrixPane
from mckconsole.ui.places import MetricsPlace, TransitionsPlace
from mckconsole.ui.view import Desk
from mckconsole.views.detail import Line, LinkTarget, Span
from mckconsole.views.mesh_detail import link_object
from mckconsole.views.mesh_matrix import MatrixTable, explain_cell, mesh_matrix, tally
from mckconsole.views.spec import PaneSpec, Row

if TYPE_CHECKING:
    from mckconsole.ui.frame import Frame
    from mckconsole.views.timeline_focus import Focus


class MatrixView(MatrixPane):
    """The mesh pane as a matrix; a cell is the direction from its row to its column."""

    between = " → "
    nothing = "there is no tunnel in this direction"
    needs = ("open", "mesh.metrics", "mesh.transitions", "copy.all")

    def __init__(self, desk: Desk, spec: PaneSpec) -> None:
        super().__init__(desk, spec)
        self._mesh: MatrixTable | None = None

    def made(self, frame: Frame) -> MatrixTable:
        self._mesh = mesh_matrix(frame.snapshot, frame.analysis, self.desk.scope.names)
        return self._mesh

    def explained(self, frame: Frame, row: str, column: str) -> Sequence[Line]:
        if self._mesh is None:
            return ()
        return explain_cell(frame.snapshot, frame.analysis, self._mesh, row, column)

    def tally(self, rows: Sequence[Row]) -> Sequence[Span]:
        return tally(rows)

    def place(self, row_id: str) -> LinkTarget:
        return LinkTarget(row_id)

    def timeline_focus(self) -> Focus | None:
        from mckconsole.views.timeline_focus import focus_of_link

        frame = self.desk.frame
        rows = frame.rows[self.pane] if frame else ()
        found = next((row for row in rows if row.id == self.row_id), None)
        return focus_of_link(found.id, found.clusters) if found else None

    def do_mesh_metrics(self) -> None:
        """Latency and traffic of this direction over time."""
        if self.row_id:
            self.desk.go(MetricsPlace(self.row_id))

    def do_mesh_transitions(self) -> None:
        """How its state changed."""
        if self.row_id:
            self.desk.go(TransitionsPlace(self.row_id))

    def do_copy_all(self) -> None:
        """The YAML of the object that shows this direction."""
        frame = self.desk.frame
        if frame and self.row_id:
            self.follow(link_object(frame.snapshot, frame.analysis, self.row_id))
