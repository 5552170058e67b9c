"""What the script of the demo ships, with its Events, is what a real API server takes and keeps."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from mckconsole.demo import render, rollout_events, rollouts
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.scenario import load_scenario
from mckconsole.demo.world import World
from tests.real import apiserver
from tests.real.seeding import Seeder

pytestmark = pytest.mark.real
CLUSTER, NAMESPACE = "aws-use1-1", "shop"
CRASHING = 120.0
"""Seconds after the start: it was shipped, and crashes."""


@pytest.fixture(scope="module")
def seeder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeder]:
    apiserver.require()
    with apiserver.running(tmp_path_factory.mktemp("incident")) as server:
        yield Seeder(server)


def needed(world: World) -> Iterator[KubeObject]:
    """The namespace and its accounts, without which there are no pods."""
    for item in render.static_objects(world, CLUSTER):
        place = item["metadata"].get("namespace") or item["metadata"]["name"]
        if item["kind"] in ("Namespace", "ServiceAccount") and place == NAMESPACE:
            yield item


def test_a_real_server_takes_the_objects_and_events_of_a_release(seeder: Seeder) -> None:
    world = World(load_scenario(), seed=1, epoch=time.time() - CRASHING)
    for item in needed(world):
        seeder.write(item)
    world.play(CRASHING)
    shipped = list(rollouts.scripted_objects(world, CLUSTER))
    said = list(rollout_events.scripted_objects(world, CLUSTER))
    for item in (*shipped, *said):
        seeder.write(item)
    events = seeder.dynamic.resources.get(api_version="v1", kind="Event")
    kept = {one.metadata.name for one in events.get(namespace=NAMESPACE).items}
    assert kept >= {one["metadata"]["name"] for one in said}
    pods = seeder.dynamic.resources.get(api_version="v1", kind="Pod")
    waiting = [
        one.metadata.name
        for one in pods.get(namespace=NAMESPACE).items
        if (state := one.status.containerStatuses[0].state.waiting) is not None
        and state.reason == "CrashLoopBackOff"
    ]
    assert len(waiting) == 2
