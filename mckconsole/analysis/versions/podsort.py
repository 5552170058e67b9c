"""The pods of a cluster, gone through once and sorted by what the makers of blockers ask for.

There are many pods and few that anything is to be said of, so one walk serves all.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from mckconsole.domain.pods import CONTROL_PLANE, Pod
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.times import parse_rfc3339

LONGEST_GRACE: Final = 900
"""Seconds that a drain may be made to wait for one pod before it is told."""
_STUCK: Final = 600.0
"""Seconds after the end of its grace period that a pod may still be there."""
_STAYS: Final = frozenset({"DaemonSet", "Node"})
"""Controllers whose pods a drain leaves where they are."""
_SYSTEM: Final = "kube-system"


@dataclass(slots=True)
class SortedPods:
    """Pods that have not run to their end."""

    movable: dict[str, list[Pod]] = field(default_factory=lambda: defaultdict(list))
    """By node: those that a drain evicts."""
    staying: dict[str, list[Pod]] = field(default_factory=lambda: defaultdict(list))
    """By node: those of DaemonSets, and static ones."""
    pending: list[Pod] = field(default_factory=list)
    """Without a node."""
    bare: list[Pod] = field(default_factory=list)
    held: list[Pod] = field(default_factory=list)
    slow: list[Pod] = field(default_factory=list)
    stuck: list[Pod] = field(default_factory=list)
    cloning: list[Pod] = field(default_factory=list)
    """With a gitRepo volume."""
    control: dict[str, list[Pod]] = field(default_factory=lambda: defaultdict(list))
    """By name of the container: static pods of the control plane."""


def controller_of(pod: Pod) -> str:
    """Kind of the object that makes the pod anew; empty for none. `Node` is a static pod's."""
    for one in pod.metadata.owner_references:
        if one.controller:
            return one.kind
    return ""


def sort_pods(cluster: ClusterSnapshot) -> SortedPods:
    """All pods that are held of a cluster."""
    found = SortedPods()
    now = cluster.topic("pods").as_of or 0.0
    cloning: dict[int, bool] = {}
    for pod in cluster.objects("pods", Pod).values():
        if pod.over:
            continue
        meta, spec = pod.metadata, pod.spec
        if meta.deletion_timestamp and _overdue(meta.deletion_timestamp, now):
            found.stuck.append(pod)
        if spec.volumes:
            clones = cloning.get(id(spec.volumes))
            if clones is None:  # pods of one workload share their volumes, and the answer
                clones = any(one.git_repo is not None for one in spec.volumes)
                cloning[id(spec.volumes)] = clones
            if clones:
                found.cloning.append(pod)
        controller = controller_of(pod)
        if controller in _STAYS:
            found.staying[spec.node_name].append(pod)
            if controller == "Node" and meta.namespace == _SYSTEM:
                _control(found, pod)
            continue
        (found.movable[spec.node_name] if spec.node_name else found.pending).append(pod)
        if not controller:
            found.bare.append(pod)
            if meta.namespace == _SYSTEM:
                _control(found, pod)  # mirror pods of old kubelets name no owner
        if meta.held:
            found.held.append(pod)
        if spec.termination_grace_period_seconds > LONGEST_GRACE:
            found.slow.append(pod)
    return found


def _overdue(deleted: str, now: float) -> bool:
    ends = parse_rfc3339(deleted)
    return ends is not None and now - ends > _STUCK


def _control(found: SortedPods, pod: Pod) -> None:
    for one in pod.spec.containers:
        if one.name in CONTROL_PLANE:
            found.control[one.name].append(pod)
