"""Known series give known characters."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from mckwidgets.demos.safe_text import PAYLOADS
from mckwidgets.plot_canvas import Canvas
from mckwidgets.plot_draw import Drawing, Row
from mckwidgets.plot_scale import ago, clock, time_ticks, value_ticks
from mckwidgets.plot_series import Chart, Series, lines_of
from mckwidgets.safe_text import inert

NOON = 1_763_812_800.0  # 12:00:00Z


def text(rows: list[Row]) -> list[str]:
    return ["".join(words for words, _ in row).rstrip() for row in rows]


def ramp(*values: float | None, name: str = "a", every: float = 60, role: str = "ok") -> Series:
    """Samples that end at noon."""
    start = NOON - every * (len(values) - 1)
    return Series(name, role, [(start + every * n, value) for n, value in enumerate(values)])


def chart(*series: Series, minutes: float = 5, note: str = "", ascii: bool = False) -> Chart:
    return Chart(series, "T", "{:g} ms".format, NOON - 60 * minutes, NOON, note, ascii)


@pytest.mark.parametrize(
    ("values", "most", "ticks"),
    [
        ([0, 100], 3, [0, 50, 100]),
        ([3, 88], 5, [0, 25, 50, 75, 100]),
        ([88, 88], 2, [0, 100]),
        ([0, 0], 3, [0, 0.5, 1]),
        ([-40, 60], 4, [-50, 0, 50, 100]),
        ([-3, -1], 3, [-4, -2, 0]),
        ([0.05, 0.131], 5, [0, 0.05, 0.1, 0.15]),
        ([1e12, 3e12], 4, [0, 1e12, 2e12, 3e12]),
        ([0, 5e-324], 3, [0, 5e-324]),
    ],
)
def test_values_are_at_round_numbers(values: list[float], most: int, ticks: list[float]) -> None:
    assert value_ticks(values, most) == pytest.approx(ticks)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1), st.integers(2, 5))
def test_ticks_enclose_all_values_and_zero(values: list[float], most: int) -> None:
    ticks = value_ticks(values, most)
    assert 2 <= len(ticks) <= most
    assert ticks == sorted(set(ticks))
    assert ticks[0] <= min(0, *values) or ticks[0] == pytest.approx(min(values))
    assert ticks[-1] >= max(0, *values) or ticks[-1] == pytest.approx(max(values))


@pytest.mark.parametrize(
    ("minutes", "most", "labels"),
    [
        (15, 4, ["-15m", "-10m", "-5m", "now"]),
        (15, 2, ["-10m", "now"]),
        (1, 5, ["-1m", "-45s", "-30s", "-15s", "now"]),
        (60, 8, ["-1h", "-50m", "-40m", "-30m", "-20m", "-10m", "now"]),
        (60 * 24 * 3, 4, ["-3d", "-2d", "-1d", "now"]),
        (60 * 24 * 365, 3, ["-365d", "-182d12h", "now"]),
        (0.01, 3, ["now"]),
    ],
)
def test_times_are_at_round_durations_before_now(
    minutes: float, most: int, labels: list[str]
) -> None:
    ticks = time_ticks(NOON - 60 * minutes, NOON, most)
    shown = [ago(NOON - tick) for tick in ticks]
    assert len(shown) <= most
    assert shown[-1] == "now"
    if minutes != 60 * 24 * 365:
        assert shown == labels


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "now"), (0.4, "now"), (1, "-1s"), (90, "-1m30s"), (3600, "-1h"), (90061, "-1d1h")],
)
def test_ago(seconds: float, words: str) -> None:
    assert ago(seconds) == words


def test_clock() -> None:
    assert clock(NOON) == "12:00:00"
    assert clock(1e300) == clock(math.inf) == "–"


@pytest.mark.parametrize(
    ("places", "shown"),
    [
        ([(0, 0)], "▘"),
        ([(1, 1)], "▗"),
        ([(0, 0), (1, 1)], "▀▄"),
        ([(0, 1), (1, 0)], "▄▀"),
        ([(0, 0), (1, 0)], "▀▀"),
        ([(0, 0), (0, 1)], "▌"),
    ],
)
def test_lines_of_quarters(places: list[tuple[float, float]], shown: str) -> None:
    canvas = Canvas(2 if len(places) > 1 and places[0][0] != places[1][0] else 1, 1, ascii=False)
    canvas.draw(0, places)
    assert "".join(mark.text for _, mark in sorted(canvas.cells().items())) == shown


def test_several_lines_carry_their_signs() -> None:
    canvas = Canvas(40, 2, ascii=False)
    canvas.draw(0, [(0, 0), (1, 0)])
    canvas.draw(1, [(0, 1), (1, 1)])
    cells = canvas.cells()
    assert [x for (x, y), mark in sorted(cells.items()) if mark.text == "●"] == [0, 16, 32, 39]
    assert [x for (x, y), mark in sorted(cells.items()) if mark.text == "▲"] == [8, 24, 39]


RISING = ramp(0, 20, 40, 60, 80, 100)
FALLING = ramp(90, 80, 70, 60, 50, 40, name="b", role="warn")


@pytest.mark.parametrize(
    ("shown", "size", "cursor", "rows"),
    [
        (
            chart(RISING),
            (40, 12),
            None,
            [
                "T",
                "100 ms ┤                            ▗▄▞▀",
                "       │                        ▄▄▞▀▘",
                "       │                  ▄▄▞▀▀▀",
                " 50 ms ┤              ▄▄▀▀",
                "       │        ▗▄▄▀▀▀",
                "       │   ▗▄▞▀▀▘",
                "     0 ┤▄▞▀▘",
                "       └──────┴────────────┴───────────┴",
                "             -4m          -2m        now",
                "          11:56:00Z            12:00:00Z",
                "● a 100 ms  min 0 ms  max 100 ms",
            ],
        ),
        (
            chart(RISING, ascii=True),
            (40, 9),
            None,
            [
                "T",
                "100 ms +                            ****",
                "       |                       *****",
                "       |         **************",
                "       |    *****",
                "     0 +****",
                "       +------+------------+-----------+",
                "             -4m          -2m        now",
                "* a 100 ms  min 0 ms  max 100 ms",
            ],
        ),
        (
            chart(ramp(10, 20, None, 60, 80, 100), note="a note"),
            (40, 9),
            None,
            [
                "T",
                "100 ms ┤                        ▄▄▄▄▞▀▀▀",
                "       │                   ▄▞▀▀▀",
                "       │",
                "     0 ┤▀▀▀▀▀▀▀",
                "       └──────┴────────────┴───────────┴",
                "             -4m          -2m        now",
                "● a 100 ms  min 10 ms  max 100 ms",
                "a note",
            ],
        ),
        (
            chart(RISING, FALLING),
            (40, 9),
            None,
            [
                "T",
                "100 ms ┤▄▄▄▖                       ▄▄▄▀●",
                "       │   ▝▀▀▀▀▲▀▄▄▄▄▄▄     ▄▄▞▀▀▀",
                "       │           ▗▄▄▄▄●▀▀▀▀▀▀▀▲▀▀▀▚▄▄▲",
                "       │     ▄▄▄▀▀▀▘",
                "     0 ┤●▄▀▀▀",
                "       └──────┴────────────┴───────────┴",
                "             -4m          -2m        now",
                "● a 100 ms   ▲ b 40 ms",
            ],
        ),
        (
            chart(ramp(10, 20, 30, 60, 80, 100), FALLING),
            (40, 12),
            NOON - 120,
            [
                "T                          11:58:00Z -2m",
                "100 ms ┤▄▄                 │        ▗▄▞●",
                "       │  ▀▀▀▄▄▄▲▖         │    ▄▄▞▀▘",
                "       │         ▝▀▀▀▀▀▀▄▄▄▄▟█▀▀",
                " 50 ms ┤               ▄●▀▘│  ▀▀▲▀▀▄▄▄",
                "       │          ▄▄▄▞▀    │          ▀▲",
                "       │  ▄▄▄▀▀▀▀▀         │",
                "     0 ┤●▀                 │",
                "       └──────┴────────────┴───────────┴",
                "             -4m          -2m        now",
                "● a 60 ms",
                "▲ b 60 ms",
            ],
        ),
        (
            chart(RISING),
            (20, 5),
            None,
            ["T", "100 ms ┤      ▄▄▄▄▞▀", "     0 ┤▄▞▀▀▀▀", "       -5m       now", "● a 100 ms"],
        ),
        (chart(RISING), (19, 5), None, ["● a 100 ms"]),
        (chart(RISING), (40, 4), None, ["● a 100 ms"]),
        (chart(RISING), (5, 1), None, ["● a …"]),
        (chart(), (12, 1), None, ["no samples"]),
        (
            chart(note="no samples: prometheus of gcp-eu-1 does not answer"),
            (40, 7),
            None,
            ["T", "", "", "no samples: prometheus of gcp-eu-1 does", "not answer"],
        ),
        (chart(ramp(None, None)), (40, 5), None, ["T", "", "no samples"]),
    ],
)
def test_a_chart(
    shown: Chart, size: tuple[int, int], cursor: float | None, rows: list[str]
) -> None:
    assert text(Drawing(shown, *size).rows(cursor)) == rows


def test_an_only_line_without_a_name_stands_in_the_title() -> None:
    alone = chart(ramp(0, 20, 40, 60, 80, 100, name=""))
    rows = text(Drawing(alone, 40, 9).rows())
    assert rows[0] == "T  100 ms  min 0 ms  max 100 ms"
    assert rows[-1].strip().startswith("-4m"), "and has no legend"
    assert text(Drawing(alone, 24, 9).rows())[0] == "T  100 ms"
    assert text(Drawing(alone, 40, 9).rows(NOON - 60))[0] == "T  80 ms" + "11:59:00Z -1m".rjust(32)
    assert text(Drawing(chart(ramp(None, name="")), 40, 9).rows())[0] == "T"
    assert text(Drawing(alone, 19, 4).rows()) == ["● 100 ms"]


def test_samples_that_are_missing_are_not_joined() -> None:
    line = lines_of(chart(ramp(1, 2, None, 4, math.nan, 6)))[0]
    assert [[value for _, value in run] for run in line.runs] == [[1, 2], [4], [6]]
    late = Series("a", "ok", [(NOON - age, 1.0) for age in (300, 285, 270, 255, 120, 105, 90)])
    assert [len(run) for run in lines_of(chart(late))[0].runs] == [4, 3]
    beyond = Series("a", "ok", [(NOON - 301, 1.0), (NOON + 1, 1.0), (NOON, 2.0)])
    assert lines_of(chart(beyond))[0].values == [2.0]


def test_a_series_that_ended_says_when() -> None:
    ended = Series("a", "ok", [(NOON - age, 5.0) for age in (300, 240, 180)])
    rows = text(Drawing(chart(ended, ramp(None, None, name="b")), 60, 10).rows())
    assert rows[-1] == "● a 5 ms (-3m)  min 5 ms  max 5 ms   ▲ b no samples"


def test_a_cursor_reads_only_where_there_are_samples() -> None:
    drawing = Drawing(chart(ramp(1, None, None, None, 5, 6)), 60, 10)
    assert text(drawing.rows(NOON - 295))[-1] == "● a 1 ms"
    assert text(drawing.rows(NOON - 180))[-1] == "● a no sample"
    assert text(drawing.rows(NOON - 60))[-1] == "● a 5 ms"


def test_roles() -> None:
    rows = Drawing(chart(RISING, FALLING), 60, 10).rows(NOON - 60)
    assert rows[0][0] == ("T", "heading")
    assert {role for row in rows for _, role in row} == {
        *("heading", "plain", "dim", "cursor", "ok", "warn"),
    }
    assert sum(len(words) for row in rows[1:-1] for words, role in row if role == "cursor") == 5


values = st.none() | st.floats()
points = st.lists(st.tuples(st.floats(NOON - 900, NOON + 60), values), max_size=30)
words = st.sampled_from(PAYLOADS) | st.text(max_size=30)
series = st.lists(st.builds(Series, words, st.just("ok"), points), max_size=4).map(tuple)


@given(series, words, words, st.integers(0, 90), st.integers(0, 30), st.booleans())
@example((Series("a", "ok", [(NOON - 60, 5e-324)]),), "", "", 20, 5, False)
def test_any_chart_fits_and_is_inert(
    series: tuple[Series, ...], title: str, note: str, width: int, height: int, ascii: bool
) -> None:
    shown = Chart(series, title, lambda value: f"{value:g}\x1b ms", NOON - 600, NOON, note, ascii)
    drawing = Drawing(shown, width, height)
    for cursor in (None, NOON - 600, NOON - 17, NOON):
        rows = drawing.rows(cursor)
        assert len(rows) <= height
        for row in text(rows):
            assert cell_len(row) <= width
            assert inert(row) == row
    assert drawing.columns < max(width, 1)
