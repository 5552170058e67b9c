"""An object as a document: what it is and how it stands, what is found on it, what happened to it,
what it has to do with, who wrote it.

Made of what was read when it was opened; findings and ages are those of the frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from mckconsole.analysis.engine import Analysis
from mckconsole.domain.findings import Finding, ObjectRef
from mckconsole.domain.inspected import ObjectFacts, Related
from mckconsole.domain.ownership import owner_of
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.standing import standing
from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_age
from mckconsole.domain.trees import labels_at, map_at, text_at, texts_at
from mckconsole.views.detail import Block, Card, ClusterTarget, Detail, Line, Span
from mckconsole.views.explain import count, fact, finding_line, remark, server_now, stated
from mckconsole.views.object_kinds import summary_of
from mckconsole.views.object_managers import manager_blocks
from mckconsole.views.object_parts import (
    MAX_TEXT,
    WIDTH,
    Around,
    condition_lines,
    linked,
    role_of,
    value,
)
from mckconsole.views.object_relations import event_block, relation_blocks
from mckconsole.views.object_twins import Twin, twin_block
from mckconsole.views.spec import GLYPHS, Role

MAX_LABELS = 60
MAX_LINES = 1000
"""Lines of one block or card."""
_MAX_FINDINGS = 40
_RUNS_WITH = ("ServiceAccount", "ConfigMap", "Secret", "PersistentVolumeClaim")
"""Kinds whose findings concern what uses them."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """What was read of an object."""

    facts: ObjectFacts
    related: Related | None = None
    """None until it is found."""
    trouble: str = ""
    """Why it is not found."""
    stale: str = ""
    """Why the object could not be read again."""
    managed: bool = False
    """Whether the managed fields are shown."""
    twins: tuple[Twin, ...] = ()
    """What other clusters have under its name, as far as that is known."""


def object_detail(snapshot: FleetSnapshot, analysis: Analysis, shown: Inspected) -> Detail:
    """The document of an object."""
    facts = shown.facts
    around = Around(facts, server_now(snapshot, facts.cluster))
    how = standing(facts.ref, facts.tree)
    role = role_of(how)
    summary = summary_of(around)
    findings = _findings(analysis, shown)
    events = tuple(_events(around, shown))
    bad = shown.related is not None and any(one.warning for one in shown.related.happenings)
    blocks = (
        Block(cards=(_identity(around, findings), *summary.cards)),
        *([_finding_block(findings)] if findings else []),
        *(events if bad else ()),
        *summary.blocks,
        *([twins] if (twins := twin_block(facts, shown.twins)) is not None else []),
        *(() if bad else events),
        *_conditions(around),
        *_relations(around, shown),
        *manager_blocks(around, all_fields=shown.managed),
        _labels(around),
    )
    words = f"{GLYPHS.get(role, '·')} {_flat(how.words)}" if how.words else "· no state of its own"
    if shown.stale:
        line = Line((Span(f"~ as it was before: {shown.stale}", Role.STALE),), indent=2)
        blocks = (Block(lines=(line,)), *blocks)
    title = f"{facts.ref.kind} {facts.ref.name}"
    return Detail(title, f"{words}{_read(around)}", role, tuple(map(_one_line, blocks)))


def _one_line(block: Block) -> Block:
    """The block without the line breaks that values have."""
    cards = tuple(
        replace(card, title=_flat(card.title), note=_flat(card.note), lines=_lines(card.lines))
        for card in block.cards
        if card.lines
    )
    return replace(block, note=_flat(block.note), cards=cards, lines=_lines(block.lines))


def _lines(lines: Sequence[Line]) -> tuple[Line, ...]:
    more = len(lines) - MAX_LINES
    if more > 0:
        lines = (*lines[:MAX_LINES], remark(f"and {more:,} more: its YAML has them"))
    return tuple(
        replace(line, spans=tuple(replace(span, text=_flat(span.text)) for span in line.spans))
        if "\n" in line.text or "\t" in line.text
        else line
        for line in lines
    )


def _flat(text: str) -> str:
    return text.replace("\n", " ").replace("\t", " ")


def _read(around: Around) -> str:
    """` · read 12 s ago`; what is as old as the frame needs no word."""
    at = around.facts.at
    if around.facts.recorded:
        return " · from the recording"
    if at is None or around.now - at < 5:
        return ""
    return f" · read {format_age(around.now - at)} ago, r again"


def _identity(around: Around, findings: Sequence[Line]) -> Card:
    facts, tree = around.facts, around.tree
    ref, meta = facts.ref, map_at(tree, "metadata")
    api = Span(f"  {ref.api_version}", Role.DIM)
    lines = [
        fact("kind", ref.kind, api, width=WIDTH),
        fact("cluster", facts.cluster, width=WIDTH, target=ClusterTarget(facts.cluster)),
        *linked("namespace", ref.namespace, around.link("v1", "Namespace", ref.namespace)),
        *value("name", ref.name),
        *value("created", around.ago(text_at(meta, "creationTimestamp"))),
        *_going(around),
        *value("kept by", _keeper(around)),
        fact("findings", str(len(findings)) if findings else "none in what was read", width=WIDTH),
        *(Line((Span(one, Role.DIM),)) for one in facts.notes),
    ]
    if abs(facts.clock_offset) >= 60:
        ahead = "ahead" if facts.clock_offset > 0 else "behind"
        words = f"{format_age(abs(facts.clock_offset))} {ahead} of here; ages are by that clock"
        lines.append(fact("its clock", Span(words, Role.WARN), width=WIDTH))
    return Card("Object", tuple(lines))


def _going(around: Around) -> Iterator[Line]:
    """That it was asked to go, and what it waits for."""
    stamp = text_at(around.tree, "metadata", "deletionTimestamp")
    if not stamp:
        return
    waits = ", ".join(texts_at(around.tree, "metadata", "finalizers"))
    words = f"asked to go {around.ago(stamp)}" + (f", waits for {waits}" if waits else "")
    yield fact("deleted", stated(Role.WARN, shorten(words, MAX_TEXT)), width=WIDTH)


def _keeper(around: Around) -> str:
    """The tool that keeps it as it is, by its labels and annotations."""
    meta = map_at(around.tree, "metadata")
    return str(owner_of((), labels_at(meta, "labels"), labels_at(meta, "annotations")))


def _conditions(around: Around) -> Iterator[Block]:
    lines = tuple(condition_lines(around))
    if lines:
        yield Block("Conditions", count(len(lines), "condition"), lines=lines)


def _events(around: Around, shown: Inspected) -> Iterator[Block]:
    if shown.related is not None:
        yield event_block(around, shown.related)


def _relations(around: Around, shown: Inspected) -> Iterator[Block]:
    if shown.trouble:
        line = Line((Span(f"? {shown.trouble}", Role.UNKNOWN),), indent=2)
        yield Block("Events and relations", lines=(line,))
    if shown.related is not None:
        yield from relation_blocks(around, shown.related)
    elif not shown.trouble:
        words = "looking for what it has to do with and what happened to it …"
        yield Block("Events and relations", lines=(remark(words),))


def _labels(around: Around) -> Block:
    """Everything that is written on it."""
    lines: list[Line] = []
    for part in ("labels", "annotations"):
        held = labels_at(around.tree, "metadata", part)
        for key, text in list(held.items())[:MAX_LABELS]:
            first = " ".join(text.split())
            words = Span(shorten(first, MAX_TEXT))
            lines.append(Line((Span(f"{part[:-1]} {key} = ", Role.DIM), words), indent=4))
    if finalizers := texts_at(around.tree, "metadata", "finalizers"):
        lines.append(fact("finalizers", ", ".join(finalizers)))
    nothing = remark("no labels, annotations or finalizers")
    return Block("Labels and annotations", lines=tuple(lines) or (nothing,))


# Findings.


def findings_on(
    findings: Iterable[Finding], cluster: str, refs: Iterable[ObjectRef]
) -> list[Finding]:  # fmt: skip
    """Findings about one of these objects, whatever API version names it."""
    wanted = {_sort(ref) for ref in refs}
    return [
        one
        for one in findings
        if one.cluster == cluster and one.object is not None and _sort(one.object) in wanted
    ]


def _sort(ref: ObjectRef) -> tuple[str, str, str, str]:
    return ref.api_version.rpartition("/")[0], ref.kind, ref.namespace, ref.name


def _findings(analysis: Analysis, shown: Inspected) -> list[Line]:
    """Findings on the object, then those on what owns it and on what it runs with."""
    facts, related = shown.facts, shown.related
    near = [one.ref for one in related.owners] if related is not None else []
    if related is not None:
        near += [one.ref for one in related.uses if one.ref.kind in _RUNS_WITH]
    lines = []
    for one in findings_on(analysis.findings, facts.cluster, (facts.ref, *near)):
        line = finding_line(one, facts.cluster, analysis.waived.get(one.id))
        own = one.object is not None and _sort(one.object) == _sort(facts.ref)
        about = () if own else (Span(f"  on {one.object}", Role.DIM),)
        lines.append((not own, Line((*line.spans, *about), line.target, line.indent)))
    lines.sort(key=lambda pair: pair[0])
    return [line for _, line in lines]


def _finding_block(lines: Sequence[Line]) -> Block:
    more = len(lines) - _MAX_FINDINGS
    note = count(len(lines), "finding") + (f", {more} not shown" if more > 0 else "")
    return Block("Findings", note, lines=tuple(lines[:_MAX_FINDINGS]))
