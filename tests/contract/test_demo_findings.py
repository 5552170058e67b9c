"""The whole pipeline over the demo finds what is planted, with evidence, and nothing else."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass

import msgspec
import pytest

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.mesh.links import LinkState, MeshProvider
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.findings import Finding
from mckconsole.domain.kinds import KINDS
from mckconsole.domain.metrics import QUERIES
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.reader import ReadPlan, read_fleet

PLAN = ReadPlan(tuple(kind.topic for kind in KINDS), tuple(query.id for query in QUERIES))
SUBMARINER = ("aws-use1-1", "aws-usw2-1", "gcp-eu-1", "aks-weu-1", "onprem-1")
PLANTED = {
    ("MESH-ASYMMETRIC", "aks-weu-1", ("gcp-eu-1",)),
    ("MESH-ASYMMETRIC", "gcp-eu-1", ("aks-weu-1",)),
    ("MESH-ASYMMETRIC", "gcp-eu-1", ("aws-use1-1",)),
    ("MESH-ASYMMETRIC", "onprem-1", ("aws-use1-1",)),
    ("MESH-CIDR-OVERLAP", "gcp-eu-1", ("onprem-1",)),
    ("MESH-DEGRADED", "aws-use1-1", ("gcp-eu-1",)),
    ("MESH-DEGRADED", "aws-usw2-1", ("edge-fra-1",)),
    ("MESH-DEGRADED", "onprem-1", ("aws-usw2-1",)),
    ("MESH-DOWN", "onprem-1", ("aws-usw2-1",)),
    ("MESH-ENCRYPTION-MISMATCH", "onprem-1", ("aws-usw2-1",)),
    ("MESH-MISSING", "gcp-eu-1", ("onprem-1",)),
    ("MESH-MISSING", "onprem-1", ("gcp-eu-1",)),
    ("MESH-SLOW", "aws-use1-1", ("onprem-1",)),
    ("MESH-SLOW", "onprem-1", ("aws-use1-1",)),
    ("MESH-STALE", "aws-usw2-1", ("aks-weu-1",)),
    ("MESH-STALE", "aws-usw2-1", ("aws-use1-1",)),
    ("MESH-STALE", "aws-usw2-1", ("gcp-eu-1",)),
    ("MESH-STALE", "aws-usw2-1", ("onprem-1",)),
    ("MESH-UNVERIFIED", "aks-weu-1", ("onprem-1",)),
    ("MESH-UNVERIFIED", "gcp-eu-1", ("onprem-1",)),
}
"""(rule, cluster, peers) of every finding of the mesh pane that the demo has at its start."""


@dataclass(frozen=True)
class Seen:
    snapshot: FleetSnapshot
    analysis: Analysis

    def finding(self, rule: str, cluster: str, peer: str) -> Finding:
        wanted = (rule, cluster, (peer,))
        (found,) = [f for f in self.analysis.findings if (f.rule, f.cluster, f.peers) == wanted]
        return found

    def states(self, provider: MeshProvider) -> dict[tuple[str, str], LinkState]:
        return {
            (link.key.source, link.key.target): link.state
            for link in self.analysis.mesh.links
            if link.key.provider is provider
        }


async def read(fleet: EmbeddedFleet) -> Seen:
    """One report's worth of reading; the dead cluster is given up sooner than in the demo."""
    config = msgspec.structs.replace(fleet.config, request_timeout=1.5)
    inventory = load_kubeconfig(str(fleet.kubeconfig), env={}, config=config)
    store = await read_fleet(inventory, PLAN, config=config)
    snapshot = store.snapshot()
    return Seen(snapshot, analyse(snapshot))


@pytest.fixture(scope="module")
def seen() -> Seen:
    async def demo() -> Seen:
        async with EmbeddedFleet() as fleet:
            return await read(fleet)

    return asyncio.run(demo())


def test_the_findings_are_exactly_what_is_planted(seen: Seen) -> None:
    findings = (one for one in seen.analysis.findings if one.pane == "mesh")
    found = [(one.rule, one.cluster, one.peers) for one in findings]
    assert len(found) == len(set(found))
    assert set(found) == PLANTED


