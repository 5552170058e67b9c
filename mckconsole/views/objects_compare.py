"""Rows of one object in several clusters: fields side by side, or values one below the other.

Side by side a row is a field and a column is a cluster; stacked a row is a value and the clusters
that have it, for narrow terminals and many clusters. Both say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mckconsole.analysis.sameness.model import Field, Standing
from mckconsole.analysis.sameness.sidebyside import ComparedField, Side, SideBySide
from mckconsole.domain.text import shorten
from mckconsole.domain.wording import counted
from mckconsole.views.spec import GLYPHS, Cell, Column, Role, Row

FIELD = Column("field", "FIELD", name=True, help="a field of the object")
VALUE = Column("value", "VALUE", name=True, help="what stands there")
WHERE = Column("where", "CLUSTERS", help="the clusters in which it stands")
STACKED = (FIELD, VALUE, WHERE)
OBJECT = "(object)"
"""Id of the row that says which clusters have it."""
NARROWEST = 30
"""Cells that a cluster's column needs, side by side."""
_FIELD_CELLS = 40
_MAX_VALUE = 300
_CONTAINER = re.compile(r"^(?:spec\.)?containers\[([^\]]+)\]\.")
_POD = "spec.template.spec."
_NOT_SET = "not set"


@dataclass(frozen=True, slots=True)
class Shown:
    """A comparison as a table."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    clusters: Mapping[str, str]
    """By row id: the cluster whose object is meant, for a row that is about some."""


def fits_side_by_side(clusters: int, width: int) -> bool:
    """Whether there is room for a column for each of so many clusters."""
    return clusters * NARROWEST + _FIELD_CELLS <= width


def columns_needed(found: SideBySide) -> int:
    """How many clusters have a column, side by side: those that are known not to have it have
    none."""
    return len(found.sides) - len(found.missing)


def side_by_side(found: SideBySide) -> Shown:
    """A row for each field, a column for each cluster that has the object or may have it."""
    sides = {name: side for name, side in found.sides.items() if not side.missing}
    ids = {name: f"in-{name}" if name == FIELD.id else name for name in sides}
    columns = tuple(
        Column(ids[name], name, priority=1, name=True, help=f"its value in {name}", cluster=name)
        for name in sides
    )
    rows = [_across(one, sides, ids) for one in found.fields]
    rows += [_presence(sides, ids)] if found.unread else []
    first = next(iter(found.there), "")
    return Shown((FIELD, *columns), tuple(rows), {row.id: first for row in rows})


def stacked(found: SideBySide) -> Shown:
    """A row for each value of each field."""
    rows: list[Row] = []
    clusters: dict[str, str] = {}
    for row, cluster in _stack(found):
        rows.append(row)
        clusters[row.id] = cluster
    return Shown(STACKED, tuple(rows), clusters)


def compare_words(found: SideBySide) -> tuple[str, Role]:
    """`2 of 24 fields differ`; that none does is not said of clusters that were not read."""
    there, compared = len(found.there), sum(not one.own for one in found.fields)
    parts = []
    role = Role.OK
    if found.differing:
        count = len(found.differing)
        verb = "differs" if count == 1 else "differ"
        parts.append(f"{count} of {counted(compared, 'field')} {verb}")
        role = Role.WARN
    elif there > 1:
        parts.append("no field differs")
    else:
        parts.append(f"only in {found.there[0]}" if there else "in no cluster")
        role = Role.PLAIN
    if found.missing:
        parts.append(f"missing in {_few(found.missing)}")
    if found.unread:
        parts.append(f"not read: {_few(found.unread)}")
        role = Role.UNKNOWN if role in (Role.OK, Role.PLAIN) else role
    if found.hidden:
        parts.append(f"{counted(found.hidden, 'value')} compared in part")
    return " · ".join(parts), role


def compare_notes(found: SideBySide) -> Iterator[tuple[Role, str]]:
    """Why it is missing or was not read, and what was said of what was; equal words once."""
    held: dict[tuple[Role, str], list[str]] = {}
    for side in found.sides.values():
        if side.unread:
            held.setdefault((Role.UNKNOWN, side.unread), []).append(side.cluster)
        elif side.missing:
            held.setdefault((Role.DIM, side.missing), []).append(side.cluster)
        for note in side.notes:
            held.setdefault((Role.DIM, note), []).append(side.cluster)
    for (role, words), names in sorted(held.items(), key=lambda pair: pair[0][0] is Role.DIM):
        yield role, f"{', '.join(names)}: {words}"


def _few(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} clusters"


def _presence(sides: Mapping[str, Side], ids: Mapping[str, str]) -> Row:
    """Which clusters have it at all."""
    role = Role.UNKNOWN
    cells = {"field": Cell(f"{GLYPHS[role]} {OBJECT}", role, OBJECT)}
    for name, side in sides.items():
        cells[ids[name]] = _standing(side)
    return Row(OBJECT, cells, (), role, tuple(sides))


def _standing(side: Side) -> Cell:
    if side.unread:
        return Cell(f"{GLYPHS[Role.UNKNOWN]} {side.unread}", Role.UNKNOWN, "unknown")
    if side.missing:
        return Cell(f"{GLYPHS[Role.WARN]} missing", Role.WARN, "missing")
    return Cell("there", Role.PLAIN, "there")


def _across(one: ComparedField, sides: Mapping[str, Side], ids: Mapping[str, str]) -> Row:
    role = _role(one)
    shown = _shown(one)
    cells = {"field": _title(one, role)}
    for name, side in sides.items():
        if side.fields is None:
            cells[ids[name]] = Cell("?", Role.UNKNOWN, "unknown")
        else:
            odd = one.differs and one.groups[name] > 0
            cells[ids[name]] = _cell(shown.get(name), one.values.get(name), role, odd=odd)
    return Row(one.path, cells, (), role, tuple(sides))


def _role(one: ComparedField) -> Role:
    return Role.WARN if one.differs else Role.DIM if one.own else Role.OK


def field_words(path: str) -> str:
    """A path as short as it is understood: `app: env[LEVEL]`."""
    words = _CONTAINER.sub(r"\1: ", path.removeprefix(_POD))
    return words.removesuffix(".value") if ".env[" in path or ": env[" in words else words


def _title(one: ComparedField, role: Role, *, again: bool = False) -> Cell:
    """The field; of what is in the template of pods without the way there."""
    words = field_words(one.path)
    if again or role is not Role.WARN:
        return Cell(f"  {words}", Role.DIM if again else role, one.path)
    return Cell(f"{GLYPHS[role]} {words}", role, one.path)


def _cell(words: str | None, field: Field | None, role: Role, *, odd: bool) -> Cell:
    if field is None or words is None:
        text, value = _NOT_SET, ""
    else:
        text, value = shorten(words, _MAX_VALUE) or '""', field.value
    if odd:
        return Cell(f"{GLYPHS[Role.WARN]} {text}", Role.WARN, value)
    return Cell(text, Role.DIM if role is Role.DIM or field is None else Role.PLAIN, value)


def _stack(found: SideBySide) -> Iterator[tuple[Row, str]]:
    for one in found.fields:
        yield from _values(one)
    held: dict[Cell, list[str]] = {}
    for name, side in found.sides.items():
        if side.fields is None:
            held.setdefault(_standing(side), []).append(name)
    for at, (cell, names) in enumerate(held.items()):
        title = Cell(f"{GLYPHS[cell.role]} {OBJECT}", cell.role, OBJECT)
        cells = {"field": title, "value": cell, "where": Cell(", ".join(names))}
        yield Row(f"{OBJECT} {at}", cells, (), cell.role, tuple(names)), names[0]


def _values(one: ComparedField) -> Iterator[tuple[Row, str]]:
    """The values of a field, what most have first; each cluster's own are all different."""
    role, shown = _role(one), _shown(one)
    held: dict[str | int, list[str]] = {}
    for name, number in one.groups.items():
        held.setdefault(shown.get(name, "") if one.own else number, []).append(name)
    ordered = held.items() if one.own else sorted(held.items(), key=lambda pair: str(pair[0]))
    for at, (_, names) in enumerate(ordered):
        cells = {
            "field": _title(one, role, again=at > 0),
            "value": _cell(*_together(one, shown, names), role, odd=one.differs and at > 0),
            "where": Cell(", ".join(names), Role.DIM if one.own else Role.PLAIN),
        }  # fmt: skip
        yield Row(f"{one.path} {at}" if at else one.path, cells, (), role, tuple(names)), names[0]


