"""Leaving while something is under way: that is no error, whatever it was."""

from __future__ import annotations

import pytest

from mckconsole.ui.actions import ACTIONS
from mckconsole.ui.settings import Settings
from mckconsole.ui.shell import APP_WIDE, PANE_ACTIONS
from mckconsole.views.detail import ClusterTarget
from tests.ui.console import console

ALL = [action.id for action in (*ACTIONS, *PANE_ACTIONS) if action.id not in APP_WIDE]


async def test_while_a_view_is_being_opened(settings: Settings) -> None:
    async with console(settings) as it:
        await it.settled()
        it.shell.go(ClusterTarget("gcp-eu-1"))
        it.app.exit(0)
    assert it.app.return_code == 0


@pytest.mark.parametrize("pane", ["fleet", "mesh"])
async def test_while_any_action_is_being_done(settings: Settings, pane: str) -> None:
    """Everything at once, as from a terminal that sent a screenful of keys before ctrl+q."""
    async with console(settings) as it:
        await it.settled()
        await it.press("1" if pane == "fleet" else "2")
        for action in ALL:
            it.shell.action_perform(action)
        it.app.exit(0)
    assert it.app.return_code == 0


@pytest.mark.parametrize("keys", [":", "/", "?", "c", "T", "s", "ctrl+p", "enter", "2"])
async def test_right_after_a_key(settings: Settings, keys: str) -> None:
    async with console(settings) as it:
        await it.settled()
        names = {":": "colon", "/": "slash", "?": "question_mark"}
        it.app.simulate_key(names.get(keys, keys))
        it.app.simulate_key("ctrl+q")
        await it.until(lambda: it.app._exit)
    assert it.app.return_code == 0
