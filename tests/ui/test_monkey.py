"""Twenty thousand random keys over the demo: nothing breaks, and only reads arrive.

The keys are seeded: a failure is repeated with the seed in its message.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.ui.actions import everything
from mckconsole.views.panes import PANES
from tests.ui.console import Console, console, settings_for

KEYS = int(os.environ.get("MCKCONSOLE_MONKEY_KEYS", "20000"))
SEED = int(os.environ.get("MCKCONSOLE_MONKEY_SEED", "20260801"))
BATCH = 25
"""Keys that are sent before the application is let settle."""
SIZES = ((80, 24), (120, 40), (200, 50), (40, 10), (1, 1), (80, 24))
LEAVING = {"ctrl+q", "ctrl+c", "ctrl+z", "q"}
"""Keys that end or stop the program: the monkey is to stay inside."""
REVIEWS = ("selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews")


def alphabet() -> list[str]:
    """Every key of the registry, what is typed into prompts, and some that mean nothing."""
    panes = [(pane.name, pane.key, pane.title) for pane in PANES]
    keys = [key for action in everything(panes) for key in action.keys]
    typed = [*"abcdefghijklmnoprstuvwxyz0123456789", "space", "full_stop", "asterisk"]
    odd = ["f1", "f12", "ctrl+w", "ctrl+k", "backspace", "delete", "ctrl+left", "alt+x", "[", "é"]
    useful = ["enter", "escape", "down", "up", "escape", "enter", "colon", "slash"]
    return [key for key in (*keys, *typed, *odd, *useful * 3) if key not in LEAVING]


def key_presses(seed: int, count: int) -> Iterator[list[str]]:
    chance = random.Random(seed)
    choices = alphabet()
    for _ in range(count // BATCH):
        yield chance.choices(choices, k=BATCH)


async def play(running: Console, fleet: EmbeddedFleet) -> None:
    chance = random.Random(SEED)
    for number, keys in enumerate(key_presses(SEED, KEYS)):
        for key in keys:
            character = key if len(key) == 1 else None
            running.app.post_message(events.Key(key, character))
        await running.pilot.pause()
        if number % 20 == 0:
            await running.pilot.resize_terminal(*chance.choice(SIZES))
        if number % 10 == 0:
            fleet.advance(1.0)
        assert running.app.crash is None, f"batch {number}, seed {SEED}: {running.app.crash!r}"
        assert running.app.is_running, f"batch {number} ended the program, seed {SEED}"


@pytest.mark.slow
async def test_random_keys_break_nothing_and_only_read(tmp_path: Path) -> None:
    unhandled: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: unhandled.append(repr(context)))
    async with EmbeddedFleet() as fleet:
        async with console(settings_for(fleet, tmp_path)) as running:
            await running.settled()
            await play(running, fleet)
        for name, cluster in fleet.clusters.items():
            assert cluster.writes == [], name
            for record in cluster.requests:
                review = record.path.rpartition("/")[2] in REVIEWS
                assert record.method == "GET" or (record.method == "POST" and review)
        asked = sum(len(cluster.requests) for cluster in fleet.clusters.values())
    assert asked > 100, "the monkey looked at a fleet"
    assert unhandled == []
