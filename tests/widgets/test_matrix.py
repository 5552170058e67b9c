"""The matrix of pairs: its cursor, what it paints and what it does not paint again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from rich.cells import cell_len
from textual.geometry import Offset, Region
from textual.pilot import Pilot
from textual.widgets import Static

from mckwidgets import matrix as matrix_module
from mckwidgets.demos.matrix import CELLS, CLUSTERS, Cell, MatrixDemo
from mckwidgets.demos.safe_text import PAYLOADS
from mckwidgets.matrix import Matrix
from mckwidgets.matrix_layout import lay_out, whole_words, widest

CELL = Cell("● new", "ok")
SIZES = [(80, 24), (200, 50), (40, 8), (15, 4), (1, 2), (1, 1)]


def text(matrix: Matrix) -> list[str]:
    """What the widget shows."""
    return [matrix.render_line(y).text for y in range(matrix.size.height)]


def status(pilot: Pilot[None]) -> str:
    return str(pilot.app.query_one(Static).content)


def place(matrix: Matrix, row: int, column: int) -> tuple[int, int]:
    """Where a cell begins within the widget."""
    layout, scroll = matrix._layout, matrix.scroll_offset
    return layout.column_x(column, scroll.x), row - scroll.y + 1


@pytest.mark.parametrize(
    ("columns", "names", "content", "width", "expected"),
    [
        (4, 10, 14, 120, (10, 16)),  # all fit
        (4, 10, 14, 70, (10, 14)),  # all fit when a little closer to each other
        (4, 10, 14, 62, (10, 12)),  # and when a little narrower than their content
        (4, 10, 14, 48, (10, 14)),  # they do not: scroll
        (200, 40, 7, 120, (22, 8)),
        (3, 10, 2, 120, (10, 8)),
        (6, 10, 14, 80, (10, 10)),
        (7, 10, 14, 80, (10, 9)),
        (8, 10, 14, 80, (10, 14)),
        (3, 30, 9, 24, (8, 12)),
        (3, 30, 9, 1, (6, 12)),
        (0, 0, 0, 80, (1, 8)),
    ],
)
def test_widths(
    columns: int, names: int, content: int, width: int, expected: tuple[int, int]
) -> None:
    layout = lay_out(3, columns, names, content, width)
    assert (layout.names, layout.cell) == expected


@pytest.mark.parametrize(
    ("text", "cells", "shown"),
    [
        ("▲ slow 612 ms", 13, "▲ slow 612 ms"),
        ("▲ slow 612 ms", 12, "▲ slow"),
        ("~ 102 ms 41 s", 10, "~ 102 ms"),
        ("✖ degraded 88 ms", 10, "✖ degraded"),
        ("? connected, never verified", 14, "? connected"),
        ("● 102 ms", 6, "● 102 ms"),  # a number alone says nothing: cut it where it ends
        ("✖ degraded", 8, "✖ degraded"),
        ("", 0, ""),
    ],
)
def test_what_does_not_fit_goes_word_by_word(text: str, cells: int, shown: str) -> None:
    assert whole_words(text, cells) == shown


def test_a_column_is_scrolled_to_by_as_little_as_needed() -> None:
    layout = lay_out(10, 20, 10, 12, 66)  # left 12, step 14 or so
    step = layout.step
    fit = (66 - layout.left + 2) // step
    assert layout.scroll_to_show(0, 0, 66) == 0
    assert layout.scroll_to_show(fit - 1, 0, 66) == 0
    assert layout.scroll_to_show(fit, 0, 66) == step
    assert layout.scroll_to_show(2, 5 * step, 66) == 2 * step
    assert layout.scroll_to_show(5, 5 * step, 66) == 5 * step


def test_width_of_what_is_shown_not_of_what_came() -> None:
    assert widest(["ab", "日本", "a\x1b"]) == cell_len("a‹1B›")
    assert widest([]) == 0


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_shows_the_cursor_and_fills_its_lines(size: tuple[int, int]) -> None:
    async with MatrixDemo().run_test(size=size) as pilot:
        matrix = pilot.app.query_one(Matrix)
        pilot.app.action_widen()  # type: ignore[attr-defined]
        for move in ("bottom", "right", "right", "right", "top", "left", "page_down", "half_up"):
            getattr(matrix, f"action_cursor_{move}")()
            width = matrix._view.width
            assert all(cell_len(line) == width for line in text(matrix))
            await pilot.pause()
        if size[0] >= 40:
            assert matrix.cursor is not None
            assert Region(0, 1, *matrix._view).contains(*place(matrix, *matrix._place))


async def test_headings_and_cells() -> None:
    async with MatrixDemo().run_test(size=(80, 24)) as pilot:
        lines = text(pilot.app.query_one(Matrix))
        assert lines[0].split() == CLUSTERS  # all are shown, so none is counted as hidden
        assert lines[2].split() == [
            "gcp-eu-1",
            "✖",
            "error",
            "·",
            "●",
            "14",
            "ms",
            "~",
            "88",
            "ms",
            "41",
            "s",
        ]
        assert lines[3].rstrip().endswith("  ? connected")
        assert lines[5].strip() == ""


async def test_columns_out_of_sight_are_counted() -> None:
    async with MatrixDemo().run_test(size=(44, 10)) as pilot:
        matrix = pilot.app.query_one(Matrix)
        assert text(matrix)[0].split()[:2] == ["2", "›"]
        await pilot.press("right", "right")
        assert text(matrix)[0].split()[:4] == ["‹", "2", "aks-weu-1", "onprem-1"]
        await pilot.press("left", "left")
        assert text(matrix)[0].split()[:4] == ["‹", "1", "1", "›"]
        assert matrix.scrollbar_size_horizontal == 0


async def test_the_cursor_starts_on_a_pair_moves_and_opens() -> None:
    async with MatrixDemo().run_test(size=(80, 24)) as pilot:
        matrix = pilot.app.query_one(Matrix)
        assert matrix.cursor == ("aws-use1-1", "gcp-eu-1")
        assert status(pilot) == "selected: aws-use1-1 → gcp-eu-1"
        await pilot.press("down", "left")
        assert status(pilot) == "selected: gcp-eu-1 → aws-use1-1"
        await pilot.press("enter")
        assert status(pilot) == "opened: gcp-eu-1 → aws-use1-1"
        await pilot.press("G", "right", "right", "right", "right")
        assert matrix.cursor == ("onprem-1", "onprem-1")
        assert matrix.move_to("aks-weu-1", "gcp-eu-1")
        assert not matrix.move_to("aks-weu-1", "nowhere")
        assert matrix.cursor == ("aks-weu-1", "gcp-eu-1")


async def test_a_click_moves_and_a_click_on_the_cursor_opens() -> None:
    async with MatrixDemo().run_test(size=(80, 24)) as pilot:
        matrix = pilot.app.query_one(Matrix)
        await pilot.click(Matrix, offset=place(matrix, 3, 0))
        assert status(pilot) == "selected: onprem-1 → aws-use1-1"
        await pilot.click(Matrix, offset=place(matrix, 3, 0))
        assert status(pilot) == "opened: onprem-1 → aws-use1-1"
        for nothing in ((0, 0), (30, 0), (3, 2), (3, 20), (30, 20)):
            await pilot.click(Matrix, offset=nothing)
        assert matrix.cursor == ("onprem-1", "aws-use1-1")


async def test_the_cursor_stays_on_its_names() -> None:
    async with MatrixDemo().run_test(size=(80, 24)) as pilot:
        matrix = pilot.app.query_one(Matrix)
        matrix.move_to("aks-weu-1", "onprem-1")
        names = ["new-1", "new-2", *CLUSTERS]
        matrix.set_table(names, list(reversed(names)), CELLS)
        assert matrix.cursor == ("aks-weu-1", "onprem-1")
        matrix.set_table([], [], {})
        assert matrix.cursor is None
        matrix.set_table(CLUSTERS, CLUSTERS, CELLS)
        assert matrix.cursor == ("aks-weu-1", "onprem-1")
        matrix.set_table(CLUSTERS[:2], CLUSTERS, CELLS)
        await pilot.pause()
        assert matrix.cursor == ("gcp-eu-1", "onprem-1")
        assert status(pilot) == "selected: gcp-eu-1 → onprem-1"


async def test_the_cursor_is_in_sight_after_a_resize() -> None:
    async with MatrixDemo().run_test(size=(200, 50)) as pilot:
        matrix = pilot.app.query_one(Matrix)
        await pilot.press("w")
        assert matrix.move_to("cluster-with-a-longer-name-40", "cluster-with-a-longer-name-60")
        for size in ((60, 10), (30, 5), (120, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            x, y = place(matrix, *matrix._place)
            assert 0 < y < matrix._view.height
            assert 0 < x < matrix._view.width
            assert "● 9 ms" in text(matrix)[y]


async def test_the_cursor_is_seen_without_colour() -> None:
    async with MatrixDemo().run_test(size=(80, 24)) as pilot:
        matrix = pilot.app.query_one(Matrix)
        await pilot.press("down")
        shown = {y: list(matrix.render_line(y)) for y in range(4)}
        reversed_ = [s.text for y in shown for s in shown[y] if s.style and s.style.reverse]
        assert [cell.strip() for cell in reversed_] == ["·"]
        bold = [s.text.strip() for y in shown for s in shown[y] if s.style and s.style.bold]
        assert [name for name in bold if name in CLUSTERS] == ["gcp-eu-1", "gcp-eu-1"]


async def test_a_cursor_move_asks_for_few_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    async with MatrixDemo().run_test(size=(80, 24)) as pilot:
        matrix = pilot.app.query_one(Matrix)
        await pilot.press("w", "down", "right")
        seen: list[tuple[Region, ...]] = []
        monkeypatch.setattr(matrix, "refresh", lambda *regions: seen.append(regions))
        matrix.action_cursor_left()
        assert sorted(region.y for region in seen[0]) == [0, 2]  # of two names, of two cells
        assert sum(region.area for regions in seen for region in regions) < 4 * 24
        seen.clear()
        matrix.action_cursor_up()
        assert sorted(region.y for region in seen[0]) == [1, 2]  # each with its name
        assert {region.x for region in seen[0]} == {0}
        assert len(seen) == 1


async def test_equal_content_paints_nothing_and_a_change_only_its_cell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with MatrixDemo().run_test(size=(80, 24)) as pilot:
        matrix = pilot.app.query_one(Matrix)
        await pilot.pause()
        asked: list[tuple[Region, ...]] = []
        monkeypatch.setattr(matrix, "refresh", lambda *regions: asked.append(regions))
        matrix.set_table(CLUSTERS, CLUSTERS, {pair: Cell(*cell) for pair, cell in CELLS.items()})
        assert asked == []
        matrix.set_table(CLUSTERS, CLUSTERS, _changed())
        assert [region.offset for region in asked[0]] == [place(matrix, 1, 2)]


def _changed() -> Mapping[tuple[str, str], Cell]:
    return CELLS | {("gcp-eu-1", "aks-weu-1"): Cell("✖ error", "critical")}


def background(matrix: Matrix, row: int, column: int) -> object:
    """Of the cell's text."""
    x, y = place(matrix, row, column)
    strip = matrix.render_line(y).crop(x, x + 1)
    style = next(iter(strip)).style
    return style and style.bgcolor


