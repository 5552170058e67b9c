"""Certificates: one row per certificate at one place, worst first, with what is left of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from mckconsole.analysis.certificates.model import CertificateEntry, Verdict
from mckconsole.analysis.engine import Analysis
from mckconsole.domain.findings import Finding
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState
from mckconsole.domain.waivers import Waiver
from mckconsole.views.cells import unknown
from mckconsole.views.explain import count, server_now
from mckconsole.views.remembered import Remembered
from mckconsole.views.secrets_cells import names_cell, rank, reason_cell, sign, text_cell
from mckconsole.views.spec import BLANK, Cell, Role, Row

VERDICT_ROLES: Mapping[Verdict, Role] = {
    Verdict.CRITICAL: Role.CRITICAL,
    Verdict.FAIL: Role.CRITICAL,
    Verdict.WARN: Role.WARN,
    Verdict.UNKNOWN: Role.UNKNOWN,
    Verdict.PASS: Role.OK,
}
_BAR = 8
"""Cells of the bar."""
_EIGHTHS = "▏▎▍▌▋▊▉█"
_DAY = 86_400.0
_made: Remembered[str] = Remembered()


def certificate_rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per entry, in the analysis's order; waived ones behind all that are not."""
    entries = {one.id: one for one in analysis.certificates.entries}
    now = {name: server_now(snapshot, name) for name in snapshot.clusters}
    left = {
        key: seconds_left(one, now.get(one.cluster, snapshot.taken_at))
        for key, one in entries.items()
    }
    waivers = {key: waiver_of(analysis, one) for key, one in entries.items()}
    parts = {
        key: (one, waivers[key], left_words(left[key]), bar(one, left[key]))
        for key, one in entries.items()
    }
    found = _made.rows(parts, lambda key: _row(entries[key], waivers[key], left[key]))
    return sorted(found, key=rank)


def waiver_of(analysis: Analysis, entry: CertificateEntry) -> Waiver | None:
    """Who answers for it, where somebody does for all that was found."""
    waivers = [analysis.waived.get(one.id) for one in entry.findings]
    return waivers[0] if waivers and all(waivers) else None


def find_certificate(analysis: Analysis, row_id: str) -> CertificateEntry | None:
    """The certificate behind a row; None when it is gone."""
    return next((one for one in analysis.certificates.entries if one.id == row_id), None)


def entry_role(entry: CertificateEntry, waiver: Waiver | None) -> Role:
    """How loud it is."""
    return Role.DIM if waiver else VERDICT_ROLES[entry.verdict]


def verdict_words(entry: CertificateEntry, waiver: Waiver | None) -> str:
    """`✖ critical`, `● pass`, `· waived: fail`."""
    words = entry.verdict.value.lower()
    return f"· waived: {words}" if waiver else f"{sign(VERDICT_ROLES[entry.verdict])} {words}"


def _row(entry: CertificateEntry, waiver: Waiver | None, left: float | None) -> Row:
    role, ref, seen = entry_role(entry, waiver), entry.object, entry.seen
    days = unknown() if left is None else Cell(left_words(left), role, round(left))
    verdict = "waived" if waiver else entry.verdict.value.lower()
    return Row(
        entry.id,
        {
            "verdict": Cell(verdict_words(entry, waiver), role, verdict),
            "name": text_cell(entry.name),
            "cluster": text_cell(entry.cluster),
            "days": days,
            "bar": Cell(bar(entry, left), role, None) if left is not None else BLANK,
            "place": text_cell(str(ref) if ref else entry.place.value),
            "automation": automation_cell(entry),
            "used": names_cell(entry.used_by),
            "issuer": text_cell(seen.issuer if seen else ""),
            "for": text_cell(entry.place.value, Role.DIM),
            "key": text_cell(seen.key if seen else ""),
            "reason": reason_cell(entry.reason, waiver),
            "path": text_cell(entry.path, Role.DIM),
        },
        tuple(one.id for one in entry.findings),
        role,
        (entry.cluster,),
        ref.namespace if ref else "",
    )


def automation_cell(entry: CertificateEntry) -> Cell:
    """The evidence that something renews it; that nothing does, or that this is not known."""
    if entry.automation:
        return text_cell(entry.automation)
    return unknown() if entry.automated is None else Cell("nothing", Role.WARN, "nothing")


def seconds_left(entry: CertificateEntry, now: float) -> float | None:
    """Seconds to its end, negative after it; None where that is not known."""
    days = entry.days_left(now)
    return None if days is None else days * _DAY


def left_words(seconds: float | None) -> str:
    """`12 d`, `-3 d`, and in the last two days `7 h`."""
    if seconds is None:
        return ""
    if abs(seconds) < 2 * _DAY:
        return f"{int(seconds / 3600)} h"
    return f"{int(seconds / _DAY)} d"


def bar(entry: CertificateEntry, left: float | None) -> str:
    """`████▌░░░`: the part of its lifetime that remains; empty where that is not known."""
    if left is None or entry.not_before is None or entry.not_after is None:
        return ""
    if left <= 0:
        return "░" * _BAR
    whole = max(entry.not_after - entry.not_before, 1.0)
    eighths = max(round(min(left / whole, 1.0) * _BAR * 8), 1)
    full, rest = divmod(eighths, 8)
    cells = "█" * full + (_EIGHTHS[rest - 1] if rest else "")
    return f"{cells:░<{_BAR}}"


def certificate_summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`12 certificates  ✖ 1 critical  ▲ 2 warn  ● 9 pass  1 waived`."""
    entries = analysis.certificates.entries
    waived = [one for one in entries if waiver_of(analysis, one)]
    counts = Counter(one.verdict for one in entries)
    counts.subtract(one.verdict for one in waived)
    parts = [count(len(entries), "certificate")]
    parts += [
        f"{sign(VERDICT_ROLES[one])} {counts[one]} {one.value.lower()}"
        for one in Verdict
        if counts[one]
    ]
    parts += [f"{len(waived)} waived"] if waived else []
    blind = [one for one in analysis.secrets.coverage.values() if not one.values]
    if blind:
        parts.append(
            f"those in Secrets of {count(len(blind), 'cluster')} only by cert-manager's word:"
            " --scan-values reads them"
        )
    return "  ".join(parts)


def empty(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """Why there is no row."""
    if not snapshot.clusters:
        return "no clusters, so no certificates in them"
    waiting = [
        one
        for one in snapshot.clusters.values()
        if one.state in (ClusterState.PENDING, ClusterState.CONNECTING)
    ]
    if waiting:
        return f"being read: certificates of {count(len(waiting), 'cluster')}"
    if not any(one.state.readable for one in snapshot.clusters.values()):
        return "no certificates are known: no cluster could be read, and the fleet pane says why"
    return (
        "no certificates were seen; those in Secrets are looked at with --scan-values, and what"
        " could not be read stands in the fleet pane"
    )


def worst_findings(entry: CertificateEntry) -> tuple[Finding, ...]:
    """Its findings, the worst first."""
    return tuple(sorted(entry.findings, key=lambda one: (one.severity.rank, one.rule)))
