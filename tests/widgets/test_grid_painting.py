"""What the grid paints again when something changes, and what it lights as news."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mckwidgets.contracts import RowLike
from mckwidgets.demos.grid import COLUMNS, Cell, Row, row
from mckwidgets.grid import Grid
from tests.widgets.grids import painting, shown
from tests.widgets.painting import HOSTILE, is_inert, painted


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_strangers_write_is_painted_inert(text: str) -> None:
    async with shown(rows=0) as (pilot, _, grid):
        column = [type(COLUMNS[0])("a", text), type(COLUMNS[0])("b", "B")]
        grid.set_columns(column)
        grid.set_rows([Row(text, {"a": Cell(text, text), "b": Cell(text, "ok")})])
        grid.empty = text
        await pilot.press("space", "w", "right")
        assert all(is_inert(line) for line in painted(grid))
        grid.set_rows([])
        assert all(is_inert(line) for line in painted(grid))


# What is painted again


async def test_a_move_paints_two_lines() -> None:
    async with shown((200, 50)) as (pilot, _, grid):
        async with painting(pilot, grid) as lines:
            await pilot.press("j")
        assert lines == [1, 2]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda grid: grid.set_rows([row(n) for n in range(300)]), []),
        (lambda grid: grid.update_rows([row(3, "ok", age=2), row(250)]), [4]),
        (lambda grid: grid.update_rows([row(5)], removed=["row-299"]), []),
        (lambda grid: grid.sort_by(None), []),
        (lambda grid: grid.set_filter(lambda one: one.id != "row-290"), []),
        (lambda grid: grid.move_to("row-4"), [1, 5]),
        (lambda grid: grid.toggle_mark(), [1]),
        (lambda grid: grid.action_column_right(), [0]),
        (lambda grid: grid.set_filter(None, lambda column, text: []), list(range(24))),
    ],
)
async def test_only_lines_that_look_different_are_painted(
    change: Callable[[Grid], object], expected: Sequence[int]
) -> None:
    async with shown() as (pilot, _, grid):
        async with painting(pilot, grid) as lines:
            change(grid)
        assert lines == list(expected)


async def test_another_theme_changes_what_is_painted() -> None:
    async with shown() as (pilot, app, grid):
        for theme in ("textual-light", "ansi-dark", "textual-dark"):
            app.theme = theme
            await pilot.pause()
            segment = next(iter(grid.render_line(3)))
            assert segment.style == grid.get_component_rich_style("grid--plain")


# News


@asynccontextmanager
async def lit_for(seconds: float) -> AsyncIterator[None]:
    with patch.object(Grid, "LIT_FOR", seconds):
        yield


def lit(grid: Grid) -> list[tuple[int, str]]:
    """Lines and texts that are lit."""
    news = grid.get_component_rich_style("grid--news").bgcolor
    return [
        (y, segment.text.strip())
        for y in range(grid.size.height)
        for segment in grid.render_line(y)
        if segment.style and segment.style.bgcolor == news
    ]


async def test_a_changed_cell_is_lit_and_goes_out_by_itself() -> None:
    async with shown() as (_, __, grid):
        assert lit(grid) == []
        async with lit_for(0.3):
            grid.update_rows([row(3, "critical", age=9)])
        assert lit(grid) == [(4, "✖ unreachable")]
        assert grid._news_timer is not None
        gone_out = asyncio.Event()
        with patch.object(grid, "refresh", lambda *regions: gone_out.set()):
            async with asyncio.timeout(10):
                await gone_out.wait()
        assert lit(grid) == []
        assert grid._news_timer is None


@pytest.mark.parametrize(
    "change",
    [
        lambda grid: grid.update_rows([row(3, age=99)]),
        lambda grid: grid.update_rows([row(1000)]),
        lambda grid: grid.set_rows([row(number) for number in range(299, -1, -1)]),
        lambda grid: grid.sort_by("latency", reverse=True),
        lambda grid: grid.set_filter(lambda one: one.id > "row-2"),
        lambda grid: grid.update_rows([row(299, "ok")]),
    ],
)
async def test_what_is_no_news_is_not_lit(change: Callable[[Grid], object]) -> None:
    async with shown() as (pilot, _, grid):
        change(grid)
        await pilot.pause()
        assert lit(grid) == []
        assert grid._news_timer is None


# Everything at once


KEYS = ["j", "k", "G", "g", "ctrl+f", "ctrl+u", "left", "right", "shift+right", "s", "w", "space"]


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from([*KEYS, "filter", "update", "remove", "resize"]), max_size=25))
def test_what_is_on_the_screen_is_what_would_be_painted_anew(steps: list[str]) -> None:
    asyncio.run(_play(steps))


def _even(one: RowLike) -> bool:
    return one.id[-1] in "02468"


def _first_letters(_column: str, _text: str) -> list[tuple[int, int]]:
    return [(0, 3)]


async def _play(steps: list[str]) -> None:
    async with shown((70, 12), rows=60) as (pilot, app, grid):
        for place, step in enumerate(steps):
            if step == "filter":
                grid.set_filter(_even if place % 2 else None, _first_letters)
            elif step == "update":
                grid.update_rows([row(n, "warn", place) for n in range(place, place + 90, 7)])
            elif step == "remove":
                grid.update_rows([], [f"row-{n}" for n in range(place, 60, 5)])
            elif step == "resize":
                await pilot.resize_terminal(20 + place * 7 % 90, 1 + place * 5 % 20)
            else:
                await pilot.press(step)
            await pilot.pause()
            screen = app.screen._compositor.render_strips()
            on_screen = [strip.crop(0, strip.cell_length - 1).text for strip in screen]
            grid._sheet.restyle()
            grid._styles_cache.clear()
            anew = [
                line[: len(cells)] for line, cells in zip(painted(grid), on_screen, strict=True)
            ]
            assert on_screen == anew
