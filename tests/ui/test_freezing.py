"""`p` freezes what is shown, in every view; `r` asks again."""

from __future__ import annotations

import pytest

from mckconsole.demo.faults import refuse, silence
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.states import ClusterState
from mckconsole.ui.detail_views import ClusterView, LinkView
from mckconsole.ui.settings import Settings
from tests.ui.console import Console, console
from tests.ui.stories import (
    INCIDENT,
    cluster,
    link,
    measured,
    messages,
    read,
    read_again,
    shown,
    table,
)

VIEWS = {
    "fleet": (),
    "matrix": ("2",),
    "mesh": ("2", "v"),
    "cluster": ("enter",),
    "finding": ("enter", "enter"),
    "tunnel": ("2", "enter"),
    "transitions": ("2", "e"),
    "metrics": ("2", "l", "m"),
}
SLOW, DEAD = 61.0, 181.0


async def dead_at_last(running: Console, fleet: EmbeddedFleet) -> None:
    """The script is over, and all of it was read, whether it is shown or not."""
    fleet.advance(DEAD)
    for _ in range(4):
        await read_again(running, fleet)
    newest = running.shell._newest
    assert newest is not None
    assert "MESH-DOWN" in {
        one.rule for one in newest.analysis.findings if one.cluster == INCIDENT[0]
    }


@pytest.mark.parametrize("name", VIEWS)
async def test_nothing_moves(fleet: EmbeddedFleet, live: Settings, name: str) -> None:
    async with console(live) as running:
        await measured(running)
        await running.press(*VIEWS[name])
        await running.settled()
        view = running.shell.view
        if isinstance(view, ClusterView):  # what it asked for itself is there
            await running.until(lambda: view._access is not None)
        await running.until(lambda: "asking Prometheus" not in running.text())
        await running.press("p")
        frozen = running.text()
        assert "FROZEN at " in frozen.split("\n")[0]
        before = link(running, *INCIDENT).rtt
        fleet.advance(SLOW)
        await read_again(running, fleet)
        assert running.text() == frozen
        assert link(running, *INCIDENT).rtt == before
        await running.press("p")
        assert "FROZEN" not in running.text()
        now = link(running, *INCIDENT).rtt
        assert now is not None
        assert now.average == pytest.approx(0.6558), "what is now is shown at once"


async def test_what_is_opened_while_frozen_is_frozen(
    fleet: EmbeddedFleet, live: Settings, size: tuple[int, int]
) -> None:
    async with console(live, size=size) as running:
        await measured(running)
        await running.press("p")
        await dead_at_last(running, fleet)
        assert "7/7" in next(li for li in running.text().split("\n") if INCIDENT[0] in li)
        table(running).grid.move_to(INCIDENT[0])
        await running.press("enter")
        assert "MESH-DOWN" not in running.text()
        if size[1] > 24:  # tunnels stand below the findings
            lines = running.text().split("\n")
            for _ in range(6):
                await running.press("pagedown")
                lines += running.text().split("\n")
            assert any("→ aks-weu-1" in line and "● up" in line for line in lines)
        await running.press("2", "v")
        await running.type("/from:aws-use1 to:aks driver:libreswan")
        await running.press("enter")
        assert "● up" in running.text()
        await running.press("enter")
        assert isinstance(running.shell.view, LinkView)
        assert "✖ down" not in running.text()
        await running.press("p")
        assert "✖ down" in running.text()


async def test_filter_order_and_scope_work_on_what_is_frozen(live: Settings) -> None:
    async with console(live) as running:
        await read(running)
        await running.press("p")
        await running.type("/aws")
        await running.press("enter")
        assert len(shown(running)) == 2
        await running.type(":ctx aws-use1-1")
        await running.press("enter")
        assert shown(running) == ["aws-use1-1"]
        assert "FROZEN" in running.text()


async def test_by_command_and_by_mouse(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        await running.type(":pause")
        await running.press("enter")
        title = running.text().split("\n")[0]
        assert "FROZEN" in title
        await running.pilot.click(offset=(title.index("FROZEN"), 0))
        await running.quiet()
        assert "data ≤" in running.text().split("\n")[0]


async def test_a_repaired_cluster_is_shown_at_once(fleet: EmbeddedFleet, live: Settings) -> None:
    """Without `r` it would wait for its next try."""
    fleet.clusters["onprem-1"].faults.add(refuse(401, "no", reason="Unauthorized"))
    async with console(live) as running:
        await running.until(
            lambda: (
                running.shell.frame
                and cluster(running, "onprem-1").state is ClusterState.UNAUTHORIZED
            )
        )
        line = next(li for li in running.text().split("\n") if "onprem-1" in li)
        assert "unauthorized" in line
        fleet.clusters["onprem-1"].faults.clear()
        await running.press("r")
        assert messages(running)
        await running.until(lambda: cluster(running, "onprem-1").state is ClusterState.READY)
        line = next(li for li in running.text().split("\n") if "onprem-1" in li)
        assert "ready" in line


async def test_only_what_is_in_scope_is_asked_again(fleet: EmbeddedFleet, live: Settings) -> None:
    async with console(live) as running:
        await read(running)
        await running.type(":ctx onprem-1")
        await running.press("enter")
        others = [one for name, one in fleet.clusters.items() if name != "onprem-1"]
        before = sum(len(one.requests) for one in others), len(fleet.clusters["onprem-1"].requests)
        await running.press("r")
        await running.until(lambda: len(fleet.clusters["onprem-1"].requests) > before[1])
        assert sum(len(one.requests) for one in others) - before[0] <= len(others)


async def test_a_cluster_that_falls_silent_does_not_disturb_the_others(
    fleet: EmbeddedFleet, live: Settings
) -> None:
    async with console(live) as running:
        await read(running)
        fleet.clusters["gcp-eu-1"].faults.add(silence())
        await running.press("r", "2", "1")
        line = next(li for li in running.text().split("\n") if "onprem-1" in li)
        assert "ready" in line
