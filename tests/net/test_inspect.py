"""One object read for a person from an embedded cluster: what leaves, and every refusal."""

from __future__ import annotations

import pytest
import yaml
from msgspec.json import encode

from mckconsole.demo import faults
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.server import EmbeddedCluster
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.inspected import ObjectFacts
from mckconsole.domain.trees import list_at, text_at
from mckconsole.sources import api
from mckconsole.sources.errors import ConnectionTrouble, NotServed, ProtocolTrouble, SourceError
from mckconsole.sources.inspect import inspect_object
from mckconsole.store import on_demand
from mckconsole.store.cluster import ClusterStore
from tests.net.shopfront import CANARY, NOW, connected, foreign, made, shop

SETTINGS = ObjectRef("v1", "ConfigMap", "shop", "settings")
WRITTEN = [
    {
        "manager": "helm",
        "operation": "Apply",
        "time": "2026-05-01T10:00:00Z",
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:data": {".": {}, "f:mode": {}, "f:password": {}}},
    },
    {
        "manager": "kubectl-edit",
        "operation": "Update",
        "time": "2026-05-02T10:00:00Z",
        "fieldsV1": {"f:metadata": {"f:finalizers": {'v:"a/b"': {}}}, "f:data": {"f:x.y": {}}},
    },
]


async def read(east: EmbeddedCluster, ref: ObjectRef) -> ObjectFacts:
    async with connected(east) as client:
        return await inspect_object(client, "east", ref)


def written() -> EmbeddedCluster:
    """The shop with a ConfigMap that says who wrote it."""
    east = shop()
    one = made("ConfigMap", "written")
    one["metadata"]["managedFields"] = WRITTEN
    east.create(one)
    return east


async def test_an_object_is_read_with_one_get_and_reads_back_as_it_is() -> None:
    east = shop()
    found = await read(east, ObjectRef("v1", "Pod", "shop", "web-abc-1"))
    (asked,) = east.requests
    assert asked.path == "/api/v1/namespaces/shop/pods/web-abc-1"
    assert yaml.safe_load("\n".join(found.lines)) == found.tree
    assert text_at(found.tree, "spec", "nodeName") == "node-1"
    assert (found.cluster, found.at, found.ref.name) == ("east", NOW, "web-abc-1")
    assert abs(found.clock_offset) > 1000  # that of the embedded cluster, which is in the past


async def test_managed_fields_are_apart_and_told_by_their_paths_the_latest_first() -> None:
    found = await read(written(), ObjectRef("v1", "ConfigMap", "shop", "written"))
    assert "managedFields" not in "\n".join(found.lines)
    assert "manager: helm" in "\n".join(found.managed)
    assert [(one.name, one.operation, one.count) for one in found.managers] == [
        ("kubectl-edit", "Update", 2),
        ("helm", "Apply", 2),
    ]
    assert found.managers[0].paths == ('metadata.finalizers["a/b"]', "data['x.y']")
    assert found.managers[0].at == 1777716000.0


async def test_values_are_taken_out_and_counted() -> None:
    found = await read(shop(), SETTINGS)
    assert CANARY not in repr(found)
    assert found.redacted == 1
    assert "1 value is taken out" in found.notes[0]


async def test_of_a_secret_nothing_but_metadata_is_asked_for() -> None:
    east = shop()
    found = await read(east, ObjectRef("v1", "Secret", "shop", "login"))
    assert set(found.tree) == {"apiVersion", "kind", "metadata"}
    assert {one.accept for one in east.requests} == {api.METADATA}
    assert "its values are never read" in found.notes[0]


async def test_managed_fields_of_a_secret_hold_no_value_that_was_set_as_a_key() -> None:
    east = shop()
    one = made("Secret", "odd")
    fields: KubeObject = {"f:data": {"f:token": {}}, "f:x": {f'k:{{"password":"{CANARY}"}}': {}}}
    one["metadata"]["managedFields"] = [{"manager": "x", "fieldsV1": fields}]
    east.create(one)
    found = await read(east, ObjectRef("v1", "Secret", "shop", "odd"))
    assert CANARY not in repr(found)
    assert "data.token" in found.managers[0].paths


async def test_a_version_that_nobody_told_is_asked_for() -> None:
    east = shop()
    foreign(east)
    bare = await read(east, ObjectRef("", "Pod", "shop", "web-abc-1"))
    assert bare.ref == ObjectRef("v1", "Pod", "shop", "web-abc-1")
    grouped = await read(east, ObjectRef("example.com/", "Shop", "shop", "corner"))
    assert grouped.ref.api_version == "example.com/v1"
    with pytest.raises(NotServed, match="in which API group Shop is"):
        await read(east, ObjectRef("", "Shop", "shop", "corner"))


async def test_what_is_gone_or_not_readable_says_so() -> None:
    east = shop()
    with pytest.raises(NotServed, match="ConfigMap shop/never is not there any more"):
        await read(east, ObjectRef("v1", "ConfigMap", "shop", "never"))
    deep = b'{"metadata":{"name":"settings"},"x":' + b'{"a":' * 300 + b"1" + b"}" * 300 + b"}"
    for body, words in ((b"[1]", "no object"), (b'{"a', "not readable"), (deep, "nested deeper")):
        east.faults.clear()
        east.faults.add(faults.respond(body), path="configmaps")
        with pytest.raises(ProtocolTrouble, match=words):
            await read(east, SETTINGS)


@pytest.mark.parametrize("fields", [None, 3, [], {"f:a": 3}, {"": {}}, {"k:{": {"f:\x1b[2J": {}}}])
async def test_nonsense_in_managed_fields_is_read_for_what_it_is(fields: object) -> None:
    body = {"manager": 7, "time": "soon", "fieldsV1": fields}
    one = made("ConfigMap", "settings")
    one["metadata"]["managedFields"] = [body, "x", None]
    east = shop()
    east.faults.add(faults.respond(encode(one)), path="configmaps")
    (manager,) = (await read(east, SETTINGS)).managers
    assert (manager.name, manager.at) == ("somebody", None)
    assert all(path.isprintable() for path in manager.paths)


async def test_a_cluster_that_is_not_connected_is_not_asked() -> None:
    east = shop()
    async with connected(east) as client:
        held = ClusterStore(client.endpoint, ())
        for ask in (on_demand.inspect, on_demand.relate):
            with pytest.raises(ConnectionTrouble, match="east is not connected"):
                await ask(held, client, SETTINGS)
    assert not east.requests


async def test_a_bug_of_ours_does_not_say_what_it_choked_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from mckconsole.sources import inspect

    def broken(*_: object, **__: object) -> None:
        raise KeyError(CANARY)

    monkeypatch.setattr(inspect, "read_managers", broken)
    async with connected(shop()) as client:
        held = ClusterStore(client.endpoint, ())
        held.connected()
        with pytest.raises(SourceError, match="internal error: KeyError") as caught:
            await on_demand.inspect(held, client, SETTINGS)
    assert CANARY not in str(caught.value)


async def test_lists_of_a_tree_stay_lists() -> None:
    found = await read(shop(), ObjectRef("v1", "Pod", "shop", "web-abc-1"))
    assert len(list_at(found.tree, "spec", "containers")) == 1
