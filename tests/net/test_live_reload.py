"""Another inventory during the run: what is the same is not touched, what is new is not trusted."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from mckconsole.config.model import Config
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.credentials import StaticToken
from mckconsole.sources.endpoint import ClusterEndpoint, Secret, TLSSettings
from mckconsole.sources.errors import ConnectFailed
from mckconsole.sources.exec_plugin import ExecCredential, ExecPlugin
from mckconsole.sources.exec_protocol import PluginCredential, PluginSpec
from mckconsole.store.live import METRICS_EVERY, LiveFleet
from mckconsole.store.reader import ReadPlan
from mckconsole.store.reload import Replaced
from mckconsole.store.signals import INVENTORY
from tests.net.model_cluster import ModelCluster
from tests.net.test_live import QUERY, Endpoint
from tests.net.virtual import run, virtual_pace
from tests.unit.test_store import endpoint

TOPICS = ("namespaces", "nodes")
PLAN = ReadPlan(TOPICS, (QUERY,))


@dataclass
class Found:
    endpoints: Sequence[ClusterEndpoint]
    problems: Sequence[str] = ()


def point(name: str, *, server: str = "", token: str = "") -> ClusterEndpoint:
    found = replace(endpoint(name), base_url=server or f"https://{name}.test:6443")
    return replace(found, credential=StaticToken(Secret(token))) if token else found


def plugin(*args: str, program: str = "/usr/bin/aws", **env: str) -> ExecCredential:
    async def run_it(spec: PluginSpec) -> PluginCredential:
        return PluginCredential(Secret("Bearer x"), None, None)

    spec = PluginSpec("aws", args, tuple(env.items()))
    return ExecCredential(ExecPlugin(spec, run_it, program=program))


class Bench:
    """A live fleet over model clusters, one per server address."""

    def __init__(self, *points: ClusterEndpoint) -> None:
        self.loop = asyncio.get_running_loop()
        self.pace = virtual_pace(self.loop)
        self.servers: dict[str, ModelCluster] = {}
        self.connected: list[tuple[str, str]] = []
        """Cluster and how it signed in, of every connection."""
        self.prometheus = Endpoint("fleet", "a", "b")
        self.fleet = LiveFleet(
            Found(points),
            PLAN,
            config=Config(),
            connect=self._connect,
            prometheus=[self.prometheus],
            pace=self.pace,
        )

    def server(self, url: str) -> ModelCluster:
        kinds = [BY_TOPIC[topic] for topic in TOPICS]
        return self.servers.setdefault(url, ModelCluster(self.pace, kinds))

    def _connect(self, found: ClusterEndpoint) -> ClusterClient:
        self.connected.append((found.name, found.credential.describe()))
        return self.server(found.base_url).client()

    def cluster(self, name: str) -> ClusterSnapshot:
        return self.fleet.store.snapshot().clusters[name]

    def shown(self, name: str) -> tuple[ClusterState, str]:
        return self.cluster(name).state, self.cluster(name).reason

    def nodes(self, name: str) -> list[str]:
        return sorted(key[1] for key in self.cluster(name).topic("nodes").objects)


def test_contexts_come_and_go_and_the_others_notice_nothing() -> None:
    async def main() -> None:
        it = Bench(point("a"), point("b"))
        async with it.fleet as fleet:
            await asyncio.sleep(5)
            stays = fleet.store.cluster("b")
            requests = len(it.server("https://b.test:6443").requests)
            changes = fleet.store.subscribe()
            found = fleet.replace(Found([point("c"), point("b")], ["context x has no cluster"]))
            assert found == Replaced(("c",), ("a",), (), ())
            assert found
            snapshot = fleet.store.snapshot()
            assert list(snapshot.clusters) == ["c", "b"] == list(fleet.store.names)
            assert snapshot.inventory_problems == ("context x has no cluster",)
            told = await anext(changes)
            assert {("a", INVENTORY), ("c", INVENTORY), ("", INVENTORY)} <= told
            assert not [change for change in told if change[0] == "b"]
            await asyncio.sleep(1)
            assert fleet.store.cluster("b") is stays
            assert len(it.server("https://b.test:6443").requests) == requests
            assert it.shown("c") == (ClusterState.READY, "")
            gone = it.server("https://a.test:6443")
            assert gone.opened == gone.closed == 1
            assert [name for name, _ in it.connected] == ["a", "b", "c"]
        assert len(asyncio.all_tasks()) == 1
        assert all(one.opened == one.closed for one in it.servers.values())

    run(main())


def test_nothing_of_a_cluster_that_is_gone_is_told() -> None:
    async def main() -> None:
        it = Bench(point("a"), point("b"))
        async with it.fleet as fleet:
            await asyncio.sleep(5)
            held = fleet.store.cluster("a")
            changes = fleet.store.subscribe()
            fleet.replace(Found([point("b")]))
            held.set_metrics({})
            it.server("https://a.test:6443").put("nodes", "n1")
            await asyncio.sleep(40)
            told = {change for change in await anext(changes) if change[0] == "a"}
            assert told == {("a", INVENTORY)}
            with pytest.raises(KeyError):
                fleet.store.cluster("a")

    run(main())


def test_the_same_inventory_changes_nothing() -> None:
    async def main() -> None:
        it = Bench(point("a", token="t"), replace(endpoint("b"), credential=plugin("get-token")))
        async with it.fleet as fleet:
            await asyncio.sleep(5)
            credential = fleet.store.cluster("b").endpoint.credential
            again = [
                replace(point("a", token="t"), namespace="other", groups=("prod",)),
                replace(endpoint("b"), credential=plugin("get-token"), warnings=("expires soon",)),
            ]
            assert not fleet.replace(Found(again))
            await asyncio.sleep(5)
            assert len(it.connected) == 2
            assert it.cluster("b").warnings == ("expires soon",)
            assert fleet.store.cluster("a").endpoint.groups == ("prod",)
            assert fleet.store.cluster("b").endpoint.credential is credential

    run(main())


def test_another_credential_is_another_session_and_what_is_held_stays_in_doubt() -> None:
    async def main() -> None:
        it = Bench(point("a", token="one"), point("b"))
        server = it.server("https://a.test:6443")
        server.put("nodes", "n1")
        async with it.fleet as fleet:
            await asyncio.sleep(5)
            server.delay = lambda path: 1.0
            assert fleet.replace(Found([point("a", token="two"), point("b")])) == Replaced(
                changed=("a",)
            )
            await asyncio.sleep(1.5)
            assert it.shown("a") == (
                ClusterState.DEGRADED,
                "its kubeconfig entry changed; connecting again",
            )
            assert it.nodes("a") == ["n1"]
            view = it.cluster("a").topic("nodes")
            assert view.state is TopicState.STALE
            assert view.reason == "its kubeconfig entry changed; connecting again"
            await asyncio.sleep(5)
            assert it.shown("a") == (ClusterState.READY, "")
            assert (server.opened, server.closed) == (2, 1)
            assert [name for name, _ in it.connected] == ["a", "b", "a"]

    run(main())


@pytest.mark.parametrize("what", ["address", "trust"])
def test_another_server_is_another_cluster(what: str) -> None:
    async def main() -> None:
        it = Bench(point("a"))
        it.server("https://a.test:6443").put("nodes", "old")
        other = point("a", server="https://other.test")
        if what == "trust":
            other = replace(point("a"), tls=TLSSettings(insecure=True))
        async with it.fleet as fleet:
            await asyncio.sleep(5)
            assert it.nodes("a") == ["old"]
            it.server(other.base_url).delay = lambda path: 1.0
            generation = it.cluster("a").topic("nodes").generation
            fleet.replace(Found([other]))
            await asyncio.sleep(0.5)
            found = it.cluster("a")
            assert (found.state, found.version, found.latency) == (
                ClusterState.CONNECTING,
                None,
                0.01,
            )
            assert it.nodes("a") == []
            assert found.topic("nodes").state is TopicState.PENDING
            assert found.topic("nodes").generation > generation
            assert dict(found.metrics.vectors) == {}
            assert [entry for entry in found.history if entry.subject == "cluster"]
            await asyncio.sleep(5)
            assert it.shown("a") == (ClusterState.READY, "")

    run(main())


def test_a_context_that_becomes_unusable_and_usable_again() -> None:
    async def main() -> None:
        it = Bench(point("a"))
        it.server("https://a.test:6443").put("nodes", "n1")
        async with it.fleet as fleet:
            await asyncio.sleep(5)
            broken = replace(point("a"), problem="the context names no user")
            assert fleet.replace(Found([broken])).changed == ("a",)
            await asyncio.sleep(1)
            assert it.shown("a") == (ClusterState.UNREACHABLE, "the context names no user")
            assert it.nodes("a") == []
            fleet.replace(Found([point("a")]))
            await asyncio.sleep(1)
            assert it.shown("a") == (ClusterState.READY, "")
            assert it.nodes("a") == ["n1"]

    run(main())


def test_a_cluster_that_was_lost_is_tried_at_its_new_address() -> None:
    async def main() -> None:
        it = Bench(point("a"))
        it.server("https://a.test:6443").dead = ConnectFailed("refused")
        async with it.fleet as fleet:
            await asyncio.sleep(100)
            fleet.replace(Found([point("a", server="https://new.test")]))
            await asyncio.sleep(1)
            assert it.shown("a") == (ClusterState.READY, "")

    run(main())


def with_plugin(name: str, credential: ExecCredential) -> ClusterEndpoint:
    return replace(point(name), credential=credential)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (plugin("get-token", "--evil"), "aws get-token --evil"),
        (plugin("get-token", AWS_PROFILE="prod", LD_PRELOAD="/x"), "sets AWS_PROFILE, LD_PRELOAD"),
        (plugin("get-token", AWS_PROFILE="other"), "sets AWS_PROFILE"),
        (plugin("get-token", AWS_PROFILE="prod", program="/home/me/aws"), "aws get-token"),
    ],
)
def test_a_credential_command_that_nobody_saw_is_not_run(other: ExecCredential, words: str) -> None:
    async def main() -> None:
        known = plugin("get-token", AWS_PROFILE="prod")
        it = Bench(with_plugin("a", known), point("b"))
        it.server("https://a.test:6443").put("nodes", "n1")
        async with it.fleet as fleet:
            await asyncio.sleep(5)
            found = fleet.replace(Found([with_plugin("a", other), point("b")]))
            assert found == Replaced(changed=("a",), held=("a",))
            await asyncio.sleep(600)
            fleet.refresh()
            await asyncio.sleep(5)
            state, reason = it.shown("a")
            assert state is ClusterState.LOGIN_REQUIRED
            assert reason.startswith("the kubeconfig now runs another credential command: aws get")
            assert words in reason
            assert reason.endswith("(approve with :trust a)")
            assert it.cluster("a").topic("nodes").state is TopicState.STALE
            assert it.nodes("a") == ["n1"]
            assert [name for name, _ in it.connected] == ["a", "b"]
            assert list(fleet.held) == ["a"]
            assert fleet.trust("a", fleet.held["a"])
            await asyncio.sleep(5)
            assert it.shown("a") == (ClusterState.READY, "")
            assert not fleet.held
            assert not fleet.trust("a")

    run(main())


def test_what_was_there_at_the_start_or_was_agreed_to_runs() -> None:
    async def main() -> None:
        one, two = plugin("one"), plugin("two")
        it = Bench(with_plugin("a", one), with_plugin("b", two))
        async with it.fleet as fleet:
            await asyncio.sleep(5)
            assert not fleet.replace(
                Found([with_plugin("a", plugin("two")), with_plugin("c", plugin("one"))])
            ).held
            new = [with_plugin(name, plugin("three")) for name in ("a", "d", "e")]
            assert fleet.replace(Found(new)).held == ("d", "e", "a")
            assert fleet.trust("d")
            assert not fleet.held
            assert not fleet.replace(Found([with_plugin("f", plugin("three"))])).held
            await asyncio.sleep(5)
            assert it.shown("f")[0] is ClusterState.READY

    run(main())


def test_a_plugin_that_is_installed_meanwhile_is_the_one_that_was_meant() -> None:
    async def main() -> None:
        it = Bench(with_plugin("a", plugin("x", program="")))
        async with it.fleet as fleet:
            await asyncio.sleep(5)
            assert not fleet.replace(Found([with_plugin("a", plugin("x"))])).held
            assert not fleet.replace(Found([with_plugin("a", plugin("x", program=""))])).held

    run(main())


def test_agreeing_to_one_command_is_not_agreeing_to_the_next() -> None:
    async def main() -> None:
        it = Bench(point("a"))
        async with it.fleet as fleet:
            await asyncio.sleep(5)
            fleet.replace(Found([with_plugin("a", plugin("good"))]))
            seen = fleet.held["a"]
            fleet.replace(Found([with_plugin("a", plugin("evil"))]))
            assert not fleet.trust("a", seen)
            await asyncio.sleep(60)
            assert it.shown("a")[0] is ClusterState.LOGIN_REQUIRED
            assert fleet.replace(Found([point("a")])) == Replaced(changed=("a",))
            await asyncio.sleep(5)
            assert it.shown("a") == (ClusterState.READY, "")
            assert not fleet.held
            fleet.replace(Found([with_plugin("a", plugin("good"))]))
            fleet.replace(Found([]))
            assert not fleet.held
            assert not fleet.trust("a")

    run(main())


def test_edits_in_quick_succession_leave_one_session_each_and_the_last_word() -> None:
    async def main() -> None:
        it = Bench(point("a"))
        async with it.fleet as fleet:
            for number in range(30):
                fleet.replace(Found([point("a", token=f"t{number}"), point(f"n{number % 3}")]))
                await asyncio.sleep(0.0 if number % 2 else 0.3)
            await asyncio.sleep(5)
            assert set(fleet.store.names) == {"a", "n2"}
            assert it.shown("a") == it.shown("n2") == (ClusterState.READY, "")
            open_now = [url for url, one in it.servers.items() if one.opened != one.closed]
            assert sorted(open_now) == ["https://a.test:6443", "https://n2.test:6443"]
            assert (
                it.server("https://a.test:6443").opened - 1
                == it.server("https://a.test:6443").closed
            )
        assert len(asyncio.all_tasks()) == 1

    run(main())


def test_metrics_go_on_for_who_is_there() -> None:
    async def main() -> None:
        it = Bench(point("a"))
        async with it.fleet as fleet:
            await asyncio.sleep(1)
            rounds = it.prometheus.rounds
            fleet.replace(Found([point("a"), point("b")]))
            await asyncio.sleep(1)
            assert it.prometheus.rounds == rounds + 1
            assert it.cluster("b").metrics.get(QUERY).samples
            await asyncio.sleep(METRICS_EVERY)
            assert it.prometheus.rounds >= rounds + 2

    run(main())
