"""Whether nodes can be emptied one after the other: the pods of each must fit on the others.

Per node, pods of DaemonSets left out. First the whole load at once on one of the emptiest nodes,
which is quick and mostly enough; else first fit, largest first. What does not fit would fit on one
more node of the same kind, but for pods that name their node or whose volume does: those are stuck.
What is not known makes no answer better than it is: a lack may be made up by nodes that do not say
what they have, and room may be taken by pods that do not say what they take.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mckconsole.analysis.versions.fits import HOSTNAME, Amounts, Asking, Placement, Wish, amounts
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
    moving: list[tuple[Pod, Wish]] = field(default_factory=list)
    """Pods that a drain evicts, with what they ask for."""
    load: dict[str, float] = field(default_factory=dict)
    """What those ask for together."""

    @property
    def takes(self) -> bool:
        """Whether pods may come to it."""
        return self.known and self.node.ready is True and not self.node.spec.unschedulable


@dataclass(slots=True)
class _Hall:
    """All nodes of a cluster with what is on them."""

    places: dict[str, _Place]
    together: Together
    targets: list[_Place] = field(default_factory=list)
    """Those that take pods, the emptiest first."""
    waiting: int = 0
    silent: int = 0
    """Nodes that take pods and do not say what they have."""
    vague: bool = False
    """Whether there are pods that do not say what they take."""
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
    labels = {one.metadata.name: one.metadata.labels for one in nodes.values()}
    hall = _Hall({}, Together(cluster, labels))
    hall.volumes = Ground(cluster).unread("persistentvolumes")
    for node in nodes.values():
        place = _place(node)
        hall.places[place.name] = place
        usable = node.ready is True and not node.spec.unschedulable
        hall.silent += usable and not place.known
    _fill(hall, pods, Asking(_volumes(cluster)))
    hall.targets = sorted(
        (one for one in hall.places.values() if one.takes),
        key=lambda one: (-one.free.get("cpu", 0.0), -one.free.get("memory", 0.0), one.name),
    )
    now = cluster.topic("pods").as_of or 0.0
    hall.waiting = sum(_waits(one, now) for one in pods.pending)
    return hall


def _fill(hall: _Hall, pods: SortedPods, asking: Asking) -> None:
    """Take from every node what its pods ask for."""
    for name, some in pods.staying.items():
        place = hall.places.get(name)
        if place is not None:
            wishes = [asking.wish(pod) for pod in some]
            _taken(hall, place, wishes, _sum(wishes))
    for name, some in pods.movable.items():
        place = hall.places.get(name)
        if place is not None:
            place.moving = [(pod, asking.wish(pod)) for pod in some]
            wishes = [wish for _, wish in place.moving]
            place.load = _sum(wishes)
            _taken(hall, place, wishes, place.load)


def _sum(wishes: Sequence[Wish]) -> dict[str, float]:
    """What pods take together, their number among it."""
    found = {"pods": float(len(wishes))}
    for wish in wishes:
        for name, number in wish.amounts.items():
            found[name] = found.get(name, 0.0) + number
    return found


def _taken(hall: _Hall, place: _Place, wishes: Sequence[Wish], load: Amounts) -> None:
    free = place.free
    for name, number in load.items():
        free[name] = free.get(name, 0.0) - number
    hall.vague = hall.vague or not all(one.clear for one in wishes)


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
        if place is not None and place.moving:
            _empty(hall, place, tally)
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


def _empty(hall: _Hall, place: _Place, tally: _Tally) -> None:
    """See where the pods of one node would go."""
    wishes = {id(wish): wish for _, wish in place.moving}.values()
    if hall.volumes and any(one.claims for one in wishes):
        tally.unsure.add(f"volumes may be bound to a zone: {hall.volumes}")
    if any(one.beside for one in wishes):
        tally.unsure.add("pods must run on one node with others, which is not followed")
    if not any(one.names_pods for one in wishes):
        allowed = [hall.allowed(one) for one in {one.placement for one in wishes}]
        if _at_once(hall, place, allowed):
            return
    _one_by_one(hall, place, tally)


def _at_once(hall: _Hall, place: _Place, allowed: Sequence[frozenset[str]]) -> bool:
    """Whether one of the emptiest nodes takes them all."""
    return any(
        one is not place
        and all(one.name in some for some in allowed)
        and _fits(place.load, one.free)
        for one in hall.targets[:_EMPTIEST]
    )


def _fits(asked: Amounts, free: Mapping[str, float]) -> bool:
    for name, number in asked.items():  # noqa: SIM110 - a generator costs as much again
        if number > free.get(name, 0.0):
            return False
    return True


def _one_by_one(hall: _Hall, place: _Place, tally: _Tally) -> None:
    """First fit, largest first; pods that only some nodes take come before all others."""
    full = bool(tally.full)  # one more node is needed anyway, and would take the rest
    order = sorted(
        (one for one in place.moving if one[1].pinned or not full),
        key=lambda one: (one[1].order, one[0].metadata.name),
    )
    changed: dict[str, dict[str, float]] = {}
    for pod, wish in order:
        if full and not wish.pinned:
            return
        if _moved(hall, place, pod, wish, changed):
            continue
        if wish.pinned and not _clone_takes(place, wish.placement):
            tally.stuck.append(f"{pod.key[0]}/{pod.key[1]}")
        elif not full:
            full = True
            tally.full.append(place.name)


def _clone_takes(place: _Place, placement: Placement) -> bool:
    """Whether a new node of the same kind would do; it has another name."""
    labels = {**place.node.metadata.labels, HOSTNAME: f"not {place.name}"}
    return placement.allows(labels, place.node.spec.taints)


def _moved(
    hall: _Hall, place: _Place, pod: Pod, wish: Wish, changed: dict[str, dict[str, float]]
) -> bool:
    """Put a pod on the first node that takes it; False for none."""
    asked = wish.amounts
    allowed = hall.allowed(wish.placement)
    cpu = asked.get("cpu", 0.0)
    barred = hall.together.barred(pod) if wish.names_pods else ()
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
