"""Cluster and fleet stores: states with their reasons, snapshots, change signals."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from mckconsole.domain.core import Namespace, NamespaceMeta
from mckconsole.domain.decode import Decoded
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.metrics import MetricState, MetricVector, Sample
from mckconsole.domain.objects import Key
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.sources.credentials import Anonymous
from mckconsole.sources.endpoint import ClusterEndpoint
from mckconsole.sources.errors import (
    ConnectFailed,
    Forbidden,
    LoginRequired,
    NotServed,
    SourceError,
)
from mckconsole.sources.pace import Pace
from mckconsole.store.cluster import ClusterStore
from mckconsole.store.fleet import FULL_PACE, FleetStore
from mckconsole.store.metrics import merge
from mckconsole.store.signals import CLUSTER, INVENTORY, METRICS
from mckconsole.store.standing import standing


class Clock:
    """Time in the test's hands; the wall clock can be set apart from the other."""

    def __init__(self) -> None:
        self.now = 100.0
        self.wall = 1_785_571_200.0
        self.pace = Pace(wall=lambda: self.wall, monotonic=lambda: self.now)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.wall += seconds


def endpoint(name: str, problem: str = "") -> ClusterEndpoint:
    return ClusterEndpoint(
        name,
        f"ctx-{name}",
        "https://127.0.0.1:1",
        Anonymous(),
        problem=problem,
        warnings=("no TLS",),
    )


def fleet(clock: Clock, *topics: str) -> tuple[FleetStore, ClusterStore]:
    store = FleetStore([endpoint("west"), endpoint("east")], topics, pace=clock.pace)
    return store, store.cluster("west")


def fill(store: ClusterStore, topic: str, *names: str) -> None:
    store.collection(topic).assign("v1")
    store.collection(topic).replace(
        [Decoded(Namespace(metadata=NamespaceMeta(name=name))) for name in names],
        resource_version="1",
        as_of=1.0,
    )


S = TopicState


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([S.FRESH, S.FRESH], (ClusterState.READY, "")),
        ([S.FRESH, S.ABSENT], (ClusterState.READY, "")),
        ([S.ABSENT, S.ABSENT], (ClusterState.READY, "")),
        ([S.FRESH, S.PENDING], (ClusterState.CONNECTING, "reading 1 of 2 topics: t1")),
        ([S.FORBIDDEN, S.STALE], (ClusterState.DEGRADED, "forbidden: t0 (why); stale: t1")),
        (
            [S.FRESH, S.UNREACHABLE, S.UNREACHABLE, S.UNSUPPORTED],
            (ClusterState.DEGRADED, "unreachable: t1, t2 (why); unsupported: t3 (why)"),
        ),
        ([S.UNSUPPORTED, S.UNREACHABLE, S.FORBIDDEN], (ClusterState.UNREACHABLE, "why")),
        ([S.UNREACHABLE, S.ABSENT], (ClusterState.UNREACHABLE, "why")),
        ([S.STALE, S.STALE], (ClusterState.DEGRADED, "stale: t0, t1")),
        (
            [S.FORBIDDEN, S.ABSENT],
            (ClusterState.FORBIDDEN, "no wanted topic may be read with this credential"),
        ),
    ],
)
def test_topics_make_the_cluster(
    states: list[TopicState], expected: tuple[ClusterState, str]
) -> None:
    topics = {f"t{number}": (state, "why") for number, state in enumerate(states)}
    assert standing(topics, [None] * len(states)) == expected


def test_what_was_read_in_part_degrades() -> None:
    topics = {"t0": (S.FRESH, ""), "t1": (S.FRESH, "")}
    expected = (ClusterState.DEGRADED, "read in part: t1")
    assert standing(topics, [None, None], ["t1"]) == expected


def test_when_no_topic_can_be_asked_the_contact_is_lost() -> None:
    topics = {"a": (S.STALE, ""), "b": (S.STALE, ""), "c": (S.FORBIDDEN, ""), "d": (S.ABSENT, "")}
    gone = ConnectFailed("refused")
    errors: list[SourceError | None] = [gone, gone, Forbidden("x"), NotServed("x")]
    assert standing(topics, errors) == (ClusterState.UNREACHABLE, "refused")
    errors[1] = None
    assert standing(topics, errors)[0] is ClusterState.DEGRADED


def test_a_cluster_goes_from_pending_to_ready_and_its_history_tells() -> None:
    clock = Clock()
    fleet_store, store = fleet(clock, "namespaces", "nodes")
    assert fleet_store.snapshot().clusters["west"].state is ClusterState.PENDING
    store.connecting("connecting")
    store.connected()
    fill(store, "namespaces", "default")
    snapshot = fleet_store.snapshot().clusters["west"]
    assert (snapshot.state, snapshot.reason) == (
        ClusterState.CONNECTING,
        "reading 1 of 2 topics: nodes",
    )
    fill(store, "nodes")
    assert store.state is ClusterState.READY
    store.collection("nodes").trouble(Forbidden("RBAC says no"))
    snapshot = fleet_store.snapshot().clusters["west"]
    assert (snapshot.state, snapshot.reason) == (
        ClusterState.DEGRADED,
        "forbidden: nodes (RBAC says no)",
    )
    steps = [(entry.subject, entry.after) for entry in snapshot.history]
    assert [state for subject, state in steps if subject == CLUSTER] == [
        "connecting",
        "ready",
        "degraded",
    ]
    assert ("topic nodes", "forbidden") in steps


