"""The first screen: complete before anything was read, filled as the clusters answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.states import ClusterState
from mckconsole.ui.settings import OpenFleet, ReadOnly, Settings
from tests.ui.console import PATIENCE, console
from tests.ui.stories import ALONE, LIVE, cluster, messages, read, shown, table


@asynccontextmanager
async def never() -> AsyncIterator[OpenFleet]:
    """A kubeconfig on a disk that does not answer."""
    await asyncio.Event().wait()
    raise AssertionError("nobody sets this event")
    yield


async def test_the_screen_is_whole_before_anything_is_read(
    still: Settings, size: tuple[int, int]
) -> None:
    settings = replace(still, open_fleet=never, access=ReadOnly("--read-only"))
    async with console(settings, size=size) as running:
        title, tabs, crumbs, heading, *_, hints = running.text().split("\n")
        assert "mckconsole" in title
        assert "READ-ONLY (--read-only)" in title
        assert "1 Fleet" in tabs
        assert "2 Mesh" in tabs
        assert crumbs.strip() == "fleet", "nothing is counted yet"
        assert heading.split()[:3] == ["CLUSTER", "STATE", "VERSION"]
        assert "reading the kubeconfig" in running.text()
        assert hints.endswith("? help")


NOTHING_YET = ("enter", "m", "e", "v", "z", "w", "s", "escape", "S", "shift+left", "space", "V",
               "U", "y", "Y", "ctrl+s", "c", "0", "p", "r", "T", "minus", "slash", "x", "enter",
               "escape", "question_mark", "escape", "ctrl+p", "escape", "tab", "shift+tab",
               "pagedown", "G", "k", "ctrl+d", "right")  # fmt: skip


async def test_every_key_is_harmless_before_anything_is_read(still: Settings) -> None:
    async with console(replace(still, open_fleet=never)) as running:
        for pane in "12":
            await running.press(pane, *NOTHING_YET)
            assert "reading the kubeconfig" in running.text()
            assert not running.shell.paused, "there is nothing to freeze"
        await running.press("p")
        assert messages(running) == ["nothing is shown yet that could be frozen"]
        assert "FROZEN" not in running.text()


async def test_rows_come_as_clusters_answer_and_none_waits_for_the_dead(
    live: Settings, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.ui.console.SILENCE", 10.0)
    async with console(live, size=size) as running:
        await read(running)
        assert cluster(running, "edge-fra-1").state is ClusterState.CONNECTING
        assert sorted(shown(running)) == sorted((*LIVE, *ALONE, "edge-fra-1"))
        text = running.text()
        assert "connecting" in next(line for line in text.split("\n") if "edge-fra-1" in line)
        assert "9 of 9" in text
        await running.settled()
        assert cluster(running, "edge-fra-1").state is ClusterState.UNREACHABLE
        assert shown(running)[0] == "edge-fra-1", "the worst is first"
        assert "unreachable" in running.text()


async def test_the_cursor_stays_on_its_row_while_rows_come(live: Settings) -> None:
    async with console(live) as running:
        await read(running)
        await running.press("G")
        key = table(running).grid.cursor_key
        await running.settled()
        assert table(running).grid.cursor_key == key


async def test_a_cluster_that_appears_late_keeps_nobody_waiting(
    fleet: EmbeddedFleet, live: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all others silent the one that answers is shown whole."""
    from mckconsole.demo.faults import silence

    monkeypatch.setattr("tests.ui.console.SILENCE", PATIENCE)
    others = (*LIVE[1:], *ALONE)
    for name in others:
        fleet.clusters[name].faults.add(silence())
    async with console(live) as running:
        await running.until(
            lambda: running.shell.frame and cluster(running, LIVE[0]).state is ClusterState.READY
        )
        line = next(line for line in running.text().split("\n") if LIVE[0] in line)
        assert "ready" in line
        assert all(cluster(running, name).state is ClusterState.CONNECTING for name in others)


ORIGINS = ("default", "--read-only", "config production-fleet.yaml…", "--write enables nothing yet")


@pytest.mark.parametrize("origin", ORIGINS)
async def test_the_first_line_always_says_that_nothing_can_be_changed(
    still: Settings, origin: str
) -> None:
    """With its origin and how bad it is; from 80 columns on with the age, if only in short."""
    settings = replace(still, access=ReadOnly(origin), demo=True)
    async with console(settings) as running:
        await read(running)
        for paused in (False, True):
            for width in (200, 120, 100, 80, 60):
                await running.pilot.resize_terminal(width, 24)
                title = running.text().split("\n")[0]
                assert f"READ-ONLY ({origin})" in title
                assert "DEMO" in title
                assert "✖" in title, "how bad it is"
                if width >= 80:
                    assert ("FROZEN" if paused else "data ≤") in title, (width, title)
            await running.press("p")


async def test_the_first_line_in_a_narrow_terminal(still: Settings) -> None:
    async with console(still, size=(40, 10)) as running:
        await read(running)
        await running.press("p")
        title = running.text().split("\n")[0]
        assert "READ-ONLY (default)" in title
        assert "FROZEN" in title


async def test_the_first_line_speaks_of_the_scope(live: Settings) -> None:
    """Also in 80 columns, where there is room for it."""
    async with console(live, size=(80, 24)) as running:
        await read(running)
        await running.type(":ctx onprem-1")
        await running.press("enter")
        title = running.text().split("\n")[0]
        assert "1 of 9 clusters  ✖ 1 critical" in title
        assert "scope: onprem-1" in title
        assert "READ-ONLY (default)" in title
