"""Services across clusters on two real API servers, one for each generation of the MCS API.

`east` has the definitions of v0.1 (v1alpha1, conditions need no reason), `west` those of v0.5
(v1beta1 and v1alpha1, metav1 conditions). Every rule is broken once on either side; what the
console finds must not depend on which.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.services.model import ServiceKey
from mckconsole.config.model import Config
from mckconsole.demo import render
from mckconsole.demo.scenario import (
    ClusterModel,
    Pool,
    Scenario,
    SubmarinerMember,
    SubmarinerModel,
    Workload,
)
from mckconsole.demo.sections_services import Export
from mckconsole.demo.world import World
from mckconsole.domain.kinds import KINDS
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import TopicState
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.reader import ReadPlan, read_fleet
from tests.real import apiserver
from tests.real.seeding import SETTLED, crd_folder, seed, service_range, write_kubeconfig

pytestmark = [pytest.mark.real, pytest.mark.slow]

SIDES = ("east", "west")
NAMESPACE = "shop"
NEEDS_CRDS = "no folder of real CRDs (set MCKCONSOLE_CRDS)"
RULES = ("SD01", "SD02", "SD03", "SD04", "SD05", "SD07", "SD08", "SD09", "SD17")


def _name(rule: str, side: str) -> str:
    return f"{rule.lower()}-{side}"


def _service(name: str, *where: str, port: int = 80, **more: object) -> Workload:
    fields = {"containers": {"app": "registry.example.com/app:1"}, "ports": {"http": port}, **more}
    return Workload(NAMESPACE, name, where=list(where), **fields)  # type: ignore[arg-type]


def _broken(rule: str, side: str, other: str) -> tuple[list[Workload], Export]:
    """A service that breaks `rule` in cluster `side`, and its export, the other side's first."""
    name = _name(rule, side)
    both, fine = [_service(name, *SIDES)], _service(name, other)
    export = Export(NAMESPACE, name, [other, side])
    match rule:
        case "SD01":
            return [fine], export
        case "SD02":
            return [fine, _service(name, side, ready=0)], export
        case "SD03":
            return [fine, _service(name, side, port=8080)], export
        case "SD04":
            return [fine, _service(name, side, headless=True)], export
        case "SD05":
            return [fine, _service(name, side, affinity="ClientIP")], export
        case "SD07":
            return both, Export(NAMESPACE, name, [other, side], unlisted={side: [other]})
        case "SD08":
            local = [_service(name, side)]
            return local, Export(NAMESPACE, name, [side], left_over={side: [other]})
        case "SD09":
            return both, Export(NAMESPACE, name, [other, side], outdated={side: [other]})
        case _:
            return both, Export(NAMESPACE, name, [other, side], waiting=[side])


def _cluster(number: int, name: str, mcs: list[str]) -> ClusterModel:
    return ClusterModel(
        name=name,
        provider="rke2",
        version="v1.36.1+rke2r1",
        region="lab",
        zones=["rack-1"],
        age_days=100,
        node_cidr=f"10.{number}.0.0/16",
        pod_cidr=f"10.{100 + number}.0.0/16",
        service_cidr=f"172.{20 + number}.0.0/16",
        pools=[Pool("gateway", 1, "rke2", gateway=True), Pool("agent", 2, "rke2")],
        mcs=mcs,
    )


def _scenario() -> Scenario:
    east, west = SIDES
    well = "well"
    workloads = [_service(well, *SIDES)]
    exports = [Export(NAMESPACE, well, [east, west])]
    for rule in RULES:
        for side, other in ((east, west), (west, east)):
            more, export = _broken(rule, side, other)
            workloads += more
            exports.append(export)
    return Scenario(
        clusters=[
            _cluster(1, east, ["v1alpha1"]),
            _cluster(2, west, ["v1beta1", "v1alpha1"]),
        ],
        submariner=[
            SubmarinerModel(
                name="prod",
                version="v0.21.2",
                driver="libreswan",
                members={
                    east: SubmarinerMember("198.51.100.7"),
                    west: SubmarinerMember("198.51.100.9"),
                },
                tunnels={east: {west: 20.0}, west: {east: 20.0}},
            )
        ],
        workloads=[
            *workloads,
            Workload(
                "submariner-operator",
                "submariner-lighthouse-agent",
                {"agent": "quay.io/submariner/lighthouse-agent:0.21.2"},
                replicas=1,
            ),
        ],
        exports=exports,
    )


@dataclass(frozen=True)
class Seen:
    snapshot: FleetSnapshot
    analysis: Analysis

    def rules(self, name: str) -> set[str]:
        """Rules that a service breaks."""
        service = self.analysis.services.find(ServiceKey(NAMESPACE, name))
        assert service is not None, name
        return {one.rule for one in service.findings}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """Both servers, seeded and read with the console's own reader."""
    apiserver.require()
    if crd_folder() is None:
        pytest.skip(NEEDS_CRDS)
    world = World(_scenario(), seed=1, epoch=time.time())
    with contextlib.ExitStack() as stack:
        servers = {
            side: stack.enter_context(
                apiserver.running(tmp_path_factory.mktemp(side), service_range(world, side))
            )
            for side in SIDES
        }
        for side, server in servers.items():
            seeder = seed(server, world, side)
            for manifest in render.heartbeat_objects(world, side, time.time()):
                seeder.write(manifest)
        kubeconfig = write_kubeconfig(tmp_path_factory.mktemp("config") / "kubeconfig", servers)
        yield asyncio.run(_read(kubeconfig))


async def _read(kubeconfig: Path) -> Seen:
    inventory = load_kubeconfig(str(kubeconfig), env={}, config=Config())
    plan = ReadPlan(tuple(kind.topic for kind in KINDS), ())
    store = await read_fleet(inventory, plan, config=Config())
    snapshot = store.snapshot(now=time.time() + SETTLED)
    return Seen(snapshot, analyse(snapshot))


def test_each_side_serves_its_generation(seen: Seen) -> None:
    versions = {
        name: cluster.topic("serviceexports").version
        for name, cluster in seen.snapshot.clusters.items()
    }
    assert versions == {"east": "v1alpha1", "west": "v1beta1"}
    for cluster in seen.snapshot.clusters.values():
        for topic in ("serviceexports", "serviceimports", "endpointslices", "services"):
            assert cluster.topic(topic).state is TopicState.FRESH
            assert not cluster.topic(topic).faults


@pytest.mark.parametrize("rule", RULES)
def test_the_same_is_found_in_both_generations(seen: Seen, rule: str) -> None:
    old, new = (seen.rules(_name(rule, side)) for side in SIDES)
    assert rule in old
    assert old == new


@pytest.mark.parametrize("rule", RULES)
def test_the_evidence_is_from_the_broken_side(seen: Seen, rule: str) -> None:
    for side in SIDES:
        service = seen.analysis.services.find(ServiceKey(NAMESPACE, _name(rule, side)))
        assert service is not None
        found = {e.cluster for one in service.findings if one.rule == rule for e in one.evidence}
        assert side in found


def test_a_service_that_is_well_is_well_in_both(seen: Seen) -> None:
    assert seen.rules("well") == set()


def test_the_generations_are_told_apart(seen: Seen) -> None:
    found = [one for one in seen.analysis.services.findings if one.rule == "SD16"]
    assert [(one.cluster, one.peers) for one in found] == [("east", ("west",))]
