"""The demo's incident: a tunnel slows, flaps and dies, and is followed from the fleet's row to the
evidence in at most four keys."""

from __future__ import annotations

import re

from mckconsole.analysis.mesh.links import LinkState
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.ui.detail_views import (
    ClusterView,
    FindingView,
    LinkView,
    ObjectView,
    TransitionsView,
)
from mckconsole.ui.pane_tables import FleetTable, MeshTable
from mckconsole.ui.settings import Settings
from tests.ui.console import Console, console
from tests.ui.stories import INCIDENT, frame, link, measured, playing, read, read_again, table

SLOW, DOWN, UP, DEAD = 61.0, 121.0, 156.0, 181.0
"""Seconds after the start: it is slow, down for the first time, up for the last time, and dead."""


def row(running: Console, *words: str) -> str:
    """The first line of the screen with all `words`."""
    for line in running.text().split("\n"):
        if all(word in line for word in words):
            return line
    raise AssertionError(f"no line with {words}:\n{running.text()}")


def state(running: Console) -> LinkState:
    return link(running, *INCIDENT).state


async def believed(running: Console, fleet: EmbeddedFleet, wanted: LinkState) -> None:
    """Read again until the tunnel is shown in this state: changes are confirmed before."""
    for _ in range(20):  # on a slow machine the tunnel may flap meanwhile
        if all(link(running, *way).state is wanted for way in (INCIDENT, INCIDENT[::-1])):
            return
        await read_again(running, fleet)
    raise AssertionError(f"not {wanted}:\n{running.text()}")


async def died(running: Console, fleet: EmbeddedFleet) -> None:
    """Play the script to its end."""
    await read(running)
    await playing(running, fleet, DEAD)
    await believed(running, fleet, LinkState.DOWN)


async def test_from_the_fleet_to_the_evidence_in_three_keys(
    fleet: EmbeddedFleet, live: Settings, size: tuple[int, int]
) -> None:
    """With the cursor on the cluster's row: its worst finding first, and what shows it."""
    async with console(live, size=size) as running:
        await died(running, fleet)
        table(running).grid.move_to(INCIDENT[0])
        await running.press("enter")
        assert isinstance(running.shell.view, ClusterView)
        _, _, _, heading, worst, *_ = running.text().split("\n")
        assert "Findings" in heading
        assert worst.startswith("› ✖")
        assert f"{INCIDENT[1]}: down" in worst
        await running.press("enter")
        assert isinstance(running.shell.view, FindingView)
        text = " ".join(running.text().split())
        assert "Evidence" in text
        assert "status.connections" in text
        assert "= error" in text
        assert "Gateway submariner-operator/" in text
        await running.press("Y")
        await running.until(lambda: "kind: Gateway" in running.text())
        assert isinstance(running.shell.view, ObjectView)


async def test_from_the_fleet_to_both_sides_in_three_keys(
    fleet: EmbeddedFleet, live: Settings, size: tuple[int, int]
) -> None:
    """The matrix stands where the trouble is; the list can be searched."""
    async with console(live, size=size) as running:
        await died(running, fleet)
        await running.press("2", "v")
        assert isinstance(running.shell.view, MeshTable)
        table(running).grid.move_to(str(link(running, *INCIDENT).key))
        await running.press("enter")
        assert isinstance(running.shell.view, LinkView)
        sides = row(running, f"{INCIDENT[0]} → {INCIDENT[1]}", f"{INCIDENT[1]} → {INCIDENT[0]}")
        assert sides.count("✖ down") == 2
        await running.type("/= error")
        await running.press("enter")
        assert "1 of " in running.text().split("\n")[2]
        assert row(running, "= error")


async def test_what_every_screen_says_as_it_slows_flaps_and_dies(
    fleet: EmbeddedFleet, live: Settings
) -> None:
    async with console(live, size=(160, 50)) as running:
        await measured(running)
        before = row(running, INCIDENT[0])
        assert "7/7" in before
        assert state(running) is LinkState.UP

        # Slow: not believed at once.
        begin = fleet.now()
        await playing(running, fleet, SLOW)
        assert state(running) is LinkState.UP
        await believed(running, fleet, LinkState.SLOW)
        await running.press("2", "v")
        slow = row(running, *INCIDENT, "▲ slow")
        assert "656 ms" in slow
        assert any(sign in slow for sign in "▁▂▃▄▅▆▇█"), "the trend"

        # It flaps: down, as the gateway itself says so.
        await playing(running, fleet, begin + DOWN - fleet.now())
        await believed(running, fleet, LinkState.DOWN)
        assert "last" in row(running, *INCIDENT, "✖ down"), "its round trip is not current"
        await playing(running, fleet, begin + UP - fleet.now())
        await believed(running, fleet, LinkState.SLOW)

        # It dies.
        await playing(running, fleet, begin + DEAD - fleet.now())
        await believed(running, fleet, LinkState.DOWN)

        table(running).grid.move_to(str(link(running, *INCIDENT).key))
        await running.press("e")
        assert isinstance(running.shell.view, TransitionsView)
        text = running.text()
        assert text.index("→ ✖ down") < text.index("● up → "), "the newest is first"
        assert "● up → ▲ slow" in text
        assert "▲ slow → ✖ down" in text

        await running.press("1")
        after = row(running, INCIDENT[0])
        assert "6/7" in after
        assert "✖" in after
        rules = {one.rule for one in frame(running).analysis.findings if one.cluster in INCIDENT}
        assert "MESH-DOWN" in rules


async def test_since_is_told_from_the_change_on(fleet: EmbeddedFleet, live: Settings) -> None:
    async with console(live, size=(160, 50)) as running:
        await died(running, fleet)
        since = link(running, *INCIDENT).since
        assert since is not None
        await playing(running, fleet, 90.0)
        await read_again(running, fleet)
        assert link(running, *INCIDENT).since == since
        await running.press("2", "v")
        assert re.search(r" \d+ s ", row(running, *INCIDENT, "✖ down"))


async def test_esc_and_q_come_back_level_by_level(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        for key in ("escape", "q"):
            kinds = []
            for _ in range(3):
                await running.press("enter")
                kinds.append(type(running.shell.view))
            assert kinds[0] is ClusterView
            assert len(running.shell.stacks.path) == 4
            for depth in (3, 2, 1):
                await running.press(key)
                assert len(running.shell.stacks.path) == depth
                if depth > 1:
                    assert type(running.shell.view) is kinds[depth - 2]
            assert isinstance(running.shell.view, FleetTable)
        await running.press("escape")
        assert running.app.is_running, "esc never leaves"
        await running.press("q")
        assert not running.app.is_running or running.app._exit
    assert running.app.return_value == 0


async def test_ctrl_q_leaves_from_anywhere(still: Settings) -> None:
    for keys in (("enter", "enter"), ("colon", "x"), ("question_mark",), ("c",), ("ctrl+p",)):
        async with console(still) as running:
            await read(running)
            await running.press(*keys)
            await running.press("ctrl+q")
            assert running.app._exit, keys
        assert running.app.return_value == 0
