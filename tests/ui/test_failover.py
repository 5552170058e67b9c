"""`x`: what if these clusters are lost; what if each cluster of this service is."""

from __future__ import annotations

import pytest

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.ui.failover_views import FailoverView, LossesView
from mckconsole.ui.service_views import ServiceView
from mckconsole.ui.settings import Settings
from mckconsole.views.detail import FailoverTarget, ServiceTarget
from tests.ui.console import Console, console
from tests.ui.stories import frame, read, table

LOST = "gcp-eu-1"
SERVICE = "media/tiles"
"""Exported by that cluster alone."""


def crumbs(running: Console) -> str:
    return " ".join(running.text().split("\n")[2].split())


def words(running: Console) -> str:
    return " ".join(running.text().split())


def plain(view: FailoverView) -> str:
    """The whole document, as one line."""
    return " ".join(view.text.plain_text().split())


async def settled(running: Console) -> None:
    """Wait until everything was read or given up, so that no service is judged too early."""
    await running.settled()
    await read(running)


async def worked_out(running: Console) -> FailoverView:
    """The screen, when the first simulation is on it."""
    view = running.shell.view
    assert isinstance(view, FailoverView)
    await running.until(lambda: view.detail is not None)
    return view


async def test_the_loss_of_the_cluster_under_the_cursor(
    still: Settings, size: tuple[int, int]
) -> None:
    async with console(still, size=size) as running:
        await settled(running)
        table(running).grid.move_to(LOST)
        await running.press("x")
        view = await worked_out(running)
        assert view.target == FailoverTarget((LOST,))
        assert "✖ outage" in crumbs(running)
        if size[0] > 80:
            assert f"what if {LOST} is lost" in crumbs(running)
        text = view.text.plain_text()
        for part in ("What it would mean", "Services", "Hosts", "Roles for other clusters",
                     "Lost with its cluster", "Room in the survivors", "Not known"):  # fmt: skip
            assert part in text
        assert f"✖ outage    {SERVICE}" in text
        assert "central log sink" in text
        # Enter goes on to the service, esc comes back.
        await running.press("/")
        await running.type(SERVICE)
        await running.press("enter", "enter")
        opened = running.shell.view
        assert isinstance(opened, ServiceView)
        assert opened.target == ServiceTarget(SERVICE)
        await running.press("escape")
        assert running.shell.view is view


async def test_marked_clusters_are_lost_together(still: Settings) -> None:
    async with console(still, size=(120, 40)) as running:
        await settled(running)
        for name in ("gcp-eu-1", "aks-weu-1"):
            table(running).grid.move_to(name)
            await running.press("space")
        await running.press("x")
        view = await worked_out(running)
        assert sorted(view.target.lost) == ["aks-weu-1", "gcp-eu-1"]
        assert "are lost" in crumbs(running)


async def test_the_losses_of_a_service_and_the_simulation_behind_a_line(
    still: Settings, size: tuple[int, int]
) -> None:
    async with console(still, size=size) as running:
        await settled(running)
        await running.press("3")
        table(running).grid.move_to(SERVICE)
        await running.press("x")
        losses = running.shell.view
        assert isinstance(losses, LossesView)
        await running.until(lambda: "✖ outage" in words(running))
        first = losses.text.plain_text().splitlines()
        assert any(line.strip().startswith(f"✖ outage    {LOST}") for line in first)
        assert any("nothing changes" in line for line in first)
        await running.press("enter")
        view = await worked_out(running)
        assert view.target == FailoverTarget((LOST,))


@pytest.mark.parametrize("pane", ["1", "3"])
async def test_x_works_behind_a_row_too(still: Settings, pane: str) -> None:
    async with console(still, size=(120, 40)) as running:
        await settled(running)
        await running.press(pane)
        table(running).grid.move_to(LOST if pane == "1" else SERVICE)
        await running.press("enter", "x")
        expected = FailoverView if pane == "1" else LossesView
        assert isinstance(running.shell.view, expected)


async def test_a_cluster_that_is_gone_meanwhile_changes_what_is_shown(
    live: Settings, fleet: EmbeddedFleet
) -> None:
    async with console(live, size=(120, 40)) as running:
        await settled(running)
        table(running).grid.move_to("aks-weu-1")
        await running.press("x")
        view = await worked_out(running)
        assert f"{LOST} (" not in plain(view)
        fleet.advance(1000.0)
        await running.press("r")
        await running.until(lambda: not frame(running).snapshot.clusters[LOST].state.readable)
        await running.until(lambda: f"{LOST} (unreachable)" in plain(view))


async def test_without_a_row_it_says_so(still: Settings) -> None:
    async with console(still, size=(120, 40)) as running:
        await settled(running)
        await running.press("/")
        await running.type("nothing-like-it")
        await running.press("enter", "x")
        assert "there is no row" in words(running)
