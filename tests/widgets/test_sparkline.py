"""A series in one line of text."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckwidgets.demos.sparkline import VALUES, SparklineDemo
from mckwidgets.sparkline import ASCII_BLOCKS, ASCII_GAP, BLOCKS, GAP, Sparkline, bars


@pytest.mark.parametrize(
    ("values", "width", "expected"),
    [
        ([], 5, ""),
        ([1, 2, 3, 4, 5, 6, 7, 8], 8, "▁▂▃▄▅▆▇█"),
        ([1, 2, 3, 4, 5, 6, 7, 8], 3, "▁▅█"),
        ([31, 31, 31], 7, "▁▁▁"),
        ([1, None, 8], 5, "▁·█"),
        ([1, math.nan, math.inf, 8], 5, "▁··█"),
        ([None, None], 5, "··"),
        ([-1.7e308, 1.7e308, 1e308], 5, "▁█▇"),
        ([5e-324, 0.0], 2, "▁▁"),
        ([1, 2], 0, ""),
        ([1, 2], -1, ""),
    ],
)
def test_one_character_for_each_of_the_last_values(
    values: list[float | None], width: int, expected: str
) -> None:
    assert bars(values, width) == expected


def test_a_given_scale_bounds_what_is_beyond_it() -> None:
    assert bars([-5, 0, 50, 100, 500], 5, low=0, high=100) == "▁▁▅██"


def test_a_given_bottom_keeps_small_changes_small() -> None:
    assert bars([31.0, 31.4], 2) == "▁█"
    assert bars([31.0, 31.4], 2, low=0, high=100) == "▃▃"


def test_ascii() -> None:
    assert bars([0, 1, None, 4, 5], 5, ascii=True) == "_. *#"


@given(
    st.lists(st.none() | st.floats(), max_size=30),
    st.integers(0, 20),
    st.none() | st.floats(-1e6, 1e6),
    st.none() | st.floats(-1e6, 1e6),
    st.booleans(),
)
def test_any_values_give_as_many_characters(
    values: list[float | None], width: int, low: float | None, high: float | None, ascii: bool
) -> None:
    line = bars(values, width, low=low, high=high, ascii=ascii)
    assert len(line) == min(width, len(values))
    assert set(line) <= set(ASCII_BLOCKS + ASCII_GAP if ascii else BLOCKS + GAP)


@pytest.mark.parametrize("size", [(80, 24), (200, 50), (10, 2), (1, 1)])
async def test_the_newest_value_is_at_the_right_edge(size: tuple[int, int]) -> None:
    app = SparklineDemo()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        line = app.query_one("#blocks", Sparkline)
        assert line.size.height == 1
        assert line.render_line(0).text == bars(VALUES, size[0], low=0).rjust(size[0])
        assert line.render_line(1).text == " " * size[0]


async def test_new_values_and_a_new_role_are_painted() -> None:
    app = SparklineDemo()
    async with app.run_test(size=(20, 4)) as pilot:
        line = app.query_one("#blocks", Sparkline)
        before = line.render_line(0)
        line.set_values([1, 2], role="critical")
        await pilot.pause()
        after = line.render_line(0)
        assert after.text == "▁█".rjust(20)
        assert next(iter(after)).style != next(iter(before)).style
