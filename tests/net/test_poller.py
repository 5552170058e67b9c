"""The poller: regular, spread, patient, and quiet when nothing changed."""

from __future__ import annotations

import asyncio

import pytest

from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.objects import Projection
from mckconsole.domain.states import TopicState
from mckconsole.sources.errors import ConnectFailed, Forbidden, SourceError, Throttled
from mckconsole.sources.poller import Poller
from mckconsole.store.collection import Collection
from tests.net.model_cluster import ModelCluster
from tests.net.virtual import run, virtual_pace

KIND = BY_TOPIC["gateways"]


class Bench:
    """A poller over a model cluster, in virtual time."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        pace = virtual_pace(self.loop)
        self.cluster = ModelCluster(pace, [KIND])
        self.held: Collection[Projection] = Collection(KIND, pace=pace)
        self.errors: list[SourceError] = []
        poller: Poller[Projection] = Poller(
            self.cluster, KIND, "v1", self.held, pace=pace, on_error=self.errors.append
        )
        self.task = asyncio.create_task(poller.run())

    @property
    def times(self) -> list[float]:
        return [at for at, _, _ in self.cluster.requests]

    def state(self) -> TopicState:
        return self.held.judge(self.loop.time())[0]


def test_it_lists_at_its_interval_spread_by_a_tenth() -> None:
    async def main() -> None:
        bench = Bench()
        await asyncio.sleep(300)
        gaps = [b - a for a, b in zip(bench.times, bench.times[1:], strict=False)]
        assert bench.times[0] == 0
        assert 25 <= len(gaps) <= 33
        assert all(9 <= gap <= 11 for gap in gaps)
        assert len(set(gaps)) > 20
        bench.task.cancel()

    run(main())


def test_unchanged_content_keeps_its_generation_and_stays_fresh() -> None:
    async def main() -> None:
        bench = Bench()
        bench.cluster.put("gateways", "gw")
        await asyncio.sleep(1)
        generation = bench.held.view(bench.loop.time()).generation
        await asyncio.sleep(600)
        view = bench.held.view(bench.loop.time())
        assert (view.generation, view.state) == (generation, TopicState.FRESH)
        bench.cluster.put("gateways", "gw", status={"haStatus": "active"})
        await asyncio.sleep(12)
        assert bench.held.view(bench.loop.time()).generation == generation + 1
        bench.task.cancel()

    run(main())


def test_trouble_is_told_waited_out_and_forgotten() -> None:
    async def main() -> None:
        bench = Bench()
        bench.cluster.put("gateways", "gw")
        await asyncio.sleep(1)
        bench.cluster.resource("gateways").refusals.append(Throttled("429", retry_after=40))
        await asyncio.sleep(15)
        assert bench.state() is TopicState.STALE
        assert len(bench.held.view(0).objects) == 1
        await asyncio.sleep(45)
        assert bench.state() is TopicState.FRESH
        assert max(b - a for a, b in zip(bench.times, bench.times[1:], strict=False)) >= 40
        bench.task.cancel()

    run(main())


@pytest.mark.parametrize(
    ("error", "most", "least"), [(Forbidden("403"), 13, 10), (ConnectFailed("refused"), 130, 60)]
)
def test_an_hour_of_trouble_is_no_storm(error: SourceError, most: int, least: int) -> None:
    async def main() -> None:
        bench = Bench()
        bench.cluster.dead = error
        await asyncio.sleep(3600)
        assert least <= len(bench.times) <= most
        assert len(bench.errors) == len(bench.times)
        assert bench.state() is error.topic_state
        bench.task.cancel()

    run(main())
