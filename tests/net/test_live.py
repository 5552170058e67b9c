"""A live fleet: every cluster and endpoint current by itself, nothing left when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from mckconsole.config.model import Config
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.metrics import QUERIES, MetricQuery, MetricState, MetricVector, Sample
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.endpoint import ClusterEndpoint
from mckconsole.sources.errors import ConnectFailed
from mckconsole.store.live import METRICS_EVERY, LiveFleet
from mckconsole.store.metrics import Vectors
from mckconsole.store.reader import ReadPlan
from mckconsole.store.signals import METRICS
from tests.net.model_cluster import ModelCluster
from tests.net.test_reader import Found
from tests.net.virtual import run, virtual_pace
from tests.unit.test_store import endpoint

TOPICS = ("namespaces", "nodes")
QUERY = QUERIES[0].id


class Endpoint:
    """A metrics endpoint that counts its rounds and gives the number of each as its sample."""

    def __init__(self, name: str, *covered: str, takes: float = 0.1) -> None:
        self.name = name
        self.covered = covered
        self.takes = takes
        self.note = ""
        self.rounds = 0
        self.closed = 0
        self.failure: Exception | None = None
        self.state = MetricState.FRESH

    async def query(self, queries: Sequence[MetricQuery]) -> Vectors:
        self.rounds += 1
        await asyncio.sleep(self.takes)
        if self.failure is not None:
            raise self.failure
        sample = Sample({"from": self.name}, self.rounds, 0.0)
        vector = MetricVector(self.state, samples=(sample,), endpoint=self.name)
        return {name: {query.id: vector for query in queries} for name in self.covered}

    async def close(self) -> None:
        self.closed += 1


class Bench:
    """Model clusters c0, c1 … and the fleet of them, in virtual time."""

    def __init__(self, count: int, *endpoints: Endpoint, queries: tuple[str, ...] = (QUERY,)):
        loop = asyncio.get_running_loop()
        self.pace = virtual_pace(loop)
        kinds = [BY_TOPIC[topic] for topic in TOPICS]
        self.clusters = {f"c{n}": ModelCluster(self.pace, kinds) for n in range(count)}
        self.fleet = LiveFleet(
            Found([endpoint(name) for name in self.clusters], ["context x has no cluster"]),
            ReadPlan(TOPICS, queries),
            config=Config(connections=2),
            prometheus=endpoints,
            connect=self._connect,
            pace=self.pace,
        )

    def _connect(self, found: ClusterEndpoint) -> ClusterClient:
        return self.clusters[found.name].client()

    def cluster(self, name: str) -> ClusterSnapshot:
        return self.fleet.store.snapshot().clusters[name]

    def assert_ended(self) -> None:
        assert len(asyncio.all_tasks()) == 1
        for cluster in self.clusters.values():
            assert cluster.opened == cluster.closed


def test_clusters_and_metrics_are_kept_current() -> None:
    async def main() -> None:
        prometheus = Endpoint("fleet", "c0", "c1")
        it = Bench(2, prometheus)
        async with it.fleet as fleet:
            await asyncio.sleep(1)
            assert [it.cluster(name).state for name in it.clusters] == [ClusterState.READY] * 2
            assert fleet.store.snapshot().inventory_problems == ("context x has no cluster",)
            changes = fleet.store.subscribe()
            it.clusters["c1"].put("nodes", "n1")
            assert ("c1", "nodes") in await anext(changes)
            assert list(it.cluster("c1").topic("nodes").objects) == [("", "n1")]
            assert ("c0", METRICS) in await anext(changes)
            await asyncio.sleep(10 * METRICS_EVERY)
            assert 9 <= prometheus.rounds <= 13
            assert it.cluster("c0").metrics.get(QUERY).samples[0].value == prometheus.rounds
        assert prometheus.closed == 1
        it.assert_ended()

    run(main())


def test_a_dead_cluster_and_a_dead_endpoint_hold_up_nobody() -> None:
    async def main() -> None:
        alive, dead = Endpoint("alive", "c0"), Endpoint("dead", "c1", takes=3600.0)
        it = Bench(3, alive, dead)
        it.clusters["c1"].dead = ConnectFailed("refused")
        it.clusters["c2"].delay = lambda path: 3600.0
        async with it.fleet:
            await asyncio.sleep(60)
            assert it.cluster("c0").state is ClusterState.READY
            assert it.cluster("c0").metrics.get(QUERY).state is MetricState.FRESH
            assert it.cluster("c1").state is ClusterState.UNREACHABLE
            assert it.cluster("c1").metrics.get(QUERY).state is MetricState.NOT_CONFIGURED
            assert alive.rounds >= 3
        it.assert_ended()
        assert (alive.closed, dead.closed) == (1, 1)

    run(main())


def test_a_bug_in_an_endpoint_is_its_vectors_reason_until_it_works_again() -> None:
    async def main() -> None:
        prometheus = Endpoint("fleet", "c0")
        prometheus.failure = ZeroDivisionError()
        it = Bench(1, prometheus)
        async with it.fleet:
            await asyncio.sleep(1)
            vector = it.cluster("c0").metrics.get(QUERY)
            assert vector.state is MetricState.FAILED
            assert vector.reason.startswith("internal error: ZeroDivisionError in test_live.py:")
            assert it.cluster("c0").topic("nodes").state is TopicState.FRESH
            prometheus.failure = None
            await asyncio.sleep(2 * METRICS_EVERY)
            assert it.cluster("c0").metrics.get(QUERY).state is MetricState.FRESH

    run(main())


def test_of_two_endpoints_the_better_last_answer_is_shown() -> None:
    async def main() -> None:
        def shown() -> object:
            return it.cluster("c0").metrics.get(QUERY).endpoint

        first, second = Endpoint("first", "c0"), Endpoint("second", "c0")
        it = Bench(1, first, second)
        async with it.fleet:
            await asyncio.sleep(1)
            assert shown() == "first"
            first.state = MetricState.PARTIAL
            await asyncio.sleep(2 * METRICS_EVERY)
            assert shown() == "second"
            second.failure = ConnectionError()
            await asyncio.sleep(2 * METRICS_EVERY)
            assert shown() == "first"

    run(main())


def test_series_of_strangers_are_a_note_until_they_are_gone() -> None:
    async def main() -> None:
        prometheus = Endpoint("fleet", "c0")
        prometheus.note = "3 series belong to nobody"
        it = Bench(1, prometheus)
        async with it.fleet as fleet:
            await asyncio.sleep(1)
            assert fleet.store.snapshot().notes == ("3 series belong to nobody",)
            prometheus.note = ""
            await asyncio.sleep(2 * METRICS_EVERY)
            assert fleet.store.snapshot().notes == ()

    run(main())


def test_without_queries_no_endpoint_is_asked() -> None:
    async def main() -> None:
        prometheus = Endpoint("fleet", "c0")
        it = Bench(1, prometheus, queries=())
        async with it.fleet:
            await asyncio.sleep(60)
        assert (prometheus.rounds, prometheus.closed) == (0, 1)

    run(main())


def test_an_error_in_the_context_ends_everything_and_passes() -> None:
    async def main() -> None:
        it = Bench(2, Endpoint("fleet", "c0"))
        caught = None
        try:
            async with it.fleet:
                await asyncio.sleep(0.01)
                raise OSError("the terminal is gone")
        except OSError as error:
            caught = error
        assert caught is not None
        it.assert_ended()

    run(main())
