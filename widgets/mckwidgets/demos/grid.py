"""A grid of clusters: `python -m mckwidgets.demos.grid`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from mckwidgets.grid import Grid
from mckwidgets.roles import DEFAULT_VARIABLES

STATES = {"ok": "● ready", "warn": "▲ degraded", "critical": "✖ unreachable", "stale": "~ stale"}


@dataclass(frozen=True)
class Cell:
    """One cell."""

    text: str
    role: str = "plain"
    value: str | int | float | bool | None = None


@dataclass(frozen=True)
class Column:
    """One column."""

    id: str
    title: str
    align: Literal["left", "right"] = "left"
    priority: int = 0
    name: bool = False
    volatile: bool = False
    alike: bool = False


@dataclass(frozen=True)
class Row:
    """One row."""

    id: str
    cells: Mapping[str, Cell]
    role: str = "plain"


COLUMNS = (
    Column("cluster", "Cluster", name=True),
    Column("state", "State"),
    Column("nodes", "Nodes", "right", 2),
    Column("latency", "API latency", "right", 4),
    Column("age", "Age", "right", 3, volatile=True),
    Column("notes", "Notes", priority=6),
)


def row(number: int, role: str = "", age: int = 1) -> Row:
    """Row `number` of a fleet; every fourth is well."""
    role = role or list(STATES)[(number * 7) % 4]
    cells = {
        "cluster": Cell(f"gke_project-{number % 10}_cluster-{number}", "plain"),
        "state": Cell(STATES[role], role, STATES[role]),
        "nodes": Cell(f"{number % 24}/24", "plain", number % 24),
        "latency": Cell(f"{number * 37 % 900} ms", "plain", number * 37 % 900),
        "age": Cell(f"{age} s", "dim", age),
        "notes": Cell("–", "dim") if number % 3 else Cell("cannot read secrets: forbidden", "warn"),
    }
    return Row(f"row-{number}", cells, role)


class GridDemo(App[None]):
    """A few hundred rows; the quickest way to see what the grid does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "mark", id="demo.mark"),
        Binding("w", "wide", "wide", id="demo.wide"),
        Binding("n", "news", "news", id="demo.news"),
        Binding("s", "sort", "sort", id="demo.sort"),
        Binding("e", "empty", "empty", id="demo.empty"),
    ]

    def __init__(self, rows: int = 300) -> None:
        super().__init__()
        self.wide = False
        self.grid = Grid(COLUMNS)
        self.grid.empty = "no cluster is known yet; name a kubeconfig with --kubeconfig"
        self.grid.set_rows([row(number) for number in range(rows)])

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)

    def compose(self) -> ComposeResult:
        yield self.grid

    def action_mark(self) -> None:
        """Mark the row."""
        self.grid.toggle_mark()

    def action_wide(self) -> None:
        """All columns in full width, or those that fit."""
        self.wide = not self.wide
        self.grid.set_wide(self.wide)

    def action_news(self) -> None:
        """Change some rows."""
        self.grid.update_rows([row(number, "critical") for number in range(0, 40, 5)])

    def action_sort(self) -> None:
        """Sort by the chosen column."""
        self.grid.sort_by(self.grid.cursor_column, reverse=not self.grid.sort[1])

    def action_empty(self) -> None:
        """Take all rows away."""
        self.grid.set_rows([])


if __name__ == "__main__":
    GridDemo().run()
