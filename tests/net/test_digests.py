"""Digests of whole kinds, read from embedded clusters: what is asked for, kept, refused, unread."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from mckconsole.analysis.sameness.drift import Drift, DriftState
from mckconsole.analysis.sameness.model import Digests
from mckconsole.analysis.sameness.names import Names
from mckconsole.cli.asking import settled
from mckconsole.demo import faults
from mckconsole.demo.access import Rule, User
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.server import EmbeddedCluster
from mckconsole.domain.resources import Query, ResourceKind
from mckconsole.domain.states import TopicState
from mckconsole.sources import api, digests
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.digests import read_digests
from mckconsole.sources.errors import BadRequest, Forbidden, NotServed, SourceError
from mckconsole.store.drifting import read_drift
from tests.net.browsing import browsing
from tests.net.cluster import ADMIN_TOKEN, running
from tests.net.held import reachable

CANARY = "CANARY-7f3a91c2-zq7"
MAPS = ResourceKind("", "v1", "configmaps", "ConfigMap")
SECRETS = ResourceKind("", "v1", "secrets", "Secret")
ALL = Query("configmaps")


def config_map(name: str, namespace: str = "shop", **data: str) -> KubeObject:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def cluster(*objects: KubeObject, name: str = "east") -> EmbeddedCluster:
    made = EmbeddedCluster(name, clock=lambda: 1_780_000_000.0)
    for space in ("shop", "web"):
        made.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}})
    for one in objects:
        made.create(one)
    return made


async def read(
    east: EmbeddedCluster, query: Query = ALL, kind: ResourceKind = MAPS, token: str = ADMIN_TOKEN
) -> Digests:
    async with running(east, token=token) as endpoint:
        client = ClusterClient(endpoint)
        try:
            return await read_digests(client, "east", kind, query, Names(), lambda _count: None)
        finally:
            await client.close()


async def test_pages_are_followed_and_nothing_of_the_objects_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(digests, "PAGE_SIZE", 7)
    maps = [config_map(f"m{n:02}", text=f"{CANARY}{n % 2}") for n in range(30)]
    east = cluster(*maps)
    found = await read(east)
    mine = {key: one for key, one in found.objects.items() if key[1].startswith("m")}
    assert len(mine) == 30
    assert len({one.marks for one in mine.values()}) == 30, "names are compared, too"
    assert found.as_of == 1_780_000_000.0
    assert len([one for one in east.requests if one.path == "/api/v1/configmaps"]) >= 5
    kept = [one for one in reachable(found) if isinstance(one, str | bytes)]
    assert not any(CANARY in str(one) for one in kept)
    assert sum(len(one.marks) for one in mine.values()) < 30 * 64


async def test_bad_objects_are_counted_and_the_others_compared() -> None:
    deep = b"[" * 400 + b"]" * 400
    good = b'{"metadata":{"name":"a","namespace":"shop"},"data":{"x":"y"}}'
    bad = [
        b'{"metadata":{}}',
        b'{"metadata":{"name":7}}',
        b"7",
        b'{"metadata":{"name":"d"},"x":%b}' % deep,
    ]
    body = b'{"kind":"ConfigMapList","metadata":{},"items":[%b]}' % b",".join([good, *bad])
    east = cluster()
    east.faults.add(faults.respond(body), path="configmaps")
    found = await read(east)
    assert set(found.objects) == {("shop", "a")}
    assert found.undecodable == len(bad)
    assert not found.knows("shop")


async def test_an_expired_page_begins_the_list_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "PAGE_SIZE", 5)
    east = cluster(*(config_map(f"m{n}") for n in range(12)))
    east.faults.add(faults.refuse(410, reason="Expired"), path="configmaps", skip=1, times=1)
    found = await read(east)
    assert len([key for key in found.objects if key[1].startswith("m")]) == 12


async def test_of_secrets_nothing_but_metadata_is_asked_for() -> None:
    coded = base64.b64encode(CANARY.encode()).decode()
    metadata = {"name": "login", "namespace": "shop"}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {"p": coded}}
    east = cluster({**secret, "type": "Opaque"})
    found = await read(east, Query("secrets"), SECRETS)
    assert found.metadata_only
    assert ("shop", "login") in found.objects
    asked = [one.accept for one in east.requests if one.path.endswith("/secrets")]
    assert asked == [api.METADATA_LIST]
    assert set(found.objects["shop", "login"].areas) == {"metadata"}


async def test_a_credential_is_not_compared_and_that_is_counted() -> None:
    one = await read(cluster(config_map("a", password="first-of-them")))
    other = await read(cluster(config_map("a", password="second")))
    mine = [found.objects["shop", "a"] for found in (one, other)]
    assert mine[0].marks == mine[1].marks
    assert mine[0].hidden == 1


async def test_long_values_differ_where_no_screen_shows_it() -> None:
    long = "line\n" * 4000
    one, other = [
        (await read(cluster(config_map("a", text=text)))).objects["shop", "a"]
        for text in (f"{long}x", f"{long}y")
    ]
    assert one.marks != other.marks


async def test_namespaces_that_are_refused_are_named() -> None:
    east = cluster(config_map("a"), config_map("b", "web"))
    east.access.tokens["limited"] = User("ada", ("system:authenticated",))
    east.access.rules.append(Rule(("ada",), resources=("configmaps",), namespaces=("shop",)))
    query = Query("configmaps", ("shop", "web"))
    found = await read(east, query, token="limited")
    assert [key for key in found.objects if key[1] in "ab"] == [("shop", "a")]
    assert set(found.unread) == {"web"}
    assert found.knows("shop")
    assert not found.knows("web")
    with pytest.raises(Forbidden):
        await read(east, Query("configmaps", ("web",)), token="limited")


async def test_labels_are_for_the_server() -> None:
    wanted = config_map("a")
    wanted["metadata"]["labels"] = {"app": "x"}
    found = await read(cluster(wanted, config_map("b")), Query("configmaps", (), "app=x"))
    assert list(found.objects) == [("shop", "a")]


@pytest.mark.parametrize(
    ("kind", "query", "error"),
    [
        (ResourceKind("shop.example", "v1", "widgets", "Widget"), Query("widgets"), NotServed),
        (MAPS, Query("configmaps", ("a/b",)), BadRequest),
        (MAPS, Query("configmaps", ("..",)), BadRequest),
    ],
)
async def test_what_cannot_be_read_says_why(
    kind: ResourceKind, query: Query, error: type[SourceError]
) -> None:
    with pytest.raises(error):
        await read(cluster(), query, kind)


@asynccontextmanager
async def fleet_of(*maps: Sequence[KubeObject]) -> AsyncIterator[Drift]:
    """The drift of ConfigMaps over clusters that have these."""
    async with browsing(len(maps)) as bench:
        for server, found in zip(bench.servers.values(), maps, strict=True):
            server.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "e4"}})
            for one in found:
                server.create(one)
        await settled(bench.live, lambda _step: None)
        query = Query("configmaps", ("e4",))
        yield await read_drift(bench.live, query, bench.live.names, lambda _name, _count: None)


async def test_drift_over_a_live_fleet() -> None:
    same, other = config_map("a", "e4", level="info"), config_map("a", "e4", level="debug")
    alone = config_map("b", "e4")
    async with fleet_of([same], [same, alone], [other]) as found:
        names = tuple(found.clusters)
        rows = {row.key[1]: row for row in found.rows if row.key[1] in "ab"}
        assert rows["a"].state is DriftState.DIFFERS
        assert rows["a"].areas == ("data level",)
        assert rows["a"].groups == {names[0]: 0, names[1]: 0, names[2]: 1}
        assert rows["b"].state is DriftState.ALONE
        assert rows["b"].missing == (names[0], names[2])
        assert not found.gaps


async def test_a_kind_that_no_cluster_serves_is_absent_everywhere() -> None:
    async with browsing(2) as bench:
        await settled(bench.live, lambda _step: None)
        found = await read_drift(
            bench.live, Query("widgets.shop.example"), bench.live.names, lambda _name, _count: None
        )
    assert {one.state for one in found.clusters.values()} == {TopicState.ABSENT}
    assert found.rows == ()
