"""A name is looked for in every kind of a cluster, and nothing else is sent."""

from __future__ import annotations

import pytest

from mckconsole.demo import faults
from mckconsole.demo.server import EmbeddedCluster
from mckconsole.domain.resources import Query
from mckconsole.sources.errors import SourceError
from mckconsole.store.finding import escaped
from tests.net.browsing import all_fresh, browsing


def put(server: EmbeddedCluster, kind: str, name: str, namespace: str) -> None:
    metadata = {"name": name, "namespace": namespace}
    server.apply({"apiVersion": "v1", "kind": kind, "metadata": metadata})


async def test_objects_of_any_kind_that_are_called_so() -> None:
    async with browsing() as bench:
        for kind in ("ConfigMap", "Secret", "ServiceAccount"):
            put(bench.server, kind, "checkout", "default")
        put(bench.server, "ConfigMap", "checkout", "kube-system")
        put(bench.server, "ConfigMap", "checkout-2", "default")
        (cluster,) = bench.live.names
        await bench.look(Query("namespaces")).until(all_fresh)
        before = len(bench.server.requests)
        found = await bench.live.find(cluster, "checkout")
        assert {(kind.plural, row.namespace, row.name) for kind, row in found.objects} == {
            ("configmaps", "default", "checkout"),
            ("configmaps", "kube-system", "checkout"),
            ("secrets", "default", "checkout"),
            ("serviceaccounts", "default", "checkout"),
        }
        assert found.asked > 20
        assert not found.unread
        asked = [*bench.server.requests][before:]
        lists = [one for one in asked if "fieldSelector" in one.query]
        assert len(lists) == found.asked, "one request for each kind"


async def test_what_may_not_be_asked_is_said() -> None:
    async with browsing() as bench:
        put(bench.server, "ConfigMap", "checkout", "default")
        (cluster,) = bench.live.names
        await bench.look(Query("namespaces")).until(all_fresh)
        bench.server.faults.add(faults.refuse(403), path="^/api/v1/secrets")
        found = await bench.live.find(cluster, "checkout")
        assert [kind.plural for kind, _ in found.objects] == ["configmaps"]
        assert "secrets" in found.unread


async def test_a_cluster_that_is_not_there_is_an_error() -> None:
    async with browsing() as bench:
        with pytest.raises(SourceError):
            await bench.live.find("nowhere", "checkout")


def test_a_name_is_a_value_whatever_it_holds() -> None:
    assert escaped("a,b=c\\d") == "a\\,b\\=c\\\\d"