def test_every_finding_has_evidence_and_a_remedy(seen: Seen) -> None:
    for finding in seen.analysis.findings:
        assert finding.evidence, finding.rule
        assert finding.remediation, finding.rule
        assert all(item.observed_at > 0 for item in finding.evidence)


@pytest.mark.parametrize(
    ("rule", "cluster", "peer", "path", "value"),
    [
        ("MESH-DOWN", "onprem-1", "aws-usw2-1", "status.connections[1].status", "error"),
        ("MESH-SLOW", "aws-use1-1", "onprem-1", "latencyRTT.average", "612.2ms"),
        ("MESH-STALE", "aws-usw2-1", "gcp-eu-1", "update-timestamp", ""),
        ("MESH-UNVERIFIED", "aks-weu-1", "onprem-1", "latencyRTT.average", "0s"),
        ("MESH-ASYMMETRIC", "gcp-eu-1", "aws-use1-1", "statusMessage", '"10.128.1.1"'),
        ("MESH-ASYMMETRIC", "gcp-eu-1", "aws-use1-1", "latencyRTT.average", "88.1ms"),
        ("MESH-ASYMMETRIC", "gcp-eu-1", "aks-weu-1", "gateway_alive", "0"),
        ("MESH-ASYMMETRIC", "aks-weu-1", "gcp-eu-1", 'status="timeout"', "1"),
        ("MESH-DEGRADED", "aws-use1-1", "gcp-eu-1", 'status="timeout"', "1"),
        ("MESH-ASYMMETRIC", "onprem-1", "aws-use1-1", "consul_peering_healthy", "0"),
        ("MESH-ASYMMETRIC", "onprem-1", "aws-use1-1", "conditions[Synced].status", "True"),
        ("MESH-UNVERIFIED", "gcp-eu-1", "onprem-1", "spec.gatewayAddress", "(empty)"),
        ("MESH-CIDR-OVERLAP", "gcp-eu-1", "onprem-1", "cluster_cidr", "10.134.0.0/16"),
    ],
)
def test_the_evidence_shows_what_is_claimed(
    seen: Seen, rule: str, cluster: str, peer: str, path: str, value: str
) -> None:
    evidence = seen.finding(rule, cluster, peer).evidence
    assert any(path in item.path and value in item.value for item in evidence)


def test_a_stale_gateway_still_says_connected(seen: Seen) -> None:
    finding = seen.finding("MESH-STALE", "aws-usw2-1", "gcp-eu-1")
    assert "connected" in {item.value for item in finding.evidence}


def test_metrics_stand_beside_the_objects_that_contradict_them(seen: Seen) -> None:
    evidence = seen.finding("MESH-ASYMMETRIC", "gcp-eu-1", "aws-use1-1").evidence
    metrics = [item for item in evidence if item.source == "prometheus"]
    assert any("submariner_connections" in m.path and "connected" in m.path for m in metrics)


def test_every_tunnel_is_seen_from_both_sides(seen: Seen) -> None:
    states = seen.states(MeshProvider.SUBMARINER)
    assert set(states) == set(itertools.permutations(SUBMARINER, 2))


def test_the_healthy_twins_are_up(seen: Seen) -> None:
    up = {
        pair
        for pair, state in seen.states(MeshProvider.SUBMARINER).items()
        if state is LinkState.UP
    }
    assert up == {
        ("aks-weu-1", "aws-use1-1"),
        ("aks-weu-1", "aws-usw2-1"),
        ("aks-weu-1", "gcp-eu-1"),
        ("aws-use1-1", "aks-weu-1"),
        ("aws-use1-1", "aws-usw2-1"),
        ("gcp-eu-1", "aks-weu-1"),
        ("gcp-eu-1", "aws-usw2-1"),
        ("onprem-1", "aks-weu-1"),
    }


def test_the_states_of_the_cilium_mesh(seen: Seen) -> None:
    assert seen.states(MeshProvider.CILIUM) == {
        ("aws-usw2-1", "onprem-1"): LinkState.UP,
        ("aws-usw2-1", "edge-fra-1"): LinkState.DEGRADED,
        ("onprem-1", "aws-usw2-1"): LinkState.DEGRADED,
        ("onprem-1", "edge-fra-1"): LinkState.UP,
        ("edge-fra-1", "aws-usw2-1"): LinkState.UNKNOWN,
        ("edge-fra-1", "onprem-1"): LinkState.UNKNOWN,
    }


