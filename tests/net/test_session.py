"""A session: connects, follows every topic, contains trouble, notices loss and return."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.sources.endpoint import ClusterEndpoint
from mckconsole.sources.errors import (
    ConnectFailed,
    ConnectTimeout,
    Forbidden,
    LoginRequired,
    ServerTrouble,
    SourceError,
    Unauthorized,
)
from mckconsole.sources.pace import Pace
from mckconsole.store.cluster import ClusterStore
from mckconsole.store.contact import Gate
from mckconsole.store.session import ClusterSession
from tests.net.model_cluster import ModelCluster
from tests.net.virtual import run, virtual_pace
from tests.unit.test_store import endpoint

TOPICS = ("namespaces", "nodes", "gateways")


class Bench:
    """A session over a model cluster, in virtual time."""

    def __init__(
        self,
        served: Sequence[str] = TOPICS,
        wanted: Sequence[str] = TOPICS,
        *,
        gate: Gate | None = None,
        problem: str = "",
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self.pace: Pace = virtual_pace(self.loop)
        self.cluster = ModelCluster(self.pace, [BY_TOPIC[topic] for topic in served])
        self.store = ClusterStore(endpoint("west", problem), wanted, pace=self.pace)
        session = ClusterSession(
            self.store, gate or Gate(4, 2.0), connect=self.cluster.client, pace=self.pace
        )
        self.task = asyncio.create_task(session.run())

    def state(self) -> tuple[ClusterState, str]:
        found = self.store.snapshot(self.loop.time())
        return found.state, found.reason

    def topic(self, name: str) -> TopicState:
        return self.store.snapshot(self.loop.time()).topic(name).state

    def names(self, topic: str) -> list[str]:
        objects = self.store.snapshot(self.loop.time()).topic(topic).objects
        return sorted(name for _, name in objects)

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        assert self.cluster.opened == self.cluster.closed
        assert len(asyncio.all_tasks()) == 1


def test_it_reads_every_topic_and_follows_it() -> None:
    async def main() -> None:
        it = Bench()
        it.cluster.put("nodes", "n1")
        await asyncio.sleep(1)
        assert it.state() == (ClusterState.READY, "")
        it.cluster.put("nodes", "n2")
        it.cluster.put("gateways", "gw")
        await asyncio.sleep(12)
        assert it.names("nodes") == ["n1", "n2"]
        assert it.names("gateways") == ["gw"]
        snapshot = it.store.snapshot(it.loop.time())
        assert snapshot.version is not None
        assert snapshot.version.git_version == "v1.36.2"
        assert snapshot.topic("nodes").version == "v1"
        assert snapshot.as_of is not None
        await it.end()

    run(main())


def test_what_is_not_served_is_absent_and_no_trouble() -> None:
    async def main() -> None:
        it = Bench(served=("namespaces", "nodes"))
        await asyncio.sleep(1)
        assert it.topic("gateways") is TopicState.ABSENT
        assert it.state()[0] is ClusterState.READY
        await it.end()

    run(main())


def test_a_refused_topic_degrades_and_leaves_the_others_alone() -> None:
    async def main() -> None:
        it = Bench()
        it.cluster.resource("nodes").refusals.extend([Forbidden("403")] * 9)
        await asyncio.sleep(60)
        assert it.state() == (ClusterState.DEGRADED, "forbidden: nodes (403)")
        assert it.topic("gateways") is TopicState.FRESH
        await it.end()

    run(main())


def test_a_bug_in_one_topic_is_its_reason_and_ends_nothing_else() -> None:
    async def main() -> None:
        it = Bench()

        def trip(path: str) -> float:
            if path.endswith("/nodes"):
                raise ZeroDivisionError
            return 0.0

        it.cluster.delay = trip
        await asyncio.sleep(30)
        topic = it.store.snapshot(it.loop.time()).topic("nodes")
        assert topic.state is TopicState.UNREACHABLE
        assert topic.reason.startswith("internal error: ZeroDivisionError in test_session.py:")
        assert it.topic("namespaces") is TopicState.FRESH
        it.cluster.delay = lambda path: 0.0
        await asyncio.sleep(60)
        assert it.state()[0] is ClusterState.READY
        await it.end()

    run(main())


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ConnectFailed("connection refused"), ClusterState.UNREACHABLE),
        (Unauthorized("401"), ClusterState.UNAUTHORIZED),
        (LoginRequired("run aws sso login"), ClusterState.LOGIN_REQUIRED),
    ],
)
def test_a_failed_first_contact_has_its_state_and_is_tried_again(
    error: SourceError, state: ClusterState
) -> None:
    async def main() -> None:
        it = Bench()
        it.cluster.dead = error
        await asyncio.sleep(1)
        seen = set()
        for _ in range(200):
            await asyncio.sleep(0.5)
            seen.add(it.state())
        assert seen == {(state, str(error))}
        assert len(it.store.snapshot(it.loop.time()).history) < 10
        it.cluster.dead = None
        await asyncio.sleep(301)
        assert it.state()[0] is ClusterState.READY
        await it.end()

    run(main())


def test_a_bug_in_the_first_contact_is_contained() -> None:
    async def main() -> None:
        def broken(found: ClusterEndpoint) -> None:
            raise KeyError(found.name)

        pace = virtual_pace(asyncio.get_running_loop())
        store = ClusterStore(endpoint("west"), TOPICS, pace=pace)
        session = ClusterSession(store, Gate(1, 2.0), connect=broken, pace=pace)  # type: ignore[arg-type] # the point
        task = asyncio.create_task(session.run())
        await asyncio.sleep(1)
        assert store.snapshot(pace.monotonic()).reason.startswith("internal error: KeyError")
        assert not task.done()
        task.cancel()

    run(main())


def test_a_cluster_that_is_gone_is_noticed_and_its_return_too() -> None:
    async def main() -> None:
        it = Bench(wanted=("namespaces", "nodes"))
        it.cluster.put("nodes", "n1")
        await asyncio.sleep(5)
        it.cluster.dead = ConnectTimeout("no answer")
        await asyncio.sleep(25)
        assert it.state() == (ClusterState.UNREACHABLE, "no answer")
        assert it.topic("nodes") is TopicState.STALE
        assert it.names("nodes") == ["n1"]
        it.cluster.send("nodes", ConnectFailed("reset"))
        it.cluster.send("namespaces", ConnectFailed("reset"))
        await asyncio.sleep(600)
        it.cluster.dead = None
        it.cluster.put("nodes", "n2")
        await asyncio.sleep(20)
        assert it.state() == (ClusterState.READY, "")
        assert it.names("nodes") == ["n1", "n2"]
        lists = [p for _, path, p in it.cluster.requests if path.endswith("nodes") and "limit" in p]
        assert len(lists) == 1
        await it.end()

    run(main())


@pytest.mark.parametrize("seconds", [300, 310, 320, 330, 340])
@pytest.mark.parametrize(
    ("trouble", "state"),
    [
        (ConnectFailed("refused"), ClusterState.UNREACHABLE),
        (ServerTrouble("503: starting"), ClusterState.DEGRADED),
    ],
)
def test_after_its_return_a_cluster_is_current_within_seconds(
    trouble: SourceError, state: ClusterState, seconds: float
) -> None:
    async def main() -> None:
        it = Bench(wanted=("namespaces", "nodes"))
        await asyncio.sleep(5)
        it.cluster.dead = trouble
        it.cluster.send("nodes", ConnectFailed("reset"))
        it.cluster.send("namespaces", ConnectFailed("reset"))
        await asyncio.sleep(seconds)
        assert it.state()[0] is state
        it.cluster.dead = None
        it.cluster.put("nodes", "n1")
        await asyncio.sleep(16)
        assert it.state() == (ClusterState.READY, "")
        assert it.names("nodes") == ["n1"]
        await it.end()

    run(main())


def test_kinds_that_are_not_served_do_not_keep_a_cluster_lost() -> None:
    async def main() -> None:
        it = Bench(served=("nodes",), wanted=("nodes", "gateways", "routeagents", "ciliumnodes"))
        await asyncio.sleep(5)
        it.cluster.dead = ConnectTimeout("no answer")
        await asyncio.sleep(25)
        assert it.state() == (ClusterState.UNREACHABLE, "no answer")
        it.cluster.dead = None
        await asyncio.sleep(16)
        assert it.state() == (ClusterState.READY, "")
        await it.end()

    run(main())


def test_watches_that_stayed_open_through_a_loss_are_opened_anew() -> None:
    async def main() -> None:
        it = Bench(wanted=("namespaces", "nodes"))
        await asyncio.sleep(5)
        it.cluster.dead = ConnectTimeout("no answer")
        await asyncio.sleep(25)
        assert it.topic("nodes") is TopicState.STALE
        it.cluster.resource("nodes").feeds.clear()  # half dead: what happens is not told
        it.cluster.put("nodes", "n1")
        it.cluster.dead = None
        await asyncio.sleep(16)
        assert it.state() == (ClusterState.READY, "")
        assert it.names("nodes") == ["n1"]
        lists = [p for _, path, p in it.cluster.requests if path.endswith("nodes") and "limit" in p]
        assert len(lists) == 1
        await it.end()

    run(main())


def test_a_silent_cluster_is_probed_and_a_talking_one_is_not() -> None:
    async def main() -> None:
        it = Bench(wanted=("namespaces",))
        await asyncio.sleep(60)
        probes = [at for at, path, _ in it.cluster.requests if path == "/readyz"]
        assert 3 <= len(probes) <= 6
        busy = Bench(wanted=("namespaces", "gateways"))
        for _ in range(60):
            busy.cluster.last_answer = busy.pace.wall()
            await asyncio.sleep(1)
        assert not [path for _, path, _ in busy.cluster.requests if path == "/readyz"]
        busy.task.cancel()
        it.task.cancel()

    run(main())


def test_a_kind_that_goes_and_comes_back_is_followed() -> None:
    async def main() -> None:
        it = Bench()
        await asyncio.sleep(5)
        path = BY_TOPIC["gateways"].path("v1")
        gone = it.cluster.resources.pop(path)
        await asyncio.sleep(60)
        assert it.topic("gateways") is TopicState.ABSENT
        assert it.state()[0] is ClusterState.READY
        it.cluster.resources[path] = gone
        it.cluster.put("gateways", "gw")
        await asyncio.sleep(700)
        assert it.names("gateways") == ["gw"]
        await it.end()

    run(main())


def test_a_document_that_is_not_there_is_no_reason_to_ask_what_is_served() -> None:
    async def main() -> None:
        it = Bench(wanted=(*TOPICS, "oidc-keys"))
        await asyncio.sleep(500)
        assert it.topic("oidc-keys") is TopicState.ABSENT
        assert it.state() == (ClusterState.READY, "")
        paths = [path for _, path, _ in it.cluster.requests]
        assert paths.count("/apis") == 1
        assert paths.count("/openid/v1/jwks") == 2
        await it.end()

    run(main())


def test_an_upgrade_of_the_api_server_is_noticed() -> None:
    async def main() -> None:
        it = Bench(wanted=("nodes",))
        await asyncio.sleep(5)
        it.cluster.dead = ConnectFailed("refused")
        it.cluster.send("nodes", ConnectFailed("reset"))
        await asyncio.sleep(60)
        it.cluster.dead = None
        it.cluster.git_version = "v1.37.0"
        await asyncio.sleep(60)
        version = it.store.snapshot(it.loop.time()).version
        assert version is not None
        assert version.git_version == "v1.37.0"
        it.cluster.git_version = "v1.37.1"
        await asyncio.sleep(700)
        version = it.store.snapshot(it.loop.time()).version
        assert version is not None
        assert version.git_version == "v1.37.1"
        await it.end()

    run(main())


def test_an_endpoint_with_a_problem_is_never_contacted() -> None:
    async def main() -> None:
        it = Bench(problem="no such file")
        await asyncio.sleep(1)
        assert it.task.done()
        assert it.cluster.requests == []
        assert it.state() == (ClusterState.UNREACHABLE, "no such file")

    run(main())


def test_dead_clusters_do_not_keep_the_live_ones_waiting() -> None:
    async def main() -> None:
        gate = Gate(2, 2.0)
        dead = [Bench(gate=gate) for _ in range(4)]
        for one in dead:
            one.cluster.delay = lambda path: 3600.0
        live = Bench(gate=gate)
        await asyncio.sleep(5)
        assert live.state()[0] is ClusterState.READY
        await asyncio.sleep(120)
        assert dead[0].state()[0] in (ClusterState.UNREACHABLE, ClusterState.CONNECTING)
        for one in (*dead, live):
            one.task.cancel()

    run(main())


def test_a_cancelled_gate_leaves_no_task_and_no_unstarted_work() -> None:
    async def main() -> None:
        gate = Gate(1, 100.0)
        done: list[str] = []

        async def work(name: str) -> None:
            await asyncio.sleep(10)
            done.append(name)

        first = asyncio.create_task(gate.through(work("first")))
        second = asyncio.create_task(gate.through(work("second")))
        await asyncio.sleep(1)
        first.cancel()
        second.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        assert len(asyncio.all_tasks()) == 1
        await asyncio.sleep(60)
        assert done == []
        await gate.through(work("third"))
        assert done == ["third"]

    run(main())
