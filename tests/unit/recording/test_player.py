"""The player's time: how it passes, where it stops, and what a damaged file does to it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from mckconsole.domain.states import ClusterState
from mckconsole.sources.errors import ConnectFailed
from mckconsole.sources.pace import Pace
from mckconsole.store.fleet import FleetStore
from mckconsole.store.recording.reader import Recording
from mckconsole.store.recording.sampler import Sampler
from mckconsole.store.recording.writer import Writer
from mckconsole.store.replay import NotRecorded, Player
from tests.unit.recording.test_roundtrip import namespace
from tests.unit.test_store import Clock, endpoint

MINUTE = 60.0


class Time:
    """Passes when the player sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pace = Pace(monotonic=lambda: self.now, sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


def story(path: Path) -> Path:
    """Ten minutes, a moment in each; after five the only cluster is lost."""
    clock = Clock()
    store = FleetStore([endpoint("west")], ["namespaces"], pace=clock.pace)
    store.cluster("west").connected()
    held = store.cluster("west").collection("namespaces")
    held.assign("v1")
    sampler = Sampler()
    with Writer(path, {}) as file:
        for minute in range(11):
            held.replace([namespace(minute // 3, 1)], resource_version="1", as_of=clock.wall)
            if minute == 5:
                store.cluster("west").failed(ConnectFailed("refused"))
            file.write(clock.wall, sampler.changes(store.snapshot(), {}))
            clock.pass_time(MINUTE)
    return path


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    return Recording(story(tmp_path / "it"))


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while True:
            if true():
                return
            await asyncio.sleep(0)


async def test_it_plays_to_the_end_and_stays_there(recording: Recording) -> None:
    time = Time()
    async with Player(recording, pace=time.pace) as player:
        first, last = recording.first.at, recording.last.at
        assert (player.at, player.status.playing) == (first, False)
        changes = player.subscribe(tick=0.0)
        player.set_speed(600)
        player.play()
        await until(lambda: player.status.over)
        assert player.at == last
        assert ("west", "cluster") in await anext(changes)
        changes.close()
        assert player.snapshot().clusters["west"].state is ClusterState.UNREACHABLE
        assert player.snapshot().taken_at == last
        player.pause()
        epoch = player.epoch
        await player.jump(first - 999)
        assert (player.at, player.epoch) == (first, epoch + 1)
        assert player.snapshot().clusters["west"].state is ClusterState.READY


async def test_steps_go_where_something_changed(recording: Recording) -> None:
    async with Player(recording) as player:
        start = recording.first.at
        times = []
        while await player.step(1):
            times.append((player.at - start) / MINUTE)
        assert times == [3, 5, 6, 9]
        assert await player.step(-1)
        assert (player.at - start) / MINUTE == 6
        other = await player.snapshot_at(start)
        assert other.clusters["west"].state is ClusterState.READY
        assert (player.at - start) / MINUTE == 6


async def test_it_is_told_to_who_listens(recording: Recording) -> None:
    async with Player(recording) as player:
        told: list[int] = []
        stop = player.listen(lambda: told.append(1))
        other = player.listen(lambda: told.append(2))
        await player.step(1)
        assert {1, 2} <= set(told)
        stop()
        stop()
        told.clear()
        await player.jump(recording.last.at)
        assert set(told) == {2}
        other()


async def test_a_part_that_is_damaged_stops_it_there(tmp_path: Path) -> None:
    path = story(tmp_path / "it")
    spoil = sqlite3.connect(path)
    spoil.execute("UPDATE parts SET data = x'00' WHERE moment = 7")
    spoil.commit()
    spoil.close()
    time = Time()
    async with Player(Recording(path), pace=time.pace) as player:
        player.set_speed(600)
        player.play()
        await until(lambda: player.failed)
        assert "is damaged" in player.status.failed
        assert not player.status.playing
        with pytest.raises(NotRecorded, match="is damaged"):
            await player.jump(player.recording.last.at)
        player.refresh()
        assert player.snapshot().clusters["west"].state is ClusterState.UNREACHABLE
