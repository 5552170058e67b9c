"""What nodes stand in the way of: UB01 kubelets too old for the next control plane, UB07 nodes that
are not well.

Source: https://kubernetes.io/releases/version-skew-policy/; `limits` has how much is allowed.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import Final

from mckconsole.analysis.versions.ground import MOST_EVIDENCE, Ground
from mckconsole.analysis.versions.limits import first_refusing
from mckconsole.analysis.versions.model import (
    Blocker,
    ClusterVersions,
    Component,
    Gravity,
    NodePool,
    Phase,
    Seen,
)
from mckconsole.analysis.versions.podsort import SortedPods
from mckconsole.domain.core import Node
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.pods import Pod
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.times import parse_rfc3339
from mckconsole.domain.wording import counted, listed

_ON_NODES: Final = (Component.KUBELET, Component.KUBE_PROXY)
_PRESSURE: Final = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")
_CORDON: Final = "node.kubernetes.io/unschedulable"
_LONG: Final = 86_400.0
"""Seconds after which a cordoned node is no work under way any more."""
_NAMED: Final = 5


def lag_blockers(cluster: ClusterSnapshot, versions: ClusterVersions) -> list[Blocker]:
    """UB01: what must move before the control plane does."""
    ground = Ground(cluster)
    if versions.least is None:
        why = "the API servers' version is not known"
        return [ground.unknown("UB01", Phase.CONTROL_PLANE, why)]
    found: list[Blocker] = []
    for one in versions.seen:
        if one.component in _ON_NODES and one.count:  # none is where another does its work
            found += _lagging(ground, one, versions.least.plus(1), versions.provider)
    if not any(one.component is Component.KUBELET for one in versions.seen):
        why = ground.unread("nodes") or "no kubelet says its version"
        found.append(ground.unknown("UB01", Phase.CONTROL_PLANE, why, subject="kubelet"))
    return found


def _lagging(ground: Ground, seen: Seen, following: Minor, provider: str) -> Iterator[Blocker]:
    what = f"{seen.count} × {seen.component}"
    if seen.version is None:
        why = f"{what}: what it says is no version"
        yield ground.unknown(
            "UB01", Phase.CONTROL_PLANE, why, subject=seen.component, evidence=seen.evidence
        )
        return
    own = seen.version.of
    first = first_refusing(own, provider)
    if first > following:
        return
    yield Blocker(
        "UB01",
        Gravity.BLOCK,
        Phase.CONTROL_PLANE,
        f"{seen.component} {own} must move before the control plane does",
        f"{what} at {own} ({seen.how}): a control plane at {first} takes none older than "
        f"{own.plus(1)}",
        f"Upgrade these nodes to {following.plus(-1)} first, pool by pool: "
        + ground.kubectl("get nodes --sort-by=.status.nodeInfo.kubeletVersion"),
        subject=f"{seen.component} {own}",
        target=first,
        evidence=seen.evidence,
    )


def node_blockers(
    cluster: ClusterSnapshot, pools: Sequence[NodePool], pods: SortedPods
) -> list[Blocker]:
    """UB07: nodes that are not ready, under pressure or cordoned, and pods that do not go."""
    ground = Ground(cluster)
    found: list[Blocker] = []
    if why := ground.unread("nodes"):
        found.append(ground.unknown("UB07", Phase.NODES, why, subject="nodes"))
    else:
        found += _unfit(ground, len(pools) < 2)
    if why := ground.unread("pods"):
        found.append(ground.unknown("UB07", Phase.NODES, why, subject="stuck pods"))
    elif pods.stuck:
        found.append(_stuck(ground, pods.stuck))
    return found


def _unfit(ground: Ground, only_pool: bool) -> Iterator[Blocker]:
    ill: list[tuple[Node, str]] = []
    cordoned: list[tuple[Node, str]] = []
    now = ground.at("nodes")
    for node in ground.cluster.objects("nodes", Node).values():
        if trouble := _trouble(node):
            ill.append((node, trouble))
        elif node.spec.unschedulable:
            long = _cordoned_for(node, now) >= _LONG
            words = "cordoned for more than a day" if long else "cordoned"
            (ill if long else cordoned).append((node, words))
    if ill:
        blocks = len(ill) > 1 or only_pool
        yield _of_nodes(ground, ill, "not fit", Gravity.BLOCK if blocks else Gravity.WARN)
    if cordoned:
        yield _of_nodes(ground, cordoned, "cordoned", Gravity.WARN)


def _trouble(node: Node) -> str:
    """What the kubelet says is wrong; empty for nothing."""
    if node.ready is not True:
        return "not ready" if node.ready is False else "Ready is not known"
    for one in node.status.conditions:
        if one.type in _PRESSURE and one.status == "True":
            return one.type
    return ""


def _cordoned_for(node: Node, now: float) -> float:
    """Seconds since it was cordoned; 0 where its taint does not say."""
    for taint in node.spec.taints:
        since = parse_rfc3339(taint.time_added) if taint.key == _CORDON else None
        if since is not None:
            return now - since
    return 0.0


def _of_nodes(
    ground: Ground, nodes: Sequence[tuple[Node, str]], subject: str, gravity: Gravity
) -> Blocker:
    words = listed([f"{node.key[1]} ({trouble})" for node, trouble in nodes], _NAMED)
    first = nodes[0][0]
    verb = "uncordon" if subject == "cordoned" else "describe node"
    return Blocker(
        "UB07",
        gravity,
        Phase.NODES,
        f"{counted(len(nodes), 'node')} {subject}",
        words,
        "Repair or remove them before the nodes' turn: "
        + ground.kubectl(f"{verb} {shlex.quote(first.key[1])}"),
        ground.ref("nodes", first) if len(nodes) == 1 else None,
        subject,
        evidence=tuple(
            ground.seen("nodes", node, _path(trouble), trouble)
            for node, trouble in nodes[:MOST_EVIDENCE]
        ),
    )


def _path(trouble: str) -> str:
    if trouble.startswith("cordoned"):
        return "spec.unschedulable"
    kind = trouble if trouble in _PRESSURE else "Ready"
    return f"status.conditions[type={kind}]"


def _stuck(ground: Ground, found: Sequence[Pod]) -> Blocker:
    """Pods whose time to stop is over."""
    first = found[0]
    names = listed([f"{one.key[0]}/{one.key[1]}" for one in found], _NAMED)
    return Blocker(
        "UB07",
        Gravity.WARN,
        Phase.NODES,
        f"{counted(len(found), 'pod')} deleted that do not go",
        f"{names}: a drain of their nodes never ends",
        "Look at their finalizers and volumes: " + ground.on("get", "pod", first.key, "-o yaml"),
        ground.ref("pods", first) if len(found) == 1 else None,
        "stuck pods",
        evidence=tuple(
            ground.seen("pods", one, "metadata.deletionTimestamp", one.metadata.deletion_timestamp)
            for one in found[:MOST_EVIDENCE]
        ),
    )
