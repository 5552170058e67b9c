"""The catalogue: everything that can be listed, from new and from old servers."""

from __future__ import annotations

import pytest

from mckconsole.demo import faults
from mckconsole.demo.server import EmbeddedCluster
from mckconsole.domain.resources import Catalogue
from mckconsole.sources.catalogue import read_catalogue, why_not_served
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.errors import Forbidden, NotKubernetes
from mckconsole.store.catalogues import Catalogues
from tests.net.cluster import running
from tests.net.test_discovery import Document, scripted, under_prefix


async def of(cluster: EmbeddedCluster) -> Catalogue:
    async with running(cluster) as endpoint:
        client = ClusterClient(endpoint)
        await client.open()
        try:
            return await read_catalogue(client)
        finally:
            await client.close()


def embedded() -> EmbeddedCluster:
    cluster = EmbeddedCluster()
    cluster.define("shop.example", ["v1", "v1beta1"], "widgets", "Widget")
    return cluster


async def test_old_servers_say_the_same_as_new_ones() -> None:
    modern = embedded()
    found = await of(modern)
    by_name = {kind.name: kind for kind in found.kinds}
    assert not found.troubles
    assert by_name["widgets.shop.example"].version == "v1"
    assert by_name["pods"].short_names == ("po",)
    assert by_name["nodes"].namespaced is False
    assert "selfsubjectaccessreviews.authorization.k8s.io" not in by_name
    async with scripted(under_prefix(_legacy(found))) as client:
        assert {kind.name: kind for kind in (await read_catalogue(client)).kinds} == by_name


def _legacy(catalogue: Catalogue) -> dict[str, Document]:
    """The documents of a server before aggregated discovery, for the same kinds."""
    documents: dict[str, Document] = {"/api": {"kind": "APIVersions", "versions": ["v1"]}}
    groups: dict[str, str] = {}
    for kind in catalogue.kinds:
        path = f"/apis/{kind.group}/{kind.version}" if kind.group else f"/api/{kind.version}"
        document = documents.setdefault(path, {"kind": "APIResourceList", "resources": []})
        entry = {
            "name": kind.plural,
            "singularName": kind.singular,
            "namespaced": kind.namespaced,
            "kind": kind.kind,
            "verbs": sorted(kind.verbs),
            "shortNames": list(kind.short_names),
            "categories": list(kind.categories),
        }
        document["resources"] += [entry, {**entry, "name": f"{kind.plural}/status"}]
        if kind.group:
            groups[kind.group] = kind.version
    documents["/apis"] = {
        "kind": "APIGroupList",
        "groups": [
            {
                "name": group,
                "versions": [{"version": "v0"}, {"version": version}],
                "preferredVersion": {"version": version},
            }
            for group, version in groups.items()
        ],
    }
    for group in groups:
        documents[f"/apis/{group}/v0"] = {"kind": "APIResourceList", "resources": []}
    return documents


async def test_a_group_whose_server_is_down_is_not_a_group_without_kinds() -> None:
    stale = {"version": "v1", "freshness": "Stale", "resources": []}
    root = {"kind": "APIGroupDiscoveryList", "items": []}
    named = {**root, "items": [{"metadata": {"name": "metrics.k8s.io"}, "versions": [stale]}]}
    async with scripted(under_prefix({"/api": root, "/apis": named})) as client:
        found = await read_catalogue(client)
    assert list(found.troubles) == ["metrics.k8s.io"]
    assert why_not_served(found, "nodes.metrics.k8s.io")[0] is False
    assert why_not_served(found, "nodes.other.io") == (True, "nodes.other.io is not served")


async def test_a_root_that_is_refused_leaves_the_other_one() -> None:
    cluster = embedded()
    cluster.faults.add(faults.refuse(403), path="^/apis$")
    found = await of(cluster)
    assert found.find("po") is not None
    certain, words = why_not_served(found, "deployments.apps")
    assert not certain
    assert "403" in words
    cluster.faults.add(faults.refuse(403), path="^/api$")
    with pytest.raises(Forbidden):
        await of(cluster)


@pytest.mark.parametrize("body", [b"[]", b"{}", b"{", b'{"kind":"Pod"}'])
async def test_what_is_no_discovery_is_said(body: bytes) -> None:
    cluster = embedded()
    cluster.faults.add(faults.respond(body), path="^/apis?$")
    with pytest.raises(NotKubernetes):
        await of(cluster)


async def test_names_that_could_lead_elsewhere_are_left_out() -> None:
    verbs = ["list"]
    odd = ["pods/log", "../secrets", "a?b", "a%2fb", "", "ünï", "x" * 9999]
    resources = [{"resource": name, "verbs": verbs, "scope": "Namespaced"} for name in odd]
    core = {"metadata": {}, "versions": [{"version": "v1", "resources": resources}]}
    evil = {"metadata": {"name": "a/../b"}, "versions": [{"version": "v1", "resources": resources}]}
    root = {"kind": "APIGroupDiscoveryList", "items": [core, evil]}
    none = {"kind": "APIGroupDiscoveryList", "items": []}
    async with scripted(under_prefix({"/api": root, "/apis": none})) as client:
        found = await read_catalogue(client)
    assert [len(kind.plural) for kind in found.kinds] == [253]


async def test_a_catalogue_is_asked_for_once_and_kept() -> None:
    cluster = embedded()
    async with running(cluster) as endpoint:
        client = ClusterClient(endpoint)
        await client.open()
        held = Catalogues()
        first = await held.get("east", client)
        assert await held.get("east", client) is first
        assert len(cluster.requests) == 2
        assert await held.get("east", client, within=0.0) is not first
        await held.close()
        await client.close()
