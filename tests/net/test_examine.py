"""How the console signs in and what it may read, asked of a live fleet; and what one may ask of it
besides, where a cluster is not connected."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml

from mckconsole.config.model import Config, PrometheusConfig
from mckconsole.demo import faults
from mckconsole.demo.access import Rule, User
from mckconsole.demo.promserver import EmbeddedPrometheus
from mckconsole.demo.server import EmbeddedCluster, serve
from mckconsole.domain.access import Answer
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.states import ClusterState
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.endpoint import ClusterEndpoint
from mckconsole.sources.errors import ConnectionTrouble
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store import on_demand
from mckconsole.store.contact import connecting
from mckconsole.store.live import LiveFleet
from mckconsole.store.reader import ReadPlan
from tests.net.cluster import endpoint, running, write_kubeconfig
from tests.net.test_live_embedded import until

TOPICS = ("nodes", "namespaces", "gateways")
SYSTEM = ObjectRef("v1", "Namespace", "", "kube-system")


@dataclass
class Found:
    """An inventory."""

    endpoints: Sequence[ClusterEndpoint]
    problems: Sequence[str] = ()


@dataclass
class Bench:
    """A live fleet of one cluster, and the clients that were made for it."""

    fleet: LiveFleet
    clients: list[ClusterClient]

    async def reach(self, *states: ClusterState) -> None:
        """Wait until the cluster is in one of these states."""
        await until(self.fleet, lambda now: now.clusters["east"].state in states)


@asynccontextmanager
async def living(
    at: ClusterEndpoint, *metrics: PrometheusConfig, patience: float = 2.0
) -> AsyncGenerator[Bench, None]:
    config = Config(request_timeout=patience, prometheus=list(metrics))
    clients: list[ClusterClient] = []

    def connect(one: ClusterEndpoint) -> ClusterClient:
        clients.append(connecting(config)(one))
        return clients[-1]

    fleet = LiveFleet(Found([at]), ReadPlan(TOPICS, ()), config=config, connect=connect)
    async with fleet:
        yield Bench(fleet, clients)


@asynccontextmanager
async def one_cluster(east: EmbeddedCluster, token: str = "reader") -> AsyncGenerator[Bench, None]:
    async with running(east, token=token) as at, living(at) as bench:
        yield bench


def reader(*resources: str) -> EmbeddedCluster:
    """A cluster whose user `ada` may read these resources."""
    east = EmbeddedCluster("east")
    east.access.tokens["reader"] = User("ada", ("auditors", "system:authenticated"))
    east.access.rules.append(Rule(("ada",), resources=resources))
    return east


async def test_a_connected_cluster_is_asked_over_its_own_connection() -> None:
    east = reader("nodes", "namespaces")
    async with one_cluster(east) as bench:
        await bench.reach(ClusterState.READY)
        report = await bench.fleet.examine("east")
        assert len(bench.clients) == 1
    assert (report.username, report.who_unknown, report.problem) == ("ada", "", "")
    assert set(report.groups) >= {"auditors", "system:authenticated"}
    assert report.credential == "token"
    answers = {one.topic: one.answer for one in report.topics}
    assert answers == {"nodes": Answer.YES, "namespaces": Answer.YES, "gateways": Answer.ABSENT}
    assert report.metrics == ()
    assert "reader" not in repr(report)
    assert not east.writes


async def test_what_is_refused_and_what_is_not_said() -> None:
    east = reader("nodes")
    east.faults.add(faults.refuse(404), path="selfsubjectreviews")
    east.faults.add(faults.refuse(500), path="selfsubjectaccessreviews", times=1)
    async with one_cluster(east) as bench:
        await bench.reach(ClusterState.READY, ClusterState.DEGRADED)
        report = await bench.fleet.examine("east")
    assert report.username == ""
    assert report.who_unknown == "the API server answers this from Kubernetes 1.28 on"
    assert len(report.named(Answer.UNKNOWN)) == 1
    assert "injected" in report.named(Answer.UNKNOWN)[0].reason
    assert report.problem == ""


async def test_a_dead_cluster_gets_an_attempt_of_its_own_and_says_why_it_failed() -> None:
    east = reader("nodes")
    east.faults.add(faults.silence())
    async with one_cluster(east) as bench:
        report = await bench.fleet.examine("east")
        assert "accepted but did not answer in time" in report.problem
        assert (report.topics, report.credential) == ((), "token")
        with pytest.raises(ConnectionTrouble, match="east is not connected: "):
            await bench.fleet.fetch("east", SYSTEM)
        examined = bench.clients[-1]
        with pytest.raises(ConnectionTrouble, match="closed by us"):
            await examined.get("/version")


async def test_an_examination_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_demand, "PATIENCE", 0.2)
    east = reader("nodes")
    east.faults.add(faults.silence())
    async with running(east) as at, living(at, patience=30.0) as bench:
        async with asyncio.timeout(10):
            report = await bench.fleet.examine("east")
    assert report.problem == "no answer within 0.2 s"


async def test_a_context_that_cannot_be_tried_says_so() -> None:
    at = replace(endpoint("http://127.0.0.1:1"), problem="its server is no URL")
    async with living(at) as bench:
        report = await bench.fleet.examine("east")
        assert report.problem == "its server is no URL (correct the kubeconfig)"
        assert not bench.clients
        with pytest.raises(ConnectionTrouble, match="its server is no URL"):
            await bench.fleet.fetch("east", SYSTEM)
        with pytest.raises(ConnectionTrouble, match="west is no cluster of this fleet"):
            await bench.fleet.fetch("west", SYSTEM)


async def test_a_command_that_nobody_agreed_to_is_not_run_to_find_out(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    script = tmp_path / "plugin"
    script.write_text(f"#!/bin/sh\ntouch {ran}\n")
    script.chmod(0o700)
    async with serve(reader("nodes")) as url, living(endpoint(url, token="reader")) as bench:
        user = {
            "exec": {
                "apiVersion": "client.authentication.k8s.io/v1",
                "command": str(script),
                "interactiveMode": "Never",
            }
        }
        kubeconfig = write_kubeconfig(tmp_path / "kubeconfig", {"east": url})
        document = yaml.safe_load(kubeconfig.read_text())
        document["users"] = [{"name": "static", "user": user}]
        kubeconfig.write_text(yaml.safe_dump(document))
        kubeconfig.chmod(0o600)
        bench.fleet.replace(load_kubeconfig(str(kubeconfig), env=os.environ, config=Config()))
        assert set(bench.fleet.held) == {"east"}
        before = len(bench.clients)
        report = await bench.fleet.examine("east")
        assert str(script) in report.problem
        assert (report.topics, len(bench.clients)) == ((), before)
        with pytest.raises(ConnectionTrouble, match="east is not connected: "):
            await bench.fleet.fetch("east", SYSTEM)
    assert not ran.exists()


async def test_an_object_is_read_over_the_connection_that_is_there_and_not_after_it_is_lost(
) -> None:  # fmt: skip
    east = reader("nodes", "namespaces", "configmaps")
    async with one_cluster(east) as bench:
        await bench.reach(ClusterState.READY)
        found = await bench.fleet.fetch("east", SYSTEM)
        assert "  name: kube-system" in found.lines
        assert len(bench.clients) == 1
        bench.fleet.store.cluster("east").failed(ConnectionTrouble("the line is cut"))
        with pytest.raises(ConnectionTrouble, match="not connected: the line is cut"):
            await bench.fleet.fetch("east", SYSTEM)


async def test_metrics_endpoints_that_cover_the_cluster_are_probed() -> None:
    async with AsyncExitStack() as stack:
        well, locked = EmbeddedPrometheus(), EmbeddedPrometheus(bearer="another")
        urls = [await stack.enter_async_context(serve(one)) for one in (well, locked)]
        metrics = [
            PrometheusConfig(name="well", url=f"{urls[0]}/", timeout=2.0),
            PrometheusConfig(name="locked", url=urls[1], clusters=["ea*"], timeout=2.0),
            PrometheusConfig(name="west", url=urls[1], clusters=["west"], timeout=2.0),
            PrometheusConfig(name="login", url="http://u:CANARY@127.0.0.1:1/p?k=CANARY#CANARY"),
        ]
        at = await stack.enter_async_context(running(reader("nodes"), token="reader"))
        bench = await stack.enter_async_context(living(at, *metrics))
        await bench.reach(ClusterState.READY, ClusterState.DEGRADED)
        report = await bench.fleet.examine("east")
    one, two, three = report.metrics
    assert (one.name, one.state, one.reason) == ("well", "ready", "")
    assert (one.url, one.version) == (f"{urls[0]}/", "Prometheus API 3.5.0")
    assert (two.name, two.state) == ("locked", "not readable")
    assert "HTTP 401" in two.reason
    assert three.url == "http://127.0.0.1:1/p"
    assert "CANARY" not in repr(report)
