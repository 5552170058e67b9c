"""Which members know each other: clusters behind Submariner's ids, and who is in one mesh.

Clusters are joined by Submariner's cluster id. Where a cluster cannot say its own id, its name in
the fleet stands in; where several clusters claim one id, the cable name decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mckconsole.analysis.mesh.members import BROKER_NAMESPACE, SubmarinerMember, cluster_uid
from mckconsole.domain.mesh import SubmarinerEndpoint
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot


class Directory:
    """Finds the cluster behind a Submariner id."""

    def __init__(self, fleet: FleetSnapshot, members: Sequence[SubmarinerMember]) -> None:
        self.twins = _twins(fleet)
        self._owners: dict[str, list[SubmarinerMember]] = {}
        for member in members:
            if member.mesh_id and self.twins.get(member.name, member.name) == member.name:
                self._owners.setdefault(member.mesh_id, []).append(member)
        identified = {member.name for member in members if member.mesh_id}
        self._silent: dict[str, str] = {}
        for cluster in fleet.clusters.values():
            if cluster.name not in identified and _may_run_submariner(cluster):
                self._silent.setdefault(cluster.context, cluster.name)
        for name in [*self._silent.values()]:
            self._silent[name] = name
        self._taken = frozenset(fleet.clusters)

    def owners(self, mesh_id: str) -> Sequence[SubmarinerMember]:
        """Members that claim the id, one per real cluster."""
        return self._owners.get(mesh_id, ())

    def resolve(self, mesh_id: str, cable: str = "") -> tuple[str, bool]:
        """The name to show for an id, and whether it is a cluster of this fleet."""
        owners = self.owners(mesh_id)
        if len(owners) == 1:
            return owners[0].name, True
        for owner in owners:
            if cable and cable in owner.cables:
                return owner.name, True
        if not owners and mesh_id in self._silent:
            return self._silent[mesh_id], True
        if mesh_id in self._taken:
            return f"{mesh_id} (mesh id)", False
        return mesh_id or "(unnamed)", False

    def others(self, name: str, everyone: Iterable[str]) -> tuple[str, ...]:
        """`everyone` without `name` and its twins, each real cluster once."""
        twins = self.twins
        me = twins.get(name, name)
        return tuple(o for o in everyone if twins.get(o, o) == o and o != me)

    @property
    def unread(self) -> tuple[str, ...]:
        """Clusters that may be members, but could not be asked for their id."""
        return tuple(sorted(set(self._silent.values())))


def _may_run_submariner(cluster: ClusterSnapshot) -> bool:
    return not cluster.topic("gateways").conclusive


def _twins(fleet: FleetSnapshot) -> dict[str, str]:
    """Cluster name to the first name of the same real cluster, by the uid of kube-system."""
    first: dict[str, str] = {}
    twins = {}
    for cluster in fleet.clusters.values():
        uid = cluster_uid(cluster)
        if uid:
            twins[cluster.name] = first.setdefault(uid, cluster.name)
    return twins


@dataclass(frozen=True, slots=True)
class Meshes:
    """Who belongs together: every member's fellow members."""

    fellows: Mapping[str, tuple[str, ...]]
    """Names (or foreign ids) of the same mesh, by name, without itself; no entries for those that
    are not in the fleet."""
    foreign: frozenset[str] = frozenset()
    """Those that are not in the fleet."""
    ids: Mapping[str, str] = field(default_factory=dict)
    """Name to Submariner id."""


def join_meshes(
    fleet: FleetSnapshot, members: Sequence[SubmarinerMember], directory: Directory
) -> Meshes:
    """Group members that know each other, directly, through a third cluster or through a broker."""
    circles = _Circles()
    foreign: set[str] = set()
    ids = {member.name: member.mesh_id for member in members}
    for group, start in _acquaintances(fleet, members):
        names = list(start)
        for mesh_id, cable in group:
            name, in_fleet = directory.resolve(mesh_id, cable)
            if len(directory.owners(mesh_id)) > 1 and not in_fleet:
                continue  # one id, several clusters: it proves no acquaintance
            ids.setdefault(name, mesh_id)
            if in_fleet:
                names.append(name)
            else:
                # Only the same cable proves the same stranger: ids repeat from mesh to mesh.
                foreign.add(name)
                names.append(f"{name}\0{cable}")
        circles.unite(names)
    fellows: dict[str, tuple[str, ...]] = {}
    for circle in circles.found():
        everyone = dict.fromkeys(node.partition("\0")[0] for node in circle)
        for node in circle:
            if "\0" not in node:
                fellows[node] = directory.others(node, everyone)
    return Meshes(fellows, frozenset(foreign), ids)


class _Circles:
    """Names that belong together, directly or through others: disjoint sets."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def _root(self, name: str) -> str:
        while self._parents.setdefault(name, name) != name:
            self._parents[name] = name = self._parents[self._parents[name]]
        return name

    def unite(self, names: Sequence[str]) -> None:
        """Put all `names`, and whoever belongs to them, into one circle."""
        for name in names:
            self._parents[self._root(name)] = self._root(names[0])

    def found(self) -> Iterable[list[str]]:
        """The circles, each sorted."""
        together: dict[str, list[str]] = {}
        for name in sorted(self._parents):
            together.setdefault(self._root(name), []).append(name)
        return together.values()


def _acquaintances(
    fleet: FleetSnapshot, members: Sequence[SubmarinerMember]
) -> Iterable[tuple[set[tuple[str, str]], tuple[str, ...]]]:
    """Sets of (id, cable) that belong together, each with the member that says so, if one does."""
    for member in members:
        known = {
            (copy.spec.cluster_id, copy.spec.cable_name)
            for copies in member.copies.values()
            for copy in copies
        }
        for view in member.leadership.gateways:
            for connection in view.gateway.status.connections:
                if connection.endpoint.cluster_id not in ("", member.mesh_id):
                    known.add((connection.endpoint.cluster_id, connection.endpoint.cable_name))
        yield known, (member.name,)
    for cluster in fleet.clusters.values():
        yield (
            {
                (endpoint.spec.cluster_id, endpoint.spec.cable_name)
                for (namespace, _), endpoint in cluster.objects(
                    "submariner-endpoints", SubmarinerEndpoint
                ).items()
                if namespace == BROKER_NAMESPACE and endpoint.spec.cluster_id
            },
            (),
        )
