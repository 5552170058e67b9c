"""The reflector through the real client against the embedded API server, spoiled on the wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from mckconsole.demo import faults
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.server import EmbeddedCluster
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.objects import Projection
from mckconsole.domain.states import TopicState
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.sources.pace import Pace
from mckconsole.sources.reading import KindReading
from mckconsole.sources.reflector import Reflector
from mckconsole.store.collection import Collection

TOPIC = "namespaces"


async def _hurry(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.02))


@dataclass
class Bench:
    server: EmbeddedCluster
    held: Collection[Projection]
    reflector: Reflector[Projection]
    changed: asyncio.Event
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        self.tasks.append(asyncio.create_task(self.reflector.run()))

    def put(self, name: str) -> None:
        self.server.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    def agrees(self) -> bool:
        """Whether uid and resourceVersion of everything are the server's."""
        view = self.held.view(asyncio.get_running_loop().time())
        ours = {
            (found.metadata.uid, found.metadata.resource_version) for found in view.objects.values()
        }
        theirs = {
            (found["metadata"]["uid"], found["metadata"]["resourceVersion"])
            for found in self.server.objects("namespaces")
        }
        return ours == theirs and view.state is TopicState.FRESH

    async def until_it_agrees(self) -> None:
        async with asyncio.timeout(8):
            while not self.agrees():
                self.changed.clear()
                await self.changed.wait()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with EmbeddedFleet.many(1) as fleet:
        inventory = load_kubeconfig(str(fleet.kubeconfig), env={}, config=fleet.config)
        (server,) = fleet.clusters.values()
        client = ClusterClient(inventory.endpoints[0])
        await client.open()
        loop = asyncio.get_running_loop()
        pace = Pace(monotonic=loop.time, sleep=_hurry, chance=lambda: 0.5)
        changed = asyncio.Event()
        held: Collection[Projection] = Collection(
            BY_TOPIC[TOPIC], pace=pace, changed=lambda topic: changed.set()
        )
        reflector: Reflector[Projection] = Reflector(
            client, KindReading(BY_TOPIC[TOPIC], "v1"), held, pace=pace, page_size=3
        )
        found = Bench(server, held, reflector, changed)
        try:
            yield found
        finally:
            for task in found.tasks:
                task.cancel()
            await asyncio.gather(*found.tasks, return_exceptions=True)
            await client.close()


async def test_changes_arrive_by_the_watch(bench: Bench) -> None:
    bench.start()
    await bench.until_it_agrees()
    for number in range(50):
        bench.put(f"team-{number}")
    for number in range(0, 50, 3):
        bench.server.delete("namespaces", f"team-{number}")
    await bench.until_it_agrees()
    assert (bench.reflector.counters.lists, bench.reflector.counters.watches) == (1, 1)


@pytest.mark.parametrize("ending", list(faults.Ending)[:2])
@pytest.mark.parametrize("after", [0, 1, 700, 2500])
async def test_a_watch_cut_anywhere_is_resumed_without_a_list(
    bench: Bench, after: int, ending: faults.Ending
) -> None:
    bench.server.faults.add(faults.cut(after, ending), verb="watch", times=2)
    bench.server.faults.add(faults.refuse(429), verb="watch", times=1, skip=2)
    bench.start()
    await bench.until_it_agrees()
    for number in range(30):
        bench.put(f"team-{number}")
        await asyncio.sleep(0.002)
    await bench.until_it_agrees()
    assert bench.reflector.counters.lists == 1
    assert bench.reflector.counters.watches == 4


async def test_a_version_that_was_compacted_is_read_again(bench: Bench) -> None:
    bench.server.faults.add(faults.cut(1), verb="watch", times=1)
    bench.start()
    await bench.until_it_agrees()
    bench.put("missed")
    bench.server.delete("namespaces", "missed")
    bench.put("kept")
    bench.server.compact()
    await bench.until_it_agrees()
    assert bench.reflector.counters.lists == 2


@pytest.mark.parametrize(
    "effect",
    [faults.refuse(410), faults.refuse(503), faults.html(), faults.truncate(100), faults.cut(50)],
)
async def test_a_list_that_fails_is_read_again(bench: Bench, effect: faults.Effect) -> None:
    bench.server.faults.add(effect, verb="list", times=2, skip=1)
    for number in range(10):
        bench.put(f"team-{number}")
    bench.start()
    await bench.until_it_agrees()
