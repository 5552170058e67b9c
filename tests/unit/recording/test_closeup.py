"""What a recording keeps in full: what is named, gently, and within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any

import pytest

from mckconsole.domain.alerts import Alert, AlertsView
from mckconsole.domain.events import Event, Involved
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.inspected import ObjectFacts, Related
from mckconsole.domain.logs import (
    LogLine,
    LogOptions,
    LogSource,
    LogTarget,
    SourceState,
    SourceStatus,
)
from mckconsole.domain.metrics import MetricState
from mckconsole.domain.objects import Meta
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot, TopicView
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.domain.times import format_rfc3339
from mckconsole.sources.errors import Forbidden
from mckconsole.sources.pace import Pace
from mckconsole.store.recording import closeup
from mckconsole.store.recording.closeup import AGAIN, CloseUp, name_of
from mckconsole.store.recording.codec import FOLLOWED, INSPECTED, LINES
from mckconsole.store.recording.suspects import PER_CLUSTER, RECENT, suspects
from mckconsole.store.recording.writer import Change

NOW = 1_785_571_200.0


def pod(name: str) -> ObjectRef:
    return ObjectRef("v1", "Pod", "shop", name)


def event(name: str, age: float, kind: str = "Pod", type: str = "Warning") -> Event:
    return Event(
        metadata=Meta(name=f"{name}.{age}", namespace="shop"),
        involved_object=Involved("v1", kind, "shop", name),
        type=type,
        last_timestamp=format_rfc3339(NOW - age),
    )


def fleet(*events: Event, alerts: Sequence[ObjectRef] = ()) -> FleetSnapshot:
    held = MappingProxyType({one.key: one for one in events})
    topics = {"events": TopicView("events", TopicState.FRESH, objects=held)}
    west = ClusterSnapshot("west", "w", "https://w", ClusterState.READY, topics=topics)
    told = tuple(
        Alert("prom", "west", "Crashing", "firing", "warning", NOW, object=one) for one in alerts
    )
    views = (AlertsView("prom", MetricState.FRESH, alerts=told),)
    return FleetSnapshot(MappingProxyType({"west": west}), NOW, alerts=views)


def test_what_is_named() -> None:
    named = suspects(
        fleet(
            event("old", RECENT + 1),
            event("usual", 1, type="Normal"),
            event("key", 1, kind="Secret"),
            event("first", 300),
            event("last", 2),
            event("last", 60),
            alerts=[pod("alerted")],
        )
    )
    assert named == [("west", pod(name)) for name in ("alerted", "last", "first")]
    many = fleet(*(event(f"p{n}", n) for n in range(PER_CLUSTER * 2)))
    assert suspects(many)[0] == ("west", pod("p0"))
    assert len(suspects(many)) == PER_CLUSTER


class Feed:
    """A log to which tests write."""

    def __init__(self, target: LogTarget, options: LogOptions) -> None:
        self.target, self.options, self.open = target, options, True
        self.said: list[LogLine] = []
        source = LogSource(target.cluster, target.ref.namespace, target.ref.name, "app")
        self.sources = [SourceStatus(source, SourceState.FOLLOWING)]
        self.dropped = 0

    def say(self, text: str) -> None:
        self.said.append(LogLine(len(self.said), NOW, 0, text))

    def lines(self, after: int = -1) -> Sequence[LogLine]:
        return [one for one in self.said if one.number > after]

    def close(self) -> None:
        self.open = False


class Fleet:
    """Answers what is asked for, and remembers what was."""

    def __init__(self) -> None:
        self.asked: list[ObjectRef] = []
        self.refused = False
        self.feeds: list[Feed] = []
        self.lines = ("spec: {}",)

    async def inspect(self, cluster: str, ref: ObjectRef) -> ObjectFacts:
        self.asked.append(ref)
        await asyncio.sleep(0)
        if self.refused:
            raise Forbidden("no")
        return ObjectFacts(cluster, ref, NOW, {"spec": {}}, self.lines, (), ())

    async def related(self, cluster: str, ref: ObjectRef) -> Related:
        return Related(unread=("events: forbidden",))

    def follow_logs(
        self, targets: Sequence[LogTarget], options: LogOptions, told: Callable[[], None]
    ) -> Feed:
        self.feeds.append(Feed(targets[0], options))
        return self.feeds[-1]


class Stage:
    """A close-up over a fleet of the test's, with a clock in its hands."""

    def __init__(self) -> None:
        self.now = NOW
        self.fleet = Fleet()
        live: Any = self.fleet
        self.close_up = CloseUp(live, Pace(wall=lambda: self.now))

    async def look(self, snapshot: FleetSnapshot) -> dict[str, Change]:
        self.close_up.look(snapshot)
        for _ in range(20):
            await asyncio.sleep(0)
        return {one.chain: one for one in self.close_up.changes()}