def test_a_failed_contact_decides_over_the_topics_until_it_is_restored() -> None:
    clock = Clock()
    fleet_store, store = fleet(clock, "namespaces")
    store.connected()
    fill(store, "namespaces", "default")
    store.failed(LoginRequired("run aws sso login"))
    snapshot = fleet_store.snapshot().clusters["west"]
    assert (snapshot.state, snapshot.reason) == (ClusterState.LOGIN_REQUIRED, "run aws sso login")
    assert snapshot.topic("namespaces").state is TopicState.STALE
    assert list(snapshot.topic("namespaces").objects) == [("", "default")]
    fill(store, "namespaces", "default")
    states = [store.state]
    store.restored()
    states.append(store.state)
    assert states == [ClusterState.LOGIN_REQUIRED, ClusterState.READY]


def test_an_endpoint_that_cannot_be_tried_says_so_everywhere() -> None:
    store = FleetStore([endpoint("west", "no such CA file")], ["nodes"])
    snapshot = store.snapshot().clusters["west"]
    assert (snapshot.state, snapshot.reason) == (ClusterState.UNREACHABLE, "no such CA file")
    assert snapshot.topic("nodes").state is TopicState.UNREACHABLE
    assert snapshot.topic("nodes").reason == "no such CA file"
    assert snapshot.warnings == ("no TLS",)


def test_a_snapshot_sees_what_grew_old_and_an_asked_moment() -> None:
    clock = Clock()
    fleet_store, store = fleet(clock, "namespaces")
    store.connected()
    fill(store, "namespaces", "default")
    later = fleet_store.snapshot(now=clock.wall + 190)
    assert later.clusters["west"].topic("namespaces").state is TopicState.STALE
    assert later.clusters["west"].state is ClusterState.DEGRADED
    assert fleet_store.snapshot().clusters["west"].state is ClusterState.READY


def test_a_console_clock_that_is_set_makes_nothing_stale() -> None:
    clock = Clock()
    fleet_store, store = fleet(clock, "namespaces")
    store.connected()
    fill(store, "namespaces")
    clock.wall += 3600
    assert fleet_store.snapshot().clusters["west"].state is ClusterState.READY


def test_a_snapshot_is_a_value_and_shares_what_did_not_change() -> None:
    clock = Clock()
    fleet_store, store = fleet(clock, "namespaces")
    held = store.collection("namespaces")

    def seen() -> Mapping[Key, Namespace]:
        return fleet_store.snapshot().clusters["west"].objects("namespaces", Namespace)

    fill(store, "namespaces", "a")
    before = seen()
    held.upsert(Decoded(Namespace(metadata=NamespaceMeta(name="b"))), as_of=2.0)
    after = seen()
    held.remove(("", "a"), as_of=3.0)
    held.lost("an event that could not be read")
    assert [list(one) for one in (before, after, seen())] == [
        [("", "a")],
        [("", "a"), ("", "b")],
        [("", "b")],
    ]
    assert after["", "a"] is before["", "a"]
    with pytest.raises(TypeError):
        fleet_store.snapshot().clusters["x"] = None  # type: ignore[index] # the point


def test_names_must_be_unique() -> None:
    with pytest.raises(ValueError, match="unique"):
        FleetStore([endpoint("west"), endpoint("west")], [])


def test_the_inventory_may_change_and_what_stays_is_the_same_object() -> None:
    store = FleetStore([endpoint("west"), endpoint("east")], ["nodes"], problems=["old"])
    west = store.cluster("west")
    store.arrange([endpoint("north"), endpoint("west", "now broken")], problems=["new"])
    assert store.names == ("north", "west") == tuple(store.snapshot().clusters)
    assert store.cluster("west") is west
    assert west.endpoint.problem == ""
    assert store.snapshot().inventory_problems == ("new",)
    with pytest.raises(ValueError, match="unique"):
        store.arrange([endpoint("west"), endpoint("west")])
    assert store.names == ("north", "west")


async def test_coming_going_and_complaints_are_told() -> None:
    store = FleetStore([endpoint("west"), endpoint("east")], ["nodes"], problems=["old"])
    changes = store.subscribe(tick=0.0)
    east = store.cluster("east")
    store.arrange([endpoint("west"), endpoint("north")], problems=["old"])
    east.connecting("nobody wants to know")
    assert await anext(changes) == {("east", INVENTORY), ("north", INVENTORY), ("", INVENTORY)}
    store.complain("broken")
    store.complain("broken")
    assert await anext(changes) == {("", INVENTORY)}
    assert store.snapshot().inventory_problems == ("broken", "old")
    store.arrange([endpoint("west"), endpoint("north")])
    assert store.snapshot().inventory_problems == ()


