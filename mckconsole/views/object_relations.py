"""Relations and events of an object as lines: a tree whose every name leads on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.domain.inspected import Happening, Related, Relation
from mckconsole.views.detail import Block, InspectTarget, Line, Span
from mckconsole.views.explain import count, remark
from mckconsole.views.object_parts import Around
from mckconsole.views.spec import GLYPHS, Role

OWNERS, BELOW, USERS, USES = "Owners", "Below it", "Used by", "Uses"
EVENTS = "Events"
MAX_USUAL = 12
"""Events that are no warnings: those at the front of the list are shown."""
MAX_SHOWN = 400
"""Lines of one tree."""


def relation_blocks(around: Around, related: Related) -> Iterator[Block]:
    """What it has to do with, in four directions; a direction without anything has no block, but
    for `Used by`."""
    owners = tuple(_chain(around, related.owners))
    if owners:
        yield Block(OWNERS, lines=owners)
    if related.dependents:
        yield _block(around, BELOW, related.dependents)
    if related.users:
        yield _block(around, USERS, related.users)
    if related.uses:
        yield _block(around, USES, related.uses)
    if not (related.owners or related.dependents or related.users or related.uses):
        yield Block("Relations", lines=(remark(_nothing(related)),))
    if related.unread:
        lines = tuple(Line((Span(f"? {one}", Role.UNKNOWN),), indent=2) for one in related.unread)
        yield Block("Not known of its relations", lines=lines)


def _nothing(related: Related) -> str:
    if related.unread:
        return "none in what was read"
    return "none: nothing owns it, refers to it or is referred to by it, of what is looked at"


def _block(around: Around, heading: str, found: Sequence[Relation]) -> Block:
    lines = tuple(_tree(around, found, 0))[:MAX_SHOWN]
    return Block(heading, count(_size(found), "object"), lines=lines)


def _size(found: Sequence[Relation]) -> int:
    return sum(1 + _size(one.below) for one in found)


def _chain(around: Around, found: Sequence[Relation]) -> Iterator[Line]:
    for depth, one in enumerate(found):
        yield _line(around, one, depth)


def _tree(around: Around, found: Sequence[Relation], depth: int) -> Iterator[Line]:
    for one in found:
        yield _line(around, one, depth)
        yield from _tree(around, one.below, depth + 1)


def _line(around: Around, one: Relation, depth: int) -> Line:
    role = Role.PLAIN if one.well is None else Role.OK if one.well else Role.CRITICAL
    branch = f"{'   ' * (depth - 1)}└─ " if depth else ""
    place = one.ref.name
    if one.ref.namespace and one.ref.namespace != around.facts.ref.namespace:
        place = f"{one.ref.namespace}/{place}"
    spans = (
        Span(f"{branch}{GLYPHS.get(role, '·')} ", role),
        Span(f"{one.how} ", Role.DIM),
        Span(f"{one.ref.kind} {place}"),
        Span(f"  {one.words}" if one.words else "", role if one.well is False else Role.DIM),
    )
    return Line(spans, InspectTarget(around.facts.cluster, one.ref), len(branch) + 2)


def event_block(around: Around, related: Related) -> Block:
    """What happened to it: warnings first, the latest first."""
    happenings = related.happenings
    if not happenings:
        refused = [one for one in related.unread if one.startswith("events")]
        if refused:
            return Block(EVENTS, lines=(Line((Span(f"? {refused[0]}", Role.UNKNOWN),)),))
        words = "none that are kept: the API server forgets events, usually after an hour"
        return Block(EVENTS, lines=(remark(words),))
    warnings = [one for one in happenings if one.warning]
    usual = [one for one in happenings if not one.warning]
    parts = [count(len(warnings), "warning")] if warnings else []
    parts += [f"{len(usual)} usual"] if usual else []
    lines = [_event(around, one) for one in (*warnings, *usual[:MAX_USUAL])]
    if len(usual) > MAX_USUAL:
        lines.append(remark(f"  and {len(usual) - MAX_USUAL} earlier ones"))
    return Block(EVENTS, ", ".join(parts), lines=tuple(lines))


def _event(around: Around, one: Happening) -> Line:
    role = Role.WARN if one.warning else Role.DIM
    often = f" ×{one.count:,}" if one.count > 1 else ""
    spans = [Span(f"{GLYPHS.get(role, '·')} {one.reason}{often}", role), Span(f"  {one.message}")]
    if one.about is not None:
        spans.append(Span(f"  {one.about.kind} {one.about.name}", Role.DIM))
    spans.append(Span(f"  {one.source.partition(' ')[0]}" if one.source else "", Role.DIM))
    target = None if one.about is None else InspectTarget(around.facts.cluster, one.about)
    return Line(tuple(spans), target, 4, around.since(one.at) if one.at else "")
