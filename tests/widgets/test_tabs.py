"""The tab strip: what is left of it in narrow terminals, and that the active tab stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckwidgets.demos.tabs import TABS, TabsDemo
from mckwidgets.linepaint import TextSpan, parts_width
from mckwidgets.tabs import Tab, TabStrip, tab_parts
from tests.widgets.painting import HOSTILE, SIZES, column_of, is_inert, painted, style_at, text_of


def strip(width: int, active: str = "mesh") -> str:
    return text_of(tab_parts(TABS, active, width))


def test_wide() -> None:
    assert strip(140) == (
        " 1 Fleet ✖1  2 Mesh ✖2 ▲1  3 Services ▲4  4 Identity ✖3  5 Secrets ✖5  6 Versions ▲2 "
        " 7 Checklist  8 Timeline  9 Resources "
    )
    assert {strip(140, tab.id) for tab in TABS} == {strip(140)}, "nothing moves with the active tab"


def test_badges_move_to_their_titles_before_titles_get_shorter() -> None:
    assert strip(121) == (
        " 1 Fleet✖1   2 Mesh ✖2 ▲1  3 Services▲4  4 Identity✖3  5 Secrets✖5  6 Versions▲2"
        "  7 Checklist  8 Timeline  9 Resources"
    )


def test_titles_get_shorter_and_one_badge_stays() -> None:
    assert strip(85) == (
        "1 Fleet✖1  2 Mesh ✖2 3 Servi▲4 4 Ident✖3 5 Secre✖5 6 Versi▲2 7 Check 8 Timel 9 Resou"
    )
    assert strip(45) == "1✖1  2 Mesh ✖2 ▲1 3▲4 4✖3 5✖5 6▲2 7 8 9"


def test_tabs_around_the_active_one() -> None:
    assert strip(26, "secrets") == "… 4✖3  5 Secrets ✖5 6▲2 …"
    assert strip(22, "resources") == "… 7 8  9 Resources "
    assert strip(20, "fleet") == " 1 Fleet ✖1 2✖2 …"


def test_the_active_tab_is_cut_only_when_nothing_else_is_left() -> None:
    assert strip(15) == " 2 Mesh ✖2"
    assert strip(8) == " 2 Mesh…"
    assert strip(0) == ""


@pytest.mark.parametrize("tab", TABS)
def test_the_active_tab_has_its_title_and_worst_badge_at_every_width(tab: Tab) -> None:
    named, badges = f" {tab.key} {tab.title} ", [badge.text for badge in tab.badges]
    shown = {named + " ".join(badges), named + " ".join(badges[:1])}
    for width in range(24, 150):
        line = tab_parts(TABS, tab.id, width)
        assert text_of(part for part in line if part.zone == tab.id) in shown
        assert parts_width(line) <= width


@given(
    st.lists(
        st.builds(
            Tab,
            st.text(max_size=3),
            st.text(max_size=3),
            st.text(max_size=12),
            st.lists(st.builds(TextSpan, st.text(max_size=3), st.text(max_size=4))).map(tuple),
        ),
        max_size=6,
    ),
    st.text(max_size=3),
    st.integers(0, 80),
)
def test_any_tabs_fit_any_width(tabs: list[Tab], active: str, width: int) -> None:
    line = tab_parts(tabs, active, width)
    assert parts_width(line) <= width
    assert is_inert(text_of(line))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_strangers_text_is_inert(text: str) -> None:
    line = text_of(tab_parts([Tab("a", "1", text, (TextSpan(text),))], "a", 200))
    assert is_inert(line)


@pytest.mark.parametrize("size", SIZES)
async def test_the_demo_is_one_full_line(size: tuple[int, int]) -> None:
    app = TabsDemo()
    async with app.run_test(size=size) as pilot:
        tabs = app.query_one(TabStrip)
        assert tabs.size == (size[0], 1)
        for key in "123456789":
            await pilot.press(key)
            assert tabs.active == TABS[int(key) - 1].id
            assert tabs.render_line(0).cell_length == size[0]
            if size[0] >= 40:
                assert f" {key} {TABS[int(key) - 1].title} " in painted(tabs)[0]


async def test_the_active_tab_is_seen_without_colour() -> None:
    app = TabsDemo()
    async with app.run_test(size=(140, 3)):
        tabs = app.query_one(TabStrip)
        style = style_at(tabs, "2 Mesh")
        assert style.reverse
        assert style.bold
        assert not style_at(tabs, "Services").reverse


async def test_a_click_chooses() -> None:
    app = TabsDemo()
    async with app.run_test(size=(140, 3)) as pilot:
        tabs = app.query_one(TabStrip)
        await pilot.click(TabStrip, offset=(column_of(tabs, "▲4"), 0))
        assert tabs.active == "services"
        await pilot.click(TabStrip, offset=(139, 0))  # behind the last one
        assert tabs.active == "services"
