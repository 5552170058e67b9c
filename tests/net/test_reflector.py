"""The reflector, ending by ending: what it does next, how soon, and what it says meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.objects import Projection
from mckconsole.domain.states import TopicState
from mckconsole.sources.errors import (
    BadRequest,
    ConnectFailed,
    Expired,
    Forbidden,
    NotServed,
    ProtocolTrouble,
    ServerTrouble,
    SourceError,
    Throttled,
)
from mckconsole.sources.reading import KindReading
from mckconsole.sources.reflector import Reflector
from mckconsole.sources.watch import EventDecoder, Unreadable
from mckconsole.store.collection import UNDECODABLE, Collection
from tests.net.model_cluster import ModelCluster, line, status
from tests.net.virtual import START, run, virtual_pace

TOPIC = "namespaces"
KIND = BY_TOPIC[TOPIC]


class Bench:
    """A reflector over a model cluster, in virtual time."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        pace = virtual_pace(self.loop)
        self.cluster = ModelCluster(pace, [KIND], piece=50)
        self.held: Collection[Projection] = Collection(KIND, pace=pace)
        self.reflector: Reflector[Projection] = Reflector(
            self.cluster, KindReading(KIND, "v1"), self.held, pace=pace
        )
        self.task = asyncio.create_task(self.reflector.run())

    @property
    def lists(self) -> list[float]:
        return [at for at, _, params in self.cluster.requests if "watch" not in params]

    @property
    def watches(self) -> list[float]:
        return [at for at, _, params in self.cluster.requests if "watch" in params]

    def state(self) -> TopicState:
        return self.held.judge(self.loop.time())[0]

    def names(self) -> list[str]:
        return sorted(name for _, name in self.held.view(self.loop.time()).objects)


def bench(body: Callable[[Bench], Coroutine[Any, Any, None]]) -> None:
    """Run `body` against a reflector that has listed one object and watches."""

    async def main() -> None:
        found = Bench()
        found.cluster.put(TOPIC, "a")
        await asyncio.sleep(5)
        assert found.names() == ["a"]
        assert (len(found.lists), len(found.watches)) == (1, 1)
        await body(found)
        assert not found.task.done()
        found.task.cancel()

    run(main())


def test_it_watches_from_the_lists_version_with_bookmarks_for_five_to_ten_minutes() -> None:
    async def body(it: Bench) -> None:
        params = it.cluster.requests[-1][2]
        assert params["resourceVersion"] == "101"
        assert params["allowWatchBookmarks"] == "true"
        assert "limit" not in params
        await asyncio.sleep(7200)
        asked = {int(p["timeoutSeconds"]) for _, _, p in it.cluster.requests if "watch" in p}
        assert all(300 <= seconds <= 600 for seconds in asked)
        assert len(asked) > 5
        assert len(it.lists) == 1
        assert it.state() is TopicState.FRESH

    bench(body)


def test_changes_arrive_with_the_servers_time() -> None:
    async def body(it: Bench) -> None:
        await asyncio.sleep(20)
        it.cluster.put(TOPIC, "b")
        it.cluster.drop(TOPIC, "a")
        await asyncio.sleep(0.1)
        assert it.names() == ["b"]
        as_of = it.held.view(it.loop.time()).as_of
        assert as_of == pytest.approx(START + 25, abs=0.2)

    bench(body)


@pytest.mark.parametrize(
    "ending",
    [
        ConnectFailed("reset"),
        ProtocolTrouble("cut"),
        line("ERROR", status(429, "TooManyRequests")),
        line("ERROR", status(500, "InternalError")),
        b"<html>\n",
    ],
)
def test_after_these_endings_the_watch_goes_on_without_a_list(ending: bytes | SourceError) -> None:
    async def body(it: Bench) -> None:
        it.cluster.put(TOPIC, "b")
        it.cluster.send(TOPIC, ending)
        await asyncio.sleep(0.5)
        assert it.state() is TopicState.STALE
        assert it.names() == ["a", "b"]
        it.cluster.put(TOPIC, "c")
        await asyncio.sleep(3)
        assert it.names() == ["a", "b", "c"]
        assert it.state() is TopicState.FRESH
        assert len(it.lists) == 1
        assert it.cluster.requests[-1][2]["resourceVersion"] == "102"
        assert it.watches[-1] - 5 >= 0.8

    bench(body)


