"""UB11: container runtimes and cgroup versions that a later kubelet refuses.

Sources: KEP-2221 (dockershim), KEP-4569 (cgroup v1: refused from 1.35 on unless failCgroupV1 is
false), and for runtimes what `runtimes.refusal` names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from mckconsole.analysis.mesh.evidence import derived
from mckconsole.analysis.versions.component_configs import kubelet_config
from mckconsole.analysis.versions.ground import MOST_EVIDENCE, Ground
from mckconsole.analysis.versions.model import Blocker, Gravity, NodePool, Phase
from mckconsole.analysis.versions.runtimes import refusal
from mckconsole.domain.core import Node
from mckconsole.domain.findings import Evidence
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.support import SupportData
from mckconsole.domain.wording import counted

CGROUP_V2_FROM: Final = Minor(1, 35)
"""From here on the kubelet refuses cgroup v1 unless it is told not to."""


def runtime_blockers(
    cluster: ClusterSnapshot, pools: Sequence[NodePool], data: SupportData
) -> list[Blocker]:
    """UB11 of one cluster; of each pool `cgroup` counts."""
    ground = Ground(cluster)
    if why := ground.unread("nodes"):
        return [ground.unknown("UB11", Phase.NODES, why)]
    return [*_runtimes(ground, data), *_cgroups(ground, pools)]


def _runtimes(ground: Ground, data: SupportData) -> Iterator[Blocker]:
    """One blocker for each runtime's version that some kubelet refuses, or that nobody knows."""
    by_text: dict[str, list[Node]] = defaultdict(list)
    for node in ground.cluster.objects("nodes", Node).values():
        by_text[node.status.node_info.container_runtime_version].append(node)
    for text, nodes in sorted(by_text.items()):
        found = refusal(text, data)
        if found.known and found.first is None:
            continue
        words = f"{counted(len(nodes), 'node')}: {found.why}"
        evidence = ground.some("nodes", nodes, "status.nodeInfo.containerRuntimeVersion", text)
        if found.first is None:
            yield ground.unknown(
                "UB11", Phase.NODES, words, subject=f"runtime {text}", evidence=evidence
            )
            continue
        yield Blocker(
            "UB11",
            Gravity.BLOCK,
            Phase.NODES,
            f"A kubelet {found.first} does not run on {text}",
            words,
            "Move them to an image with a newer runtime first: "
            + ground.kubectl("get nodes -o wide"),
            subject=f"runtime {text}",
            target=found.first,
            evidence=evidence,
        )


def _cgroups(ground: Ground, pools: Sequence[NodePool]) -> Iterator[Blocker]:
    """Pools whose kubelets are still to come to the minor that refuses cgroup v1."""
    nodes = ground.cluster.objects("nodes", Node)
    windows = {
        key[1] for key, one in nodes.items() if one.status.node_info.operating_system == "windows"
    }
    for pool in pools:
        linux = [one for one in pool.nodes if one not in windows]
        if pool.nodes and not linux:
            continue  # cgroups are Linux's
        older = any(minor < CGROUP_V2_FROM for minor, _ in pool.kubelets)
        if (pool.kubelets and not older) or pool.cgroup.startswith("v2"):
            continue
        name = pool.name or "the nodes without pool"
        said = pool.cgroup or "not known"
        evidence = [
            derived(ground.name, f"cgroup version of node {one}", said, ground.at("nodes"))
            for one in linux[:MOST_EVIDENCE]
        ]
        subject = f"cgroup {pool.name}"
        if not pool.cgroup.startswith("v1"):
            yield ground.unknown(
                "UB11",
                Phase.NODES,
                f"{name}: nobody says whether its nodes have cgroup v2",
                subject=subject,
                target=CGROUP_V2_FROM,
                evidence=evidence,
                remediation="See what the kubelets say: kubelet_cgroup_version in Prometheus, or "
                "stat -fc %T /sys/fs/cgroup on a node",
            )
            continue
        yield from _old_cgroup(ground, f"{name} has cgroup {pool.cgroup}", subject, evidence)


def _old_cgroup(
    ground: Ground, words: str, subject: str, evidence: list[Evidence]
) -> Iterator[Blocker]:
    config = kubelet_config(ground.cluster)
    refuses = config.values.get("failCgroupV1", True)
    if config.object is not None:
        seen = ground.seen("kubelet-config", config.object, "failCgroupV1", refuses)
        evidence = [*evidence, seen]
    if config.unread:
        words += f"; whether failCgroupV1 is false is not known: {config.unread}"
        yield ground.unknown(
            "UB11", Phase.NODES, words, subject=subject, target=CGROUP_V2_FROM, evidence=evidence
        )
    elif refuses is not False:
        yield Blocker(
            "UB11",
            Gravity.BLOCK,
            Phase.NODES,
            f"A kubelet {CGROUP_V2_FROM} does not start on cgroup v1",
            words,
            "Move the pool to an image with cgroup v2, or set failCgroupV1: false in its kubelets' "
            "configuration until it is: " + ground.kubectl("get nodes -o wide"),
            subject=subject,
            target=CGROUP_V2_FROM,
            evidence=tuple(evidence),
        )