async def test_what_changed_is_lit_and_goes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async with MatrixDemo().run_test(size=(80, 24)) as pilot:
        matrix = pilot.app.query_one(Matrix)
        dark = background(matrix, 1, 2)
        matrix.set_table(CLUSTERS, CLUSTERS, _changed())
        assert background(matrix, 1, 2) != dark
        assert background(matrix, 2, 1) == dark
        over = asyncio.Event()
        put_out = matrix._put_out
        monkeypatch.setattr(matrix_module, "NEWS_SECONDS", 0.01)

        def spy(edition: int) -> None:
            put_out(edition)
            over.set()

        monkeypatch.setattr(matrix, "_put_out", spy)
        matrix.set_table(CLUSTERS, CLUSTERS, CELLS)
        assert background(matrix, 1, 2) != dark
        await over.wait()
        assert background(matrix, 1, 2) == dark


async def test_what_vanished_is_lit_too() -> None:
    async with MatrixDemo().run_test(size=(80, 24)) as pilot:
        matrix = pilot.app.query_one(Matrix)
        dark = background(matrix, 1, 2)
        cells = {pair: cell for pair, cell in CELLS.items() if pair != ("gcp-eu-1", "aks-weu-1")}
        matrix.set_table(CLUSTERS, CLUSTERS, cells)
        assert background(matrix, 1, 2) != dark
        matrix.set_table([*CLUSTERS, "new"], CLUSTERS[:3], cells | {("new", "gcp-eu-1"): CELL})
        assert background(matrix, 4, 1) == dark
        x, y = place(matrix, 1, 2)
        assert text(matrix)[y][x] == "·"