@pytest.mark.parametrize(
    "ending",
    [
        line("ERROR", status(410, "Expired")),
        line("ERROR", status(0, "Gone")),
        line("ERROR", status(504, "Timeout", "Too large resource version: 9, current: 7")),
        line("ERROR", status(400, "BadRequest")),
    ],
)
def test_after_these_endings_the_list_is_read_again_and_deletes_show(ending: bytes) -> None:
    async def body(it: Bench) -> None:
        held = it.cluster.resource(TOPIC)
        feeds, held.feeds = list(held.feeds), []
        it.cluster.drop(TOPIC, "a")
        it.cluster.put(TOPIC, "b")
        held.feeds = feeds
        it.cluster.send(TOPIC, ending, None)
        assert it.names() == ["a"]
        await asyncio.sleep(5)
        assert it.names() == ["b"]
        assert len(it.lists) == 2

    bench(body)


def test_a_410_status_and_a_410_line_both_lead_to_a_list() -> None:
    async def body(it: Bench) -> None:
        it.cluster.resource(TOPIC).watch_refusals.append(Expired("410"))
        it.cluster.send(TOPIC, None)
        await asyncio.sleep(5)
        assert len(it.lists) == 2
        it.cluster.compact(TOPIC)
        it.cluster.put(TOPIC, "b")
        it.cluster.send(TOPIC, ConnectFailed("reset"))
        await asyncio.sleep(5)
        assert it.names() == ["a", "b"]

    bench(body)


def test_a_missed_change_after_compaction_is_found_by_the_list() -> None:
    async def body(it: Bench) -> None:
        it.cluster.send(TOPIC, ConnectFailed("reset"))
        it.cluster.put(TOPIC, "b")
        it.cluster.compact(TOPIC)
        await asyncio.sleep(10)
        assert it.names() == ["a", "b"]
        assert len(it.lists) == 2

    bench(body)


def test_retry_after_is_obeyed() -> None:
    async def body(it: Bench) -> None:
        it.cluster.resource(TOPIC).watch_refusals.append(Throttled("429", retry_after=30))
        it.cluster.send(TOPIC, ConnectFailed("reset"))
        await asyncio.sleep(60)
        assert it.watches[-1] - it.watches[-2] >= 30
        assert it.state() is TopicState.FRESH

    bench(body)


def test_a_server_that_closes_every_watch_at_once_is_asked_ever_less() -> None:
    async def body(it: Bench) -> None:
        it.cluster.resource(TOPIC).stillborn = 1000
        it.cluster.send(TOPIC, None)
        await asyncio.sleep(30)
        assert it.state() is TopicState.STALE
        await asyncio.sleep(3600)
        assert len(it.cluster.requests) < 150

    bench(body)


def test_a_busy_server_that_ends_its_watches_early_is_not_hurried() -> None:
    async def body(it: Bench) -> None:
        for number in range(30):
            it.cluster.put(TOPIC, f"n{number}")
            it.cluster.send(TOPIC, None)
            await asyncio.sleep(0.2)
        assert len(it.watches) <= 8

    bench(body)


def test_a_dead_connection_is_noticed_by_its_silence_and_resumed() -> None:
    async def body(it: Bench) -> None:
        await asyncio.sleep(60)  # a bookmark
        it.cluster.resource(TOPIC).feeds.clear()
        it.cluster.dead = ConnectFailed("no route")
        it.cluster.put(TOPIC, "b")
        await asyncio.sleep(153)
        assert it.state() is TopicState.STALE
        it.cluster.dead = None
        await asyncio.sleep(60)
        assert it.names() == ["a", "b"]
        assert len(it.lists) == 1

    bench(body)


