"""The prompt under the fingers: as in k9s, and never a key that does something else."""

from __future__ import annotations

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from mckwidgets.crumbs import Crumbs
from mckwidgets.demos.prompt import PromptDemo, complete
from mckwidgets.prompt import Completion, Prompt
from mckwidgets.prompt_line import list_parts
from tests.widgets.painting import HOSTILE, SIZES, is_inert, painted, style_at, text_of


class Told(PromptDemo):
    """The demo, remembering what the prompt says."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def on_prompt_changed(self, message: Prompt.Changed) -> None:
        self.told.append(f"changed {message.text}")
        super().on_prompt_changed(message)

    def on_prompt_submitted(self, message: Prompt.Submitted) -> None:
        self.told.append(f"submitted {message.text}")
        super().on_prompt_submitted(message)

    def on_prompt_dismissed(self) -> None:
        self.told.append("dismissed")
        super().on_prompt_dismissed()


def lines(app: PromptDemo) -> list[str]:
    return [line.rstrip() for line in painted(app.query_one(Prompt))]


async def type_in(pilot: Pilot[None], text: str) -> None:
    await pilot.press(*("space" if char == " " else char for char in text))


async def test_a_command_is_completed_by_tab_and_run_by_enter() -> None:
    app = Told()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon")
        prompt = app.query_one(Prompt)
        assert lines(app) == [" :"]
        await pilot.press("m")
        assert lines(app) == [" :mesh", "   mesh   every tunnel", "   theme  other colours"]
        assert prompt.text == "m"
        await pilot.press("tab")
        assert prompt.text == "mesh"
        assert lines(app) == [" :mesh"]
        await pilot.press("enter")
        assert app.told == ["changed m", "changed mesh", "submitted mesh"]
        assert not prompt.display


@pytest.mark.parametrize("key", ["right", "ctrl+f", "tab"])
async def test_ghost_text_is_accepted_at_the_end(key: str) -> None:
    app = Told()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", "f", key)
        assert app.query_one(Prompt).text == "fleet"


async def test_right_in_the_middle_only_moves() -> None:
    app = Told()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", "f", "l", "left", "left", "right")
        await pilot.press("x")
        assert app.query_one(Prompt).text == "fxl"


async def test_a_completion_that_only_contains_the_text_is_in_the_list_and_no_ghost() -> None:
    app = Told()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", "h", "e")
        assert lines(app) == [" :he", "   theme  other colours"]
        assert style_at(app.query_one(Prompt), "he", 1).underline
        await pilot.press("right")
        assert app.query_one(Prompt).text == "he"
        await pilot.press("tab")
        assert app.query_one(Prompt).text == "theme"


async def test_down_and_up_go_through_the_completions_and_back_to_what_was_typed() -> None:
    app = Told()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", "s", "e")
        prompt = app.query_one(Prompt)
        seen = []
        for key in ("down", "down", "down", "up", "up"):
            await pilot.press(key)
            seen.append(prompt.text)
        assert seen == ["secrets", "services", "se", "services", "secrets"]
        assert lines(app)[1].startswith(" › secrets")
        assert len(lines(app)) == 3
        await pilot.press("x")
        assert prompt.text == "secretsx"
        assert len(lines(app)) == 1


async def test_up_on_an_empty_line_is_the_history_and_down_comes_back() -> None:
    app = Told()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash")
        prompt = app.query_one(Prompt)
        await pilot.press("a")
        seen = []
        for key in ("up", "up", "up", "down", "down", "down"):
            await pilot.press(key)
            seen.append(prompt.text)
        assert seen == ["ctx gcp-*", "theme dark", "theme dark", "ctx gcp-*", "a", "a"]
        await pilot.press("backspace", "up")
        assert prompt.text == "ctx gcp-*"


async def test_up_prefers_the_history_on_an_empty_line_with_completions() -> None:
    app = Told()
    async with app.run_test(size=(80, 24)) as pilot:
        prompt = app.query_one(Prompt)
        prompt.display = True
        prompt.open(":", history=["old"], complete=lambda text: [Completion("mesh")])
        await pilot.press("up")
        assert prompt.text == "old"
        assert len(lines(app)) == 1
        await pilot.press("down")
        assert prompt.text == ""
        await pilot.press("down")
        assert prompt.text == "mesh"


@pytest.mark.parametrize("keys", [["escape"], ["backspace"], ["a", "backspace", "backspace"]])
async def test_it_is_left_by_escape_and_by_erasing_nothing(keys: list[str]) -> None:
    app = Told()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", *keys)
        assert app.told[-1] == "dismissed"
        assert app.told.count("dismissed") == 1


async def test_editing_keys() -> None:
    app = Told()
    async with app.run_test(size=(80, 24)) as pilot:
        prompt = app.query_one(Prompt)
        await pilot.press("slash")
        await type_in(pilot, "one two six")
        await pilot.press("ctrl+w")
        assert prompt.text == "one two "
        await pilot.press("home", "delete", "ctrl+right", "ctrl+k")
        assert prompt.text == "ne"
        await pilot.press("ctrl+left", "X", "end", "Y", "left", "Z")
        assert prompt.text == "XneZY"
        await pilot.press("ctrl+u")
        assert prompt.text == "Y"


async def test_keys_that_write_are_text_and_not_commands() -> None:
    app = Told()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash")
        await type_in(pilot, "q:/?日!é")
        await pilot.press("alt+x", "ctrl+x", "f5", "shift+tab")
        prompt = app.query_one(Prompt)
        assert prompt.text == "q:/?日!é"
        assert prompt.has_focus
        assert prompt.sign == "/"
        assert prompt.check_consume_key("q", "q")
        assert not prompt.check_consume_key("f5", None)


async def test_one_message_per_change_and_none_without() -> None:
    app = Told()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", "a", "left", "backspace", "ctrl+w", "ctrl+k")
        assert app.told == ["changed a", "changed "]
        await pilot.press("delete", "left", "right")
        assert app.told == ["changed a", "changed "]


async def test_paste_takes_the_first_line() -> None:
    app = Told()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", "a")
        app.query_one(Prompt).post_message(Paste("b\x1b[31m\nq\n"))
        await pilot.pause()
        assert app.told[-1] == "changed ab‹1B›[31m"
        app.query_one(Prompt).post_message(Paste(""))
        await pilot.pause()
        assert len(app.told) == 2


async def test_problem_and_note_are_said_at_the_right() -> None:
    app = Told()
    async with app.run_test(size=(60, 24)) as pilot:
        prompt = app.query_one(Prompt)
        await pilot.press("slash", "a")
        assert lines(app)[0].endswith("39 of 40")
        await pilot.press("(")
        assert lines(app)[0].endswith("✖ no end of ( at 2")
        assert style_at(prompt, "✖").color != style_at(prompt, "a(").color
        await pilot.press("b")
        assert lines(app)[0].endswith("37 of 40")


async def test_a_problem_that_is_too_long_beside_the_text_has_its_own_line() -> None:
    app = Told()
    async with app.run_test(size=(60, 24)) as pilot:
        prompt = app.query_one(Prompt)
        await pilot.press("colon", "q")
        before = prompt.content_size.height
        prompt.set_problem("no cluster or group is called nix*; there are 6 of them")
        await pilot.pause()
        assert lines(app)[0].rstrip() == " :q"
        assert lines(app)[1] == " ✖ no cluster or group is called nix*; there are 6 of them"
        assert prompt.content_size.height == before + 1
        await pilot.resize_terminal(150, 24)
        await pilot.pause()
        assert lines(app)[0].endswith("there are 6 of them")
        assert prompt.content_size.height == before
        prompt.set_problem("there is no pane x of that name")  # more than half a line
        await pilot.resize_terminal(60, 24)
        await pilot.pause()
        assert lines(app)[0].endswith("✖ there is no pane x of that name")
        prompt.set_problem("")
        await pilot.pause()
        assert lines(app)[0].rstrip() == " :q"


async def test_the_caret_is_reversed_and_only_there_with_the_focus() -> None:
    app = Told()
    async with app.run_test(size=(60, 24)) as pilot:
        prompt = app.query_one(Prompt)
        await pilot.press("colon", "f")
        assert style_at(prompt, "l").reverse
        app.set_focus(None)
        await pilot.pause()
        assert not style_at(prompt, "l").reverse


async def test_a_click_accepts_a_completion() -> None:
    app = Told()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon", "s")
        await pilot.click(Prompt, offset=(6, 2))
        assert app.query_one(Prompt).text == complete("s")[1].text


async def test_opening_again_begins_anew() -> None:
    app = Told()
    async with app.run_test(size=(80, 24)) as pilot:
        prompt = app.query_one(Prompt)
        await pilot.press("colon", "s", "e", "down", "escape", "slash")
        assert (prompt.text, prompt.sign, lines(app)) == ("", "/", [" /"])
        prompt.open("/", "kept")
        await pilot.press("!")
        assert prompt.text == "kept!"
        assert app.query_one(Crumbs).display


async def poke(pilot: Pilot[None], prompt: Prompt, text: str) -> None:
    """Put `text` everywhere, and look at every line after every key."""
    prompt.display = True
    prompt.open(":", text, history=[text], complete=lambda typed: [Completion(text, text)] * 9)
    prompt.set_note(text)
    for key in ("a", "tab", "down", "up", "left", "home", "delete", "ctrl+u", "up"):
        await pilot.press(key)
        assert all(is_inert(line) for line in painted(prompt))
    prompt.set_problem(text)
    await pilot.pause()
    for y in range(prompt.content_size.height):
        assert prompt.render_line(y).cell_length == prompt.content_size.width
        assert is_inert(prompt.render_line(y).text)


async def test_hostile_text_is_inert() -> None:
    app = Told()
    async with app.run_test(size=(80, 24)) as pilot:
        for text in HOSTILE:
            await poke(pilot, app.query_one(Prompt), text)


@pytest.mark.parametrize("size", SIZES)
async def test_every_size(size: tuple[int, int]) -> None:
    app = Told()
    async with app.run_test(size=size) as pilot:
        await poke(pilot, app.query_one(Prompt), "日本語 kube")
        assert app.query_one(Prompt).content_size.height <= 7


def test_arguments_of_completions_have_a_column() -> None:
    found = [
        Completion("ns", "NAME  one namespace"),
        Completion("theme", "[NAME]  other colours"),
        Completion("q", "leave"),
    ]
    lines = [text_of(list_parts(found, -1, "", line, 40)).rstrip() for line in range(3)]
    assert lines == [
        "   ns     NAME    one namespace",
        "   theme  [NAME]  other colours",
        "   q              leave",
    ]
    bare = [Completion("a", "first"), Completion("b", "second")]
    assert text_of(list_parts(bare, -1, "", 0, 40)).rstrip() == "   a  first"
