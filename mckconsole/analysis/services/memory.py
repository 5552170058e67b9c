"""What the analysis of services leaves to the next one, so that only what changed is looked at.

`ServicesMemory` is handed on like the mesh's memory. Behind it stands one desk on which everything
lies as the last analysis left it; only the newest memory leads to it. An older one remembers
nothing: the analysis starts anew, which is slower and says the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import cast

from mckconsole.analysis.services.facts import ClusterReading
from mckconsole.analysis.services.index import FleetIndex
from mckconsole.analysis.services.model import (
    FleetService,
    Part,
    Reach,
    ServiceKey,
    ServiceState,
)
from mckconsole.analysis.services.ordered import Ordered, SortKey
from mckconsole.analysis.services.rules_collisions import joined_name
from mckconsole.domain.findings import Finding, Severity, Unknown
from mckconsole.domain.objects import Key

_STATES = {state: rank for rank, state in enumerate(ServiceState)}
_SEVERITIES = {severity: rank for rank, severity in enumerate(Severity)}


def finding_order(finding: Finding) -> SortKey:
    """Worst first, then by rule and cluster: the order of every list of findings."""
    rank = _SEVERITIES[finding.severity]
    return (rank, finding.rule, finding.cluster, finding.peers, finding.subject)


def unknown_order(unknown: Unknown) -> SortKey:
    """The order of every list of unknowns."""
    return (unknown.pane, unknown.cluster, unknown.rule, unknown.reason)


def _service_order(service: FleetService) -> SortKey:
    severity = _SEVERITIES[service.severity] if service.severity else len(_SEVERITIES)
    return (_STATES[service.state], severity, service.key)


class Shelf:
    """The services found so far, and their findings and unknowns, each in order."""

    def __init__(self) -> None:
        self.by_key: dict[ServiceKey, FleetService] = {}
        self._services: Ordered[FleetService] = Ordered()
        self._findings: Ordered[Finding] = Ordered()
        self._unknowns: Ordered[Unknown] = Ordered()
        self._asked: Counter[Unknown] = Counter()
        """How many services ask the same."""

    def find(self, key: Key) -> FleetService | None:
        """The service of that namespace and name."""
        return self.by_key.get(cast("ServiceKey", key))

    def change(self, changes: Mapping[ServiceKey, FleetService | None]) -> None:
        """Put new services in the places of old ones; None takes one away."""
        old = [self.by_key[key] for key in changes if key in self.by_key]
        new = [service for service in changes.values() if service]
        for key, service in changes.items():
            if service is None:
                self.by_key.pop(key, None)
            else:
                self.by_key[key] = service
        self._services.change(map(_service_order, old), {_service_order(one): one for one in new})
        self._findings.change(
            (key for one in old for key, _ in _findings(one)),
            dict(entry for one in new for entry in _findings(one)),
        )
        self._ask(old, new)

    def _ask(self, old: Iterable[FleetService], new: Iterable[FleetService]) -> None:
        before = Counter(unknown for one in old for unknown in set(one.unknowns))
        after = Counter(unknown for one in new for unknown in set(one.unknowns))
        removed, added = [], {}
        for unknown in before.keys() | after.keys():
            had = self._asked[unknown]
            has = self._asked[unknown] = had - before[unknown] + after[unknown]
            if not has:
                del self._asked[unknown]
                removed.append(unknown_order(unknown))
            elif not had:
                added[unknown_order(unknown)] = unknown
        self._unknowns.change(removed, added)

    @property
    def services(self) -> tuple[FleetService, ...]:
        """Worst first, then by key."""
        return self._services.items

    @property
    def findings(self) -> tuple[Finding, ...]:
        """In the order of `finding_order`."""
        return self._findings.items

    @property
    def unknowns(self) -> tuple[Unknown, ...]:
        """Each once, sorted."""
        return self._unknowns.items


def _findings(service: FleetService) -> Iterable[tuple[SortKey, Finding]]:
    """Findings under keys that no two share."""
    for number, finding in enumerate(service.findings):
        yield (*finding_order(finding), str(finding.object or ""), service.key, number), finding


class Alarms:
    """When services are to be judged again although nothing changed."""

    def __init__(self) -> None:
        self._at: dict[ServiceKey, float] = {}
        self._heap: list[tuple[float, ServiceKey]] = []

    def set(self, key: ServiceKey, at: float | None) -> None:
        """Wake at Unix second `at`, console clock; None is never."""
        if at is None:
            self._at.pop(key, None)
        else:
            self._at[key] = at
            heappush(self._heap, (at, key))

    def due(self, now: float) -> Iterable[ServiceKey]:
        """Those whose time has come, which are not woken again."""
        found = []
        while self._heap and self._heap[0][0] <= now:
            at, key = heappop(self._heap)
            if self._at.get(key) == at:
                del self._at[key]
                found.append(key)
        return found


class JoinedNames:
    """Services by the name that they have on Submariner's broker, which several may share."""

    def __init__(self) -> None:
        self._keys: dict[str, tuple[ServiceKey, ...]] = {}

    def note(self, key: ServiceKey, there: bool) -> tuple[ServiceKey, ...]:
        """Put a service in, or take it out; the others of its name."""
        name = joined_name(key)
        held = self._keys.get(name, ())
        others = tuple(one for one in held if one != key)
        if there:
            self._keys[name] = (*others, key)
        elif others:
            self._keys[name] = others
        else:
            self._keys.pop(name, None)
        return others

    def shared(self, key: ServiceKey) -> bool:
        """Whether several services have its name."""
        return len(self._keys.get(joined_name(key), ())) > 1


@dataclass(slots=True)
class Desk:
    """Everything the last analysis left."""

    index: FleetIndex
    readings: dict[str, ClusterReading] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)
    alarms: Alarms = field(default_factory=Alarms)
    names: JoinedNames = field(default_factory=JoinedNames)
    reach: dict[tuple[str, str], Reach] = field(default_factory=dict)
    absent: dict[int, Part] = field(default_factory=dict)
    """Parts of clusters that could not be read, by number."""
    same: int = 0
    """Clusters in which one name is one service."""
    sharing: dict[ServiceKey, int] = field(default_factory=dict)
    """Clusters that share a service by the MCS API, where there are several."""
    circles: Counter[int] = field(default_factory=Counter)
    """The same sets, with how many services each has."""
    judged: dict[ServiceKey, float] = field(default_factory=dict)
    """When services with findings were judged last, the longest ago first."""
    turn: int = 0
    """Counts the analyses made on it."""


@dataclass(frozen=True, slots=True)
class ServicesMemory:
    """What is remembered of a fleet's services; `ServicesMemory()` remembers nothing."""

    desk: Desk | None = None
    turn: int = 0

    def take(self, names: tuple[str, ...]) -> Desk:
        """The desk for a fleet of these clusters, in this order; an empty one where this memory is
        not the newest, or of other clusters."""
        if self.desk is None or self.desk.turn != self.turn or self.desk.index.names != names:
            return Desk(FleetIndex(names))
        return self.desk


def remember(desk: Desk) -> ServicesMemory:
    """The memory that leads to the desk as it is now; older ones do not any more."""
    desk.turn += 1
    return ServicesMemory(desk, desk.turn)
