"""How a report stands in a few words, the same in every format."""

from __future__ import annotations

from collections import Counter

from mckconsole.domain.findings import Severity
from mckconsole.domain.states import ClusterState
from mckconsole.domain.times import format_age
from mckconsole.report.document import ClusterEntry, Document
from mckconsole.views.cells import SEVERITY_ROLES
from mckconsole.views.explain import count
from mckconsole.views.spec import Role

_MODES = {"values": "values looked at", "metadata": "metadata only", "none": "could not be read"}


def finding_counts(document: Document) -> str:
    """`2 critical, 1 low · 3 waived`, or `none`."""
    counts = Counter(finding.severity for finding in document.counting)
    words = ", ".join(f"{counts[severity]} {severity}" for severity in Severity if counts[severity])
    waived = f" · {len(document.waived)} waived" if document.waived else ""
    return f"{words or 'none'}{waived}"


def verdict(document: Document) -> tuple[Role, str]:
    """Is it bad, how much of the fleet does it speak for, how old is it."""
    read = [one for one in document.clusters if ClusterState(one.state).readable]
    ages = [document.generated_at - one.as_of for one in read if one.as_of is not None]
    parts = [
        f"findings: {finding_counts(document)}",
        f"{len(read)} of {count(len(document.clusters), 'cluster')} read",
    ]
    if document.unknowns:
        parts.append(f"{count(len(document.unknowns), 'question')} not answered")
    if ages:
        parts.append(f"data ≤ {format_age(max(ages))} old")
    worst = min((one.severity for one in document.counting), key=lambda s: s.rank, default=None)
    role = Role.OK if worst in (None, Severity.INFO) else SEVERITY_ROLES[worst]
    if role is Role.OK and (document.unknowns or len(read) < len(document.clusters)):
        role = Role.UNKNOWN
    return role, " · ".join(parts)


def cluster_words(entry: ClusterEntry) -> str:
    """`unreachable: connection refused`."""
    return ": ".join(part for part in (entry.state, entry.reason) if part)


def modes(entry: ClusterEntry) -> str:
    """What was looked at of Secrets and ConfigMaps there."""
    words = _MODES.get(entry.mode, "not asked for")
    return f"{words} (not in all namespaces)" if entry.in_part and entry.mode != "none" else words
