"""Demo: latency of a tunnel that slows and dies; `a` draws in ASCII, `n` takes the samples away."""

from __future__ import annotations

import math
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from mckwidgets.plot import Plot, Series
from mckwidgets.roles import DEFAULT_VARIABLES

NOW = 1_763_820_000.0
TIMES = [NOW - 900 + 15 * number for number in range(61)]


def rtt(time: float) -> float | None:
    """Seconds; nothing is measured for two minutes."""
    age = NOW - time
    if 300 < age < 420:
        return None
    slow = 0.5 * max(0.0, 1 - age / 300) if age < 300 else 0.0
    return 0.088 + 0.01 * math.sin(time / 40) + slow


AVERAGE = Series("rtt avg", "ok", [(time, rtt(time)) for time in TIMES])
LARGEST = Series("max", "warn", [(t, None if v is None else v * 1.3) for t, v in AVERAGE.points])


def milliseconds(value: float) -> str:
    """Seconds in words."""
    return f"{value * 1000:.0f} ms"


class PlotDemo(App[None]):
    """One plot."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "ascii", "ASCII", id="demo.ascii"),
        Binding("n", "nothing", "no samples", id="demo.nothing"),
    ]

    def compose(self) -> ComposeResult:
        yield Plot()

    def on_mount(self) -> None:
        self.show((AVERAGE, LARGEST))

    def show(self, series: tuple[Series, ...], note: str = "", *, ascii: bool = False) -> None:
        """Show some series."""
        self.query_one(Plot).set_series(
            series,
            title="RTT gcp-eu-1 → aws-use1-1",
            unit=milliseconds,
            start=NOW - 900,
            end=NOW,
            note=note,
            ascii=ascii,
        )

    def action_ascii(self) -> None:
        self.show((AVERAGE, LARGEST), ascii=True)

    def action_nothing(self) -> None:
        self.show((), "no samples: the Prometheus of gcp-eu-1 does not scrape Submariner")

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)


if __name__ == "__main__":
    PlotDemo().run()
