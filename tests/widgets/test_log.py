"""The log view under the fingers: following, staying, wrapping, lines that come and go."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from rich.style import Style
from textual.app import App, ComposeResult

from mckwidgets.log import LogView
from mckwidgets.log_rows import LogEntry, LogPiece, rows_of, sgr_style
from mckwidgets.roles import DEFAULT_VARIABLES
from mckwidgets.safe_text import inert
from tests.widgets.painting import HOSTILE, SIZES


def entry(item: str) -> LogEntry:
    more = [[LogPiece("below")]] if item.endswith("+") else ()
    return LogEntry([LogPiece("web ", "name-1")], [LogPiece(inert(item))], more)


class LogApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.log_view: LogView[str] = LogView(entry, empty="nothing was said")

    def compose(self) -> ComposeResult:
        yield self.log_view

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {**DEFAULT_VARIABLES}


@asynccontextmanager
async def shown(count: int = 0, size: tuple[int, int] = (40, 10)) -> AsyncIterator[LogView[str]]:
    app = LogApp()
    async with app.run_test(size=size) as pilot:
        app.log_view.focus()
        app.log_view.extend(f"line {number}" for number in range(count))
        await pilot.pause()
        yield app.log_view


def text(log: LogView[str]) -> list[str]:
    return [log.render_line(y).text.rstrip() for y in range(log.size.height)]


async def test_the_newest_line_is_kept_in_sight() -> None:
    async with shown(100) as log:
        assert text(log) == [f"web line {number}" for number in range(90, 100)]
        log.extend(["another"])
        assert text(log)[-1] == "web another"
        assert log.item == "another"


async def test_moving_up_stays_while_lines_come_and_the_end_follows_again() -> None:
    async with shown(100) as log:
        log.action_cursor_up()
        assert not log.follow
        before = text(log)
        log.extend(f"new {number}" for number in range(50))
        assert text(log) == before
        assert log.item == "line 98"
        log.action_cursor_page_up()
        assert log.item == "line 89"
        assert "web line 89" in text(log)
        log.action_cursor_top()
        assert text(log)[0] == "web line 0"
        log.action_cursor_bottom()
        assert log.follow
        assert text(log)[-1] == "web new 49"


async def test_going_down_at_the_end_follows_again() -> None:
    async with shown(20) as log:
        log.action_cursor_up()
        log.action_cursor_down()
        assert log.follow


async def test_what_is_in_sight_stays_where_it_is_when_the_oldest_go() -> None:
    async with shown(100) as log:
        log.go(50)
        before = text(log)
        log.drop(30)
        assert text(log) == before
        assert log.item == "line 50"
        log.drop(60)
        assert log.item == "line 90"
        assert text(log)[0] == "web line 90"
        log.drop(1000)
        assert log.item is None
        assert text(log)[0] == "nothing was said"


async def test_long_lines_are_broken_or_scrolled_sideways() -> None:
    async with shown(size=(20, 6)) as log:
        log.extend(["abcdefghijklmnopqrstuvwxyz 0123456789"])
        assert text(log)[0] == "web abcdefghijklmnop"
        log.action_cursor_right()
        assert text(log)[0] == "mnopqrstuvwxyz 01234"
        log.action_cursor_left()
        log.wrap = True
        assert text(log)[:3] == ["web abcdefghijklmnop", "    qrstuvwxyz", "    0123456789"]


async def test_a_line_taller_than_the_screen_shows_its_end_while_following() -> None:
    async with shown(size=(20, 5)) as log:
        log.wrap = True
        log.extend(["first", "x" * 1000])
        assert all("x" in row for row in text(log))
        log.go(0)
        assert text(log)[0] == "web first"


async def test_rows_below_a_line_belong_to_it() -> None:
    async with shown(3) as log:
        log.extend(["json +", "after"])
        assert text(log)[3:6] == ["web json +", "  below", "web after"]
        log.go(3)
        assert log.item == "json +"


async def test_what_matches_is_lit() -> None:
    async with shown(3) as log:
        log.light(re.compile("NE", re.IGNORECASE))
        lit = log.get_component_rich_style("log--match")
        words = [one.text for one in log.render_line(0) if one.style == lit]
        assert words == ["ne"]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("wrap", [False, True])
async def test_every_size_is_filled_and_nothing_hostile_is_painted(
    size: tuple[int, int], wrap: bool
) -> None:
    async with shown(size=size) as log:
        log.wrap = wrap
        log.extend([*HOSTILE, "", "+"])
        moves = ("up", "up", "page_up", "right", "half_up", "top", "down", "half_down", "page_down")
        for move in (*moves, "left", "bottom"):
            getattr(log, f"action_cursor_{move}")()
            for y in range(log.size.height):
                strip = log.render_line(y)
                assert strip.cell_length == log.size.width
                assert all(inert(segment.text) == segment.text for segment in strip)


@pytest.mark.parametrize(
    ("parameters", "style"),
    [
        ("31", Style(color="color(1)")),
        ("1;4", Style(bold=True, underline=True)),
        ("31;0", Style.null()),
        ("97", Style(color="color(15)")),
        ("38;5;200", Style(color="color(200)")),
        ("48;2;1;2;3", Style(bgcolor="#010203")),
        ("38;5", Style.null()),
        ("99999;x;;38", Style.null()),
    ],
)
def test_colours_are_those_of_terminals(parameters: str, style: Style) -> None:
    assert sgr_style(parameters) == style


def test_a_line_of_a_megabyte_costs_what_is_seen_of_it() -> None:
    rows = rows_of(LogEntry((), [LogPiece("word " * 200_000)]), 80, wrap=True, most=50)
    assert len(rows) == 50
    assert all(cell_len("".join(piece.text for piece in row)) <= 80 for row in rows)
