"""Browsing real API servers: what a look shows is what `kubectl get` prints of each cluster."""

from __future__ import annotations

import asyncio
import json
import os
import re
import ssl
import subprocess
import urllib.request
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from mckconsole.config.model import Config
from mckconsole.demo.objects import KubeObject, definition
from mckconsole.domain.resources import Query, ResourceTable
from mckconsole.domain.states import TopicState
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.live import LiveFleet
from mckconsole.store.reader import ReadPlan
from tests.net.browsing import Looking, fresh
from tests.real import apiserver
from tests.real.seeding import write_kubeconfig

pytestmark = pytest.mark.real
NAMES = ("east", "west")
SPACES = ("blue", "green", "red")
WIDGETS = "widgets.shop.example"
Servers = Mapping[str, apiserver.ApiServer]
PHASES = ("Running", "Pending", "Failed", "Succeeded")


def call(
    server: apiserver.ApiServer, method: str, path: str, body: KubeObject | None = None
) -> Any:
    """One request of the test's own, as administrator."""
    kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
    headers = {"Authorization": f"Bearer {apiserver.ADMIN}", "Content-Type": kind}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.url + path, data, headers, method=method)
    context = ssl.create_default_context(cafile=str(server.ca_file))
    with urllib.request.urlopen(request, timeout=10, context=context) as response:
        return json.load(response)


def pod(name: str, number: int) -> tuple[KubeObject, KubeObject]:
    """A pod, and its status."""
    images = [{"name": f"c{one}", "image": "registry.example/app:1"} for one in range(2)]
    spec = {"nodeName": f"node-{number % 3}", "containers": images}
    waiting = {"waiting": {"reason": "CrashLoopBackOff"}} if number % 4 == 0 else {"running": {}}
    containers = [
        {
            "name": one["name"],
            "image": one["image"],
            "imageID": "",
            "ready": number % 4 != 0,
            "restartCount": number,
            "state": waiting,
        }
        for one in images
    ]
    status = {
        "phase": PHASES[number % 4],
        "podIP": f"10.1.0.{number}",
        "podIPs": [{"ip": f"10.1.0.{number}"}],
        "containerStatuses": containers,
    }
    labels = {"app": f"app-{number % 2}"}
    return {"metadata": {"name": name, "labels": labels}, "spec": spec}, {"status": status}


def deployment(name: str) -> KubeObject:
    labels = {"app": name}
    image = {"name": "app", "image": "registry.example/app:1"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [image]}}
    spec = {"replicas": 3, "selector": {"matchLabels": labels}, "template": template}
    return {"metadata": {"name": name}, "spec": spec}


def widgets(*columns: str) -> KubeObject:
    found = definition("shop.example", ["v1"], "widgets", "Widget", short_names=["wd"])
    shown = [{"name": one, "type": "string", "jsonPath": f".spec.{one}"} for one in columns]
    shown[-1]["priority"] = 1  # type: ignore[assignment]
    found["spec"]["versions"][0]["additionalPrinterColumns"] = shown
    return found


def fill(server: apiserver.ApiServer, name: str) -> None:
    """Pods and deployments in three namespaces."""
    for space in SPACES:
        call(server, "POST", "/api/v1/namespaces", {"metadata": {"name": space}})
    for number in range(24):
        space = SPACES[number % 3]
        manifest, status = pod(f"{name}-{number}", number)
        place = f"/api/v1/namespaces/{space}/pods"
        call(server, "POST", place, manifest)
        call(server, "PATCH", f"{place}/{name}-{number}/status", status)
    call(server, "POST", "/apis/apps/v1/namespaces/red/deployments", deployment(f"{name}-shop"))
    crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    call(server, "POST", crds, widgets("colour", "size"))


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    apiserver.require()
    folder = tmp_path_factory.mktemp("browse")
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:

        def start(name: str) -> apiserver.ApiServer:
            place = folder / name
            place.mkdir()
            server = apiserver.ApiServer(apiserver.assets(), place)
            stack.callback(server.stop)
            server.start()
            fill(server, name)
            return server

        found = dict(zip(NAMES, pool.map(start, NAMES), strict=True))
        write_kubeconfig(folder / "kubeconfig", found)
        yield found


