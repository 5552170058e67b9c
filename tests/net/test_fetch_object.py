"""One object of a simulated cluster as YAML: the way there, what is taken out, every refusal."""

from __future__ import annotations

import asyncio
import base64
import logging
import traceback
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
import yaml

from mckconsole.demo import faults
from mckconsole.demo.access import Rule, User
from mckconsole.demo.faults import Effect
from mckconsole.demo.objects import KubeObject, definition
from mckconsole.demo.server import EmbeddedCluster
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.objecttext import ObjectText
from mckconsole.sources import api, objects_fetch
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.errors import (
    BadRequest,
    Forbidden,
    NotServed,
    ProtocolTrouble,
    ReadTimeout,
    ServerTrouble,
    SourceError,
)
from mckconsole.sources.objects_fetch import fetch_object, find_plural
from mckconsole.store import on_demand
from mckconsole.store.cluster import ClusterStore
from tests.net.cluster import ADMIN_TOKEN, running

CANARY = "CANARY-7f3a91c2-zq7"
MAP = ObjectRef("v1", "ConfigMap", "shop", "settings")


def config_map(name: str = "settings", namespace: str = "shop", **data: str) -> KubeObject:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def cluster(*objects: KubeObject) -> EmbeddedCluster:
    made = EmbeddedCluster("east", clock=lambda: 1_780_000_000.0)
    for name in ("shop", "proxy"):
        namespace: KubeObject = {"metadata": {"name": name}}
        made.create({"apiVersion": "v1", "kind": "Namespace", **namespace})
    for one in objects:
        made.create(one)
    return made


@asynccontextmanager
async def connected(
    east: EmbeddedCluster, token: str = ADMIN_TOKEN
) -> AsyncGenerator[ClusterClient, None]:
    async with running(east, token=token) as endpoint:
        client = ClusterClient(endpoint)
        try:
            yield client
        finally:
            await client.close()


async def fetch(east: EmbeddedCluster, ref: ObjectRef, token: str = ADMIN_TOKEN) -> ObjectText:
    async with connected(east, token) as client:
        plural = await find_plural(client, ref)
        return await fetch_object(client, ref, ref.api_version.rpartition("/")[2], plural)


async def test_an_object_is_one_get_and_reads_back_as_it_is() -> None:
    east = cluster(config_map(text="a\nb\n", number="1"))
    async with connected(east) as client:
        found = await fetch_object(client, MAP, "v1", "configmaps")
    document = yaml.safe_load("\n".join(found.lines))
    assert document["data"] == {"text": "a\nb\n", "number": "1"}
    assert document["metadata"]["name"] == "settings"
    assert (found.ref, found.redacted, found.notes) == (MAP, 0, ())
    assert found.read_at == 1_780_000_000.0
    (asked,) = east.requests
    assert (asked.method, asked.path) == ("GET", "/api/v1/namespaces/shop/configmaps/settings")


async def test_what_is_taken_out_is_counted_and_said() -> None:
    found = await fetch(cluster(config_map(password=CANARY, token=CANARY)), MAP)
    assert CANARY not in repr(found)
    assert found.redacted == 2
    assert found.notes == ("2 values are taken out: they are or may be credentials",)


async def test_of_a_secret_only_the_metadata_is_asked_for() -> None:
    coded = base64.b64encode(CANARY.encode()).decode()
    note = "kubectl.kubernetes.io/last-applied-configuration"
    metadata = {"name": "login", "namespace": "shop", "annotations": {note: coded}}
    secret: KubeObject = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata}
    east = cluster({**secret, "type": "Opaque", "data": {"password": coded}})
    found = await fetch(east, ObjectRef("v1", "Secret", "shop", "login"))
    document = yaml.safe_load("\n".join(found.lines))
    assert set(document) == {"apiVersion", "kind", "metadata"}
    assert (document["kind"], document["metadata"]["name"]) == ("Secret", "login")
    assert coded not in repr(found)
    assert "its values are never read" in found.notes[0]
    asked = [one for one in east.requests if "secrets" in one.path]
    assert [one.accept for one in asked] == [api.METADATA]


