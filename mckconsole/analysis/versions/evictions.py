"""Pods that a drain interrupts or waits for: UB06, one blocker per namespace and kind of trouble.

Sources: https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/, the FAQ of the
cluster autoscaler (safe-to-evict), Karpenter's disruption controls (do-not-disrupt).
"""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from mckconsole.analysis.versions.ground import MOST_EVIDENCE, Ground
from mckconsole.analysis.versions.model import Blocker, Gravity, Phase
from mckconsole.analysis.versions.podsort import SortedPods
from mckconsole.domain.core import Deployment, Service
from mckconsole.domain.failover import StatefulSet
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.objects import Key
from mckconsole.domain.pods import Pod
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.wording import counted, listed

_NAMED: Final = 5
_EXPORTS: Final = ("serviceexports", "gke-serviceexports")
_TITLES: Final = {
    "bare": "Pods without controller in {} do not come back",
    "held": "Pods in {} ask not to be moved",
    "grace": "Pods in {} may take more than 15 minutes to stop",
    "single": "Services in {} stand on a single replica",
}
_PATHS: Final = {
    "bare": "metadata.ownerReferences",
    "held": "metadata.annotations",
    "grace": "spec.terminationGracePeriodSeconds",
}


def eviction_blockers(cluster: ClusterSnapshot, pods: SortedPods) -> list[Blocker]:
    """UB06 of one cluster."""
    ground = Ground(cluster)
    found: list[Blocker] = []
    if why := ground.unread("pods"):
        found.append(ground.unknown("UB06", Phase.NODES, why, subject="pods"))
    else:
        grouped = sorted(_grouped(pods).items())
        found += [_of_pods(ground, *key, some) for key, some in grouped]
    if why := ground.unread("deployments", "statefulsets", "services"):
        found.append(ground.unknown("UB06", Phase.NODES, why, subject="single replica"))
    else:
        found += _single(ground)
    return found


def _grouped(pods: SortedPods) -> dict[tuple[str, str], list[Pod]]:
    """By (trouble, namespace)."""
    found: dict[tuple[str, str], list[Pod]] = defaultdict(list)
    for trouble, some in (("bare", pods.bare), ("held", pods.held), ("grace", pods.slow)):
        for pod in some:
            found[trouble, pod.metadata.namespace].append(pod)
    return found


def _of_pods(ground: Ground, trouble: str, namespace: str, pods: list[Pod]) -> Blocker:
    names = listed([one.key[1] for one in pods], _NAMED)
    first = pods[0]
    return Blocker(
        "UB06",
        Gravity.WARN,
        Phase.NODES,
        _TITLES[trouble].format(namespace),
        f"{counted(len(pods), 'pod')}: {names}",
        _pod_remedy(ground, trouble, first),
        _namespace(namespace),
        trouble,
        evidence=tuple(
            ground.seen("pods", one, _PATHS[trouble], _value(trouble, one))
            for one in pods[:MOST_EVIDENCE]
        ),
    )


def _value(trouble: str, pod: Pod) -> object:
    if trouble == "held":
        return pod.metadata.held
    return "no controller" if trouble == "bare" else pod.spec.termination_grace_period_seconds


def _pod_remedy(ground: Ground, trouble: str, pod: Pod) -> str:
    if trouble == "held":
        key = pod.metadata.held.partition(":")[0]
        command = ground.on("annotate", "pod", pod.key, shlex.quote(f"{key}-"))
        return f"Move it at a time that suits it; to let it be moved: {command}"
    if trouble == "grace":
        return "Plan the node group's drain timeout longer than that, or shorten the period: " + (
            ground.on("get", "pod", pod.key, "-o jsonpath='{.spec.terminationGracePeriodSeconds}'")
        )
    return "Give it a Deployment or StatefulSet, or keep its manifest: " + ground.on(
        "get", "pod", pod.key, "-o yaml"
    )


class _Serving:
    """Which Services select pods with given labels."""

    def __init__(self, services: Iterable[Service]) -> None:
        self._by_label: dict[tuple[str, str, str], list[Service]] = defaultdict(list)
        for one in services:
            pair = next(iter(one.spec.selector.items()), None)
            if pair is not None:
                self._by_label[one.key[0], *pair].append(one)

    def of(self, namespace: str, labels: Mapping[str, str]) -> Service | None:
        """One that selects them."""
        for pair in labels.items():
            for one in self._by_label.get((namespace, *pair), ()):
                if one.spec.selector.items() <= labels.items():
                    return one
        return None


def _single(ground: Ground) -> Iterator[Blocker]:
    """Single replicas behind a Service."""
    cluster = ground.cluster
    serving = _Serving(cluster.objects("services", Service).values())
    exported: set[Key] = set()
    for topic in _EXPORTS:
        exported.update(cluster.topic(topic).objects)
    found: dict[str, list[tuple[str, Deployment | StatefulSet, Service]]] = defaultdict(list)
    workloads: tuple[tuple[str, Iterable[Deployment | StatefulSet]], ...] = (
        ("deployments", cluster.objects("deployments", Deployment).values()),
        ("statefulsets", cluster.objects("statefulsets", StatefulSet).values()),
    )
    for topic, many in workloads:
        for one in many:
            if one.spec.replicas == 1:
                namespace = one.metadata.namespace
                service = serving.of(namespace, one.spec.template.metadata.labels)
                if service is not None:
                    found[namespace].append((topic, one, service))
    for namespace, some in sorted(found.items()):
        yield _alone(ground, namespace, some, exported)


def _alone(
    ground: Ground, namespace: str,
    some: list[tuple[str, Deployment | StatefulSet, Service]], exported: set[Key],
) -> Blocker:  # fmt: skip
    _, first, _ = some[0]
    abroad = sum(service.key in exported for _, _, service in some)
    words = listed([f"{one.kind} {one.key[1]}" for _, one, _ in some], _NAMED)
    words += f"; {counted(abroad, 'service')} of them exported to other clusters" if abroad else ""
    evidence = []
    for where, one, service in some[: MOST_EVIDENCE // 2]:
        evidence.append(ground.seen(where, one, "spec.replicas", 1))
        evidence.append(ground.seen("services", service, "spec.selector", "selects its pods"))
    return Blocker(
        "UB06",
        Gravity.WARN,
        Phase.NODES,
        _TITLES["single"].format(namespace),
        f"{counted(len(some), 'workload')}: {words}",
        "Run two for the time of the upgrade: "
        + ground.on("scale", first.kind.lower(), first.key, "--replicas=2"),
        _namespace(namespace),
        "single replica",
        evidence=tuple(evidence),
    )


def _namespace(name: str) -> ObjectRef:
    return ObjectRef("v1", "Namespace", "", name)
