"""The embedded fleet: it starts fast, its heartbeats move, its script shows, it leaves nothing."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import aiohttp
import pytest
import yaml

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.keyring import Keyring, needs_servers
from mckconsole.demo.scenario import load_scenario

EPOCH = 1_790_000_000.0
LABELLED = "labelSelector=istio%2FmultiCluster%3Dtrue"
GATEWAYS = "/apis/submariner.io/v1/gateways"


class Clock:
    """A clock that stands still until told."""

    def __init__(self) -> None:
        self.now = EPOCH

    def __call__(self) -> float:
        return self.now


class Context:
    """One context of a kubeconfig."""

    def __init__(self, kubeconfig: Path, name: str) -> None:
        document = yaml.safe_load(kubeconfig.read_text())
        self.url: str = _named(document["clusters"], name)["cluster"]["server"]
        self.headers = {
            "Authorization": f"Bearer {_named(document['users'], name)['user']['token']}"
        }

    async def get(self, path: str) -> dict[str, Any]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(self.url + path, headers=self.headers) as reply,
        ):
            found: dict[str, Any] = await reply.json()
            return {"code": reply.status, **found}


def _named(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(entry for entry in entries if entry["name"] == name)


@asynccontextmanager
async def watching(context: Context, path: str) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """Events from now on."""
    listed = await context.get(path)
    version = listed["metadata"]["resourceVersion"]
    async with (
        aiohttp.ClientSession() as session,
        session.get(
            f"{context.url}{path}?watch=1&resourceVersion={version}", headers=context.headers
        ) as reply,
    ):

        async def events() -> AsyncIterator[dict[str, Any]]:
            async for line in reply.content:
                yield json.loads(line)

        yield events()


@pytest.fixture
async def fleet() -> AsyncIterator[EmbeddedFleet]:
    async with EmbeddedFleet(clock=Clock()) as running:
        yield running


async def test_it_starts_within_a_second_and_leaves_nothing() -> None:
    before = asyncio.all_tasks()
    started = time.perf_counter()
    async with EmbeddedFleet() as running:
        assert time.perf_counter() - started < 1.0
        kubeconfig = running.kubeconfig
        assert stat.S_IMODE(kubeconfig.stat().st_mode) == 0o600
        assert stat.S_IMODE(kubeconfig.parent.stat().st_mode) == 0o700
    assert not kubeconfig.parent.exists()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
    with pytest.raises(RuntimeError, match="not started"):
        _ = running.kubeconfig


async def test_it_leaves_nothing_when_its_start_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []

    def fail(path: Path, *_: object) -> Path:
        made.append(path)
        raise OSError("disk full")

    monkeypatch.setattr("mckconsole.demo.fleet.write_kubeconfig", fail)
    before = asyncio.all_tasks()
    with pytest.raises(OSError, match="disk full"):
        async with EmbeddedFleet():
            pass
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
    assert not made[0].parent.exists()


async def test_every_context_has_a_server_and_a_token(fleet: EmbeddedFleet) -> None:
    document = yaml.safe_load(fleet.kubeconfig.read_text())
    names = [entry["name"] for entry in document["contexts"]]
    assert names == [
        "aws-use1-1", "aws-usw2-1", "gcp-eu-1", "aks-weu-1", "onprem-1", "edge-fra-1",
        "stage-neu-1", "stage-sdc-1", "lab-fra-1",
    ]  # fmt: skip
    assert list(fleet.clusters) == names
    assert len({entry["user"]["token"] for entry in document["users"]}) == 9
    for entry in document["clusters"]:
        assert entry["cluster"]["server"].startswith("http://127.0.0.1:")


async def test_versions_carry_the_providers_suffixes(fleet: EmbeddedFleet) -> None:
    found = [
        (await Context(fleet.kubeconfig, name).get("/version"))["gitVersion"]
        for name in ("aws-use1-1", "gcp-eu-1", "aks-weu-1", "onprem-1")
    ]
    assert found == ["v1.36.1-eks-3025e55", "v1.34.3-gke.1245000", "v1.34.2", "v1.35.4+rke2r1"]


async def test_a_wrong_token_is_refused(fleet: EmbeddedFleet) -> None:
    context = Context(fleet.kubeconfig, "gcp-eu-1")
    context.headers = {"Authorization": "Bearer wrong"}
    assert (await context.get("/api/v1/nodes"))["code"] == 401


async def test_one_topic_is_forbidden_in_one_cluster(fleet: EmbeddedFleet) -> None:
    path = "/apis/submariner.io/v1/routeagents"
    codes = {
        name: (await Context(fleet.kubeconfig, name).get(path))["code"]
        for name in ("aws-use1-1", "gcp-eu-1", "aks-weu-1", "onprem-1")
    }
    assert codes == {"aws-use1-1": 200, "gcp-eu-1": 200, "aks-weu-1": 403, "onprem-1": 200}


async def test_the_dead_cluster_accepts_and_never_answers(fleet: EmbeddedFleet) -> None:
    context = Context(fleet.kubeconfig, "edge-fra-1")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(context.get("/version"), 0.2)


async def test_both_generations_of_the_multi_cluster_services_api(fleet: EmbeddedFleet) -> None:
    async def versions(name: str) -> list[str]:
        found = await Context(fleet.kubeconfig, name).get("/apis/multicluster.x-k8s.io")
        return [version["version"] for version in found["versions"]]

    assert await versions("aws-use1-1") == ["v1beta1", "v1alpha1"]
    assert await versions("gcp-eu-1") == ["v1alpha1"]


async def test_remote_secrets_are_listed_by_label_without_their_content(
    fleet: EmbeddedFleet,
) -> None:
    context = Context(fleet.kubeconfig, "aws-use1-1")
    context.headers["Accept"] = (
        "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
    )
    found = await context.get(f"/api/v1/secrets?{LABELLED}")
    assert found["kind"] == "PartialObjectMetadataList"
    named = {
        one["metadata"]["annotations"]["networking.istio.io/cluster"] for one in found["items"]
    }
    assert named == {"gcp-eu-1", "aks-weu-1"}
    assert all(set(one) == {"apiVersion", "kind", "metadata"} for one in found["items"])
    context.headers["Accept"] = "application/json"
    (first, _) = (await context.get(f"/api/v1/secrets?{LABELLED}"))["items"]
    (content,) = first["data"].values()
    assert base64.b64decode(content).startswith(b"DEMO: not a kubeconfig")


async def test_a_secret_that_holds_nothing_says_so(fleet: EmbeddedFleet) -> None:
    """What stands where a token or a key would stand, and is not of the scenario's holders."""
    scenario = load_scenario()
    for name, cluster in fleet.clusters.items():
        held = {(one.kind, keyring().expand(one.name)) for one in scenario.held_in(name)}
        for secret in cluster.objects("secrets"):
            place = f"{secret['metadata']['namespace']}/{secret['metadata']['name']}"
            if ("Secret", place) in held:
                continue
            texts = {base64.b64decode(value).decode() for value in secret["data"].values()}
            told = {text for text in texts if text.startswith("DEMO: not a")}
            assert told, (name, place)
            assert texts - told <= {secret["metadata"]["namespace"]}


