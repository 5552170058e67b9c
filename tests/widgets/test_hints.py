"""The key hints: the last one always stays, and what cannot be done says why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckwidgets.demos.hints import HINTS, HintsDemo
from mckwidgets.hints import Hint, KeyHints, hint_parts
from mckwidgets.linepaint import parts_width
from tests.widgets.painting import HOSTILE, SIZES, column_of, is_inert, painted, style_at, text_of


def line(width: int) -> str:
    return text_of(hint_parts(HINTS, width))


def test_reasons_are_said_where_there_is_room() -> None:
    assert line(120) == (
        " enter open  / filter  : command (m metrics: no Prometheus) z problems  c scope  ? help"
    )
    assert line(80) == (" enter open  / filter  : command (m metrics) z problems  c scope  ? help")


def test_hints_go_from_the_end_but_for_the_last() -> None:
    assert line(60) == " enter open  / filter  : command (m metrics) ? help"
    assert line(30) == " enter open  / filter  ? help"
    assert line(10) == " ? help"
    assert line(5) == " ? h…"
    assert line(0) == ""


def test_one_hint_or_none() -> None:
    assert text_of(hint_parts([HINTS[0]], 20)) == " enter open"
    assert text_of(hint_parts([HINTS[0]], 5)) == " ent…"
    assert text_of(hint_parts([], 5)) == ""


@given(
    st.lists(
        st.builds(Hint, st.just("id"), st.text(max_size=6), st.text(max_size=12), st.booleans()),
        max_size=6,
    ),
    st.integers(0, 60),
)
def test_any_hints_fit_any_width(hints: list[Hint], width: int) -> None:
    parts = hint_parts(hints, width)
    assert parts_width(parts) <= width
    assert is_inert(text_of(parts))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_strangers_text_is_inert(text: str) -> None:
    assert is_inert(text_of(hint_parts([Hint("a", "a", text, False, text)], 200)))


@pytest.mark.parametrize("size", SIZES)
async def test_the_demo_is_one_full_line(size: tuple[int, int]) -> None:
    app = HintsDemo()
    async with app.run_test(size=size):
        hints = app.query_one(KeyHints)
        assert hints.size == (size[0], 1)
        assert hints.render_line(0).cell_length == size[0]
        if size[0] >= 8:
            assert painted(hints)[0].rstrip().endswith("? help")


async def test_a_click_says_which_hint_also_of_one_that_cannot_be_done() -> None:
    app = HintsDemo()
    async with app.run_test(size=(120, 3)) as pilot:
        hints = app.query_one(KeyHints)
        assert style_at(hints, "enter").bold
        assert style_at(hints, "(m metrics").color != style_at(hints, "open").color
        await pilot.click(KeyHints, offset=(column_of(hints, "no Prometheus"), 0))
        assert "(" not in painted(hints)[0]
