"""The embedded server beyond conformance: its Python API, its records, its switches."""

from __future__ import annotations

import asyncio
import gzip
import json
import ssl
import subprocess
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import which

import aiohttp
import pytest

from mckconsole.demo.access import ADMIN, Access, Rule, User
from mckconsole.demo.answers import Listener
from mckconsole.demo.objects import KubeObject, version_rank
from mckconsole.demo.server import EmbeddedCluster, serve
from tests.net.cluster import ADMIN_TOKEN, running, running_in_thread, write_kubeconfig
from tests.net.loopback import Authority

HEADERS = {"Authorization": f"Bearer {ADMIN_TOKEN}"}


def pod(name: str, namespace: str = "default", **labels: str) -> KubeObject:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {"containers": [{"name": "main", "image": "registry.example/app:1"}]},
        "status": {"phase": "Running"},
    }


@asynccontextmanager
async def client(cluster: EmbeddedCluster) -> AsyncGenerator[aiohttp.ClientSession, None]:
    async with serve(cluster) as url, aiohttp.ClientSession(url, headers=HEADERS) as session:
        yield session


def test_objects_get_identity_from_the_server_and_keep_it() -> None:
    cluster = EmbeddedCluster("east", clock=lambda: 1_780_000_000.0)
    created = cluster.create(pod("a"))
    metadata = created["metadata"]
    assert metadata["creationTimestamp"] == "2026-05-28T20:26:40Z"
    assert metadata["generation"] == 1
    updated = cluster.update({**pod("a", app="x"), "metadata": {"name": "a", "labels": {"b": "c"}}})
    assert updated["metadata"]["uid"] == metadata["uid"]
    assert int(updated["metadata"]["resourceVersion"]) > int(metadata["resourceVersion"])
    assert updated["metadata"]["generation"] == 1, "labels are not part of the spec"
    patched = cluster.patch("pods", "a", {"spec": {"nodeName": "n1"}}, "default")
    assert patched["metadata"]["generation"] == 2
    failed = cluster.patch_status("pods", "a", {"phase": "Failed"}, "default")
    assert failed["metadata"]["generation"] == 2
    assert failed["spec"]["nodeName"] == "n1"


def test_the_same_name_gives_the_same_uids() -> None:
    first, second, other = (EmbeddedCluster(name) for name in ("a", "a", "b"))
    uids = [one.get("namespaces", "kube-system")["metadata"]["uid"] for one in (first, second)]
    assert uids[0] == uids[1]
    assert other.get("namespaces", "kube-system")["metadata"]["uid"] != uids[0]


def test_what_callers_hold_is_not_what_is_stored() -> None:
    cluster = EmbeddedCluster()
    original = pod("a")
    cluster.create(original)["spec"]["nodeName"] = "changed"
    original["spec"]["nodeName"] = "changed"
    assert "nodeName" not in cluster.get("pods", "a", "default")["spec"]


def test_python_api_refuses_what_a_server_would() -> None:
    cluster = EmbeddedCluster()
    cluster.create(pod("a"))
    with pytest.raises(ValueError, match="already exists"):
        cluster.create(pod("a"))
    with pytest.raises(KeyError):
        cluster.update(pod("b"))
    with pytest.raises(KeyError):
        cluster.delete("pods", "b", "default")
    with pytest.raises(KeyError):
        cluster.create({**pod("c"), "kind": "Gateway", "apiVersion": "submariner.io/v1"})
    before = cluster.revision
    cluster.apply(pod("a"))
    assert cluster.revision == before, "nothing changed"


def test_history_is_bounded() -> None:
    cluster = EmbeddedCluster(history=10)
    cluster.create(pod("a"))
    for index in range(50):
        cluster.patch_status("pods", "a", {"podIP": f"10.0.0.{index}"}, "default")
    log = cluster.log(cluster.types["pods"])
    assert len(log.since(log.floor)) <= 20
    assert log.floor > 100


def test_clusters_can_share_objects() -> None:
    template, copy = EmbeddedCluster("a"), EmbeddedCluster("b")
    for index in range(3):
        template.create(pod(f"p{index}"))
    copy.adopt("pods", template)
    shared = [next(iter(one.log(one.types["pods"]))) for one in (template, copy)]
    assert shared[0] is shared[1]
    copy.delete("pods", "p0", "default")
    assert len(list(template.objects("pods"))) == 3
    assert len(list(copy.objects("pods"))) == 2


