"""What lies ahead of a fleet: what each cluster's loss would mean, in which order the clusters may
be upgraded, and which items of the go-live checklist hold.

All of it goes through the whole fleet, so it is worked out anew only when something changed, and
while only objects change, as they do all the time, not more often than every few seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import is_

from mckconsole.analysis.certificates.model import CertificatesReport
from mckconsole.analysis.checklist.grounds import Grounds
from mckconsole.analysis.checklist.kept import ChecklistMemory
from mckconsole.analysis.checklist.model import ChecklistReport
from mckconsole.analysis.checklist.others import OthersMemory, others_of
from mckconsole.analysis.checklist.report import keep_up
from mckconsole.analysis.failover.model import FailoverReport
from mckconsole.analysis.failover.simulate import simulate_each
from mckconsole.analysis.identity.model import IdentityReport
from mckconsole.analysis.mesh.links import MeshReport
from mckconsole.analysis.pause import undisturbed
from mckconsole.analysis.services.model import ServicesReport
from mckconsole.analysis.thresholds import DEFAULT_THRESHOLDS, Thresholds
from mckconsole.analysis.versions.gate import FailoverGate
from mckconsole.analysis.versions.model import Plan, VersionsReport
from mckconsole.analysis.versions.plan import Question, make_plan
from mckconsole.analysis.versions.report import with_roles
from mckconsole.domain.attested import Attested
from mckconsole.domain.findings import Finding, Unknown
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.support import SupportData

REST = 10.0
"""Seconds for which an outlook stands while clusters and topics are as readable as they were."""
EVENTS = "events"
"""Of what happened nothing follows for what lies ahead, and it changes all the time."""
SOON = 2.0
"""The same while that changes: at the start it does with every answer, and rows are not to wait."""


@dataclass(frozen=True, slots=True)
class Present:
    """A snapshot and what was made of it."""

    fleet: FleetSnapshot
    mesh: MeshReport
    services: ServicesReport
    identity: IdentityReport
    certificates: CertificatesReport
    versions: VersionsReport
    findings: tuple[Finding, ...] = ()
    """Of all of them."""
    unknowns: tuple[Unknown, ...] = ()
    limits: Thresholds = DEFAULT_THRESHOLDS
    strict: bool = False
    """Certificates are judged by the literal rule."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What lies ahead."""

    losses: Mapping[str, FailoverReport] = field(default_factory=dict)
    """Each cluster lost alone."""
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By cluster: what it does for others."""
    plan: Plan | None = None
    checklist: ChecklistReport = field(default_factory=ChecklistReport)


@dataclass(frozen=True, slots=True)
class OutlookMemory:
    """What one outlook leaves to the next; `OutlookMemory()` remembers nothing."""

    at: float = 0.0
    """Unix seconds, console clock, of the snapshot."""
    readable: object = None
    data: SupportData | None = None
    attested: tuple[Attested, ...] = ()
    links: object = None
    same: tuple[object, ...] = ()
    """What else losses and plan rest on, compared by identity."""
    outlook: Outlook = field(default_factory=Outlook)
    checklist: ChecklistMemory = field(default_factory=ChecklistMemory)
    others: OthersMemory = field(default_factory=OthersMemory)


def look_ahead(
    present: Present,
    data: SupportData,
    memory: OutlookMemory,
    attested: Sequence[Attested] = (),
) -> tuple[Outlook, OutlookMemory]:
    """Losses, plan and checklist of a fleet, and what to hand to the next.

    Args:
        data: the tables that the versions were judged by; without a calendar nobody asked.
        attested: results of probes that somebody brought.
    """
    if not data.calendar:
        return Outlook(), OutlookMemory()
    fleet, brought = present.fleet, tuple(attested)
    asked_alike = memory.data is data and memory.attested == brought
    if asked_alike and not is_due(fleet, memory):
        return memory.outlook, memory
    with undisturbed(True):
        links, same, held = _links(present.mesh), _rests_on(present), memory.outlook
        alike = links == memory.links and len(same) == len(memory.same)
        if asked_alike and alike and all(map(is_, same, memory.same)):
            losses, roles, plan = held.losses, held.roles, held.plan
        else:
            losses = simulate_each(fleet, present.services, present.limits, mesh=present.mesh)
            roles = _roles(losses)
            plan = make_plan(question(present, with_roles(present.versions, roles), data))
        grounds = _grounds(present, with_roles(present.versions, roles), plan, losses)
        answerers, others = others_of(grounds, memory.others)
        checklist, kept = keep_up(grounds, memory.checklist, answerers, brought)
    outlook = Outlook(losses, roles, plan, checklist)
    at = fleet.taken_at
    return outlook, OutlookMemory(
        at, _readable(fleet), data, brought, links, same, outlook, kept, others
    )


def is_due(fleet: FleetSnapshot, memory: OutlookMemory) -> bool:
    """Whether it is time to look ahead again, which may take longer than the rest."""
    age = fleet.taken_at - memory.at
    return age >= REST or (age >= SOON and memory.readable != _readable(fleet))


def question(present: Present, versions: VersionsReport, data: SupportData) -> Question:
    """What a plan for the whole fleet is asked for: as far as every add-on can be brought along."""
    fleet = present.fleet
    gate = FailoverGate(fleet, present.services, present.limits, mesh=present.mesh)
    contexts = {name: one.context for name, one in fleet.clusters.items()}
    return Question(versions.clusters, data, fleet.taken_at, gate, contexts=contexts)


def _grounds(
    present: Present,
    versions: VersionsReport,
    plan: Plan | None,
    losses: Mapping[str, FailoverReport],
) -> Grounds:
    return Grounds(
        present.fleet,
        mesh=present.mesh,
        services=present.services,
        identity=present.identity,
        certificates=present.certificates,
        versions=versions,
        plan=plan,
        losses=losses,
        unknowns=present.unknowns,
        findings=present.findings,
        limits=present.limits,
        strict=present.strict,
    )


def _roles(losses: Mapping[str, FailoverReport]) -> Mapping[str, tuple[str, ...]]:
    """By cluster: what it does for others."""
    return {
        name: tuple(dict.fromkeys(hub.role for hub in loss.hubs if hub.cluster == name))
        for name, loss in losses.items()
    }


def _readable(fleet: FleetSnapshot) -> object:
    """Which clusters and topics can be read: where that changes, nobody waits."""
    return tuple(
        (name, one.state, sum(view.conclusive for view in one.topics.values()))
        for name, one in fleet.clusters.items()
    )


def _rests_on(present: Present) -> tuple[object, ...]:
    """What losses and plan are worked out from: reports hand on the very object where nothing
    happened, and topics the very objects."""
    views = (
        view.objects
        for one in present.fleet.clusters.values()
        for view in one.topics.values()
        if view.topic != EVENTS
    )
    return (present.services.services, present.versions, *views)


def _links(mesh: MeshReport) -> object:
    return tuple((one.key, one.state) for one in mesh.links), mesh.members