@pytest.mark.parametrize(
    ("provider", "states"),
    [
        (
            MeshProvider.LINKERD,
            {
                ("aks-weu-1", "gcp-eu-1"): LinkState.UP,
                ("gcp-eu-1", "aks-weu-1"): LinkState.DOWN,
                ("gcp-eu-1", "onprem-1"): LinkState.UNVERIFIED,
                ("stage-neu-1", "stage-sdc-1"): LinkState.UP,
                ("stage-sdc-1", "stage-neu-1"): LinkState.UP,
            },
        ),
        (
            MeshProvider.ISTIO,
            {
                ("aws-use1-1", "aks-weu-1"): LinkState.UP,
                ("aws-use1-1", "gcp-eu-1"): LinkState.DEGRADED,
                ("gcp-eu-1", "aws-use1-1"): LinkState.UP,
                ("gcp-eu-1", "aks-weu-1"): LinkState.UP,
                ("aks-weu-1", "aws-use1-1"): LinkState.UP,
                ("aks-weu-1", "gcp-eu-1"): LinkState.DOWN,
            },
        ),
        (
            MeshProvider.CONSUL,
            {
                ("aws-use1-1", "onprem-1"): LinkState.UP,
                ("onprem-1", "aws-use1-1"): LinkState.DOWN,
            },
        ),
    ],
)
def test_the_states_of_the_other_meshes(
    seen: Seen, provider: MeshProvider, states: dict[tuple[str, str], LinkState]
) -> None:
    assert seen.states(provider) == states


def test_a_link_without_a_way_back_lacks_nothing(seen: Seen) -> None:
    (link,) = [one for one in seen.analysis.mesh.links if one.one_way]
    assert (link.key.source, link.key.target) == ("gcp-eu-1", "onprem-1")


def test_the_round_trip_of_a_linkerd_probe(seen: Seen) -> None:
    ends = ("aks-weu-1", "gcp-eu-1", MeshProvider.LINKERD)
    (link,) = [
        one
        for one in seen.analysis.mesh.links
        if (one.key.source, one.key.target, one.key.provider) == ends
    ]
    assert link.current_rtt == 0.014


def test_the_dead_cluster_is_unreachable_and_costs_the_others_nothing(seen: Seen) -> None:
    states = {name: cluster.state for name, cluster in seen.snapshot.clusters.items()}
    assert states == {
        "aws-use1-1": ClusterState.READY,
        "aws-usw2-1": ClusterState.READY,
        "gcp-eu-1": ClusterState.READY,
        "aks-weu-1": ClusterState.DEGRADED,
        "onprem-1": ClusterState.READY,
        "edge-fra-1": ClusterState.UNREACHABLE,
        "stage-neu-1": ClusterState.READY,
        "stage-sdc-1": ClusterState.READY,
        "lab-fra-1": ClusterState.READY,
    }


def test_what_could_not_be_read_is_unknown_with_a_reason(seen: Seen) -> None:
    reasons = {(one.cluster, one.rule): one.reason for one in seen.analysis.unknowns}
    assert "routeagents" in reasons["aks-weu-1", "MESH-DEGRADED"]
    assert "did not answer" in reasons["edge-fra-1", "*"]


def test_the_providers_are_recognised(seen: Seen) -> None:
    found = {row.name: row.provider.name for row in seen.analysis.clusters}
    assert {name: found[name] for name in SUBMARINER} == {
        "aws-use1-1": "eks",
        "aws-usw2-1": "eks",
        "gcp-eu-1": "gke",
        "aks-weu-1": "aks",
        "onprem-1": "rke2",
    }


async def test_the_script_adds_a_dead_tunnel_on_both_sides() -> None:
    async with EmbeddedFleet() as fleet:
        fleet.advance(181)
        later = await read(fleet)
    found = {(one.rule, one.cluster, one.peers) for one in later.analysis.findings}
    assert found - PLANTED >= {
        ("MESH-DOWN", "aws-use1-1", ("aks-weu-1",)),
        ("MESH-DOWN", "aks-weu-1", ("aws-use1-1",)),
    }