def test_versions_are_ordered_as_kubernetes_orders_them() -> None:
    versions = ["v1alpha1", "v10", "v2beta1", "foo1", "v1", "v2", "v2beta10"]
    ordered = ["v10", "v2", "v1", "v2beta10", "v2beta1", "v1alpha1", "foo1"]
    assert sorted(versions, key=version_rank) == ordered


async def test_requests_are_recorded_and_writes_stand_out() -> None:
    access = Access(
        {ADMIN_TOKEN: ADMIN, "reader-token": User("reader", ("readers",))},
        [Rule(("readers",), resources=("pods",))],
    )
    cluster = EmbeddedCluster(access=access)
    cluster.create(pod("a"))
    async with client(cluster) as session:
        await session.get("/api/v1/pods?limit=5")
        await session.delete("/api/v1/namespaces/default/pods/a")
        reader = {"Authorization": "Bearer reader-token"}
        await session.patch("/api/v1/namespaces/default/pods/a", json={}, headers=reader)
        review = {"spec": {"resourceAttributes": {"verb": "list", "resource": "pods"}}}
        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        async with session.post(path, json=review) as answer:
            assert (await answer.json())["status"] == {"allowed": True}
    seen = [(one.method, one.verb, one.user, one.status) for one in cluster.requests]
    assert seen[:3] == [
        ("GET", "list", "admin", 200),
        ("DELETE", "delete", "admin", 405),
        ("PATCH", "patch", "reader", 403),
    ]
    assert cluster.requests[0].query == {"limit": "5"}
    assert [one.method for one in cluster.writes] == ["DELETE", "PATCH"]
    assert cluster.get("pods", "a", "default")


async def test_rules_can_be_incomplete() -> None:
    cluster = EmbeddedCluster()
    cluster.access.incomplete_rules = "webhook authorizer does not support user rule resolution"
    path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
    async with (
        client(cluster) as session,
        session.post(path, json={"spec": {"namespace": "default"}}) as answer,
    ):
        status = (await answer.json())["status"]
    assert status["incomplete"] is True
    assert "webhook" in status["evaluationError"]


async def test_large_bodies_are_compressed_on_request_only() -> None:
    cluster = EmbeddedCluster()
    for index in range(800):
        cluster.create(pod(f"p{index:04}"))
    async with client(cluster) as session:
        plain = await session.get("/api/v1/pods", headers={"Accept-Encoding": "identity"})
        assert "Content-Encoding" not in plain.headers
        async with serve(cluster) as url, aiohttp.ClientSession(auto_decompress=False) as raw:
            packed = await raw.get(
                f"{url}/api/v1/pods", headers={**HEADERS, "Accept-Encoding": "gzip"}
            )
            assert packed.headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(await packed.read()) == await plain.read()
        small = await session.get("/api/v1/pods?limit=1")
        assert "Content-Encoding" not in small.headers


async def test_one_port_serves_several_clusters_by_prefix() -> None:
    clusters = {name: EmbeddedCluster(name) for name in ("east", "west")}
    for name, cluster in clusters.items():
        cluster.create(pod(name))
    services = {f"/k8s/clusters/{name}": cluster for name, cluster in clusters.items()}
    async with Listener(services) as listener, aiohttp.ClientSession(headers=HEADERS) as session:
        for name in clusters:
            async with session.get(f"{listener.url}/k8s/clusters/{name}/api/v1/pods") as answer:
                [item] = (await answer.json())["items"]
                assert item["metadata"]["name"] == name
        assert (await session.get(f"{listener.url}/api/v1/pods")).status == 404


async def test_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    cluster = EmbeddedCluster()
    context = ssl.create_default_context(cadata=authority.pem.decode())
    server = authority.server_context("127.0.0.1")
    async with (
        running(cluster, server_tls=server) as endpoint,
        aiohttp.ClientSession(headers=HEADERS) as session,
        session.get(f"{endpoint.base_url}/version", ssl=context) as answer,
    ):
        assert endpoint.base_url.startswith("https://")
        assert (await answer.json())["gitVersion"] == "v1.36.2"


