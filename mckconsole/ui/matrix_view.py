"""The mesh as a matrix of clusters: who reaches whom, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult

from mckconsole.ui.actions import Where
from mckconsole.ui.places import MetricsPlace, TransitionsPlace
from mckconsole.ui.view import WAITING, Desk, Format, PaneView
from mckconsole.views.detail import LinkTarget, Span
from mckconsole.views.mesh_detail import link_object
from mckconsole.views.mesh_matrix import MatrixTable, explain_cell, mesh_matrix, tally
from mckconsole.views.scope import in_scope
from mckconsole.views.spec import PaneSpec, Role
from mckwidgets.matrix import Matrix
from mckwidgets.notes import Notes

if TYPE_CHECKING:
    from mckconsole.ui.frame import Frame

MOST_NOTES, LEAST_NOTES = 6, 4
"""Rows under the matrix about the chosen direction; few enough that a move writes little."""
APART = 8
"""Rows of the view from which one is left blank between the matrix and the notes."""


class MatrixView(PaneView):
    """The mesh pane as a matrix; a cell is the direction from its row to its column."""

    DEFAULT_CSS = """
    MatrixView > Matrix { height: 1fr; margin-left: 1; }
    MatrixView > Notes { height: auto; }
    """
    where = Where.MATRIX

    def __init__(self, desk: Desk, spec: PaneSpec) -> None:
        super().__init__(desk, spec.name)
        self.spec = spec
        self.matrix = Matrix()
        self.matrix.empty = WAITING
        self.problems_only = False
        self.notes = Notes()
        self._table: MatrixTable | None = None
        self._placed = False

    def compose(self) -> ComposeResult:
        yield self.matrix
        yield self.notes

    def on_resize(self) -> None:
        """The matrix and the notes share the place there is."""
        self._share()

    def _share(self) -> None:
        """Notes stand right under the matrix; one that is too high leaves them a few rows."""
        rows = len(self._table.rows) + 1 if self._table and self._table.rows else 0
        place = self.size.height
        apart = 1 if place >= APART else 0
        least = min(LEAST_NOTES, place // 4)
        high = max(min(rows, place - least - apart), 1) if rows else place
        self.matrix.styles.height = high
        self.notes.styles.height = max(min(place - high - apart, MOST_NOTES), 0)
        self.notes.styles.margin = (apart if rows else 0, 0, 0, 0)

    @property
    def main(self) -> Matrix:
        return self.matrix

    @property
    def row_id(self) -> str | None:
        """The row of the chosen direction in the list."""
        cursor = self.matrix.cursor
        return self._table.row_ids.get(cursor) if self._table and cursor else None

    @property
    def words(self) -> Sequence[Span]:
        frame = self.desk.frame
        if frame is None:
            return ()
        rows = [row for row in frame.rows[self.pane] if in_scope(row, self.desk.scope)]
        only = (Span("only problems  ", Role.WARN),) if self.problems_only else ()
        return (*only, *tally(rows))

    def show(self, frame: Frame) -> None:
        table = mesh_matrix(frame.snapshot, frame.analysis, self.desk.scope.names)
        cells = dict(table.cells)
        if self.problems_only:
            fine = (Role.OK, Role.PLAIN, Role.DIM)
            cells = {key: cell for key, cell in cells.items() if cell.role not in fine}
        self._table = table
        self.matrix.empty = self.spec.empty(frame.snapshot, frame.analysis)
        self.matrix.set_table(table.rows, table.columns, cells)
        self._share()
        if not self._placed and table.row_ids:
            self._placed = self._to_the_worst(frame, table)
        self._explain(frame)
        self.desk.refresh_words()

    def _to_the_worst(self, frame: Frame, table: MatrixTable) -> bool:
        """At the first look the cursor is where the trouble is."""
        places = {row_id: place for place, row_id in table.row_ids.items()}
        for row in frame.rows[self.pane]:
            if row.id in places:
                return self.matrix.move_to(*places[row.id])
        return False

    def _explain(self, frame: Frame) -> None:
        cursor, table = self.matrix.cursor, self._table
        if cursor is None or table is None:
            self.notes.set_lines(())
        else:
            self.notes.set_lines(explain_cell(frame.snapshot, frame.analysis, table, *cursor))

    def do_view_problems(self) -> None:
        """Only directions that are not well, or all again."""
        self.problems_only = not self.problems_only
        if self.desk.frame is not None:
            self.show(self.desk.frame)

    def do_mesh_metrics(self) -> None:
        """Latency and traffic of this direction over time."""
        if self.row_id:
            self.desk.go(MetricsPlace(self.row_id))

    def do_mesh_transitions(self) -> None:
        """How its state changed."""
        if self.row_id:
            self.desk.go(TransitionsPlace(self.row_id))

    def do_copy_cell(self) -> None:
        """Copy what the cell says."""
        cursor = self.matrix.cursor
        if cursor and self._table and cursor in self._table.cells:
            text = f"{cursor[0]} → {cursor[1]}: {self._table.cells[cursor].text}"
            self.desk.copy(text, "the cell")

    def do_copy_all(self) -> None:
        """The YAML of the object that shows this direction."""
        frame = self.desk.frame
        if frame and self.row_id:
            self.follow(link_object(frame.snapshot, frame.analysis, self.row_id))

    def exported(self, form: Format | None) -> tuple[str, str]:
        from mckconsole.report.export import export_rows

        frame, chosen = self.desk.frame, form or "csv"
        if frame is None:
            return "", chosen
        scope = self.desk.scope
        rows = [row for row in frame.rows[self.pane] if in_scope(row, scope)]
        at = frame.snapshot.taken_at
        return export_rows(chosen, self.spec.columns, rows, title=self.spec.title, at=at,
                           scope=scope.words), chosen  # fmt: skip

    def refuses(self, action: str) -> str:
        needs = ("open", "mesh.metrics", "mesh.transitions", "copy.all")
        return "there is no tunnel in this direction" if (
            action in needs and self.row_id is None
        ) else ""  # fmt: skip

    def back(self) -> bool:
        if self.problems_only:
            self.do_view_problems()
            return True
        return False

    @on(Matrix.Opened)
    def _opened(self, event: Matrix.Opened) -> None:
        event.stop()
        if self.row_id:
            self.desk.go(LinkTarget(self.row_id))

    @on(Matrix.Highlighted)
    def _moved(self, event: Matrix.Highlighted) -> None:
        event.stop()
        if self.desk.frame is not None:
            self._explain(self.desk.frame)
        self.desk.refresh_words()
