"""Whatever happens to the demo, keeping up with its identities says the same as starting anew."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from random import Random
from types import MappingProxyType

import pytest

from mckconsole.analysis.identity.memory import IdentityMemory
from mckconsole.analysis.identity.model import IdentityPolicy
from mckconsole.analysis.identity.report import analyse_identity
from mckconsole.analysis.identity.topics import TOPICS
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot, TopicView
from mckconsole.domain.states import ClusterState, TopicState
from tests.contract.planted import read_demo
from tests.unit.analysis.identity.livecontent import compare

POLICY = IdentityPolicy(
    groups={"aws-use1-1": frozenset({"prod"}), "aws-usw2-1": frozenset({"dev"})}, shared_limit=2
)
WAITS = (1.0, 61.0, 3600.0, 31 * 86400.0)
ROUNDS = 40


@pytest.fixture(scope="module")
def demo() -> FleetSnapshot:
    async def read() -> FleetSnapshot:
        async with EmbeddedFleet() as fleet:
            return (await read_demo(fleet))[0]

    return asyncio.run(read())


class Turmoil:
    """A fleet to which anything may happen, and which recovers from it."""

    def __init__(self, start: FleetSnapshot, seed: int) -> None:
        self.start = self.now = start
        self._random = Random(seed)
        self._generation = 1_000_000

    def step(self) -> None:
        """One thing happens."""
        if not self._random.randrange(8):
            self.now = replace(self.now, taken_at=self.now.taken_at + self._random.choice(WAITS))
            return
        name = self._random.choice([*self.now.clusters])
        cluster = self._cluster(self.now.clusters[name])
        self.now = replace(self.now, clusters={**self.now.clusters, name: cluster})

    def _cluster(self, cluster: ClusterSnapshot) -> ClusterSnapshot:
        if not self._random.randrange(8):
            states = (ClusterState.READY, ClusterState.CONNECTING, ClusterState.UNREACHABLE)
            return replace(cluster, state=self._random.choice(states), reason="in this test")
        changes: list[Callable[[TopicView, TopicView], TopicView]] = [
            self._fewer, self._state, self._fault, self._recovered, self._recovered,
            self._another,
        ]  # fmt: skip
        topic = self._random.choice([one for one in TOPICS if one in cluster.topics])
        before = self.start.clusters[cluster.name].topics[topic]
        self._generation += 1
        view = replace(cluster.topics[topic], generation=self._generation)
        changed = self._random.choice(changes)(view, before)
        return replace(cluster, topics={**cluster.topics, topic: changed})

    def _fewer(self, view: TopicView, _: TopicView) -> TopicView:
        """Some objects go, or all of them."""
        gone = self._random.choice((1, 1, 3, len(view.objects)))
        keys = self._random.sample([*view.objects], min(gone, len(view.objects)))
        left = {key: one for key, one in view.objects.items() if key not in keys}
        return replace(view, objects=MappingProxyType(left))

    def _state(self, view: TopicView, _: TopicView) -> TopicView:
        if self._random.randrange(2):
            return replace(view, state=TopicState.STALE, reason="in this test")
        state = self._random.choice((TopicState.FORBIDDEN, TopicState.ABSENT))
        return replace(view, state=state, reason="in this test", objects=MappingProxyType({}))

    def _fault(self, view: TopicView, _: TopicView) -> TopicView:
        """One object could be read in part only."""
        keys = self._random.sample([*view.objects], min(1, len(view.objects)))
        return replace(view, faults={key: ("spec",) for key in keys})

    def _recovered(self, view: TopicView, before: TopicView) -> TopicView:
        return replace(before, generation=view.generation)

    def _another(self, view: TopicView, _: TopicView) -> TopicView:
        """Under the same name is another cluster."""
        other = self._random.choice([*self.start.clusters.values()]).topics.get(view.topic)
        return replace(other or view, generation=view.generation)


@pytest.mark.parametrize("seed", range(4))
def test_keeping_up_with_the_demo_says_the_same_as_starting_anew(
    demo: FleetSnapshot, seed: int
) -> None:
    fleet = Turmoil(demo, seed)
    report, memory = analyse_identity(demo, IdentityMemory(), POLICY)
    assert report.findings
    for _ in range(ROUNDS):
        for _ in range(3):
            fleet.step()
        report, memory = analyse_identity(fleet.now, memory, POLICY)
        report, memory = analyse_identity(fleet.now, memory, POLICY)
        compare(report, analyse_identity(fleet.now, IdentityMemory(), POLICY)[0])
