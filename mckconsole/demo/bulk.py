"""Generated fleets of any size, for benchmarks: clusters in small meshes, some of them dead."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from hashlib import sha256
from typing import Literal

from mckconsole.demo.scenario import (
    ClusterModel,
    Pool,
    Scenario,
    SubmarinerMember,
    SubmarinerModel,
    TunnelModel,
    Workload,
    load_scenario,
)
from mckconsole.demo.sections_identity import IdentityCluster

_CA = "onprem-1"
"""The certificate of the demo's that all of them have."""
MESH_SIZE = 4
"""Clusters per Submariner mesh."""
_DEATHS: tuple[Literal["silent", "refusing"], ...] = ("silent", "refusing")


def fleet_scenario(clusters: int, *, dead: int = 0, nodes: int = 3) -> Scenario:
    """`clusters` generated clusters; the last `dead` of them do not answer.

    Args:
        clusters: at most 250, so that every one has address ranges of its own.
        dead: how many are dead, at most `clusters`.
        nodes: per cluster, at most 200.

    Raises:
        ValueError: a number is out of range.
    """
    if not (0 < clusters <= 250 and 0 <= dead <= clusters and 0 < nodes <= 200):
        raise ValueError("1 to 250 clusters, at most as many dead ones, 1 to 200 nodes each")
    models = [_cluster(number, nodes, dead=number - clusters + dead) for number in range(clusters)]
    live = [model.name for model in models if not model.dead]
    return Scenario(
        clusters=models,
        identity_clusters={model.name: _identity(model.name) for model in models},
        certificates={_CA: load_scenario().certificates[_CA]},
        submariner=[_mesh(number, group) for number, group in enumerate(_groups(live))],
        workloads=_WORKLOADS,
    )


_WORKLOADS = [
    Workload("kube-system", "coredns", {"coredns": "registry.k8s.io/coredns/coredns:v1.12.4"}),
    Workload(
        "submariner-operator",
        "submariner-gateway",
        {"submariner-gateway": "quay.io/submariner/submariner-gateway:0.21.2"},
        kind="DaemonSet",
        nodes="gateway",
        where=["@submariner"],
    ),
]


def _cluster(number: int, nodes: int, *, dead: int) -> ClusterModel:
    """`dead` counts the dead ones from 0 and is negative for the others."""
    pools = [Pool("gateway", 1, "rke2", gateway=True)]
    if nodes > 1:
        pools.append(Pool("agent", nodes - 1, "rke2"))
    return ClusterModel(
        name=f"cluster-{number:03d}",
        provider="rke2",
        version="v1.36.1+rke2r1",
        region="lab",
        zones=["rack-1"],
        age_days=100,
        node_cidr=f"100.{64 + number // 128}.{number % 128 * 2}.0/23",
        pod_cidr=f"10.{number}.0.0/16",
        service_cidr=f"172.{16 + number // 64}.{number % 64 * 4}.0/22",
        pools=pools,
        dead="" if dead < 0 else _DEATHS[dead % len(_DEATHS)],
    )


def _identity(name: str) -> IdentityCluster:
    """An issuer and a key of its own."""
    key = sha256(name.encode()).hexdigest()[:40]
    return IdentityCluster(issuer=f"https://oidc.example.com/{name}", keys=[key], ca=_CA)


def _groups(names: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), MESH_SIZE):
        group = names[start : start + MESH_SIZE]
        if len(group) > 1:
            yield group


def _mesh(number: int, members: list[str]) -> SubmarinerModel:
    tunnels: dict[str, dict[str, TunnelModel | float | None]] = {name: {} for name in members}
    for sender, receiver in itertools.permutations(members, 2):
        tunnels[sender][receiver] = 20.0 + number % 50
    return SubmarinerModel(
        name=f"mesh-{number:02d}",
        version="v0.21.2",
        driver="libreswan",
        members={
            name: SubmarinerMember(f"198.51.100.{1 + (number * MESH_SIZE + place) % 250}")
            for place, name in enumerate(members)
        },
        tunnels=tunnels,
    )
