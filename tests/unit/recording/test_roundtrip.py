"""What was held comes back as it was, moment by moment, whatever happened in between."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from mckconsole.domain.core import Namespace, NamespaceMeta
from mckconsole.domain.decode import Decoded, ProjectionDecoder
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.metrics import MetricState, MetricVector, Sample
from mckconsole.domain.objects import Projection
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot, TopicView
from mckconsole.domain.states import TopicState
from mckconsole.sources.errors import ConnectFailed, Forbidden
from mckconsole.store.fleet import FleetStore
from mckconsole.store.recording import writer
from mckconsole.store.recording.codec import TOPIC, codec
from mckconsole.store.recording.reader import Recording
from mckconsole.store.recording.sampler import Sampler
from mckconsole.store.recording.state import State, decode
from mckconsole.store.recording.writer import Writer
from tests.unit.test_store import Clock, endpoint


def seen(snapshot: FleetSnapshot) -> object:
    """Everything in a snapshot that an analysis reads, as plain values."""
    return (
        snapshot.taken_at,
        snapshot.inventory_problems,
        snapshot.notes,
        {name: cluster_seen(one) for name, one in snapshot.clusters.items()},
        list(snapshot.clusters),
    )


def cluster_seen(one: ClusterSnapshot) -> object:
    return (
        (one.state, one.reason, one.version, one.latencies, one.clock_offset, one.as_of),
        one.history,
        {topic: topic_seen(view) for topic, view in one.topics.items()},
        {query: repr(vector) for query, vector in one.metrics.vectors.items()},
    )


def topic_seen(view: TopicView) -> object:
    read = (view.state, view.reason, view.version, view.as_of, view.values, view.looked_at)
    return (*read, dict(view.objects), dict(view.faults), dict(view.audit))


def namespace(number: int, revision: int) -> Decoded[Projection]:
    meta = NamespaceMeta(name=f"ns-{number}", uid=f"u{number}", resource_version=str(revision))
    return Decoded(Namespace(metadata=meta), ("spec: odd",) if revision % 7 == 0 else ())


def happenings(store: FleetStore, chance: random.Random) -> Iterator[None]:
    """Things that happen to a fleet, for ever."""
    for name in store.names:
        store.cluster(name).connected()
        for topic in ("namespaces", "nodes"):
            store.cluster(name).collection(topic).assign("v1")
    revision = 0
    while True:
        revision += 1
        if "west" not in store.names:
            store.arrange([endpoint("east"), endpoint("west")], problems=["a context is odd"])
        west = store.cluster("west")
        held = west.collection("namespaces")
        match chance.randrange(9):
            case 0:
                found = [namespace(n, revision) for n in range(chance.randrange(20))]
                unread = {"dark": "forbidden"} if revision % 2 else {}
                held.replace(found, resource_version="1", as_of=revision * 1.5, unread=unread)
            case 1 | 2 | 3:
                held.upsert(namespace(chance.randrange(30), revision), as_of=float(revision))
            case 4:
                held.remove(("", f"ns-{chance.randrange(30)}"), as_of=float(revision))
            case 5:
                held.trouble(ConnectFailed(f"refused {revision}"))
            case 6:
                west.failed(Forbidden("no"))
                west.restored()
            case 7:
                labels = {"cluster": "west", "n": str(chance.randrange(3))}
                values = (math.nan, math.inf, float(revision))
                samples = tuple(Sample(labels, one, revision - 0.5) for one in values)
                vector = MetricVector(MetricState.FRESH, "", samples, float(revision), "prom")
                store.set_metrics({"west": {"up": vector, "targets": vector}})
            case 8 if revision > 60 and chance.random() < 0.2:
                store.arrange([endpoint("east")])
            case _:
                store.note("prom", f"series of {revision}")
        yield


@pytest.mark.parametrize("seed", range(4))
def test_every_moment_comes_back(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "SMALL", 400)  # so that chains begin anew now and then
    clock, chance = Clock(), random.Random(seed)
    store = FleetStore(
        [endpoint("west"), endpoint("east")], ["namespaces", "nodes"], pace=clock.pace
    )
    sampler, expected = Sampler(), []
    story = happenings(store, chance)
    with Writer(tmp_path / "it.mckrec", {"tool": "test"}) as file:
        for _ in range(120):
            for _ in range(chance.randrange(4)):
                next(story)
            clock.pass_time(5)
            snapshot = store.snapshot()
            expected.append(seen(snapshot))
            file.write(snapshot.taken_at, sampler.changes(snapshot, {}))
    with Recording(tmp_path / "it.mckrec") as recording:
        assert len(recording.moments) == len(expected)
        bases = recording._rows("SELECT count(*) FROM parts WHERE base = 1")[0][0]
        assert bases > len(recording._rows("SELECT * FROM chains"))  # or nothing began anew
        forwards = State()
        for place, moment in enumerate(recording.moments):
            if place == 0:
                forwards.begin(decode(recording.leading_to(moment)))
            else:
                forwards.go_on(decode(recording.between(recording.moments[place - 1], moment)))
            assert seen(forwards.snapshot(moment.at)) == expected[place]
        for place in chance.sample(range(len(expected)), 20):
            moment, jumped = recording.moments[place], State()
            jumped.begin(decode(recording.leading_to(moment)))
            assert seen(jumped.snapshot(moment.at)) == expected[place]


def test_what_did_not_change_is_the_same_object(tmp_path: Path) -> None:
    clock = Clock()
    store = FleetStore([endpoint("west"), endpoint("east")], ["namespaces"], pace=clock.pace)
    sampler = Sampler()
    with Writer(tmp_path / "it", {}) as file:
        file.write(1.0, sampler.changes(store.snapshot(), {}))
        store.cluster("west").failed(ConnectFailed("refused"))
        file.write(2.0, sampler.changes(store.snapshot(), {}))
        file.write(3.0, sampler.changes(store.snapshot(), {}))
    with Recording(tmp_path / "it") as recording:
        one, two, three = recording.moments
        assert [moment.news for moment in recording.moments] == [True, True, False]
        assert recording.news(0, 1) == 1
        assert recording.news(1, 1) is None
        assert recording.news(2, -1) == 1
        assert [recording.place(at) for at in (0.0, 1.0, 1.9, 2.0, 99.0)] == [0, 0, 0, 1, 2]
        state = State()
        state.begin(decode(recording.leading_to(one)))
        before = state.snapshot(one.at)
        assert ("west", "condition") in state.go_on(decode(recording.between(one, two)))
        after = state.snapshot(two.at)
        assert after.clusters["east"] is before.clusters["east"]
        assert before.clusters["west"].state != after.clusters["west"].state  # a value stays
        assert after.clusters["west"].topics["namespaces"].generation == 0
        assert not state.go_on(decode(recording.between(two, three)))


def test_a_jump_gives_other_content_another_generation(tmp_path: Path) -> None:
    clock = Clock()
    store = FleetStore([endpoint("west")], ["namespaces"], pace=clock.pace)
    held = store.cluster("west").collection("namespaces")
    store.cluster("west").connected()
    held.assign("v1")
    sampler = Sampler()
    with Writer(tmp_path / "it", {}) as file:
        for revision in (1, 2):
            held.upsert(namespace(1, revision), as_of=1.0)
            held.replace([namespace(1, revision)], resource_version="1", as_of=1.0)
            file.write(float(revision), sampler.changes(store.snapshot(), {}))
    with Recording(tmp_path / "it") as recording:
        state, seen_so_far = State(), set()
        for moment in (*recording.moments, *reversed(recording.moments)):
            state.begin(decode(recording.leading_to(moment)))
            view = state.snapshot(moment.at).clusters["west"].topics["namespaces"]
            assert view.state is TopicState.FRESH
            seen_so_far.add(view.generation)
        assert len(seen_so_far) == 4


@pytest.mark.parametrize("topic", list(BY_TOPIC))
def test_every_kind_comes_back_reduced_as_it_was(topic: str) -> None:
    """`__post_init__` runs once more when a recording is read, and must not change anything."""
    projection = BY_TOPIC[topic].projection
    raw = b"""{"metadata": {"name": "n", "namespace": "s", "labels": {"a": "b\\u001b[1m"},
      "annotations": {"meta.helm.sh/release-name": "db", "meta.helm.sh/release-namespace": "s",
        "kubectl.kubernetes.io/last-applied-configuration": "{}",
        "service.beta.openshift.io/expiry": "2027-01-01T00:00:00Z",
        "eks.amazonaws.com/role-arn": "arn:aws:iam::000000000000:role/x"},
      "managedFields": [{"manager": "helm", "operation": "Update", "apiVersion": "v1beta1",
        "time": "2026-01-01T00:00:00Z", "fieldsV1": {"f:data": {"f:key": {}, "f:b": {}},
        "f:metadata": {"f:annotations": {"f:eks.amazonaws.com/role-arn": {}}}}}]},
      "type": "Opaque", "data": {"key": "c2VjcmV0", "ca.crt": "x", "config": "{}",
        "fluent-bit.conf": "[OUTPUT]\\n Name loki\\n Host loki.example.com\\n"},
      "spec": {"podSelector": {}, "template": {"spec": {"containers": [{"name": "c",
        "image": "fluent/fluent-bit:3", "env": [{"name": "CLUSTER_NAME", "value": "west"}],
        "args": ["--enable-network-policy=true"]}]}}, "exporters": {"otlp": {"endpoint": "x:1"}}},
      "involvedObject": {"kind": "Pod", "name": "p"}, "message": "odd \\u0007", "count": 3}"""
    found = ProjectionDecoder(projection).decode(raw)
    writing = codec(f"{TOPIC}{topic}")
    assert writing is not None
    key = found.object.key
    back, gone = writing.decode(writing.encode({key: found}, [("a", "b")]))
    assert back == {key: found}
    assert list(gone) == [("a", "b")]
