"""What every simulation of one snapshot has in common, worked out once and only when asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

from mckconsole.analysis.failover.tallies import Tallier, Tally
from mckconsole.analysis.mesh.evidence import server_time
from mckconsole.analysis.mesh.links import LinkState, MeshReport
from mckconsole.analysis.mesh.members import cluster_uid
from mckconsole.analysis.services.dialects.slices import is_imported
from mckconsole.analysis.services.endpoints import count
from mckconsole.analysis.services.labels import SERVICE_NAME
from mckconsole.analysis.services.model import FleetService, ServicesReport
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.analysis.unread import unread_reason
from mckconsole.domain.core import EndpointSlice
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot

_GOOD = (LinkState.UP, LinkState.SLOW, LinkState.DEGRADED)


class Ground:
    """A snapshot and what follows from it, whichever clusters are lost."""

    def __init__(
        self, fleet: FleetSnapshot, services: ServicesReport, mesh: MeshReport, limits: Thresholds
    ) -> None:
        self.fleet = fleet
        self.services = services
        self.mesh = mesh
        self.limits = limits
        self._ready: dict[str, Mapping[Key, int] | None] = {}
        self._times: dict[tuple[str, str], float] = {}

    @cached_property
    def doubts(self) -> Mapping[str, str]:
        """Clusters whose endpoints are not known now, with the reason in few words: the unknowns of
        the report have all of them."""
        found = {}
        for name, cluster in self.fleet.clusters.items():
            slices = cluster.topic("endpointslices")
            if not cluster.state.readable:
                found[name] = cluster.state.value
            elif not slices.complete:
                found[name] = unread_reason(slices)
        return found

    @cached_property
    def doubles(self) -> Mapping[str, str]:
        """Further names of clusters that the fleet lists twice (equal uid of kube-system), to the
        one that they count under: the first of which endpoints are known."""
        by_uid: dict[str, list[str]] = {}
        for name, cluster in self.fleet.clusters.items():
            if uid := cluster_uid(cluster):
                by_uid.setdefault(uid, []).append(name)
        found = {}
        for names in by_uid.values():
            first = next((one for one in names if one not in self.doubts), names[0])
            found.update({one: first for one in names if one != first})
        return found

    def whole(self, lost: Collection[str]) -> Mapping[str, None]:
        """Lost clusters under all of their names, in the fleet's order."""
        gone = {self.doubles.get(name, name) for name in lost}
        return {n: None for n in self.fleet.clusters if self.doubles.get(n, n) in gone}

    @cached_property
    def tallies(self) -> tuple[Tally, ...]:
        """Every service across clusters, in the report's order."""
        return tuple([self.tally(one) for one in self.services.services])

    @cached_property
    def _tallier(self) -> Tallier:
        return Tallier(self.services, self.doubts, self.doubles)

    def tally(self, service: FleetService) -> Tally:
        """One service."""
        return self._tallier.tally(service)

    @cached_property
    def tallies_of(self) -> Mapping[str, tuple[int, ...]]:
        """The services that a cluster's loss can matter to, as indices into `tallies`."""
        found: dict[str, list[int]] = {}
        for index, tally in enumerate(self.tallies):
            for name in tally.clusters:
                found.setdefault(name, []).append(index)
        return {name: tuple(indices) for name, indices in found.items()}

    @cached_property
    def broken(self) -> Mapping[tuple[str, str], str]:
        """(from, to) between which no tunnel is known to work, with how the best of them is.

        The links of service meshes carry their own traffic only.
        """
        best: dict[tuple[str, str], tuple[int, str]] = {}
        for link in self.mesh.links:
            if not link.key.provider.mutual:
                continue
            ends = (link.key.source, link.key.target)
            words = f"{link.key.provider} {link.state}"
            best[ends] = max(best.get(ends, (-1, "")), (link.state.rank, words))
        worst_good = min(state.rank for state in _GOOD)
        return {ends: words for ends, (rank, words) in best.items() if rank < worst_good}

    def ready(self, cluster: str) -> Mapping[Key, int] | None:
        """Ready endpoints of a cluster's own Services; None when its slices cannot be read."""
        if cluster not in self._ready:
            self._ready[cluster] = self._count(self.fleet.clusters[cluster])
        return self._ready[cluster]

    def _count(self, cluster: ClusterSnapshot) -> Mapping[Key, int] | None:
        if not cluster.topic("endpointslices").state.readable:
            return None
        own: dict[Key, list[EndpointSlice]] = {}
        for one in cluster.objects("endpointslices", EndpointSlice).values():
            service = one.metadata.labels.get(SERVICE_NAME)
            if service and not is_imported(one):
                own.setdefault((one.metadata.namespace, service), []).append(one)
        return {key: _ready(slices) for key, slices in own.items()}

    def at(self, cluster: str, topic: str) -> float:
        """The cluster's clock when a topic of it was last confirmed, Unix seconds."""
        known = self._times.get((cluster, topic))
        if known is None:
            found = self.fleet.clusters.get(cluster)
            known = self.fleet.taken_at
            if found is not None:
                known = server_time(found, found.topic(topic), known)
            self._times[cluster, topic] = known
        return known

    def ref(self, cluster: str, topic: str, found: Projection) -> ObjectRef:
        """Names an object that was read under `topic`."""
        return found.ref(self.fleet.clusters[cluster].topic(topic).version or "v1")


def _ready(slices: Sequence[EndpointSlice]) -> int:
    """Ready endpoints of one Service; only of several slices can two be the same."""
    if len(slices) > 1:
        return count(slices).ready
    return sum([endpoint.ready for endpoint in slices[0].endpoints])
