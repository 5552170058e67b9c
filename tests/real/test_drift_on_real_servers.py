"""Comparing real API servers: what servers make of objects is no drift, and what people do is.

`east` has objects as they were written. `west` has them as `east` gave them back: with every
default, in another order, and under the name of another cluster.
"""

from __future__ import annotations

import copy
import os
import time
import urllib.error
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from typing import Any

import pytest

from mckconsole.analysis.sameness.drift import Drift, DriftState
from mckconsole.analysis.sameness.fields import fields_of
from mckconsole.analysis.sameness.names import Names
from mckconsole.analysis.sameness.sidebyside import Side, compare
from mckconsole.cli.asking import settled
from mckconsole.config.model import Config
from mckconsole.demo.objects import KubeObject
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.resources import Query
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.sources.redact import redact
from mckconsole.store.drifting import read_catalogues, read_drift, read_sides
from mckconsole.store.live import LiveFleet
from mckconsole.store.reader import ReadPlan
from mckconsole.views.resources_kinds import resolve
from tests.real import apiserver
from tests.real.manifests import manifests, paths
from tests.real.seeding import write_kubeconfig
from tests.real.test_browse_real import call

pytestmark = pytest.mark.real
SIDES = ("east-1", "west-2")
BY_OTHERS = frozenset(("LimitRange", "HorizontalPodAutoscaler", "NetworkPolicy", "CSIDriver"))
"""Kinds whose defaults depend on other fields: they are compared as servers complete them."""
Servers = Mapping[str, apiserver.ApiServer]


def create(server: apiserver.ApiServer, manifest: KubeObject) -> KubeObject:
    """Make an object, as soon as its kind is there; returns what the server made of it."""
    place, itself = paths(manifest)
    for _ in range(50):
        try:
            call(server, "POST", place, manifest)
            break
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            time.sleep(0.1)  # the definition of its kind is not established yet
    found: KubeObject = call(server, "GET", itself)
    return found


def turned(value: Any, key: str = "") -> Any:
    """The same in another order, where order means nothing."""
    if isinstance(value, dict):
        return {name: turned(value[name], name) for name in reversed(value)}
    if isinstance(value, list):
        kept = key in ("initContainers", "args", "command", "parts", "colours", "paths", "envFrom")
        return [turned(one) for one in (value if kept else reversed(value))]
    return value


def elsewhere(served: KubeObject) -> KubeObject:
    """What `east` gave back, as somebody carries it to `west`."""
    made: KubeObject = turned(copy.deepcopy(served))
    made.pop("status", None)
    for field in ("uid", "resourceVersion", "managedFields", "creationTimestamp", "generation"):
        made["metadata"].pop(field, None)
    spec = made.get("spec", {})
    if made["kind"] == "Service" and spec.get("clusterIP") != "None":
        for field in ("clusterIP", "clusterIPs", "healthCheckNodePort"):
            spec.pop(field, None)
        for port in spec.get("ports", ()):
            port.pop("nodePort", None)
    if made["kind"] == "Job":
        spec.pop("selector", None)
        for metadata in (made["metadata"], spec["template"]["metadata"]):
            metadata.pop("labels", None)
    return made


def cluster_map(name: str) -> KubeObject:
    """Something that names its cluster."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "about", "namespace": "shop"},
        "data": {"cluster": name, "url": f"https://prometheus.{name}.example.com/api"},
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Servers, list[KubeObject]]]:
    apiserver.require()
    folder = tmp_path_factory.mktemp("drift")
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:

        def start(name: str) -> apiserver.ApiServer:
            place = folder / name
            place.mkdir()
            server = apiserver.ApiServer(apiserver.assets(), place)
            stack.callback(server.stop)
            server.start()
            return server

        servers = dict(zip(SIDES, pool.map(start, SIDES), strict=True))
        served = [create(servers["east-1"], one) for one in manifests()]
        for one in served:
            create(servers["west-2"], elsewhere(one))
        for name, server in servers.items():
            create(server, cluster_map(name))
        yield servers, served


@asynccontextmanager
async def live(servers: Servers) -> AsyncIterator[LiveFleet]:
    folder = next(iter(servers.values())).directory
    path = write_kubeconfig(folder / "kubeconfig-drift", dict(servers))
    inventory = load_kubeconfig(str(path), env=dict(os.environ), config=Config())
    async with LiveFleet(inventory, ReadPlan((), ()), config=Config()) as fleet:
        await settled(fleet, lambda _step: None)
        yield fleet


async def drift(fleet: LiveFleet, kind: str) -> Drift:
    return await read_drift(fleet, Query(kind), fleet.names, lambda _name, _count: None)


def differing(found: Drift) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(*row.key, row.areas) for row in found.rows if row.state is DriftState.DIFFERS]


def test_what_a_server_adds_to_what_was_applied_is_no_difference(
    made: tuple[Servers, list[KubeObject]],
) -> None:
    for applied, served in zip(manifests(), made[1], strict=True):
        kind = applied["kind"]
        if kind in BY_OTHERS:
            continue
        pair = (applied, served)
        if kind == "Secret":
            pair = tuple({"kind": kind, "metadata": one["metadata"]} for one in pair)  # type: ignore[assignment]
        sides = [
            Side(name, fields_of(redact(one).tree, Names()))
            for name, one in zip(("applied", "served"), pair, strict=True)
        ]
        found = compare(ObjectRef(applied["apiVersion"], kind, "", "x"), sides)
        assert [one.path for one in found.differing] == [], kind


async def test_no_kind_of_two_like_servers_drifts(made: tuple[Servers, list[KubeObject]]) -> None:
    async with live(made[0]) as fleet:
        catalogues, troubles = await read_catalogues(fleet, fleet.names)
        assert not troubles
        kinds = {one.name for one in catalogues["east-1"].kinds}
        seen = 0
        for kind in sorted(
            kinds - {"events", "events.events.k8s.io", "leases.coordination.k8s.io"}
        ):
            found = await drift(fleet, kind)
            assert differing(found) == [], kind
            assert not found.gaps, kind
            seen += len(found.rows)
    assert seen > 60


async def test_what_people_change_is_found_and_nothing_else(
    made: tuple[Servers, list[KubeObject]],
) -> None:
    servers, _ = made
    west = servers["west-2"]
    place = "/apis/apps/v1/namespaces/shop/deployments"
    image = {"containers": [{"name": "app", "image": "registry.example.com/app:1.3"}]}
    call(west, "PATCH", f"{place}/small", {"spec": {"template": {"spec": image}}})
    call(west, "DELETE", f"{place}/large")
    scaled = f"{place}/small/scale?fieldManager=kube-controller-manager"  # as an autoscaler does
    call(west, "PATCH", scaled, {"spec": {"replicas": 7}})
    async with live(servers) as fleet:
        found = await drift(fleet, "deployments.apps")
        assert differing(found) == [("shop", "small", ("image",))]
        states = {row.key[1]: (row.state, row.missing) for row in found.rows}
        assert states["large"] == (DriftState.ALONE, ("west-2",))
        meant = resolve("deploy", (await read_catalogues(fleet, fleet.names))[0])
        assert meant is not None
        sides = await read_sides(fleet, meant.kind.ref("shop", "small"), fleet.names, {})
        (one,) = sides.differing
        assert one.path == "spec.template.spec.containers[app].image"
        gone = await read_sides(fleet, meant.kind.ref("shop", "large"), fleet.names, {})
        assert gone.missing == ("west-2",)
