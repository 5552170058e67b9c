"""Twenty thousand random keys over the demo: nothing breaks, and only reads arrive.

The keys are seeded: a failure is repeated with the seed in its message. Four monkeys share them, so
that they can play side by side.
"""

from __future__ import annotations

import asyncio
import gc
import os
from pathlib import Path

import pytest

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.ui.app import ConsoleApp
from tests.ui.console import Console, console, settings_for
from tests.ui.monkey import Monkey

SEED = int(os.environ.get("MCKCONSOLE_MONKEY_SEED", "20260801"))
SEEDS = [SEED + number for number in range(4)]
KEYS = int(os.environ.get("MCKCONSOLE_MONKEY_KEYS", "20000")) // len(SEEDS)
"""Keys of each."""
BATCH = 40
"""Keys that are sent before the application is let settle."""
REVIEWS = ("selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews")
READS = ("get", "list", "watch", "")
"""Verbs; none where a server was told to be silent before it looked."""
ENTRIES = ("exec", "attach", "portforward", "proxy")
"""Parts of objects that GET does not only read."""


async def play(running: Console, fleet: EmbeddedFleet, seed: int) -> None:
    """Let the monkey press all its keys; the script of the demo goes on meanwhile."""
    monkey, app = Monkey(seed), running.app
    driver = app._driver
    assert driver is not None
    for number in range(KEYS // BATCH):
        size = (app.size.width, app.size.height)
        extras = monkey.extras(size) if number % 2 else ()
        for event in (*monkey.keys(BATCH), *extras):
            driver.process_message(event)
        await all_typed(running)
        if number % 20 == 0:
            await running.pilot.resize_terminal(*monkey.size())
        if number % 10 == 0:
            fleet.advance(5.0)
        assert app.crash is None, f"batch {number}, seed {seed}: {app.crash!r}"
        assert app.is_running, f"batch {number} ended the program, seed {seed}"


async def all_typed(running: Console) -> None:
    """Wait until every key had its effect, and paint what came of them."""
    app = running.app
    while True:
        await running.pilot._wait_for_screen()
        if app.type_ahead.idle or app.crash is not None:
            break
    app.screen._on_timer_update()


async def leave_everything(running: Console) -> None:
    """Out of every dialog and prompt, to the whole fleet."""
    await running.pilot.resize_terminal(120, 40)
    for _ in range(40):
        await running.press("escape")
    assert running.app.screen is running.shell
    for command in (":ctx *", ":ns -", ":fleet"):
        await running.type(command)
        await running.press("enter")
    for _ in range(40):
        await running.press("escape")  # what was open in the fleet itself, and its filter
    if running.shell.paused:
        await running.press("p")


def only_reads(fleet: EmbeddedFleet) -> int:
    """How many requests arrived; each of them only read."""
    for cluster in fleet.clusters.values():
        for record in cluster.requests:
            last = record.path.rpartition("/")[2]
            if record.method == "POST":
                assert last in REVIEWS, record
            else:
                assert record.method == "GET", record
                assert record.verb in READS, record
                assert last not in ENTRIES, record
    return sum(len(cluster.requests) for cluster in fleet.clusters.values())


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
async def test_random_keys_break_nothing_and_only_read(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quits: list[object] = []
    unhandled: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: unhandled.append(repr(context)))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    exports = tmp_path / "exports"
    async with EmbeddedFleet() as fleet:
        async with console(settings_for(fleet, exports)) as running:
            await running.settled()
            with monkeypatch.context() as inside:
                inside.setattr(ConsoleApp, "exit", lambda *result, **_: quits.append(result))
                await play(running, fleet, seed)
                await leave_everything(running)
            await running.until(lambda: "gcp-eu-1" in running.text())  # it still works
            assert len(running.app._registry) < 160, "and nothing piled up in it"
        asked = only_reads(fleet)
    gc.collect()
    await asyncio.sleep(0)
    assert unhandled == []
    assert asked > 100, "the monkey looked at a fleet"
    assert quits, "the monkey found the way out"
    assert list(exports.iterdir()), "and saved something"
