"""One service as the rules look at it: who offers it, who takes it, within one dialect and mesh.

The same namespace and name may be offered by several dialects, or in meshes that know nothing of
each other; each of them is a case of its own. Built for every service of the fleet, so nothing here
makes words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from mckconsole.analysis.services.model import (
    ClusterFacts,
    ConditionView,
    Dialect,
    Export,
    Import,
    Part,
    RemoteEndpoints,
    ServiceKey,
)
from mckconsole.analysis.services.rules_setting import TUNNELLED, Setting, place_of
from mckconsole.domain.findings import Unknown

PANE = "services"
GRACE = 30.0
"""Seconds that a change may take to reach the other clusters."""

MCS_API = frozenset({
    Dialect.LIGHTHOUSE, Dialect.CILIUM_MCS, Dialect.CLOUD_MAP, Dialect.KARMADA, Dialect.ISTIO,
    Dialect.MCS,
})  # fmt: skip
"""Dialects whose exports are of `multicluster.x-k8s.io`, so that a controller that is not
recognised in one cluster (MCS) may be the one that is recognised in another."""
_EXPORTS = {
    Dialect.GKE: "gke-serviceexports",
    Dialect.KARMADA: "multiclusterservices",
    Dialect.CILIUM_GLOBAL: "services",
    Dialect.LINKERD: "services",
    Dialect.CONSUL: "exportedservices",
}
_IMPORTS = {
    Dialect.GKE: "gke-serviceimports",
    Dialect.KARMADA: "endpointslices",
    Dialect.CILIUM_GLOBAL: "services",
    Dialect.LINKERD: "services",
}
_VALID = frozenset({"Valid", "ServiceApplied"})
_READY = frozenset({"Ready", "EndpointSliceDispatched"})


def export_topic(dialect: Dialect) -> str:
    """The topic that holds the exports of a dialect."""
    return _EXPORTS.get(dialect, "serviceexports")


def import_topic(dialect: Dialect) -> str:
    """The topic that holds the imports of a dialect."""
    return _IMPORTS.get(dialect, "serviceimports")


class Offer:
    """An exporter: its part, its export and what the export's conditions complain of."""

    __slots__ = ("cluster", "conflict", "export", "invalid", "part", "unready")

    def __init__(self, cluster: str, part: Part, export: Export) -> None:
        self.cluster = cluster
        self.part = part
        self.export = export
        self.invalid: ConditionView | None = None
        self.unready: ConditionView | None = None
        self.conflict: ConditionView | None = None
        for one in export.conditions:
            if one.status == "True":
                if one.type == "Conflict":
                    self.conflict = one
            elif one.type in _READY:
                self.unready = one
            elif one.type in _VALID:
                if one.status == "False":
                    self.invalid = one
                else:
                    self.unready = self.unready or one

    @property
    def refused(self) -> bool:
        """Whether its own controller says that it is not offered."""
        return self.invalid is not None or self.unready is not None

    @property
    def other_type(self) -> bool:
        """Whether it conflicts in type: newer controllers say so to the one that won too."""
        return self.conflict is not None and "TypeConflict" in self.conflict.reasons


