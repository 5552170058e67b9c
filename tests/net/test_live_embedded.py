"""A live fleet over the embedded one: real sockets, real Prometheus clients, real time."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.metrics import QUERIES, MetricState
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.live import LiveFleet
from mckconsole.store.reader import ReadPlan

TOPICS = tuple(topic for topic in BY_TOPIC if topic != "pods")
PLAN = ReadPlan(TOPICS, tuple(query.id for query in QUERIES))


async def until(fleet: LiveFleet, met: Callable[[FleetSnapshot], bool]) -> FleetSnapshot:
    """The first snapshot, as the application sees them, that meets a condition."""
    changes = fleet.store.subscribe()
    async with asyncio.timeout(10):
        while not met(snapshot := fleet.store.snapshot()):
            await anext(changes)
    changes.close()
    return snapshot


def settled(snapshot: FleetSnapshot) -> bool:
    """Whether every cluster but the dead one is read, and every endpoint has answered."""
    clusters = [one for name, one in snapshot.clusters.items() if name != "edge-fra-1"]
    return all(
        one.state in (ClusterState.READY, ClusterState.DEGRADED) and one.metrics.vectors
        for one in clusters
    )


async def test_it_is_current_notices_changes_and_leaves_nothing() -> None:
    before = asyncio.all_tasks()
    async with EmbeddedFleet() as embedded:
        inventory = load_kubeconfig(
            str(embedded.kubeconfig), env=os.environ, config=embedded.config
        )
        async with LiveFleet(inventory, PLAN, config=embedded.config) as fleet:
            snapshot = await until(fleet, settled)
            west = snapshot.clusters["aws-usw2-1"]
            assert west.topic("nodes").state is TopicState.FRESH
            states = {vector.state for vector in west.metrics.vectors.values()}
            assert states <= {MetricState.FRESH, MetricState.PARTIAL}
            assert snapshot.notes == ()
            embedded.clusters["aws-usw2-1"].delete("daemonsets.apps", "cilium", "kube-system")
            await until(
                fleet,
                lambda now: (
                    ("kube-system", "cilium")
                    not in now.clusters["aws-usw2-1"].topic("daemonsets").objects
                ),
            )
    await asyncio.sleep(0.05)
    assert asyncio.all_tasks() <= before
