"""A report as text: the panes as tables, then what was found, then what is not known.

The same words go to a terminal and into a pipe. A terminal may cut them to its width and colour
them; a pipe gets everything, without colour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mckconsole.domain.findings import Evidence, Finding, Severity
from mckconsole.domain.times import format_rfc3339
from mckconsole.report.document import OVERVIEW, Document, PaneTable
from mckconsole.report.grid import grid
from mckconsole.report.spans import Line, Span, paint
from mckconsole.report.width import wrap
from mckconsole.views.spec import GLYPHS, Role

_WIDE = 1_000_000
"""Cells to wrap at when there is no terminal: never."""
_INDENT = "  "
_LABEL = 6
"""Cells of the column that says `seen` or `do`."""

_ROLES = {
    Severity.CRITICAL: Role.CRITICAL,
    Severity.HIGH: Role.CRITICAL,
    Severity.MEDIUM: Role.WARN,
    Severity.LOW: Role.WARN,
    Severity.INFO: Role.DIM,
}


def render(
    document: Document, *, title: str = "", width: int | None = None, colour: bool = False
) -> str:
    """The whole report under `title`; `width` in terminal cells, None for as wide as it takes."""
    return paint(_lines(document, title, width), colour=colour)


def _lines(document: Document, title: str, width: int | None) -> Iterator[Line]:
    if title:
        yield from ([Span(part, "heading")] for part in wrap(title, width or _WIDE))
        yield []
    for pane in document.panes:
        yield from _pane(pane, width)
        yield []
    yield from _connections(document, width)
    yield from _findings(document, width)
    if document.unknowns:
        yield []
        yield from _unknowns(document, width)


def _pane(pane: PaneTable, width: int | None) -> Iterator[Line]:
    yield [Span(pane.title.upper(), "heading"), Span(f"{_INDENT}{pane.summary}")]
    if pane.rows:
        yield from grid(pane.columns, pane.rows, width=width)
    for text in wrap(pane.empty, width or _WIDE):
        yield [Span(text, Role.DIM)]


def _connections(document: Document, width: int | None) -> Iterator[Line]:
    """What to know of the connections, unless the overview's rows already say it."""
    warnings = [(c.name, text) for c in document.clusters for text in c.warnings]
    if warnings and all(pane.name != OVERVIEW for pane in document.panes):
        yield [Span("CONNECTIONS", "heading")]
        for cluster, text in warnings:
            yield from _item(Role.WARN, f"{cluster}: {text}", width)
        yield []


def _findings(document: Document, width: int | None) -> Iterator[Line]:
    counts = Counter(finding.severity for finding in document.findings)
    said = ", ".join(f"{counts[severity]} {severity}" for severity in Severity if counts[severity])
    yield [Span("FINDINGS", "heading"), Span(f"{_INDENT}{said or 'none'}")]
    for finding in document.findings:
        yield []
        yield from _finding(finding, width)


def _finding(finding: Finding, width: int | None) -> Iterator[Line]:
    role = _ROLES[finding.severity]
    place = f"{finding.cluster} → {', '.join(finding.peers)}" if finding.peers else finding.cluster
    yield [
        Span(f"{GLYPHS.get(role, '·')} {finding.severity.value:<8}", role),
        Span(f"{_INDENT}{finding.rule}{_INDENT}", "heading"),
        Span(place),
    ]
    yield from _indented(finding.title, width)
    if finding.detail and finding.detail != finding.title:
        yield from _indented(finding.detail, width)
    for index, evidence in enumerate(finding.evidence):
        yield from _labelled("seen" if index == 0 else "", _seen(evidence), width, Role.DIM)
    for index, step in enumerate(finding.remediation.splitlines()):
        yield from _labelled("do" if index == 0 else "", step, width)


def _seen(evidence: Evidence) -> str:
    """One line: where, what, at which path, with which value, when."""
    parts = [evidence.cluster]
    if evidence.source != "kubernetes":
        parts.append(evidence.source)
    if evidence.object is not None:
        parts.append(str(evidence.object))
    parts.append(f"{evidence.path} = {evidence.value}")
    parts.append(f"at {format_rfc3339(evidence.observed_at)}")
    return " · ".join(part for part in parts if part)


def _unknowns(document: Document, width: int | None) -> Iterator[Line]:
    yield [Span("UNKNOWN", "heading"), Span(f"{_INDENT}{len(document.unknowns)} not answered")]
    for one in document.unknowns:
        subject = one.pane if one.rule == "*" else one.rule
        place = f"{one.cluster or 'inventory'}: "
        yield from _item(Role.UNKNOWN, f"{place}{subject}: {one.reason}", width)


def _item(role: Role, text: str, width: int | None) -> Iterator[Line]:
    """`text` behind the sign of its role, continued under itself."""
    for index, part in enumerate(wrap(text, max((width or _WIDE) - 2, 20))):
        yield [Span(f"{GLYPHS[role] if index == 0 else ' '} ", role), Span(part)]


def _labelled(label: str, text: str, width: int | None, role: Role = Role.PLAIN) -> Iterator[Line]:
    """`text` beside a label, continued under itself."""
    margin = len(_INDENT) + _LABEL
    for index, part in enumerate(wrap(text, max((width or _WIDE) - margin, 20))):
        yield [
            Span(f"{_INDENT}{label if index == 0 else '':<{_LABEL}}", Role.DIM),
            Span(part, role),
        ]


def _indented(text: str, width: int | None) -> Iterator[Line]:
    for part in wrap(text, max((width or _WIDE) - len(_INDENT), 20)):
        yield [Span(_INDENT), Span(part)]
