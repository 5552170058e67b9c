"""Findings and unknowns as text: what was found, what shows it, what to do, and what is not known.

Observations of one object at one moment stand under it once; steps that an earlier finding already
gave are referred to. JSON has everything in full.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from mckconsole.domain.findings import Evidence, Finding, Unknown
from mckconsole.domain.times import format_rfc3339
from mckconsole.domain.waivers import Waiver
from mckconsole.report.prose import labelled
from mckconsole.report.spans import Line, Span
from mckconsole.report.width import cell_width
from mckconsole.views.cells import SEVERITY_ROLES
from mckconsole.views.explain import place_of
from mckconsole.views.spec import GLYPHS, Role

_COMMAND = re.compile(r"\d+\. (?:kubectl|subctl|cilium) ")
"""A step that is pasted into a shell, so its lines end in a backslash where they are broken."""
_MARGIN = 8
"""Cells before evidence and steps, with the word `seen` or `do` in them."""


def finding_lines(
    findings: Sequence[Finding], width: int | None, waived: Mapping[str, Waiver]
) -> Iterator[Line]:
    """Every finding, with an empty line before each; the waived ones dim, with who waived them."""
    told: dict[str, str] = {}
    for finding in findings:
        yield []
        lines = _finding(finding, told, width)
        waiver = waived.get(finding.id)
        yield from _dim(lines, waiver, width) if waiver else lines


def _dim(lines: Iterator[Line], waiver: Waiver, width: int | None) -> Iterator[Line]:
    """The lines of a finding without weight, the waiver's words under the first."""
    for index, line in enumerate(lines):
        yield [Span(span.text, Role.DIM) for span in line]
        if index == 0:
            yield from labelled("", waiver.words, width, room=2)


def _finding(finding: Finding, told: dict[str, str], width: int | None) -> Iterator[Line]:
    role = SEVERITY_ROLES[finding.severity]
    sign = f"{GLYPHS.get(role, '·')} {finding.severity.value:<8}"
    heading, place = [Span(sign, role), Span(f"  {finding.rule}", "heading")], place_of(finding)
    if width is None or sum(cell_width(s.text) for s in heading) + 2 + cell_width(place) <= width:
        yield [*heading, Span(f"  {place}")]
    else:
        yield heading
        yield from labelled("", place, width, room=2)
    yield from labelled("", finding.title, width, room=2)
    if finding.detail and finding.detail != finding.title:
        yield from labelled("", finding.detail, width, room=2)
    label = "seen"
    for role, indent, text in _observations(finding.evidence):
        yield from labelled(f"  {label}", f"{text}", width, room=_MARGIN + indent, role=role)
        label = ""
    yield from _steps(finding, told, width)


def _steps(finding: Finding, told: dict[str, str], width: int | None) -> Iterator[Line]:
    """The remediation, or the earlier finding that has the same one."""
    steps = finding.remediation.splitlines()
    if len(steps) > 1 and finding.remediation in told:
        steps = [f"as for {told[finding.remediation]} above"]
    told.setdefault(finding.remediation, f"{finding.rule} {place_of(finding)}")
    for index, step in enumerate(steps):
        glue = " \\" if _COMMAND.match(step) else ""
        yield from labelled("" if index else "  do", step, width, room=_MARGIN, glue=glue)


def _observations(evidence: Sequence[Evidence]) -> Iterator[tuple[Role, int, str]]:
    """(role, indent, text): one line for a single observation, else what was seen under it."""
    for where, found in groupby(evidence, key=_where):
        together = list(found)
        at = f"at {format_rfc3339(together[0].observed_at)}"
        facts = [f"{one.path} = {one.value}" for one in together]
        if len(facts) == 1:
            yield Role.DIM, 0, " · ".join((*where[:-1], *facts, at))
            continue
        yield Role.DIM, 0, " · ".join((*where[:-1], at))
        yield from ((Role.DIM, 2, fact) for fact in facts)


def _where(evidence: Evidence) -> tuple[str, ...]:
    """Cluster, source and object in words, and the moment."""
    source = "" if evidence.source == "kubernetes" else evidence.source
    parts = (evidence.cluster, source, str(evidence.object or ""))
    return (*(part for part in parts if part), str(evidence.observed_at))


def unknown_lines(unknowns: Sequence[Unknown], width: int | None) -> Iterator[Line]:
    """What could not be judged: whole panes first, equal reasons together."""
    rules: dict[tuple[bool, str, str], list[str]] = {}
    for one in sorted(unknowns, key=lambda one: (one.rule != "*", one.cluster)):
        subject = f"the whole {one.pane} pane" if one.rule == "*" else one.rule
        key = (one.rule != "*", one.cluster or "inventory", one.reason)
        rules.setdefault(key, []).append(subject)
    clusters: dict[tuple[str, str], list[str]] = {}
    for (_, cluster, reason), subjects in rules.items():
        clusters.setdefault((", ".join(subjects), reason), []).append(cluster)
    for (subject, reason), names in clusters.items():
        text = f"{', '.join(names)} · {subject}: {reason}"
        yield from labelled(GLYPHS[Role.UNKNOWN], text, width, room=2, label_role=Role.UNKNOWN)
