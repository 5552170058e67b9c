"""Kubeconfig files are seen to change however they are written, and read when they are at rest."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from mckconsole.sources.kubeconfig_watch import MAX_RESTLESS, TRIES, KubeconfigWatch, Sighting
from mckconsole.sources.pace import Pace

CALM = 20
"""Looks after which nothing more is expected."""


class Bench:
    """A watch whose every wait the test lets pass."""

    def __init__(self, *files: Path) -> None:
        self.calls = 0
        self.usable = True
        self.looks = 0
        self.before_look: Callable[[], None] = lambda: None
        self._watch = KubeconfigWatch(
            Sighting.of(files), self._changed, pace=Pace(sleep=self._sleep)
        )
        self._may = asyncio.Semaphore(0)
        self._waiting = asyncio.Event()

    async def _changed(self) -> bool:
        self.calls += 1
        return self.usable

    async def _sleep(self, seconds: float) -> None:
        self._waiting.set()
        await self._may.acquire()
        self.looks += 1
        self.before_look()

    async def look(self, times: int = 1) -> None:
        """Let it look so many times and wait until it waits again."""
        for _ in range(times):
            await asyncio.wait_for(self._waiting.wait(), 10)
            self._waiting.clear()
            self._may.release()
        await asyncio.wait_for(self._waiting.wait(), 10)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._watch.run())
        await asyncio.wait_for(self._waiting.wait(), 10)
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def rewrite(path: Path) -> None:
    path.write_text("other")


def replace_atomically(path: Path) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(path.read_text())  # even with the same content
    fresh.rename(path)


def same_size(path: Path) -> None:
    path.write_text("1tsrif")
    os.utime(path, ns=(1, 1))


def make_unreadable(path: Path) -> None:
    path.chmod(0o000)


def remove(path: Path) -> None:
    path.unlink()


def become_a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    "edit",
    [rewrite, replace_atomically, same_size, make_unreadable, remove, become_a_directory],
)
async def test_a_change_is_seen_once(tmp_path: Path, edit: Callable[[Path], None]) -> None:
    path = tmp_path / "config"
    path.write_text("first1")
    it = Bench(tmp_path / "never there", path)
    async with it.running():
        await it.look(3)
        assert it.calls == 0
        edit(path)
        await it.look(CALM)
        assert it.calls == 1


async def test_a_file_that_appears_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "config"
    it = Bench(path)
    async with it.running():
        await it.look(2)
        path.write_text("hello")
        await it.look(2)
        assert it.calls == 1


async def test_the_target_of_a_link_counts(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text(name)
    link = tmp_path / "config"
    link.symlink_to(tmp_path / "one")
    it = Bench(link)
    async with it.running():
        (tmp_path / "one").write_text("changed")
        await it.look(3)
        assert it.calls == 1
        link.unlink()
        link.symlink_to(tmp_path / "two")
        await it.look(3)
        assert it.calls == 2


async def test_it_waits_until_nobody_writes(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text("")
    it = Bench(path)
    async with it.running():
        await it.look()
        writes = iter("abcde")

        def write() -> None:
            with path.open("a") as file:
                file.write(next(writes, ""))

        it.before_look = write
        await it.look(5)
        assert it.calls == 0
        await it.look(3)
        assert (it.calls, path.read_text()) == (1, "abcde")


async def test_one_that_is_never_at_rest_is_read_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "config"
    it = Bench(path)
    async with it.running():

        def write() -> None:
            path.write_text("x" * it.looks)

        it.before_look = write
        await it.look(3 * MAX_RESTLESS)
        assert 1 <= it.calls <= 4


async def test_what_cannot_be_used_is_tried_again_a_few_times(tmp_path: Path) -> None:
    path = tmp_path / "config"
    it = Bench(path)
    it.usable = False
    async with it.running():
        path.write_text("half")
        await it.look(CALM)
        assert it.calls == TRIES
        path.write_text("half and")
        await it.look(2)
        it.usable = True
        await it.look(CALM)
        assert it.calls == TRIES + 2


async def test_names_that_no_file_can_have_are_no_error() -> None:
    it = Bench(Path("a\0b"), Path("x" * 5000))
    async with it.running():
        await it.look(3)
        assert it.calls == 0
