"""Who offers a service with how many ready endpoints: what a loss takes from and what it leaves.

Endpoints count for other clusters only where their cluster offers them, and only together with
those that the same name reaches: clusters of one mesh that export by the MCS API merge under one
name, so do Cilium's shared global services and Istio's services of one name. A Linkerd mirror
stands for one cluster, unless the service is federated. A cluster that the fleet lists twice counts
once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from mckconsole.analysis.services.labels import FEDERATED_SUFFIX
from mckconsole.analysis.services.model import (
    ClusterFacts,
    Dialect,
    Export,
    FleetService,
    Part,
    ServicesReport,
)
from mckconsole.analysis.services.rules_setting import meshes_of, place_of

_MCS_API = "MCS API"
_ONE_API = frozenset(
    {Dialect.LIGHTHOUSE, Dialect.CILIUM_MCS, Dialect.CLOUD_MAP, Dialect.KARMADA, Dialect.MCS}
)
"""Dialects of `multicluster.x-k8s.io`: one export object, one name for all exporters."""
_BY_KARMADA = "MultiClusterService"
"""An export on Karmada's own API server: the endpoints lie in the members."""


class Share(msgspec.Struct, frozen=True, gc=False):
    """What one cluster has of one service."""

    cluster: str
    ready: int
    unknown: str = ""
    """Why its ready endpoints are not known, in words; empty when they are."""


class Pool(msgspec.Struct, frozen=True, gc=False):
    """Shares that stand in for each other: one name reaches all of them."""

    shares: Mapping[str, Share]
    """By cluster; those that cannot be read are in every pool."""
    name: str
    """Which dialect's."""
    certain: bool = True
    """False where it cannot be read whether they really stand in for each other."""


class Tally(msgspec.Struct, frozen=True, gc=False):
    """One service."""

    service: FleetService
    pools: tuple[Pool, ...]

    @property
    def clusters(self) -> frozenset[str]:
        """Clusters whose loss can matter to it."""
        return frozenset().union(*(pool.shares for pool in self.pools))