def test_what_is_current_can_be_doubted_and_nothing_else() -> None:
    clock = Clock()
    fleet_store, store = fleet(clock, "namespaces", "nodes", "services")
    store.connected()
    fill(store, "namespaces", "default")
    store.collection("nodes").settle(TopicState.ABSENT, "not served")
    store.collection("services").trouble(Forbidden("no"))
    store.doubt(ConnectFailed("perhaps"))
    topics = fleet_store.snapshot().clusters["west"].topics
    assert {name: view.state for name, view in topics.items()} == {
        "namespaces": TopicState.STALE,
        "nodes": TopicState.ABSENT,
        "services": TopicState.FORBIDDEN,
    }
    store.collection("namespaces").confirm(2.0)
    assert fleet_store.snapshot().clusters["west"].topic("namespaces").state is TopicState.FRESH


async def test_subscribers_get_one_coalesced_set_per_tick() -> None:
    fleet_store, store = fleet(Clock(), "namespaces")
    changes = fleet_store.subscribe(tick=0.0)
    for number in range(1000):
        fill(store, "namespaces", str(number))
    store.set_metrics({"q": MetricVector(MetricState.FRESH)})
    assert await anext(changes) == {("west", "namespaces"), ("west", METRICS)}
    waiting = asyncio.ensure_future(anext(changes))
    await asyncio.sleep(0)
    assert not waiting.done()
    fleet_store.cluster("east").connecting("connecting")
    assert await waiting == {("east", CLUSTER)}


async def test_a_tick_passes_between_two_sets() -> None:
    naps: list[float] = []

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    clock = Clock()
    store = FleetStore([endpoint("west")], [], pace=Pace(monotonic=lambda: clock.now, sleep=nap))
    changes = store.subscribe(tick=5.0)
    store.cluster("west").set_metrics({})
    await anext(changes)
    clock.now += 2
    store.cluster("west").set_metrics({})
    store.cluster("west").set_metrics({})
    await anext(changes)
    assert naps == [3.0]


async def test_a_closed_subscription_ends_its_loop_and_is_told_nothing() -> None:
    fleet_store, store = fleet(Clock(), "namespaces")
    changes = fleet_store.subscribe()
    asyncio.get_running_loop().call_soon(changes.close)
    assert [found async for found in changes] == []
    store.set_metrics({})


def test_of_two_metrics_endpoints_the_better_answer_is_taken_and_none_are_mixed() -> None:
    def vector(state: MetricState, *values: float) -> MetricVector:
        return MetricVector(state, samples=tuple(Sample({}, value, 0.0) for value in values))

    merged = merge(
        [
            {"west": {"a": vector(MetricState.FAILED), "b": vector(MetricState.FRESH)}},
            {"west": {"a": vector(MetricState.FRESH), "b": vector(MetricState.PARTIAL, 1.0)}},
            {"west": {"b": vector(MetricState.PARTIAL, 2.0)}, "east": {}},
        ]
    )
    assert merged["west"]["a"].state is MetricState.FRESH
    assert [sample.value for sample in merged["west"]["b"].samples] == [1.0]
    assert merged["east"] == {}


def test_a_large_fleet_is_polled_more_seldom_and_grows_stale_later() -> None:
    clock = Clock()
    many = [endpoint(f"c{number}") for number in range(3 * FULL_PACE)]
    store = FleetStore(many, ["gateways"], pace=clock.pace)
    held = store.cluster("c0").collection("gateways")
    assert held.kind.poll_seconds == 3 * BY_TOPIC["gateways"].poll_seconds
    assert (
        FleetStore(many[:FULL_PACE], ["gateways"], pace=clock.pace)
        .cluster("c0")
        .collection("gateways")
        .kind
        is BY_TOPIC["gateways"]
    )


def test_who_holds_a_cluster_is_kept_of_every_endpoint() -> None:
    def said(endpoint: str, *values: float) -> MetricVector:
        samples = tuple(Sample({"job": "x"}, value, 0.0) for value in values)
        return MetricVector(MetricState.FRESH, "", samples, 0.0, endpoint)

    own, central, third = said("own"), said("central", 1.0), said("third", 2.0)
    merged = merge([{"west": {one: vector}} for vector in (own, central, third)
                    for one in ("targets", "b")])  # fmt: skip
    assert merged["west"]["targets"].endpoint == "central"
    assert [one.endpoint for one in merged["west"]["targets"].beside] == ["own", "third"]
    assert all(not one.beside for one in merged["west"]["targets"].beside)
    assert merged["west"]["b"].beside == ()
