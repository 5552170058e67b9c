"""Which clusters must not be away at the same time: the gate of a plan, by the failover simulation.

A service across clusters must keep an endpoint whoever is being upgraded, and one of which that is
not known is no pass. A host may have only one cluster that serves it (its users are used to that),
but clusters that serve it together are not away together.

The simulation answers for one loss at a time and says everything; an order asks for thousands of
losses and wants one sentence. So the clusters that hold a service are put down once, as a set of
bits; what is asked for is compared with those sets, and only what they find is simulated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, partial

from mckconsole.analysis.failover.capacity import Capacity, Room
from mckconsole.analysis.failover.ground import Ground
from mckconsole.analysis.failover.hosts import Hosts
from mckconsole.analysis.failover.impact import judge_service
from mckconsole.analysis.failover.model import Impact, ServiceImpact
from mckconsole.analysis.failover.tallies import Pool
from mckconsole.analysis.mesh.links import MeshReport
from mckconsole.analysis.services.model import Dialect, ServicesReport
from mckconsole.analysis.thresholds import DEFAULT_THRESHOLDS, Thresholds
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.wording import counted, listed

_NO_MESH = MeshReport()
_SHOWN = 2
"""Services or hosts that an answer names; the rest is a number."""


class FailoverGate:
    """Answers for one snapshot, each worked out once."""

    def __init__(
        self,
        fleet: FleetSnapshot,
        services: ServicesReport,
        limits: Thresholds = DEFAULT_THRESHOLDS,
        *,
        mesh: MeshReport = _NO_MESH,
    ) -> None:
        self._ground = Ground(fleet, services, mesh, limits)
        self._rooms: dict[str, Room] = {}
        self._answers: dict[frozenset[str], str] = {}

    def __call__(self, names: tuple[str, ...]) -> str:
        """Why clusters must not be away at the same time; empty where they may.

        Raises:
            ValueError: a name is not in the fleet.
        """
        key = frozenset(names)
        found = self._answers.get(key)
        if found is None:
            strange = sorted(key - self._ground.fleet.clusters.keys())
            if strange:
                raise ValueError(f"no such cluster: {', '.join(strange)}")
            found = self._answers[key] = self._answer(self._ground.whole(key))
        return found

    def _answer(self, lost: Mapping[str, None]) -> str:
        bits = self._mask(lost)
        capacity = Capacity(self._ground, self._room)
        tallies, dark, unclear = self._ground.tallies, [], []
        for index, sure in self._suspects(lost, bits):
            if sure:
                dark.append(str(tallies[index].service.key))
                continue
            impact = judge_service(self._ground, capacity, tallies[index], lost)
            if impact is None:
                continue
            if impact.impact is Impact.OUTAGE:
                dark.append(str(impact.key))
            elif impact.impact is Impact.UNKNOWN:
                unclear.append(impact)
        if dark:
            return f"{listed(dark, _SHOWN)} would have no ready endpoint"
        if unclear:
            return _unclear(unclear)
        hosts = [*self._hosts_of(lost, bits)]
        return f"{listed(hosts, _SHOWN)} would have no server" if hosts else ""

    def _suspects(self, lost: Iterable[str], bits: int) -> list[tuple[int, bool]]:
        """Services that may be without an endpoint, or of which that cannot be told, each with
        whether it is sure."""
        found: dict[int, bool] = {}
        for name in lost:
            for held, services in self._held_by.get(name, {}).items():
                if not held & ~bits:
                    for index, sure in services:
                        found[index] = sure or found.get(index, False)
        return sorted(found.items())

    @cached_property
    def _held_by(self) -> Mapping[str, Mapping[int, list[tuple[int, bool]]]]:
        """By cluster whose loss matters: sets of clusters without all of which services are in
        doubt, and those services as indices into the tallies, with whether there is any doubt."""
        found: dict[str, dict[int, list[tuple[int, bool]]]] = {}
        for index, tally in enumerate(self._ground.tallies):
            for pool in tally.pools:
                held = self._mask(_holders(pool)) if pool.certain else 0
                service = (index, _plain(pool))
                for name, share in pool.shares.items():
                    if share.ready or share.unknown:
                        found.setdefault(name, {}).setdefault(held, []).append(service)
        return found

    def _hosts_of(self, lost: Mapping[str, None], bits: int) -> Iterator[str]:
        """Hosts whose only servers are several clusters that are all lost."""
        if len(lost) < 2:
            return
        hosts = sorted({h for one in lost for servers, h in self._served_by.get(one, ())
                        if not servers & ~bits})  # fmt: skip
        for host in hosts:
            if self._hosts.loss(host, lost).impact is Impact.OUTAGE:
                yield host

    @cached_property
    def _served_by(self) -> Mapping[str, list[tuple[int, str]]]:
        """By cluster: hosts that it serves with others, and the set of all clusters that do."""
        servers: dict[str, list[str]] = {}
        for name, rules in self._hosts.rules.items():
            for host in filter(partial(self._hosts.serves, name), rules):
                servers.setdefault(host, []).append(name)
        found: dict[str, list[tuple[int, str]]] = {}
        for host, names in servers.items():
            if len(set(map(self._known_as, names))) > 1:
                for name in names:
                    found.setdefault(name, []).append((self._mask(names), host))
        return found

    def _known_as(self, name: str) -> str:
        return self._ground.doubles.get(name, name)

    @cached_property
    def _hosts(self) -> Hosts:
        return Hosts(self._ground)

    def _room(self, name: str) -> Room:
        if name not in self._rooms:
            self._rooms[name] = Room(self._ground.fleet.clusters[name])
        return self._rooms[name]

    @cached_property
    def _bits(self) -> Mapping[str, int]:
        return {name: 1 << at for at, name in enumerate(self._ground.fleet.clusters)}

    def _mask(self, names: Iterable[str]) -> int:
        """A set of clusters; names of clusters outside the fleet are in none."""
        found = 0
        for name in names:
            found |= self._bits.get(name, 0)
        return found


def _holders(pool: Pool) -> Iterator[str]:
    """Clusters that are known to have a ready endpoint."""
    for name, share in pool.shares.items():
        if share.ready and not share.unknown:
            yield name


def _plain(pool: Pool) -> bool:
    """Whether nothing is ready once all holders are lost; of Cilium's global services each cluster
    may keep endpoints of its own."""
    known = pool.certain and not any(one.unknown for one in pool.shares.values())
    return known and not pool.name.startswith(Dialect.CILIUM_GLOBAL.value)


def _unclear(found: list[ServiceImpact]) -> str:
    first = found[0]
    more = f" (and {counted(len(found) - 1, 'service')} more)" if len(found) > 1 else ""
    return f"whether {first.key} would keep an endpoint is not known{more}: {first.reason}"
