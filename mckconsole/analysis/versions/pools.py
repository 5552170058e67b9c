"""Nodes by the pools in which they are upgraded together, and what runs on them.

By the label of whoever makes the nodes: node group, pool, Karpenter's NodePool; control plane nodes
are a pool of their own; what is left goes by instance type.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from mckconsole.analysis.versions.cgroups import Cgroup, cgroups, losing
from mckconsole.analysis.versions.components import kube_version
from mckconsole.analysis.versions.model import NodePool
from mckconsole.domain.core import Node
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.snapshot import ClusterSnapshot

CONTROL_PLANE = "control-plane"
_POOLS = (
    "eks.amazonaws.com/nodegroup",
    "cloud.google.com/gke-nodepool",
    "kubernetes.azure.com/agentpool",
    "karpenter.sh/nodepool",
)
_ROLES = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
_COMPUTE = "eks.amazonaws.com/compute-type"
_TYPE = "node.kubernetes.io/instance-type"
_REGION = "topology.kubernetes.io/region"


def pool_of(node: Node) -> str:
    """The pool's name; empty where nothing tells it."""
    labels = node.metadata.labels
    for label in _POOLS:
        if name := labels.get(label):
            return name
    if labels.get(_COMPUTE) == "fargate":
        return "fargate"
    if any(role in labels for role in _ROLES):
        return CONTROL_PLANE
    return labels.get(_TYPE, "")


def pools_of(cluster: ClusterSnapshot) -> tuple[NodePool, ...]:
    """All pools by name; empty where nodes cannot be read."""
    groups: dict[str, list[Node]] = {}
    for node in cluster.objects("nodes", Node).values():
        groups.setdefault(pool_of(node), []).append(node)
    groupings, dropped = cgroups(cluster), losing(cluster)
    return tuple(_pool(name, groups[name], groupings, dropped) for name in sorted(groups))


def region_of(cluster: ClusterSnapshot) -> str:
    """Where the nodes are: `eu-west-1`; several with a comma; empty where they do not say."""
    nodes = cluster.objects("nodes", Node).values()
    found = {node.metadata.labels.get(_REGION, "") for node in nodes}
    return ", ".join(sorted(found - {""}))


def _pool(
    name: str, nodes: Iterable[Node], groupings: Mapping[str, Cgroup], dropped: Mapping[str, str]
) -> NodePool:
    ordered = sorted(nodes, key=lambda node: node.metadata.name)
    names = tuple(node.metadata.name for node in ordered)
    minors: Counter[Minor] = Counter()
    runtimes, images = set[str](), set[str]()
    for node in ordered:
        info = node.status.node_info
        version = kube_version(info.kubelet_version)
        if version is not None:
            minors[version.of] += 1
        runtimes.add(info.container_runtime_version.replace("://", " "))
        images.add(info.os_image)
    return NodePool(
        name,
        names,
        tuple(sorted(minors.items())),
        tuple(node.metadata.name for node in ordered if node.ready is not True),
        tuple(node.metadata.name for node in ordered if node.spec.unschedulable),
        tuple(sorted(runtimes - {""})),
        tuple(sorted(images - {""})),
        _cgroup([groupings.get(one) for one in names]),
        losing=", ".join(sorted({dropped[one] for one in names if one in dropped})),
    )


def _cgroup(found: Iterable[Cgroup | None]) -> str:
    """In words: as far as it was measured; else by the OS images, if all of them tell."""
    every = list(found)
    measured = sorted({one.version for one in every if one is not None and one.measured})
    if measured:
        return " and ".join(f"v{version}" for version in measured)
    if not every or None in every:
        return ""
    guesses = sorted({one.version for one in every if one is not None})
    return " and ".join(f"v{version}" for version in guesses) + ", by its OS image"
