"""UB15: members of etcd, as their static pods and their metrics have them.

When the database was saved last nobody tells; a plan that goes on does not say that it was. Source:
https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import Final

from mckconsole.analysis.versions.etcd_metrics import measured_blockers, measured_members
from mckconsole.analysis.versions.features import RUN_BY_PROVIDER
from mckconsole.analysis.versions.ground import MOST_EVIDENCE, Ground
from mckconsole.analysis.versions.model import Blocker, Gravity, Phase
from mckconsole.analysis.versions.podsort import SortedPods
from mckconsole.domain.core import Node
from mckconsole.domain.pods import Pod
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.wording import counted, listed

_RULE: Final = "UB15"
_CONTAINER: Final = "etcd"
_OWN_ROLE: Final = "node-role.kubernetes.io/etcd"
"""RKE2: etcd may have nodes of its own."""
_ROLE: Final = "node-role.kubernetes.io/control-plane"
_NAMED: Final = 5


def etcd_blockers(cluster: ClusterSnapshot, provider: str, pods: SortedPods) -> list[Blocker]:
    """UB15 of one cluster.

    Args:
        provider: as `provider.identify` names it; those that run the control plane show no etcd.
    """
    ground = Ground(cluster)
    if provider in RUN_BY_PROVIDER:
        return []
    if why := ground.unread("pods"):
        return [ground.unknown(_RULE, Phase.CONTROL_PLANE, why)]
    members = pods.control.get(_CONTAINER, [])
    measured = measured_members(ground)
    if not members and not measured:
        why = "etcd does not run as static pods, and no Prometheus knows it"
        return [ground.unknown(_RULE, Phase.CONTROL_PLANE, why)]
    told = (*measured_blockers(ground, measured), *_ill(ground, members))
    return [*told, *_missing(ground, members)]


def _ill(ground: Ground, members: Sequence[Pod]) -> Iterator[Blocker]:
    down = [one for one in members if not _ready(one)]
    if not down:
        return
    up = len(members) - len(down)
    quorum = len(members) // 2 + 1
    yield Blocker(
        _RULE,
        Gravity.BLOCK,
        Phase.CONTROL_PLANE,
        f"{counted(len(down), 'member')} of etcd not ready",
        f"{listed([one.key[1] for one in down], _NAMED)}: {up} of {len(members)} ready, {quorum} "
        "are needed, and the upgrade takes one away at a time",
        "Mend it before the control plane's turn, and take a snapshot: "
        + ground.kubectl(f"logs {shlex.quote(down[0].key[1])} -c etcd --tail=50", down[0].key[0]),
        ground.ref("pods", down[0]) if len(down) == 1 else None,
        "members",
        evidence=tuple(
            ground.seen("pods", one, "status.containerStatuses[].ready",
                        f"false, {one.status.phase or 'phase not known'}")
            for one in down[:MOST_EVIDENCE]
        ),
    )  # fmt: skip


def _ready(pod: Pod) -> bool:
    statuses = pod.status.container_statuses
    return pod.status.phase == "Running" and bool(statuses) and all(one.ready for one in statuses)


def _missing(ground: Ground, members: Sequence[Pod]) -> Iterator[Blocker]:
    """Nodes that should have a member and have none."""
    if ground.unread("nodes"):
        return  # UB07 says so
    nodes = ground.cluster.objects("nodes", Node).values()
    own = [one for one in nodes if _OWN_ROLE in one.metadata.labels]
    wanted = own or [one for one in nodes if _ROLE in one.metadata.labels]
    have = {one.spec.node_name for one in members}
    without = [one for one in wanted if one.metadata.name not in have]
    if members and without and len(without) < len(wanted):
        yield Blocker(
            _RULE,
            Gravity.WARN,
            Phase.CONTROL_PLANE,
            f"{counted(len(without), 'control plane node')} without a member of etcd",
            f"{listed([one.key[1] for one in without], _NAMED)}: {len(members)} members on "
            f"{len(wanted)} such nodes",
            "See who is a member, and let the node join again: "
            + ground.kubectl("get pods -l component=etcd -o wide", "kube-system"),
            ground.ref("nodes", without[0]) if len(without) == 1 else None,
            "missing",
            evidence=(
                *ground.some("nodes", without, "metadata.labels", "control plane, without etcd"),
                *ground.some("pods", members, "spec.containers[].name", "etcd"),
            ),
        )
