"""Demo: latency that rises, is not measured for a while and falls; blocks and ASCII."""

from __future__ import annotations

import math

from textual.app import App, ComposeResult

from mckwidgets.roles import DEFAULT_VARIABLES
from mckwidgets.sparkline import Sparkline

VALUES = [None if 20 <= i < 26 else 30 + 25 * math.sin(i / 6) for i in range(60)]


class SparklineDemo(App[None]):
    """Two lines of the same values."""

    def compose(self) -> ComposeResult:
        yield Sparkline(role="ok", id="blocks")
        yield Sparkline(role="warn", ascii=True, id="ascii")

    def on_mount(self) -> None:
        for line in self.query(Sparkline):
            line.set_values(VALUES, low=0)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)


if __name__ == "__main__":
    SparklineDemo().run()