async def test_a_server_that_sends_the_values_of_a_secret_unasked_shows_none() -> None:
    east = cluster()
    body = b'{"metadata":{"name":"login"},"data":{"x":"%s"},"x":"%s"}' % ((CANARY.encode(),) * 2)
    east.faults.add(faults.respond(body), path="secrets")
    found = await fetch(east, ObjectRef("v1", "Secret", "shop", "login"))
    assert CANARY not in repr(found)
    assert "name: login" in "\n".join(found.lines)


async def test_the_credentials_of_a_submariner_object_stay_where_they_are() -> None:
    kind = definition("submariner.io", ("v1alpha1",), "submariners", "Submariner")
    spec = {
        "ceIPSecPSK": CANARY,
        "brokerK8sApiServerToken": CANARY,
        "brokerK8sCA": CANARY,
        "clusterCIDR": "10.0.0.0/16",
        "connections": [{"status": "error", "token": CANARY, "usingIP": "192.0.2.1"}],
    }
    metadata = {"name": "submariner", "namespace": "shop"}
    item = {"apiVersion": "submariner.io/v1alpha1", "kind": "Submariner", "metadata": metadata}
    east = cluster(kind, {**item, "spec": spec})
    found = await fetch(
        east, ObjectRef("submariner.io/v1alpha1", "Submariner", "shop", "submariner")
    )
    text = "\n".join(found.lines)
    assert CANARY not in text
    assert "clusterCIDR: 10.0.0.0/16" in text
    assert "usingIP: 192.0.2.1" in text
    assert found.redacted == 4


async def test_the_plural_of_a_foreign_kind_is_asked_for() -> None:
    kind = definition("example.com", ("v1",), "octopodes", "Octopus", namespaced=False)
    east = cluster(kind, {"apiVersion": "example.com/v1", "kind": "Octopus",
                          "metadata": {"name": "inky"}, "spec": {"arms": 8}})  # fmt: skip
    found = await fetch(east, ObjectRef("example.com/v1", "Octopus", "", "inky"))
    assert "  arms: 8" in found.lines
    assert [one.path for one in east.requests] == [
        "/apis/example.com/v1",
        "/apis/example.com/v1/octopodes/inky",
    ]
    with pytest.raises(NotServed, match=r"Squid is not served in example.com/v1 here"):
        await fetch(east, ObjectRef("example.com/v1", "Squid", "", "inky"))


async def test_names_that_would_pass_for_sub_resources_are_read_from_a_list_of_one() -> None:
    east = cluster(config_map("proxy", a="1"), config_map("x", "proxy", a="2"), config_map(a="3"))
    for namespace, name, value in (("shop", "proxy", "1"), ("proxy", "x", "2")):
        found = await fetch(east, ObjectRef("v1", "ConfigMap", namespace, name))
        document = yaml.safe_load("\n".join(found.lines))
        assert document["data"] == {"a": value}
        assert (document["apiVersion"], document["kind"]) == ("v1", "ConfigMap")
    with pytest.raises(NotServed, match="exec is not there any more"):
        await fetch(east, ObjectRef("v1", "ConfigMap", "shop", "exec"))
    secret = await fetch(
        cluster({"apiVersion": "v1", "kind": "Secret",
                 "metadata": {"name": "proxy", "namespace": "shop"}, "data": {"x": "eA=="}}),
        ObjectRef("v1", "Secret", "shop", "proxy"),
    )  # fmt: skip
    assert "data" not in yaml.safe_load("\n".join(secret.lines))


@pytest.mark.parametrize("name", ["a/b", "%2e", ""])
async def test_a_name_that_no_object_has_is_not_asked_for(name: str) -> None:
    east = cluster()
    with pytest.raises(BadRequest, match="a name that no object can have"):
        await fetch(east, ObjectRef("v1", "ConfigMap", "shop", name))
    assert not east.requests


@pytest.mark.parametrize("name", ["‹1B›[2J", "a b", "日", "x" * 5000, "a?b=c#d"])
async def test_an_odd_name_is_only_not_there(name: str) -> None:
    with pytest.raises(SourceError):
        await fetch(cluster(), ObjectRef("v1", "ConfigMap", "shop", name))


