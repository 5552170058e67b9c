"""What the plots of a tunnel are made of."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from mckconsole.domain.metrics import MetricState
from mckconsole.domain.ranges import MetricRange, Point
from mckconsole.ui.metrics_view import FROZEN, draw, rate_words, thawed
from mckwidgets.plot import Plot, Series

POINTS: tuple[Point, ...] = ((10.0, 0.1), (20.0, None), (30.0, 0.3), (40.0, 0.3))


class Shown(Plot):
    """A plot that only keeps what it is to show."""

    series: tuple[Series, ...] = ()
    title = ""

    def set_series(self, series: object, **said: object) -> None:
        assert isinstance(series, list)
        self.series, self.title = tuple(series), str(said["title"])


def ranges(**series: Mapping[str, tuple[Point, ...]]) -> dict[str, MetricRange]:
    return {
        name: MetricRange(MetricState.FRESH, "", found, 10.0, 40.0, 10.0)
        for name, found in series.items()
    }


def drawn(found: Mapping[str, MetricRange], frozen: float | None = None) -> Shown:
    plot = Shown()
    draw(plot, found, frozen)
    return plot


def test_an_only_line_has_no_name_beside_the_title() -> None:
    plot = drawn(ranges(latency={"": POINTS}))
    assert (plot.title, [line.name for line in plot.series]) == ("round trip", [""])
    plot = drawn(ranges(latency={"gw-a": POINTS, "gw-b": POINTS}))
    assert [line.name for line in plot.series] == ["gw-a", "gw-b"]


def test_lines_of_traffic_are_named_and_their_colours_judge_nothing() -> None:
    plot = drawn(ranges(rx={"": POINTS}, tx={"": POINTS}), 0.0)
    assert plot.title == "received and sent"
    assert [line.name for line in plot.series] == ["received", "sent"]
    roles = {line.role for line in plot.series}
    assert len(roles) == 2
    assert not roles & {"ok", "warn", "critical"}


def test_round_trips_that_repeat_a_last_value_are_dimmed_and_said_to() -> None:
    whole = drawn(ranges(latency={"": POINTS}), 0.0)
    assert whole.title == f"round trip, {FROZEN}"
    assert [(line.name, line.role) for line in whole.series] == [("", "dim")]
    part = drawn(ranges(latency={"": POINTS}), 30.0)
    assert [(line.name, line.role, line.points) for line in part.series] == [
        ("measured", "plain", list(POINTS[:2])),
        ("frozen", "dim", POINTS[2:]),
    ]


@pytest.mark.parametrize(
    ("frozen", "parts"),
    [
        (None, [(4, False)]),
        (0.0, [(4, True)]),
        (30.0, [(2, False), (2, True)]),
        (41.0, [(4, False)]),
    ],
)
def test_parts_without_a_value_are_none(
    frozen: float | None, parts: list[tuple[int, bool]]
) -> None:  # fmt: skip
    assert [(len(part), old) for part, old in thawed(POINTS, frozen)] == parts
    assert list(thawed((), None)) == [((), False)]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0 B/s"),
        (999, "999 B/s"),
        (3600, "3.6 KB/s"),
        (2.5e6, "2.5 MB/s"),
        (5e12, "5000.0 GB/s"),
    ],
)
def test_rates_in_words(value: float, words: str) -> None:
    assert rate_words(value) == words
