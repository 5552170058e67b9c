"""The analysis of a fleet: one snapshot in, rows, links, findings and unknowns out.

Pure and quick: no I/O, no clock (the snapshot says when it was taken), no state but the memory that
the caller hands on.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mckconsole.analysis.fleet import ClusterRow, cluster_rows
from mckconsole.analysis.identity.model import IdentityPolicy, IdentityReport
from mckconsole.analysis.identity.report import analyse_identity
from mckconsole.analysis.memory import NOTHING_REMEMBERED, AnalysisMemory
from mckconsole.analysis.mesh.links import MeshReport
from mckconsole.analysis.mesh.report import analyse_mesh
from mckconsole.analysis.notes import finding_order, unknown_order
from mckconsole.analysis.ordered import merged
from mckconsole.analysis.services.model import ServicesReport
from mckconsole.analysis.services.report import analyse_services
from mckconsole.analysis.thresholds import DEFAULT_THRESHOLDS, Thresholds
from mckconsole.domain.findings import Finding, Unknown
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import Transition

DEFAULT_POLICY = IdentityPolicy()
__all__ = ["NOTHING_REMEMBERED", "Analysis", "analyse"]


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


def analyse(
    fleet: FleetSnapshot,
    *,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    policy: IdentityPolicy = DEFAULT_POLICY,
    memory: AnalysisMemory = NOTHING_REMEMBERED,
) -> Analysis:
    """Judge every cluster, link, service and workload identity of `fleet`.

    Without `memory` the first sample counts as it is and `since` is unknown; with the memory of the
    last analysis, states are held until confirmed and know since when they hold.
    """
    mesh = analyse_mesh(fleet, thresholds, memory.mesh)
    services, served = analyse_services(fleet, mesh.report, memory.services)
    identity, identified = analyse_identity(fleet, memory.identity, policy)
    findings = merged(services.findings, sorted(mesh.findings, key=finding_order), finding_order)
    findings = merged(findings, identity.findings, finding_order)
    unknowns = merged(services.unknowns, sorted(set(mesh.unknowns)), unknown_order)
    return Analysis(
        clusters=cluster_rows(fleet, mesh.report, findings),
        mesh=mesh.report,
        findings=findings,
        unknowns=merged(unknowns, identity.unknowns, unknown_order),
        memory=AnalysisMemory(mesh.memory, served, identified),
        transitions=mesh.transitions,
        thresholds=thresholds,
        services=services,
        identity=identity,
    )
