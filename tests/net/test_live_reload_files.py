"""A kubeconfig that is edited under a live fleet, with real files and real plugins."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from mckconsole.config.model import Config
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState
from mckconsole.sources.kubeconfig import Inventory, load_kubeconfig
from mckconsole.sources.pace import REAL
from mckconsole.store.clockwatch import Unconfirmed
from mckconsole.store.live import LiveFleet
from mckconsole.store.reader import ReadPlan
from mckconsole.store.reload import Reload, Replaced
from tests.net.model_cluster import ModelCluster
from tests.net.test_live_embedded import PLAN, settled, until
from tests.unit.kubeconfigs import fleet as kubeconfig_of
from tests.unit.kubeconfigs import kubeconfig, write

PLUGIN = """#!/bin/sh
echo run >> "$0.runs"
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",
 "status":{"token":"t"}}'
"""


class Bench:
    """A live fleet over a kubeconfig in a directory; every server is a model."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "config"
        self.told: list[Replaced] = []
        self.fleet: LiveFleet

    def load(self) -> Inventory:
        env = {"HOME": "/nonexistent", "PATH": os.environ["PATH"]}
        return load_kubeconfig(str(self.path), env=env, config=Config())

    def write(self, content: object) -> None:
        write(self.path, content)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[LiveFleet]:
        inventory = self.load()
        cluster = ModelCluster(REAL, [BY_TOPIC["nodes"]])
        reload = Reload(self.load, inventory.seen, self.told.append, every=0.02, rest=0.02)
        self.fleet = LiveFleet(
            inventory,
            ReadPlan(("nodes",)),
            config=Config(),
            connect=cluster.client,
            reload=reload,
        )
        async with self.fleet:
            yield self.fleet

    async def until(self, met: Callable[[FleetSnapshot], object]) -> FleetSnapshot:
        return await until(self.fleet, lambda found: bool(met(found)))


def names(*wanted: str) -> Callable[[FleetSnapshot], bool]:
    return lambda found: tuple(found.clusters) == wanted


async def test_contexts_appear_and_disappear(tmp_path: Path) -> None:
    it = Bench(tmp_path)
    it.write(kubeconfig_of(["a", "b"]))
    async with it.running():
        await it.until(names("a", "b"))
        it.write(kubeconfig_of(["c", "b"]))
        await it.until(names("c", "b"))
        assert it.told == [Replaced(("c",), ("a",))]
        it.path.rename(tmp_path / "away")
        write(tmp_path / "new", kubeconfig_of(["c", "b", "d"])).rename(it.path)
        await it.until(names("c", "b", "d"))


async def test_a_broken_file_costs_nothing_and_is_told_until_it_is_mended(tmp_path: Path) -> None:
    it = Bench(tmp_path)
    it.write(kubeconfig_of(["a", "b"]))
    async with it.running():
        await it.until(names("a", "b"))
        for broken in ("clusters: [", "", "kind: Pod", b"\xff\xfe\x00"):
            it.write(broken)
            found = await it.until(lambda found: found.inventory_problems)
            assert tuple(found.clusters) == ("a", "b")
            (problem,) = found.inventory_problems
            assert problem.startswith(f"the kubeconfig changed and cannot be used: {it.path}"), (
                problem
            )
            assert problem.endswith("what was read stays")
            it.write(kubeconfig_of(["a", "b"]))
            await it.until(lambda found: not found.inventory_problems)
        it.path.unlink()
        found = await it.until(lambda found: found.inventory_problems)
        assert "no such file" in found.inventory_problems[0]
        assert tuple(found.clusters) == ("a", "b")
        assert it.told == []


async def test_another_credential_command_is_not_run_until_somebody_agrees(tmp_path: Path) -> None:
    it = Bench(tmp_path)
    for name in ("known", "unknown"):
        script = tmp_path / name
        script.write_text(PLUGIN)
        script.chmod(0o700)
    runs = tmp_path / "unknown.runs"

    def user(command: str) -> Mapping[str, Any]:
        entry = {
            "command": f"./{command}",
            "apiVersion": "client.authentication.k8s.io/v1",
            "interactiveMode": "Never",
        }
        return {"exec": entry}

    async def sign_in() -> None:
        """What the model's client leaves out."""
        await it.fleet.store.cluster("one").endpoint.credential.headers()

    it.write(kubeconfig(user=user("known")))
    async with it.running() as fleet:
        await it.until(lambda found: found.clusters["one"].state is ClusterState.READY)
        await sign_in()
        it.write(kubeconfig(user=user("unknown")))
        found = await it.until(
            lambda found: found.clusters["one"].state is ClusterState.LOGIN_REQUIRED
        )
        assert f"another credential command: {tmp_path / 'unknown'}" in found.clusters["one"].reason
        assert it.told[-1].held == ("one",)
        assert not runs.exists()
        assert fleet.trust("one")
        await it.until(lambda found: found.clusters["one"].state is ClusterState.READY)
        await sign_in()
        assert runs.exists()


async def test_the_embedded_fleet_is_checked_and_edited_under_way() -> None:
    async with EmbeddedFleet() as embedded:
        path, config = embedded.kubeconfig, embedded.config

        def load() -> Inventory:
            return load_kubeconfig(str(path), env=os.environ, config=config)

        inventory = load()
        reload = Reload(load, inventory.seen, every=0.02, rest=0.02)
        plan = replace(PLAN, topics=("nodes", "gateways"))
        async with LiveFleet(inventory, plan, config=config, reload=reload) as fleet:
            await until(fleet, settled)
            west = fleet.store.cluster("aws-usw2-1")
            opened = west.snapshot(0.0).version
            fleet.suspect(Unconfirmed("slept; checking"))
            found = fleet.store.snapshot().clusters["aws-usw2-1"]
            assert (found.state, found.reason) == (ClusterState.DEGRADED, "slept; checking")
            await until(fleet, lambda now: now.clusters["aws-usw2-1"].state is ClusterState.READY)
            assert west.snapshot(0.0).version == opened
            text = path.read_text()
            write(path, text.replace("aws-usw2-1", "renamed"))
            await until(
                fleet,
                lambda now: (
                    "renamed" in now.clusters
                    and "aws-usw2-1" not in now.clusters
                    and now.clusters["renamed"].state is ClusterState.READY
                ),
            )
    await asyncio.sleep(0.05)
