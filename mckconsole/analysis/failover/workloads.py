"""A cluster's workloads as the simulation needs them: what runs, what it asks for, how far it
may grow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from mckconsole.analysis.failover.quantities import amount
from mckconsole.domain.core import DaemonSet, Deployment, PodTemplate
from mckconsole.domain.failover import HorizontalPodAutoscaler, StatefulSet
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.snapshot import ClusterSnapshot

TOPICS: Mapping[str, str] = {
    "Deployment": "deployments",
    "StatefulSet": "statefulsets",
    "DaemonSet": "daemonsets",
}
"""Kind to topic."""


class Workload(msgspec.Struct, frozen=True, gc=False):
    """One workload that runs pods by template."""

    kind: str
    key: Key
    object: Projection
    labels: Mapping[str, str]
    """Of its pods."""
    replicas: int
    """Wanted; of a DaemonSet as many as nodes suit it."""
    ready: int
    cpu: float | None
    """Cores that one pod asks for; None when no container says or one says nonsense."""
    memory: float | None
    images: tuple[str, ...]
    containers: tuple[str, ...]
    """Their names, in the order of the images."""
    stateful: bool = False
    """Has volumes of its own."""


def workloads(cluster: ClusterSnapshot) -> Iterator[Workload]:
    """Every Deployment, StatefulSet and DaemonSet that is held."""
    for one in cluster.objects("deployments", Deployment).values():
        spec, ready = one.spec, one.status.ready_replicas
        yield _workload("Deployment", one, spec.template, spec.replicas, ready)
    for two in cluster.objects("statefulsets", StatefulSet).values():
        spec, ready = two.spec, two.status.ready_replicas
        own = bool(two.spec.volume_claim_templates)
        yield _workload("StatefulSet", two, spec.template, spec.replicas, ready, own)
    for three in cluster.objects("daemonsets", DaemonSet).values():
        status, template = three.status, three.spec.template
        wanted = status.desired_number_scheduled
        yield _workload("DaemonSet", three, template, wanted, status.number_ready)


def _workload(
    kind: str, found: Projection, template: PodTemplate, replicas: int, ready: int,
    stateful: bool = False,
) -> Workload:  # fmt: skip
    containers = template.spec.containers
    return Workload(
        kind,
        found.key,
        found,
        template.metadata.labels,
        max(replicas, 0),
        max(ready, 0),
        _sum([one.resources.requests.cpu for one in containers]),
        _sum([one.resources.requests.memory for one in containers]),
        tuple([one.image for one in containers]),
        tuple([one.name for one in containers]),
        stateful,
    )


def _sum(quantities: Iterable[str | int]) -> float | None:
    """All of them together, what is not given as nothing; None when none is given."""
    given = [amount(one) for one in quantities if one != ""]
    known = [one for one in given if one is not None]
    return sum(known) if given and len(known) == len(given) else None


class Backing:
    """Finds the workloads behind a Service by its selector."""

    def __init__(self, found: Iterable[Workload]) -> None:
        self._by_label: dict[tuple[str, str, str], list[Workload]] = {}
        for one in found:
            for name, value in one.labels.items():
                self._by_label.setdefault((one.key[0], name, value), []).append(one)

    def behind(self, namespace: str, selector: Sequence[tuple[str, str]]) -> Sequence[Workload]:
        """Workloads of the namespace whose pods the selector selects; none for no selector."""
        lists = [self._by_label.get((namespace, *pair), []) for pair in selector]
        if not lists:
            return ()
        return [
            one
            for one in min(lists, key=len)
            if all(one.labels.get(name) == value for name, value in selector)
        ]


def growth(cluster: ClusterSnapshot) -> Mapping[tuple[str, str, str], int]:
    """(kind, namespace, name) of what autoscalers scale, to the most replicas they allow."""
    found: dict[tuple[str, str, str], int] = {}
    for one in cluster.objects("autoscalers", HorizontalPodAutoscaler).values():
        target = one.spec.scale_target_ref
        found[target.kind, one.metadata.namespace, target.name] = one.spec.max_replicas
    return found
