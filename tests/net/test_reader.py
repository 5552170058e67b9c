"""One pass over a fleet: complete where it can be, honest where not, never waiting for the dead."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from mckconsole.config.model import Config
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.metrics import QUERIES, MetricQuery, MetricState, MetricVector
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.sources.endpoint import ClusterEndpoint
from mckconsole.sources.errors import ConnectFailed, Forbidden, SourceError, Throttled
from mckconsole.store.fleet import FleetStore
from mckconsole.store.metrics import Vectors
from mckconsole.store.reader import Progress, ReadPlan, read_fleet
from tests.net.model_cluster import ModelCluster
from tests.net.virtual import run, virtual_pace
from tests.unit.test_store import endpoint

TOPICS = ("namespaces", "nodes", "gateways")


@dataclass
class Found:
    endpoints: Sequence[ClusterEndpoint]
    problems: Sequence[str] = ()


class Metrics:
    """A metrics endpoint that answers, or does not."""

    def __init__(self, answer: Vectors | Exception) -> None:
        self.answer = answer
        self.name = "fleet"
        self.note = ""
        self.asked: list[str] = []
        self.closed = 0

    @property
    def covered(self) -> tuple[str, ...]:
        return ("c0",)

    async def query(self, queries: Sequence[MetricQuery]) -> Vectors:
        self.asked = [query.id for query in queries]
        await asyncio.sleep(0.1)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def close(self) -> None:
        self.closed += 1


class Fleet:
    """Model clusters c0, c1 … and a pass over them, in virtual time."""

    def __init__(self, count: int, *, problems: Sequence[str] = ()) -> None:
        self.loop = asyncio.get_running_loop()
        self.pace = virtual_pace(self.loop)
        kinds = [BY_TOPIC[topic] for topic in TOPICS]
        self.clusters = [ModelCluster(self.pace, kinds) for _ in range(count)]
        for cluster in self.clusters:
            cluster.put("nodes", "n1")
        self.problems = problems
        self.steps: list[Progress] = []

    async def read(
        self,
        *,
        deadline: float = 120.0,
        metrics: Sequence[Metrics] = (),
        queries: tuple[str, ...] = (),
        connections: int = 4,
    ) -> FleetStore:
        endpoints = [
            endpoint(f"c{n}", self.problems[n] if n < len(self.problems) else "")
            for n in range(len(self.clusters))
        ]
        by_name = dict(zip((one.name for one in endpoints), self.clusters, strict=True))
        return await read_fleet(
            Found(endpoints, ["context x has no cluster"]),
            ReadPlan(TOPICS, queries, deadline),
            config=Config(connections=connections),
            progress=self.steps.append,
            prometheus=metrics,
            connect=lambda found: by_name[found.name].client(),
            pace=self.pace,
        )

    def ends(self) -> dict[str, str]:
        return {step.cluster: step.error for step in self.steps if step.done}

    def assert_closed(self) -> None:
        assert [one.closed for one in self.clusters] == [one.opened for one in self.clusters]


def test_everything_is_read_and_said() -> None:
    async def main() -> None:
        fleet = Fleet(3)
        snapshot = (await fleet.read()).snapshot()
        assert [one.state for one in snapshot.clusters.values()] == [ClusterState.READY] * 3
        assert list(snapshot.clusters["c1"].topic("nodes").objects) == [("", "n1")]
        assert snapshot.inventory_problems == ("context x has no cluster",)
        assert fleet.ends() == {"c0": "", "c1": "", "c2": ""}
        phases = [step.phase for step in fleet.steps if step.cluster == "c0"]
        assert phases[0] == "connecting"
        assert "listing nodes 1" in phases
        assert phases[-1] == "done"
        fleet.assert_closed()

    run(main())


def test_long_lists_tell_how_far_they_are() -> None:
    async def main() -> None:
        fleet = Fleet(1)
        for number in range(1199):
            fleet.clusters[0].put("namespaces", f"ns-{number}")
        await fleet.read()
        phases = [step.phase for step in fleet.steps]
        assert "listing namespaces 500 of 1,199" in phases
        assert "listing namespaces 1,199" in phases

    run(main())


def test_many_dead_clusters_cost_the_live_ones_little() -> None:
    async def main() -> None:
        fleet = Fleet(24)
        for cluster in fleet.clusters[:20]:
            cluster.delay = lambda path: 10.0
            cluster.dead = ConnectFailed("no answer")
        ended: dict[str, float] = {}
        read = asyncio.create_task(fleet.read(connections=8))
        while not read.done():
            await asyncio.sleep(0.5)
            for name in fleet.ends():
                ended.setdefault(name, fleet.loop.time())
        assert max(ended[f"c{number}"] for number in range(20, 24)) <= 5
        states = (await read).snapshot().clusters
        assert states["c0"].state is ClusterState.UNREACHABLE
        assert states["c0"].reason == "no answer"
        assert fleet.ends()["c0"] == "no answer"
        assert states["c23"].state is ClusterState.READY
        fleet.assert_closed()

    run(main())


def test_a_slow_cluster_does_not_make_the_quick_ones_old() -> None:
    async def main() -> None:
        fleet = Fleet(2)
        fleet.clusters[0].delay = lambda path: 100.0 if path.endswith("nodes") else 0.0
        snapshot = (await fleet.read(deadline=500)).snapshot()
        assert [one.state for one in snapshot.clusters.values()] == [ClusterState.READY] * 2
        assert fleet.loop.time() >= 100

    run(main())


def test_what_is_not_read_by_the_deadline_says_so_and_the_rest_is_kept() -> None:
    async def main() -> None:
        fleet = Fleet(2)
        fleet.clusters[0].delay = lambda path: 1e6 if path.endswith("nodes") else 0.0
        fleet.clusters[1].delay = lambda path: 1e6
        snapshot = (await fleet.read(deadline=30)).snapshot()
        one, two = snapshot.clusters["c0"], snapshot.clusters["c1"]
        assert one.state is ClusterState.DEGRADED
        assert one.reason.startswith("unreachable: nodes (not read within the deadline of 30 s")
        assert one.topic("nodes").reason.startswith("not read within the deadline of 30 s")
        assert one.topic("namespaces").state is TopicState.FRESH
        assert two.state is ClusterState.UNREACHABLE
        assert fleet.loop.time() < 40
        fleet.assert_closed()

    run(main())


def test_refusals_and_bugs_stay_with_their_topic() -> None:
    async def main() -> None:
        fleet = Fleet(2)
        fleet.clusters[0].resource("nodes").refusals.append(Forbidden("403"))
        fleet.clusters[1].resource("nodes").refusals.append(_bug())
        snapshot = (await fleet.read()).snapshot()
        assert snapshot.clusters["c0"].reason == "forbidden: nodes (403)"
        reason = snapshot.clusters["c1"].topic("nodes").reason
        assert reason.startswith("internal error: ZeroDivisionError")
        assert snapshot.clusters["c1"].topic("namespaces").state is TopicState.FRESH

    run(main())


def test_a_server_that_says_when_to_come_back_is_asked_again() -> None:
    async def main() -> None:
        fleet = Fleet(2)
        busy = Throttled("storage is (re)initializing", retry_after=2.0)
        fleet.clusters[0].resource("nodes").refusals.extend([busy] * 3)
        fleet.clusters[1].resource("nodes").refusals.extend([busy] * 99)
        snapshot = (await fleet.read()).snapshot()
        assert snapshot.clusters["c0"].state is ClusterState.READY
        assert snapshot.clusters["c1"].reason.startswith("unreachable: nodes (storage is")
        assert 6 < fleet.loop.time() < 12
        fleet.assert_closed()

    run(main())


def test_a_refusal_without_a_time_is_final() -> None:
    async def main() -> None:
        fleet = Fleet(1)
        fleet.clusters[0].resource("nodes").refusals.append(Throttled("busy"))
        snapshot = (await fleet.read()).snapshot()
        assert snapshot.clusters["c0"].topic("nodes").state is TopicState.UNREACHABLE

    run(main())


def _bug() -> SourceError:
    """Stands where an error is raised, and is a bug instead."""
    return ZeroDivisionError()  # type: ignore[return-value] # the point


def test_an_endpoint_with_a_problem_is_reported_and_not_contacted() -> None:
    async def main() -> None:
        fleet = Fleet(2, problems=["no such CA file"])
        snapshot = (await fleet.read()).snapshot()
        assert snapshot.clusters["c0"].reason == "no such CA file"
        assert fleet.ends() == {"c0": "no such CA file", "c1": ""}
        assert fleet.clusters[0].requests == []

    run(main())


def test_metrics_are_asked_at_the_same_time_and_a_bug_there_is_contained() -> None:
    async def main() -> None:
        fleet = Fleet(1)
        query = QUERIES[0].id
        good = Metrics({"c0": {query: MetricVector(MetricState.FRESH)}, "stranger": {}})
        good.note = "3 series belong to nobody"
        bad = Metrics(ZeroDivisionError())
        store = await fleet.read(metrics=[bad, good], queries=(query,))
        vector = store.snapshot().clusters["c0"].metrics.get(query)
        assert vector.state is MetricState.FRESH
        assert good.asked == [query]
        assert store.snapshot().notes == ("3 series belong to nobody",)
        assert (good.closed, bad.closed) == (1, 1)
        only = await fleet.read(metrics=[bad], queries=(query,))
        vector = only.snapshot().clusters["c0"].metrics.get(query)
        assert vector.state is MetricState.FAILED
        assert "internal error" in vector.reason

    run(main())


def test_nothing_is_asked_where_no_query_is_planned() -> None:
    async def main() -> None:
        source = Metrics({})
        await Fleet(1).read(metrics=[source])
        assert (source.asked, source.closed) == ([], 1)

    run(main())


def test_cancelling_closes_everything() -> None:
    async def main() -> None:
        fleet = Fleet(20)
        for cluster in fleet.clusters:
            cluster.delay = lambda path: 50.0
        source = Metrics({})
        read = asyncio.create_task(fleet.read(metrics=[source], queries=(QUERIES[0].id,)))
        await asyncio.sleep(10)
        read.cancel()
        (result,) = await asyncio.gather(read, return_exceptions=True)
        assert isinstance(result, asyncio.CancelledError)
        assert len(asyncio.all_tasks()) == 1
        assert source.closed == 1
        fleet.assert_closed()
        assert any(one.opened for one in fleet.clusters)

    run(main())
