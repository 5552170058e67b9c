"""How rules of the catalog are put into words that many of them share."""

from __future__ import annotations

from mckconsole.detect.model import CredentialRule
from mckconsole.domain.audit import Tier
from mckconsole.domain.findings import Severity

A, B, C = Tier.PROVEN, Tier.SHAPED, Tier.NAMED
CRITICAL, HIGH, MEDIUM, LOW = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW

_INSTEAD = {
    "aws": "Let the workload take an IAM role through its service account (EKS Pod Identity or "
    "IRSA), then deactivate and delete the key.",
    "gcp": "Let the workload be itself through Workload Identity Federation for GKE (or for other "
    "clusters), then delete the key.",
    "azure": "Let the workload sign in as a managed identity through Microsoft Entra Workload ID, "
    "then delete the credential.",
}


def rule(
    what: str,
    title: str,
    tier: Tier,
    severity: Severity,
    explanation: str,
    remediation: str,
    source: str,
    provider: str = "",
) -> CredentialRule:
    """A rule whose remediation begins with the workload identity that makes it needless."""
    fix = f"{_INSTEAD[provider]} {remediation}".strip() if provider else remediation
    return CredentialRule(f"SEC-{what}", title, tier, severity, explanation, fix, source, provider)


def token(
    what: str, title: str, severity: Severity, shape: str, revoke: str, source: str
) -> CredentialRule:
    """A token that its shape tells: a prefix of its own, or the service's name beside it."""
    return rule(
        what,
        title,
        B,
        severity,
        f"{shape}; random enough, and no placeholder, reference or example.",
        f"Revoke it at {revoke}, make one with fewer rights and an end, and hand it to the "
        "workload from a secret store instead of the object that was found.",
        source,
    )


def proven(
    what: str, title: str, severity: Severity, shape: str, revoke: str, source: str
) -> CredentialRule:
    """A token that carries a checksum or a structure of its own: one that is wrong is no token."""
    return rule(
        what,
        title,
        A,
        severity,
        f"{shape}. Where that does not hold it is not reported.",
        f"Revoke it at {revoke}, make one with fewer rights and an end, and hand it to the "
        "workload from a secret store instead of the object that was found.",
        source,
    )