@asynccontextmanager
async def live(servers: Servers, token: str = apiserver.ADMIN) -> AsyncIterator[LiveFleet]:
    folder = next(iter(servers.values())).directory
    path = write_kubeconfig(folder / f"kubeconfig-{token}", dict(servers), token)
    inventory = load_kubeconfig(str(path), env=dict(os.environ), config=Config())
    async with LiveFleet(inventory, ReadPlan((), ()), config=Config()) as fleet:
        yield fleet


def look(fleet: LiveFleet, query: Query) -> Looking:
    told = asyncio.Event()
    return Looking(fleet.browse(query, fleet.names, told.set), told)


def kubectl(servers: Servers, context: str, *arguments: str) -> list[dict[str, str]]:
    """The rows that kubectl prints: column to cell; without ages, which grow."""
    binary = apiserver.assets() / "kubectl"
    if not binary.exists():
        pytest.skip(f"no kubectl in {apiserver.assets()}")
    config = next(iter(servers.values())).directory.parent / "kubeconfig"
    command = [str(binary), "--kubeconfig", str(config), "--context", context, "get", *arguments]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    head, *lines = out.splitlines()
    starts = [(found.start(), found[0]) for found in re.finditer(r"\S+(?: \S+)*", head)]
    ends = [*(start for start, _ in starts[1:]), None]
    rows = [
        {title: line[start:end].strip() for (start, title), end in zip(starts, ends, strict=True)}
        for line in lines
    ]
    return [{title: cell for title, cell in row.items() if title != "AGE"} for row in rows]


def printed(table: ResourceTable, *, wide: bool) -> list[dict[str, str]]:
    """The same of a table."""
    shown = [
        (place, column.name.upper())
        for place, column in enumerate(table.columns)
        if (wide or not column.priority) and column.name != "Age"
    ]
    space = {"NAMESPACE": True} if table.kind and table.kind.namespaced else {}
    rows = []
    for row in table:
        cells = {title: str(row.cells[place]) for place, title in shown}
        rows.append({**({"NAMESPACE": row.namespace} if space else {}), **cells})
    return rows


