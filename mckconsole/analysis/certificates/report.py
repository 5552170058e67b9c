"""Every certificate of the fleet: how long it lasts, and whether anything renews it.

A cluster is read again when a topic changed, when the verdict on one of its certificates is another
by then, and now and then so that evidence is not dated too long ago. Otherwise what was found is
handed on as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mckconsole.analysis.certificates.held import Held, read_again
from mckconsole.analysis.certificates.model import CertificateEntry, CertificatesReport
from mckconsole.analysis.certificates.order import entry_order
from mckconsole.analysis.certificates.shared import with_shared_keys
from mckconsole.analysis.notes import finding_order, unknown_order
from mckconsole.analysis.pause import undisturbed
from mckconsole.analysis.secrets.model import AuditPolicy
from mckconsole.domain.findings import Finding
from mckconsole.domain.snapshot import FleetSnapshot

ASKED = "secrets"
"""The topic that is read when certificates are wanted, and for nothing but the audit."""


@dataclass(frozen=True, slots=True)
class CertificatesMemory:
    """What one analysis leaves to the next; `CertificatesMemory()` remembers nothing."""

    clusters: Mapping[str, Held] = field(default_factory=dict)
    policy: AuditPolicy | None = None
    report: CertificatesReport | None = None


def analyse_certificates(
    fleet: FleetSnapshot, memory: CertificatesMemory, policy: AuditPolicy
) -> tuple[CertificatesReport, CertificatesMemory]:
    """All certificates, worst first, and what to hand to the next analysis.

    Nothing is said where nobody asked for certificates.
    """
    if not any(ASKED in one.topics for one in fleet.clusters.values()):
        return CertificatesReport(), CertificatesMemory()
    known = memory.clusters if memory.policy == policy else {}
    with undisturbed(True):
        clusters = read_again(fleet, known, policy)
        report = memory.report
        same = list(known) == list(clusters) and all(
            known[name] is one for name, one in clusters.items()
        )
        if report is None or not same:
            report = _together(clusters)
    return report, CertificatesMemory(clusters, policy, report)


def _together(clusters: Mapping[str, Held]) -> CertificatesReport:
    """The report on all clusters, with what only shows over several of them."""
    shared = with_shared_keys(clusters)
    entries: list[CertificateEntry] = []
    findings: dict[str, Finding] = {}
    for name, held in clusters.items():
        changed = shared.entries.get(name, {})
        entries += [changed.get(one.id, one) for one in held.entries]
        findings.update((one.id, one) for one in held.findings)
    findings.update((one.id, one) for one in shared.findings)
    unknowns = {one for held in clusters.values() for one in held.unknowns}
    unknowns.update(shared.unknowns)
    return CertificatesReport(
        tuple(sorted(entries, key=entry_order)),
        tuple(sorted(findings.values(), key=finding_order)),
        tuple(sorted(unknowns, key=unknown_order)),
    )
