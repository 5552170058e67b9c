"""Demo: both sides of one tunnel with evidence; `n` goes to the next match, `a` lets time pass."""

from __future__ import annotations

from collections.abc import Hashable
from typing import ClassVar, NamedTuple

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from mckwidgets.detail import DetailView
from mckwidgets.roles import DEFAULT_VARIABLES


class Span(NamedTuple):
    """Words of one role."""

    text: str
    role: str = "plain"


class Line(NamedTuple):
    """One logical line."""

    spans: tuple[Span, ...]
    target: Hashable | None = None
    indent: int = 0
    note: str = ""


class Card(NamedTuple):
    """A box."""

    title: str
    lines: tuple[Line, ...]
    note: str = ""
    role: str = "plain"


class Block(NamedTuple):
    """A heading, cards and lines."""

    heading: str = ""
    note: str = ""
    cards: tuple[Card, ...] = ()
    lines: tuple[Line, ...] = ()


def line(text: str, role: str = "plain", target: str | None = None, indent: int = 0) -> Line:
    """A line of one span."""
    return Line((Span(text, role),), target, indent)


def tunnel(age: int = 4) -> tuple[Block, ...]:
    """Both sides of a tunnel and what shows how they stand, `age` seconds old."""
    bad = Card(
        "gcp-eu-1 → aws-use1-1",
        (
            line(f"gateway   gke-gw-a   active   {age} s", target="gateway a"),
            line("driver    libreswan  NAT yes"),
            line("RTT       last seen 88 ms (frozen)", "stale"),
            line("rx / tx   0 B/s / 3.1 KB/s"),
        ),
        "✖ error",
        "critical",
    )
    good = Card(
        "aws-use1-1 → gcp-eu-1",
        (
            line("gateway   ip-10-10-1-7 active   2 s", target="gateway b"),
            line("driver    libreswan  NAT yes"),
            line("RTT       88 ms avg  84…131  ▁▁▂▁▁▁"),
        ),
        "● up",
        "ok",
    )
    evidence = (
        Line(
            (
                Span("✖ ", "critical"),
                Span("gcp-eu-1  Gateway submariner-operator/gke-gw-a  "),
                Span("status.connections[0].statusMessage", "dim"),
                Span(' = Failed to ping the remote endpoint IP "10.128.2.1"', "critical"),
                Span(f"  {age} s", "dim"),
            ),
            "gateway a",
            2,
        ),
        line(
            "● aws-use1-1  Gateway …/ip-10-10-1-7  latencyRTT.average = 88.1ms", "ok", "gateway b"
        ),
        line("▲ prometheus  submariner_connections = 1 for gcp-eu-1 (driver view only)", "warn"),
    )
    steps = (
        line(
            "1 Calico pool natOutgoing in gcp-eu-1: the tunnel works, the way back is cut off",
            indent=2,
        ),
        line("2 open the gateway's firewall for ICMP", indent=2),
    )
    return (
        Block("ASYMMETRIC", "✖ critical  since 14:00:10Z (3 m 12 s)", (bad, good)),
        Block("Evidence", "3 of 3", lines=evidence),
        Block("What to do", lines=steps),
    )


class DetailDemo(App[None]):
    """A detail view and a line that says where the cursor is and what was opened."""

    CSS = "Static { dock: bottom; height: 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "age", "time passes", id="demo.age"),
        Binding("n", "next", "next match", id="demo.next"),
    ]
    age = 4

    def compose(self) -> ComposeResult:
        yield DetailView(empty="nothing is known of this tunnel: its Gateway was not read yet")
        yield Static(markup=False)

    def on_mount(self) -> None:
        self.query_one(DetailView).set_blocks(tunnel())

    def say(self, text: str) -> None:
        """Show a text at the bottom, if that is still there: messages come after the end too."""
        for line in self.query("Static").results(Static):
            line.update(text)

    def on_detail_view_highlighted(self, message: DetailView.Highlighted) -> None:
        self.say(f"selected: {message.target}: {message.text}")

    def on_detail_view_opened(self, message: DetailView.Opened) -> None:
        self.say(f"opened: {message.target}")

    def action_age(self) -> None:
        self.age += 1
        self.query_one(DetailView).set_blocks(tunnel(self.age))

    def action_next(self) -> None:
        detail = self.query_one(DetailView)
        detail.find("gateway")
        detail.next_match()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)


if __name__ == "__main__":
    DetailDemo().run()
