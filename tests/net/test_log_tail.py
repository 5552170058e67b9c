"""One container's log through the real client: breaks, refusals, odd lines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from mckconsole.demo import faults
from mckconsole.demo.access import Access, Rule, User
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.server import EmbeddedCluster
from mckconsole.domain.logs import LogOptions, SourceState
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.loglines import Said
from mckconsole.sources.logs import LogTail, Standing
from mckconsole.sources.pace import Pace
from tests.net.cluster import running

BEGAN = 1_785_571_200.0
POD = ("shop", "web-0")
LOG = "/pods/web-0/log"
NEWEST = LogOptions()


async def _hurry(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.01))


def pod(**status: object) -> KubeObject:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": POD[1], "namespace": POD[0]},
        "spec": {"nodeName": "n", "containers": [{"name": "app"}]},
        "status": {"phase": "Running", **status},
    }


@dataclass
class Heard:
    """A sink that remembers."""

    said: list[Said] = field(default_factory=list)
    states: list[tuple[SourceState, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def lines(self, said: Sequence[Said]) -> None:
        self.said += said
        self.changed.set()

    def stands(self, state: SourceState, reason: str = "") -> None:
        self.states.append((state, reason))
        self.changed.set()

    def note(self, words: str) -> None:
        self.notes.append(words)
        self.changed.set()

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.said]

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(8):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    async def stands_as(self, state: SourceState) -> str:
        """The reason with which it came to stand so."""
        await self.until(lambda: self.states and self.states[-1][0] is state)
        return self.states[-1][1]


@dataclass
class Bench:
    server: EmbeddedCluster
    heard: Heard
    tail: LogTail
    task: asyncio.Task[None]

    def say(self, *texts: str | bytes, at: float = BEGAN) -> None:
        for text in texts:
            self.server.logs.write(*POD, "app", text, at=at)


@asynccontextmanager
async def following(
    server: EmbeddedCluster,
    options: LogOptions = NEWEST,
    *,
    token: str = "admin-token",
    idle: float = 0.5,
) -> AsyncIterator[Bench]:
    pace = Pace(sleep=_hurry, chance=lambda: 0.5)
    async with running(server, token=token) as endpoint:
        client = ClusterClient(endpoint)
        await client.open()
        heard = Heard()
        tail = LogTail(lambda: client, POD, "app", options, heard, pace=pace, idle=idle)
        task = asyncio.create_task(tail.run())
        try:
            yield Bench(server, heard, tail, task)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await client.close()


@pytest.fixture
def server() -> EmbeddedCluster:
    found = EmbeddedCluster()
    found.create(pod())
    return found


def numbered(server: EmbeddedCluster, count: int) -> list[str]:
    """Lines of which ten are in a second, some of them the same to the nanosecond."""
    texts = [f"line {number // 2}" for number in range(count)]
    for number, text in enumerate(texts):
        server.logs.write(*POD, "app", text, at=BEGAN + number // 2 * 2 / 10)
    return texts


@pytest.mark.parametrize("ending", list(faults.Ending))
@pytest.mark.parametrize("after", [0, 1, 37, 500, 3000])
async def test_no_break_loses_or_repeats_a_line(
    server: EmbeddedCluster, after: int, ending: faults.Ending
) -> None:
    texts = numbered(server, 120)
    server.faults.add(faults.cut(after, ending), path=LOG, times=2)
    server.faults.add(faults.refuse(503), path=LOG, skip=2, times=1)
    async with following(server) as bench:
        await bench.heard.until(lambda: len(bench.heard.said) >= len(texts))
        bench.say("the last", at=BEGAN + 60)
        await bench.heard.until(lambda: "the last" in bench.heard.texts)
        assert bench.heard.texts == [*texts, "the last"]
        assert not bench.heard.notes


async def test_lines_that_come_while_it_is_broken_are_read_afterwards(
    server: EmbeddedCluster,
) -> None:
    texts = numbered(server, 30)
    async with following(server, LogOptions(tail=10)) as bench:
        await bench.heard.until(lambda: len(bench.heard.said) == 10)
        assert bench.heard.texts == texts[-10:]
        spoiled = server.faults.add(faults.refuse(500), path=LOG)
        await bench.heard.stands_as(SourceState.RETRYING)
        bench.say(*(f"meanwhile {number}" for number in range(50)), at=BEGAN + 30)
        server.faults.remove(spoiled)
        await bench.heard.until(lambda: len(bench.heard.said) == 60)
        assert bench.heard.texts[10:] == [f"meanwhile {number}" for number in range(50)]


async def test_a_log_that_was_begun_anew_says_that_lines_may_be_missing(
    server: EmbeddedCluster,
) -> None:
    numbered(server, 30)
    async with following(server) as bench:
        await bench.heard.until(lambda: len(bench.heard.said) == 30)
        server.logs.forget(*POD, "app")  # rotated: what was there cannot be read any more
        bench.say("after the rotation", at=BEGAN + 90)
        await bench.heard.until(lambda: "after the rotation" in bench.heard.texts)
        assert bench.heard.notes == [
            "the log was begun anew while it was not read: lines may be missing"
        ]


async def test_who_may_not_read_logs_is_told_so_with_the_reason(server: EmbeddedCluster) -> None:
    rules = (Rule(("auditor",), resources=("pods",)),)
    server.access = Access(tokens={"t": User("auditor")}, rules=rules)
    async with following(server, token="t") as bench:
        reason = await bench.heard.stands_as(SourceState.REFUSED)
    assert 'cannot get resource "pods/log"' in reason
    assert "403" in reason


async def test_a_container_that_waits_is_followed_when_it_starts(server: EmbeddedCluster) -> None:
    waiting = {"name": "app", "state": {"waiting": {"reason": "ContainerCreating"}}}
    server.apply(pod(phase="Pending", containerStatuses=[waiting]))
    async with following(server) as bench:
        await bench.heard.until(
            lambda: (
                (SourceState.OPENING, "waiting to start: ContainerCreating") in bench.heard.states
            )
        )
        bench.say("hello")
        server.apply(pod(containerStatuses=[{"name": "app", "state": {"running": {}}}]))
        await bench.heard.until(lambda: bench.heard.texts == ["hello"])
        assert bench.heard.states[-1] == (SourceState.FOLLOWING, "")


async def test_a_restart_is_said_and_the_new_run_is_followed(server: EmbeddedCluster) -> None:
    server.apply(pod(containerStatuses=[{"name": "app", "restartCount": 0}]))
    bench_lines = ["one", "two"]
    async with following(server) as bench:
        bench.say(*bench_lines)
        await bench.heard.until(lambda: bench.heard.texts == bench_lines)
        server.logs.forget(*POD, "app")
        bench.say("three", at=BEGAN + 5)
        bench.tail.tell(Standing(restarts=1))
        server.apply(pod(containerStatuses=[{"name": "app", "restartCount": 1}]))
        await bench.heard.until(lambda: "three" in bench.heard.texts)
        assert bench.heard.texts == ["one", "two", "three"]
        assert bench.heard.notes[0] == "the container was restarted: restart 1"


@pytest.mark.parametrize(
    ("gone", "words"), [(False, "ended: Completed 0"), (True, "the pod is gone")]
)
async def test_a_log_that_is_over_ends(server: EmbeddedCluster, gone: bool, words: str) -> None:
    async with following(server) as bench:
        bench.say("goodbye")
        await bench.heard.until(lambda: bench.heard.texts == ["goodbye"])
        if gone:
            server.delete("pods", POD[1], POD[0])
        else:
            bench.tail.tell(Standing(over=True, words=words))
            server.apply(pod(phase="Succeeded"))
        assert await bench.heard.stands_as(SourceState.ENDED) == words
        await asyncio.wait_for(bench.task, 2)


async def test_the_run_before_is_read_to_its_end_or_refused(server: EmbeddedCluster) -> None:
    async with following(server, LogOptions(previous=True)) as bench:
        reason = await bench.heard.stands_as(SourceState.REFUSED)
        assert reason == 'previous terminated container "app" in pod "web-0" not found'
    last = {"terminated": {"exitCode": 1}}
    server.apply(pod(containerStatuses=[{"name": "app", "restartCount": 1, "lastState": last}]))
    server.logs.write(*POD, "app", "panic: no database", at=BEGAN, previous=True)
    async with following(server, LogOptions(previous=True)) as bench:
        await bench.heard.stands_as(SourceState.ENDED)
        assert bench.heard.texts == ["panic: no database"]


async def test_the_beginning_is_read_and_not_followed(server: EmbeddedCluster) -> None:
    numbered(server, 30)
    async with following(server, LogOptions(tail=None, head=True)) as bench:
        await bench.heard.stands_as(SourceState.ENDED)
        assert len(bench.heard.said) == 30
    query = server.requests[-1].query
    assert "follow" not in query
    assert "limitBytes" in query


async def test_lines_are_inert_whatever_they_hold(server: EmbeddedCluster) -> None:
    long = b"x" * 5_000_000
    async with following(server) as bench:
        bench.say(b"\xff\xfe\x80 caf\xc3\xa9", b"\x1b]52;c;aGk=\x1b\\", "a\tb\r", long, "after")
        await bench.heard.until(lambda: "after" in bench.heard.texts)
    broken, clipboard, tab, cut, _ = bench.heard.texts
    assert broken == "\ufffd\ufffd\ufffd café"
    assert clipboard == "‹1B›]52;c;aGk=‹1B›\\"
    assert tab == "a   b"
    assert len(cut) < 17_000
    assert cut.endswith("more bytes›")


async def test_tail_since_and_container_are_asked_for(server: EmbeddedCluster) -> None:
    async with following(server, LogOptions(tail=None, since=90.5)) as bench:
        await bench.heard.stands_as(SourceState.FOLLOWING)
    query = server.requests[-1].query
    assert query == {
        "container": "app",
        "follow": "true",
        "timestamps": "true",
        "sinceSeconds": "91",
    }
