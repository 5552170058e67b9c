"""Findings as Markdown, in which nothing that a cluster said is markup, a link or a mention."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mckconsole.domain.findings import Finding
from mckconsole.domain.text import clean_block
from mckconsole.domain.times import format_rfc3339
from mckconsole.report.coverage import Answer
from mckconsole.report.coverage_sums import Tally, missing, sections, tallies
from mckconsole.report.document import Document
from mckconsole.report.export_markdown import literal, paragraph
from mckconsole.report.places import places
from mckconsole.report.summary import cluster_words, finding_counts, modes, verdict
from mckconsole.report.timeline_markdown import timeline_section
from mckconsole.views.cells import SEVERITY_ROLES
from mckconsole.views.explain import place_of
from mckconsole.views.spec import GLYPHS


def render(document: Document, *, title: str, scope: str = "") -> str:
    """The document with a final line end; `scope` says which clusters were asked for."""
    return "".join(f"{line}\n" for line in _lines(document, title, scope))


def _lines(document: Document, title: str, scope: str) -> Iterator[str]:
    _, words = verdict(document)
    yield from ("# Findings", "", paragraph(title), "", f"**{literal(words)}**")
    yield from ("", f"Scope: {literal(scope)}") if scope else ()
    yield from ("", "## Clusters", "")
    yield from _table(
        ("cluster", "state", "secrets", "version", "last answer"),
        (
            (c.name, cluster_words(c), modes(c), c.version or "unknown", _instant(c.as_of))
            for c in document.clusters
        ),
    )
    if document.timeline is not None:
        yield from ("", "## Timeline")
        yield from timeline_section(document.timeline)
    yield from ("", "## Findings", "", finding_counts(document))
    for finding in document.findings:
        yield ""
        yield from _finding(document, finding)
    if document.notes:
        yield from ("", "## Waivers to look at", "")
        yield from (f"- {paragraph(note)}" for note in document.notes)
    if document.unknowns:
        yield from ("", "## Unknown", "", f"{len(document.unknowns)} not answered.", "")
        yield from _table(
            ("pane", "cluster", "rule", "reason"),
            ((u.pane, u.cluster or "inventory", u.rule, u.reason) for u in document.unknowns),
        )
    yield from _coverage(document)


def _instant(at: float | None) -> str:
    return "never" if at is None else format_rfc3339(at)


def _finding(document: Document, finding: Finding) -> Iterator[str]:
    sign = GLYPHS.get(SEVERITY_ROLES[finding.severity], "·")
    waiver = document.waived.get(finding.id)
    mark = " (waived)" if waiver else ""
    place = literal(place_of(finding))
    yield f"### {sign} {finding.severity.value} · {finding.rule} · {place}{mark}"
    yield from ("", paragraph(finding.title))
    if waiver:
        yield from ("", f"> {paragraph(waiver.words)}")
    if finding.detail and finding.detail != finding.title:
        yield from ("", paragraph(finding.detail))
    yield ""
    for seen in places(finding):
        for one in seen.evidence:
            source = str(one.object) if one.object else one.source
            where = f"{one.cluster} · {source} · {one.path} = {one.value}"
            yield f"- {paragraph(where)} · {format_rfc3339(one.observed_at)}"
    if finding.remediation:
        yield from ("", "What to do:", "", *_block(finding.remediation))
    yield from ("", f"Id `{finding.id}`")


def _block(text: str) -> tuple[str, ...]:
    """`text` as it is, in a fence longer than any that it holds."""
    text = clean_block(text).replace("\t", "    ")
    fence = "`" * max(3, max((len(run) + 1 for run in re.findall("`+", text)), default=0))
    return (f"{fence}text", *text.split("\n"), fence)


def _coverage(document: Document) -> Iterator[str]:
    yield from ("", "## Coverage", "", "That nothing was found says something only where the "
                "answer is `answered`, or `absent` (the cluster serves no such kind).")  # fmt: skip
    for pane in sections(document.coverage):
        yield from ("", f"### {pane}", "")
        found = tallies(document.coverage, pane)
        yield from _table(("cluster", "asked", *Answer, "from", "to"), map(_tally, found))
        gaps = list(missing(document.coverage, pane))
        if gaps:
            yield ""
        for answer, reason, where in gaps:
            why = f" ({reason})" if reason else ""
            words = f"{answer.value}{why}: {'; '.join(where)}"
            yield f"- {paragraph(words)}"


def _tally(one: Tally) -> Sequence[str]:
    counts = (str(one.counts[answer]) for answer in Answer)
    return (one.cluster, str(one.asked), *counts, _instant(one.oldest),
            _instant(one.newest))  # fmt: skip


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(literal(cell) for cell in row)} |"
