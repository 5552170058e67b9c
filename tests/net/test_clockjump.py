"""The machine slept: nothing counts as current until a connection that is alive confirms it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from mckconsole.config.model import Config
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.snapshot import TopicView
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.sources.errors import ConnectFailed, ConnectTimeout, Forbidden
from mckconsole.store.clockwatch import JUMP, LOOK_EVERY, ClockWatch, Unconfirmed
from mckconsole.store.live import LiveFleet
from mckconsole.store.reader import ReadPlan
from tests.net.model_cluster import ModelCluster
from tests.net.test_live import QUERY, Endpoint
from tests.net.test_reader import Found
from tests.net.virtual import run, virtual_pace
from tests.unit.test_store import endpoint

TOPICS = ("namespaces", "nodes", "gateways")
"""Two that are watched and one that is polled."""
NOTICED = LOOK_EVERY / 2 + 0.3


class Bench:
    """Clusters whose console's wall clock a test can move ahead of the monotonic one."""

    def __init__(self, *names: str) -> None:
        self.loop = asyncio.get_running_loop()
        self.ahead = 0.0
        virtual = virtual_pace(self.loop)
        self.pace = replace(virtual, wall=lambda: virtual.wall() + self.ahead)
        kinds = [BY_TOPIC[topic] for topic in TOPICS]
        self.clusters = {name: ModelCluster(self.pace, kinds) for name in names or ("c0",)}
        self.prometheus = Endpoint("fleet", "c0")
        self.fleet = LiveFleet(
            Found([endpoint(name) for name in self.clusters]),
            ReadPlan(TOPICS, (QUERY,)),
            config=Config(),
            connect=lambda found: self.clusters[found.name].client(),
            prometheus=[self.prometheus],
            pace=self.pace,
        )

    @property
    def cluster(self) -> ModelCluster:
        return self.clusters["c0"]

    def sleep(self, seconds: float) -> None:
        """The machine sleeps: the monotonic clock stands still."""
        self.ahead += seconds

    def topics(self, name: str = "c0") -> dict[str, TopicView]:
        return dict(self.fleet.store.snapshot().clusters[name].topics)

    def states(self, name: str = "c0") -> set[TopicState]:
        return {view.state for view in self.topics(name).values()}

    def shown(self, name: str = "c0") -> tuple[ClusterState, str]:
        found = self.fleet.store.snapshot().clusters[name]
        return found.state, found.reason

    def asked(self, since: float, name: str = "c0") -> list[str]:
        return [
            path.rpartition("/")[2] + ("?watch" if "watch" in params else "")
            for at, path, params in self.clusters[name].requests
            if at >= since
        ]


def test_after_a_sleep_everything_is_checked_and_then_current_again() -> None:
    async def main() -> None:
        it = Bench("c0", "c1")
        it.cluster.put("nodes", "n1")
        async with it.fleet:
            await asyncio.sleep(21)
            assert it.shown() == (ClusterState.READY, "")
            rounds = it.prometheus.rounds
            since = it.loop.time()
            it.cluster.delay = lambda path: 0.5
            it.sleep(7200)
            await asyncio.sleep(NOTICED)
            why = "this machine slept for 2 h, or its clock was set; checking"
            assert {(view.state, view.reason) for view in it.topics().values()} == {
                (TopicState.STALE, why)
            }
            assert it.shown() == (ClusterState.DEGRADED, why)
            assert len(it.topics()["nodes"].objects) == 1
            assert it.prometheus.rounds == rounds + 1
            await asyncio.sleep(4)
            for name in it.clusters:
                assert it.shown(name) == (ClusterState.READY, "")
                asked = it.asked(since, name)
                assert sorted(one for one in asked if "watch" in one) == [
                    "namespaces?watch",
                    "nodes?watch",
                ]
                assert {"readyz", "gateways"} <= set(asked)
                assert not {"nodes", "namespaces"} & set(asked)
                assert it.clusters[name].renewed == 1

    run(main())


def test_what_happened_meanwhile_is_seen() -> None:
    async def main() -> None:
        it = Bench()
        async with it.fleet:
            await asyncio.sleep(21)
            it.cluster.resource("nodes").feeds.clear()  # half dead: what happens is not told
            it.cluster.put("nodes", "n1")
            it.sleep(3600)
            await asyncio.sleep(NOTICED)
            assert [name for _, name in it.topics()["nodes"].objects] == ["n1"]

    run(main())


def test_what_a_dead_watch_had_in_store_confirms_nothing() -> None:
    async def main() -> None:
        it = Bench()
        async with it.fleet:
            await asyncio.sleep(21)
            it.cluster.delay = lambda path: 60.0
            feeds = list(it.cluster.resource("nodes").feeds)
            it.fleet.suspect(Unconfirmed("slept; checking"))
            for feed in feeds:
                feed.queue.put_nowait(
                    b'{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"100"}}}\n'
                )
                feed.queue.put_nowait(None)
            await asyncio.sleep(1)
            assert it.states() == {TopicState.STALE}

    run(main())


