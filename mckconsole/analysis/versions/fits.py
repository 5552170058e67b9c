"""Which nodes a pod may run on, and what it takes of one.

As the scheduler's filters have it: nodeSelector and required node affinity, taints, and the
nodeAffinity of volumes. Extended resources beyond those of `Allotment`, ports of the host, pod
overhead and spread constraints are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from mckconsole.analysis.failover.quantities import amount
from mckconsole.domain.core import Allotment, Taint
from mckconsole.domain.objects import Key
from mckconsole.domain.pods import Pod, PodContainer
from mckconsole.domain.scheduling import RESOURCES, Toleration
from mckconsole.domain.upgrade import NodeTerms, Requirement

HOSTNAME: Final = "kubernetes.io/hostname"
Amounts: TypeAlias = Mapping[str, float]
"""By field of an `Allotment`; what is not there is zero."""
_SIDECAR: Final = "Always"
_KEEPS_OFF: Final = frozenset({"NoSchedule", "NoExecute"})


class Placement(NamedTuple):
    """What a pod asks of its node but for resources."""

    selector: tuple[tuple[str, str], ...] = ()
    terms: tuple[NodeTerms, ...] = ()
    """Of its own affinity and of each of its volumes; all must hold."""
    tolerations: tuple[Toleration, ...] = ()

    def allows(self, labels: Mapping[str, str], taints: Iterable[Taint]) -> bool:
        """Whether a node with these labels and taints takes it."""
        if any(labels.get(key) != value for key, value in self.selector):
            return False
        if not all(_one_holds(one, labels) for one in self.terms):
            return False
        return all(
            any(one.tolerates(taint) for one in self.tolerations)
            for taint in taints
            if taint.effect in _KEEPS_OFF
        )

    @property
    def pinned(self) -> bool:
        """Whether it names a node: another one of the same kind would not do."""
        if any(key == HOSTNAME for key, _ in self.selector):
            return True
        return any(
            one.key == HOSTNAME
            for terms in self.terms
            for term in terms.node_selector_terms
            for one in term.match_expressions
        )


def _one_holds(terms: NodeTerms, labels: Mapping[str, str]) -> bool:
    return any(
        term.match_expressions and all(holds(one, labels) for one in term.match_expressions)
        for term in terms.node_selector_terms
    )


def holds(one: Requirement, labels: Mapping[str, str]) -> bool:
    """Whether an expression holds of a node; one that nobody knows does not."""
    value = labels.get(one.key)
    if one.operator == "In":
        return value in one.values
    if one.operator == "NotIn":
        return value not in one.values
    if one.operator == "Exists":
        return value is not None
    if one.operator == "DoesNotExist":
        return value is None
    return value is not None and _compared(one, value)


def _compared(one: Requirement, value: str) -> bool:
    """`Gt` and `Lt`, of whole numbers."""
    try:
        (limit,) = one.values
        left, right = int(value), int(limit)
    except ValueError:
        return False
    if one.operator == "Gt":
        return left > right
    return one.operator == "Lt" and left < right


@lru_cache(maxsize=4096)
def amounts(given: Allotment) -> Amounts | None:
    """What is given of each resource; None where something is no quantity. Kept: not to be
    changed."""
    found: dict[str, float] = {}
    for name in RESOURCES:
        quantity = getattr(given, name)
        if quantity != "":
            number = amount(quantity)
            if number is None:
                return None
            if number:
                found[name] = number
    return found


class Wish(NamedTuple):
    """What a pod asks for; pods of one workload ask for the same."""

    amounts: Amounts
    """What the scheduler counts for it; nothing where it is not `clear`."""
    clear: bool
    """Whether all its requests are quantities."""
    placement: Placement
    pinned: bool
    names_pods: bool
    """Whether it says anything of other pods."""
    beside: bool
    """Whether it must be on one node with others."""
    claims: bool
    """Whether it has volumes that may be bound to some nodes."""

    @property
    def order(self) -> tuple[bool, float, float]:
        """Who can go to few nodes first, then the largest."""
        cpu, memory = self.amounts.get("cpu", 0.0), self.amounts.get("memory", 0.0)
        return (not self.pinned, -cpu, -memory)


class Asking:
    """What pods ask for; those of one workload share what says it, and so the answer."""

    def __init__(self, volumes: Mapping[Key, NodeTerms]) -> None:
        self._volumes = volumes
        self._known: dict[tuple[object, ...], tuple[object, Wish]] = {}
        self._placements: dict[Placement, Placement] = {}

    def wish(self, pod: Pod) -> Wish:
        """What a pod asks for; placements that are equal are one object."""
        spec = pod.spec
        key = (
            id(spec.containers),
            id(spec.init_containers),
            id(spec.volumes),
            id(spec.node_selector),
            id(spec.affinity),
            id(spec.tolerations),
            pod.metadata.namespace,
        )
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = (spec, self._wish(pod))  # held: its ids stay its own
        return known[1]

    def _wish(self, pod: Pod) -> Wish:
        spec, affinity = pod.spec, pod.spec.affinity
        asked = _asked(spec.containers, spec.init_containers)
        placement = self._placement(pod)
        return Wish(
            asked or {},
            asked is not None,
            placement,
            placement.pinned,
            affinity.names_pods,
            any(one.topology_key == HOSTNAME for one in affinity.pod_affinity.required),
            any(one.persistent_volume_claim is not None for one in spec.volumes),
        )

    def _placement(self, pod: Pod) -> Placement:
        spec = pod.spec
        required = spec.affinity.node_affinity.required
        terms = [] if required is None else [required]
        if self._volumes and spec.volumes:
            terms += self._reach(pod)
        found = Placement(tuple(sorted(spec.node_selector.items())), tuple(terms), spec.tolerations)
        return self._placements.setdefault(found, found)

    def _reach(self, pod: Pod) -> Iterable[NodeTerms]:
        """Where its volumes can be reached from."""
        for one in pod.spec.volumes:
            if one.persistent_volume_claim is not None:
                key = (pod.metadata.namespace, one.persistent_volume_claim.claim_name)
                terms = self._volumes.get(key)
                if terms is not None:
                    yield terms


def _asked(
    containers: Sequence[PodContainer], before: Sequence[PodContainer]
) -> dict[str, float] | None:
    """The sum of what runs together, or what an init container takes beside the sidecars that
    started before it, whichever is more."""
    total: dict[str, float] = {}
    peak: dict[str, float] = {}
    for one in before:
        asked = amounts(one.resources.requests)
        if asked is None:
            return None
        if one.restart_policy == _SIDECAR:
            _add(total, asked)
        else:
            for name, number in asked.items():
                peak[name] = max(peak.get(name, 0.0), number + total.get(name, 0.0))
    for one in containers:
        asked = amounts(one.resources.requests)
        if asked is None:
            return None
        _add(total, asked)
    for name, number in peak.items():
        total[name] = max(total.get(name, 0.0), number)
    return total


def _add(total: dict[str, float], more: Amounts) -> None:
    for name, number in more.items():
        total[name] = total.get(name, 0.0) + number
