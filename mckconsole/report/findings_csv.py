"""Findings as CSV: a line for each finding and object that shows it, and one for each unknown.

A sheet without the unknowns would read as if everything had been looked at.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from mckconsole.domain.findings import Finding
from mckconsole.domain.times import format_rfc3339
from mckconsole.report.document import Document
from mckconsole.report.export_sheet import harmless
from mckconsole.report.places import Seen, places

COLUMNS = (
    "RECORD", "ID", "SEVERITY", "RULE", "PANE", "CLUSTER", "NAMESPACE", "KIND", "NAME", "TITLE",
    "DETAIL", "OTHER CLUSTERS", "SEEN", "OBSERVED AT", "REMEDIATION", "WAIVED UNTIL", "WAIVED BY",
    "WAIVER",
)  # fmt: skip
"""RECORD is `finding`, `waived` or `unknown`; of an unknown DETAIL is the reason. REMEDIATION may
have several lines."""
_STEPS = "REMEDIATION"


def render(document: Document) -> str:
    """RFC 4180 with every cell in quotes, none of them a formula."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for record in _records(document):
        writer.writerow([_cell(column, record.get(column, "")) for column in COLUMNS])
    return out.getvalue()


def _cell(column: str, text: str) -> str:
    """A cell of one line; steps have one each, so that a command can be copied."""
    lines = text.split("\n") if column == _STEPS else (text,)
    return "\n".join(map(harmless, lines))


def _records(document: Document) -> Iterator[dict[str, str]]:
    for finding in document.findings:
        common = _finding(document, finding)
        for seen in places(finding):
            yield {**common, **_place(seen)}
    for one in document.unknowns:
        yield {
            "RECORD": "unknown",
            "RULE": "" if one.rule == "*" else one.rule,
            "PANE": one.pane,
            "CLUSTER": one.cluster,
            "DETAIL": one.reason,
        }


def _finding(document: Document, finding: Finding) -> dict[str, str]:
    waiver = document.waived.get(finding.id)
    return {
        "RECORD": "waived" if waiver else "finding",
        "ID": finding.id,
        "SEVERITY": finding.severity.value,
        "RULE": finding.rule,
        "PANE": finding.pane,
        "TITLE": finding.title,
        "DETAIL": finding.detail,
        "OTHER CLUSTERS": ", ".join(finding.peers),
        "REMEDIATION": finding.remediation,
        "WAIVED UNTIL": waiver.until if waiver else "",
        "WAIVED BY": waiver.owner if waiver else "",
        "WAIVER": waiver.words if waiver else "",
    }


def _place(seen: Seen) -> dict[str, str]:
    ref, at = seen.object, seen.observed_at
    return {
        "CLUSTER": seen.cluster,
        "NAMESPACE": ref.namespace if ref else "",
        "KIND": ref.kind if ref else "",
        "NAME": ref.name if ref else "",
        "SEEN": seen.facts,
        "OBSERVED AT": "" if at is None else format_rfc3339(at),
    }
