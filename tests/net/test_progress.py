"""What a cluster says while it is read for the first time: how far it is, and not too often."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from mckconsole.config.model import Config
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.sources.lists import PAGE_SIZE
from mckconsole.store.keepers import TOLD_EVERY
from mckconsole.store.live import LiveFleet
from mckconsole.store.reader import ReadPlan
from mckconsole.store.signals import CLUSTER
from mckconsole.store.standing import standing
from tests.net.model_cluster import ModelCluster
from tests.net.test_reader import Found
from tests.net.virtual import run, virtual_pace
from tests.unit.test_store import endpoint

TOPICS = ("namespaces", "nodes", "services", "gateways", "submariners")


class Bench:
    """One cluster, slow where a test says so."""

    def __init__(self, *topics: str) -> None:
        self.loop = asyncio.get_running_loop()
        pace = virtual_pace(self.loop)
        self.cluster = ModelCluster(pace, [BY_TOPIC[topic] for topic in topics])
        self.fleet = LiveFleet(
            Found([endpoint("c0")]),
            ReadPlan(topics),
            config=Config(),
            connect=self.cluster.client,
            pace=pace,
        )

    def slow(self, **seconds: float) -> None:
        self.cluster.delay = lambda path: seconds.get(path.rpartition("/")[2], 0.0)

    def fill(self, topic: str, count: int) -> None:
        for number in range(count):
            self.cluster.put(topic, f"{topic}-{number}")

    def shown(self) -> tuple[ClusterState, str]:
        found = self.fleet.store.snapshot().clusters["c0"]
        return found.state, found.reason


def test_it_says_which_topics_are_still_to_be_read_and_shows_those_that_are() -> None:
    async def main() -> None:
        it = Bench(*TOPICS)
        it.fill("namespaces", 3)
        it.slow(nodes=5.0, services=3.0, gateways=7.0, submariners=9.0)
        async with it.fleet:
            await asyncio.sleep(1)
            assert it.shown() == (
                ClusterState.CONNECTING,
                "reading 4 of 5 topics: nodes, services, gateways, …",
            )
            found = it.fleet.store.snapshot().clusters["c0"].topic("namespaces")
            assert (found.state, len(found.objects)) == (TopicState.FRESH, 3)
            await asyncio.sleep(5)
            assert it.shown()[1] == "reading 2 of 5 topics: gateways, submariners"
            await asyncio.sleep(4)
            assert it.shown() == (ClusterState.READY, "")

    run(main())


def test_a_long_list_says_how_far_it_is() -> None:
    async def main() -> None:
        it = Bench("namespaces", "nodes")
        it.fill("nodes", 2 * PAGE_SIZE + 200)
        it.slow(nodes=1.0)
        async with it.fleet:
            seen = []
            for _ in range(40):
                await asyncio.sleep(0.1)
                seen.append(it.shown()[1])
            assert [text for text, _ in itertools.groupby(seen)] == [
                "reading 1 of 2 topics: nodes",
                "listing nodes 500 of 1,200",
                "listing nodes 1,000 of 1,200",
                "",
            ]

    run(main())


def test_a_polled_topic_says_so_too() -> None:
    async def main() -> None:
        it = Bench("gateways")
        it.fill("gateways", 700)
        it.slow(gateways=1.0)
        async with it.fleet:
            await asyncio.sleep(1.5)
            assert it.shown()[1] == "listing gateways 500 of 700"

    run(main())


def test_many_pages_are_told_at_most_four_times_a_second_and_the_last_word_is_the_truth() -> None:
    async def main() -> None:
        it = Bench("nodes")
        pages = 100
        it.fill("nodes", pages * PAGE_SIZE)
        it.slow(nodes=0.02)
        async with it.fleet:
            changes = it.fleet.store.subscribe(tick=0.0)
            told = 0

            async def count() -> None:
                nonlocal told
                async for found in changes:
                    told += ("c0", CLUSTER) in found

            counting = asyncio.create_task(count())
            await asyncio.sleep(1.0)
            it.slow(nodes=100.0)
            await asyncio.sleep(2.0)
            read = int(it.shown()[1].split()[2].replace(",", ""))
            asked = len([1 for _, path, _ in it.cluster.requests if path.endswith("/nodes")])
            assert read >= (asked - 2) * PAGE_SIZE
            assert 4 <= told <= 1.0 / TOLD_EVERY + 4
            counting.cancel()

    run(main())


def test_a_list_that_is_read_again_later_changes_no_state() -> None:
    async def main() -> None:
        it = Bench("gateways")
        it.fill("gateways", 700)
        it.slow(gateways=1.0)
        async with it.fleet:
            await asyncio.sleep(5)
            seen = set()
            for _ in range(600):
                await asyncio.sleep(0.1)
                seen.add(it.shown())
            assert seen == {(ClusterState.READY, "")}

    run(main())


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, "reading 2 of 2 topics: a, b"),
        ({"a": (500, 900), "b": (500, 5000)}, "listing b 500 of 5,000"),
        ({"a": (500, None), "b": (500, 5000)}, "listing a 500"),
        ({"c": (500, 900)}, "reading 2 of 2 topics: a, b"),
    ],
)
def test_the_longest_list_is_what_is_waited_for(
    counts: dict[str, tuple[int, int | None]], expected: str
) -> None:
    topics = {"a": (TopicState.PENDING, ""), "b": (TopicState.PENDING, "")}
    found = standing({**topics, "x": (TopicState.ABSENT, "")}, [None] * 3, counts=counts)
    assert found == (ClusterState.CONNECTING, expected)
