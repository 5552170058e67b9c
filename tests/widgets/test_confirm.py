"""The question before something is done: no is the answer unless one says yes."""

from __future__ import annotations

import pytest
from textual.app import App

from mckwidgets.confirm import Confirm
from mckwidgets.crumbs import Crumbs
from mckwidgets.demos.confirm import ConfirmDemo
from mckwidgets.roles import DEFAULT_VARIABLES
from tests.widgets.painting import HOSTILE, SIZES, is_inert, painted, style_at


class Host(App[None]):
    """An application that asks and keeps the answers."""

    def __init__(self, confirm: Confirm) -> None:
        super().__init__()
        self.answers: list[bool | None] = []
        self.confirm = confirm

    def on_mount(self) -> None:
        self.push_screen(self.confirm, self.answers.append)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)


def asked() -> Confirm:
    return Confirm("Leave now?", ["It ends here."], yes="leave", no="stay")


async def test_keys_that_come_faster_than_it_goes_answer_once() -> None:
    app = Host(asked())
    async with app.run_test(size=(80, 24)) as pilot:
        below = app.screen_stack[0]
        app.confirm.action_answer(False)
        app.confirm.action_answer(True)
        await pilot.pause()
        assert app.answers == [False]
        assert app.screen is below


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["y"], True),
        (["n"], False),
        (["escape"], False),
        (["enter"], False),
        (["right", "enter"], True),
        (["tab", "left", "enter"], False),
        (["shift+tab", "enter"], True),
        (["right", "n"], False),
        (["right", "escape"], False),
        (["x", "Y", "space", "q", "enter"], False),
    ],
)
async def test_keys(keys: list[str], answer: bool) -> None:
    app = Host(asked())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        assert app.answers == [answer]


async def test_what_it_says_and_which_button_is_chosen() -> None:
    app = Host(asked())
    async with app.run_test(size=(80, 24)) as pilot:
        lines = [line.rstrip() for line in painted(app.confirm.box)]
        assert lines == ["Leave now?", "It ends here.", "", "[ n stay ]   [ y leave ]"]
        assert style_at(app.confirm.box, "Leave").bold
        assert style_at(app.confirm.box, "stay", 3).reverse
        assert not style_at(app.confirm.box, "leave", 3).reverse
        await pilot.press("right")
        assert style_at(app.confirm.box, "leave", 3).reverse
        assert not style_at(app.confirm.box, "stay", 3).reverse


@pytest.mark.parametrize(("x", "answers"), [(3, [False]), (16, [True]), (11, []), (40, [])])
async def test_mouse(x: int, answers: list[bool]) -> None:
    app = Host(asked())
    async with app.run_test(size=(80, 24)) as pilot:
        region = app.confirm.box.content_region
        await pilot.click(offset=(region.x + x, region.bottom - 1))
        assert app.answers == answers


async def test_the_buttons_stay_when_there_is_no_room_for_the_details() -> None:
    app = Host(Confirm("Sure?", [f"line {n}" for n in range(40)], yes="do it", no="leave it"))
    async with app.run_test(size=(40, 10)):
        lines = [line.rstrip() for line in painted(app.confirm.box)]
        assert lines[0] == "Sure?"
        assert lines[-1] == "[ n leave it ]   [ y do it ]"
        assert lines[-3] == "… 37 more lines"


async def test_buttons_stand_below_each_other_where_they_do_not_fit() -> None:
    app = Host(Confirm("Sure?", yes="stop the export", no="go on with it"))
    async with app.run_test(size=(30, 10)):
        lines = [line.rstrip() for line in painted(app.confirm.box)]
        assert lines[-2:] == ["[ n go on with it ]", "[ y stop the export ]"]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_words_are_inert(text: str) -> None:
    app = Host(Confirm(text, [text, text], yes=text, no=text))
    async with app.run_test(size=(60, 20)) as pilot:
        for y in range(app.confirm.box.content_size.height):
            strip = app.confirm.box.render_line(y)
            assert is_inert(strip.text)
            assert strip.cell_length == app.confirm.box.content_size.width
        await pilot.press("y")
        assert app.answers == [True]


@pytest.mark.parametrize("size", SIZES)
async def test_the_demo_at_every_size(size: tuple[int, int]) -> None:
    app = ConfirmDemo()
    async with app.run_test(size=size) as pilot:
        await pilot.press("q")
        confirm = app.screen
        assert isinstance(confirm, Confirm)
        painted(confirm.box)
        if size[0] >= 40:
            assert "[ n stay ]   [ y leave ]" in painted(confirm.box)[-1]
        await pilot.press("y")
        assert app.screen is not confirm
        if size[0] >= 12:
            assert painted(app.query_one(Crumbs))[0].strip() == "yes"
