"""The crumbs: what is filtered is never dropped, where one is never lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckwidgets.crumbs import Crumbs, crumb_parts
from mckwidgets.demos.crumbs import PATH, CrumbsDemo
from mckwidgets.linepaint import TextSpan, parts_width
from tests.widgets.painting import HOSTILE, SIZES, column_of, is_inert, painted, style_at, text_of

RIGHT = (TextSpan("6 of 12", "warn"), TextSpan(" · worst first"))
LONG = ("mesh", "gcp-eu-1 ⇄ aws-use1-1", "Gateway gke-gw-a", "yaml")


def line(width: int, crumbs: tuple[str, ...] = LONG) -> str:
    return text_of(crumb_parts(crumbs, RIGHT, width))


def test_wide() -> None:
    assert line(80, LONG[:2]) == (
        " mesh › gcp-eu-1 ⇄ aws-use1-1" + " " * 30 + "6 of 12 · worst first"
    )


def test_middle_crumbs_go_from_the_left() -> None:
    assert line(60) == " mesh › … › Gateway gke-gw-a › yaml    6 of 12 · worst first"
    assert line(50) == " mesh › … › yaml             6 of 12 · worst first"


def test_the_ends_are_cut_in_their_middle_before_the_right_side() -> None:
    crumbs = ("mesh", "submariner-operator/ip-10-10-1-7")
    assert line(45, crumbs) == (" mesh › submari…10-1-7  6 of 12 · worst first")


def test_the_right_side_is_cut_last_and_never_dropped() -> None:
    assert line(30) == " mesh › … ›…  6 of 12 · worst…"
    assert line(12) == " me…  6 of …"
    for width in range(3, 120):
        assert "6" in line(width) or "…" in line(width)[-1:]


def test_nothing_on_the_left_or_on_the_right() -> None:
    assert text_of(crumb_parts((), RIGHT, 30)) == " " * 9 + "6 of 12 · worst first"
    assert text_of(crumb_parts(("mesh",), (), 8)) == " mesh   "
    assert text_of(crumb_parts(("mesh",), (), 4)) == " me…"


@given(
    st.lists(st.text(max_size=12), max_size=6),
    st.lists(st.builds(TextSpan, st.text(max_size=9), st.text(max_size=4)), max_size=3),
    st.integers(0, 70),
)
def test_any_crumbs_fit_any_width(crumbs: list[str], right: list[TextSpan], width: int) -> None:
    parts = crumb_parts(crumbs, right, width)
    assert parts_width(parts) <= width
    assert is_inert(text_of(parts))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_strangers_text_is_inert(text: str) -> None:
    assert is_inert(text_of(crumb_parts([text, text], [TextSpan(text)], 200)))


@pytest.mark.parametrize("size", SIZES)
async def test_the_demo_is_one_full_line(size: tuple[int, int]) -> None:
    app = CrumbsDemo()
    async with app.run_test(size=size):
        crumbs = app.query_one(Crumbs)
        assert crumbs.size == (size[0], 1)
        assert crumbs.render_line(0).cell_length == size[0]
        if size[0] >= 80:
            assert painted(crumbs)[0].endswith("6 of 12 · /state:error · worst first")
            assert " mesh › " in painted(crumbs)[0]


async def test_a_click_says_which_crumb() -> None:
    app = CrumbsDemo()
    async with app.run_test(size=(200, 3)) as pilot:
        crumbs = app.query_one(Crumbs)
        assert style_at(crumbs, "yaml").bold
        await pilot.click(Crumbs, offset=(column_of(crumbs, "aws-use1-1"), 0))
        assert painted(crumbs)[0].startswith(f" {PATH[0]} › {PATH[1]}  ")
        await pilot.click(Crumbs, offset=(column_of(crumbs, "6 of 12"), 0))
        assert painted(crumbs)[0].startswith(f" {PATH[0]} › {PATH[1]}  ")
