"""What differs between the demo's clusters on purpose, and how its objects are compared."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple

from mckconsole.analysis.sameness.drift import Drift
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.scenario import load_scenario
from mckconsole.domain.resources import Query
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.drifting import read_drift
from mckconsole.store.live import LiveFleet
from mckconsole.store.reader import ReadPlan

DEAD = "edge-fra-1"
WAIT = 20.0
"""Seconds after which a fleet that is not connected fails the test."""


class Different(NamedTuple):
    """One Deployment that is not the same everywhere."""

    place: str
    """`namespace/name`."""
    areas: frozenset[str]
    sides: frozenset[frozenset[str]]
    """The clusters that have it: those of one set are the same."""


def _different(place: str, areas: str, sides: str) -> Different:
    """Areas are parted by commas, sides by bars."""
    return Different(
        place,
        frozenset(areas.split(", ")),
        frozenset(frozenset(one.split()) for one in sides.split("|")),
    )


DEPLOYMENTS = frozenset(
    _different(*row)
    for row in (
        # Another version.
        ("cert-manager/cert-manager", "image", "aws-use1-1 | stage-neu-1"),
        ("shop/search", "image", "aks-weu-1 | aws-usw2-1"),
        ("web/reviews", "image", "gcp-eu-1 aks-weu-1 | aws-use1-1"),
        # Another application of the same name (SD10).
        ("shop/notify", "env, image, labels, pod labels, selector", "aks-weu-1 | aws-usw2-1"),
        # One more, and nobody scales them.
        (
            "kube-system/metrics-server",
            "replicas",
            "aws-use1-1 aws-usw2-1 gcp-eu-1 aks-weu-1 onprem-1 stage-neu-1 lab-fra-1 | stage-sdc-1",
        ),
        # A flag with a token in it; how many there are is the autoscalers' business.
        ("media/render", "command", "gcp-eu-1 | aks-weu-1"),
        # Other service accounts (WI21), static keys (WI07), half migrated (WI08).
        ("search/api-v2", "account", "aws-usw2-1 | aks-weu-1"),
        ("search/suggest", "account", "aws-usw2-1 | aks-weu-1"),
        ("payments/gateway", "env", "aws-usw2-1 | aks-weu-1"),
        ("payments/fraud", "image, volumes", "aws-usw2-1 | aks-weu-1"),
        # A database's address in two of them; another way to sign in to Google in a third.
        ("shop/catalog", "env, volumes", "aws-use1-1 gcp-eu-1 | aws-usw2-1 | onprem-1"),
        # Outside the clouds a token is mounted by hand.
        ("plant/commands", "env, volumes", "aws-usw2-1 | onprem-1"),
        ("plant/telemetry", "env, volumes", "aws-usw2-1 | onprem-1"),
        ("telemetry/alerts", "env, volumes", "aws-usw2-1 | onprem-1"),
        ("telemetry/ingest", "env, volumes", "aws-usw2-1 | onprem-1"),
    )
)
"""All of them, as the demo begins."""
RELEASED = _different("shop/delivery", "image", "gcp-eu-1 aks-weu-1 | aws-use1-1")
"""What the release of the script adds, until it is taken back."""


def where_deployed() -> dict[str, frozenset[str]]:
    """Each Deployment of the scenario, with the clusters that it runs in."""
    scenario = load_scenario()
    found: dict[str, set[str]] = {}
    for cluster in scenario.clusters:
        for one in scenario.workloads_of(cluster.name):
            if one.kind == "Deployment" and not one.outside:
                found.setdefault(f"{one.namespace}/{one.name}", set()).add(cluster.name)
    return {place: frozenset(clusters) for place, clusters in found.items()}


async def until(fleet: LiveFleet, met: Callable[[FleetSnapshot], bool]) -> None:
    """Wait for a snapshot that meets a condition."""
    import asyncio

    changes = fleet.store.subscribe()
    async with asyncio.timeout(WAIT):
        while not met(fleet.store.snapshot()):
            await anext(changes)
    changes.close()


def connected(snapshot: FleetSnapshot) -> bool:
    """Whether every cluster but the dead one is read."""
    readable = (ClusterState.READY, ClusterState.DEGRADED)
    return all(one.state in readable for name, one in snapshot.clusters.items() if name != DEAD)


async def demo_drift(embedded: EmbeddedFleet, kind: str) -> Drift:
    """A kind of the demo, compared between all of its clusters."""
    inventory = load_kubeconfig(str(embedded.kubeconfig), env=os.environ, config=embedded.config)
    async with LiveFleet(inventory, ReadPlan(("nodes",)), config=embedded.config) as fleet:
        await until(fleet, connected)
        return await read_drift(fleet, Query(kind), fleet.names, lambda _cluster, _count: None)
