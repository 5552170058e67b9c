"""The bar: what stays when there is no room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.strip import Strip

from mckwidgets.bar import Bar, BarItem, bar_parts
from mckwidgets.demos.bar import ITEMS, BarDemo
from mckwidgets.linepaint import TextSpan, parts_width
from tests.widgets.painting import HOSTILE, SIZES, column_of, is_inert, painted, style_at, text_of


def item(text: str, priority: int = 0, right: bool = False) -> BarItem:
    return BarItem((TextSpan(text),), priority, "right" if right else "left", text)


def test_right_items_end_at_the_right_edge() -> None:
    items = [item("name"), item("6 clusters"), item("READ-ONLY", right=True), item("3 s", 0, True)]
    assert text_of(bar_parts(items, 44)) == (" name    6 clusters" + " " * 9 + "READ-ONLY    3 s")


def test_items_move_together_before_one_goes() -> None:
    items = [item("aa", 1), item("bb"), item("cc", 0, True)]
    assert text_of(bar_parts(items, 11)) == " aa  bb  cc"
    assert text_of(bar_parts(items, 10)) == " bb     cc"


def test_the_highest_number_goes_first_and_of_equals_the_last() -> None:
    items = [item("a", 1), item("b", 2), item("c", 1), item("d", 3, True), item("e", 0, True)]
    widths = {text_of(bar_parts(items, width)).replace(" ", "") for width in range(2, 40)}
    assert widths == {"abcde", "abce", "ace", "ae", "e"}


def test_what_must_stay_is_cut_at_its_end() -> None:
    items = [item("▲ 2 degraded"), item("gone", 1), item("READ-ONLY", right=True)]
    assert text_of(bar_parts(items, 20)) == " ▲ 2 degraded  READ…"
    assert text_of(bar_parts(items, 1)) == "…"
    assert text_of(bar_parts(items, 0)) == ""


def test_an_item_without_words_takes_no_room() -> None:
    assert text_of(bar_parts([BarItem(()), item("a")], 4)) == " a  "
    assert text_of(bar_parts([], 3)) == "   "
    assert text_of(bar_parts([], 0)) == ""


@given(
    st.lists(st.builds(item, st.text(max_size=12), st.integers(0, 3), st.booleans()), max_size=7),
    st.integers(0, 60),
)
def test_any_items_fit_any_width(items: list[BarItem], width: int) -> None:
    line = bar_parts(items, width)
    assert parts_width(line) <= width
    assert is_inert(text_of(line))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_strangers_text_is_inert_and_bounded(text: str) -> None:
    line = text_of(bar_parts([item(text)], 300))
    assert is_inert(line)
    assert len(line) <= 300
    if text.isprintable() and len(text) < 100:
        assert text in line


@pytest.mark.parametrize("size", SIZES)
async def test_the_demo_is_one_full_line(size: tuple[int, int]) -> None:
    app = BarDemo()
    async with app.run_test(size=size):
        bar = app.query_one(Bar)
        assert bar.size == (size[0], 1)
        assert bar.render_line(0).cell_length == size[0]
        if size[0] >= 80:
            assert "READ-ONLY (default)" in painted(bar)[0]
            assert painted(bar)[0].endswith("data ≤ 3 s")
        assert ("scope: all" in painted(bar)[0]) is (size[0] >= 100)


async def test_a_click_says_which_item() -> None:
    app = BarDemo()
    async with app.run_test(size=(140, 3)) as pilot:
        bar = app.query_one(Bar)
        await pilot.click(Bar, offset=(column_of(bar, "lusters"), 0))
        assert "clusters  " in painted(bar)[0].replace("6 clusters", "", 1)
        await pilot.click(Bar, offset=(column_of(bar, "mckconsole"), 0))  # has no id
        assert "clusters  " in painted(bar)[0].replace("6 clusters", "", 1)


async def test_roles_come_from_the_theme() -> None:
    app = BarDemo()
    async with app.run_test(size=(140, 3)):
        bar = app.query_one(Bar)
        colours = {str(style_at(bar, text).color) for text in ("3 ok", "2 degraded", "1 down")}
        assert len(colours) == 3
        assert style_at(bar, "1 down").bold


async def test_the_same_items_are_not_painted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app = BarDemo()
    async with app.run_test(size=(140, 3)) as pilot:
        bar = app.query_one(Bar)
        await pilot.pause()
        asked: list[int] = []
        render = bar.render_line

        def counted(y: int) -> Strip:
            asked.append(y)
            return render(y)

        monkeypatch.setattr(bar, "render_line", counted)
        bar.set_items(list(ITEMS))
        await pilot.pause()
        assert asked == []
        bar.set_items(ITEMS[:2])
        await pilot.pause()
        assert asked == [0]