class Tallier:
    """Reads tallies out of a services report; `doubts` says of which clusters endpoints are not
    known, and why; `doubles` are further names of clusters that the fleet lists twice."""

    def __init__(
        self, report: ServicesReport, doubts: Mapping[str, str], doubles: Mapping[str, str]
    ) -> None:
        self._doubts = doubts
        self._doubles = doubles
        self._mesh = meshes_of(report.reach)
        self._meshes = len(set(self._mesh.values()))
        facts = report.clusters
        self._slices = _unread(facts, "endpointslices")
        self._exports = _unread(facts, "serviceexports")
        self._unread = {
            name: Share(name, 0, doubts.get(name) or one.reason or "not read")
            for name, one in facts.items()
            if not one.readable and name not in doubles
        }
        self._names: dict[str, str] = {}
        for name, one in facts.items():
            meant = doubles.get(name, name)
            for known in (name, *one.ids):
                self._names[known] = "" if self._names.get(known, meant) != meant else meant

    def tally(self, service: FleetService) -> Tally:
        """The pools of one service."""
        shares: dict[str, dict[str, Share]] = {}
        unknown: dict[str, Share] = dict(self._unread)
        crossing = False
        for name, part in service.parts.items():
            crossing = crossing or bool(part.imports or part.remote)
            if name in self._doubles:
                continue
            groups = self._groups(name, part, service)
            if groups:
                share = self._share(name, part)
                for group in groups:
                    shares.setdefault(group, {})[name] = share
            elif why := self._why_unknown(name, part):
                unknown[name] = Share(name, 0, why)
        if unknown or crossing:
            unknown = dict(self._may_offer(service, unknown))
        pools = [
            Pool({**unknown, **found}, group, group != Dialect.CONSUL)
            for group, found in shares.items()
        ]
        if not pools and unknown:
            pools = [Pool(unknown, _MCS_API)]
        return Tally(service, tuple(pools))

    def _groups(self, name: str, part: Part, service: FleetService) -> list[str]:
        """The pools that a cluster's endpoints are in."""
        found: list[str] = []
        for export in part.exports:
            if not _counts(part, export, service) or export.ref.kind == _BY_KARMADA:
                continue
            if export.dialect in _ONE_API:
                found.append(self._within(_MCS_API, export.dialect, name))
            elif export.dialect is Dialect.LINKERD:
                found += _by_linkerd(name, service)
            else:
                found.append(self._within(export.dialect.value, export.dialect, name))
        if part.service is not None and not part.exports and self._provides(name, service):
            found.append(_MCS_API)
        return found

    def _within(self, group: str, dialect: Dialect, name: str) -> str:
        """The pool of a cluster's own mesh: meshes that no tunnel joins know nothing of each
        other, whatever their services are called."""
        place = place_of(self._mesh, self._meshes, dialect, name)
        return f"{group} of mesh {place}" if place else group

    def _provides(self, name: str, service: FleetService) -> bool:
        """Whether a MultiClusterService takes this member's endpoints; no providers named is
        all."""
        for part in service.parts.values():
            for one in part.imports:
                if one.ref.kind == _BY_KARMADA and (
                    not one.sources or name in map(self._names.get, one.sources)
                ):
                    return True
        return False

    def _share(self, name: str, part: Part) -> Share:
        """The endpoints of a cluster that offers the service; one that does not serve is ready in
        name only."""
        has = part.backends
        ready = has.ready - has.published if has is not None else 0
        if doubt := self._doubts.get(name, ""):
            return Share(name, ready, doubt)
        if part.backends is None and part.service is not None:
            return Share(name, 0, self._slices.get(name) or "its endpoints could not be read")
        return Share(name, ready, "" if ready else self._slices.get(name, ""))

    def _why_unknown(self, name: str, part: Part) -> str:
        """Why it is not known whether a cluster offers a service; empty when it does not."""
        if part.unknown and not part.involved:
            return self._doubts.get(name) or part.unknown[0]
        if any(offer.ref.kind == _BY_KARMADA for offer in part.exports):
            return ""
        return self._exports.get(name, "") if part.service is not None else ""

    def _may_offer(
        self, service: FleetService, unread: Mapping[str, Share]
    ) -> Iterator[tuple[str, Share]]:
        """Those of the unread clusters that may offer it, and clusters outside the fleet that do.

        An import names all that export: where every name in one is known, no other cluster does.
        """
        complete, named, strange = False, set[str](), set[str]()
        for part in service.parts.values():
            for one in part.imports:
                if one.source or not one.sources or one.dialect is Dialect.LINKERD:
                    continue
                missing = [source for source in one.sources if not self._names.get(source)]
                strange.update(missing)
                complete = complete or not missing
                if unread:
                    named.update([self._names.get(source, "") for source in one.sources])
        for name, share in unread.items():
            if not complete or name in named:
                yield name, share
        for source in sorted(self._outside(service, strange)):
            yield source, Share(source, 0, "it is not in this fleet")

    def _outside(self, service: FleetService, strange: Iterable[str]) -> Iterable[str]:
        """Ids of no cluster of the fleet that have endpoints, as far as importers hold any."""
        told, found = False, set[str]()
        for part in service.parts.values():
            for one in part.remote:
                if one.dialect is not Dialect.LINKERD:
                    told = True
                    if one.source not in self._names and one.ready and one.source:
                        found.add(one.source)
        return found if told else strange


def _unread(facts: Mapping[str, ClusterFacts], topic: str) -> dict[str, str]:
    return {
        name: f"{topic}: {one.unread[topic]}"
        if topic not in one.unread[topic]
        else one.unread[topic]
        for name, one in facts.items()
        if topic in one.unread
    }


def offers(export: Export) -> bool:
    """Whether an export is in force: neither Valid nor Ready says False."""
    conditions = (export.condition("Valid"), export.condition("Ready"))
    return not any(one is not None and one.status == "False" for one in conditions)


def _counts(part: Part, export: Export, service: FleetService) -> bool:
    """Whether an export is in force beside the others: of two types, that of the oldest is."""
    conflict = export.condition("Conflict")
    if not offers(export):
        return False
    own = part.service
    if own is None or conflict is None or conflict.status != "True":
        return True
    return "TypeConflict" not in conflict.reasons or not any(
        other.service is not None
        and other.service.headless is not own.headless
        and (one.created or math.inf) < (export.created or math.inf)
        for other in service.parts.values()
        for one in other.exports
    )


def _by_linkerd(name: str, service: FleetService) -> Iterator[str]:
    """One pool for all where the service is federated, and one of its own for each cluster that
    is mirrored, or that nobody takes it from."""
    federated = mirrored = False
    for part in service.parts.values():
        for one in part.imports:
            if one.dialect is not Dialect.LINKERD:
                continue
            if one.ref.name.endswith(FEDERATED_SUFFIX):
                federated = True
            else:
                mirrored = mirrored or name in one.sources
    if federated:
        yield Dialect.LINKERD.value
    if mirrored or not federated:
        yield f"{Dialect.LINKERD.value} {name}"
