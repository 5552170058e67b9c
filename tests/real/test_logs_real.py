"""Logs through a real kube-apiserver: it asks a kubelet, which is ours, as it asks any other.

What the API server makes of options, refusals and streams on their way is what is tested here; what
a kubelet says comes from the embedded server.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from mckconsole.config.model import Config
from mckconsole.demo.answers import Answer, Call, Listener, text_answer
from mckconsole.demo.server import EmbeddedCluster
from mckconsole.demo.status import ApiError
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.logs import LogOptions, LogTarget, SourceState
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.logs import FollowedLogs
from tests.net.loopback import Authority
from tests.real import apiserver

pytestmark = pytest.mark.real
DEPLOYMENT = ObjectRef("apps/v1", "Deployment", "default", "web")


class Kubelet:
    """Answers `/containerLogs/NAMESPACE/POD/CONTAINER` as a kubelet does."""

    def __init__(self) -> None:
        self.cluster = EmbeddedCluster()
        self.asked: list[Call] = []

    async def answer(self, call: Call) -> Answer:
        self.asked.append(call)
        _, _, namespace, name, container = call.path.split("/")
        pod = self.cluster.get("pods", name, namespace)
        inner = replace(call, query={**call.query, "container": container})
        try:
            return self.cluster.logs.answer(inner, pod)
        except ApiError as error:
            return text_answer(f"{error}\n", error.code)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[apiserver.ApiServer]:
    flag = "--kubelet-preferred-address-types=InternalIP"
    with apiserver.running(tmp_path_factory.mktemp("apiserver"), flag) as found:
        yield found


def call(server: apiserver.ApiServer, method: str, path: str, body: object = None) -> Any:
    """One request of the test's own, as administrator."""
    headers = {"Authorization": f"Bearer {apiserver.ADMIN}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.url + path, data, headers, method=method)
    context = ssl.create_default_context(cafile=str(server.ca_file))
    with urllib.request.urlopen(request, timeout=10, context=context) as response:
        return json.load(response)


def node(port: int) -> dict[str, Any]:
    return {
        "metadata": {"name": "n"},
        "status": {
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
        },
    }


def pod(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "labels": {"app": "web"}},
        "spec": {"nodeName": "n", "containers": [{"name": "app", "image": "example.org/web:1"}]},
    }


def running_status() -> dict[str, Any]:
    status = {"name": "app", "state": {"running": {}}, "restartCount": 0}
    extra = {"ready": True, "image": "example.org/web:1", "imageID": ""}
    return {"phase": "Running", "containerStatuses": [{**status, **extra}]}


@asynccontextmanager
async def kubelet(server: apiserver.ApiServer, tmp_path: Path) -> AsyncIterator[Kubelet]:
    """A kubelet with two pods that run, of a Deployment."""
    found = Kubelet()
    async with Listener(
        {"": found}, tls=Authority(tmp_path).server_context("127.0.0.1")
    ) as listening:
        port = urlsplit(listening.url).port
        assert port is not None
        await asyncio.to_thread(prepare, server, port)
        for name in ("web-0", "web-1"):
            found.cluster.create({**pod(name), "status": running_status()})
        try:
            yield found
        finally:
            await asyncio.to_thread(clear, server)


def prepare(server: apiserver.ApiServer, port: int) -> None:
    call(server, "POST", "/api/v1/nodes", node(port))
    template = {"metadata": {"labels": {"app": "web"}}, "spec": pod("x")["spec"]}
    del template["spec"]["nodeName"]
    spec = {"selector": {"matchLabels": {"app": "web"}}, "template": template}
    body = {"metadata": {"name": "web"}, "spec": spec}
    call(server, "POST", "/apis/apps/v1/namespaces/default/deployments", body)
    for name in ("web-0", "web-1"):
        made = call(server, "POST", "/api/v1/namespaces/default/pods", pod(name))
        made["status"] = running_status()
        call(server, "PUT", f"/api/v1/namespaces/default/pods/{name}/status", made)


