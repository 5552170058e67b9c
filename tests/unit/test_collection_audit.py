"""What was seen in objects is held, shown and forgotten with them."""

from __future__ import annotations

from dataclasses import replace

from mckconsole.domain.audit import Audited
from mckconsole.domain.credentials import Secret, SecretMeta
from mckconsole.domain.decode import Decoded
from mckconsole.domain.kinds import BY_TOPIC, Sensitivity
from mckconsole.domain.snapshot import NOT_READ
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.sources.errors import Forbidden
from mckconsole.store.cluster import WITHHELD, ClusterStore
from mckconsole.store.collection import Collection
from mckconsole.store.fleet import FleetStore
from tests.net.cluster import endpoint

KIND = replace(BY_TOPIC["secrets"], sensitivity=Sensitivity.VALUES)
SEEN, MORE = Audited(troubles=("a",)), Audited(troubles=("a", "b"))


def decoded(name: str, audit: Audited | None = None, *faults: str) -> Decoded[Secret]:
    return Decoded(Secret(metadata=SecretMeta(name=name, uid=name)), faults, audit)


def held(*objects: Decoded[Secret], unread: dict[str, str] | None = None) -> Collection[Secret]:
    made: Collection[Secret] = Collection(KIND)
    made.assign("v1")
    made.replace(objects, resource_version="1", as_of=1.0, unread=unread or {})
    return made


def test_a_list_brings_what_was_seen_and_only_news_are_a_change() -> None:
    it = held(decoded("a", SEEN), decoded("b"), decoded("c", Audited()))
    first = it.view(0.0)
    assert (dict(first.audit), first.values) == ({("", "a"): SEEN}, True)
    for objects, changes in (
        ((decoded("a", SEEN), decoded("b"), decoded("c")), 0),
        ((decoded("a", MORE), decoded("b"), decoded("c")), 1),
        ((decoded("a"), decoded("b"), decoded("c")), 2),
    ):
        it.replace(objects, resource_version="1", as_of=2.0)
        assert it.view(0.0).generation == first.generation + changes
    assert dict(first.audit) == {("", "a"): SEEN}
    assert dict(it.view(0.0).audit) == {}


def test_what_was_looked_at_and_is_not_kept_still_counts() -> None:
    it: Collection[Secret] = Collection(replace(KIND, only_audited=True))
    it.assign("v1")
    it.replace([decoded("a", SEEN)], resource_version="1", as_of=1.0, seen=7)
    first = it.view(0.0)
    assert (len(first.objects), first.looked_at, first.count) == (1, 7, 7)
    it.replace([decoded("a", SEEN)], resource_version="2", as_of=1.0, seen=9)
    assert (it.view(0.0).count, it.view(0.0).generation) == (9, first.generation)
    it.trouble(Forbidden("no"))
    assert it.view(0.0).count == 0
    assert held(decoded("a"), decoded("b")).view(0.0).count == 2


def test_events_bring_change_and_take_it_away() -> None:
    it = held(decoded("a", SEEN))
    generation = it.view(0.0).generation
    it.upsert(decoded("a", SEEN), as_of=2.0)
    assert it.view(0.0).generation == generation
    it.upsert(decoded("a", MORE, "spec: odd"), as_of=3.0)
    view = it.view(0.0)
    assert (dict(view.audit), dict(view.faults)) == ({("", "a"): MORE}, {("", "a"): ("spec: odd",)})
    it.upsert(decoded("a"), as_of=4.0)
    assert (dict(it.view(0.0).audit), dict(it.view(0.0).faults)) == ({}, {})
    it.upsert(decoded("b", SEEN), as_of=5.0)
    it.remove(("", "b"), as_of=6.0)
    assert dict(it.view(0.0).audit) == {}
    assert dict(view.audit) == {("", "a"): MORE}


def test_what_is_hidden_shows_nothing_that_was_seen_in_it() -> None:
    it = held(decoded("a", SEEN))
    it.trouble(Forbidden("no"))
    assert dict(it.view(0.0).audit) == {}
    it.reset()
    assert dict(it.view(0.0).audit) == {}


def test_namespaces_that_were_not_read_are_named_and_allow_no_conclusion() -> None:
    it = held(decoded("a"), unread={"infra": "forbidden"})
    view = it.view(0.0)
    assert dict(view.faults) == {("infra", NOT_READ): ("forbidden",)}
    assert (view.state, view.conclusive) == (TopicState.FRESH, False)
    assert not it.partial  # as where all of an optional kind is forbidden
    it.replace([decoded("a", None, "metadata: odd")], resource_version="1", as_of=2.0)
    assert it.partial


TOPICS = ("secrets", "configmaps", "namespaces")


def test_what_nobody_said_may_be_looked_at_is_not_read() -> None:
    store = ClusterStore(endpoint("https://a"), TOPICS)
    held = store.collection("configmaps")
    held.assign("v1")
    held.settle(TopicState.ABSENT, "not served")
    held.trouble(Forbidden("no"))
    for topic in ("secrets", "namespaces"):
        store.collection(topic).assign("v1")
        store.collection(topic).replace([], resource_version="1", as_of=1.0)
    store.connected()
    found = store.snapshot(0.0)
    view = found.topic("configmaps")
    assert (view.state, view.reason, view.withheld) == (TopicState.PENDING, WITHHELD, True)
    assert (held.version, view.conclusive) == ("", False)
    assert (found.state, found.topic("secrets").values) == (ClusterState.READY, False)


def test_clusters_are_looked_at_by_name_or_glob() -> None:
    endpoints = [endpoint("https://a", name=name) for name in ("eu-1", "eu-2", "us-1")]
    fleet = FleetStore(endpoints, TOPICS, scan_values=("eu-*", "other"))
    found = {name: one.topics for name, one in fleet.snapshot().clusters.items()}
    assert {name: topics["secrets"].values for name, topics in found.items()} == {
        "eu-1": True,
        "eu-2": True,
        "us-1": False,
    }
    assert {name for name, topics in found.items() if topics["configmaps"].withheld} == {"us-1"}
