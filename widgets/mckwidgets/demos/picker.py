"""Demo: choose one of 500 (`o`) or several (`m`); what was chosen is said at the top."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from mckwidgets.crumbs import Crumbs
from mckwidgets.picker import Item, Picker
from mckwidgets.roles import DEFAULT_VARIABLES

NOTES = (("ok", "● ready"), ("warn", "▲ degraded"), ("critical", "✖ unreachable"))
ITEMS = tuple(
    Item(f"c{n}", f"{cloud}-{n:03}", NOTES[n % 3][1], NOTES[n % 3][0])
    for n, cloud in enumerate(["aws-use1", "gcp-eu", "aks-weu", "onprem"] * 125)
)


class PickerDemo(App[None]):
    """Two pickers over the same items."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "pick(False)", id="demo.one"),
        Binding("m", "pick(True)", id="demo.several"),
    ]

    def compose(self) -> ComposeResult:
        yield Crumbs()

    def on_mount(self) -> None:
        self.query_one(Crumbs).set(["press o or m"])

    def action_pick(self, multi: bool) -> None:
        help = "Which clusters are asked." if multi else ""
        picker = Picker("Clusters", ITEMS, multi=multi, help=help, cursor="c3")
        self.push_screen(picker, self._said)

    def _said(self, ids: tuple[str, ...] | None) -> None:
        self.query_one(Crumbs).set(["nothing"] if ids is None else ids)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)


if __name__ == "__main__":
    PickerDemo().run()
