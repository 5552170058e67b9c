"""The key help: found by typing, left by the keys one expects."""

from __future__ import annotations

import pytest
from textual.app import App

from mckwidgets.demos.key_help import GROUPS, NOTES, KeyHelpDemo, Note
from mckwidgets.key_help import HelpEntry, HelpGroup, KeyHelp
from mckwidgets.key_help_text import group_lines
from mckwidgets.linepaint import TextSpan, parts_width
from mckwidgets.roles import DEFAULT_VARIABLES
from tests.widgets.painting import HOSTILE, SIZES, is_inert, painted, style_at, text_of


class Host(App[None]):
    """An application that shows a help."""

    def __init__(self, help: KeyHelp) -> None:
        super().__init__()
        self.help = help

    def on_mount(self) -> None:
        self.push_screen(self.help)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)

    def shown(self) -> list[str]:
        return [line.rstrip() for line in painted(self.help.box)]


def mesh() -> Host:
    return Host(KeyHelp("Keys: mesh", GROUPS, NOTES))


def test_a_table_where_there_is_room() -> None:
    lines = [text_of(line) for line in group_lines(GROUPS[:1], (), 100)]
    assert lines == [
        "mesh",
        "  enter  both sides      both ends of the tunnel, with every evidence line",
        "  v      list or matrix  the same tunnels as a table or as a matrix",
        "  m      metrics         latency and bytes over time (not now: no Prometheus)",
        "  e      transitions     what this tunnel was, and when",
    ]


def test_a_narrow_box_wraps_under_the_title() -> None:
    lines = [text_of(line) for line in group_lines(GROUPS[:1], (), 32)]
    assert lines[:5] == [
        "mesh",
        "  enter  both sides  both ends",
        "         of the tunnel, with",
        "         every evidence line",
        "  v      list or matrix  the",
    ]


def test_two_columns_where_it_is_wide() -> None:
    lines = [text_of(line) for line in group_lines(GROUPS, (), 140)]
    assert "mesh" in lines[0]
    assert lines[0].split() == ["mesh", "move"]
    assert any("everywhere" in line for line in lines)
    assert max(parts_width(line) for line in group_lines(GROUPS, (), 140)) <= 140
    alone = [text_of(line) for line in group_lines(GROUPS[:1], (), 140)]
    assert alone[1].startswith("  enter  both sides")


@pytest.mark.parametrize("width", [1, 5, 12, 20, 40, 76, 117, 118, 150])
def test_no_line_is_longer_than_the_box(width: int) -> None:
    for line in group_lines(GROUPS, ("a",), width):
        assert parts_width(line) <= width


async def test_typing_searches_keys_titles_and_help_at_once() -> None:
    app = mesh()
    async with app.run_test(size=(80, 40)) as pilot:
        assert app.shown()[0].endswith("19 of 19")
        shown = app.shown()
        about = next(y for y, line in enumerate(shown) if line.startswith("One row is a tunnel"))
        assert shown[2] == "mesh", "the keys of the screen come first"
        assert shown.index("everywhere") > about > 3
        await pilot.press("p", "R", "o", "b")
        assert app.shown()[0].startswith("/ pRob")
        assert app.shown()[0].endswith("1 of 19")
        assert [line for line in app.shown()[1:] if line] == [
            "everywhere",
            "  z  problems only  hide every row that is well",
        ]
        assert style_at(app.help.box, "prob", 3).underline
        await pilot.press("ctrl+u", "t", "u", "n", "space", "m", "a", "t")  # AND, in any order
        assert app.shown()[0].endswith("1 of 19")
        assert "list or matrix" in app.shown()[3]
        await pilot.press("backspace", "x")
        assert "nothing matches" in app.shown()[2]


@pytest.mark.parametrize("keys", [["escape"], ["question_mark"], ["q"], ["a", "escape"]])
async def test_it_is_left(keys: list[str]) -> None:
    app = mesh()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        assert app.screen is not app.help


async def test_q_can_be_typed() -> None:
    app = mesh()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e", "q")
        assert app.screen is app.help
        assert app.shown()[0].startswith("/ eq")


async def test_a_line_may_be_asked_for_first_after_a_search() -> None:
    app = mesh()
    async with app.run_test(size=(80, 40)):
        assert app.help.box_line(15, app.help.box.content_size)
        app.help.search("prob")
        assert app.help.box_line(15, app.help.box.content_size) == ()


async def test_scrolling_and_its_ends() -> None:
    app = mesh()
    async with app.run_test(size=(80, 12)) as pilot:
        top = app.shown()
        assert "more lines ↓" in top[0]
        await pilot.press("up")
        assert app.shown() == top
        await pilot.press("down")
        assert app.shown()[2:-1] == top[3:]
        await pilot.press("end")
        assert "this help" in app.shown()[-1]
        assert "more lines" not in app.shown()[0]
        last = app.shown()
        await pilot.press("down", "pagedown")
        assert app.shown() == last
        await pilot.press("pageup", "home")
        assert app.shown() == top
        await pilot.press("end")
        await pilot.resize_terminal(80, 60)
        await pilot.pause()
        assert app.shown()[2] == "mesh"


async def test_what_cannot_be_done_is_dimmed_with_its_reason() -> None:
    app = mesh()
    async with app.run_test(size=(110, 40)):
        box, lines = app.help.box, app.shown()
        dimmed = next(y for y, line in enumerate(lines) if "metrics" in line)
        assert lines[dimmed].endswith("(not now: no Prometheus)")
        dim = style_at(box, "latency", dimmed).color
        assert style_at(box, "metrics", dimmed).color == dim
        assert style_at(box, "both sides", dimmed - 2).color != dim
        assert style_at(box, "enter", dimmed - 2).bold


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_words_are_inert(text: str) -> None:
    groups = [HelpGroup(text, (HelpEntry(text, text, text, False, text),))] * 2
    app = Host(KeyHelp(text, groups, [Note((TextSpan(text, text),))]))
    async with app.run_test(size=(160, 30)) as pilot:
        for key in ("down", "[", "end"):
            await pilot.press(key)
            for y in range(app.help.box.content_size.height):
                strip = app.help.box.render_line(y)
                assert is_inert(strip.text)
                assert strip.cell_length == app.help.box.content_size.width


@pytest.mark.parametrize("size", SIZES)
async def test_the_demo_at_every_size(size: tuple[int, int]) -> None:
    app = KeyHelpDemo()
    async with app.run_test(size=size) as pilot:
        await pilot.press("question_mark")
        help = app.screen
        assert isinstance(help, KeyHelp)
        for key in ("down", "e", "end", "pageup"):
            await pilot.press(key)
            painted(help.box)
        if size[0] >= 40:
            assert help.box.size.width <= size[0] * 0.9
            assert painted(help.box)[0].startswith("/ e")
        await pilot.press("escape")
        assert app.screen is not help
