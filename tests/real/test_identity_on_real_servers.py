"""Identities on real API servers: the demo's objects of three clusters give the same rows there.

What real servers do for themselves is done as in life: the one service account whose annotation is
newer than its pods is annotated after them, and webhooks are registered when all pods are there,
because nobody answers them. Issuers and keys are the servers' own (WI42).
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.config.model import Config
from mckconsole.demo import render
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.scenario import load_scenario
from mckconsole.demo.site import DAY
from mckconsole.demo.world import World
from mckconsole.domain.kinds import KINDS
from mckconsole.domain.times import parse_rfc3339
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.reader import ReadPlan, read_fleet
from tests.contract.planted import identity_key, read_demo
from tests.real import apiserver
from tests.real.seeding import (
    SETTLED,
    Seeder,
    definitions,
    service_range,
    write_kubeconfig,
)

pytestmark = [pytest.mark.real, pytest.mark.slow]

CLUSTERS = ("aws-use1-1", "aks-weu-1", "onprem-1")
_PLAN = ReadPlan(tuple(kind.topic for kind in KINDS), ())


class Seen(NamedTuple):
    """What was made of the same objects."""

    findings: set[tuple[str, str, str, str]]
    """Rule, cluster, kind and name; without those that need a cluster that is not here."""
    states: set[tuple[str, str, str]]
    """Workload, cloud, state."""


def seen(analysis: Analysis) -> Seen:
    report = analysis.identity
    here = [
        one
        for one in report.findings
        if {one.cluster, *one.peers} <= set(CLUSTERS) and one.rule != "WI42"
    ]
    states = {
        (str(one.workload.key), str(one.cloud), str(one.state))
        for one in report.bindings
        if one.workload.key.cluster in CLUSTERS
    }
    return Seen({identity_key(one) for one in here}, states)


def is_late(manifest: KubeObject, epoch: float) -> bool:
    """Whether it is a service account that was annotated when its pods were there already."""
    if manifest["kind"] != "ServiceAccount":
        return False
    stamps = (one["time"] for one in manifest["metadata"].get("managedFields", ()))
    return any((parse_rfc3339(stamp) or 0.0) > epoch - DAY for stamp in stamps)


def fill(server: apiserver.ApiServer, world: World, name: str) -> None:
    """Write the objects of a cluster in the order in which they come to be."""
    seeder, late = Seeder(server), list[KubeObject]()
    for definition in definitions(world, name):
        seeder.write(definition)
    for manifest in (*render.static_objects(world, name), *render.scripted_objects(world, name)):
        if is_late(manifest, world.epoch):
            late.append(manifest)
            bare = {**manifest["metadata"], "annotations": {}}
            assert bare["labels"], "servers track no fields of objects that were made without any"
            manifest = {**manifest, "metadata": bare}
        seeder.write(manifest)
    time.sleep(1.1)  # stamps are whole seconds
    for manifest in late:
        metadata = manifest["metadata"]
        seeder.kind(manifest).patch(
            body={"metadata": {"annotations": metadata["annotations"]}},
            name=metadata["name"],
            namespace=metadata["namespace"],
            content_type="application/merge-patch+json",
        )


async def read(kubeconfig: Path) -> Analysis:
    inventory = load_kubeconfig(str(kubeconfig), env={}, config=Config())
    store = await read_fleet(inventory, _PLAN, config=Config())
    return analyse(store.snapshot(now=time.time() + SETTLED))


async def embedded() -> Analysis:
    async with EmbeddedFleet() as fleet:
        return (await read_demo(fleet))[1]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Seen, Seen]:
    """What was seen on the embedded fleet, and on real servers."""
    apiserver.require()
    world = World(load_scenario(), seed=1, epoch=time.time())
    with contextlib.ExitStack() as stack:
        servers = {
            name: stack.enter_context(
                apiserver.running(tmp_path_factory.mktemp(name), service_range(world, name))
            )
            for name in CLUSTERS
        }
        for name, server in servers.items():
            fill(server, world, name)
        kubeconfig = write_kubeconfig(tmp_path_factory.mktemp("config") / "kubeconfig", servers)
        real = seen(asyncio.run(read(kubeconfig)))
    return seen(asyncio.run(embedded())), real


def test_the_same_findings(both: tuple[Seen, Seen]) -> None:
    expected, real = both
    assert expected.findings
    assert real.findings == expected.findings


def test_the_same_states(both: tuple[Seen, Seen]) -> None:
    expected, real = both
    assert len({state for _, _, state in expected.states}) > 5
    assert real.states == expected.states
