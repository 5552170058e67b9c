"""Whether the clusters that are left can carry the load: how far autoscalers may grow what is
behind a service, and whether the nodes have room for that.

Free is what nodes can allocate less what templates ask for, times replicas. A lower bound of what
is used: bare pods, Jobs, init containers and pod overhead are not read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import msgspec
from msgspec import structs

from mckconsole.analysis.failover.ground import Ground
from mckconsole.analysis.failover.model import Absorb, Headroom, Impact, ServiceImpact
from mckconsole.analysis.failover.quantities import amount
from mckconsole.analysis.failover.workloads import TOPICS, Backing, Workload, growth, workloads
from mckconsole.analysis.services.model import FleetService
from mckconsole.analysis.unread import cluster_reason, unread_reason
from mckconsole.domain.core import Node
from mckconsole.domain.snapshot import ClusterSnapshot

LEAVES_OUT = (
    "of nodes that take pods, less the requests of Deployments, StatefulSets and DaemonSets (per "
    "node); bare pods, Jobs and init containers are not read"
)
_NEEDED = ("nodes", *TOPICS.values())


class Room:
    """What one cluster runs, and what it has left."""

    def __init__(self, cluster: ClusterSnapshot) -> None:
        self._cluster = cluster
        self.name = cluster.name

    @cached_property
    def workloads(self) -> tuple[Workload, ...]:
        """Every workload that is held."""
        return tuple(workloads(self._cluster))

    @cached_property
    def backing(self) -> Backing:
        """The same by labels."""
        return Backing(one for one in self.workloads if one.kind != "DaemonSet")

    @cached_property
    def most(self) -> Mapping[tuple[str, str, str], int]:
        """What autoscalers allow."""
        return growth(self._cluster)

    def unread(self, *topics: str) -> str:
        """Why topics say nothing conclusive, in words; empty when they do."""
        if not self._cluster.state.readable:
            return cluster_reason(self._cluster)
        views = (self._cluster.topic(topic) for topic in topics)
        return "; ".join(unread_reason(view) for view in views if not view.conclusive)

    @cached_property
    def blind(self) -> str:
        """Why it is not known how far its workloads may grow; empty when it is."""
        return self.unread("deployments", "statefulsets", "autoscalers")

    @cached_property
    def headroom(self) -> Headroom:
        """What no request holds."""
        why = self.unread(*_NEEDED)
        nodes = [one for one in self._cluster.objects("nodes", Node).values() if _takes_pods(one)]
        if not why and not nodes:
            why = "no node takes pods"
        if why:
            return Headroom(self.name, None, None, None, why)
        given = [one.status.allocatable for one in nodes]
        cpu = _total(amount(one.cpu) for one in given)
        memory = _total(amount(one.memory) for one in given)
        pods = _total(amount(one.pods) for one in given)
        used_cpu = sum((one.cpu or 0.0) * one.replicas for one in self.workloads)
        used_memory = sum((one.memory or 0.0) * one.replicas for one in self.workloads)
        used_pods = sum(one.replicas for one in self.workloads)
        missing = [n for n, v in (("cpu", cpu), ("memory", memory), ("pods", pods)) if v is None]
        short = f"nodes do not say how much {', '.join(missing)} they have; " if missing else ""
        return Headroom(
            self.name,
            None if cpu is None else max(cpu - used_cpu, 0.0),
            None if memory is None else max(memory - used_memory, 0.0),
            None if pods is None else max(int(pods) - used_pods, 0),
            short + LEAVES_OUT,
        )


def _takes_pods(node: Node) -> bool:
    return node.ready is True and not node.spec.unschedulable


def _total(amounts: Iterable[float | None]) -> float | None:
    """The sum; None when one is not known."""
    total = 0.0
    for one in amounts:
        if one is None:
            return None
        total += one
    return total


class _Growth(msgspec.Struct, frozen=True, gc=False):
    """How many pods one cluster could add behind a service."""

    cluster: str
    pods: int
    """As far as is known."""
    words: str
    unknown: bool = False
    cpu: float = 0.0
    """Cores that one of them asks for."""
    memory: float = 0.0


@dataclass(slots=True)
class Capacity:
    """Judges services one after the other and adds up what they want of each cluster."""

    ground: Ground
    room: Callable[[str], Room]
    """A cluster's room, shared by all simulations of a snapshot."""
    _plans: dict[int, tuple[str, ...]] = field(default_factory=dict)
    _wanted: dict[str, tuple[int, float, float]] = field(default_factory=dict)

    def judge(
        self, service: FleetService, impact: Impact, lost: int, left_in: Sequence[str]
    ) -> tuple[Absorb, str]:
        """Whether what is left in `left_in` can grow by the `lost` endpoints, and why."""
        if impact is Impact.OUTAGE:
            return Absorb.NO, "nothing is left that could grow"
        if impact is Impact.UNKNOWN:
            return Absorb.UNKNOWN, "it is not known what is left"
        ways = [self._growth(service, name) for name in left_in]
        able, unsure = 0, False
        for one in ways:
            able += one.pods
            unsure = unsure or one.unknown
        words = "; ".join([f"{one.cluster} {one.words}" for one in ways])
        words = f"{lost} more needed: {words}"
        if able >= lost:
            self._plan(id(service), lost, ways)
            return Absorb.YES, words
        return Absorb.UNKNOWN if unsure else Absorb.NO, words

    def _growth(self, service: FleetService, name: str) -> _Growth:
        """What one cluster could add."""
        facts, room = service.parts[name].service, self.room(name)
        why = room.blind
        behind = room.backing.behind(service.key.namespace, facts.selector if facts else ())
        if why or not behind:
            return _Growth(name, 0, why or "shows no workload behind it", unknown=True)
        allowed = 0
        for one in behind:
            most = room.most.get((one.kind, *one.key), 0)
            allowed += max(most - one.replicas, 0)
        if not allowed:
            scaled = any((one.kind, *one.key) in room.most for one in behind)
            grown = "is grown to its autoscaler's most" if scaled else "has no autoscaler"
            return _Growth(name, 0, grown)
        return _fitting(room.headroom, behind, allowed)

    def _plan(self, service: int, needed: int, ways: Sequence[_Growth]) -> None:
        """Take what is needed from the clusters in order, and remember it."""
        used = []
        for one in ways:
            taken = min(one.pods, needed)
            if taken <= 0:
                continue
            needed -= taken
            pods, cpu, memory = self._wanted.get(one.cluster, (0, 0.0, 0.0))
            self._wanted[one.cluster] = (
                pods + taken,
                cpu + taken * one.cpu,
                memory + taken * one.memory,
            )
            used.append(one.cluster)
        self._plans[service] = tuple(used)

    def headroom(self, lost: Iterable[str]) -> Iterator[Headroom]:
        """Of every survivor, with what all services together want of it."""
        gone = set(lost)
        for name in self.ground.fleet.clusters:
            if name not in gone:
                pods, cpu, memory = self._wanted.get(name, (0, 0.0, 0.0))
                yield structs.replace(
                    self.room(name).headroom,
                    pods_wanted=pods,
                    cpu_wanted=cpu,
                    memory_wanted=memory,
                )

    def together(
        self, services: Iterable[tuple[FleetService, ServiceImpact]], rooms: Iterable[Headroom]
    ) -> Iterator[ServiceImpact]:
        """The impacts, where each fits alone and all together do not as such that do not."""
        short = {one.cluster for one in rooms if one.short}
        for service, found in services:
            names = [name for name in self._plans.get(id(service), ()) if name in short]
            if names:
                why = f"{found.absorb_reason}; but all services together want more than is free in "
                found = structs.replace(
                    found, absorb=Absorb.NO, absorb_reason=why + ", ".join(names)
                )
            yield found


def _fitting(free: Headroom, behind: Sequence[Workload], allowed: int) -> _Growth:
    """How many of the pods that autoscalers allow have room; the largest pod counts."""
    cpu = max((one.cpu for one in behind if one.cpu is not None), default=None)
    memory = max((one.memory for one in behind if one.memory is not None), default=None)
    said = f"may grow by {allowed}"
    if cpu is None and memory is None:
        return _Growth(free.cluster, 0, f"{said}, but its pods request nothing", unknown=True)
    fits: list[float] = []
    for asked, amount_free in ((cpu, free.cpu_free), (memory, free.memory_free)):
        if asked is None or asked == 0:
            continue
        if amount_free is None:
            words = f"{said}, room unknown: {free.reason}"
            return _Growth(free.cluster, 0, words, unknown=True)
        fits.append(amount_free // asked)
    if free.pods_free is not None:
        fits.append(free.pods_free)
    fit = min(fits, default=math.inf)
    pods = int(min(allowed, fit))
    room = "has room for it" if fit >= allowed else f"has room for {pods}"
    return _Growth(free.cluster, pods, f"{said}, {room}", False, cpu or 0.0, memory or 0.0)