@pytest.mark.parametrize("topic", ["gateways", "nodes"])
def test_a_list_that_was_under_way_does_not_count(topic: str) -> None:
    async def main() -> None:
        it = Bench()
        async with it.fleet:
            await asyncio.sleep(21)
            it.cluster.delay = lambda path: 5.0 if path.endswith(f"/{topic}") else 0.0
            it.cluster.compact("nodes")
            it.cluster.send("nodes", None)
            it.fleet.refresh()
            await asyncio.sleep(6)  # lists are being read
            since = it.loop.time()
            it.fleet.suspect(Unconfirmed("slept; checking"))
            await asyncio.sleep(4.5)
            assert it.topics()[topic].state is TopicState.STALE
            await asyncio.sleep(10)
            assert topic in it.asked(since)
            assert it.shown() == (ClusterState.READY, "")

    run(main())


def test_a_network_that_is_not_back_yet_is_the_new_reason_and_its_return_is_noticed() -> None:
    async def main() -> None:
        it = Bench()
        async with it.fleet:
            await asyncio.sleep(21)
            it.cluster.dead = ConnectTimeout("no answer")
            it.sleep(3600)
            await asyncio.sleep(NOTICED)
            assert it.shown() == (ClusterState.UNREACHABLE, "no answer")
            assert it.states() == {TopicState.STALE}
            await asyncio.sleep(30)
            it.cluster.dead = None
            await asyncio.sleep(16)
            assert it.shown() == (ClusterState.READY, "")

    run(main())


def test_a_cluster_that_was_lost_is_tried_at_once() -> None:
    async def main() -> None:
        it = Bench()
        it.cluster.dead = ConnectFailed("refused")
        async with it.fleet:
            await asyncio.sleep(300)
            it.cluster.dead = None
            it.sleep(60)
            await asyncio.sleep(NOTICED)
            assert it.shown()[0] is ClusterState.READY

    run(main())


def test_what_must_not_be_seen_does_not_appear_by_a_sleep() -> None:
    async def main() -> None:
        it = Bench()
        it.cluster.put("nodes", "n1")
        async with it.fleet:
            await asyncio.sleep(5)
            it.cluster.resource("nodes").watch_refusals.extend([Forbidden("403")] * 9)
            it.cluster.resource("nodes").refusals.extend([Forbidden("403")] * 9)
            it.cluster.send("nodes", None)
            await asyncio.sleep(5)
            assert it.topics()["nodes"].state is TopicState.FORBIDDEN
            it.cluster.delay = lambda path: 60.0
            it.sleep(3600)
            await asyncio.sleep(NOTICED)
            view = it.topics()["nodes"]
            assert (view.state, len(view.objects)) == (TopicState.FORBIDDEN, 0)

    run(main())


@pytest.mark.parametrize("seconds", [-7200.0, -30.0, JUMP - 1, 3.0])
def test_a_clock_that_is_set_back_or_a_little_makes_nothing_stale(seconds: float) -> None:
    async def main() -> None:
        it = Bench()
        async with it.fleet:
            await asyncio.sleep(21)
            it.sleep(seconds)
            seen = set()
            for _ in range(100):
                await asyncio.sleep(0.5)
                seen.add(it.shown())
            assert seen == {(ClusterState.READY, "")}
            assert it.cluster.renewed == 0

    run(main())


def test_a_clock_that_is_set_ahead_costs_one_check_and_nothing_more() -> None:
    async def main() -> None:
        it = Bench()
        async with it.fleet:
            await asyncio.sleep(21)
            it.sleep(86_400)
            await asyncio.sleep(NOTICED + 4)
            seen = set()
            for _ in range(100):
                await asyncio.sleep(0.5)
                seen.add(it.shown())
            assert seen == {(ClusterState.READY, "")}
            assert it.cluster.renewed == 1

    run(main())


def test_a_nap_that_took_too_long_counts_and_a_busy_loop_does_not() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        late = iter([0.0, JUMP - 0.5, 3600.0, 5.0])
        told: list[str] = []

        async def nap(seconds: float) -> None:
            extra = next(late, None)
            if extra is None:
                await asyncio.Event().wait()
            await asyncio.sleep(seconds + (extra or 0.0))

        pace = replace(virtual_pace(loop), sleep=nap)
        watch = ClockWatch(lambda why: told.append(str(why)), pace=pace)
        task = asyncio.create_task(watch.run())
        await asyncio.sleep(7200)
        task.cancel()
        assert told == ["this program did not run for 60 m; checking"]

    run(main())
