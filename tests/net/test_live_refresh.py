"""Refresh on demand: everything that waits goes on at once, and nobody can ask too often."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from mckconsole.config.model import Config
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.sources.endpoint import ClusterEndpoint, Secret
from mckconsole.sources.errors import (
    ConnectFailed,
    Forbidden,
    LoginRequired,
    SourceError,
    Throttled,
    Unauthorized,
)
from mckconsole.sources.exec_plugin import ASKED_PAUSE, ExecCredential, ExecPlugin
from mckconsole.sources.exec_protocol import PluginCredential, PluginSpec
from mckconsole.store.live import METRICS_EVERY, REFRESH_EVERY, LiveFleet
from mckconsole.store.naps import Naps, Sparingly
from mckconsole.store.reader import ReadPlan
from tests.net.model_cluster import Answer, ModelCluster
from tests.net.test_live import Bench, Endpoint
from tests.net.test_reader import Found
from tests.net.virtual import run, virtual_pace
from tests.unit.test_store import endpoint

SOON = 0.2
"""Seconds within which what goes on now has gone on."""


def paths(cluster: ModelCluster, since: float) -> list[str]:
    return [path for at, path, _ in cluster.requests if at >= since]


@pytest.mark.parametrize("error", [ConnectFailed("refused"), Unauthorized("401"), Forbidden("403")])
def test_a_cluster_that_failed_is_tried_now(error: SourceError) -> None:
    async def main() -> None:
        it = Bench(2)
        it.clusters["c0"].dead = error
        async with it.fleet as fleet:
            await asyncio.sleep(400)
            it.clusters["c0"].dead = None
            assert it.cluster("c0").state is error.cluster_state
            fleet.refresh()
            await asyncio.sleep(SOON)
            assert it.cluster("c0").state is ClusterState.READY

    run(main())


def test_topics_in_trouble_and_polls_go_on_and_a_healthy_watch_stays_open() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        pace = virtual_pace(loop)
        topics = ("namespaces", "nodes", "gateways")
        cluster = ModelCluster(pace, [BY_TOPIC[topic] for topic in topics])
        fleet = LiveFleet(
            Found([endpoint("c0")]),
            ReadPlan(topics),
            config=Config(),
            connect=cluster.client,
            pace=pace,
        )
        cluster.resource("nodes").refusals.extend([Forbidden("403")])
        async with fleet:
            await asyncio.sleep(30)
            view = fleet.store.snapshot().clusters["c0"]
            assert view.topic("nodes").state is TopicState.FORBIDDEN
            now = loop.time()
            fleet.refresh(["c0"])
            await asyncio.sleep(SOON)
            asked = paths(cluster, now)
            plural = {path.rpartition("/")[2] for path in asked}
            assert plural >= {"gateways", "nodes", "readyz"}
            assert "namespaces" not in plural
            assert fleet.store.snapshot().clusters["c0"].topic("nodes").state is TopicState.FRESH

    run(main())


def test_asking_while_a_cluster_is_being_probed_is_not_lost() -> None:
    async def main() -> None:
        it = Bench(1)
        async with it.fleet as fleet:
            await asyncio.sleep(5)
            it.clusters["c0"].delay = lambda path: 2.0 if path == "/readyz" else 0.0
            fleet.refresh()
            await asyncio.sleep(1.5)
            now = asyncio.get_running_loop().time()
            fleet.refresh()
            await asyncio.sleep(2)
            assert "/readyz" in paths(it.clusters["c0"], now)

    run(main())


def test_only_the_named_clusters_are_asked() -> None:
    async def main() -> None:
        it = Bench(2)
        async with it.fleet as fleet:
            await asyncio.sleep(5.5)
            now = asyncio.get_running_loop().time()
            fleet.refresh(["c1", "stranger"])
            await asyncio.sleep(SOON)
            assert "/readyz" in paths(it.clusters["c1"], now)
            assert paths(it.clusters["c0"], now) == []

    run(main())


def test_metrics_are_asked_now() -> None:
    async def main() -> None:
        prometheus = Endpoint("fleet", "c0")
        it = Bench(1, prometheus)
        async with it.fleet as fleet:
            await asyncio.sleep(METRICS_EVERY / 3)
            assert prometheus.rounds == 1
            fleet.refresh()
            await asyncio.sleep(SOON)
            assert prometheus.rounds == 2

    run(main())


def test_a_key_held_down_asks_at_most_once_a_second_and_the_last_press_counts() -> None:
    async def main() -> None:
        prometheus = Endpoint("fleet", "c0")
        it = Bench(1, prometheus)
        async with it.fleet as fleet:
            await asyncio.sleep(5.5)
            began = asyncio.get_running_loop().time()
            rounds = prometheus.rounds
            for _ in range(300):
                fleet.refresh()
                await asyncio.sleep(0.033)
            await asyncio.sleep(2 * REFRESH_EVERY)
            probes = paths(it.clusters["c0"], began).count("/readyz")
            assert 9 <= probes <= 12
            assert 9 <= prometheus.rounds - rounds <= 12
            quiet = asyncio.get_running_loop().time()
            await asyncio.sleep(3)
            assert paths(it.clusters["c0"], quiet) == []

    run(main())


def test_a_server_that_said_when_to_come_back_is_not_asked_sooner() -> None:
    async def main() -> None:
        it = Bench(1)
        it.clusters["c0"].resource("nodes").refusals.append(Throttled("429", retry_after=50.0))
        async with it.fleet as fleet:
            await asyncio.sleep(5)
            now = asyncio.get_running_loop().time()
            fleet.refresh()
            await asyncio.sleep(20)
            assert not [path for path in paths(it.clusters["c0"], now) if path.endswith("/nodes")]
            await asyncio.sleep(50)
            assert it.cluster("c0").state is ClusterState.READY

    run(main())


class PluginCluster(ModelCluster):
    """A cluster whose client asks its credential first, as the real one does."""

    plugin: ExecPlugin

    async def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        accept: str = "application/json",
        timeout: float | None = None,  # noqa: ASYNC109 - the client's signature
    ) -> Answer:
        await self.plugin.current()
        return await super().get(path, params, accept=accept, timeout=timeout)


def test_a_failed_credential_plugin_runs_again_but_not_for_every_press() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        pace = virtual_pace(loop)
        runs: list[float] = []
        works = False

        async def plugin(spec: PluginSpec) -> PluginCredential:
            runs.append(loop.time())
            if not works:
                raise LoginRequired("no session")
            return PluginCredential(Secret("Bearer x"), None, None)

        cluster = PluginCluster(pace, [BY_TOPIC["nodes"]])
        cluster.plugin = ExecPlugin(PluginSpec("p"), plugin, clock=pace.wall, monotonic=loop.time)
        found = replace(endpoint("c0"), credential=ExecCredential(cluster.plugin))
        fleet = LiveFleet(
            Found([found]),
            ReadPlan(("nodes",)),
            config=Config(),
            connect=cluster.client,
            pace=pace,
        )
        async with fleet:
            await asyncio.sleep(1000)
            assert fleet.store.snapshot().clusters["c0"].state is ClusterState.LOGIN_REQUIRED
            before = len(runs)
            for _ in range(200):  # ten seconds of a key held down
                fleet.refresh()
                await asyncio.sleep(0.05)
            assert 2 <= len(runs) - before <= 10 / ASKED_PAUSE + 1
            works = True
            await asyncio.sleep(ASKED_PAUSE)
            fleet.refresh()
            await asyncio.sleep(SOON)
            assert fleet.store.snapshot().clusters["c0"].state is ClusterState.READY

    run(main())


def test_asking_before_anything_runs_and_after_the_end_does_nothing() -> None:
    async def main() -> None:
        it = Bench(1)
        async with it.fleet as fleet:
            fleet.refresh()
            await asyncio.sleep(SOON)
            fleet.refresh()
        assert len(asyncio.all_tasks()) == 1
        await asyncio.sleep(10)
        it.assert_ended()

    run(main())


class TestNaps:
    def test_one_sleeps_as_long_as_asked_unless_woken(self) -> None:
        async def main() -> None:
            loop = asyncio.get_running_loop()
            naps = Naps(virtual_pace(loop))
            await naps.nap(5)
            assert loop.time() == pytest.approx(5)
            task = asyncio.create_task(naps.nap(100, "a"))
            other = asyncio.create_task(naps.nap(100, "b"))
            await asyncio.sleep(1)
            naps.wake(but=["b"])
            await task
            assert loop.time() == pytest.approx(6)
            await other
            assert loop.time() == pytest.approx(105)
            await naps.nap(0)
            await naps.nap(-1)

        run(main())

    def test_the_woken_are_spread_and_never_sleep_longer_than_they_wanted(self) -> None:
        async def main() -> None:
            loop = asyncio.get_running_loop()
            naps = Naps(virtual_pace(loop))
            ends: list[float] = []

            async def one(seconds: float) -> None:
                await naps.nap(seconds)
                ends.append(loop.time())

            tasks = [asyncio.create_task(one(seconds)) for seconds in (1.5, *[100] * 20)]
            await asyncio.sleep(1)
            naps.wake(spread=3.0)
            await asyncio.gather(*tasks)
            assert max(ends) <= 4
            assert len({round(end, 2) for end in ends}) > 10
            assert min(ends) <= 1.5

        run(main())

    def test_a_second_wake_ends_what_the_first_spread(self) -> None:
        async def main() -> None:
            loop = asyncio.get_running_loop()
            naps = Naps(replace(virtual_pace(loop), chance=lambda: 0.9))
            task = asyncio.create_task(naps.nap(100))
            await asyncio.sleep(0)
            naps.wake(spread=50.0)
            await asyncio.sleep(1)
            naps.wake()
            await task
            assert loop.time() == pytest.approx(1)

        run(main())


def test_work_is_done_sparingly_at_once_and_never_lost() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        done: list[float] = []
        work = Sparingly(lambda: done.append(loop.time()), 1.0)
        work()
        assert done == [0.0]
        for _ in range(5):
            work()
        await asyncio.sleep(10)
        assert done == [0.0, pytest.approx(1.0)]
        work()
        assert len(done) == 3
        work()
        work.cancel()
        await asyncio.sleep(10)
        assert len(done) == 3
        work()
        assert len(done) == 4
        work.cancel()

    run(main())


def test_an_endpoint_without_a_session_is_left_alone() -> None:
    async def main() -> None:
        pace = virtual_pace(asyncio.get_running_loop())

        def connect(found: ClusterEndpoint) -> object:
            raise AssertionError

        fleet = LiveFleet(
            Found([endpoint("c0", "no CA file")]),
            ReadPlan(("nodes",)),
            config=Config(),
            connect=connect,  # type: ignore[arg-type] # is never called
            pace=pace,
        )
        async with fleet:
            fleet.refresh()
            await asyncio.sleep(5)
            assert fleet.store.snapshot().clusters["c0"].reason == "no CA file"

    run(main())
