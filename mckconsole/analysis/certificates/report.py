"""Every certificate of the fleet: how long it lasts, and whether anything renews it."""

from __future__ import annotations

from dataclasses import dataclass

from mckconsole.analysis.certificates.model import CertificatesReport
from mckconsole.analysis.secrets.model import AuditPolicy
from mckconsole.domain.snapshot import FleetSnapshot


@dataclass(frozen=True, slots=True)
class CertificatesMemory:
    """What one analysis leaves to the next."""


def analyse_certificates(
    fleet: FleetSnapshot, memory: CertificatesMemory, policy: AuditPolicy
) -> tuple[CertificatesReport, CertificatesMemory]:
    """All certificates, worst first, and what to hand to the next analysis."""
    return CertificatesReport(), memory
