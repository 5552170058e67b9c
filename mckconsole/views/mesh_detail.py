"""Both sides of one tunnel next to each other, the verdict on them, and everything seen of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.mesh.links import Link, LinkState, Pair, Verdict
from mckconsole.domain.findings import Evidence, Finding
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.views.detail import Block, Detail, Line, ObjectTarget, Span
from mckconsole.views.explain import (
    count,
    evidence_block,
    finding_line,
    numbered,
    remark,
    since_words,
    stated,
    steps_of,
)
from mckconsole.views.mesh import (
    STATE_ROLES,
    LinkFindings,
    find_link,
    link_role,
    opposite,
    pairs_by_link,
    word_role,
)
from mckconsole.views.mesh_detail_side import side_card
from mckconsole.views.spec import GLYPHS, Role


def link_detail(snapshot: FleetSnapshot, analysis: Analysis, row_id: str) -> Detail | None:
    """The document of one tunnel, the direction of the row first; None when it is gone."""
    link = find_link(analysis, row_id)
    if link is None:
        return None
    pair = pairs_by_link(analysis.mesh.pairs)[link.key]
    back = opposite(link, pair)
    sides = (link, back) if back else (link,)
    wanted = LinkFindings(analysis.findings).of(link, pair)
    by_id = {finding.id: finding for finding in analysis.findings}
    if back:
        wanted = tuple(dict.fromkeys((*wanted, *LinkFindings(analysis.findings).of(back, pair))))
    findings = [by_id[name] for name in wanted]
    role = verdict_role(pair)
    since = since_words(pair.forward.since, snapshot.taken_at)  # the side to look at first
    return Detail(
        title=f"{link.key.source} ⇄ {link.key.target}",
        words=f"{GLYPHS[role]} {verdict_words(pair)}{since}",
        role=role,
        blocks=(
            Block(cards=tuple(side_card(snapshot, analysis, side) for side in sides)),
            _verdict(pair, back),
            _steps(findings, pair),
            _findings(analysis, findings),
            _evidence(snapshot, sides, findings),
        ),
    )


def link_object(snapshot: FleetSnapshot, analysis: Analysis, row_id: str) -> ObjectTarget | None:
    """The object that shows the link: the Gateway of its source; None where there is none."""
    link = find_link(analysis, row_id)
    if link is None or link.object is None or link.key.source not in snapshot.clusters:
        return None
    return ObjectTarget(link.key.source, link.object)


def verdict_role(pair: Pair) -> Role:
    """How both directions together stand."""
    if pair.verdict is Verdict.ASYMMETRIC:
        return Role.CRITICAL
    role = STATE_ROLES[LinkState(pair.verdict.value)]
    worst = link_role(pair.forward)
    if role is Role.WARN and worst is Role.CRITICAL:
        return worst
    return Role.WARN if pair.uneven and role is Role.OK else role


def verdict_words(pair: Pair) -> str:
    """`ASYMMETRIC critical`."""
    verdict = f"{pair.verdict.value.upper()}{', UNEVEN' if pair.uneven else ''}"
    return f"{verdict} {pair.severity}" if pair.severity else verdict


def _verdict(pair: Pair, back: Link | None) -> Block:
    lines = [Line((stated(verdict_role(pair), pair.verdict.value), Span(f"  {pair.reason}")))]
    if back is None and not pair.forward.one_way:
        lines.append(remark("only one side is known: the other has said nothing of this tunnel"))
    if pair.hints:
        lines.append(remark("what to look at, in this order:"))
        lines += numbered(pair.hints)
    return Block("Verdict", lines=tuple(lines))


def _evidence(snapshot: FleetSnapshot, sides: Sequence[Link], findings: Sequence[Finding]) -> Block:
    """All that was seen of both sides, then what their findings add."""
    roles = {side.key.source: word_role(side) for side in sides}
    seen = _in_order(sides, findings)
    return evidence_block(snapshot, seen, lambda one: roles.get(one.cluster, Role.DIM))


def _in_order(sides: Iterable[Link], findings: Iterable[Finding]) -> Iterator[Evidence]:
    for side in sides:
        yield from side.evidence
    for finding in findings:
        yield from finding.evidence


def _findings(analysis: Analysis, findings: Sequence[Finding]) -> Block:
    if not findings:
        return Block("Findings", lines=(remark("none about this tunnel"),))
    lines = tuple(
        finding_line(finding, "", analysis.waived.get(finding.id)) for finding in findings
    )
    return Block("Findings", count(len(findings), "finding"), lines=lines)


def _steps(findings: Sequence[Finding], pair: Pair) -> Block:
    """What the findings advise, but for what the verdict has already named."""
    steps = steps_of(finding.remediation for finding in findings)
    lines = tuple(numbered([step for step in steps if step not in pair.hints]))
    return Block("What to do", lines=lines or (remark("nothing: no finding asks for anything"),))
