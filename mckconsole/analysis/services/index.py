"""Which objects of which cluster belong to which service, kept as objects change.

The index holds copies of the store's dictionaries (a snapshot is a view of what goes on changing)
and compares a topic only when its generation changed, object by object. What comes out of an update
is the set of services that were touched, each with the clusters in which it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import TypeVar, cast

from mckconsole.analysis.changes import NOTHING_SEEN, Seen, differences, drop
from mckconsole.analysis.mesh.members import BROKER_NAMESPACE
from mckconsole.analysis.services.keys import (
    ALIASING,
    EVERY,
    aliases_of,
    consul_names,
    imported_slice,
    is_system,
    keys_of,
    offered_service,
    role_of,
)
from mckconsole.analysis.services.model import Held, ServiceKey
from mckconsole.domain.core import EndpointSlice, Service
from mckconsole.domain.discovery import GkeServiceExport, GkeServiceImport, GlobalIngressIP
from mckconsole.domain.discovery import MultiClusterService as KarmadaService
from mckconsole.domain.mesh import ServiceExport, ServiceImport
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.peering import ExportedServices
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot

P = TypeVar("P", bound=Projection)

_OWN = ("serviceexports", "gke-serviceexports", "gke-serviceimports", "multiclusterservices")
"""Topics whose objects have the namespace and name of their service."""
_GROUPED = ("endpointslices", "serviceimports", "globalingressips", "exportedservices")
"""Topics whose objects tell otherwise whose they are."""
_ROLES = ("mirror", "internal", "derived")
"""Services that are not their cluster's own."""
OBJECT_TOPICS = ("services", *_OWN, *_GROUPED)
"""Every topic whose objects are looked up by service."""