async def test_objects_are_read_once_a_minute_while_they_are_named() -> None:
    stage = Stage()
    named = fleet(event("a", 1))
    changes = await stage.look(named)
    (found,) = changes[INSPECTED].put.values()
    assert found.ref == pod("a")
    assert found.related.unread
    assert not changes[INSPECTED].news
    assert INSPECTED not in await stage.look(named)
    stage.now += AGAIN + 1
    assert INSPECTED not in await stage.look(named)  # read again, and the same
    assert stage.fleet.asked == [pod("a")] * 2
    stage.now += AGAIN + 1
    stage.fleet.lines = ("spec: {x: 1}",)
    assert INSPECTED in await stage.look(named)
    stage.now += AGAIN + 1
    await stage.look(fleet())
    assert len(stage.fleet.asked) == 3


async def test_what_is_gone_stays_as_it_was_with_the_reason() -> None:
    stage = Stage()
    await stage.look(fleet(event("a", 1)))
    stage.fleet.refused = True
    stage.now += AGAIN + 1
    changes = await stage.look(fleet(event("a", 1)))
    found = changes[INSPECTED].put[name_of(pod("a"))]
    assert (found.lines, found.problem) == (("spec: {}",), "no")


async def test_logs_are_followed_while_their_pods_are_named() -> None:
    stage = Stage()
    named = fleet(event("a", 1), event("web", 1, kind="Deployment"))
    await stage.look(named)
    current, former = stage.fleet.feeds
    assert (current.options.previous, former.options.previous) == (False, True)
    former.say("last words")
    current.say("hello")
    changes = await stage.look(named)
    told = {line[1]: one.previous for one in changes[LINES].put.values() for line in one.lines}
    assert told == {"last words": True, "hello": False}
    assert len(stage.close_up.told("west", FOLLOWED)) == 2
    current.say("again")
    changes = await stage.look(named)
    assert [line[1] for one in changes[LINES].put.values() for line in one.lines] == ["again"]
    stage.now += closeup.PREVIOUS + 1
    await stage.look(named)
    assert not former.open
    current.say("before it was let go")
    changes = await stage.look(fleet())
    assert not current.open
    assert "before it was let go" in str(changes[LINES].put)
    await stage.look(named)
    third = stage.fleet.feeds[2]
    assert third.options.since is not None  # from where it was left
    third.said = [*current.said, LogLine(9, NOW + 99, 0, "new")]
    changes = await stage.look(named)
    assert [line[1] for one in changes[LINES].put.values() for line in one.lines] == ["new"]


async def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closeup, "MAX_LINES", 10)
    monkeypatch.setattr(closeup, "OBJECTS", 3)
    monkeypatch.setattr(closeup, "LOGS", 3)
    monkeypatch.setattr(closeup, "FEEDS", 2)
    stage = Stage()
    for name in "abcdefgh":
        await stage.look(fleet(event(name, 1)))
    changes = stage.close_up.told("west", INSPECTED)
    assert {one.ref.name for one in changes.values()} <= set("efgh")
    await stage.look(fleet(*(event(name, 1) for name in "abcdefgh")))
    assert sum(one.open and not one.options.previous for one in stage.fleet.feeds) == 2
    feed = next(one for one in stage.fleet.feeds if one.open and not one.options.previous)
    for n in range(100):
        feed.say(f"line {n}")
        if n % 4 == 0:
            await stage.look(fleet(event(feed.target.ref.name, 1)))
    kept = [
        line[1]
        for one in stage.close_up.told("west", LINES).values()
        if one.pod == feed.target.ref.name
        for line in one.lines
    ]
    assert len(kept) <= 10
    assert kept[-1] == "line 96"
    await stage.close_up.close()
    assert not any(one.open for one in stage.fleet.feeds)
