"""Who changed which fields of an object, and when: by its managedFields."""

from __future__ import annotations

from mckconsole.domain.inspected import FieldManager
from mckconsole.domain.text import shorten
from mckconsole.views.detail import Block, Line, Span
from mckconsole.views.explain import count, remark
from mckconsole.views.object_parts import Around
from mckconsole.views.spec import Role

WRITERS = "Who changed what, and when"
MANAGED = "managedFields"
_FEW, _MANY = 4, 60
"""Paths of one manager that are shown: at first, and with its managed fields."""
_MAX_PATH = 120


def manager_blocks(around: Around, *, all_fields: bool) -> tuple[Block, ...]:
    """The latest first; with the managed fields as YAML below where they are asked for."""
    found = around.facts.managers
    if not found:
        words = "the object does not say: it has no managedFields"
        return (Block(WRITERS, lines=(remark(words),)),)
    most = _MANY if all_fields else _FEW
    lines = tuple(_line(around, one, most) for one in found)
    note = count(len(found), "field manager")
    blocks = [Block(WRITERS, note, lines=lines)]
    if all_fields:
        yaml = tuple(Line((Span(text),), indent=_margin(text)) for text in around.facts.managed)
        blocks.append(Block(MANAGED, lines=yaml))
    return tuple(blocks)


def _line(around: Around, one: FieldManager, most: int) -> Line:
    where = f" {one.subresource}" if one.subresource else ""
    shown = ", ".join(shorten(path, _MAX_PATH) for path in one.paths[:most])
    more = one.count - min(most, len(one.paths))
    spans = (
        Span(one.name, Role.DIM if one.subresource == "status" else Role.PLAIN),
        Span(f"  {one.operation}{where}, {count(one.count, 'field')}", Role.DIM),
        Span(f"  {shown}"),
        Span(f" and {more:,} more" if more > 0 and shown else "", Role.DIM),
    )
    when = "" if one.at is None else around.since(one.at)
    return Line(spans, None, 4, when or "no time")


def _margin(text: str) -> int:
    return len(text) - len(text.lstrip(" ")) + 2
