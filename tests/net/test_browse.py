"""Browsing a live fleet: any kind of all clusters, kept current through whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from mckconsole.demo import faults
from mckconsole.demo.objects import KubeObject, definition
from mckconsole.demo.server import EmbeddedCluster
from mckconsole.domain.resources import Query
from mckconsole.domain.snapshot import VersionInfo
from mckconsole.domain.states import TopicState
from mckconsole.sources.errors import SourceError
from mckconsole.sources.kubeconfig import load_kubeconfig
from tests.net.browsing import Bench, all_fresh, browsing, fresh, keys

MAPS = "configmaps"
PATH = "/api/v1/configmaps"
SPACES = ("blue", "green", "red")


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with browsing() as found:
        for space in SPACES:
            found.server.apply(
                {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}}
            )
            put(found.server, f"in-{space}", space)
        yield found


def put(server: EmbeddedCluster, name: str, namespace: str, **data: str) -> None:
    metadata = {"name": name, "namespace": namespace}
    server.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})


def theirs(server: EmbeddedCluster, resource: str) -> set[tuple[str, str]]:
    found = (one["metadata"] for one in server.objects(resource))
    return {(meta.get("namespace", ""), meta["name"]) for meta in found}


def widgets(*columns: str) -> KubeObject:
    found = definition("shop.example", ["v1"], "widgets", "Widget", short_names=["wd"])
    shown = [{"name": one, "type": "string", "jsonPath": f".spec.{one}"} for one in columns]
    found["spec"]["versions"][0]["additionalPrinterColumns"] = shown
    return found


def widget(name: str) -> KubeObject:
    metadata = {"name": name, "namespace": "blue"}
    spec = {"colour": "teal", "size": "10"}
    return {"apiVersion": "shop.example/v1", "kind": "Widget", "metadata": metadata, "spec": spec}


async def test_every_cluster_shows_what_it_has() -> None:
    async with browsing(3) as bench:
        for kind in ("nodes", "namespaces", "deployments.apps", MAPS, "secrets"):
            look = bench.look(Query(kind))
            tables = await look.until(all_fresh)
            assert list(tables) == list(bench.live.names)
            for name, server in bench.servers.items():
                assert keys(tables[name]) == theirs(server, kind)
            look.browsing.close()
        assert set(bench.live.load) == set(bench.live.names)
        assert all(one > 0 for one in bench.live.load.values())


async def test_changes_arrive_and_what_did_not_change_is_the_same(bench: Bench) -> None:
    look = bench.look(Query(MAPS))
    before = await look.one(fresh)
    assert look.table is before
    row = before.rows[("blue", "in-blue")]
    put(bench.server, "new", "green", a="1", b="2")
    after = await look.one(lambda table: ("green", "new") in table.rows)
    assert after.rows[("green", "new")].cells[:2] == ("new", 2)
    assert after.rows[("blue", "in-blue")] is row
    assert ("green", "new") not in before.rows  # a value
    bench.server.delete(MAPS, "new", "green")
    await look.one(lambda table: ("green", "new") not in table.rows)
    assert bench.count(PATH) == 2  # a list and a watch


async def test_a_query_of_namespaces_and_labels_is_the_servers_to_answer(bench: Bench) -> None:
    bench.server.patch(MAPS, "in-red", {"metadata": {"labels": {"tier": "web"}}}, "red")
    look = bench.look(Query(MAPS, ("red", "blue"), labels="tier=web"))
    assert keys(await look.one(fresh)) == {("red", "in-red")}
    bench.server.patch(MAPS, "in-blue", {"metadata": {"labels": {"tier": "web"}}}, "blue")
    await look.one(lambda table: len(table.rows) == 2)
    bench.server.patch(MAPS, "in-red", {"metadata": {"labels": {"tier": "db"}}}, "red")
    await look.one(lambda table: keys(table) == {("blue", "in-blue")})


async def test_one_namespace_that_is_forbidden_costs_itself_alone(bench: Bench) -> None:
    bench.server.faults.add(faults.refuse(403), path="/namespaces/green/configmaps")
    look = bench.look(Query(MAPS, SPACES))
    table = await look.one(fresh)
    assert keys(table) >= {("red", "in-red"), ("blue", "in-blue")}
    assert not any(namespace == "green" for namespace, _ in table.rows)
    assert list(table.unread) == ["green"]
    assert "403" in table.unread["green"]


async def test_where_all_namespaces_are_refused_each_is_read(bench: Bench) -> None:
    bench.server.faults.add(faults.refuse(403), path=f"^{PATH}")
    bench.server.faults.add(faults.refuse(403), path="/namespaces/(green|kube-.*)/configmaps")
    look = bench.look(Query(MAPS))
    table = await look.one(fresh)
    allowed = {key for key in theirs(bench.server, MAPS) if not key[0].startswith(("g", "kube-"))}
    assert keys(table) == allowed
    assert set(table.unread) == {"green", "kube-node-lease", "kube-public", "kube-system"}
    put(bench.server, "new", "red")
    await look.one(lambda table: ("red", "new") in table.rows)


async def test_where_namespaces_are_not_told_that_of_the_context_is_read(bench: Bench) -> None:
    bench.server.faults.add(faults.refuse(403), path=f"^{PATH}|^/api/v1/namespaces$")
    put(bench.server, "mine", "default")
    table = await bench.look(Query(MAPS)).one(lambda table: bool(table.unread))
    table = await bench.look(Query(MAPS)).one(fresh)
    assert ("default", "mine") in table.rows
    assert {namespace for namespace, _ in table.rows} == {"default"}
    assert "not known" in table.unread[""]


async def test_what_may_not_be_read_at_all_is_forbidden_and_not_empty(bench: Bench) -> None:
    bench.server.faults.add(faults.refuse(403), path="configmaps")
    table = await bench.look(Query(MAPS)).one(lambda table: "none of" in table.reason)
    assert table.state is TopicState.FORBIDDEN
    assert not table.rows


async def test_a_kind_of_which_nobody_knows_is_absent(bench: Bench) -> None:
    table = await bench.look(Query("gadgets.shop.example")).one(lambda table: bool(table.reason))
    table = await bench.look(Query("gadgets.shop.example")).one(
        lambda table: table.state is TopicState.ABSENT
    )
    assert table.reason == "gadgets.shop.example is not served"


async def test_a_kind_that_vanishes_while_it_is_shown_and_comes_back(bench: Bench) -> None:
    bench.server.apply(widgets("colour"))
    bench.server.create(widget("first"))
    look = bench.look(Query("widgets.shop.example"))
    table = await look.one(fresh)
    assert [column.name for column in table.columns] == ["Name", "colour"]
    assert table.rows[("blue", "first")].cells == ("first", "teal")
    bench.server.delete("customresourcedefinitions.apiextensions.k8s.io", "widgets.shop.example")
    table = await look.one(lambda table: table.state is TopicState.ABSENT)
    assert not table.rows
    bench.server.apply(widgets("colour", "size"))
    bench.server.create(widget("second"))
    bench.live.refresh()
    table = await look.one(fresh)
    assert table.rows[("blue", "second")].cells == ("second", "teal", "10")


async def test_columns_that_change_are_read_anew(bench: Bench) -> None:
    bench.server.apply(widgets("colour"))
    bench.server.create(widget("first"))
    bench.server.faults.add(faults.cut(1), verb="watch", path="widgets", times=1)
    look = bench.look(Query("widgets.shop.example"))
    await look.one(fresh)
    bench.server.apply(widgets("colour", "size"))
    bench.server.create(widget("second"))
    table = await look.one(lambda table: len(table.columns) == 3 and len(table.rows) == 2)
    assert {row.cells[2] for row in table} == {"10"}


async def test_a_watch_that_is_too_old_is_followed_by_a_list(bench: Bench) -> None:
    gone = b'{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}\n'
    bench.server.faults.add(faults.add_line(gone), verb="watch", path=PATH, times=1)
    look = bench.look(Query(MAPS))
    await look.one(fresh)
    put(bench.server, "new", "green")
    await look.one(lambda table: ("green", "new") in table.rows)
    assert bench.count(PATH) >= 3  # a list, a watch, a list


async def test_rows_of_a_cluster_that_is_lost_are_old_until_it_is_back(bench: Bench) -> None:
    look = bench.look(Query(MAPS))
    held = await look.one(fresh)
    fault = bench.server.faults.add(faults.refuse(503))
    stopped = bench.server.faults.add(faults.cut(0), verb="watch")
    bench.live.suspect(SourceError("the machine slept"))
    table = await look.one(lambda table: table.state is TopicState.STALE)
    assert table.rows is held.rows
    assert table.reason
    bench.server.faults.remove(fault)
    bench.server.faults.remove(stopped)
    put(bench.server, "new", "green")
    bench.live.refresh()
    await look.one(lambda table: fresh(table) and ("green", "new") in table.rows)


async def test_two_looks_share_their_requests_and_a_closed_one_stays_a_while(bench: Bench) -> None:
    first, second = bench.look(Query(MAPS)), bench.look(Query(MAPS))
    table = await first.one(fresh)
    assert second.table is table
    first.browsing.close()
    second.browsing.close()
    put(bench.server, "new", "green")
    again = bench.look(Query(MAPS))
    await again.one(lambda table: ("green", "new") in table.rows)
    assert bench.count(PATH) == 2


async def test_after_its_grace_a_look_costs_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mckconsole.store.browser.GRACE", 0.0)
    look = bench.look(Query(MAPS))
    await look.one(fresh)
    look.browsing.close()
    look.browsing.close()  # twice does no harm
    await asyncio.sleep(0.01)  # the grace
    assert not any(task.get_name().startswith("browse ") for task in asyncio.all_tasks())
    await bench.look(Query(MAPS)).one(fresh)
    assert bench.count(PATH) == 4


async def test_words_about_a_cluster_are_no_reason_to_ask_what_is_forbidden(bench: Bench) -> None:
    bench.server.faults.add(faults.refuse(403), path="/namespaces/green/configmaps")
    look = bench.look(Query(MAPS, ("green", "red")))
    await look.one(fresh)
    held = bench.live.store.cluster(bench.live.names[0])
    for number in range(5):
        held.identify(VersionInfo(f"v1.36.{number}"))
        put(bench.server, f"more-{number}", "red")
        await look.one(lambda table, name=f"more-{number}": ("red", name) in table.rows)  # type: ignore[misc]
    assert bench.count("/api/v1/namespaces/green/configmaps") == 1


async def test_a_cluster_that_leaves_and_comes_back_is_looked_at_again() -> None:
    async with browsing(2) as bench:
        inventory = load_kubeconfig(
            str(bench.embedded.kubeconfig), env={}, config=bench.embedded.config
        )
        first, second = bench.live.names
        look = bench.look(Query(MAPS))
        await look.until(all_fresh)
        bench.live.replace(replace(inventory, endpoints=inventory.endpoints[:1]))
        gone = look.browsing.tables[second]
        assert (gone.state, len(gone.rows)) == (TopicState.UNREACHABLE, 0)
        assert "no cluster of this fleet" in gone.reason
        assert look.browsing.tables[second] is gone
        bench.live.replace(inventory)
        tables = await look.until(all_fresh)
        assert keys(tables[second]) == theirs(bench.servers[second], MAPS)
        assert fresh(tables[first])


async def test_nothing_is_left_when_it_ends() -> None:
    before = asyncio.all_tasks()
    async with browsing() as bench:
        await bench.look(Query(MAPS)).one(fresh)
        await bench.live.catalogue(bench.live.names[0])
    await asyncio.sleep(0)
    assert asyncio.all_tasks() <= before