async def test_what_is_gone_and_what_is_forbidden_say_so() -> None:
    east = cluster(config_map())
    with pytest.raises(NotServed, match="ConfigMap shop/gone is not there any more"):
        await fetch(east, ObjectRef("v1", "ConfigMap", "shop", "gone"))
    east.access.tokens["reader"] = User("ada", ("system:authenticated",))
    east.access.rules.append(Rule(("ada",), verbs=("list",), resources=("configmaps",)))
    with pytest.raises(Forbidden, match="cannot get resource"):
        await fetch(east, MAP, token="reader")


SPOILED: tuple[tuple[Effect, type[SourceError], str], ...] = (
    (faults.refuse(500), ServerTrouble, "injected"),
    (faults.truncate(40), ProtocolTrouble, "the answer for ConfigMap shop/settings is not"),
    (faults.cut(40), SourceError, "cut|short|closed|broke"),
    (faults.html(200), SourceError, "html"),
    (faults.respond(b"[1]"), ProtocolTrouble, "a document that is no object"),
    (faults.respond(b'"x"'), ProtocolTrouble, "a document that is no object"),
    (faults.respond(b'{"a":"%s"}' % (b"x" * (5 << 20))), ProtocolTrouble, "5.0 MiB"),
    (faults.respond(b'{"a":%s}' % faults.nested(250)), ProtocolTrouble, "deeper than 200"),
    (faults.respond(b'{"a":%s}' % faults.nested(90_000)), ProtocolTrouble, "deeper than 200"),
    (faults.respond(b'{"a":%s}' % faults.INVALID_UTF8), ProtocolTrouble, "not readable"),
    (faults.respond(b'{"a":%s}' % faults.LONE_SURROGATE), ProtocolTrouble, "not readable"),
    (faults.gzip_bomb(80), ProtocolTrouble, "larger than 64 MiB"),
    (faults.redirect("http://127.0.0.1:1/"), SourceError, "redirects"),
)


@pytest.mark.parametrize(("effect", "kind", "words"), SPOILED)
async def test_a_spoiled_answer_is_an_error_in_words_that_holds_none_of_it(
    effect: Effect, kind: type[SourceError], words: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    east = cluster(config_map(password=CANARY))
    east.faults.add(effect, path="configmaps")
    with pytest.raises(kind, match=words) as caught:
        await fetch(east, MAP)
    said = "".join(traceback.format_exception(caught.value))
    assert CANARY not in said + caplog.text


async def test_a_bug_of_ours_does_not_say_what_it_choked_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(tree: dict[str, object]) -> None:
        raise KeyError(str(tree))

    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(objects_fetch, "redact", broken)
    async with connected(cluster(config_map(password=CANARY))) as client:
        store = ClusterStore(client.endpoint, ())
        store.connected()
        with pytest.raises(SourceError, match="internal error: KeyError in ") as caught:
            await on_demand.fetch(store, client, MAP)
    said = "".join(traceback.format_exception(caught.value))
    assert CANARY not in said + caplog.text


async def test_a_slow_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects_fetch, "PATIENCE", 0.2)
    east = cluster(config_map())
    east.faults.add(faults.silence(), path="configmaps")
    with pytest.raises(ReadTimeout):
        await fetch(east, MAP)
    assert len(asyncio.all_tasks()) == 1


async def test_hostile_text_comes_out_inert() -> None:
    east = cluster(config_map(a="\x1b]52;c;eA==\x07", b="\u202e[@click=x]", **{"k\x9b2J": "\x00"}))
    found = await fetch(east, MAP)
    assert all(line.isprintable() for line in found.lines)
    assert any("‹1B›]52" in line for line in found.lines)


async def test_hostile_json_comes_out_inert() -> None:
    for value in (faults.long_string(), rb'"\u0000\u001b[2J"'):
        east = cluster()
        east.faults.add(faults.respond(b'{"metadata":{"name":%s}}' % value), path="configmaps")
        found = await fetch(east, MAP)
        assert all(line.isprintable() and len(line) < 5000 for line in found.lines)
