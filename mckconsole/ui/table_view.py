"""A pane as a table: the rows of its `PaneSpec`, filtered, sorted, marked.

What a row opens is for the pane's own table to say (`pane_tables`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult

from mckconsole.domain.text import shorten
from mckconsole.domain.wording import counted
from mckconsole.ui.actions import Where
from mckconsole.ui.view import WAITING, Desk, Format, PaneView
from mckconsole.views.natural import natural_key
from mckconsole.views.scope import in_scope
from mckconsole.views.spec import Column, PaneSpec, Role, Row
from mckwidgets.contracts import SpanLike
from mckwidgets.grid import Grid
from mckwidgets.linepaint import TextSpan

if TYPE_CHECKING:
    from mckconsole.domain.logs import LogTarget
    from mckconsole.ui.frame import Frame
    from mckconsole.ui.places import Place
    from mckconsole.views.detail import ObjectTarget
    from mckconsole.views.filter import Filter
    from mckconsole.views.timeline_focus import Focus
    from mckwidgets.prompt import Completion

MAX_FILTER = 40
"""Characters of a filter that the words beside the crumbs show."""


class TableView(PaneView):
    """One pane's table."""

    where = Where.TABLE
    none_words = "no problems"
    """What is said where leaving out what is well leaves nothing."""
    own_order = "worst first"
    """The order of rows that nobody sorted."""

    def __init__(self, desk: Desk, spec: PaneSpec) -> None:
        super().__init__(desk, spec.name)
        self.spec = spec
        self.columns: Sequence[Column] = spec.columns
        """Those of the rows that are looked at; `w` and the width say which are in sight."""
        self.grid = Grid(spec.columns, word_key=natural_key)
        self.grid.empty = WAITING
        self.filter: Filter | None = None
        """The filter in force: the last one that could be understood."""
        self.problems_only = False
        self.wide = False
        self._before_prompt = ""
        self._why_empty = WAITING

    def compose(self) -> ComposeResult:
        yield self.grid

    def on_resize(self) -> None:
        """Other columns fit now, and the words tell how many."""
        self.desk.refresh_words()

    @property
    def main(self) -> Grid:
        return self.grid

    @property
    def rows(self) -> Sequence[Row]:
        """The rows that are shown, in their order, for exports."""
        return [row for row in self.grid.visible_rows() if isinstance(row, Row)]

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        row = self.grid.cursor_row
        return row if isinstance(row, Row) else None

    def place(self, row_id: str) -> Place:
        """Where one goes from this row."""
        raise NotImplementedError

    def behind(self, row_id: str) -> ObjectTarget | None:
        """The object that this row stands for; None where there is none."""
        return None

    def timeline_focus(self) -> Focus | None:
        from mckconsole.views.timeline_focus import focus_of_row

        row = self.row
        return focus_of_row(self.pane, row, self.behind(row.id)) if row is not None else None

    def asked(self, text: str) -> str:
        """Show what follows the pane's name at the prompt; returns what is wrong with it."""
        return self.filter_by(text)

    def table(self, frame: Frame) -> tuple[Sequence[Column], Sequence[Row]]:
        """The columns and rows that this frame has for what is looked at."""
        scope, namespace = self.desk.scope, self.desk.namespace
        columns, everything = self.all_rows(frame)
        rows = [
            row
            for row in everything
            if in_scope(row, scope) and (not namespace or row.namespace in ("", namespace))
        ]
        return [one for one in columns if not one.cluster or scope.holds(one.cluster)], rows

    def all_rows(self, frame: Frame) -> tuple[Sequence[Column], Sequence[Row]]:
        """The columns and rows that this frame has, whatever is looked at."""
        return frame.columns[self.pane], frame.rows[self.pane]

    def show(self, frame: Frame) -> None:
        columns, rows = self.table(frame)
        if not rows:
            self._why_empty = self._no_rows(frame)
        if columns != self.columns:
            self.columns = columns
            self.grid.set_columns(columns)
        self.grid.set_rows(rows)
        self._say_why_empty()
        self.desk.refresh_words()

    def _no_rows(self, frame: Frame) -> str:
        if self.all_rows(frame)[1]:
            return f"nothing in the scope {self.desk.scope.words}; 0 shows all clusters again"
        return self.spec.empty(frame.snapshot, frame.analysis)

    def _say_why_empty(self) -> None:
        why = self._why_empty
        if self.grid.total and self.problems_only and not self.filter_text:
            why = f"{self.none_words} among {self.grid.total} rows; z shows them all"
        elif self.grid.total:
            only = " among the problems (z)" if self.problems_only else ""
            why = f"none of {self.grid.total} rows{only} matches {self.filter_text}; esc clears it"
        self.grid.empty = why

    # What is filtered, sorted and marked.

    @property
    def filter_text(self) -> str:
        """The filter in force as it was typed."""
        return self.filter.text if self.filter else ""

    @property
    def words(self) -> Sequence[SpanLike]:
        """`6 of 12 · state:down · by RTT ↓ · 2 marked`."""
        if self.desk.frame is None:
            return ()
        column, reverse = self.grid.sort
        order = self.own_order
        if column:
            order = f"by {self._title(column)} {'↓' if reverse else '↑'}"
        parts = [TextSpan(self.counted)]
        if self.filter_text:
            parts.append(TextSpan(f" · /{shorten(self.filter_text, MAX_FILTER)}", Role.WARN))
        if self.problems_only:
            parts.append(TextSpan(" · only problems", Role.WARN))
        if self.grid.marked:
            parts.append(TextSpan(f" · {len(self.grid.marked)} marked", Role.CONNECTING))
        if self.wide:
            parts.append(TextSpan(" · wide", Role.DIM))
        elif hidden := self._hidden_clusters():
            parts.append(TextSpan(f" · {hidden} (w)", Role.DIM))
        return (*parts, TextSpan(f" · {order}", Role.DIM))

    @property
    def counted(self) -> str:
        """How many rows are shown, of how many."""
        return f"{self.grid.shown:,} of {self.grid.total:,}"

    @property
    def heading(self) -> str:
        """What an export is called."""
        return self.spec.title

    def _title(self, column: str) -> str:
        return next((one.title for one in self.columns if one.id == column), column)

    def _hidden_clusters(self) -> str:
        """`2 of 8 clusters shown`, where some found no room; empty where none has a column."""
        alike = [one.id for one in self.columns if one.cluster]
        shown = len({*alike} & {*self.grid.shown_columns})
        if shown == len(alike):
            return ""
        return f"{shown or 'none'} of {counted(len(alike), 'cluster')} shown"

    def filter_by(self, text: str) -> str:
        """Filter from now on; returns what is wrong with the text, and then nothing changes."""
        from mckconsole.views.filter import FilterError, parse_filter

        try:
            found = parse_filter(text, self.columns)
        except FilterError as error:
            return str(error)
        self.filter = found if text.strip() else None
        self._apply()
        return ""

    def _apply(self) -> None:
        chosen, problems = self.filter, self.problems_only
        if chosen is None and not problems:
            self.grid.set_filter(None)
        else:
            self.grid.set_filter(self._matches, chosen.spans if chosen else None)
        self._say_why_empty()
        self.desk.refresh_words()

    def _matches(self, row: object) -> bool:
        if not isinstance(row, Row):
            raise TypeError("the grid of a pane holds its rows")
        if self.problems_only and not row.problem:
            return False
        return self.filter is None or self.filter.matches(row)

    def sort_words(self, text: str) -> str:
        """Sort as `:sort` says; returns what is wrong."""
        from mckconsole.views.sort import parse_sort

        try:
            column, reverse = parse_sort(text, self.columns)
        except ValueError as error:
            return str(error)
        self.grid.sort_by(column, reverse=reverse)
        self.desk.refresh_words()
        return ""

    # The prompt.

    def typed(self, sign: str, text: str) -> str:
        return self.filter_by(text)

    def entered(self, sign: str, text: str) -> str:
        return self.filter_by(text)

    def left(self, sign: str) -> None:
        self.filter_by(self._before_prompt)

    def completions(self, text: str) -> Sequence[Completion]:
        from mckconsole.views.filter import complete_filter
        from mckwidgets.prompt import Completion

        return [Completion(one) for one in complete_filter(text, self.columns)]

    def back(self) -> bool:
        if self.filter_text:
            self.filter_by("")
        elif self.problems_only:
            self.do_view_problems()
        elif self.grid.marked:
            self.do_mark_clear()
        else:
            return False
        return True

    # Actions.

    def do_filter_open(self) -> None:
        """Type a filter."""
        self._before_prompt = self.filter_text
        self.desk.ask("/", self.filter_text)

    def do_view_problems(self) -> None:
        """Only rows that are not well, or all again."""
        self.problems_only = not self.problems_only
        self._apply()

    def do_view_wide(self) -> None:
        """All columns at their full width, or those that fit."""
        self.wide = not self.wide
        self.grid.set_wide(self.wide)
        self.desk.refresh_words()

    def do_sort_reverse(self) -> None:
        """The other way round; sorts by the chosen column if nothing is sorted yet."""
        column, reverse = self.grid.sort
        self.grid.sort_by(column or self.grid.cursor_column, reverse=not reverse)
        self.desk.refresh_words()

    def do_column_left(self) -> None:
        """Choose the column to the left."""
        self.grid.action_column_left()

    def do_column_right(self) -> None:
        """Choose the column to the right."""
        self.grid.action_column_right()

    def do_mark_toggle(self) -> None:
        """Mark the row, or take its mark away."""
        self.grid.toggle_mark()
        self.desk.refresh_words()

    def do_mark_range(self) -> None:
        """Mark everything from the last mark to here."""
        self.grid.mark_range()
        self.desk.refresh_words()

    def do_mark_clear(self) -> None:
        """Take all marks away."""
        self.grid.clear_marks()
        self.desk.refresh_words()

    def do_copy_cell(self) -> None:
        """Copy the cell of the chosen column."""
        row, column = self.row, self.grid.cursor_column or self.columns[0].id
        if row is not None:
            value = row.cells[column].value
            text = value if isinstance(value, str) else row.cells[column].text
            self.desk.copy(text, self._title(column))

    def do_copy_all(self) -> None:
        """The object's YAML where the row stands for one; else copy the row as JSON."""
        row = self.row
        if row is None:
            return
        behind = self.behind(row.id)
        if behind is not None:
            self.desk.go(behind)
        else:
            from mckconsole.ui.copying import row_as_json

            self.desk.copy(row_as_json(self.columns, row), "the row")

    def exported(self, form: Format | None) -> tuple[str, str]:
        from mckconsole.report.export import export_rows

        frame, chosen = self.desk.frame, form or "csv"
        if frame is None or not self.rows:
            return "", chosen
        rows = self._chosen()
        text = export_rows(
            chosen,
            self.columns,
            rows,
            title=self.heading,
            at=frame.snapshot.taken_at,
            filter=self.filter_text,
            scope=self.desk.scope.words,
        )
        return text, chosen

    def _chosen(self) -> Sequence[Row]:
        """The marked ones of the rows that are shown, else all of them."""
        marked = self.grid.marked
        return [row for row in self.rows if not marked or row.id in marked]

    def log_targets(self) -> tuple[LogTarget, ...]:
        row = self.row
        if row is None:
            return ()
        from mckconsole.ui.logs_of import logs_of

        marked = self.grid.marked
        ids = [one.id for one in self.rows if one.id in marked] if marked else [row.id]
        return logs_of(place for id in ids for place in (self.behind(id), self.place(id)))

    def finding_ids(self) -> frozenset[str]:
        return frozenset(one for row in self._chosen() for one in row.finding_ids)

    def refuses(self, action: str) -> str:
        if self.row is None and action in ("open", "copy.cell", "copy.all", "mark.toggle"):
            return "there is no row"
        if action == "mark.clear" and not self.grid.marked:
            return "nothing is marked"
        return ""

    @on(Grid.Opened)
    def _opened(self, event: Grid.Opened) -> None:
        event.stop()
        self.desk.go(self.place(event.key))

    @on(Grid.Highlighted)
    @on(Grid.Marked)
    @on(Grid.Sorted)
    def _moved(self, event: Grid.Highlighted | Grid.Marked | Grid.Sorted) -> None:
        event.stop()
        self.desk.refresh_words()
