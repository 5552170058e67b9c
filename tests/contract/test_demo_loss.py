"""The demo loses a cluster: what the simulation said before is what the others show after."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.failover.model import FailoverReport, Impact
from mckconsole.analysis.failover.simulate import Simulator
from mckconsole.analysis.mesh.links import LinkState, MeshProvider
from mckconsole.analysis.services.model import Part, ServiceKey
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.core import EndpointSlice
from mckconsole.domain.failover import HTTPRoute, Ingress, KarmadaCluster
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState
from tests.contract.planted import read_demo

LOST = "gcp-eu-1"
BEFORE, AFTER = 895.0, 965.0
"""Seconds after the start: the script loses the cluster at 900."""


@dataclass(frozen=True)
class Loss:
    foretold: FailoverReport
    snapshot: FleetSnapshot
    analysis: Analysis
    """Both of a time when the cluster is gone and the others have noticed."""

    def ready(self, key: ServiceKey) -> int:
        """Ready endpoints of a service in the clusters that are left."""
        return sum(part.backends.ready for part in self.parts(key).values() if part.backends)

    def parts(self, key: ServiceKey) -> Mapping[str, Part]:
        """What the clusters that are left have to do with a service."""
        service = self.analysis.services.find(key)
        found = service.parts.items() if service else ()
        return {name: part for name, part in found if name != LOST}

    def exporters(self, key: ServiceKey) -> set[str]:
        """Clusters that are left and export it."""
        return {name for name, part in self.parts(key).items() if part.exports}


@pytest.fixture(scope="module")
def loss() -> Loss:
    async def play() -> Loss:
        async with EmbeddedFleet() as fleet:
            fleet.advance(BEFORE)
            snapshot, analysis = await read_demo(fleet)
            foretold = Simulator(snapshot, analysis.services, mesh=analysis.mesh).lose([LOST])
            fleet.advance(AFTER - BEFORE)
            return Loss(foretold, *await read_demo(fleet))

    return asyncio.run(play())


def test_the_cluster_is_gone_for_the_console_too(loss: Loss) -> None:
    states = {name: one.state for name, one in loss.snapshot.clusters.items()}
    assert states[LOST] is ClusterState.UNREACHABLE
    assert states["aws-use1-1"] is ClusterState.READY
    assert not loss.snapshot.clusters[LOST].topics["services"].objects


def test_services_without_an_endpoint_are_those_foretold(loss: Loss) -> None:
    out = {one.key for one in loss.foretold.services if one.impact is Impact.OUTAGE}
    assert ServiceKey("media", "tiles") in out
    for key in out:
        assert not loss.exporters(key) or loss.ready(key) == 0, key


def test_what_was_foretold_to_be_left_is_left(loss: Loss) -> None:
    for one in loss.foretold.services:
        if one.left and one.impact in (Impact.DEGRADED, Impact.NOTED):
            assert loss.ready(one.key) >= one.left, one.key
            assert set(one.left_in) <= {
                name
                for name, part in loss.parts(one.key).items()
                if part.backends and part.backends.ready
            }


def test_nothing_else_lost_its_last_endpoint(loss: Loss) -> None:
    foretold = {one.key for one in loss.foretold.services}
    for service in loss.analysis.services.services:
        involved = {name for name in service.exporters if name != LOST}
        if service.key not in foretold and involved:
            assert LOST not in service.exporters


def test_neighbours_see_their_tunnels_fail(loss: Loss) -> None:
    states = {
        link.key.source: link.state
        for link in loss.analysis.mesh.links
        if link.key.provider is MeshProvider.SUBMARINER and link.key.target == LOST
    }
    assert states["aks-weu-1"] is LinkState.DOWN
    assert states["aws-use1-1"] is LinkState.DOWN
    assert states["aws-usw2-1"] is LinkState.STALE


def test_importers_are_told_that_nothing_carries_the_service(loss: Loss) -> None:
    """Lighthouse takes nothing back: the import stays, and no tunnel leads to its one exporter."""
    service = loss.analysis.services.find(ServiceKey("media", "tiles"))
    assert service is not None
    (cut,) = [one for one in service.findings if one.rule == "SD15"]
    assert {"aks-weu-1", "aws-use1-1", "onprem-1"} <= {cut.cluster, *cut.peers}
    assert all(item.observed_at > 0 for item in cut.evidence)


def test_hosts_without_a_server_are_those_foretold(loss: Loss) -> None:
    served: set[str] = set()
    for name, cluster in loss.snapshot.clusters.items():
        if name != LOST:
            for one in cluster.objects("ingresses", Ingress).values():
                served.update(rule.host for rule in one.spec.rules)
            for route in cluster.objects("httproutes", HTTPRoute).values():
                served.update(route.spec.hostnames)
    for host in loss.foretold.hosts:
        assert bool(host.left_in) == (host.host in served), host.host
    assert {"media.example.com"} == {one.host for one in loss.foretold.hosts if not one.left_in}


def test_a_hub_and_a_mirror_notice(loss: Loss) -> None:
    members = loss.snapshot.clusters["onprem-1"].objects("karmada-clusters", KarmadaCluster)
    (ready,) = members["", LOST].status.conditions
    assert (ready.type, ready.status) == ("Ready", "False")
    mirrors = [
        one
        for one in loss.snapshot.clusters["aks-weu-1"]
        .objects("endpointslices", EndpointSlice)
        .values()
        if one.metadata.labels.get("mirror.linkerd.io/cluster-name") == LOST
    ]
    assert mirrors
    assert all(not one.endpoints for one in mirrors)