class ClusterIndex:
    """The objects of one cluster by service."""

    def __init__(self) -> None:
        self._seen: dict[str, Seen] = {}
        self._copies: dict[str, dict[Key, Projection]] = {name: {} for name in OBJECT_TOPICS}
        self._groups: dict[str, dict[Key, tuple[Key, ...]]] = {
            name: {} for name in (*_GROUPED, *_ROLES)
        }
        self._aliases: dict[Key, tuple[tuple[str, Key], ...]] = {}
        """Names of derived Services and mirrors, with the objects that say so."""
        self._rare = False
        """Whether there is anything but Services, slices, exports and imports of the MCS API."""

    def update(self, cluster: ClusterSnapshot) -> tuple[set[Key], set[Key]]:
        """Take in what changed; the services that were touched, and those that lost an object."""
        touched: set[Key] = set()
        lost: set[Key] = set()
        for topic in OBJECT_TOPICS:
            view = cluster.topic(topic)
            seen = Seen.of(view)
            if seen == self._seen.get(topic, NOTHING_SEEN):
                continue
            self._seen[topic] = seen
            old, new = self._copies[topic], dict(view.objects)
            self._copies[topic] = new
            if not old and topic in _OWN:
                touched.update(new)
                continue
            if not old:
                touched.update(self._fill(topic, new))
                continue
            for key, before, now in differences(old, new):
                if before is not None:
                    lost.update(self._forget(topic, key, before))
                if now is not None:
                    touched.update(self._note(topic, key, now))
        touched |= lost
        self._rare = (
            bool(self._aliases)
            or any(map(self._groups.get, (*_ROLES, "globalingressips", "exportedservices")))
            or any(self._copies[topic] for topic in _OWN if topic != "serviceexports")
        )
        if self._aliases:
            touched.update(*[self._targets(key) for key in touched & self._aliases.keys()])
        if self._groups["exportedservices"] or any(not namespace for namespace, _ in touched):
            touched |= self._of_consul(touched)
            lost = touched
        return touched, lost

    def _of_consul(self, touched: set[Key]) -> set[Key]:
        """Services and the exports of Consul that mean them, where one of both was touched."""
        exported = self._groups["exportedservices"].keys()
        also = {name for key in touched for name in consul_names(key) if name in exported}
        if any(name == EVERY for _, name in touched):
            return also.union(self._copies["services"])
        names = {name for namespace, name in touched if not namespace}
        if names:
            also.update(key for key in self._copies["services"] if key[1] in names)
        return also

    def _fill(self, topic: str, new: Mapping[Key, Projection]) -> Iterable[Key]:
        """Note all objects of a topic of which nothing was held: there are many at the start."""
        if topic in _OWN and topic not in ALIASING:
            return {key for key in new if key[0] != BROKER_NAMESPACE}
        if topic == "services":
            odd = [
                key
                for key, one in cast("Mapping[Key, Service]", new).items()
                if (one.metadata.labels and role_of(one) != "service") or key[0] == BROKER_NAMESPACE
            ]
            found = new.keys() - odd if odd else new.keys()
            return chain(found, *(self._note(topic, key, new[key]) for key in odd))
        if topic not in _GROUPED:
            return chain.from_iterable(self._note(topic, key, one) for key, one in new.items())
        group = self._groups[topic]
        for key, one in new.items():
            for owner in keys_of(topic, one):
                members = group.get(owner)
                group[owner] = (*members, key) if members else (key,)
            if topic in ALIASING:
                self._alias(topic, key, one)
        return group

    def _note(self, topic: str, key: Key, found: Projection) -> Iterable[Key]:
        keys = keys_of(topic, found)
        group = self._group_of(topic, found)
        if group is not None:
            for one in keys:
                members = group.get(one)
                group[one] = (*members, key) if members else (key,)
        if topic in ALIASING:
            self._alias(topic, key, found)
        return keys

    def _alias(self, topic: str, key: Key, found: Projection) -> None:
        for alias in aliases_of(topic, found):
            self._aliases[alias] = (*self._aliases.get(alias, ()), (topic, key))

    def _forget(self, topic: str, key: Key, found: Projection) -> Iterable[Key]:
        keys = keys_of(topic, found)
        group = self._group_of(topic, found)
        if group is not None:
            for one in keys:
                drop(group, one, key)
        for alias in aliases_of(topic, found):
            drop(self._aliases, alias, (topic, key))
        return keys

    def _group_of(self, topic: str, found: Projection) -> dict[Key, tuple[Key, ...]] | None:
        if topic != "services":
            return self._groups.get(topic)
        return self._groups.get(role_of(cast("Service", found)))

    def _targets(self, alias: Key) -> Iterator[Key]:
        for topic, key in self._aliases[alias]:
            found = self._copies[topic].get(key)
            if found is not None:
                yield from keys_of(topic, found)

    def holds(self, key: Key) -> bool:
        """Whether there is any object of the service."""
        if self.service(key) is not None:
            return True
        return any(key in self._copies[topic] for topic in _OWN) or any(
            key in group for group in self._groups.values()
        )

    def offers(self, key: Key) -> bool:
        """Whether it is exported, imported, mirrored or shared here, or endpoints of it that lie
        elsewhere are known."""
        if self.speaks_mcs(key):
            return True
        if self._rare and (
            key in self._groups["mirror"] or any(key in self._copies[topic] for topic in _OWN)
        ):
            return True
        service = self.service(key)
        if service is not None and offered_service(service):
            return True
        exported = self._groups["exportedservices"]
        if exported and self._exported(key, service, exported):
            return True
        slices = self._get("endpointslices", EndpointSlice, key)
        return any(map(imported_slice, slices))

    def _exported(self, key: Key, service: Service | None, exported: Mapping[Key, object]) -> bool:
        """Whether Consul exports it; a name without a namespace stands for itself only where there
        is no Service that it could mean."""
        if service is not None:
            return not is_system(key) and any(name in exported for name in consul_names(key))
        namespace, name = key
        if key not in exported or name == EVERY:
            return False
        return bool(namespace) or not any(one[1] == name for one in self._copies["services"])

    def speaks_mcs(self, key: Key) -> bool:
        """Whether there is a ServiceExport or ServiceImport of the MCS API."""
        return key in self._copies["serviceexports"] or key in self._groups["serviceimports"]

    def service(self, key: Key) -> Service | None:
        """The cluster's own Service of that name; those that meshes made are not."""
        found = cast("Service | None", self._copies["services"].get(key))
        if found is None or not any(map(self._groups.get, _ROLES)):
            return found
        return found if role_of(found) == "service" else None

    def held(self, key: ServiceKey) -> Held:
        """Every object of the service."""
        if not self._rare:
            return Held(
                key,
                cast("Service | None", self._copies["services"].get(key)),
                self._get("endpointslices", EndpointSlice, key),
                self._one("serviceexports", ServiceExport, key),
                (),
                self._get("serviceimports", ServiceImport, key),
            )
        groups = self._groups
        mirrors = self._get("services", Service, key, "mirror") if groups["mirror"] else ()
        internal = self._get("services", Service, key, "internal") if groups["internal"] else ()
        addresses = self._get("globalingressips", GlobalIngressIP, key)
        imports = self._get("serviceimports", ServiceImport, key)
        gke_imports = self._one("gke-serviceimports", GkeServiceImport, key)
        slices = self._get("endpointslices", EndpointSlice, key)
        if self._aliases:
            slices = self._with_aliases(slices, mirrors, (*imports, *gke_imports))
        return Held(
            key,
            self.service(key),
            slices,
            self._one("serviceexports", ServiceExport, key),
            self._one("gke-serviceexports", GkeServiceExport, key),
            imports,
            gke_imports,
            self._one("multiclusterservices", KarmadaService, key),
            addresses,
            internal,
            mirrors,
            self._consul(key) if groups["exportedservices"] else (),
        )

    def _consul(self, key: Key) -> tuple[ExportedServices, ...]:
        """What Consul exports of it: without a Service, only what names it in full."""
        found = {
            one.key: one
            for name in (consul_names(key) if self.service(key) is not None else (key,))
            for one in self._get("exportedservices", ExportedServices, name)
        }
        return tuple(found[one] for one in sorted(found))

    def _with_aliases(
        self,
        slices: tuple[EndpointSlice, ...],
        mirrors: Iterable[Service],
        imports: Iterable[ServiceImport],
    ) -> tuple[EndpointSlice, ...]:
        """`slices` and those of the Services that stand for this one."""
        names = [name for one in mirrors for name in aliases_of("services", one)]
        names += [name for one in imports for name in aliases_of("serviceimports", one)]
        if not names:
            return slices
        found = {one.key: one for one in slices}
        for name in names:
            found.update((one.key, one) for one in self._get("endpointslices", EndpointSlice, name))
        return tuple(found[key] for key in sorted(found))

    def _one(self, topic: str, projection: type[P], key: Key) -> tuple[P, ...]:
        copies = self._copies[topic]
        if not copies or key not in copies:
            return ()
        return (cast("P", copies[key]),)

    def _get(self, topic: str, projection: type[P], key: Key, group: str = "") -> tuple[P, ...]:
        """Objects of a group in the order of their keys, whatever the order they came in."""
        members = self._groups[group or topic].get(key)
        if members is None:
            return ()
        copies = cast("dict[Key, P]", self._copies[topic])
        if len(members) == 1:
            return (copies[members[0]],)
        return tuple([copies[one] for one in sorted(members)])


