"""Which columns of a grid are shown, how wide, and what a line of them looks like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from mckwidgets.demos.grid import Cell, Column, Row
from mckwidgets.grid_layout import EDGE, GAP, NARROWEST, Layout, Widths
from mckwidgets.grid_look import Look, take_look
from mckwidgets.grid_paint import Painter, wrap
from tests.widgets.painting import HOSTILE, is_inert

COLUMNS = (
    Column("name", "name", name=True),
    Column("state", "state"),
    Column("count", "count", "right", 1),
    Column("note", "note", priority=5),
)
PLAIN = Style(color="white", bgcolor="black")
STYLES = {
    "grid--cursor": Style(color="black", bgcolor="white"),
    "grid--match": Style(color="black", bgcolor="yellow"),
    "grid--news": Style(color="white", bgcolor="blue"),
    "grid--mark": Style(color="cyan", bgcolor="black"),
    "grid--critical": Style(color="red", bgcolor="black", bold=True),
}


def row(name: str = "n", state: str = "s", count: str = "1", note: str = "t") -> Row:
    texts = {"name": name, "state": state, "count": count, "note": note}
    role = {"state": "critical"}
    return Row(name, {key: Cell(text, role.get(key, "plain")) for key, text in texts.items()})


def laid_out(*rows: Row, width: int, wide: bool = False) -> Layout:
    widths = Widths(COLUMNS)
    widths.measure(rows)
    return widths.fit(width, wide=wide)


def sizes(layout: Layout) -> dict[str, int]:
    return {one.column.id: one.width for one in layout.placed}


def look(*, colours: bool = True, styles: dict[str, Style] = STYLES) -> Look:
    return take_look(lambda name: styles.get(name, PLAIN), PLAIN, colours=colours)


def painted(one: Row, width: int, *, scrolled: int = 0, wide: bool = False, **flags: bool) -> Strip:
    layout = laid_out(one, width=width, wide=wide)
    painter = Painter(look(), layout, scrolled, None)
    return painter.row(
        one, cursor=flags.get("cursor", False), marked=flags.get("marked", False), lit=frozenset()
    )


def test_columns_get_what_titles_and_cells_ask_for() -> None:
    layout = laid_out(row("cluster-1", "down"), row("c", "connecting"), width=80)
    assert sizes(layout) == {"name": 9, "state": 10, "count": 5, "note": 4}


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (60, {"name": 10, "state": 8, "count": 5, "note": 20}),
        (50, {"name": 10, "state": 8, "count": 5, "note": 20}),
        (49, {"name": 10, "state": 8, "count": 5}),
        (28, {"name": 10, "state": 8, "count": 5}),
        (27, {"name": 10, "state": 8}),
        (20, {"name": 9, "state": 8}),
        (12, {"name": NARROWEST, "state": NARROWEST}),
        (1, {"name": NARROWEST, "state": NARROWEST}),
    ],
)
def test_columns_go_by_priority_and_then_what_stays_is_squeezed(
    width: int, shown: dict[str, int]
) -> None:
    assert sizes(laid_out(row("n" * 10, "s" * 8, note="t" * 20), width=width)) == shown


def test_a_wide_column_does_not_push_others_out() -> None:
    long = row("n" * 300, "s" * 8, "12345")
    assert sizes(laid_out(long, width=60)) == {"name": 42, "state": 8, "count": 5}
    assert sizes(laid_out(long, width=70)) == {"name": 46, "state": 8, "count": 5, "note": 4}


def test_wide_gives_every_column_what_it_asks_for() -> None:
    layout = laid_out(row("n" * 30, "s" * 8, note="t" * 200), width=40, wide=True)
    assert sizes(layout) == {"name": 20, "state": 8, "count": 5, "note": 200}
    assert layout.full == EDGE + 20 + 8 + 5 + 200 + 3 * GAP
    assert layout.reach == layout.full - 40


def test_widths_only_grow_and_kept_columns_stay() -> None:
    widths = Widths(COLUMNS)
    assert widths.measure([row("n" * 10)])
    assert not widths.measure([row("n" * 9)])
    before = widths.fit(30, wide=False)
    assert widths.measure([row("n" * 20)])
    assert widths.fit(30, wide=False).ids != before.ids
    assert widths.fit(30, wide=False, keep=before.ids).ids == before.ids


def test_sideways_it_goes_column_by_column_and_through_a_wide_one_by_parts() -> None:
    layout = laid_out(row("n" * 4, "s" * 8, note="t" * 60), width=40, wide=True)
    seen = [0]
    while (further := layout.step(seen[-1], 1)) != seen[-1]:
        seen.append(further)
    assert seen == [0, 10, 17, layout.reach]
    back = [seen[-1]]
    while (further := layout.step(back[-1], -1)) != back[-1]:
        back.append(further)
    assert back == [layout.reach, 17, 10, 0]


@pytest.mark.parametrize(
    ("x", "scrolled", "column"),
    [
        (1, 0, "name"),
        (6, 0, "name"),
        (7, 0, "state"),
        (7, 10, "count"),
        (0, 0, None),
        (39, 0, None),
    ],
)
def test_a_click_finds_its_column(x: int, scrolled: int, column: str | None) -> None:
    assert laid_out(row(), width=40).at(x, scrolled) == column


@pytest.mark.parametrize(
    ("name", "width", "line"),
    [
        ("gke_project_cluster-1", 60, " gke_project_cluster-1  down       1  t   "),
        ("gke_project_cluster-1", 20, " gke_pr…ter-1  down "),
        ("日本語日本語", 17, " 日本…本語  down "),
    ],
)
def test_names_are_cut_in_the_middle_and_columns_stay_aligned(
    name: str, width: int, line: str
) -> None:
    strip = painted(row(name, "down"), width)
    assert strip.cell_length == width == cell_len(strip.text)
    assert strip.text.startswith(line)


@given(
    st.text(max_size=40),
    st.text(max_size=40),
    st.integers(0, 120),
    st.integers(0, 30),
    st.booleans(),
)
def test_a_line_is_as_wide_as_asked_for_whatever_is_in_it(
    name: str, note: str, width: int, scrolled: int, wide: bool
) -> None:
    one = row(name, note, note=note)
    layout = laid_out(one, width=width, wide=wide)
    scrolled = min(scrolled, layout.reach)
    painter = Painter(look(), layout, scrolled, lambda column, text: [(1, 3), (0, 99), (-2, 1)])
    for strip in (
        painter.row(one, cursor=False, marked=True, lit=frozenset(["name"])),
        painter.header(("name", True), "state"),
        painter.words(note),
    ):
        assert cell_len(strip.text) == strip.cell_length == width
        assert is_inert(strip.text)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_strangers_write_is_inert_and_bounded(text: str) -> None:
    strip = painted(row(text, text), 200, wide=True)
    assert is_inert(strip.text)
    assert strip.cell_length == 200
    assert laid_out(row(text), width=80, wide=True).full < 700


def styles(strip: Strip) -> list[tuple[str, Style | None]]:
    return [(segment.text.strip(), segment.style) for segment in strip]


def test_a_status_has_its_colour_but_on_the_cursors_row_it_is_bold() -> None:
    one = row("cluster", "down")
    assert ("down", STYLES["grid--critical"]) in styles(painted(one, 40))
    on_cursor = styles(painted(one, 40, cursor=True))
    assert ("down", STYLES["grid--cursor"] + Style(bold=True)) in on_cursor
    assert {style.bgcolor for _, style in on_cursor if style} == {STYLES["grid--cursor"].bgcolor}


def test_a_mark_is_a_sign_and_not_only_a_colour() -> None:
    assert painted(row(), 40, marked=True).text.startswith("▌n")
    assert painted(row(), 40).text.startswith(" n")


@pytest.mark.parametrize("colours", [False, True])
def test_without_colours_cursor_matches_and_news_still_stand_out(colours: bool) -> None:
    bare = look(colours=colours, styles={} if colours else STYLES)
    assert bare.cursor.reverse
    assert bare.match.underline
    assert bare.match.bold
    assert bare.cell("plain", cursor=False, lit=True).underline


@pytest.mark.parametrize(
    ("spans", "width", "lit"),
    [
        ([(0, 3)], 60, ["gke"]),
        ([(0, 3), (12, 19)], 60, ["gke", "cluster"]),
        ([(0, 21)], 20, ["gke_pr…ter-1"]),
        ([(4, 11)], 20, ["pr…"]),
        ([(6, 9)], 20, ["…"]),
        ([(12, 19)], 20, ["…ter"]),
        ([(20, 21)], 20, ["1"]),
        ([(5, 3), (40, 50)], 60, []),
    ],
)
def test_matches_are_lit_also_where_a_name_is_cut(
    spans: list[tuple[int, int]], width: int, lit: list[str]
) -> None:
    one = row("gke_project_cluster-1", "down")
    layout = laid_out(one, width=width)
    painter = Painter(look(), layout, 0, lambda column, text: spans if column == "name" else [])
    strip = painter.row(one, cursor=False, marked=False, lit=frozenset())
    found = [text for text, style in styles(strip) if style == STYLES["grid--match"]]
    assert found == lit


def test_the_header_says_what_is_sorted_chosen_and_out_of_sight() -> None:
    widths = Widths(COLUMNS)
    widths.measure([row(note="t" * 60)])
    widths.ask_for_arrow(COLUMNS[2])
    painter = Painter(look(), widths.fit(40, wide=True), 7, None)
    header = painter.header(("count", False), "state")
    assert header.text == " NAME ‹COUNT↑  NOTE                    ›"
    painter = Painter(look(), laid_out(row(), width=40), 0, None)
    assert (
        "STATE↓"
        in Painter(look(), laid_out(row(state="s" * 9), width=40), 0, None)
        .header(("state", True), "")
        .text
    )
    chosen = dict(styles(painter.header((None, False), "state")))["STATE"]
    assert chosen is not None
    assert chosen.underline


@given(st.text(max_size=60), st.integers(-2, 30))
def test_wrapped_words_fit(text: str, cells: int) -> None:
    assert all(cell_len(line) <= max(cells, 0) and is_inert(line) for line in wrap(text, cells))


def test_words_are_wrapped_at_spaces() -> None:
    assert wrap("no cluster is known  yet", 12) == ["no cluster", "is known yet"]
