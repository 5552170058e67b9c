"""Findings in every format that programs and auditors read, for the command line and the console.

The console exports the findings of the rows that are shown, with the unknowns and the coverage of
their pane: whoever gets the file must see what nobody looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Literal, TypeAlias

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.secrets.model import AuditPolicy
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.waivers import NO_WAIVERS, Waivers
from mckconsole.domain.wording import listed
from mckconsole.report import findings_csv, findings_markdown, html, jsonout, sarif
from mckconsole.report.coverage import OVERVIEW
from mckconsole.report.document import AUDIT, Document, build
from mckconsole.views.spec import PaneSpec

FindingFormat: TypeAlias = Literal["json", "csv", "markdown", "sarif", "html"]
SUFFIXES: Mapping[FindingFormat, str] = {
    "json": "json",
    "csv": "csv",
    "markdown": "md",
    "sarif": "sarif",
    "html": "html",
}
"""The formats, with the suffix of their files."""
MAX_LOGS = 10
"""Files of logs that are named."""


def render(
    format: FindingFormat, document: Document, *, title: str, scope: str, demo: bool = False
) -> str:
    """The document as a text with a final line end.

    Args:
        title: what made it and when; Markdown has it under its heading.
        scope: what was asked for, in words; all but CSV say it.
        demo: the clusters are simulated; JSON, SARIF and HTML say it, `title` has it too.
    """
    if format == "json":
        return jsonout.render(document, scope=scope, demo=demo)
    if format == "csv":
        return findings_csv.render(document)
    if format == "sarif":
        return sarif.render(document, scope=scope, demo=demo)
    if format == "markdown":
        return findings_markdown.render(document, title=title, scope=scope)
    return html.render(document, scope=scope, demo=demo)


def audit_terms(
    snapshot: FleetSnapshot, policy: AuditPolicy, panes: Collection[str]
) -> Iterator[str]:
    """What the findings of the audit depend on beside the clusters, for the words of a scope."""
    if not {OVERVIEW, AUDIT}.intersection(panes):
        return
    if policy.by_name:
        yield "credentials by name too"
    if policy.strict:
        yield "certificates judged strictly"
    if files := [one.path for one in snapshot.access.files]:
        yield f"logs {listed(files, MAX_LOGS)}"


def pane_document(
    snapshot: FleetSnapshot,
    analysis: Analysis,
    pane: PaneSpec,
    ids: Collection[str],
    clusters: Collection[str] | None = None,
    waivers: Waivers = NO_WAIVERS,
) -> Document:
    """The report of one pane with the findings of `ids` only, and without its table.

    Args:
        ids: ids of the findings of the rows that are shown.
        clusters: those in scope, None for all: unknowns, coverage and certificates of others are
            left out, those of the inventory stay.
        waivers: those that the analysis was given.
    """
    whole = build(snapshot, analysis, (pane,), waivers)
    shown = tuple(one for one in whole.findings if one.id in ids)
    kept = set(snapshot.clusters if clusters is None else clusters)
    return replace(
        whole,
        clusters=tuple(one for one in whole.clusters if one.name in kept),
        findings=shown,
        unknowns=tuple(one for one in whole.unknowns if one.cluster in {"", *kept}),
        panes=(),
        waived={one.id: whole.waived[one.id] for one in shown if one.id in whole.waived},
        coverage=tuple(one for one in whole.coverage if one.cluster in kept),
        certificates=tuple(one for one in whole.certificates if one.cluster in kept),
    )
