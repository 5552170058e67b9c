"""Topics that are one document beside the API: read, polled, refused, absent, odd, shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mckconsole.config.model import Config
from mckconsole.demo import faults
from mckconsole.demo.access import Rule, User
from mckconsole.demo.issuer import Issuer
from mckconsole.demo.server import EmbeddedCluster
from mckconsole.domain.access import Answer
from mckconsole.domain.identity import IssuerDocument, KeySet
from mckconsole.domain.kinds import BY_TOPIC, Keep
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.discovery import ApiSurface
from mckconsole.sources.errors import ProtocolTrouble
from mckconsole.sources.lists import list_kind
from mckconsole.store.checkup import Checkup, Scope, examine
from mckconsole.store.contact import connecting
from mckconsole.store.live import LiveFleet
from mckconsole.store.reader import ReadPlan, read_fleet
from tests.net.cluster import running
from tests.net.test_examine import Found
from tests.net.test_live_embedded import until

ISSUER, KEYS = BY_TOPIC["oidc-issuer"], BY_TOPIC["oidc-keys"]
TOPICS = ("namespaces", ISSUER.topic, KEYS.topic)


def cluster(*paths: str) -> EmbeddedCluster:
    """One whose user `ada` may read namespaces and these paths."""
    east = EmbeddedCluster("east", clock=lambda: 1_780_000_000.0)
    east.issuer = Issuer("https://issuer.example/east", ("k1", "k2"))
    east.access.tokens["reader"] = User("ada")
    east.access.rules.append(Rule(("ada",), resources=("namespaces",), paths=paths))
    return east


async def read(east: EmbeddedCluster) -> ClusterSnapshot:
    async with running(east, token="reader") as at:
        store = await read_fleet(Found([at]), ReadPlan(TOPICS), config=Config())
    return store.snapshot().clusters["east"]


async def check(east: EmbeddedCluster) -> Checkup:
    async with running(east, token="reader") as at:
        return await examine(at, Scope(TOPICS, 10.0, connecting(Config())))


def test_documents_are_polled_and_need_no_discovery() -> None:
    for kind in (ISSUER, KEYS):
        assert kind.keep is Keep.POLL
        assert kind.optional
        version, state, _ = ApiSurface({}).pick(kind)
        assert version, "none would mean that it is not read"
        assert state is TopicState.PENDING
        assert kind.path(version) == kind.document


async def test_a_document_is_a_list_of_one() -> None:
    async with running(cluster(), token="admin-token") as at:
        client = ClusterClient(at)
        seen: list[tuple[int, int | None]] = []
        issuer = await list_kind(
            client, ISSUER, "document", progress=lambda read, total: seen.append((read, total))
        )
        keys = await list_kind(client, KEYS, "document")
        await client.close()
    (one,), (other,) = issuer.objects, keys.objects
    assert isinstance(one.object, IssuerDocument)
    assert isinstance(other.object, KeySet)
    assert one.object.issuer == "https://issuer.example/east"
    assert [key.kid for key in other.object.keys] == ["k1", "k2"]
    assert (issuer.as_of, issuer.undecodable, seen) == (1_780_000_000.0, 0, [(1, 1)])
    assert issuer.received > 100


async def test_a_report_has_them_under_keys_of_their_own() -> None:
    east = cluster(ISSUER.document, KEYS.document)
    found = await read(east)
    assert found.state is ClusterState.READY
    for kind in (ISSUER, KEYS):
        view = found.topics[kind.topic]
        assert view.state is TopicState.FRESH
        assert list(view.objects) == [("", kind.document)]
    asked = [one for one in east.requests if "openid" in one.path]
    assert [one.method for one in asked] == ["GET", "GET"]
    assert not east.writes


async def test_a_refusal_and_an_absence_cost_no_cluster_its_state() -> None:
    east = cluster(ISSUER.document)
    refused = await read(east)
    assert refused.topics[KEYS.topic].state is TopicState.FORBIDDEN
    assert KEYS.document in refused.topics[KEYS.topic].reason
    assert refused.topics[ISSUER.topic].state is TopicState.FRESH
    assert refused.state is ClusterState.READY
    east.issuer = None
    absent = await read(east)
    assert absent.topics[ISSUER.topic].state is TopicState.ABSENT
    assert absent.topics[KEYS.topic].state is TopicState.FORBIDDEN
    assert absent.state is ClusterState.READY


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"hello", b"\xff", b"[" * 100_000])
async def test_what_is_no_document_is_trouble(body: bytes) -> None:
    east = cluster(ISSUER.document, KEYS.document)
    east.faults.add(faults.respond(body), path="openid-configuration")
    async with running(east) as at:
        client = ClusterClient(at)
        with pytest.raises(ProtocolTrouble):
            await list_kind(client, ISSUER, "document")
        await client.close()
    view = (await read(east)).topics[ISSUER.topic]
    assert view.state is TopicState.UNREACHABLE
    assert view.reason
    assert not view.objects


async def test_an_odd_document_is_read_as_far_as_it_goes() -> None:
    east = cluster(ISSUER.document, KEYS.document)
    body = b'{"issuer":"https://a\\u202eb","metadata":7,"keys":[{"kid":"k"},null,{"kid":[]}]}'
    east.faults.add(faults.respond(body), path="open")
    found = await read(east)
    (issuer,), (keys,) = (found.topics[kind.topic].objects.values() for kind in (ISSUER, KEYS))
    assert isinstance(issuer, IssuerDocument)
    assert isinstance(keys, KeySet)
    assert issuer.issuer == "https://a‹U+202E›b"
    assert [key.kid for key in keys.keys] == ["k", ""]
    assert found.topics[KEYS.topic].faults
    assert not found.topics[ISSUER.topic].conclusive


async def test_a_document_for_everybody_makes_no_cluster_readable() -> None:
    east = cluster(ISSUER.document, KEYS.document)
    east.access.rules[-1] = Rule(("ada",), verbs=("get",), paths=("/.well-known/*", "/openid/*"))
    found = await read(east)
    assert found.topics[KEYS.topic].state is TopicState.FRESH
    assert found.state is ClusterState.FORBIDDEN
    assert (await check(east)).state is ClusterState.FORBIDDEN


@pytest.mark.parametrize(
    ("paths", "answers"),
    [
        ((), (Answer.NO, Answer.NO)),
        ((ISSUER.document,), (Answer.YES, Answer.NO)),
        (("/.well-known/*", "/openid/*"), (Answer.YES, Answer.YES)),
    ],
)
async def test_an_examination_asks_whether_they_may_be_read(
    paths: tuple[str, ...], answers: tuple[Answer, Answer]
) -> None:
    east = cluster(*paths)
    found = await check(east)
    said = {one.topic: one for one in found.topics}
    assert tuple(said[kind.topic].answer for kind in (ISSUER, KEYS)) == answers
    assert all("get" in one.reason for one in found.topics if one.answer is Answer.NO)
    assert found.healthy, "they are optional"
    assert not [one for one in east.requests if "openid" in one.path]
    assert not east.writes


async def test_an_examination_that_is_not_answered_does_not_know() -> None:
    east = cluster(ISSUER.document)
    east.faults.add(faults.refuse(500), path="selfsubjectaccessreviews")
    found = await check(east)
    assert {one.answer for one in found.topics} == {Answer.UNKNOWN}


async def test_a_live_fleet_holds_shows_and_examines_them() -> None:
    east = cluster(ISSUER.document, KEYS.document)
    east.faults.add(faults.refuse(404), path="jwks")
    async with running(east, token="reader") as at:
        fleet = LiveFleet(Found([at]), ReadPlan(TOPICS), config=Config())
        async with fleet:
            await until(fleet, lambda now: now.clusters["east"].state is ClusterState.READY)
            await until(fleet, _state(KEYS.topic, TopicState.ABSENT))
            found = await fleet.fetch("east", IssuerDocument().ref(""))
            again = await fleet.examine("east")
        asked = [one for one in east.requests if one.path == KEYS.document]
    assert len(asked) == 1
    assert "issuer: https://issuer.example/east" in found.lines
    assert {one.answer for one in again.topics} == {Answer.YES}


def _state(topic: str, state: TopicState) -> Callable[..., bool]:
    return lambda now: now.clusters["east"].topics[topic].state is state


async def test_the_key_set_is_shown_too() -> None:
    east = cluster(KEYS.document)
    async with running(east, token="reader") as at:
        fleet = LiveFleet(Found([at]), ReadPlan(TOPICS), config=Config())
        async with fleet:
            await until(fleet, _state(KEYS.topic, TopicState.FRESH))
            found = await fleet.fetch("east", KeySet().ref(""))
    assert "kid: k1" in "\n".join(found.lines)
