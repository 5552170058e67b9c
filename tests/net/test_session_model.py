"""A session through many troubles at once: whatever happened, in the end it shows what there is.

The histories are random but repeatable, and run in virtual time; the model cluster is the truth
that the store is compared with.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence

import pytest

from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.sources.errors import (
    ConnectFailed,
    ConnectTimeout,
    Expired,
    Forbidden,
    LoginRequired,
    ReadTimeout,
    ServerTrouble,
    SourceError,
    Throttled,
    Unauthorized,
)
from tests.net.test_session import Bench
from tests.net.virtual import run

WANTED = ("nodes", "namespaces", "services", "gateways", "routeagents", "kube-system")
STEPS = 25
PATIENCE = 1500.0
"""Seconds after which all is current again: two of the longest waits, those for credentials."""
TROUBLES: Sequence[Callable[[], SourceError]] = (
    lambda: ConnectFailed("refused"),
    lambda: ConnectTimeout("no answer"),
    lambda: ReadTimeout("silence"),
    lambda: Unauthorized("401"),
    lambda: LoginRequired("log in"),
    lambda: ServerTrouble("503"),
    lambda: Throttled("429", retry_after=2.0),
    lambda: Forbidden("403"),
    lambda: Expired("410"),
)


class History:
    """Random steps over one bench."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        served = [topic for topic in WANTED if self.chance.random() < 0.8] or ["nodes"]
        self.it = Bench(served=served, wanted=WANTED)
        self.all = dict(self.it.cluster.resources)

    def step(self) -> None:
        cluster, chance = self.it.cluster, self.chance
        topic = chance.choice([one.kind.topic for one in cluster.resources.values()])
        trouble = chance.choice(TROUBLES)
        match chance.randrange(9):
            case 0:
                cluster.dead = trouble()
            case 1:
                cluster.dead = None
            case 2:
                cluster.send(topic, trouble())
            case 3 | 4:
                cluster.put(topic, f"object-{chance.randrange(5)}", step=chance.random())
            case 5:
                cluster.compact(topic)
            case 6:
                cluster.resource(topic).refusals.append(trouble())
            case 7 if len(cluster.resources) > 1:
                del cluster.resources[cluster.resource(topic).kind.path("v1")]
            case _:
                cluster.resources = dict(self.all)

    def heal(self) -> None:
        self.it.cluster.dead = None
        self.it.cluster.resources = dict(self.all)
        for held in self.all.values():
            held.refusals.clear()

    def assert_current(self) -> None:
        assert self.it.state() == (ClusterState.READY, "")
        snapshot = self.it.store.snapshot(self.it.loop.time())
        for held in self.all.values():
            topic = snapshot.topic(held.kind.topic)
            assert topic.state is TopicState.FRESH
            assert sorted(topic.objects) == sorted(held.objects)
            for key, found in topic.objects.items():
                assert held.objects[key]["metadata"] == {
                    "name": found.metadata.name,
                    "uid": found.metadata.uid,
                    "resourceVersion": found.metadata.resource_version,
                }


@pytest.mark.parametrize("seed", range(40))
def test_after_any_history_the_store_is_what_the_cluster_has(seed: int) -> None:
    async def main() -> None:
        history = History(seed)
        for _ in range(STEPS):
            history.step()
            await asyncio.sleep(history.chance.choice([0.5, 5.0, 30.0, 200.0]))
        history.heal()
        await asyncio.sleep(PATIENCE)
        history.assert_current()
        await history.it.end()

    run(main())
