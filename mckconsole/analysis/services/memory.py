"""What the analysis of services leaves to the next, so that only what changed is looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from mckconsole.analysis.alarms import Rounds
from mckconsole.analysis.desk import Desk, DeskMemory
from mckconsole.analysis.notes import Noted, Notes, severity_order
from mckconsole.analysis.ordered import Ordered, SortKey
from mckconsole.analysis.services.facts import ClusterReading
from mckconsole.analysis.services.index import FleetIndex
from mckconsole.analysis.services.model import (
    FleetService,
    Part,
    Reach,
    ServiceKey,
    ServiceState,
)
from mckconsole.analysis.services.rules_collisions import joined_name
from mckconsole.domain.objects import Key

_DATED_AT_ONCE = 50
_STATES = {state: rank for rank, state in enumerate(ServiceState)}


def _service_order(service: FleetService) -> SortKey:
    return (_STATES[service.state], severity_order(service.severity), service.key)


class Shelf:
    """The services found so far, and their findings and unknowns, each in order."""

    def __init__(self) -> None:
        self.by_key: dict[ServiceKey, FleetService] = {}
        self._services: Ordered[FleetService] = Ordered()
        self.notes = Notes()

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
        self.notes.change([*map(_noted, old)], [*map(_noted, new)])

    @property
    def services(self) -> tuple[FleetService, ...]:
        """Worst first, then by key."""
        return self._services.items


def _noted(service: FleetService) -> Noted:
    return Noted(service.key, service.findings, service.unknowns)


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
class ServicesDesk(Desk):
    """Services of a fleet, as the last analysis left them."""

    index: FleetIndex
    readings: dict[str, ClusterReading] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)
    rounds: Rounds[ServiceKey] = field(default_factory=lambda: Rounds(_DATED_AT_ONCE))
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


class ServicesMemory(DeskMemory[ServicesDesk]):
    """What is remembered of a fleet's services; `ServicesMemory()` remembers nothing."""

    __slots__ = ()

    def take(self, names: tuple[str, ...]) -> ServicesDesk:
        """The desk for a fleet of these clusters, in this order; an empty one where this memory is
        not the newest, or of other clusters."""
        desk = self.newest
        if desk is None or desk.index.names != names:
            return ServicesDesk(FleetIndex(names))
        return desk
