"""Logs of several clusters as one feed: found, merged by corrected clocks, bounded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.server import EmbeddedCluster
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.logs import LogOptions, LogTarget, SourceState
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.errors import ConnectionTrouble
from mckconsole.store.logs import FollowedLogs
from tests.net.cluster import running

DEPLOYMENT = ObjectRef("apps/v1", "Deployment", "shop", "web")


def pod(name: str, **spec: object) -> KubeObject:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop", "labels": {"app": "web"}},
        "spec": {"nodeName": "n", "containers": [{"name": "app"}], **spec},
        "status": {"phase": "Running"},
    }


def deployment() -> KubeObject:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}},
    }


@dataclass
class Fleet:
    clusters: dict[str, EmbeddedCluster]
    clients: dict[str, ClusterClient]
    told: asyncio.Event
    feeds: list[FollowedLogs]

    def connect(self, name: str) -> ClusterClient:
        if name not in self.clients:
            raise ConnectionTrouble(f"{name} is not connected: nobody is there")
        return self.clients[name]

    def follow(self, targets: Sequence[LogTarget], tail: int | None = 500) -> FollowedLogs:
        feed = FollowedLogs(targets, LogOptions(tail=tail), self.told.set, self.connect)
        self.feeds.append(feed)
        return feed

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(8):
            while not condition():
                self.told.clear()
                await self.told.wait()

    def say(self, cluster: str, name: str, text: str, ago: float, container: str = "app") -> None:
        server = self.clusters[cluster]
        server.logs.write("shop", name, container, text, at=server._clock() - ago)


def _ahead(seconds: float) -> float:
    return time.time() + seconds


@asynccontextmanager
async def fleet(**ahead: float) -> AsyncIterator[Fleet]:
    """Clusters whose clocks are so many seconds ahead."""
    found = Fleet({}, {}, asyncio.Event(), [])
    async with AsyncExitStack() as stack:
        for name, seconds in ahead.items():
            server = EmbeddedCluster(name, clock=partial(_ahead, seconds))
            server.create(deployment())
            endpoint = await stack.enter_async_context(running(server))
            found.clusters[name], found.clients[name] = server, ClusterClient(endpoint)
            await found.clients[name].open()
            stack.push_async_callback(found.clients[name].close)
        try:
            yield found
        finally:
            for feed in found.feeds:
                feed.close()
            await asyncio.gather(
                *(task for feed in found.feeds for task in feed._tasks), return_exceptions=True
            )


def _found(feed: FollowedLogs) -> bool:
    return any(one.source.container for one in feed.sources)


def texts(feed: FollowedLogs) -> list[str]:
    return [line.text for line in feed.lines()]


async def test_lines_of_clusters_an_hour_apart_come_in_one_order() -> None:
    async with fleet(east=0.0, west=3600.0, north=-3600.0) as found:
        for number, cluster in enumerate(found.clusters):
            found.clusters[cluster].create(pod("web-0"))
            for step in range(5):
                ago = 100 - 10 * step - 3 * number
                found.say(cluster, "web-0", f"{100 - ago} s {cluster}", ago)
        feed = found.follow([LogTarget(name, DEPLOYMENT) for name in found.clusters])
        await found.until(lambda: len(feed.lines()) == 15)
        said = [int(text.partition(" ")[0]) for text in texts(feed)]
        assert said == sorted(said)
        assert [line.number for line in feed.lines()] == list(range(15))
        now = time.time()
        assert all(-5 < now - line.at < 110 for line in feed.lines())


async def test_pods_that_come_are_followed_and_those_that_go_end() -> None:
    async with fleet(east=0.0) as found:
        server = found.clusters["east"]
        server.create(pod("web-0"))
        found.say("east", "web-0", "first", 5)
        feed = found.follow([LogTarget("east", DEPLOYMENT)])
        await found.until(lambda: texts(feed) == ["first"])
        server.create(pod("web-1", initContainers=[{"name": "init"}]))
        found.say("east", "web-1", "second", 0)
        found.say("east", "web-1", "prepared", 0, "init")
        await found.until(lambda: {"second", "prepared"} <= {*texts(feed)})
        assert [(one.source.pod, one.source.container) for one in feed.sources] == [
            ("web-0", "app"),
            ("web-1", "init"),
            ("web-1", "app"),
        ]
        server.delete("pods", "web-0", "shop")
        await found.until(lambda: feed.sources[0].state is SourceState.ENDED)
        assert feed.sources[0].reason == "the pod is gone"
        assert feed.sources[0].lines == 1
        assert feed.sources[2].state is SourceState.FOLLOWING


async def test_a_pod_of_the_same_name_is_another_source() -> None:
    async with fleet(east=0.0) as found:
        server = found.clusters["east"]
        server.create(pod("web-0"))
        found.say("east", "web-0", "before", 5)
        feed = found.follow([LogTarget("east", ObjectRef("v1", "Pod", "shop", "web-0"))])
        await found.until(lambda: texts(feed) == ["before"])
        server.delete("pods", "web-0", "shop")
        await found.until(lambda: feed.sources[0].state is SourceState.ENDED)
        server.logs.forget("shop", "web-0", "app")
        server.create(pod("web-0"))
        found.say("east", "web-0", "after", 0)
        await found.until(lambda: "after" in texts(feed))
        assert texts(feed) == ["before", "after"]


async def test_what_cannot_be_followed_is_a_source_with_its_reason() -> None:
    async with fleet(east=0.0) as found:
        feed = found.follow(
            [
                LogTarget("east", DEPLOYMENT),
                LogTarget("east", ObjectRef("apps/v1", "Deployment", "shop", "other")),
                LogTarget("east", ObjectRef("v1", "Pod", "shop", "web-7")),
                LogTarget("gone", DEPLOYMENT),
            ]
        )
        await found.until(lambda: len(feed.sources) == 4)
        await found.until(lambda: all(one.reason for one in feed.sources))
        assert {(one.source.cluster, one.source.pod, one.state) for one in feed.sources} == {
            ("east", "Deployment web", SourceState.OPENING),
            ("east", "Deployment other", SourceState.REFUSED),
            ("east", "web-7", SourceState.ENDED),
            ("gone", "Deployment web", SourceState.RETRYING),
        }
        reasons = " ".join(one.reason for one in feed.sources)
        assert "Deployment shop/web has no pods now" in reasons
        assert "Deployment shop/other is not there" in reasons
        assert "gone is not connected" in reasons


async def test_services_nodes_namespaces_and_cron_jobs_have_pods() -> None:
    async with fleet(east=0.0) as found:
        server = found.clusters["east"]
        service = {"metadata": {"name": "web", "namespace": "shop"}}
        server.create(
            {"apiVersion": "v1", "kind": "Service", **service, "spec": {"selector": {"app": "web"}}}
        )
        of_job = pod("nightly-29000000-abcde")
        of_job["metadata"]["labels"] = {"job-name": "nightly-29000000"}
        owner = {"apiVersion": "batch/v1", "kind": "Job", "name": "nightly-29000000", "uid": "u"}
        of_job["metadata"]["ownerReferences"] = [owner]
        server.create(pod("web-0"))
        server.create(of_job)
        wanted = {
            ("v1", "Service", "shop", "web"): {"web-0"},
            ("v1", "Node", "", "n"): {"web-0", "nightly-29000000-abcde"},
            ("v1", "Namespace", "", "shop"): {"web-0", "nightly-29000000-abcde"},
            ("batch/v1", "CronJob", "shop", "nightly"): {"nightly-29000000-abcde"},
        }
        for ref, pods in wanted.items():
            feed = found.follow([LogTarget("east", ObjectRef(*ref))])
            await found.until(partial(_found, feed))
            assert {one.source.pod for one in feed.sources} == pods


async def test_two_targets_with_the_same_pod_follow_it_once() -> None:
    async with fleet(east=0.0) as found:
        found.clusters["east"].create(pod("web-0"))
        found.say("east", "web-0", "once", 1)
        both = [DEPLOYMENT, ObjectRef("v1", "Pod", "shop", "web-0")]
        feed = found.follow([LogTarget("east", ref) for ref in both])
        await found.until(lambda: texts(feed))
        assert texts(feed) == ["once"]
        assert len(feed.sources) == 1


async def test_a_feed_that_is_closed_asks_nothing_more() -> None:
    async with fleet(east=0.0) as found:
        server = found.clusters["east"]
        server.create(pod("web-0"))
        feed = found.follow([LogTarget("east", DEPLOYMENT)])
        await found.until(lambda: feed.sources)
        feed.close()
        await asyncio.gather(*feed._tasks, return_exceptions=True)
        asked = len(server.requests)
        server.create(pod("web-1"))
        await asyncio.sleep(0.05)
        assert len(server.requests) == asked
        assert not server.writes