def keyring() -> Keyring:
    return Keyring(load_scenario(), seed=1, epoch=EPOCH)


def test_every_access_key_is_of_the_account_of_zeros() -> None:
    found = [one for one, model in load_scenario().credentials.items() if "aws" in model.kind]
    assert len(found) > 5
    for name in found:
        number = int.from_bytes(base64.b32decode(keyring().parts(name)["id"][4:])[:6], "big")
        assert number & 0x7FFFFFFFFF80 == 0, name


def test_no_two_credentials_are_equal() -> None:
    parts = [keyring().parts(name) for name in load_scenario().credentials]
    texts = [text for one in parts for key, text in one.items() if key not in ("user",)]
    assert len(texts) == len(set(texts))


async def test_two_runs_with_one_clock_are_the_same() -> None:
    """But for what names the addresses of servers, whose ports are the kernel's choice."""
    joining = {one.name.partition("/")[2] for one in load_scenario().holders
               if needs_servers(one.data)}  # fmt: skip

    async def read() -> str:
        async with EmbeddedFleet(clock=Clock()) as running:
            everything = {
                (name, resource): [
                    one
                    for one in cluster.objects(resource)
                    if one["metadata"]["name"] not in joining
                ]
                for name, cluster in running.clusters.items()
                for resource in cluster.types
            }
            return json.dumps(list(everything.items()))

    assert await read() == await read()