def test_a_server_without_bookmarks_is_watched_in_short_turns_and_stays_fresh() -> None:
    async def body(it: Bench) -> None:
        it.cluster.resource(TOPIC).bookmarks = False
        it.cluster.send(TOPIC, None)
        states = set()
        for _ in range(600):
            await asyncio.sleep(2)
            states.add(it.state())
        assert states == {TopicState.FRESH}
        assert it.cluster.requests[-1][2]["timeoutSeconds"] == "60"
        assert len(it.lists) == 1

    bench(body)


@pytest.mark.parametrize("error", [Forbidden("403"), NotServed("404")])
def test_lost_permission_or_kind_is_shown_and_rechecked_without_a_storm(error: SourceError) -> None:
    async def body(it: Bench) -> None:
        it.cluster.dead = error
        it.cluster.send(TOPIC, None)
        await asyncio.sleep(10)
        assert it.state() is error.topic_state
        assert it.names() == []
        await asyncio.sleep(3600)
        assert len(it.cluster.requests) < 20
        it.cluster.dead = None
        await asyncio.sleep(400)
        assert it.names() == ["a"]
        assert it.state() is TopicState.FRESH

    bench(body)


@pytest.mark.parametrize("error", [Forbidden("no watch"), BadRequest("405")])
def test_where_only_watching_is_denied_lists_keep_it_current(error: SourceError) -> None:
    async def body(it: Bench) -> None:
        it.cluster.resource(TOPIC).watch_refusals.extend([error] * 100)
        it.cluster.send(TOPIC, None)
        states = set()
        for _ in range(600):
            await asyncio.sleep(2)
            states.add(it.state())
        assert states == {TopicState.FRESH}
        assert 15 <= len(it.lists) <= 30
        it.cluster.put(TOPIC, "b")
        await asyncio.sleep(70)
        assert it.names() == ["a", "b"]

    bench(body)


def test_refused_watches_end_in_a_list_at_last() -> None:
    async def body(it: Bench) -> None:
        it.cluster.resource(TOPIC).watch_refusals.extend([ServerTrouble("500")] * 7)
        it.cluster.send(TOPIC, ConnectFailed("reset"))
        await asyncio.sleep(600)
        assert len(it.lists) == 2
        assert it.state() is TopicState.FRESH

    bench(body)


def test_lost_and_unknown_events_are_counted_and_the_lost_ones_shown() -> None:
    async def body(it: Bench) -> None:
        it.cluster.send(
            TOPIC, line("SPARKLE", {}), line("ADDED", 7), line("ADDED", {"metadata": {}})
        )
        await asyncio.sleep(1)
        assert (it.reflector.counters.unknown, it.reflector.counters.unreadable) == (1, 2)
        assert len(it.held.view(it.loop.time()).faults[UNDECODABLE]) == 2
        assert it.names() == ["a"]
        assert len(it.watches) == 1

    bench(body)


def test_a_first_list_that_fails_is_tried_again() -> None:
    async def main() -> None:
        it = Bench()
        it.cluster.put(TOPIC, "a")
        it.cluster.resource(TOPIC).refusals.extend([ServerTrouble("503"), Expired("410")])
        await asyncio.sleep(0.1)
        assert it.state() is TopicState.UNREACHABLE
        await asyncio.sleep(10)
        assert it.names() == ["a"]
        it.task.cancel()

    run(main())


@pytest.mark.parametrize(
    "text",
    [b"{}", b"null", b'{"type":7,"object":{}}', b'{"type":"ADDED"}', b"\xff\xfe", b"{" * 99_999],
)
def test_a_line_that_is_no_event_is_protocol_trouble(text: bytes) -> None:
    with pytest.raises(ProtocolTrouble):
        EventDecoder(KIND.projection).decode(text)


def test_an_event_of_odd_bytes_is_read_all_the_same() -> None:
    found = EventDecoder(KIND.projection).decode(
        b'{"type":"ADDED","object":{"metadata":{"name":"\\ud800\xff"}}}'
    )
    assert not isinstance(found, Unreadable)
