"""The application that `gridspeed` drives on a terminal: one table, and a line that counts moves.

Run as `python -m tests.benchmarks.gridapp (grid|datatable) ROWS FIGURES`. The key F starts the
changes, 1,000 rows a second, and the counting; Q ends it and writes what was done to FIGURES.
"""

from __future__ import annotations

import json
import random
import resource
import sys
import time
from abc import abstractmethod
from pathlib import Path
from typing import ClassVar

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import DataTable

from mckwidgets.contracts import RowLike
from mckwidgets.demos.grid import Cell, Column, Row
from mckwidgets.grid import Grid
from mckwidgets.roles import DEFAULT_VARIABLES

RATE = 1000
"""Changed rows a second."""
BEAT = 0.05
"""Seconds between two batches of changes."""
COLUMNS = (
    Column("name", "Name", name=True),
    Column("state", "State"),
    Column("load", "Load", "right", 1),
    Column("restarts", "Restarts", "right", 2),
    *(Column(f"c{number}", f"Column {number}", "left", number) for number in range(3, 8)),
    Column("age", "Age", "right", 8, volatile=True),
)
_STATES = [
    Cell("● running", "ok", "running"),
    Cell("▲ pending", "warn", "pending"),
    Cell("✖ failed", "critical", "failed"),
]
_NUMBERS = [Cell(str(number), "plain", number) for number in range(10_000)]
_WORDS = [Cell(f"word-{number}", "plain", f"word-{number}") for number in range(1000)]
_AGES = [Cell(f"{number} s", "dim", number) for number in range(1000)]


def make_row(number: int, chance: random.Random) -> Row:
    """Row `number`; calls for the same number differ in state, load, restarts and age."""
    cells = {
        "name": Cell(f"gke_project_europe-west3_cluster/pod-{number:06}", "plain", number),
        "state": chance.choice(_STATES),
        "load": chance.choice(_NUMBERS),
        "restarts": chance.choice(_NUMBERS),
        "age": chance.choice(_AGES),
    }
    cells |= {f"c{column}": _WORDS[number * column % 1000] for column in range(3, 8)}
    return Row(f"row-{number}", cells)


class Counter(Widget):
    """One line with the number of moves that were painted, as `«n»`."""

    DEFAULT_CSS = "Counter { height: 1; dock: bottom; }"

    def __init__(self) -> None:
        super().__init__()
        self.moves = 0

    def count(self) -> None:
        """One more."""
        self.moves += 1
        self.refresh()

    def render_line(self, y: int) -> Strip:
        return Strip([Segment(f"«{self.moves}»")])


class Driven(App[None]):
    """A table under changes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("F", "feed", "feed", id="bench.feed"),
        Binding("Q", "end", "end", id="bench.end"),
    ]

    def __init__(self, rows: int, figures: Path) -> None:
        super().__init__()
        self.rows = rows
        self.chance = random.Random(1)
        self.counter = Counter()
        self.fed = 0
        self.began = 0.0
        self.spent = 0.0
        self.filling = 0.0
        """Seconds until the table held its rows."""
        self._figures = figures

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)

    @abstractmethod
    def change(self, rows: list[Row]) -> None:
        """Show these rows instead of those with the same ids."""

    def action_feed(self) -> None:
        """Start the changes."""
        self.began = time.perf_counter()
        self.counter.count()
        self.set_interval(BEAT, self._beat)

    def _beat(self) -> None:
        due = int((time.perf_counter() - self.began) * RATE) - self.fed
        rows = [make_row(self.chance.randrange(self.rows), self.chance) for _ in range(due)]
        started = time.perf_counter()
        self.change(rows)
        self.spent += time.perf_counter() - started
        self.fed += due

    def action_end(self) -> None:
        """Say what was done and end."""
        seconds = time.perf_counter() - self.began
        figures = {
            "changes_per_second": round(self.fed / seconds),
            "fill_s": round(self.filling, 3),
            "change_ms": round(self.spent / max(self.fed, 1) * 1000, 4),
            "rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        self._figures.write_text(json.dumps(figures))
        self.exit()


class CountingGrid(Grid):
    """Counts moves as they happen, so that the count is painted together with the cursor."""

    def post_message(self, message: Message) -> bool:
        if isinstance(message, Grid.Highlighted):
            moved(self.app)
        return super().post_message(message)


class CountingTable(DataTable[str]):
    """The same of Textual's."""

    def post_message(self, message: Message) -> bool:
        if isinstance(message, DataTable.RowHighlighted):
            moved(self.app)
        return super().post_message(message)


def moved(app: App[object]) -> None:
    """The cursor is on another row."""
    if isinstance(app, Driven) and app.began:
        app.counter.count()


class GridApp(Driven):
    """Our grid: sorted by a column that changes, and filtered."""

    def compose(self) -> ComposeResult:
        self.grid = CountingGrid(COLUMNS)
        self.grid.sort_by("load", reverse=True)
        self.grid.set_filter(_not_failed)
        rows = [make_row(number, self.chance) for number in range(self.rows)]
        started = time.perf_counter()
        self.grid.set_rows(rows)
        self.filling = time.perf_counter() - started
        yield self.grid
        yield self.counter

    def change(self, rows: list[Row]) -> None:
        self.grid.update_rows(rows)


def _not_failed(row: RowLike) -> bool:
    return row.cells["state"].value != "failed"


class TableApp(Driven):
    """Textual's table: neither sorted nor filtered, since it would do both anew for each change."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "top", "top", id="bench.top"),
        Binding("G", "bottom", "bottom", id="bench.bottom"),
    ]

    def compose(self) -> ComposeResult:
        self.table = CountingTable(cursor_type="row")
        for column in COLUMNS:
            self.table.add_column(column.title, key=column.id)
        rows = [make_row(number, self.chance) for number in range(self.rows)]
        started = time.perf_counter()
        for row in rows:
            self.table.add_row(*(row.cells[c.id].text for c in COLUMNS), key=row.id)
        self.filling = time.perf_counter() - started
        yield self.table
        yield self.counter

    def change(self, rows: list[Row]) -> None:
        for row in rows:
            for column in ("state", "load", "restarts", "age"):
                self.table.update_cell(row.id, column, row.cells[column].text)

    def action_top(self) -> None:
        """To the first row."""
        self.table.move_cursor(row=0)

    def action_bottom(self) -> None:
        """To the last row."""
        self.table.move_cursor(row=self.rows - 1)


if __name__ == "__main__":
    _app = {"grid": GridApp, "datatable": TableApp}[sys.argv[1]]
    _app(int(sys.argv[2]), Path(sys.argv[3])).run()