def ordered(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(rows, key=lambda row: (row.get("NAMESPACE", ""), row["NAME"]))


async def agrees(servers: Servers, found: Looking, name: str, *arguments: str) -> None:
    """Wait until the table of `name` is what kubectl prints."""
    theirs = ordered(await asyncio.to_thread(kubectl, servers, name, *arguments))
    wide = "wide" in arguments
    await found.until(
        lambda tables: fresh(tables[name]) and ordered(printed(tables[name], wide=wide)) == theirs
    )


@pytest.mark.parametrize(
    "kind", ["pods", "deployments.apps", "namespaces", "clusterroles.rbac.authorization.k8s.io"]
)
async def test_all_clusters_together_are_what_kubectl_gets_of_each(
    servers: Servers, kind: str
) -> None:
    async with live(servers) as fleet:
        found = look(fleet, Query(kind))
        for name in NAMES:
            await agrees(servers, found, name, kind, "-A", "-o", "wide")
            await agrees(servers, found, name, kind, "-A")


async def test_namespaces_and_selectors_mean_what_they_mean_to_kubectl(servers: Servers) -> None:
    async with live(servers) as fleet:
        found = look(fleet, Query("pods", ("blue", "red"), labels="app=app-1"))
        tables = await found.until(lambda tables: all(map(fresh, tables.values())))
        for name in NAMES:
            theirs = [
                row["NAME"]
                for space in ("blue", "red")
                for row in kubectl(servers, name, "pods", "-n", space, "-l", "app=app-1")
            ]
            assert sorted(key[1] for key in tables[name].rows) == sorted(theirs)
        nodes = look(fleet, Query("pods", fields="spec.nodeName=node-1"))
        tables = await nodes.until(lambda tables: all(map(fresh, tables.values())))
        assert {row.cells[6] for table in tables.values() for row in table} == {"node-1"}


async def test_changes_of_a_custom_kind_and_of_its_columns_arrive(servers: Servers) -> None:
    east = servers["east"]
    place = "/apis/shop.example/v1/namespaces/blue/widgets"
    crd = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.shop.example"
    body: KubeObject = {
        "apiVersion": "shop.example/v1",
        "kind": "Widget",
        "metadata": {"name": "one"},
        "spec": {"colour": "teal", "size": "10", "owner": "ann"},
    }
    async with live({"east": east}) as fleet:
        found = look(fleet, Query(WIDGETS))
        await found.one(fresh)
        await asyncio.to_thread(call, east, "POST", place, body)
        table = await found.one(lambda table: len(table.rows) == 1)
        assert next(iter(table)).cells == ("one", "teal", "10")
        await asyncio.to_thread(call, east, "PATCH", f"{place}/one", {"spec": {"size": "11"}})
        await found.one(lambda table: next(iter(table)).cells == ("one", "teal", "11"))
        versions = widgets("colour", "size", "owner")["spec"]["versions"]
        await asyncio.to_thread(call, east, "PATCH", crd, {"spec": {"versions": versions}})
        size = 12  # what prints the kind is replaced within seconds; a watch tells with an event
        while len(found.table.columns) < 4:
            size += 1
            change = {"spec": {"size": str(size)}}
            await asyncio.to_thread(call, east, "PATCH", f"{place}/one", change)
        await found.one(lambda now: next(iter(now)).cells == ("one", "teal", str(size), "ann"))
        await asyncio.to_thread(call, east, "DELETE", f"{place}/one")
        await found.one(lambda table: not table.rows and fresh(table))
        await asyncio.to_thread(call, east, "DELETE", crd)
        table = await found.one(lambda table: table.state is TopicState.ABSENT)
        assert not table.rows


async def test_who_may_read_some_namespaces_sees_these_and_the_names_of_the_others(
    servers: Servers,
) -> None:
    west = servers["west"]
    rules = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}
    spaces = {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["list"]}
    group = "rbac.authorization.k8s.io"
    rbac = f"/apis/{group}/v1"
    subjects = [{"kind": "Group", "name": "auditors", "apiGroup": group}]
    for path, kind, held, place in (
        ("/clusterroles", "ClusterRole", spaces, "/clusterrolebindings"),
        ("/namespaces/red/roles", "Role", rules, "/namespaces/red/rolebindings"),
    ):
        await asyncio.to_thread(
            call, west, "POST", rbac + path, {"metadata": {"name": "some"}, "rules": [held]}
        )
        role = {"kind": kind, "name": "some", "apiGroup": group}
        binding = {"metadata": {"name": "some"}, "subjects": subjects, "roleRef": role}
        await asyncio.to_thread(call, west, "POST", rbac + place, binding)
    async with live({"west": west}, apiserver.LIMITED) as fleet:
        table = await look(fleet, Query("pods")).one(fresh)
        assert {namespace for namespace, _ in table.rows} == {"red"}
        assert len(table.rows) == 8
        assert {"blue", "green", "default", "kube-system"} <= set(table.unread)
        assert all("403" in reason for reason in table.unread.values())
        secrets = await look(fleet, Query("secrets")).one(lambda table: "none of" in table.reason)
        assert secrets.state is TopicState.FORBIDDEN


async def test_rows_outlive_a_restart_of_the_server_and_catch_up(servers: Servers) -> None:
    east = servers["east"]
    configmaps = "/api/v1/namespaces/green/configmaps"
    async with live({"east": east}) as fleet:
        found = look(fleet, Query("configmaps", ("green", "blue")))
        before = await found.one(fresh)
        await asyncio.to_thread(east.stop_server)
        old = await found.one(lambda table: table.state is TopicState.STALE)
        assert old.rows == before.rows
        assert old.reason
        await asyncio.to_thread(east.start_server)
        manifest: KubeObject = {"metadata": {"name": "new"}}
        await asyncio.to_thread(call, east, "POST", configmaps, manifest)
        fleet.refresh()
        await found.one(lambda table: fresh(table) and ("green", "new") in table.rows)


async def test_the_catalogue_is_what_kubectl_lists(servers: Servers) -> None:
    async with live({"east": servers["east"]}) as fleet:
        await look(fleet, Query("namespaces")).one(fresh)
        catalogue = await fleet.catalogue("east")
    theirs = await asyncio.to_thread(api_resources, servers)
    assert {kind.name for kind in catalogue.kinds} == theirs
    for word in ("deploy", "po", "Pods", "crds", "no", "netpol"):
        assert catalogue.find(word) is not None


def api_resources(servers: Servers) -> set[str]:
    binary = apiserver.assets() / "kubectl"
    config: Path = next(iter(servers.values())).directory.parent / "kubeconfig"
    command = [str(binary), "--kubeconfig", str(config), "--context", "east", "api-resources"]
    out = subprocess.run(
        [*command, "--verbs=list", "-o", "name"], check=True, capture_output=True, text=True
    )
    return set(out.stdout.split())
