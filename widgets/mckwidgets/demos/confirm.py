"""Demo: `q` asks before it would leave, and says at the top what was answered."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from mckwidgets.confirm import Confirm
from mckwidgets.crumbs import Crumbs
from mckwidgets.roles import DEFAULT_VARIABLES

DETAILS = (
    "An export to fleet.json is being written: 4,500 of 9,812 rows are there.",
    "It ends here, and the file stays as it is.",
)


class ConfirmDemo(App[None]):
    """One question."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "ask", id="demo.ask")]

    def compose(self) -> ComposeResult:
        yield Crumbs()

    def on_mount(self) -> None:
        self.query_one(Crumbs).set(["press q"])

    def action_ask(self) -> None:
        self.push_screen(Confirm("Leave now?", DETAILS, yes="leave", no="stay"), self._said)

    def _said(self, yes: bool | None) -> None:
        self.query_one(Crumbs).set(["yes" if yes else "no"])

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)


if __name__ == "__main__":
    ConfirmDemo().run()
