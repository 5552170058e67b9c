"""Leaving while something is under way: that is no error, whatever it was."""

from __future__ import annotations

import gc

import pytest
from textual.strip import Strip

from mckconsole.ui.actions import ACTIONS
from mckconsole.ui.settings import Settings
from mckconsole.ui.shell import APP_WIDE, PANE_ACTIONS
from mckconsole.views.detail import ClusterTarget
from tests.ui.console import console

ALL = [action.id for action in (*ACTIONS, *PANE_ACTIONS) if action.id not in APP_WIDE]


async def test_while_a_view_is_being_opened(live: Settings) -> None:
    async with console(live) as it:
        await it.settled()
        it.shell.go(ClusterTarget("gcp-eu-1"))
        it.app.exit(0)
    assert it.app.return_code == 0


async def test_nothing_that_was_painted_stays_of_what_was_left(live: Settings) -> None:
    async with console(live) as it:
        await it.settled()
        await it.press("p")  # no frames, which paint too
        counts = []
        for _ in range(3):
            for _ in range(5):
                await it.press("question_mark")
                await it.until(lambda: it.app.screen is not it.shell)
                await it.press("escape")
                await it.until(lambda: it.app.screen is it.shell)
            gc.collect()
            counts.append(sum(type(one) is Strip for one in gc.get_objects()))
        assert counts[2] - counts[1] < 800, counts  # a dialog alone has more than 300


@pytest.mark.parametrize("pane", ["fleet", "mesh"])
async def test_while_any_action_is_being_done(live: Settings, pane: str) -> None:
    """Everything at once, as from a terminal that sent a screenful of keys before ctrl+q."""
    async with console(live) as it:
        await it.settled()
        await it.press("1" if pane == "fleet" else "2")
        for action in ALL:
            it.shell.action_perform(action)
        it.app.exit(0)
    assert it.app.return_code == 0


@pytest.mark.parametrize("keys", [":", "/", "?", "c", "T", "s", "ctrl+p", "enter", "2"])
async def test_right_after_a_key(live: Settings, keys: str) -> None:
    async with console(live) as it:
        await it.settled()
        names = {":": "colon", "/": "slash", "?": "question_mark"}
        it.app.simulate_key(names.get(keys, keys))
        it.app.simulate_key("ctrl+q")
        await it.until(lambda: it.app._exit)
    assert it.app.return_code == 0
