"""The analysis of a fleet: one snapshot in, rows, links, findings and unknowns out.

Pure and quick: no I/O, no clock (the snapshot says when it was taken), no state but the `Memory`
that the caller hands on.
"""

from __future__ import annotations

from dataclasses import dataclass

from mckconsole.analysis.fleet import ClusterRow, cluster_rows
from mckconsole.analysis.mesh.hysteresis import Memory
from mckconsole.analysis.mesh.links import MeshReport
from mckconsole.analysis.mesh.report import analyse_mesh
from mckconsole.analysis.services.model import ServicesReport
from mckconsole.analysis.thresholds import DEFAULT_THRESHOLDS, Thresholds
from mckconsole.domain.findings import Finding, Unknown
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import Transition

NOTHING_REMEMBERED = Memory()


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a snapshot means."""

    clusters: tuple[ClusterRow, ...]
    """Worst first."""
    mesh: MeshReport
    findings: tuple[Finding, ...]
    """Worst first, then by rule and cluster."""
    unknowns: tuple[Unknown, ...]
    memory: Memory
    """For the next analysis of the same fleet."""
    transitions: tuple[Transition, ...] = ()
    """Links that changed state since the memory that was given."""
    thresholds: Thresholds = DEFAULT_THRESHOLDS
    """What it was judged by."""
    services: ServicesReport = ServicesReport()
    """Services that cross clusters."""


def analyse(
    fleet: FleetSnapshot,
    *,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    memory: Memory = NOTHING_REMEMBERED,
) -> Analysis:
    """Judge every cluster and every link of `fleet`.

    Without `memory` the first sample counts as it is and `since` is unknown; with the memory of the
    last analysis, states are held until confirmed and know since when they hold.
    """
    mesh = analyse_mesh(fleet, thresholds, memory)
    findings = tuple(
        sorted(
            mesh.findings, key=lambda f: (f.severity.rank, f.rule, f.cluster, f.peers, f.subject)
        )
    )
    return Analysis(
        clusters=cluster_rows(fleet, mesh.report, findings),
        mesh=mesh.report,
        findings=findings,
        unknowns=tuple(sorted(set(mesh.unknowns))),
        memory=mesh.memory,
        transitions=mesh.transitions,
        thresholds=thresholds,
    )
