"""The grid in an application: keys, mouse, changes under the cursor, and what is painted again."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.events import MouseScrollDown
from textual.message import Message

from mckwidgets.demos.grid import COLUMNS, Cell, Row, row
from mckwidgets.grid import Grid
from mckwidgets.moves import MOVES
from tests.widgets.grids import cluster, cursor_line, names, shown
from tests.widgets.painting import SIZES, painted, style_at


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("rows", [0, 3, 300])
async def test_it_paints_exactly_its_room(size: tuple[int, int], rows: int) -> None:
    async with shown(size, rows) as (pilot, _, grid):
        for key in ("j", "w", "right", "s", "space", "ctrl+f", "G", "n"):
            await pilot.press(key)
            for line in painted(grid):
                assert cell_len(line) in (size[0], max(size[0] - 1, 0))


async def test_the_titles_stay_and_rows_follow() -> None:
    async with shown() as (pilot, _, grid):
        await pilot.press("G")
        lines = painted(grid)
        assert lines[0].startswith(" CLUSTER")
        assert names(grid)[-1] == cluster(299)
        assert len(lines) == 24
        assert grid.shown_columns == ("cluster", "state", "nodes", "latency", "age")


@pytest.mark.parametrize(
    ("keys", "number", "line"),
    [
        ("j", 1, 2),
        ("j j k", 1, 2),
        ("down up up", 0, 1),
        ("G", 299, 23),
        ("G g", 0, 1),
        ("end home", 0, 1),
        ("j ctrl+f", 24, 2),
        ("j pagedown pageup", 1, 2),
        ("ctrl+d", 11, 1),
        ("ctrl+d ctrl+u", 0, 1),
        ("G k k", 297, 21),
    ],
)
async def test_keys_move_the_cursor(keys: str, number: int, line: int) -> None:
    async with shown() as (pilot, app, grid):
        await pilot.press(*keys.split())
        await pilot.pause()
        assert (grid.cursor_key, cursor_line(grid)) == (f"row-{number}", line)
        assert app.said[-1] == ("highlighted", f"row-{number}")


def test_every_key_can_be_given_away() -> None:
    bindings = [one for _, one in Grid()._bindings]
    assert {one.id for one in bindings} == {m.id for m in MOVES} | {"column.left", "column.right"}


async def test_enter_opens_the_row_of_the_cursor() -> None:
    async with shown() as (pilot, app, _):
        await pilot.press("j", "enter")
        await pilot.pause()
        assert app.said[-1] == ("opened", "row-1")


async def test_a_row_out_of_sight_is_shown_before_it_is_opened() -> None:
    async with shown() as (pilot, app, grid):
        grid.scroll_to(y=100, animate=False)
        await pilot.press("enter")
        assert ("opened", "row-0") not in app.said
        assert cursor_line(grid) == 1
        await pilot.press("enter")
        await pilot.pause()
        assert app.said[-1] == ("opened", "row-0")


async def test_an_empty_grid_says_why_and_takes_every_key() -> None:
    async with shown((30, 8), rows=0) as (pilot, app, grid):
        lines = [line.rstrip() for line in painted(grid)]
        assert lines[1:5] == [
            "",
            " no cluster is known yet;",
            " name a kubeconfig with",
            " --kubeconfig",
        ]
        grid.empty = "reading"
        assert [line.split() for line in painted(grid)[1:3]] == [[], ["reading"]]
        for move in MOVES:
            await pilot.press(*move.keys.split(",")[:1])
        grid.toggle_mark()
        grid.mark_range()
        assert (app.said, grid.cursor_key, grid.marked) == ([], None, frozenset())


async def test_words_are_gone_when_rows_come() -> None:
    async with shown((80, 8), rows=0) as (_, __, grid):
        grid.set_rows([row(1)])
        assert names(grid) == [cluster(1)]
        assert not any("no cluster" in line for line in painted(grid))


# Mouse


async def test_a_click_goes_to_the_row_and_a_second_one_opens_it() -> None:
    async with shown() as (pilot, app, grid):
        await pilot.click(grid, offset=(5, 4))
        assert grid.cursor_key == "row-3"
        assert app.said == [("highlighted", "row-0"), ("highlighted", "row-3")]
        await pilot.click(grid, offset=(5, 4))
        assert app.said[-1] == ("opened", "row-3")


async def test_a_click_below_the_last_row_does_nothing() -> None:
    async with shown(rows=2) as (pilot, app, grid):
        await pilot.click(grid, offset=(5, 10))
        assert (grid.cursor_key, app.said) == ("row-0", [("highlighted", "row-0")])


async def test_clicks_on_a_title_sort_up_and_down() -> None:
    async with shown() as (pilot, app, grid):
        x = painted(grid)[0].index("NODES")
        await pilot.click(grid, offset=(x, 0))
        assert (grid.sort, grid.cursor_column) == (("nodes", False), "nodes")
        assert "NODES↑" in painted(grid)[0]
        await pilot.click(grid, offset=(x, 0))
        assert "NODES↓" in painted(grid)[0]
        assert app.said[-1] == ("sorted", ("nodes", True))
        assert names(grid)[:2] == [cluster(23), cluster(47)]


async def test_the_wheel_scrolls_and_the_next_key_comes_back() -> None:
    async with shown() as (pilot, _, grid):
        for _ in range(10):
            grid.post_message(MouseScrollDown(grid, 5, 5, 0, 1, 0, False, False, False, 5, 5, None))
        await pilot.pause()
        assert grid.cursor_key == "row-0"
        assert cursor_line(grid) is None
        assert names(grid)[0] == cluster(20)
        await pilot.press("j")
        assert (grid.cursor_key, cursor_line(grid)) == ("row-1", 1)


# What survives changes; the whole table of cases is in test_grid_viewport.


async def test_the_cursor_keeps_its_line_through_changes_sorts_and_filters() -> None:
    async with shown() as (pilot, app, grid):
        await pilot.press(*"Gkkkkk")
        line = cursor_line(grid)
        grid.update_rows([row(1000)], removed=[f"row-{n}" for n in range(0, 200, 2)])
        assert (grid.cursor_key, cursor_line(grid)) == ("row-294", line)
        grid.sort_by("cluster", reverse=True)
        grid.set_filter(lambda one: one.id != "row-290")
        assert (grid.cursor_key, cursor_line(grid)) == ("row-294", line)
        grid.set_rows([row(number) for number in range(100, 320)])
        assert (grid.cursor_key, cursor_line(grid)) == ("row-294", line)
        app.said.clear()
        grid.update_rows([], removed=["row-294"])
        await pilot.pause()
        assert app.said == [("highlighted", grid.cursor_key)]
        assert cursor_line(grid) == line


async def test_who_touched_nothing_sees_the_worst_row() -> None:
    async with shown() as (_, __, grid):
        grid.set_rows([row(number) for number in (7, 0, 1, 2)])
        assert (grid.cursor_key, cursor_line(grid)) == ("row-7", 1)


async def test_a_terminal_of_one_cell_loses_nothing() -> None:
    async with shown() as (pilot, app, grid):
        await pilot.press(*"jjjjj", "shift+right", "space", "ctrl+f")
        before = (names(grid), grid.cursor_key, cursor_line(grid), grid.cursor_column)
        app.said.clear()
        for size in ((1, 1), (2, 1), (200, 2), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        assert (names(grid), grid.cursor_key, cursor_line(grid), grid.cursor_column) == before
        assert app.said == []


async def test_columns_come_and_go_with_the_width() -> None:
    async with shown((200, 10)) as (pilot, _, grid):
        assert len(grid.shown_columns) == len(COLUMNS)
        await pilot.resize_terminal(45, 10)
        assert grid.shown_columns == ("cluster", "state")
        await pilot.resize_terminal(200, 10)
        assert len(grid.shown_columns) == len(COLUMNS)


async def test_other_columns_end_a_sort_by_one_that_is_gone() -> None:
    async with shown() as (pilot, _, grid):
        await pilot.press("shift+right", "s")
        assert grid.sort[0] == "state"
        grid.set_columns(COLUMNS[2:])
        assert grid.sort[0] is None
        assert grid.shown_columns[0] == "nodes"
        assert painted(grid)[0].startswith(" NODES")


# Filter, marks, columns, sideways


async def test_the_filter_shows_what_matches_and_lights_it() -> None:
    async with shown() as (pilot, _, grid):
        await pilot.press("j")
        grid.set_filter(
            lambda one: "cluster-29" in one.cells["cluster"].text,
            lambda column, text: [(14, 24)] if column == "cluster" else [],
        )
        assert (grid.shown, grid.total) == (11, 300)
        assert [one.id for one in grid.visible_rows()][:2] == ["row-29", "row-290"]
        assert style_at(grid, "cluster-29", 2) == grid.get_component_rich_style("grid--match")
        grid.set_filter(None)
        assert (grid.shown, grid.cursor_key) == (300, "row-1")


async def test_marks_follow_their_rows_until_these_are_gone() -> None:
    async with shown() as (pilot, app, grid):
        await pilot.press("j", "space", "j", "j")
        grid.mark_range()
        assert grid.marked == {"row-1", "row-2", "row-3"}
        assert [line[0] for line in painted(grid)[1:6]] == list(" ▌▌▌ ")
        grid.set_filter(lambda one: one.id == "row-0")
        grid.update_rows([], removed=["row-2"])
        grid.set_filter(None)
        await pilot.pause()
        assert ("marked", frozenset({"row-1", "row-3"})) in app.said
        grid.toggle_mark()
        assert grid.marked == {"row-1"}
        grid.clear_marks()
        assert grid.marked == frozenset()
        assert not any("▌" in line for line in painted(grid))


async def test_the_chosen_column_is_underlined() -> None:
    async with shown() as (pilot, _, grid):
        await pilot.press("shift+right", "shift+right", "shift+left")
        assert grid.cursor_column == "state"
        assert style_at(grid, "STATE").underline
        assert not style_at(grid, "CLUSTER").underline
        await pilot.press(*["shift+right"] * 9)
        assert grid.cursor_column == grid.shown_columns[-1]


async def test_wide_shows_every_column_and_scrolls_sideways_past_the_first() -> None:
    async with shown((60, 10)) as (pilot, _, grid):
        await pilot.press("w")
        assert len(grid.shown_columns) == len(COLUMNS)
        assert painted(grid)[0].rstrip().endswith("›")
        await pilot.press("right", "right", "right", "right", "right")
        titles = painted(grid)[0]
        assert titles.startswith(" CLUSTER ")
        assert "‹" in titles
        assert "›" not in titles
        assert "forbidden" in painted(grid)[1]
        await pilot.press(*["shift+left"] * 5, *["shift+right"] * 5)
        assert grid.cursor_column == "notes"
        assert "NOTES" in painted(grid)[0]
        await pilot.press(*["left"] * 9)
        assert "STATE" in painted(grid)[0]


async def test_the_texts_shown_are_those_of_the_cells() -> None:
    async with shown((45, 10)) as (_, __, grid):
        assert grid.shown_text("row-1") == {"cluster": cluster(1), "state": "~ stale"}
        assert grid.shown_text("no such") == {}


async def test_columns_do_not_get_narrower_while_scrolling() -> None:
    async with shown((100, 10), rows=0) as (pilot, _, grid):
        long = Row("long", {**row(1).cells, "cluster": Cell("n" * 40)})
        grid.set_rows([row(number) for number in range(300)] + [long])
        narrow = painted(grid)[0].index("STATE")
        await pilot.press("G")
        wide = painted(grid)[0].index("STATE")
        assert wide > narrow
        await pilot.press("g")
        assert painted(grid)[0].index("STATE") == wide


def test_messages_say_which_grid_they_are_of() -> None:
    grid = Grid()
    messages: list[Message] = [
        Grid.Highlighted(grid, None),
        Grid.Opened(grid, "a"),
        Grid.Marked(grid, frozenset()),
        Grid.Sorted(grid),
    ]
    assert all(message.control is grid for message in messages)
