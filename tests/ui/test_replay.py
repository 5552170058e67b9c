"""A recording in the console: play, stop, step, jump, compare; what is not in it says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from mckconsole.analysis.thresholds import Thresholds
from mckconsole.config.model import Config
from mckconsole.sources.errors import ConnectFailed
from mckconsole.sources.kubeconfig import Inventory
from mckconsole.store.fleet import FleetStore
from mckconsole.store.recording.reader import Recording
from mckconsole.store.recording.sampler import Sampler
from mckconsole.store.recording.writer import Writer
from mckconsole.store.replay import Player
from mckconsole.ui.settings import OpenFleet, Settings
from tests.ui.console import Console, console, settings_over
from tests.unit.recording.test_roundtrip import namespace
from tests.unit.test_store import Clock, endpoint

START = 1_785_571_200.0
"""2026-08-01T08:00:00Z."""


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Twenty minutes in which a cluster is lost after ten, and new namespaces come every five."""
    clock = Clock()
    store = FleetStore([endpoint("west"), endpoint("east")], ["namespaces"], pace=clock.pace)
    for name in store.names:
        store.cluster(name).connected()
        store.cluster(name).collection("namespaces").assign("v1")
    sampler = Sampler()
    with Writer(tmp_path / "story.mckrec", {}) as file:
        for minute in range(21):
            for name in store.names:
                held = store.cluster(name).collection("namespaces")
                found = [namespace(n, 1) for n in range(1 + minute // 5)]
                held.replace(found, resource_version="1", as_of=clock.wall)
            if minute == 10:
                store.cluster("west").failed(ConnectFailed("connection refused"))
            snapshot = store.snapshot()
            file.write(snapshot.taken_at, sampler.changes(snapshot, {}))
            clock.pass_time(60)
    return tmp_path / "story.mckrec"


def settings_of(path: Path, tmp_path: Path) -> Settings:
    @asynccontextmanager
    async def opened() -> AsyncIterator[OpenFleet]:
        player = Player(Recording(path))
        yield OpenFleet(Inventory((), (), ()), Config(), Thresholds(), replay=player)

    return replace(settings_over(opened, tmp_path), replay=path.name)


def shown_at(running: Console) -> float:
    frame = running.shell.frame
    assert frame is not None
    assert frame.replay is not None
    assert frame.replay.at == pytest.approx(frame.snapshot.taken_at, abs=2)
    return (frame.replay.at - START) / 60


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_it_is_walked_through(recording: Path, tmp_path: Path, size: tuple[int, int]) -> None:
    async with console(settings_of(recording, tmp_path), size=size) as running:
        await running.until(lambda: running.shell.frame is not None)
        assert shown_at(running) == 0
        assert "REPLAY ‖" in running.text()
        assert "08:00:00Z" in running.text()
        await running.press("}")
        await running.until(lambda: shown_at(running) == 5)
        await running.press("}")
        await running.until(lambda: shown_at(running) == 10)
        await running.until(lambda: "connection refused" in running.text() or size[0] == 80)
        await running.press("{")
        await running.until(lambda: shown_at(running) == 5)
        await running.type(":at 08:12:30")
        await running.press("enter")
        await running.until(lambda: shown_at(running) == 12.5)
        await running.type(":at -3m")
        await running.press("enter")
        await running.until(lambda: shown_at(running) == 9.5)


async def test_it_plays_and_stops(recording: Path, tmp_path: Path) -> None:
    async with console(settings_of(recording, tmp_path)) as running:
        await running.until(lambda: running.shell.frame is not None)
        await running.type(":play 600")
        await running.press("enter")
        await running.until(lambda: shown_at(running) > 10)
        assert "▶ 600×" in running.text()
        await running.until(lambda: "REPLAY ■" in running.text())
        assert shown_at(running) == 20
        await running.type(":at start")
        await running.press("enter", "p")
        await running.until(lambda: "REPLAY ‖" in running.text())


async def test_two_moments_are_compared(recording: Path, tmp_path: Path) -> None:
    async with console(settings_of(recording, tmp_path), size=(200, 50)) as running:
        await running.until(lambda: running.shell.frame is not None)
        await running.type(":moments 08:00 08:15")
        await running.press("enter")
        await running.until(lambda: "Namespace" in running.text())
        text = running.text()
        assert "west  ready → ✖ unreachable: connection refused" in text
        assert "+ ns-1  east  new" in text
        assert "ns-0  " not in text
        await running.press("escape")
        await running.type(":moments yesterday")
        await running.press("enter")
        assert "is no time" in running.text()


async def test_what_is_wrong_is_said(recording: Path, tmp_path: Path) -> None:
    async with console(settings_of(recording, tmp_path)) as running:
        await running.until(lambda: running.shell.frame is not None)
        for typed, words in (
            (":at 11:00", "is not in the recording"),
            (":at soon", "is no time"),
            (":speed fast", "is no speed"),
        ):
            await running.type(typed)
            await running.press("enter")
            assert words in running.text()
            await running.press("escape")
        await running.press("enter")  # the cluster
        await running.until(lambda: "the recording does not hold" in running.text())
