"""A pane as a matrix: a mark in each cell, and under it what the chosen cell says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from textual import on
from textual.app import ComposeResult

from mckconsole.ui.actions import Where
from mckconsole.ui.view import WAITING, Desk, Format, PaneView
from mckconsole.views.detail import Line, Span
from mckconsole.views.scope import in_scope
from mckconsole.views.spec import Cell, PaneSpec, Role, Row
from mckwidgets.matrix import Matrix
from mckwidgets.notes import Notes

if TYPE_CHECKING:
    from mckconsole.ui.frame import Frame
    from mckconsole.ui.places import Place

MOST_NOTES, LEAST_NOTES = 6, 4
"""Rows under the matrix about the chosen cell; few enough that a move writes little."""
APART = 8
"""Rows of the view from which one is left blank between the matrix and the notes."""
_FINE = (Role.OK, Role.PLAIN, Role.DIM)


class MatrixTable(Protocol):
    """What stands in the matrix."""

    @property
    def rows(self) -> tuple[str, ...]: ...
    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def cells(self) -> Mapping[tuple[str, str], Cell]:
        """By (row, column)."""

    @property
    def row_ids(self) -> Mapping[tuple[str, str], str]:
        """The row of the pane's list that a cell opens."""


class MatrixPane(PaneView):
    """A pane as a matrix; what a cell is, the pane says."""

    DEFAULT_CSS = """
    MatrixPane > Matrix { height: 1fr; margin-left: 1; }
    MatrixPane > Notes { height: auto; }
    """
    where = Where.MATRIX
    between: ClassVar[str] = " · "
    """Between the names of a row and a column where a cell is copied."""
    nothing: ClassVar[str] = "there is nothing behind this cell"
    """Why a cell without a row cannot be opened."""
    needs: ClassVar[tuple[str, ...]] = ("open", "copy.all")
    """Actions that want a cell with a row."""

    def __init__(self, desk: Desk, spec: PaneSpec) -> None:
        super().__init__(desk, spec.name)
        self.spec = spec
        self.matrix = Matrix()
        self.matrix.empty = WAITING
        self.problems_only = False
        self.notes = Notes()
        self._table: MatrixTable | None = None
        self._placed = False

    # What the pane says.

    def made(self, frame: Frame) -> MatrixTable:
        """The matrix of this frame."""
        raise NotImplementedError

    def explained(self, frame: Frame, row: str, column: str) -> Sequence[Line]:
        """What the chosen cell says."""
        raise NotImplementedError

    def tally(self, rows: Sequence[Row]) -> Sequence[Span]:
        """How many of what, worst first."""
        raise NotImplementedError

    def place(self, row_id: str) -> Place:
        """Where one goes from a cell with this row."""
        raise NotImplementedError

    # The same for every matrix.

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
        """The row of the chosen cell in the list."""
        cursor = self.matrix.cursor
        return self._table.row_ids.get(cursor) if self._table and cursor else None

    @property
    def words(self) -> Sequence[Span]:
        frame = self.desk.frame
        if frame is None:
            return ()
        rows = [row for row in frame.rows[self.pane] if in_scope(row, self.desk.scope)]
        only = (Span("only problems  ", Role.WARN),) if self.problems_only else ()
        return (*only, *self.tally(rows))

    def show(self, frame: Frame) -> None:
        table = self.made(frame)
        cells = dict(table.cells)
        if self.problems_only:
            cells = {key: cell for key, cell in cells.items() if cell.role not in _FINE}
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
        cursor = self.matrix.cursor
        self.notes.set_lines(self.explained(frame, *cursor) if cursor else ())

    def do_view_problems(self) -> None:
        """Only cells that are not well, or all again."""
        self.problems_only = not self.problems_only
        if self.desk.frame is not None:
            self.show(self.desk.frame)

    def do_copy_cell(self) -> None:
        """Copy what the cell says."""
        cursor = self.matrix.cursor
        if cursor and self._table and cursor in self._table.cells:
            text = f"{cursor[0]}{self.between}{cursor[1]}: {self._table.cells[cursor].text}"
            self.desk.copy(text, "the cell")

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
        return self.nothing if action in self.needs and self.row_id is None else ""

    def back(self) -> bool:
        if self.problems_only:
            self.do_view_problems()
            return True
        return False

    @on(Matrix.Opened)
    def _opened(self, event: Matrix.Opened) -> None:
        event.stop()
        if self.row_id:
            self.desk.go(self.place(self.row_id))

    @on(Matrix.Highlighted)
    def _moved(self, event: Matrix.Highlighted) -> None:
        event.stop()
        if self.desk.frame is not None:
            self._explain(self.desk.frame)
        self.desk.refresh_words()
