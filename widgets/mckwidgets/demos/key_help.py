"""Demo: `?` shows the keys of a console."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from mckwidgets.crumbs import Crumbs
from mckwidgets.key_help import HelpEntry, HelpGroup, KeyHelp
from mckwidgets.linepaint import TextSpan
from mckwidgets.moves import MOVES
from mckwidgets.roles import DEFAULT_VARIABLES


class Note(NamedTuple):
    """A line of words."""

    spans: tuple[TextSpan, ...]
    indent: int = 0
    note: str = ""
    target: None = None


NOTES = (Note((TextSpan("One row is a tunnel in one direction. ● up  ▲ slow  ✖ down"),)),)
GROUPS = (
    HelpGroup(
        "mesh",
        (
            HelpEntry("enter", "both sides", "both ends of the tunnel, with every evidence line"),
            HelpEntry("v", "list or matrix", "the same tunnels as a table or as a matrix"),
            HelpEntry("m", "metrics", "latency and bytes over time", False, "no Prometheus"),
            HelpEntry("e", "transitions", "what this tunnel was, and when"),
        ),
    ),
    HelpGroup("move", tuple(HelpEntry(m.keys.replace(",", " "), m.help, "") for m in MOVES)),
    HelpGroup(
        "everywhere",
        (
            HelpEntry("/", "filter", "space is AND, ! is not, col:value, col>n, /regex/"),
            HelpEntry(":", "command", "a pane by name, :ctx GLOB, :ns, :theme, :export, :q"),
            HelpEntry("z", "problems only", "hide every row that is well"),
            HelpEntry("?", "this help", "type to search it"),
        ),
    ),
)


class KeyHelpDemo(App[None]):
    """One help."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark", "help", id="demo.help")]

    def compose(self) -> ComposeResult:
        yield Crumbs()

    def on_mount(self) -> None:
        self.query_one(Crumbs).set(["press ?"])

    def action_help(self) -> None:
        self.push_screen(KeyHelp("Keys: mesh", GROUPS, NOTES))

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)


if __name__ == "__main__":
    KeyHelpDemo().run()
