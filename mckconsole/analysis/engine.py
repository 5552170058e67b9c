"""The analysis of a fleet: one snapshot in, rows, links, findings and unknowns out.

Pure and quick: no I/O, no clock (the snapshot says when it was taken), no state but the memory that
the caller hands on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mckconsole.analysis.certificates.model import CertificatesReport
from mckconsole.analysis.certificates.report import analyse_certificates
from mckconsole.analysis.checklist.model import ChecklistReport
from mckconsole.analysis.failover.model import FailoverReport
from mckconsole.analysis.fleet import ClusterRow, cluster_rows
from mckconsole.analysis.identity.model import IdentityPolicy, IdentityReport
from mckconsole.analysis.identity.report import analyse_identity
from mckconsole.analysis.memory import NOTHING_REMEMBERED, AnalysisMemory
from mckconsole.analysis.mesh.links import MeshReport
from mckconsole.analysis.mesh.report import analyse_mesh
from mckconsole.analysis.notes import finding_order, unknown_order
from mckconsole.analysis.ordered import merged
from mckconsole.analysis.outlook import Present, look_ahead
from mckconsole.analysis.secrets.model import AuditPolicy, SecretsReport
from mckconsole.analysis.secrets.report import analyse_secrets
from mckconsole.analysis.services.model import ServicesReport
from mckconsole.analysis.services.report import analyse_services
from mckconsole.analysis.thresholds import DEFAULT_THRESHOLDS, Thresholds
from mckconsole.analysis.timeline.model import TimelineReport
from mckconsole.analysis.timeline.report import analyse_timeline
from mckconsole.analysis.versions.model import Plan, VersionsReport
from mckconsole.analysis.versions.report import analyse_versions, with_roles
from mckconsole.domain.attested import Attested
from mckconsole.domain.findings import Finding, Unknown
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import Transition
from mckconsole.domain.support import NO_SUPPORT_DATA, SupportData
from mckconsole.domain.waivers import NO_WAIVERS, Spot, Waiver, Waivers, waived

DEFAULT_POLICY = IdentityPolicy()
DEFAULT_AUDIT = AuditPolicy()
__all__ = ["NOTHING_REMEMBERED", "Analysis", "analyse", "spots_of"]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a snapshot means."""

    clusters: tuple[ClusterRow, ...]
    """Worst first."""
    mesh: MeshReport
    findings: tuple[Finding, ...]
    """Worst first, then by rule and cluster."""
    unknowns: tuple[Unknown, ...]
    memory: AnalysisMemory
    """For the next analysis of the same fleet."""
    transitions: tuple[Transition, ...] = ()
    """Links that changed state since the memory that was given."""
    thresholds: Thresholds = DEFAULT_THRESHOLDS
    """What it was judged by."""
    services: ServicesReport = field(default_factory=ServicesReport)
    """Services that cross clusters."""
    identity: IdentityReport = field(default_factory=IdentityReport)
    """Who is who in which cloud."""
    secrets: SecretsReport = field(default_factory=SecretsReport)
    """Which credentials lie where."""
    certificates: CertificatesReport = field(default_factory=CertificatesReport)
    """Which certificates run out when."""
    versions: VersionsReport = field(default_factory=VersionsReport)
    """Which versions run, until when they are supported, and what blocks their upgrade."""
    plan: Plan | None = None
    """In which order the clusters may be upgraded; None where versions were not looked at."""
    losses: Mapping[str, FailoverReport] = field(default_factory=dict)
    """What the loss of each cluster alone would mean; empty where that was not worked out."""
    checklist: ChecklistReport = field(default_factory=ChecklistReport)
    """Which go-live items hold."""
    timeline: TimelineReport = field(default_factory=TimelineReport)
    """What happened, the latest first."""
    waived: Mapping[str, Waiver] = field(default_factory=dict)
    """Ids of findings that somebody answers for; they are among the findings all the same."""


def analyse(
    fleet: FleetSnapshot,
    *,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    policy: IdentityPolicy = DEFAULT_POLICY,
    audit: AuditPolicy = DEFAULT_AUDIT,
    waivers: Waivers = NO_WAIVERS,
    support: SupportData = NO_SUPPORT_DATA,
    attested: Sequence[Attested] = (),
    memory: AnalysisMemory = NOTHING_REMEMBERED,
) -> Analysis:
    """Judge every cluster, link, service, workload identity, credential and certificate of `fleet`,
    and with `support` its versions, its plan and the go-live checklist too.

    Without `memory` the first sample counts as it is and `since` is unknown; with the memory of the
    last analysis, states are held until confirmed and know since when they hold.
    """
    mesh = analyse_mesh(fleet, thresholds, memory.mesh)
    services, served = analyse_services(fleet, mesh.report, memory.services)
    identity, identified = analyse_identity(fleet, memory.identity, policy)
    secrets, audited = analyse_secrets(fleet, identity, memory.secrets, audit)
    certificates, certified = analyse_certificates(fleet, memory.certificates, audit)
    versions, aged = analyse_versions(fleet, support, mesh.report, memory.versions, certificates)
    findings: tuple[Finding, ...] = tuple(sorted(mesh.findings, key=finding_order))
    unknowns: tuple[Unknown, ...] = tuple(sorted(set(mesh.unknowns)))
    for part in (services, identity, secrets, certificates, versions):
        findings = merged(part.findings, findings, finding_order)
        unknowns = merged(part.unknowns, unknowns, unknown_order)
    present = Present(
        fleet, mesh.report, services, identity, certificates, versions, findings, unknowns,
        thresholds, audit.strict,
    )  # fmt: skip
    outlook, looked = look_ahead(present, support, memory.outlook, attested)
    timeline, told = analyse_timeline(
        fleet, mesh.transitions, services.services, certificates.entries, memory.timeline
    )
    every = merged(outlook.checklist.findings, findings, finding_order)
    spots = spots_of(secrets, certificates) if waivers.entries else {}
    answered = waived(every, waivers, fleet.taken_at, spots)
    return Analysis(
        # the checklist says once more what others found
        clusters=cluster_rows(fleet, mesh.report, findings, answered),
        mesh=mesh.report,
        findings=every,
        unknowns=merged(outlook.checklist.unknowns, unknowns, unknown_order),
        memory=AnalysisMemory(
            mesh.memory, served, identified, audited, certified, aged, looked, told
        ),
        transitions=mesh.transitions,
        thresholds=thresholds,
        services=services,
        identity=identity,
        secrets=secrets,
        certificates=certificates,
        versions=with_roles(versions, outlook.roles),
        plan=outlook.plan,
        losses=outlook.losses,
        checklist=outlook.checklist,
        timeline=timeline,
        waived=answered,
    )


def spots_of(
    secrets: SecretsReport, certificates: CertificatesReport
) -> Mapping[str, tuple[Spot, ...]]:
    """Where each credential lies, and what one finding says of several certificates, by the id of
    the finding: it is waived where all of it is."""
    found = {
        one.id: tuple((place.cluster, place.object) for place in one.places)
        for one in secrets.credentials
    }
    several: dict[str, dict[Spot, None]] = {}
    for entry in certificates.entries:
        for each in entry.findings:
            if each.object is None:
                several.setdefault(each.id, {})[entry.cluster, entry.object] = None
    return found | {id_: tuple(spots) for id_, spots in several.items()}
