"""The secrets pane: one row per credential, worst first, and what no credential's row shows.

Findings that no credential has, and clusters of which not all was read, stand among them, because
who looks for what is wrong looks there. What is waived stands behind all that is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.secrets.model import Credential
from mckconsole.domain.findings import Finding, Severity
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.domain.waivers import Waiver
from mckconsole.views.cells import SEVERITY_ROLES
from mckconsole.views.explain import count
from mckconsole.views.remembered import Remembered
from mckconsole.views.secrets_cells import (
    MAX_TEXT,
    Written,
    first_written,
    names_cell,
    number_cell,
    object_words,
    owner_cell,
    rank,
    reason_cell,
    severity_cell,
    severity_role,
    short_fingerprint,
    sign,
    text_cell,
    tier_cell,
    waiver_of,
)
from mckconsole.views.secrets_coverage import Gap, gaps, modes_words, under_way
from mckconsole.views.secrets_rows import cluster_row_id, finding_row_id
from mckconsole.views.spec import BLANK, Cell, Role, Row

_COLUMNS = ("severity", "what", "clusters", "where", "places", "tier", "written", "writer",
            "owner", "fp", "reason", "rule")  # fmt: skip

_made: Remembered[str] = Remembered()


def rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per credential in the analysis's order, then per other finding and gap that is as
    bad."""
    report = analysis.secrets
    parts: dict[str, tuple[Credential, Waiver | None, Written]] = {
        one.id: (one, waiver_of(analysis, one), first_written(snapshot, one.places))
        for one in report.credentials
    }
    keys = {key: (one, waiver, seen.text) for key, (one, waiver, seen) in parts.items()}
    found = _made.rows(keys, lambda key: _row(*parts[key]))
    others = [_finding_row(one, analysis.waived.get(one.id)) for one in report.others]
    severities = {one.id: one.severity.rank for one in report.others}
    severities |= {one.id: one.severity.rank for one in report.credentials}
    everything = [*found, *others, *_gap_rows(snapshot, analysis)]
    worst = len(Severity)

    def order(row: Row) -> tuple[int, int]:
        return rank(row), severities.get(row.finding_ids[0], worst) if row.finding_ids else worst

    return sorted(everything, key=order)


def find_credential(analysis: Analysis, row_id: str) -> Credential | None:
    """The credential behind a row; None when it is gone."""
    return next((one for one in analysis.secrets.credentials if one.id == row_id), None)


def _row(credential: Credential, waiver: Waiver | None, written: Written) -> Row:
    first = credential.places[0]
    spaces = {place.object.namespace for place in credential.places}
    return Row(
        credential.id,
        {
            "severity": severity_cell(credential.severity, waiver),
            "what": text_cell(credential.title),
            "clusters": names_cell((first.cluster, *credential.clusters)),
            "where": text_cell(object_words(first)),
            "places": number_cell(len(credential.places)),
            "tier": tier_cell(credential.tier),
            "written": written.cell,
            "writer": text_cell(written.writer),
            "owner": owner_cell(first.owner),
            "fp": text_cell(short_fingerprint(credential.fingerprint), Role.DIM),
            "reason": reason_cell(credential.reason, waiver),
            "rule": text_cell(credential.rule, Role.DIM),
        },
        (credential.id, *(one.id for one in credential.related)),
        severity_role(credential.severity, waiver),
        credential.clusters,
        spaces.pop() if len(spaces) == 1 else "",
    )


def _finding_row(finding: Finding, waiver: Waiver | None) -> Row:
    where = finding.object
    told = {
        "severity": severity_cell(finding.severity, waiver),
        "what": text_cell(finding.title),
        "clusters": names_cell((finding.cluster, *finding.peers)),
        "where": text_cell(str(where) if where else "the cluster"),
        "reason": reason_cell("" if finding.detail == finding.title else finding.detail, waiver),
        "rule": text_cell(finding.rule, Role.DIM),
    }
    return Row(
        finding_row_id(finding.id),
        {**dict.fromkeys(_COLUMNS, BLANK), **told},
        (finding.id,),
        severity_role(finding.severity, waiver),
        (finding.cluster, *finding.peers),
        where.namespace if where else "",
    )


def _gap_rows(snapshot: FleetSnapshot, analysis: Analysis) -> Iterator[Row]:
    for gap in gaps(snapshot, analysis.secrets):
        yield _gap_row(gap)


def _gap_row(gap: Gap) -> Row:
    found, role, why = gap.found, gap.role, gap.why
    word = "forbidden" if role is Role.FORBIDDEN else "in part" if found.readable else "not read"
    told: Mapping[str, Cell] = {
        "severity": Cell(f"{sign(role)} {word}", role, word),
        "what": text_cell(gap.what),
        "where": text_cell(gap.where),
        "clusters": names_cell((found.cluster,)),
        "reason": Cell(shorten(why, MAX_TEXT), Role.PLAIN, why),
    }
    cells = {**dict.fromkeys(_COLUMNS, BLANK), **told}
    return Row(cluster_row_id(found.cluster), cells, (), role, (found.cluster,))


def summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`7 credentials  ✖ 2 critical  ▲ 1 medium  values looked at in 2 of 6 clusters`."""
    report, waived = analysis.secrets, analysis.waived
    parts = [count(len(report.credentials), "credential")]
    found = (*(one.finding for one in report.credentials), *report.others)
    counts = Counter(one.severity for one in found if one.id not in waived)
    for severity in Severity:
        if counts[severity]:
            parts.append(f"{sign(SEVERITY_ROLES[severity])} {counts[severity]} {severity.value}")
    if answered := sum(one.id in waived for one in found):
        parts.append(f"{answered} waived")
    if report.coverage:
        parts.append(modes_words(snapshot, report))
    if report.hidden:
        parts.append(f"{report.hidden} more by name only: --by-name")
    return "  ".join(parts)


def empty(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """Why there is no row: nothing was read yet, values were not looked at, or there is nothing."""
    if not snapshot.clusters:
        return "no clusters, so no credentials in them"
    report = analysis.secrets
    read = [one for one in report.coverage.values() if one.readable]
    if not read:
        waiting = [name for name, one in snapshot.clusters.items() if under_way(one)]
        if waiting:
            return f"being read: Secrets of {count(len(waiting), 'cluster')}"
        return "no Secrets were read; the fleet pane says why its clusters cannot be"
    seen = sum(one.secrets for one in read), sum(one.objects for one in read)
    looked = f"{count(seen[0], 'Secret')} and {count(seen[1], 'other object')} in {len(read)}"
    words = (
        f"no credentials found: looked at {looked} of {count(len(snapshot.clusters), 'cluster')}"
    )
    if report.hidden:
        words += f"; {report.hidden} only by name, shown with --by-name"
    blind = [one.cluster for one in read if not one.values]
    if blind:
        many = "these clusters" if len(blind) > 1 else blind[0]
        words += f"; values of Secrets in {many} were not looked at: --scan-values does"
    return words
