"""What if these clusters were lost now: worked out from what is held, nothing is tried.

"Lost" is everything of the cluster at once: nodes, API server, gateways, volumes. How long meshes
and DNS take to notice, and what of the data was copied, is not part of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

from mckconsole.analysis.failover.capacity import Capacity, Room
from mckconsole.analysis.failover.ground import Ground
from mckconsole.analysis.failover.hosts import Hosts
from mckconsole.analysis.failover.hubs import Hubs
from mckconsole.analysis.failover.impact import judge_service
from mckconsole.analysis.failover.local import Elsewhere, is_system, order
from mckconsole.analysis.failover.model import FailoverReport, LocalLoss, ServiceImpact
from mckconsole.analysis.failover.unread import unknowns
from mckconsole.analysis.mesh.links import MeshReport
from mckconsole.analysis.services.model import FleetService, ServicesReport
from mckconsole.analysis.thresholds import DEFAULT_THRESHOLDS, Thresholds
from mckconsole.domain.snapshot import FleetSnapshot

_NO_MESH = MeshReport()


class Simulator:
    """Simulations of one snapshot: what they have in common is worked out once."""

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

    def _room(self, name: str) -> Room:
        if name not in self._rooms:
            self._rooms[name] = Room(self._ground.fleet.clusters[name])
        return self._rooms[name]

    @cached_property
    def _hosts(self) -> Hosts:
        return Hosts(self._ground)

    @cached_property
    def _elsewhere(self) -> Elsewhere:
        return Elsewhere(self._ground, self._room)

    @cached_property
    def _hubs(self) -> Hubs:
        return Hubs(self._ground, self._room)

    def lose(self, lost: Collection[str]) -> FailoverReport:
        """The report for losing these clusters together.

        Raises:
            ValueError: a name is not in the fleet.
        """
        fleet = self._ground.fleet
        strange = [name for name in lost if name not in fleet.clusters]
        if strange:
            raise ValueError(f"no such cluster: {', '.join(strange)}")
        gone = self._ground.whole(lost)
        once = [name for name in gone if name not in self._ground.doubles]
        capacity = Capacity(self._ground, self._room)
        found = self._services(gone, capacity)
        rooms = tuple(capacity.headroom(gone))
        services = sorted(capacity.together(found, rooms), key=_worst_first)
        local, system = self._local(once, gone)
        return FailoverReport(
            lost=tuple(gone),
            at=fleet.taken_at,
            services=tuple(services),
            unaffected=len(self._ground.tallies) - len(services),
            local=local,
            system=system,
            hubs=tuple(one for name in once for one in self._hubs.losses(name, gone)),
            hosts=tuple(self._hosts.losses(gone)),
            headroom=rooms,
            unknowns=tuple(unknowns(self._ground, gone, self._hosts.nameless)),
        )

    def _services(
        self, lost: Mapping[str, None], capacity: Capacity
    ) -> list[tuple[FleetService, ServiceImpact]]:
        """Services that change, and how, those first that want room first."""
        ground = self._ground
        indices = sorted({i for name in lost for i in ground.tallies_of.get(name, ())})
        found = []
        for index in indices:
            tally = ground.tallies[index]
            impact = judge_service(ground, capacity, tally, lost)
            if impact is not None:
                found.append((tally.service, impact))
        return found

    def service(self, service: FleetService, lost: Collection[str]) -> ServiceImpact | None:
        """What the loss means for one service alone; None when nothing changes for it."""
        capacity = Capacity(self._ground, self._room)
        gone = self._ground.whole(lost)
        return judge_service(self._ground, capacity, self._ground.tally(service), gone)

    def _local(
        self, once: Iterable[str], lost: Mapping[str, None]
    ) -> tuple[tuple[LocalLoss, ...], int]:
        """What is lost with its cluster, and how much more in system namespaces."""
        losses = [one for name in once for one in self._elsewhere.losses(name, lost)]
        shown = [one for one in losses if not is_system(one.namespace)]
        hidden = sum(not one.elsewhere for one in losses) - sum(not one.elsewhere for one in shown)
        return tuple(sorted(shown, key=order)), hidden


def _worst_first(found: ServiceImpact) -> tuple[object, ...]:
    return (found.impact.rank, -len(found.consumers), found.key)


def simulate(
    fleet: FleetSnapshot,
    services: ServicesReport,
    lost: Collection[str],
    limits: Thresholds = DEFAULT_THRESHOLDS,
    *,
    mesh: MeshReport = _NO_MESH,
) -> FailoverReport:
    """What if all of `lost` were gone now; `mesh` adds how survivors reach what is left.

    Raises:
        ValueError: a name is not in the fleet.
    """
    return Simulator(fleet, services, limits, mesh=mesh).lose(lost)


def simulate_each(
    fleet: FleetSnapshot,
    services: ServicesReport,
    limits: Thresholds = DEFAULT_THRESHOLDS,
    *,
    mesh: MeshReport = _NO_MESH,
    clusters: Iterable[str] | None = None,
) -> Mapping[str, FailoverReport]:
    """The same for every cluster in turn, each lost alone; all of the fleet by default."""
    simulator = Simulator(fleet, services, limits, mesh=mesh)
    names = fleet.clusters if clusters is None else clusters
    return {name: simulator.lose((name,)) for name in names}


def worst_first(reports: Mapping[str, FailoverReport]) -> list[tuple[str, FailoverReport]]:
    """Clusters by how bad their loss would be: outages, hosts, degraded, hubs, then by name."""

    def weight(pair: tuple[str, FailoverReport]) -> tuple[object, ...]:
        name, report = pair
        return (*(-number for number in report.weight), name)

    return sorted(reports.items(), key=weight)
