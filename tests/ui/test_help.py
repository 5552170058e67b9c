"""What can be pressed: help, footer and palette come from one registry, and so does what happens.

And the user's own keys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mckconsole.ui.actions import ACTIONS, actions_for, everything, footer_for, key_words
from mckconsole.ui.keymap import load_keymap
from mckconsole.ui.settings import Settings
from mckconsole.ui.shell import APP_WIDE
from mckconsole.views.panes import PANES
from mckwidgets.key_help import KeyHelp
from mckwidgets.picker import Picker
from tests.ui.console import Console, console
from tests.ui.stories import messages, read, shown, table

REGISTRY = everything([(pane.name, pane.key, pane.title) for pane in PANES])
VIEWS = {
    "fleet": (),
    "matrix": ("2",),
    "mesh": ("2", "v"),
    "cluster": ("enter",),
    "tunnel": ("2", "enter"),
    "transitions": ("2", "e"),
    "metrics": ("2", "m"),
    "yaml": ("2", "Y"),
}


def footer(running: Console) -> str:
    return running.text().split("\n")[-1]


def helped(running: Console) -> KeyHelp:
    """The help on the screen."""
    screen = running.app.screen
    assert isinstance(screen, KeyHelp)
    return screen


@pytest.mark.parametrize("view", VIEWS)
async def test_help_has_this_screen_s_keys_first_and_all_of_them(
    fitting: Settings, view: str
) -> None:
    async with console(fitting, size=(160, 80)) as running:
        await read(running)
        await running.press(*VIEWS[view])
        where, subject = running.shell.view.where, running.shell.view.subject
        await running.press("?")
        own, common, moving, commands, signs = helped(running)._groups
        assert [group.title for group in (own, common)] == ["this screen", "everywhere"]
        listed = {(entry.title, entry.keys) for entry in (*own.entries, *common.entries)}
        for action in actions_for(where, subject):
            assert (action.title, key_words(",".join(action.keys))) in listed
        assert {f"{pane.title}" for pane in PANES} <= {entry.title for entry in common.entries}
        assert any(entry.keys.startswith(":export") for entry in commands.entries)
        assert any("j" in entry.keys for entry in moving.entries)
        assert {entry.keys for entry in signs.entries} == set("●▲✖◌~?⊘")
        text = running.text()
        assert text.index("this screen") < text.index("everywhere")
        await running.press("?")
        assert running.app.screen is running.shell


async def test_help_can_be_searched(still: Settings, size: tuple[int, int]) -> None:
    async with console(still, size=size) as running:
        await read(running)
        await running.press("?")
        await running.type("freeze")
        assert "Freeze what is shown" in running.text()
        assert "Choose the clusters" not in running.text()
        await running.press("ctrl+u")
        await running.type("zzz")
        assert "nothing matches" in running.text()
        await running.press("escape")
        assert running.app.screen is running.shell


async def test_help_says_what_a_pane_is(still: Settings) -> None:
    async with console(still, size=(160, 60)) as running:
        await read(running)
        for pane in PANES:
            await running.press(pane.key, "?")
            assert pane.help[:40] in running.text()
            await running.press("escape")


@pytest.mark.parametrize("view", VIEWS)
async def test_the_footer_names_what_works_here(
    fitting: Settings, view: str, size: tuple[int, int]
) -> None:
    """In the registry's order, as far as there is room, help always."""
    async with console(fitting, size=size) as running:
        await read(running)
        await running.press(*VIEWS[view])
        where, subject = running.shell.view.where, running.shell.view.subject
        hints = running.shell._hints._hints
        absent = () if running.shell.view.log_targets() else ("logs.open",)
        named = [one.id for one in footer_for(where, subject) if one.id not in absent]
        assert [hint.id for hint in hints] == named
        assert footer(running).endswith("? help")
        offered = {action.id for action in running.shell.actions}
        assert {hint.id for hint in hints} <= offered


@pytest.mark.parametrize("view", VIEWS)
async def test_everything_that_is_offered_is_done_or_refused_with_a_reason(
    fitting: Settings, view: str
) -> None:
    """No key of the footer, the help and the palette is without effect."""
    async with console(fitting) as running:
        await read(running)
        await running.press(*VIEWS[view])
        for action in running.shell.actions:
            shell = running.shell
            name = "do_" + action.id.replace(".", "_")
            handlers = (shell.view, shell.dialogs, shell)
            able = any(hasattr(one, name) for one in handlers) or action.id.startswith("pane.")
            able = able or bool(shell.view.refuses(action.id))
            assert able, f"{action.id} in {type(shell.view).__name__}"


