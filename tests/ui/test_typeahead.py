"""Keys that come all at once: each goes to what the one before it has opened."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from textual import events

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.ui.matrix_view import MatrixView
from mckconsole.ui.table_view import TableView
from mckconsole.ui.typeahead import TICK, TICKS
from mckwidgets.picker import Picker
from tests.ui.console import Console, console, key_event, settings_for


async def burst(running: Console, *keys: str) -> None:
    """Send keys as a terminal does that reads them in one piece."""
    for key in keys:
        running.app.post_message(key_event(key))
    await running.quiet()
    assert running.app.type_ahead.idle


async def test_each_key_goes_to_what_the_one_before_it_opened(tmp_path: Path) -> None:
    async with EmbeddedFleet() as fleet, console(settings_for(fleet, tmp_path)) as running:
        await running.settled()
        shell = running.shell
        await burst(running, *":mesh", "enter")
        assert isinstance(shell.view, MatrixView)
        assert not shell.typing
        await burst(running, "1", *":sort state", "enter")
        assert isinstance(shell.view, TableView)
        assert shell.view.grid.sort == ("state", False)
        await burst(running, *"2v", "enter", "m", "escape", "escape", "1", "enter")
        assert [view.pane for view in shell.stacks.path] == ["fleet", "fleet"]
        await burst(running, "escape", "/", *"eu", "enter", "G", "space")
        view = shell.view
        assert isinstance(view, TableView)
        assert view.filter_text == "eu"
        assert view.grid.marked == {view.grid.visible_rows()[-1].id}
        await burst(running, "ctrl+p", *"light", "enter")
        assert running.app.theme == "light"
        await burst(running, "c", *"gcp", "enter", ":", "t")
        assert shell.scope.names == {"gcp-eu-1"}
        assert shell.typing


async def test_what_is_pasted_keeps_its_place(tmp_path: Path) -> None:
    async with EmbeddedFleet() as fleet, console(settings_for(fleet, tmp_path)) as running:
        await running.settled()
        app = running.app
        for event in (key_event(":"), events.Paste("theme "), key_event("m"), events.Paste("ono")):
            app.post_message(event)
        await burst(running, "enter")
        assert app.theme == "mono"


async def test_a_dialog_gets_the_keys_behind_the_one_that_opened_it(tmp_path: Path) -> None:
    async with EmbeddedFleet() as fleet, console(settings_for(fleet, tmp_path)) as running:
        await running.settled()
        await burst(running, "s", "down", "q", "escape", "?", "escape", "s")
        assert isinstance(running.app.screen, Picker)


async def test_a_marker_that_is_lost_holds_nothing_up_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with EmbeddedFleet() as fleet, console(settings_for(fleet, tmp_path)) as running:
        await running.settled()
        ahead = running.app.type_ahead
        monkeypatch.setattr(ahead, "_send", lambda *_: None)
        running.app.post_message(key_event("2"))
        running.app.post_message(key_event("v"))
        await running.until(lambda: isinstance(running.shell.view, TableView) and ahead.idle)
        assert running.shell.view.pane == "mesh"


async def test_a_busy_loop_lets_no_key_past_the_one_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with EmbeddedFleet() as fleet, console(settings_for(fleet, tmp_path)) as running:
        await running.settled()
        prompting = running.shell.prompting
        open_quickly = prompting.open

        async def open_slowly(sign: str, text: str) -> None:
            time.sleep(2 * TICK * TICKS)  # noqa: ASYNC251 - it is the loop that is held up
            await open_quickly(sign, text)

        monkeypatch.setattr(prompting, "open", open_slowly)
        await burst(running, *":mesh", "enter")
        assert running.shell.view.pane == "mesh"
        assert not running.shell.typing