def _together(
    one: ComparedField, shown: Mapping[str, str], names: Sequence[str]
) -> tuple[str | None, Field | None]:
    """What stands for clusters that are compared as equal, though they may say it in other words:
    their names in it, or nothing in place of a default."""
    fields = [one.values[name] for name in names if name in one.values]
    if not fields:
        return None, None
    first, texts = fields[0], {shown[name] for name in names if name in shown}
    if first.standing is Standing.DEFAULT:
        return f"{first.value} (default)", first
    if len(texts) == 1 or "\n" in first.value:
        return next(shown[name] for name in names if name in shown), first
    return "each its own" if first.standing is Standing.OWN else first.same_as, first


def _shown(one: ComparedField) -> dict[str, str]:
    """The values in one line each; of long texts the lines that not all have."""
    values = {name: field.value for name, field in one.values.items()}
    if not any("\n" in text for text in values.values()):
        return values
    lines = {name: text.splitlines() for name, text in values.items()}
    common = set.intersection(*(set(held) for held in lines.values()))
    return {name: _own_lines(held, common, alone=not one.differs) for name, held in lines.items()}


def _own_lines(lines: Sequence[str], common: set[str], *, alone: bool) -> str:
    own = [line.strip() for line in lines if line not in common]
    if not own and not alone:
        return f"{counted(len(lines), 'line')}, and all clusters have each of them"
    if alone:
        return f"{counted(len(lines), 'line')}: {' ⏎ '.join(line.strip() for line in lines[:8])}"
    return f"{len(own)} of {counted(len(lines), 'line')}: {' ⏎ '.join(own)}"
