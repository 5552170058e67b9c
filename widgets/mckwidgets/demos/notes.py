"""Demo: what is said of a tunnel; `a` says it of another one."""

from __future__ import annotations

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from mckwidgets.demos.detail import Line, Span
from mckwidgets.notes import Notes
from mckwidgets.roles import DEFAULT_VARIABLES


def about(source: str) -> tuple[Line, ...]:
    """Why a tunnel is down."""
    return (
        Line((Span(f"{source} → aws-use1-1  ", "heading"), Span("✖ down", "critical"))),
        Line((Span("why        ", "dim"), Span("Failed to ping 10.128.1.1")), None, 11),
        Line((Span("first look ", "dim"), Span("Calico pools of " + source)), None, 11),
    )


class NotesDemo(App[None]):
    """Three lines."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("a", "other", "another tunnel", id="other")]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)

    def compose(self) -> ComposeResult:
        yield Notes()

    def on_mount(self) -> None:
        self.query_one(Notes).set_lines(about("gcp-eu-1"))

    def action_other(self) -> None:
        """Speak of another tunnel."""
        self.query_one(Notes).set_lines(about("aks-weu-1"))


if __name__ == "__main__":
    NotesDemo().run()