async def test_heartbeats_follow_the_clock() -> None:
    async with EmbeddedFleet(clock=Clock()) as running:

        async def ages() -> dict[str, float]:
            found = {}
            for name in ("aws-use1-1", "aws-usw2-1"):
                items = (await Context(running.kubeconfig, name).get(GATEWAYS))["items"]
                stamp = items[0]["metadata"]["annotations"]["update-timestamp"]
                found[name] = running.now() - float(stamp)
            return found

        assert await ages() == {"aws-use1-1": 0, "aws-usw2-1": 41}
        running.advance(63)
        assert await ages() == {"aws-use1-1": 3, "aws-usw2-1": 104}


async def test_heartbeats_move_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mckconsole.demo.fleet.HEARTBEAT_SECONDS", 0.02)
    clock = Clock()
    async with (
        EmbeddedFleet(clock=clock) as running,
        watching(Context(running.kubeconfig, "gcp-eu-1"), GATEWAYS) as events,
    ):
        clock.now += 5
        event = await asyncio.wait_for(anext(events), 5)
        stamp = event["object"]["metadata"]["annotations"]["update-timestamp"]
        assert float(stamp) == EPOCH + 5


async def test_a_date_header_follows_the_clock(fleet: EmbeddedFleet) -> None:
    fleet.advance(3600)
    context = Context(fleet.kubeconfig, "aks-weu-1")
    async with (
        aiohttp.ClientSession() as session,
        session.get(context.url + "/version", headers=context.headers) as reply,
    ):
        assert reply.headers["Date"] == "Mon, 21 Sep 2026 15:13:20 GMT"


async def test_changes_of_the_script_arrive_on_a_watch(fleet: EmbeddedFleet) -> None:
    async with watching(Context(fleet.kubeconfig, "aks-weu-1"), GATEWAYS) as events:
        fleet.advance(61)
        event = await asyncio.wait_for(anext(events), 5)
    assert event["type"] == "MODIFIED"
    averages = {
        one["endpoint"]["cluster_id"]: one["latencyRTT"]["average"]
        for one in event["object"]["status"]["connections"]
    }
    assert averages["aws-use1-1"] == "655.8ms"
    assert averages["gcp-eu-1"] == "14.1ms"


async def test_the_script_plays_by_itself_when_asked() -> None:
    async with EmbeddedFleet() as running:
        running.advance(959.9)
        await asyncio.wait_for(running.run_script(), 30)
        gateway = next(iter(running.clusters["aks-weu-1"].objects("gateways.submariner.io")))
        told = {
            one["endpoint"]["cluster_id"]: one["status"] for one in gateway["status"]["connections"]
        }
        assert told["aws-use1-1"] == "error"


async def ask(url: str, query: str) -> list[dict[str, Any]]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{url}/api/v1/query", params={"query": query}) as reply,
    ):
        document = await reply.json()
        assert document["status"] == "success", document
        found: list[dict[str, Any]] = document["data"]["result"]
        return found


async def test_the_federation_tells_its_clusters_apart(fleet: EmbeddedFleet) -> None:
    federation, own = fleet.config.prometheus
    clusters = {row["metric"]["cluster"] for row in await ask(federation.url, "up")}
    assert clusters == {
        "aws-use1-1",
        "aws-usw2-1",
        "gcp-eu-1",
        "aks-weu-1",
        "stage-neu-1",
        "stage-sdc-1",
        "lab-fra-1",
    }
    assert own.clusters == ["onprem-1"]
    assert all("cluster" not in row["metric"] for row in await ask(own.url, "up"))