class FleetIndex:
    """The objects of all clusters by service. A set of clusters is a number, one bit for each in
    the fleet's order: there are many services and the sets are small."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self.clusters = tuple(ClusterIndex() for _ in self.names)
        self.holders: dict[Key, int] = {}
        """Clusters that hold any object of the service."""

    def update(self, fleet: FleetSnapshot) -> dict[Key, int]:
        """Take in what changed; the services that were touched, with the clusters where."""
        touched: dict[Key, int] = {}
        for number, (index, cluster) in enumerate(
            zip(self.clusters, fleet.clusters.values(), strict=True)
        ):
            bit = 1 << number
            found, lost = index.update(cluster)
            for key in found:
                touched[key] = touched.get(key, 0) | bit
                self.holders[key] = self.holders.get(key, 0) | bit
            for key in lost:
                if not index.holds(key):
                    self.holders[key] &= ~bit
                    if not self.holders[key]:
                        del self.holders[key]
        return touched

    def crosses(self, key: Key, same: int) -> bool:
        """Whether the service is one of several clusters: some cluster says so, or two of `same`,
        where one name is one service, have it."""
        holders = self.holders.get(key, 0)
        if any(self.clusters[number].offers(key) for number in bits(holders)):
            return True
        shared = holders & same
        if not shared & (shared - 1) or is_system(key):
            return False
        have = [number for number in bits(shared) if self.clusters[number].service(key)]
        return len(have) > 1

    def sharing(self, key: Key) -> int:
        """Clusters that export or import the service by the MCS API."""
        found = 0
        for number in bits(self.holders.get(key, 0)):
            if self.clusters[number].speaks_mcs(key):
                found |= 1 << number
        return found


@lru_cache(maxsize=4096)
def bits(clusters: int) -> tuple[int, ...]:
    """The numbers of the clusters in a set, ascending."""
    return tuple(number for number in range(clusters.bit_length()) if clusters >> number & 1)
