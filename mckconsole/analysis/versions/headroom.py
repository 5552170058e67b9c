"""Whether nodes can be emptied one after the other: the pods of each must fit on the others.

Per node, pods of DaemonSets left out. First the whole load at once on one of the emptiest nodes,
which is quick and mostly enough; else first fit, largest first. What does not fit would fit on one
more node of the same kind, but for pods that name their node or whose volume does: those are stuck.
What is not known makes no answer better than it is: a lack may be made up by nodes that do not say
what they have, and room may be taken by pods that do not say what they take.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mckconsole.analysis.versions.fits import HOSTNAME, Amounts, Asking, Placement, amounts
from mckconsole.analysis.versions.ground import Ground
from mckconsole.analysis.versions.model import Headroom, NodePool
from mckconsole.analysis.versions.podsort import SortedPods
from mckconsole.analysis.versions.together import Together
from mckconsole.domain.core import Node
from mckconsole.domain.objects import Key
from mckconsole.domain.pods import Pod
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.times import parse_rfc3339
from mckconsole.domain.upgrade import NodeTerms, PersistentVolume
from mckconsole.domain.wording import counted, listed

_EMPTIEST: Final = 8
"""Nodes that are tried for the whole load of another."""
_SETTLING: Final = 60.0
"""Seconds for which a pod without a node is only new."""
_NAMED: Final = 3
_FARGATE: Final = "fargate"


def headrooms(
    cluster: ClusterSnapshot, pools: Sequence[NodePool], pods: SortedPods
) -> dict[str, Headroom]:
    """By pool, as part of `NodePool`: whether its nodes can be emptied one after the other."""
    why = Ground(cluster).unread("nodes", "pods")
    if why:
        return {pool.name: Headroom(None, reason=why) for pool in pools}
    hall = _hall(cluster, pods)
    return {pool.name: _of_pool(hall, pool) for pool in pools}


@dataclass(slots=True)
class _Place:
    """One node."""

    name: str
    node: Node
    free: dict[str, float]
    """What no request holds; `pods` among them."""
    known: bool
    """Whether it says what it has."""

    @property
    def takes(self) -> bool:
        """Whether pods may come to it."""
        return self.known and self.node.ready is True and not self.node.spec.unschedulable


@dataclass(slots=True)
class _Hall:
    """All nodes of a cluster with what is on them."""

    places: dict[str, _Place]
    pods: SortedPods
    asking: Asking
    together: Together
    targets: list[_Place] = field(default_factory=list)
    """Those that take pods, the emptiest first."""
    waiting: int = 0
    silent: int = 0
    """Nodes that take pods and do not say what they have."""
    vague: set[str] = field(default_factory=set)
    """Nodes with pods that do not say what they take."""
    volumes: str = ""
    """Why it is not known where volumes can be reached from."""
    _allowed: dict[Placement, frozenset[str]] = field(default_factory=dict)

    def allowed(self, placement: Placement) -> frozenset[str]:
        """Names of the targets that a placement allows."""
        found = self._allowed.get(placement)
        if found is None:
            found = frozenset(
                one.name
                for one in self.targets
                if placement.allows(one.node.metadata.labels, one.node.spec.taints)
            )
            self._allowed[placement] = found
        return found


def _hall(cluster: ClusterSnapshot, pods: SortedPods) -> _Hall:
    nodes = cluster.objects("nodes", Node)
    asking = Asking(_volumes(cluster))
    labels = {one.metadata.name: one.metadata.labels for one in nodes.values()}
    hall = _Hall({}, pods, asking, Together(cluster, labels))
    hall.volumes = Ground(cluster).unread("persistentvolumes")
    for node in nodes.values():
        place = _place(node)
        hall.places[place.name] = place
        usable = node.ready is True and not node.spec.unschedulable
        hall.silent += usable and not place.known
    for group in (pods.movable, pods.staying):
        for name, some in group.items():
            found = hall.places.get(name)
            if found is not None and _taken(found.free, some, asking):
                hall.vague.add(name)
    hall.targets = sorted(
        (one for one in hall.places.values() if one.takes),
        key=lambda one: (-one.free.get("cpu", 0.0), -one.free.get("memory", 0.0), one.name),
    )
    now = cluster.topic("pods").as_of or 0.0
    hall.waiting = sum(_waits(one, now) for one in pods.pending)
    return hall


def _waits(pod: Pod, now: float) -> bool:
    born = parse_rfc3339(pod.metadata.creation_timestamp)
    return born is None or now - born > _SETTLING


def _volumes(cluster: ClusterSnapshot) -> dict[Key, NodeTerms]:
    """By claim: which nodes can reach its volume; without those that all can."""
    found: dict[Key, NodeTerms] = {}
    for one in cluster.objects("persistentvolumes", PersistentVolume).values():
        claim, affinity = one.spec.claim_ref, one.spec.node_affinity
        if claim is not None and affinity is not None and affinity.required is not None:
            found[claim.namespace, claim.name] = affinity.required
    return found


def _place(node: Node) -> _Place:
    given = node.status.allocatable
    free = amounts(given)
    count = given.pods if isinstance(given.pods, int) else _whole(given.pods)
    known = free is not None and "cpu" in free and "memory" in free and count is not None
    return _Place(node.metadata.name, node, {**(free or {}), "pods": float(count or 0)}, known)


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 7 else None


def _taken(free: dict[str, float], pods: Iterable[Pod], asking: Asking) -> bool:
    """Take what pods ask for; whether one of them does not say."""
    vague = False
    count = 0
    for pod in pods:
        count += 1
        asked = asking.amounts(pod)
        if asked is None:
            vague = True
            continue
        for name, number in asked.items():
            free[name] = free.get(name, 0.0) - number
    free["pods"] -= count
    return vague


@dataclass(slots=True)
class _Tally:
    """What was found out about the nodes of one pool."""

    full: list[str] = field(default_factory=list)
    """Nodes whose pods do not all fit on the others."""
    stuck: list[str] = field(default_factory=list)
    unsure: set[str] = field(default_factory=set)
    """Why a yes would not be sure."""


def _of_pool(hall: _Hall, pool: NodePool) -> Headroom:
    if pool.name == _FARGATE:
        return Headroom(True, reason="every pod comes with a node of its own")
    tally = _Tally()
    for name in pool.nodes:
        place = hall.places.get(name)
        if place is not None and (pods := hall.pods.movable.get(name)):
            _empty(hall, place, pods, tally)
    if hall.vague:
        tally.unsure.add("requests of some pods are no quantities")
    return _judged(hall, tally)


def _judged(hall: _Hall, tally: _Tally) -> Headroom:
    stuck = tuple(sorted(tally.stuck))
    words = []
    if hall.waiting:
        words.append(f"{counted(hall.waiting, 'pod')} already without a node")
    if tally.full:
        words.append(f"no room elsewhere for the pods of {listed(tally.full, _NAMED)}")
    if stuck:
        words.append(f"{counted(len(stuck), 'pod')} can run on no other node")
    surge = 1 if tally.full or hall.waiting else 0
    if words and hall.silent and not hall.waiting:
        words.append(f"but {counted(hall.silent, 'node')} do not say what they have")
        return Headroom(None, surge, stuck, "; ".join(words))
    if words:
        return Headroom(False, surge, stuck, "; ".join(words))
    if tally.unsure:
        return Headroom(None, reason="; ".join(sorted(tally.unsure)))
    return Headroom(True)


def _empty(hall: _Hall, place: _Place, pods: Sequence[Pod], tally: _Tally) -> None:
    """See where the pods of one node would go."""
    load: dict[str, float] = {"pods": float(len(pods))}
    placed: list[tuple[Pod, Amounts, Placement]] = []
    plain = True
    for pod in pods:
        asked = hall.asking.amounts(pod) or {}
        placement = hall.asking.placement(pod)
        placed.append((pod, asked, placement))
        for name, number in asked.items():
            load[name] = load.get(name, 0.0) + number
        plain = plain and not hall.together.asks(pod)
        if hall.volumes and any(one.persistent_volume_claim for one in pod.spec.volumes):
            tally.unsure.add(f"volumes may be bound to a zone: {hall.volumes}")
        if hall.together.unclear(pod):
            tally.unsure.add("pods must run on one node with others, which is not followed")
    allowed = [hall.allowed(one) for one in {one for _, _, one in placed}]
    if plain and _at_once(hall, place, load, allowed):
        return
    _one_by_one(hall, place, placed, tally)


def _at_once(hall: _Hall, place: _Place, load: Amounts, allowed: Sequence[frozenset[str]]) -> bool:
    """Whether one of the emptiest nodes takes them all."""
    return any(
        one is not place and all(one.name in some for some in allowed) and _fits(load, one.free)
        for one in hall.targets[:_EMPTIEST]
    )


def _fits(asked: Amounts, free: Mapping[str, float]) -> bool:
    return all(number <= free.get(name, 0.0) for name, number in asked.items())


def _one_by_one(
    hall: _Hall, place: _Place, placed: list[tuple[Pod, Amounts, Placement]], tally: _Tally
) -> None:
    """First fit, largest first; pods that only some nodes take come before all others."""
    full = bool(tally.full)  # one more node is needed anyway, and would take the rest
    order = sorted(
        (one for one in placed if one[2].pinned or not full),
        key=lambda one: (
            not one[2].pinned, -one[1].get("cpu", 0.0), -one[1].get("memory", 0.0), one[0].key,
        ),
    )  # fmt: skip
    changed: dict[str, dict[str, float]] = {}
    for pod, asked, placement in order:
        pinned = placement.pinned
        if full and not pinned:
            return
        if _moved(hall, place, pod, asked, placement, changed):
            continue
        if pinned and not _clone_takes(place, placement):
            tally.stuck.append(f"{pod.key[0]}/{pod.key[1]}")
        elif not full:
            full = True
            tally.full.append(place.name)


def _clone_takes(place: _Place, placement: Placement) -> bool:
    """Whether a new node of the same kind would do; it has another name."""
    labels = {**place.node.metadata.labels, HOSTNAME: f"not {place.name}"}
    return placement.allows(labels, place.node.spec.taints)


def _moved(
    hall: _Hall, place: _Place, pod: Pod, asked: Amounts, placement: Placement,
    changed: dict[str, dict[str, float]],
) -> bool:  # fmt: skip
    """Put a pod on the first node that takes it; False for none."""
    allowed = hall.allowed(placement)
    cpu = asked.get("cpu", 0.0)
    barred = hall.together.barred(pod)
    for one in hall.targets:
        if one.free.get("cpu", 0.0) < cpu:
            return False  # nor any after it: they come in this order
        if one is place or one.name not in allowed or one.name in barred:
            continue
        free = changed.get(one.name, one.free)
        if free["pods"] >= 1 and _fits(asked, free):
            left = changed.setdefault(one.name, dict(one.free))
            left["pods"] -= 1
            for name, number in asked.items():
                left[name] -= number
            return True
    return False
