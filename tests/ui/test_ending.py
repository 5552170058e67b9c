"""How the console ends when it is not the user who ends it: words or a crash report, no traceback
on the screen, and the terminal as it was."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from mckconsole.cli.errors import UsageError
from mckconsole.cli.exit_codes import ExitCode
from mckconsole.store.live import LiveFleet
from mckconsole.ui.app import ConsoleApp
from mckconsole.ui.commands import Commands
from mckconsole.ui.detail_views import ClusterView
from mckconsole.ui.dialogs import Dialogs
from mckconsole.ui.pane_tables import FleetTable
from mckconsole.ui.settings import OpenFleet, Settings
from mckconsole.ui.shell import Shell
from mckwidgets.key_help import KeyHelp
from tests.ui.console import console
from tests.ui.pty import Pty
from tests.ui.stories import read

SECRET = "hunter2-was-here"


class Bug(Exception):
    """What a test puts into the console."""


def buggy(*arguments: Any, **more: Any) -> NoReturn:
    password = SECRET
    raise Bug(password)


async def buggy_later(*arguments: Any, **more: Any) -> NoReturn:
    buggy()


PLACES: dict[str, tuple[type, str, Callable[..., Any], tuple[str, ...]]] = {
    "showing a frame": (FleetTable, "show", buggy, ()),
    "an action of a view": (FleetTable, "do_view_wide", buggy, ("w",)),
    "an action of the shell": (Shell, "do_scope_all", buggy, ("0",)),
    "a dialog": (Dialogs, "do_help_open", buggy, ("?",)),
    "inside a dialog": (KeyHelp, "box_line", buggy, ("?",)),
    "a command": (Commands, "run", buggy, (":", "x", "enter")),
    "typing": (FleetTable, "typed", buggy, ("/", "x")),
    "opening a view": (ClusterView, "build", buggy, ("enter",)),
    "a question to the fleet": (LiveFleet, "examine", buggy_later, ("enter",)),
    "words around a view": (Shell, "_tell_view", buggy, ("j",)),
}


@pytest.mark.parametrize("place", PLACES)
async def test_a_bug_ends_it_and_nothing_is_printed(
    live: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    place: str,
) -> None:
    owner, name, bug, keys = PLACES[place]

    def spoil() -> None:
        monkeypatch.setattr(owner, name, bug)

    ended: list[ConsoleApp] = []
    with pytest.raises(Bug):
        await played(live, ended, spoil, *keys)
    (app,) = ended
    assert isinstance(app.crash, Bug), "the bug itself, not a wrapper around it"
    assert app.return_value is None
    assert capfd.readouterr() == ("", "")


async def played(
    settings: Settings, ended: list[ConsoleApp], spoil: Callable[[], None], *keys: str
) -> None:
    """Press keys and wait for the end."""
    async with console(settings) as running:
        ended.append(running.app)
        await read(running)
        spoil()
        await running.press(*keys)
        await running.until(lambda: running.app.crash is not None)


async def test_a_fleet_that_cannot_be_opened_ends_it_with_words(live: Settings) -> None:
    @asynccontextmanager
    async def refused() -> AsyncIterator[OpenFleet]:
        raise UsageError("there is no such kubeconfig")
        yield

    ended: list[ConsoleApp] = []
    with pytest.raises(UsageError, match="no such kubeconfig"):
        await played(replace(live, open_fleet=refused), ended, lambda: None)
    assert isinstance(ended[0].crash, UsageError)


# On a terminal.


def on_terminal(code: str, home: Path, *arguments: str) -> tuple[int, str]:
    """Run the command line after `code`; its exit status, and what it wrote after the screen."""
    start = (
        f"import sys\n{code}\nfrom mckconsole.cli.main import main\nsys.exit(main(sys.argv[1:]))"
    )
    with Pty([sys.executable, "-c", start, *arguments], env={"HOME": str(home)}) as pty:
        before = pty.attributes_before
        status = pty.wait()
        assert pty.attributes() == before, "the terminal is as it was"
        return status, pty.output.decode()


def after_the_screen(output: str) -> str:
    """What stands on the terminal when the screen is left."""
    assert "\x1b[?1049h" in output, "the screen was never taken"
    return output.rpartition("\x1b[?1049l")[2]


def test_a_kubeconfig_that_is_not_there(tmp_path: Path) -> None:
    status, output = on_terminal("", tmp_path, "--kubeconfig", str(tmp_path / "nowhere"))
    assert status == ExitCode.USAGE
    words = after_the_screen(output)
    assert "nowhere" in words
    assert "Traceback" not in output


def test_no_kubeconfig_at_all(tmp_path: Path) -> None:
    status, output = on_terminal("", tmp_path)
    assert status == ExitCode.USAGE
    assert "no kubeconfig" in after_the_screen(output)


SHOWING = """
from mckconsole.ui.shell import Shell as Place
name = "show"
"""
PAINTING = """
from mckwidgets.grid import Grid as Place
name = "render_line"
"""
LAYING_OUT = """
from mckwidgets.crumbs import Crumbs as Place
name = "parts"
"""


@pytest.mark.parametrize(
    "place", [SHOWING, PAINTING, LAYING_OUT], ids=["showing", "painting", "a bar"]
)
def test_a_bug_leaves_a_report_without_values(tmp_path: Path, place: str) -> None:
    code = f"""{place}
def buggy(self, *arguments):
    password = {SECRET!r}
    raise RuntimeError(password)
setattr(Place, name, buggy)
"""
    status, output = on_terminal(code, tmp_path, "--demo")
    assert status == ExitCode.CRASH
    words = after_the_screen(output)
    assert SECRET not in output
    assert "Traceback" not in output
    path = re.search(r"\S+crash-\S+\.txt", words)
    assert path, words
    report = Path(path.group()).read_text()
    assert "RuntimeError" in report
    assert "in buggy" in report
    assert SECRET not in report
