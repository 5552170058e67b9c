"""The order of certificates: what must be seen to first, first."""

from __future__ import annotations

from mckconsole.analysis.certificates.matrix import rank
from mckconsole.analysis.certificates.model import CertificateEntry, Verdict
from mckconsole.analysis.notes import severity_order
from mckconsole.analysis.ordered import SortKey
from mckconsole.domain.findings import Severity

_AS_BAD = {
    Verdict.CRITICAL: Severity.CRITICAL,
    Verdict.FAIL: Severity.HIGH,
    Verdict.WARN: Severity.MEDIUM,
    Verdict.UNKNOWN: Severity.LOW,
    Verdict.PASS: None,
}


def entry_order(one: CertificateEntry) -> SortKey:
    """By the worse of verdict and finding, then what ends first; unknown ends last."""
    bad = min(severity_order(_AS_BAD[one.verdict]), severity_order(one.severity))
    end = float("inf") if one.not_after is None else one.not_after
    return (bad, rank(one.verdict), end, one.cluster, one.id)