@dataclass(slots=True)
class Case:
    """One service in one dialect and mesh; also gathers what could not be judged."""

    key: ServiceKey
    parts: Mapping[str, Part]
    setting: Setting
    dialect: Dialect
    mesh: int
    offers: dict[str, Offer] = field(default_factory=dict)
    imports: dict[str, tuple[Import, ...]] = field(default_factory=dict)
    remote: dict[str, tuple[RemoteEndpoints, ...]] = field(default_factory=dict)
    unknowns: set[Unknown] = field(default_factory=set)
    recheck_at: float | None = None
    _live: dict[str, Offer] | None = None

    @property
    def importers(self) -> list[str]:
        """Clusters that know it from others, by imports or endpoints; each once."""
        return list(dict.fromkeys((*self.imports, *self.remote)))

    @property
    def involved(self) -> list[str]:
        """Exporters, then importers; each once."""
        return list(dict.fromkeys((*self.offers, *self.imports, *self.remote)))

    def facts(self, cluster: str) -> ClusterFacts:
        """What is known of a cluster; one that is not of the fleet is not readable."""
        found = self.setting.around.clusters.get(cluster)
        return found or ClusterFacts(cluster, frozenset(), False, "not a cluster of this fleet")

    def unread(self, cluster: str, topic: str) -> str:
        """Why nothing follows from what a cluster's topic does not hold; empty when it does."""
        facts = self.setting.around.clusters.get(cluster)
        if facts is None or not facts.readable:
            return self.facts(cluster).reason or "not readable"
        return facts.unread.get(topic, "")

    def unknown(self, rule: str, cluster: str, reason: str) -> None:
        """Note that a rule could not be judged."""
        self.unknowns.add(make_unknown(rule, cluster, reason))

    def look_again(self, at: float) -> None:
        """Ask for another look at `at`, Unix seconds."""
        self.recheck_at = at if self.recheck_at is None else min(at, self.recheck_at)

    def waits(self, *times: float | None, seconds: float = GRACE) -> bool:
        """Whether one of these times is so recent that the others need not have followed.

        A time further ahead than the grace itself is a wrong clock, not a reason to wait.
        """
        now = self.setting.around.now
        recent = [one + seconds for one in times if one is not None and now - one >= -GRACE]
        if not recent or max(recent) <= now:
            return False
        self.look_again(max(recent))
        return True

    def unsettled(self, offer: Offer) -> bool:
        """Whether an exporter began to export a moment ago."""
        service = offer.part.service
        return self.waits(
            offer.export.created,
            service.created if service else None,
            *(one.since for one in offer.export.conditions if one.type in _READY),
        )

    def doubtful(self) -> tuple[str, ...]:
        """Clusters that may export it too, as far as could be read."""
        topic = export_topic(self.dialect)
        others = self.setting.members.get((self.dialect, self.mesh), frozenset())
        asked = dict.fromkeys((*self.setting.blind, *others, *self.parts))
        return tuple(
            name for name in asked if name not in self.offers and self.unread(name, topic)
        )  # fmt: skip

    def resolve(self, source: str) -> tuple[str, ...]:
        """Names of the clusters that may be meant by an id in an object: usually one."""
        around = self.setting.around
        found = around.clusters_of(source)
        if found or source not in around.clusters:
            return found
        return (source,)

    def may_be_more(self) -> bool:
        """Whether a cluster that could not be read may export it too.

        What the importers list tells; where they list nothing, any such cluster may.
        """
        doubtful = self.doubtful()
        if not doubtful:
            return False
        sources = {source for held in self.imports.values() for one in held
                   for source in one.sources}  # fmt: skip
        if not sources:
            return True
        meant = [self.resolve(source) for source in sources]
        return any(not names or any(name in doubtful for name in names) for names in meant)

    def copies_of(self, exporter: str) -> list[tuple[str, RemoteEndpoints]]:
        """Endpoints of one exporter in other clusters: (cluster that holds them, they)."""
        return [
            (name, one)
            for name, held in self.remote.items()
            if name != exporter
            for one in held
            if self.resolve(one.source) == (exporter,)
        ]

    def live(self) -> dict[str, Offer]:
        """Exporters that others should know of: neither refused nor without a Service."""
        if self._live is None:
            self._live = self._find_live()
        return self._live

    def _find_live(self) -> dict[str, Offer]:
        found = {name: one for name, one in self.offers.items() if self._is_live(name, one)}
        if len(found) < 2:
            return {name: one for name, one in found.items() if not one.other_type}
        types = {one.part.service.headless for one in found.values() if one.part.service}
        if len(types) < 2:  # whom it conflicts with is not among these
            return {name: one for name, one in found.items() if not one.other_type}
        oldest = self.by_age(found.values())[0].part.service
        if oldest is None:
            return found
        return {
            name: one
            for name, one in found.items()
            if one.part.service is None or one.part.service.headless == oldest.headless
        }

    def _is_live(self, name: str, offer: Offer) -> bool:
        if offer.refused:
            return False
        return offer.part.service is not None or bool(self.unread(name, "services"))

    def by_age(self, offers: Iterable[Offer]) -> list[Offer]:
        """Oldest export first: it wins conflicts. Those of unknown age are last, in given order."""
        return sorted(
            offers, key=lambda one: one.export.created if one.export.created else float("inf")
        )


@lru_cache(maxsize=4096)
def make_unknown(rule: str, cluster: str, reason: str) -> Unknown:
    """An unknown of the services pane; equal ones of 10,000 services are one object."""
    return Unknown(PANE, cluster, rule, reason)


def cases_of(key: ServiceKey, parts: Mapping[str, Part], setting: Setting) -> list[Case]:
    """The service in each dialect and mesh that has to do with it."""
    cases: dict[tuple[Dialect, int], Case] = {}
    known: dict[tuple[Dialect, str], Case] = {}

    def case_of(dialect: Dialect, cluster: str) -> Case:
        place = place_of(setting.mesh, setting.meshes, dialect, cluster)
        found = cases.get((dialect, place))
        if found is None:
            found = cases[dialect, place] = Case(key, parts, setting, dialect, place)
        known[dialect, cluster] = found
        return found

    for name, part in parts.items():
        for export in part.exports:
            case = known.get((export.dialect, name)) or case_of(export.dialect, name)
            if name not in case.offers:
                case.offers[name] = Offer(name, part, export)
        for one in part.imports:
            held = (known.get((one.dialect, name)) or case_of(one.dialect, name)).imports
            held[name] = (*held[name], one) if name in held else (one,)
        for other in part.remote:
            there = (known.get((other.dialect, name)) or case_of(other.dialect, name)).remote
            there[name] = (*there[name], other) if name in there else (other,)
    return list(cases.values()) if len(cases) < 2 else _joined(cases)


def _joined(cases: dict[tuple[Dialect, int], Case]) -> list[Case]:
    """Cases of which one is only a less certain view of another are one.

    Istio's sameness says how a service crosses only where nothing else does.
    """
    for dialect, place in list(cases):
        if dialect is Dialect.ISTIO and len(cases) > 1:
            del cases[dialect, place]
        known = [key for key in cases if key != (dialect, place)]
        if dialect is Dialect.MCS:
            known = [key for key in known if key[0] in MCS_API]
        elif place == 0 and dialect in TUNNELLED:
            known = [key for key in known if key[0] is dialect]
        else:
            continue
        if len(known) == 1:
            less, more = cases.pop((dialect, place)), cases[known[0]]
            more.offers = {**less.offers, **more.offers}
            for name, imports in less.imports.items():
                more.imports[name] = (*more.imports.get(name, ()), *imports)
            for name, remote in less.remote.items():
                more.remote[name] = (*more.remote.get(name, ()), *remote)
    return list(cases.values())
