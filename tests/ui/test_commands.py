"""The `:` command line: commands, near matches, completions, history, the way out."""

from __future__ import annotations

from collections import Counter

import pytest

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.ui.settings import Settings
from mckwidgets.key_help import KeyHelp
from mckwidgets.picker import Picker
from tests.ui.console import Console, console
from tests.ui.stories import messages, prompt, read, shown, table


async def command(running: Console, text: str) -> None:
    await running.type(f":{text}")
    await running.press("enter")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fleat", "did you mean :fleet?"),
        ("mehs", "did you mean :mesh?"),
        ("exprot", "did you mean :export?"),
        ("xyzzy", ":help lists the commands"),
        ("theme nosuch", "there is no theme nosuch; there are dark"),
        ("sort nosuch", "nosuch"),
    ],
)
async def test_what_is_not_understood_is_said_and_changes_nothing(
    still: Settings, text: str, words: str, size: tuple[int, int]
) -> None:
    async with console(still, size=size) as running:
        await read(running)
        before = standing(running)
        await command(running, text)
        assert words[: size[0] - len(text) - 20] in prompt(running)
        await running.press("escape")
        assert not running.shell.typing
        assert standing(running) == before


async def test_what_cannot_be_trusted_is_said(live: Settings) -> None:
    async with console(live) as running:
        await read(running)
        before = standing(running)
        for text, words in (("trust nosuch", "nosuch does not wait"), ("trust", "which cluster")):
            await command(running, text)
            assert words in prompt(running)
            await running.press("escape")
            assert standing(running) == before


def standing(running: Console) -> tuple[object, ...]:
    """What a command could change."""
    shell = running.shell
    return (*shell.stacks.path, shell.scope, running.app.theme, table(running).grid.sort)


async def test_what_was_wrong_can_be_corrected(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        await command(running, "mehs")
        await running.press("backspace", "backspace")
        assert "did you mean" not in prompt(running), "it is another text now"
        await running.type("sh")
        await running.press("enter")
        assert running.shell.stacks.pane == "mesh"


async def test_completions(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        await running.type(":me")
        assert "mesh" in running.text()
        await running.press("tab", "enter")
        assert running.shell.stacks.pane == "mesh"
        await running.type(":xpor")
        assert "export" in running.text(), "also what only contains it"
        await running.press("escape")
        await running.type(":theme li")
        await running.press("tab", "enter")
        assert running.app.theme == "light"


async def test_empty_and_blank_close_the_prompt(still: Settings) -> None:
    async with console(still) as running:
        for text in ("", "   "):
            await command(running, text)
            assert not running.shell.typing
        await running.type(":")
        await running.press("backspace")
        assert not running.shell.typing


async def test_history(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        for text in ("mesh", "fleet", "mesh", "nonsense"):
            await command(running, text)
        await running.press("escape")
        await running.type(":")
        await running.press("up")
        assert prompt(running).split()[0] == ":mesh", "what was wrong is not remembered"
        await running.press("up")
        assert prompt(running).split()[0] == ":fleet"
        await running.press("up")
        assert prompt(running).split()[0] == ":fleet", "each once"
        await running.press("down", "down", "escape")
        await running.type("/")
        await running.press("up")
        assert "fleet" not in prompt(running), "filters have a history of their own"


@pytest.mark.parametrize("text", ["q", "quit", "qa", "q!", "exit", " q "])
async def test_leaving(still: Settings, text: str) -> None:
    async with console(still) as running:
        await read(running)
        await running.press("enter", "enter")
        await command(running, text)
        assert running.app._exit
    assert running.app.return_value == 0


async def test_commands_that_open_something(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        for text, kind in {
            "help": KeyHelp, "h": KeyHelp, "?": KeyHelp, "ctx": Picker, "scope": Picker,
            "sort": Picker, "theme": Picker,
        }.items():  # fmt: skip
            await command(running, text)
            assert isinstance(running.app.screen, kind), text
            await running.press("escape")
            assert running.app.screen is running.shell
            assert running.app.focused is running.shell.view.main


async def test_refreshing_by_command(fleet: EmbeddedFleet, live: Settings) -> None:
    async with console(live) as running:
        await read(running)
        before = len(fleet.clusters["onprem-1"].requests)
        await command(running, "refresh")
        await running.until(lambda: len(fleet.clusters["onprem-1"].requests) > before)
        assert messages(running)


async def test_a_table_s_commands_elsewhere(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        await running.press("enter")
        await command(running, "sort cluster")
        assert "only a table can be sorted" in prompt(running)
        await running.press("escape", "escape")
        assert len(shown(running)) == 9


async def test_no_name_means_two_commands(still: Settings) -> None:
    async with console(still) as running:
        names = Counter(
            name for one in running.shell.commands.all for name in (one.name, *one.aliases)
        )
        assert [name for name, count in names.items() if count > 1] == []


async def test_what_a_stranger_might_have_named(still: Settings) -> None:
    """Nothing that is typed or pasted is markup, a command of the shell or an escape."""
    async with console(still) as running:
        await read(running)
        for text in ("[bold]x[/]", "[@click=app.quit]x[/]", "$(reboot)", "../../etc/passwd", "%s"):
            await command(running, text)
            assert text in prompt(running)
            await running.press("escape")
        assert running.app.is_running
