"""What one analysis of a fleet leaves to the next, of every part of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from mckconsole.analysis.certificates.report import CertificatesMemory
from mckconsole.analysis.identity.memory import IdentityMemory
from mckconsole.analysis.mesh.hysteresis import Memory
from mckconsole.analysis.outlook import OutlookMemory
from mckconsole.analysis.secrets.memory import SecretsMemory
from mckconsole.analysis.services.memory import ServicesMemory
from mckconsole.analysis.timeline.report import TimelineMemory
from mckconsole.analysis.versions.report import VersionsMemory


@dataclass(frozen=True, slots=True)
class AnalysisMemory:
    """What is remembered of a fleet; `AnalysisMemory()` remembers nothing."""

    mesh: Memory = field(default_factory=Memory)
    services: ServicesMemory = field(default_factory=ServicesMemory)
    identity: IdentityMemory = field(default_factory=IdentityMemory)
    secrets: SecretsMemory = field(default_factory=SecretsMemory)
    certificates: CertificatesMemory = field(default_factory=CertificatesMemory)
    versions: VersionsMemory = field(default_factory=VersionsMemory)
    outlook: OutlookMemory = field(default_factory=OutlookMemory)
    timeline: TimelineMemory = field(default_factory=TimelineMemory)


NOTHING_REMEMBERED = AnalysisMemory()