@pytest.mark.parametrize("size", SIZES)
async def test_no_cells_says_why(size: tuple[int, int]) -> None:
    async with MatrixDemo().run_test(size=size) as pilot:
        matrix = pilot.app.query_one(Matrix)
        matrix.set_table([], CLUSTERS, {})
        matrix.action_cursor_down()
        matrix.action_open()
        assert matrix._place_at(Offset(20, 1)) is None
        shown = " ".join("".join(line) for line in text(matrix)).split()
        assert matrix.cursor is None
        if size[0] >= 40:
            assert " ".join(shown) == matrix.empty
        matrix.empty = "nothing [b]here[/b]"
        assert matrix.empty == "nothing [b]here[/b]"
        assert "nothing" in text(matrix)[0] or size[0] < 10


async def test_hostile_names_and_texts_are_inert() -> None:
    names = [f"{number}{payload}" for number, payload in enumerate(PAYLOADS)]
    cells = {
        (row, column): Cell(payload, "warn")
        for row, payload in zip(names, PAYLOADS, strict=True)
        for column in names
    }
    async with MatrixDemo().run_test(size=(200, 50)) as pilot:
        matrix = pilot.app.query_one(Matrix)
        matrix.set_table(names, names, cells)
        await pilot.press("right", "enter")
        for line in text(matrix):
            assert line.isprintable()
            assert cell_len(line) == matrix._view.width
        assert any("‹1B›]52" in line for line in text(matrix))
