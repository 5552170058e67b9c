"""What a pod asks of the node that it runs on: resources, selectors, tolerations, other pods.

Pods of one workload ask for the same. Everything but affinities is hashable and so shared as a
whole between them; affinities are shared here, by what they say.
"""

from __future__ import annotations

import msgspec
from msgspec import field

from mckconsole.domain.core import Allotment, Taint
from mckconsole.domain.upgrade import LabelSelector, NodeTerms

RESOURCES: tuple[str, ...] = tuple(one for one in Allotment.__struct_fields__ if one != "pods")
"""Fields of an `Allotment` that pods ask for; their number is counted, not asked for."""


class Asked(msgspec.Struct, frozen=True, gc=False):
    """What a container asks for. Admission makes a limit without a request a request."""

    requests: Allotment = Allotment()


NOTHING_ASKED = Asked()


class Toleration(msgspec.Struct, frozen=True, gc=False):
    """A taint that a pod puts up with."""

    key: str = ""
    """Empty with `Exists`: every taint."""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""
    """Empty: every effect."""

    def tolerates(self, taint: Taint) -> bool:
        """Whether it covers a taint; as `Toleration.ToleratesTaint` of k8s.io/api."""
        if self.effect and self.effect != taint.effect:
            return False
        if self.key and self.key != taint.key:
            return False
        if self.operator == "Exists":
            return True
        return self.operator in ("Equal", "") and bool(self.key) and self.value == taint.value


_BY_DEFAULT = frozenset({"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"})


def told_tolerations(given: tuple[Toleration, ...]) -> tuple[Toleration, ...]:
    """Those beyond the two that admission gives to every pod."""
    return tuple([one for one in given if one.key not in _BY_DEFAULT])


class NodeAffinity(msgspec.Struct, frozen=True, gc=False):
    """Nodes that a pod may run on."""

    required: NodeTerms | None = field(
        default=None, name="requiredDuringSchedulingIgnoredDuringExecution"
    )


class PodTerm(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Other pods, and how near is meant."""

    label_selector: LabelSelector | None = None
    topology_key: str = ""
    namespaces: tuple[str, ...] = ()
    """Empty: the pod's own."""


class PodAffinity(msgspec.Struct, frozen=True, gc=False):
    """Other pods that a pod must be near to, or must not."""

    required: tuple[PodTerm, ...] = field(
        default=(), name="requiredDuringSchedulingIgnoredDuringExecution"
    )


class Affinity(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Which nodes a pod may run on, as far as that is required; what is preferred is dropped."""

    node_affinity: NodeAffinity = NodeAffinity()
    pod_affinity: PodAffinity = PodAffinity()
    pod_anti_affinity: PodAffinity = PodAffinity()

    @property
    def requires(self) -> bool:
        """Whether it asks for anything."""
        return bool(
            self.node_affinity.required is not None
            or self.pod_affinity.required
            or self.pod_anti_affinity.required
        )

    @property
    def names_pods(self) -> bool:
        """Whether it says anything of other pods."""
        return bool(self.pod_affinity.required or self.pod_anti_affinity.required)


NO_AFFINITY = Affinity()
_MOST_KNOWN = 4096
"""Affinities that are shared; a fleet has a few hundred."""
_known: dict[object, Affinity] = {}


def told_affinity(given: Affinity) -> Affinity:
    """The same for all pods that ask for the same; `NO_AFFINITY` where nothing is required."""
    if not given.requires:
        return NO_AFFINITY
    near, far = _said(given.pod_affinity), _said(given.pod_anti_affinity)
    key = (given.node_affinity, near, far)
    found = _known.get(key)
    if found is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        found = _known[key] = given
    return found


def _said(affinity: PodAffinity) -> tuple[object, ...]:
    """What it says, to be looked up by."""
    return tuple([(one.topology_key, one.namespaces, _selected(one)) for one in affinity.required])


def _selected(term: PodTerm) -> object:
    selector = term.label_selector
    if selector is None:
        return None
    return tuple(selector.match_labels.items()), selector.match_expressions


EVICTION_NOTES = {
    "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
    "karpenter.sh/do-not-disrupt": "true",
}
"""Annotations, with the value, by which a pod asks not to be moved."""


def eviction_note(annotations: dict[str, str]) -> str:
    """The annotation by which a pod asks not to be moved, with its value; empty for none."""
    for key, value in EVICTION_NOTES.items():
        if annotations.get(key) == value:
            return f"{key}: {value}"
    return ""