async def test_metrics_show_the_drivers_view_of_a_tunnel_that_fails(fleet: EmbeddedFleet) -> None:
    selector = 'submariner_connections{cluster="gcp-eu-1",remote_cluster="aws-use1-1"}'
    (row,) = await ask(fleet.config.prometheus[0].url, selector)
    assert row["metric"]["status"] == "connected"
    assert row["metric"]["local_cluster"] == "gcp-eu-1"
    assert set(row["metric"]) >= {
        "cable_driver",
        "local_hostname",
        "local_endpoint_ip",
        "remote_hostname",
        "remote_endpoint_ip",
    }


@pytest.mark.parametrize("window", ["300s", "5m", "300000ms", "4m60s"])
async def test_metrics_grow_with_time(fleet: EmbeddedFleet, window: str) -> None:
    rows = await ask(
        fleet.config.prometheus[0].url,
        f'delta(submariner_gateway_tx_bytes{{cluster="gcp-eu-1"}}[{window}])',
    )
    grown = [float(row["value"][1]) for row in rows]
    assert len(grown) == 3
    assert all(0.6 < value / (300 * 3100) < 1.5 for value in grown)


async def test_a_generated_fleet_has_dead_clusters_and_shares_its_pods() -> None:
    async with EmbeddedFleet.many(10, dead=2, pods=30) as running:
        document = yaml.safe_load(running.kubeconfig.read_text())
        assert len(document["contexts"]) == 10
        identities: set[str] = set()
        for name in ("cluster-000", "cluster-007"):
            listed = await Context(running.kubeconfig, name).get("/api/v1/pods?limit=500")
            bulk = [i for i in listed["items"] if i["metadata"]["namespace"].startswith("team-")]
            assert len(bulk) == 30
            weight = len(json.dumps(bulk, separators=(",", ":"))) / 30
            assert 5_000 < weight < 9_000
            (home,) = [
                n
                for n in running.clusters[name].objects("namespaces")
                if n["metadata"]["name"] == "kube-system"
            ]
            identities.add(home["metadata"]["uid"])
            connections = (await Context(running.kubeconfig, name).get(GATEWAYS))["items"][0]
            assert len(connections["status"]["connections"]) == 3
        assert len(identities) == 2
        silent = Context(running.kubeconfig, "cluster-008")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(silent.get("/version"), 0.2)
        with pytest.raises(aiohttp.ClientConnectorError):
            await Context(running.kubeconfig, "cluster-009").get("/version")


@pytest.mark.parametrize(("clusters", "dead"), [(0, 0), (251, 0), (3, 4)])
def test_impossible_numbers_are_refused(clusters: int, dead: int) -> None:
    with pytest.raises(ValueError, match="1 to 250 clusters"):
        EmbeddedFleet.many(clusters, dead=dead)


@pytest.mark.parametrize("ending", ["stdin", "SIGTERM"])
def test_it_serves_in_a_process_of_its_own(ending: str) -> None:
    command = [sys.executable, "-m", "mckconsole.demo.serve", "--clusters=3", "--dead=1"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        kubeconfig = Path(process.stdout.readline().strip())
        context = Context(kubeconfig, "cluster-001")
        with urlopen(Request(f"{context.url}/api/v1/nodes", headers=context.headers)) as reply:
            assert len(json.load(reply)["items"]) == 3
        if ending == "stdin":
            process.stdin.close()
        else:
            process.terminate()
        assert process.wait(timeout=10) == 0
    assert not kubeconfig.parent.exists()


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
async def test_kubectl_reads_it(fleet: EmbeddedFleet, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        "kubectl",
        "--kubeconfig",
        str(fleet.kubeconfig),
        f"--cache-dir={tmp_path}",
        "--context=aws-use1-1",
        "get",
        "nodes,gateways.submariner.io",
        "--all-namespaces",
        "-o=name",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    lines = out.decode().split()
    assert sum(line.startswith("node/") for line in lines) == 24
    assert sum(line.startswith("gateway.submariner.io/") for line in lines) == 2