async def test_what_cannot_be_done_is_dimmed_and_says_why(
    still: Settings, size: tuple[int, int]
) -> None:
    async with console(still, size=size) as running:
        await read(running)
        await running.type("/zzz")
        await running.press("enter")
        assert "(enter open" in footer(running)
        await running.press("space")
        assert messages(running) == ["there is no row"]
        await running.press("?")
        own, *_ = helped(running)._groups
        entry = next(entry for entry in own.entries if entry.title == "open")
        assert (entry.enabled, entry.reason) == (False, "there is no row")
        await running.press("escape", "ctrl+p")
        screen = running.app.screen
        assert isinstance(screen, Picker)
        await running.type("not now: there is no row")
        assert "open" in running.text()
        await running.press("enter")
        assert messages(running) == ["there is no row"]


async def test_a_hint_can_be_clicked(still: Settings, size: tuple[int, int]) -> None:
    async with console(still, size=size) as running:
        await read(running)
        y = size[1] - 1
        await running.pilot.click(offset=(footer(running).index("z problems"), y))
        await running.quiet()
        assert table(running).problems_only
        await running.pilot.click(offset=(footer(running).index("? help"), y))
        await running.quiet()
        helped(running)


async def test_the_palette_does_what_the_keys_do(live: Settings) -> None:
    async with console(live) as running:
        await read(running)
        choices: tuple[tuple[str, Callable[[], object]], ...] = (
            ("show only what is not well", lambda: table(running).problems_only),
            ("freeze what", lambda: running.shell.paused),
            ("theme light", lambda: running.app.theme == "light"),
            ("cluster onprem", lambda: "onprem-1" in running.text().split("\n")[2]),
            ("quit from anywhere", lambda: running.app._exit),
        )
        for search, done in choices:
            await running.press("ctrl+p")
            await running.type(search)
            await running.press("enter")
            assert done(), search


# The user's keys.


def with_keys(settings: Settings, tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "keymap.yaml"
    path.write_text(text)
    return replace(settings, keymap=load_keymap(path, REGISTRY))


async def test_a_key_of_one_s_own(still: Settings, tmp_path: Path, size: tuple[int, int]) -> None:
    settings = with_keys(still, tmp_path, "view.problems: f5\nhelp.open: .\nmove.down: J\n")
    async with console(settings, size=size) as running:
        await read(running)
        await running.press("z")
        assert not table(running).problems_only, "the old key means nothing"
        await running.press("f5")
        assert table(running).problems_only
        await running.press("f5")
        assert size[0] == 80 or "f5 problems" in footer(running)
        assert footer(running).endswith(". help")
        first = table(running).grid.cursor_key
        await running.press("J")
        assert table(running).grid.cursor_key == shown(running)[1] != first
        await running.press("?")
        assert running.app.screen is running.shell
        await running.press("full_stop")
        own, common, moving, *_ = helped(running)._groups
        assert ("problems", "f5") in {(entry.title, entry.keys) for entry in own.entries}
        assert ("help", ".") in {(entry.title, entry.keys) for entry in common.entries}
        assert ("one down", "J") in {(entry.title, entry.keys) for entry in moving.entries}


async def test_a_key_that_is_taken_away(still: Settings, tmp_path: Path) -> None:
    settings = with_keys(still, tmp_path, "view.problems: []\n")
    async with console(settings) as running:
        await read(running)
        await running.press("z")
        assert not table(running).problems_only
        assert "problems" not in footer(running)
        await running.press("ctrl+p")
        await running.type("show only what is not well")
        await running.press("enter")
        assert table(running).problems_only, "it is still there to be found"


async def test_two_actions_that_change_keys(still: Settings, tmp_path: Path) -> None:
    settings = with_keys(still, tmp_path, "view.problems: w\nview.wide: z\nlogs.wrap: W\n")
    async with console(settings) as running:
        await read(running)
        await running.press("w")
        assert table(running).problems_only
        await running.press("z")
        assert table(running).wide


async def test_open_and_quit_with_other_keys(still: Settings, tmp_path: Path) -> None:
    settings = with_keys(still, tmp_path, "open: O\nquit.now: ctrl-x\nback: backspace\n")
    async with console(settings) as running:
        await read(running)
        await running.press("enter")
        assert len(running.shell.stacks.path) == 1
        await running.press("O")
        assert len(running.shell.stacks.path) == 2
        await running.press("backspace")
        assert len(running.shell.stacks.path) == 1
        await running.press("ctrl+q")
        assert not running.app._exit
        await running.press("ctrl+x")
        assert running.app._exit


def test_every_action_is_bound_once() -> None:
    """By the shell, the application or the widgets."""
    ids = [action.id for action in REGISTRY]
    assert len(ids) == len(set(ids))
    assert set(APP_WIDE) <= {action.id for action in ACTIONS}
