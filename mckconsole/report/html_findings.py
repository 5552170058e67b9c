"""Findings, unknowns and waivers in the HTML report."""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.domain.findings import Finding, Severity
from mckconsole.domain.waivers import Waiver
from mckconsole.report.document import Document
from mckconsole.report.markup import Content, Html, el, joined, table, when
from mckconsole.report.places import places
from mckconsole.report.summary import finding_counts
from mckconsole.views.cells import SEVERITY_ROLES
from mckconsole.views.explain import count, place_of
from mckconsole.views.spec import GLYPHS


def findings(document: Document) -> Html:
    """Every finding by severity, worst first, the waived ones among them and marked."""
    if not document.findings:
        return el("p", "Nothing was found. What that is worth, the coverage says.")
    parts: list[Content] = [el("p", finding_counts(document))]
    for severity in Severity:
        found = [one for one in document.findings if one.severity is severity]
        if found:
            parts.append(el("h3", f"{severity.value.capitalize()}: {len(found)}"))
            parts += [_finding(one, document.waived.get(one.id)) for one in found]
    return joined(*parts)


def _finding(finding: Finding, waiver: Waiver | None) -> Html:
    sign = GLYPHS.get(SEVERITY_ROLES[finding.severity], "·")
    badge = el("span", f"{sign} {finding.severity.value}", cls="badge")
    waived = el("span", "waived", cls="badge waived") if waiver else None
    tone = finding.severity.value
    return el(
        "article",
        el(
            "header",
            badge,
            waived,
            el("span", finding.rule, cls="rule"),
            el("span", place_of(finding), cls="place"),
        ),
        el("h4", finding.title, cls="lead"),
        el("p", waiver.words, cls="waiver") if waiver else None,
        el("p", finding.detail) if finding.detail not in ("", finding.title) else None,
        *_evidence(finding),
        *_steps(finding),
        el("p", "id ", el("code", finding.id), cls="id"),
        cls=f"{tone} is-waived" if waiver else tone,
        id=f"f-{finding.id}",
    )


def _evidence(finding: Finding) -> Iterator[Html]:
    rows: list[tuple[Content, ...]] = [
        (
            one.cluster,
            str(one.object) if one.object else one.source,
            el("span", one.path, cls="path"),
            el("span", one.value, cls="path"),
            when(one.observed_at),
        )
        for seen in places(finding)
        for one in seen.evidence
    ]
    if rows:
        yield table("Evidence", ("cluster", "object", "path", "value", "seen at"), rows)


def _steps(finding: Finding) -> Iterator[Html]:
    if finding.remediation:
        yield el("p", "What to do", cls="label")
        yield el("pre", finding.remediation)


def unknowns(document: Document) -> Html:
    """What could not be judged, whole panes first, with the reasons."""
    if not document.unknowns:
        return el("p", "Every question was answered.")
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for one in sorted(document.unknowns, key=lambda one: (one.rule != "*", one.pane)):
        key = (one.pane, one.cluster or "inventory", one.reason)
        grouped.setdefault(key, []).append("all of it" if one.rule == "*" else one.rule)
    rows: list[tuple[Content, ...]] = [
        (pane, cluster, ", ".join(about), reason)
        for (pane, cluster, reason), about in grouped.items()
    ]
    said = f"{count(len(document.unknowns), 'question')} not answered: not OK, but not known."
    return table(said, ("section", "cluster", "rules", "why"), rows)


def waivers(document: Document) -> Html | None:
    """Who answers for which findings until when, and waivers that waive nothing."""
    if not (document.waived or document.notes):
        return None
    rows: list[tuple[Content, ...]] = [
        (
            el("a", finding.rule, href=f"#f-{finding.id}"),
            place_of(finding),
            finding.title,
            waiver.owner,
            el("span", waiver.until, cls="word"),
            waiver.reason,
            waiver.reference,
        )
        for finding in document.findings
        if (waiver := document.waived.get(finding.id))
    ]
    heads = ("rule", "where", "finding", "owner", "until", "reason", "reference")
    shown = table("Findings that somebody answers for.", heads, rows) if rows else None
    notes = el("ul", *(el("li", note) for note in document.notes)) if document.notes else None
    return joined(shown, notes)
