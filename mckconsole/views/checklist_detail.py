"""What stands behind answers of the checklist: one answer, an item over all clusters, a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.checklist.items import command
from mckconsole.analysis.checklist.model import Answer, Attested, Item
from mckconsole.analysis.engine import Analysis
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_age
from mckconsole.views.checklist import (
    MARK_ROLES,
    age_cell,
    attested_cell,
    finding_of,
    mark_cell,
    waiver_of,
    worst_of,
)
from mckconsole.views.detail import (
    Block,
    CheckTarget,
    ClusterTarget,
    Detail,
    Line,
    ObjectTarget,
    Span,
)
from mckconsole.views.explain import (
    MAX_VALUE,
    count,
    evidence_block,
    fact,
    remark,
    stated,
    unknown,
)
from mckconsole.views.identity_detail import findings_block, fix_blocks
from mckconsole.views.secrets_cells import sign
from mckconsole.views.spec import Role


def check_detail(
    snapshot: FleetSnapshot, analysis: Analysis, target: CheckTarget
) -> Detail | None:  # fmt: skip
    """The document of one answer, or of an item or a cluster as a whole; None when it is gone."""
    if not target.cluster:
        return _item_detail(snapshot, analysis, target.rule)
    if not target.rule:
        return _cluster_detail(snapshot, analysis, target.cluster)
    report = analysis.checklist
    answer, item = report.of(target.rule, target.cluster), _item(analysis, target.rule)
    return None if answer is None else _answer_detail(snapshot, analysis, item, answer)


def answer_object(analysis: Analysis, target: CheckTarget) -> ObjectTarget | None:
    """The first object that an answer rests on; None where it rests on none."""
    answer = analysis.checklist.of(target.rule, target.cluster)
    for one in answer.evidence if answer else ():
        if isinstance(one.object, ObjectRef):
            return ObjectTarget(one.cluster, one.object)
    return None


def _item(analysis: Analysis, rule: str) -> Item | None:
    return next((one for one in analysis.checklist.items if one.rule == rule), None)


def _answer_detail(
    snapshot: FleetSnapshot, analysis: Analysis, item: Item | None, answer: Answer
) -> Detail:  # fmt: skip
    findings = finding_of(analysis, answer)
    waiver = waiver_of(analysis, findings)
    cell = mark_cell(answer.mark, waiver)
    title = item.title if item else answer.rule
    head = [fact("cluster", answer.cluster, target=ClusterTarget(answer.cluster))]
    head.append(fact("answer", Span(cell.text, cell.role)))
    if waiver:
        head.append(fact("waived", Span(waiver.words, Role.DIM)))
    head.append(fact("why", answer.reason or unknown("no reason was given")))
    head += _asked(item)
    oldest = age_cell(snapshot, answer.as_of)
    if answer.as_of is not None:
        head.append(fact("oldest", f"{oldest.text} old, of all that it rests on"))
    role = cell.role
    return Detail(
        f"{title} {answer.cluster}",
        f"{cell.text}  {answer.rule}",
        role,
        (
            Block(lines=tuple(head)),
            _missing(answer),
            *_probe(item, answer),
            *_attested(snapshot, answer.attested),
            *((findings_block(findings, waived=analysis.waived),) if findings else ()),
            *fix_blocks(findings),
            evidence_block(snapshot, answer.evidence, lambda _: role),
        ),
    )


def _asked(item: Item | None) -> Iterator[Line]:
    if item is None:
        return
    target = CheckTarget(item.rule, "")
    yield fact("passes", Span(item.question), Span(f"  {item.rule}", Role.DIM), target=target)
    if item.source:
        yield fact("source", Span(item.source, Role.DIM))


def _missing(answer: Answer) -> Block:
    """What the answer does not rest on, because it could not be read or told."""
    if not answer.missing:
        return Block("What is missing", lines=(remark("nothing that reading could tell"),))
    lines = tuple(Line((unknown(shorten(one, MAX_VALUE)),), indent=2) for one in answer.missing)
    return Block("What is missing", count(len(lines), "gap"), lines=lines)


def _probe(item: Item | None, answer: Answer) -> Iterator[Block]:
    """The command that proves what reading cannot, as it is to be typed."""
    proves = item.proves if item else ""
    if not proves and not answer.probe:
        return
    lines = [fact("proves", proves)] if proves else []
    lines += [Line((Span("    "), Span(one)), indent=6) for one in answer.probe.splitlines()
              if one.strip()]  # fmt: skip
    if answer.lifted is not None:
        role = MARK_ROLES[answer.lifted]
        lines.append(fact("with it", stated(role, f"{answer.lifted} once a probe has passed")))
    lines.append(remark("it is never run from here; --evidence FILE takes its results, JUnit or"
                        " JSON"))  # fmt: skip
    yield Block("The probe", lines=tuple(lines))


def _attested(snapshot: FleetSnapshot, attested: Sequence[Attested]) -> Iterator[Block]:
    """Results that somebody brought, each with its file and its age."""
    if not attested:
        return
    lines = []
    for one in attested:
        role = Role.OK if one.passed else Role.CRITICAL
        age = "" if one.at is None else format_age(max(snapshot.taken_at - one.at, 0.0))
        note = f"{age} ago" if age else "when is not known"
        where = "" if one.cluster else "  of the whole fleet"
        spans = (stated(role, "passed" if one.passed else "failed"), Span(f"  {one.words}"),
                 Span(f"  {one.file}{where}", Role.DIM))  # fmt: skip
        lines.append(Line(spans, indent=4, note=note))
    yield Block("Attested", attested_cell(attested).text, lines=tuple(lines))


def _item_detail(snapshot: FleetSnapshot, analysis: Analysis, rule: str) -> Detail | None:
    """One item over all clusters."""
    item = _item(analysis, rule)
    if item is None:
        return None
    answers = [one for one in analysis.checklist.answers if one.rule == rule]
    worst = worst_of(answers)
    role = MARK_ROLES[worst]
    head = [fact("passes", item.question)]
    head += [fact("proves", f"only a probe: {item.proves}")] if item.proves else []
    head += [fact("probe", command(item.probe, {}))] if item.probe else []
    head += [fact("source", Span(item.source, Role.DIM))] if item.source else []
    lines = [_answer_line(snapshot, analysis, one, one.cluster) for one in _worst_first(answers)]
    none = Line((unknown("answered for no cluster"),))
    return Detail(
        item.title,
        f"{sign(role)} {worst} {item.rule}",
        role,
        (
            Block(lines=tuple(head)),
            Block("By cluster", count(len(answers), "answer"), lines=tuple(lines) or (none,)),
        ),
    )


def _cluster_detail(snapshot: FleetSnapshot, analysis: Analysis, name: str) -> Detail | None:
    """All items of one cluster."""
    report = analysis.checklist
    answers = [one for one in report.answers if one.cluster == name]
    if not answers and name not in snapshot.clusters:
        return None
    titles = {one.rule: one.title for one in report.items}
    worst = worst_of(answers)
    role = MARK_ROLES[worst]
    lines = [_answer_line(snapshot, analysis, one, titles.get(one.rule, one.rule))
             for one in _worst_first(answers)]  # fmt: skip
    none = Line((unknown("nothing was answered for it"),))
    head = fact("cluster", name, target=ClusterTarget(name))
    return Detail(
        f"{name} checklist",
        f"{sign(role)} {worst}",
        role,
        (
            Block(lines=(head,)),
            Block("By item", count(len(answers), "answer"), lines=tuple(lines) or (none,)),
        ),
    )


def _worst_first(answers: Sequence[Answer]) -> Sequence[Answer]:
    return sorted(answers, key=lambda one: one.mark.rank)


def _answer_line(snapshot: FleetSnapshot, analysis: Analysis, answer: Answer, name: str) -> Line:
    """`✖ fail     gcp-eu-1  why`, which opens the answer."""
    cell = mark_cell(answer.mark, waiver_of(analysis, finding_of(analysis, answer)))
    spans = (Span(f"{cell.text:<9}", cell.role), Span(f"  {name}  "),
             Span(shorten(answer.reason, MAX_VALUE), Role.DIM))  # fmt: skip
    age = "" if answer.as_of is None else age_cell(snapshot, answer.as_of).text
    return Line(spans, CheckTarget(answer.rule, answer.cluster), 11, age)
