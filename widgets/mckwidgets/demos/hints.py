"""Demo: the last line of a console; a click on a hint removes the reason to refuse `m`."""

from __future__ import annotations

from textual.app import App, ComposeResult

from mckwidgets.hints import Hint, KeyHints
from mckwidgets.roles import DEFAULT_VARIABLES

HINTS = (
    Hint("open", "enter", "open"),
    Hint("filter", "/", "filter"),
    Hint("command", ":", "command"),
    Hint("metrics", "m", "metrics", False, "no Prometheus"),
    Hint("problems", "z", "problems"),
    Hint("scope", "c", "scope"),
    Hint("help", "?", "help"),
)


class HintsDemo(App[None]):
    """A line of hints."""

    def compose(self) -> ComposeResult:
        yield KeyHints()

    def on_mount(self) -> None:
        self.query_one(KeyHints).set_hints(HINTS)

    def on_key_hints_chosen(self, message: KeyHints.Chosen) -> None:
        hints = [hint._replace(enabled=True) if hint.id == message.id else hint for hint in HINTS]
        self.query_one(KeyHints).set_hints(hints)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)


if __name__ == "__main__":
    HintsDemo().run()
