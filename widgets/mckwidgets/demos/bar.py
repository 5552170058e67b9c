"""Demo: the first line of a console, which loses its least important items when it gets narrow."""

from __future__ import annotations

from textual.app import App, ComposeResult

from mckwidgets.bar import Bar, BarItem
from mckwidgets.linepaint import TextSpan
from mckwidgets.roles import DEFAULT_VARIABLES

ITEMS = (
    BarItem((TextSpan("mckconsole", "heading"),), priority=3),
    BarItem((TextSpan("6 clusters"),), priority=2, id="clusters"),
    BarItem((TextSpan("● 3 ok", "ok"),), priority=1),
    BarItem((TextSpan("▲ 2 degraded", "warn"), TextSpan("  "), TextSpan("✖ 1 down", "critical"))),
    BarItem((TextSpan("scope: all", "dim"),), 4, "right", "scope"),
    BarItem((TextSpan("READ-ONLY (default)", "heading"),), 0, "right", "write"),
    BarItem((TextSpan("data ≤ 3 s"),), 1, "right"),
)


class BarDemo(App[None]):
    """A bar, and what was clicked last."""

    def compose(self) -> ComposeResult:
        yield Bar()

    def on_mount(self) -> None:
        self.query_one(Bar).set_items(ITEMS)

    def on_bar_chosen(self, message: Bar.Chosen) -> None:
        self.query_one(Bar).set_items([*ITEMS, BarItem((TextSpan(message.id, "dim"),))])

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)


if __name__ == "__main__":
    BarDemo().run()
