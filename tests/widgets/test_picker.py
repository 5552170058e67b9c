"""The picker: narrowing down, marking, and what comes out."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.events import MouseScrollDown, MouseScrollUp, Paste
from textual.pilot import Pilot

from mckwidgets.confirm import Confirm
from mckwidgets.demos.picker import ITEMS, PickerDemo
from mckwidgets.key_help import KeyHelp
from mckwidgets.picker import Item, Picker
from mckwidgets.prompt import Prompt
from mckwidgets.roles import DEFAULT_VARIABLES
from tests.widgets.painting import HOSTILE, SIZES, is_inert, painted, style_at

Answer = tuple[str, ...] | None


class Host(App[None]):
    """An application that shows a picker and keeps its answers."""

    def __init__(self, items: list[Item], *, multi: bool = False, cursor: str = "") -> None:
        super().__init__()
        self.answers: list[Answer] = []
        self.picker = Picker("Pick", items, multi=multi, cursor=cursor)

    def on_mount(self) -> None:
        self.push_screen(self.picker, self.answers.append)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)

    def shown(self) -> list[str]:
        """What is in the box, without the search line."""
        return [line.rstrip() for line in painted(self.picker.box)[1:] if line.strip()]

    def said(self) -> str:
        return painted(self.picker.box)[0].rstrip()


FRUIT = [Item("1", "apple", "red"), Item("2", "pear", "green"), Item("3", "Grape", "blue")]


async def test_enter_takes_what_the_cursor_is_on() -> None:
    app = Host(FRUIT)
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.shown() == ["› apple  red", "  pear   green", "  Grape  blue"]
        await pilot.press("down", "down", "down", "up", "enter")
        assert app.answers == [("2",)]
        assert app.screen is not app.picker


async def test_the_cursor_begins_where_it_is_told() -> None:
    app = Host(FRUIT, cursor="3")
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.shown()[2] == "› Grape  blue"
        await pilot.press("enter")
        assert app.answers == [("3",)]


async def test_typing_narrows_down_in_texts_and_notes_whatever_the_case() -> None:
    app = Host(FRUIT)
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.said().endswith("3 of 3")
        await pilot.press("a", "P")
        assert app.shown() == ["› apple  red", "  Grape  blue"]
        assert app.said().startswith("/ aP")
        assert app.said().endswith("2 of 3")
        await pilot.press("space", "b")
        assert app.shown() == ["› Grape  blue"]
        await pilot.press("x")
        assert app.shown() == ["  nothing matches"]
        await pilot.press("enter")  # nothing to take
        assert app.answers == []
        await pilot.press("ctrl+u")
        assert app.said().endswith("3 of 3")
        app.picker.post_message(Paste("pear\nx"))
        await pilot.press("enter")
        assert app.answers == [("2",)]


async def test_the_cursor_stays_on_its_item_while_it_matches() -> None:
    app = Host(FRUIT)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("end", "a")
        assert app.shown() == ["  apple  red", "  pear   green", "› Grape  blue"]
        await pilot.press("p")
        assert app.shown() == ["  apple  red", "› Grape  blue"]
        await pilot.press("p", "backspace", "backspace", "backspace")
        assert app.shown() == ["› apple  red", "  pear   green", "  Grape  blue"]


async def test_marks_come_out_in_the_order_of_the_list_also_hidden_ones() -> None:
    items = [*FRUIT, Item("4", "plum", marked=True)]
    app = Host(items, multi=True)
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.shown()[3] == "  [x] plum"
        await pilot.press("end", "up", "space", "home", "space")
        assert app.shown()[0] == "› [x] apple  red"
        assert "3 marked · 4 of 4" in app.said()
        await pilot.press("p", "e", "a")
        assert app.shown() == ["› [ ] pear   green"]
        await pilot.press("enter")
        assert app.answers == [("1", "3", "4")]


async def test_without_marks_the_one_under_the_cursor_is_taken() -> None:
    app = Host([FRUIT[0], FRUIT[1]._replace(marked=True)], multi=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "space", "up", "enter")
        assert app.answers == [("1",)]


async def test_what_holds_now_is_marked_where_one_is_chosen() -> None:
    app = Host([FRUIT[0], FRUIT[1]._replace(marked=True)])
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.shown() == ["›   apple  red", "  ✓ pear   green"]
        await pilot.press("enter")
        assert app.answers == [("1",)]


@pytest.mark.parametrize("multi", [False, True])
async def test_escape_takes_nothing(multi: bool) -> None:
    app = Host(FRUIT, multi=multi)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "a", "escape")
        assert app.answers == [None]


async def test_an_empty_list_can_only_be_left() -> None:
    app = Host([], multi=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "up", "end", "pagedown", "space", "enter", "a", "enter")
        assert app.answers == []
        assert app.shown() == ["  nothing matches"]
        await pilot.press("escape")
        assert app.answers == [None]


async def click_on(pilot: Pilot[None], app: Host, y: int) -> None:
    region = app.picker.box.content_region
    await pilot.click(offset=(region.x + 5, region.y + y))


async def test_a_click_chooses_one() -> None:
    app = Host(FRUIT)
    async with app.run_test(size=(80, 24)) as pilot:
        await click_on(pilot, app, 0)
        assert app.answers == []
        await click_on(pilot, app, 2)
        assert app.answers == [("2",)]


async def test_a_click_marks_where_several_are_chosen() -> None:
    app = Host(FRUIT, multi=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await click_on(pilot, app, 2)
        await click_on(pilot, app, 3)
        assert app.shown()[1:] == ["  [x] pear   green", "› [x] Grape  blue"]
        await click_on(pilot, app, 2)
        await pilot.press("enter")
        assert app.answers == [("3",)]


async def test_500_items_scroll_with_the_cursor() -> None:
    app = Host(list(ITEMS), cursor="c300")
    async with app.run_test(size=(80, 24)) as pilot:
        assert any(line.startswith("› aws-use1-300") for line in app.shown())
        page = app.picker.page()
        assert page == len(app.shown()) < 24
        await pilot.press("home", "pagedown")
        assert app.shown()[-1].startswith(f"› {ITEMS[page - 1].text}")
        await pilot.press("down")
        assert app.shown()[-1].startswith(f"› {ITEMS[page].text}")
        await pilot.press("end")
        assert app.shown()[-1].startswith("› onprem-499")
        await pilot.press("pageup", "pageup", "up")
        assert app.shown()[0].startswith("› ")
        await pilot.press("end", "4", "9", "9")
        assert app.shown() == ["› onprem-499    ▲ degraded"]


async def test_the_wheel_moves_the_cursor() -> None:
    app = Host(list(ITEMS))
    async with app.run_test(size=(80, 24)) as pilot:
        for event, index in ((MouseScrollDown, 3), (MouseScrollDown, 6), (MouseScrollUp, 3)):
            x, y = app.picker.box.content_region.offset
            app.post_message(event(None, x + 5, y + 5, 0, 1, 0, False, False, False))
            await pilot.pause()
            assert app.shown()[index].startswith(f"› {ITEMS[index].text} ")


@pytest.mark.parametrize("kind", [Picker, KeyHelp, Confirm, Prompt])
def test_every_binding_of_ours_has_an_id(kind: type[DOMNode]) -> None:
    ours = [base for base in kind.__mro__ if base.__module__.startswith("mckwidgets.")]
    bindings = [one for base in ours for one in vars(base).get("BINDINGS", ())]
    assert len(bindings) >= 4
    assert all(isinstance(one, Binding) and one.id for one in bindings)


async def test_the_cursor_stays_in_sight_when_the_terminal_changes() -> None:
    app = Host(list(ITEMS))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("pagedown", "pagedown")
        for size in ((80, 10), (200, 50), (40, 8)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert sum(line.startswith("› ") for line in app.shown()) == 1
            assert len(app.shown()) == app.picker.page()


async def test_the_cursor_is_seen_without_colour_and_matches_are_lit() -> None:
    app = Host([Item("1", "apple"), Item("2", "pear", "▲ slow", "warn"), Item("3", "?", role="!")])
    async with app.run_test(size=(80, 24)) as pilot:
        assert style_at(app.picker.box, "› apple", 1).bold
        assert (
            style_at(app.picker.box, "▲ slow", 2).color != style_at(app.picker.box, "pear", 2).color
        )
        await pilot.press("e", "a")
        assert style_at(app.picker.box, "ea", 1).bold
        await pilot.press("backspace")
        assert style_at(app.picker.box, "e", 1).underline


async def test_a_long_name_is_cut_in_its_middle_and_the_note_stays() -> None:
    app = Host([Item("1", "arn:aws:eks:eu-central-1:000000000000:cluster/prod", "● ready", "ok")])
    async with app.run_test(size=(40, 10)):
        line = app.shown()[0]
        assert "…" in line
        assert "uster/prod" in line
        assert line.endswith("● ready")


@pytest.mark.parametrize("multi", [False, True])
async def test_hostile_items_are_inert(multi: bool) -> None:
    app = Host([Item(text, text, text, text) for text in HOSTILE], multi=multi)
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("down", "space", "m", "backspace", "[", "end"):
            await pilot.press(key)
            for y in range(app.picker.box.content_size.height):
                strip = app.picker.box.render_line(y)
                assert is_inert(strip.text)
                assert (
                    strip.cell_length == cell_len(strip.text) == app.picker.box.content_size.width
                )


async def test_a_hostile_title_and_help_are_inert() -> None:
    for text in HOSTILE:
        app = Host([])
        app.picker = Picker(text, FRUIT, help=text)
        async with app.run_test(size=(80, 24)):
            assert is_inert(painted(app.picker.box)[1])
            box = app.picker.box
            lines = box.render_lines(box.outer_size.region)
            assert len(lines) == box.outer_size.height
            assert all(is_inert(line.text) for line in lines)
            assert text[:4] in lines[0].text or not text.isprintable()


@pytest.mark.parametrize("size", SIZES)
async def test_the_demo_at_every_size(size: tuple[int, int]) -> None:
    app = PickerDemo()
    async with app.run_test(size=size) as pilot:
        await pilot.press("m", "down", "space", "1", "pagedown", "end")
        picker = app.screen
        assert isinstance(picker, Picker)
        assert picker.box.size.width <= max(size[0] * 0.9, 2)
        assert picker.box.size.height <= max(size[1] * 0.9, 2)
        if size[0] >= 40:
            lines = painted(picker.box)
            assert lines[0].startswith("/ 1")
            assert lines[1].startswith("Which clusters are asked.")
            assert lines[-1].startswith("› [ ] aws-use1-496")
        await pilot.press("escape")
        assert app.screen is not picker


async def test_what_stands_behind_two_blanks_has_a_column() -> None:
    items = [
        Item("1", "open  enter", "a"),
        Item("2", "mark  space", "b"),
        Item("3", "wider  w", "c"),
    ]
    async with Host([*items, Item("4", "theme")]).run_test(size=(80, 24)) as pilot:
        assert isinstance(pilot.app, Host)
        assert pilot.app.shown() == [
            "› open   enter  a",
            "  mark   space  b",
            "  wider  w      c",
            "  theme",
        ]