async def test_a_watch_ends_when_its_history_is_gone() -> None:
    cluster = EmbeddedCluster()
    first = cluster.create(pod("a"))["metadata"]["resourceVersion"]
    async with client(cluster) as session:
        answer = await session.get(f"/api/v1/pods?watch=1&resourceVersion={first}")
        cluster.create(pod("b"))
        event = json.loads(await answer.content.readline())
        assert event["object"]["metadata"]["name"] == "b"
        cluster.create(pod("c"))
        cluster.compact()
        seen = [json.loads(line)["type"] async for line in answer.content]
    assert seen in (["ERROR"], ["ADDED", "ERROR"])


async def test_watchers_are_forgotten_when_clients_leave() -> None:
    cluster = EmbeddedCluster()
    log = cluster.log(cluster.types["pods"])
    async with client(cluster) as session:
        answer = await session.get("/api/v1/pods?watch=1")
        cluster.create(pod("a"))
        await answer.content.readline()
        assert log.watchers == 1
        answer.close()
        for _ in range(100):
            if not log.watchers:
                break
            await asyncio.sleep(0.01)
    assert log.watchers == 0


async def test_closing_ends_open_watches_at_once() -> None:
    async with aiohttp.ClientSession(headers=HEADERS) as session:
        cluster = EmbeddedCluster()
        cluster.create(pod("a"))
        async with serve(cluster) as url:
            answer = await session.get(f"{url}/api/v1/pods?watch=1")
            await answer.content.readline()
            begun = time.monotonic()
        assert time.monotonic() - begun < 1
        answer.close()


async def test_listing_is_cheap_enough_for_fleets() -> None:
    """5,000 pods in pages of 500: assembled from cached bytes, not encoded again."""
    cluster = EmbeddedCluster(compress=False)
    for index in range(5000):
        cluster.create(pod(f"p{index:05}", app="x" * 60))
    begun, seen, query = time.perf_counter(), 0, ""
    async with client(cluster) as session:
        while True:
            async with session.get(f"/api/v1/pods?limit=500{query}") as answer:
                page = json.loads(await answer.read())
            seen += len(page["items"])
            if "continue" not in page["metadata"]:
                break
            query = f"&continue={page['metadata']['continue']}"
    assert seen == 5000
    assert time.perf_counter() - begun < 2


KUBECTL = which("kubectl")


@pytest.mark.skipif(KUBECTL is None, reason="no kubectl on PATH")
def test_kubectl_reads_it(tmp_path: Path) -> None:
    """kubectl's own discovery, tables, paging and watch."""
    assert KUBECTL is not None
    authority = Authority(tmp_path)
    ca_file = tmp_path / "ca.crt"
    ca_file.write_bytes(authority.pem)
    cluster = EmbeddedCluster()
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"}, "status": {}}
    cluster.create(node)
    for index in range(3):
        cluster.create(pod(f"p{index}"))
    cluster.define("submariner.io", ("v1",), "gateways", "Gateway")
    with running_in_thread({"c": cluster}, server_tls=authority.server_context("127.0.0.1")) as run:
        config = write_kubeconfig(tmp_path / "config", run.urls, ca_file=ca_file)
        base = [KUBECTL, f"--kubeconfig={config}", f"--cache-dir={tmp_path / 'cache'}"]

        def kubectl(*arguments: str) -> str:
            done = subprocess.run(
                [*base, *arguments], capture_output=True, text=True, timeout=30, check=False
            )
            return done.stdout + done.stderr

        table = kubectl("get", "nodes,pods", "-A")
        assert "node/n1" in table
        assert "default     pod/p2   0/1     Running" in table
        listed = json.loads(kubectl("get", "pods", "-A", "-o", "json", "--chunk-size=2"))
        assert [item["metadata"]["name"] for item in listed["items"]] == ["p0", "p1", "p2"]
        assert "gateways" in kubectl("api-resources", "--api-group=submariner.io")
        assert "MethodNotAllowed" in kubectl("delete", "pod", "p0")
        watching = subprocess.Popen(
            [*base, "get", "pods", "-w", "-o", "name"], stdout=subprocess.PIPE, text=True
        )
        assert watching.stdout is not None
        seen = [watching.stdout.readline().strip() for _ in range(3)]
        run.call(lambda: cluster.create(pod("later")))
        seen.append(watching.stdout.readline().strip())
        watching.terminate()
        watching.communicate(timeout=10)
    assert seen == ["pod/p0", "pod/p1", "pod/p2", "pod/later"]
