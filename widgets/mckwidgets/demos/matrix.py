"""Demo: a mesh of clusters; `s` makes one direction fail, `w` adds many clusters."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from mckwidgets.matrix import Matrix
from mckwidgets.roles import DEFAULT_VARIABLES


class Cell(NamedTuple):
    """What stands between two clusters."""

    text: str
    role: str
    value: float | None = None


CLUSTERS = ["aws-use1-1", "gcp-eu-1", "aks-weu-1", "onprem-1"]
CELLS = {
    ("aws-use1-1", "gcp-eu-1"): Cell("● 88 ms", "ok"),
    ("aws-use1-1", "aks-weu-1"): Cell("● 92 ms", "ok"),
    ("aws-use1-1", "onprem-1"): Cell("▲ 612 ms slow", "warn"),
    ("gcp-eu-1", "aws-use1-1"): Cell("✖ error", "critical"),
    ("gcp-eu-1", "aks-weu-1"): Cell("● 14 ms", "ok"),
    ("gcp-eu-1", "onprem-1"): Cell("~ 88 ms 41 s", "stale"),
    ("aks-weu-1", "aws-use1-1"): Cell("● 93 ms", "ok"),
    ("aks-weu-1", "gcp-eu-1"): Cell("● 14 ms", "ok"),
    ("aks-weu-1", "onprem-1"): Cell("? connected, never verified", "unknown"),
    ("onprem-1", "aws-use1-1"): Cell("● 611 ms", "ok"),
    ("onprem-1", "gcp-eu-1"): Cell("✖ missing", "critical"),
    ("onprem-1", "aks-weu-1"): Cell("● 120 ms", "ok"),
}


class MatrixDemo(App[None]):
    """A matrix and a line that says where the cursor is and what was opened."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "spoil", "fail", id="demo.spoil"),
        Binding("w", "widen", "many", id="demo.widen"),
    ]

    CSS = "Static { dock: bottom; height: 1; }"

    def compose(self) -> ComposeResult:
        yield Matrix(empty="no cluster is in a mesh: neither Submariner nor Cilium was found")
        yield Static(markup=False)

    def on_mount(self) -> None:
        self.query_one(Matrix).set_table(CLUSTERS, CLUSTERS, CELLS)

    def say(self, text: str) -> None:
        """Show a text at the bottom, if that is still there: messages come after the end too."""
        for line in self.query("Static").results(Static):
            line.update(text)

    def on_matrix_highlighted(self, message: Matrix.Highlighted) -> None:
        self.say(f"selected: {message.row} → {message.column}")

    def on_matrix_opened(self, message: Matrix.Opened) -> None:
        self.say(f"opened: {message.row} → {message.column}")

    def action_spoil(self) -> None:
        cells = CELLS | {("gcp-eu-1", "aks-weu-1"): Cell("✖ error", "critical")}
        self.query_one(Matrix).set_table(CLUSTERS, CLUSTERS, cells)

    def action_widen(self) -> None:
        names = CLUSTERS + [f"cluster-with-a-longer-name-{number}" for number in range(200)]
        cells = CELLS | {(a, b): Cell("● 9 ms", "ok") for a in names[4:] for b in names if a != b}
        self.query_one(Matrix).set_table(names, names, cells)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)


if __name__ == "__main__":
    MatrixDemo().run()