def clear(server: apiserver.ApiServer) -> None:
    for path in ("/api/v1/namespaces/default/pods", "/api/v1/nodes"):
        call(server, "DELETE", f"{path}?gracePeriodSeconds=0")
    call(server, "DELETE", "/apis/apps/v1/namespaces/default/deployments")


@asynccontextmanager
async def connected(server: apiserver.ApiServer, tmp_path: Path) -> AsyncIterator[ClusterClient]:
    config = tmp_path / "kubeconfig"
    cluster = {"server": server.url, "certificate-authority": str(server.ca_file)}
    config.write_text(
        json.dumps(
            {
                "clusters": [{"name": "real", "cluster": cluster}],
                "users": [{"name": "real", "user": {"token": apiserver.ADMIN}}],
                "contexts": [{"name": "real", "context": {"cluster": "real", "user": "real"}}],
            }
        )
    )
    (endpoint,) = load_kubeconfig(str(config), env={}, config=Config()).endpoints
    client = ClusterClient(endpoint)
    await client.open()
    try:
        yield client
    finally:
        await client.close()


async def until(condition: Any) -> None:
    end = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


async def test_lines_go_through_an_api_server(
    server: apiserver.ApiServer, tmp_path: Path
) -> None:  # fmt: skip
    async with kubelet(server, tmp_path) as found, connected(server, tmp_path) as client:
        logs, now = found.cluster.logs, time.time()
        for number in range(100):
            logs.write(
                "default", f"web-{number % 2}", "app", f"line {number}", at=now - 100 + number
            )
        logs.write("default", "web-0", "app", b"\xff\x1b[2J caf\xc3\xa9", at=now - 0.5)
        told = asyncio.Event()
        options = LogOptions(tail=60)
        feed = FollowedLogs([LogTarget("real", DEPLOYMENT)], options, told.set, lambda _: client)
        try:
            await until(lambda: len(feed.lines()) == 101)
            texts = [line.text for line in feed.lines()]
            assert texts == [*(f"line {number}" for number in range(100)), "\ufffd‹1B›[2J café"]
            logs.write("default", "web-1", "app", "a new one")
            await until(lambda: feed.lines()[-1].text == "a new one")
            assert {one.state for one in feed.sources} == {SourceState.FOLLOWING}
            asked = found.asked[-1].query
            assert (asked["tailLines"], asked["follow"], asked["timestamps"]) == (
                "60",
                "true",
                "true",
            )
            # A log that begins anew ends the stream; it is read on by whole seconds.
            logs.forget("default", "web-0", "app")
            logs.write("default", "web-0", "app", "after the rotation", at=time.time() + 1)
            await until(lambda: any("after the rotation" in line.text for line in feed.lines()))
            assert any(line.ours for line in feed.lines())
            assert found.asked[-1].query["sinceTime"].endswith("Z")
        finally:
            feed.close()


async def test_what_a_kubelet_refuses_is_told(
    server: apiserver.ApiServer, tmp_path: Path
) -> None:  # fmt: skip
    async with kubelet(server, tmp_path) as found, connected(server, tmp_path) as client:
        waiting = {"name": "app", "state": {"waiting": {"reason": "ImagePullBackOff"}}}
        found.cluster.apply({**pod("web-0"), "status": {"containerStatuses": [waiting]}})
        target = LogTarget("real", ObjectRef("v1", "Pod", "default", "web-0"))
        told = asyncio.Event()
        feed = FollowedLogs([target], LogOptions(), told.set, lambda _: client)
        try:
            words = "waiting to start: trying and failing to pull image"
            await until(lambda: any(one.reason == words for one in feed.sources))
        finally:
            feed.close()
        before = LogOptions(previous=True)
        feed = FollowedLogs([target], before, told.set, lambda _: client)
        try:
            await until(lambda: any(one.reason.endswith("not found") for one in feed.sources))
            assert feed.sources[0].state is SourceState.REFUSED
        finally:
            feed.close()
