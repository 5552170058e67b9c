"""The services of a whole fleet: looked up, read and judged where something changed.

A service is judged again when an object of it changed, when a fact about a cluster or the tunnel
between two of its clusters did, or when its time has come. Everything else is handed on as the
very object that the last report had.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from msgspec import structs

from mckconsole.analysis.mesh.links import MeshReport
from mckconsole.analysis.notes import finding_order, unknown_order
from mckconsole.analysis.ordered import merged
from mckconsole.analysis.pause import undisturbed
from mckconsole.analysis.services.corefile import check_dns
from mckconsole.analysis.services.dialects.others import by_sameness
from mckconsole.analysis.services.facts import Standing, read_facts
from mckconsole.analysis.services.ids import check_ids
from mckconsole.analysis.services.index import bits
from mckconsole.analysis.services.judge import Judgement, judge
from mckconsole.analysis.services.memory import (
    ServicesDesk,
    ServicesMemory,
)
from mckconsole.analysis.services.model import (
    ClusterFacts,
    FleetService,
    Part,
    ServiceKey,
    ServicesReport,
    ServiceState,
    Surroundings,
)
from mckconsole.analysis.services.parts import read_part
from mckconsole.analysis.services.pool import check_pool
from mckconsole.analysis.services.reach import reach_of
from mckconsole.analysis.services.rules_collisions import collisions
from mckconsole.analysis.services.skew import check_skew
from mckconsole.analysis.services.unread import service_unknowns
from mckconsole.domain.findings import Finding, Severity, Unknown
from mckconsole.domain.objects import Key
from mckconsole.domain.snapshot import FleetSnapshot

ASKED = ("serviceexports", "serviceimports")
"""Topics that are read when services are wanted, and not for the mesh alone."""
_TELLING = ("services", *ASKED)
"""Topics without which it cannot be told whether a cluster has a part in a service."""
_MANY = 500
"""Services from which the garbage collector is kept from looking at each new value."""
_STATES = {
    Severity.CRITICAL: ServiceState.BROKEN,
    Severity.HIGH: ServiceState.BROKEN,
    Severity.MEDIUM: ServiceState.DEGRADED,
    Severity.LOW: ServiceState.DEGRADED,
}


def analyse_services(
    fleet: FleetSnapshot, mesh: MeshReport, memory: ServicesMemory
) -> tuple[ServicesReport, ServicesMemory]:
    """Every service that crosses clusters, and what to hand to the next analysis.

    Nothing is said where nobody asked for services.
    """
    if not any(topic in one.topics for one in fleet.clusters.values() for topic in ASKED):
        return ServicesReport(), ServicesMemory()
    desk = memory.take(tuple(fleet.clusters))
    with undisturbed(desk.turn == 0):
        touched = desk.index.update(fleet)
        standing = read_facts(fleet, mesh.members, desk.readings)
        around = Surroundings(standing.facts, reach_of(mesh.links), fleet.taken_at)
        with undisturbed(len(touched) >= _MANY):
            _Work(desk, standing, around).renew(touched)
    findings, unknowns = _of_clusters(fleet, desk, standing)
    report = ServicesReport(
        desk.shelf.services,
        standing.facts,
        merged(desk.shelf.notes.findings, sorted(findings, key=finding_order), finding_order),
        merged(
            desk.shelf.notes.unknowns,
            sorted(unknowns - frozenset(desk.shelf.notes.unknowns)),
            unknown_order,
        ),
        around.reach,
    )
    return report, ServicesMemory.of(desk)


def _of_clusters(
    fleet: FleetSnapshot, desk: ServicesDesk, standing: Standing
) -> tuple[list[Finding], frozenset[Unknown]]:
    """What concerns a cluster as a whole: its DNS path, its ids, its version of the API and
    its global addresses."""
    findings = [
        *check_ids(fleet, standing.claims),
        *check_skew(fleet, desk.readings, desk.circles),
    ]
    unknowns = set(service_unknowns(fleet, standing.facts))
    for name, cluster in fleet.clusters.items():
        if standing.facts[name].readable:
            facts = standing.facts[name]
            for found, unread in (check_dns(cluster, facts), check_pool(fleet, cluster, facts)):
                findings += found
                unknowns.update(unread)
    return findings, frozenset(unknowns)


@dataclass(slots=True)
class _Work:
    """One analysis at the desk."""

    desk: ServicesDesk
    standing: Standing
    around: Surroundings

    def renew(self, touched: dict[Key, int]) -> None:
        """Judge what must be judged again.

        One step is done for all services before the next one: its code and data stay in the
        processor's caches, which is worth a fifth of the time at the start.
        """
        desk = self.desk
        anew = self._anew()
        due = dict(touched)
        self._add(due, self._elsewhere(anew))
        changes, rivals = self._sift(due)
        changes.update(self._sift(dict.fromkeys(rivals - due.keys(), 0))[0])
        olds = {key: desk.shelf.by_key.get(key) for key, there in changes.items() if there}
        parts = {key: self._parts(key, old, due.get(key, 0) | anew) for key, old in olds.items()}
        judged = {key: judge(key, held, self.around) for key, held in parts.items()}
        shared = [(key, held) for key, held in parts.items() if desk.names.shared(key)]
        collided = collisions(shared, self.around) if shared else {}
        new: dict[ServiceKey, FleetService | None] = {}
        for key, there in changes.items():
            old, made = desk.shelf.by_key.get(key), None
            if there:
                also = collided.get(key, ())
                made = self._service(key, old, parts[key], judged[key], also)
            if made is not old:
                new[key] = made
        desk.shelf.change(new)

    def _anew(self) -> int:
        """Clusters of which all parts must be read again, because of what is known of them."""
        desk, found = self.desk, 0
        for number, facts in enumerate(self.standing.facts.values()):
            if facts.name in self.standing.changed:
                found |= 1 << number
                desk.absent.pop(number, None)
                unread = _unread(facts)
                if unread:
                    desk.absent[number] = Part(facts.name, unknown=unread)
        return found

    def _sift(self, due: dict[Key, int]) -> tuple[dict[ServiceKey, bool], set[Key]]:
        """Whether each is a service of several clusters; and services that have the joined name of
        one of them, whose findings depend on it."""
        desk, rivals = self.desk, set[Key]()
        found: dict[ServiceKey, bool] = {}
        for key in due:
            old = desk.shelf.find(key)
            named = old.key if old else ServiceKey(*key)
            found[named] = there = desk.index.crosses(key, desk.same)
            rivals.update(desk.names.note(named, there))
            self._share(named, desk.index.sharing(key) if there else 0)
            if not there:
                desk.rounds.forget(named)
        return found, rivals

    @staticmethod
    def _add(due: dict[Key, int], more: Iterable[Key]) -> None:
        for key in more:
            due.setdefault(key, 0)

    def _elsewhere(self, anew: int) -> Iterator[Key]:
        """Services of which no object changed, and what they depend on did."""
        desk, rows = self.desk, self.desk.shelf.by_key
        now = self.around.now
        same = self._same()
        if same != desk.same:
            desk.same = same
            yield from list(desk.index.holders)
        if anew:
            yield from list(rows)
        elif self.standing.namespaces:
            yield from [key for key in rows if key.namespace in self.standing.namespaces]
        yield from self._reached()
        yield from desk.rounds.again(now)

    def _reached(self) -> Iterator[Key]:
        """Services of two clusters between which the tunnel changed; all of them when pairs of
        clusters came or went, because these tell who belongs to one mesh."""
        old, new = self.desk.reach, dict(self.around.reach)
        self.desk.reach = new
        if old == new:
            return
        if old.keys() != new.keys():
            yield from list(self.desk.shelf.by_key)
            return
        bit = {name: 1 << number for number, name in enumerate(self.desk.index.names)}
        pairs = {
            bit.get(one, 0) | bit.get(two, 0)
            for (one, two), reach in new.items()
            if old[one, two] != reach
        }
        holders = self.desk.index.holders
        for key in list(self.desk.shelf.by_key):
            held = holders.get(key, 0)
            if any(held & pair == pair for pair in pairs):
                yield key

    def _same(self) -> int:
        """Clusters that Istio joins by sameness."""
        facts = self.standing.facts.values()
        return sum(1 << number for number, one in enumerate(facts) if one.istio_joined)

    def _service(
        self,
        key: ServiceKey,
        old: FleetService | None,
        parts: dict[str, Part],
        judgement: Judgement,
        collided: tuple[Finding, ...],
    ) -> FleetService:
        """The service as it is now; `old` itself when nothing about it changed."""
        desk = self.desk
        findings, unknowns = judgement.findings, judgement.unknowns
        if collided:
            findings = tuple(sorted((*findings, *collided), key=finding_order))
        desk.rounds.note(key, self.around.now, judgement.recheck_at, bool(findings))
        if old is not None and (old.parts, old.findings, old.unknowns) == (
            parts,
            findings,
            unknowns,
        ):
            return old
        return _joined(key, parts, findings, unknowns, self.around)

    def _parts(self, key: ServiceKey, old: FleetService | None, anew: int) -> dict[str, Part]:
        index, absent = self.desk.index, self.desk.absent
        held = index.holders.get(key, 0)
        everyone = held
        for number in absent:
            everyone |= 1 << number
        parts: dict[str, Part] = {}
        for number in bits(everyone):
            name = index.names[number]
            if not held >> number & 1:
                parts[name] = absent[number]
            elif old is not None and not anew >> number & 1:
                parts[name] = old.parts[name]
            else:
                parts[name] = self._read(key, number)
        return self._without_sameness(key, old, parts) if self.desk.same else parts

    def _read(self, key: ServiceKey, number: int) -> Part:
        index = self.desk.index
        return read_part(self.standing.facts[index.names[number]], index.clusters[number].held(key))

    def _without_sameness(
        self, key: ServiceKey, old: FleetService | None, parts: dict[str, Part]
    ) -> dict[str, Part]:
        """The parts, without Istio's joining of namesakes where another dialect says in some
        cluster how the service crosses."""
        if any(map(_told, parts.values())):
            return {name: _without_istio(part) for name, part in parts.items()}
        if old is None or not any(map(_told, old.parts.values())):
            return parts
        held = bits(self.desk.index.holders.get(key, 0))  # the old ones are without it
        return {**parts, **{self.desk.index.names[one]: self._read(key, one) for one in held}}

    def _share(self, key: ServiceKey, circle: int) -> None:
        """Note which clusters share it by the MCS API."""
        desk = self.desk
        before = desk.sharing.pop(key, 0)
        if before:
            desk.circles[before] -= 1
            if not desk.circles[before]:
                del desk.circles[before]
        if circle & (circle - 1):
            desk.sharing[key] = circle
            desk.circles[circle] += 1


def _told(part: Part) -> bool:
    """Whether something else than sameness says how the service crosses."""
    return bool(part.imports or part.remote) or any(not by_sameness(one) for one in part.exports)


def _without_istio(part: Part) -> Part:
    """A part that crosses by sameness is one that merely has a Service of that name."""
    if not any(map(by_sameness, part.exports)):
        return part
    return structs.replace(part, exports=(), unknown=())


def _unread(facts: ClusterFacts) -> tuple[str, ...]:
    """Why a cluster may have a part in services of which it holds nothing."""
    if not facts.readable:
        return (facts.reason,)
    return tuple(facts.unread[topic] for topic in _TELLING if topic in facts.unread)


def _joined(
    key: ServiceKey,
    parts: dict[str, Part],
    findings: tuple[Finding, ...],
    unknowns: tuple[Unknown, ...],
    around: Surroundings,
) -> FleetService:
    worst = min(findings, key=finding_order, default=None)
    state = _STATES.get(worst.severity) if worst else None
    doubt = "" if state else _doubt(parts, unknowns, around)
    return FleetService(
        key=key,
        parts=parts,
        state=state or (ServiceState.UNKNOWN if doubt else ServiceState.OK),
        severity=worst.severity if worst else None,
        reason=worst.title if worst and not doubt else doubt,
        findings=findings,
        unknowns=unknowns,
    )


def _doubt(parts: dict[str, Part], unknowns: Sequence[Unknown], around: Surroundings) -> str:
    """What is not known of an involved cluster, in words; empty when all is.

    A cluster that could not be read is involved when others name it, or name one that is not known:
    that may be it.
    """
    for one in unknowns:
        return f"{one.cluster}: {one.reason}"
    for name, part in parts.items():
        if part.unknown and part.involved:
            return f"{name}: {part.unknown[0]}"
    unread = {name for name, part in parts.items() if part.unknown}
    if unread:
        for source in dict.fromkeys(_sources(parts.values())):
            meant = set(around.clusters_of(source))
            if not meant or meant & unread:
                name = min(meant & unread or unread)
                return f"{name}: {parts[name].unknown[0]}"
    return ""


def _sources(parts: Iterable[Part]) -> Iterator[str]:
    """Ids of the clusters that objects name as exporters."""
    for part in parts:
        for one in part.imports:
            yield from one.sources
            if one.source:
                yield one.source
        yield from (one.source for one in part.remote if one.source)
