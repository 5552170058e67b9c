"""The go-live checklist for a terminal or a pipe: items by clusters, then why not all holds."""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.checklist.model import Mark
from mckconsole.report.checklist_sheet import (
    CAVEAT,
    ROLES,
    Sheet,
    cell_words,
    probes,
    result_words,
    verdict,
)
from mckconsole.report.grid import grid
from mckconsole.report.prose import labelled
from mckconsole.report.spans import Line, Span, paint
from mckconsole.views.spec import GLYPHS, Cell, Column, Role, Row


def render(sheet: Sheet, *, title: str, width: int | None, colour: bool) -> str:
    """As text; `width` in cells, None for as wide as it takes."""
    return paint(_lines(sheet, title, width), colour=colour)


def _lines(sheet: Sheet, title: str, width: int | None) -> Iterator[Line]:
    role, words = verdict(sheet)
    yield from labelled(GLYPHS[role], words, width, room=2, role=role, label_role=role)
    yield from labelled("", title, width, room=0)
    yield []
    yield from grid(columns(sheet), rows(sheet), width=width)
    yield from _why(sheet, width)
    yield from _probes(sheet, width)
    yield []
    yield from labelled("", CAVEAT, width, room=0, role=Role.DIM)


def columns(sheet: Sheet) -> tuple[Column, ...]:
    """The item, then a column for each cluster."""
    clusters = (
        Column(f"at {name}", name, priority=1, cluster=name) for name in sheet.fleet.clusters
    )
    return (Column("rule", "rule"), Column("item", "item", name=True), *clusters)


def rows(sheet: Sheet) -> list[Row]:
    """A row for each item."""
    found = []
    for item in sheet.report.items:
        by_cluster = {one.cluster: one for one in sheet.answers(item.rule)}
        cells = {"rule": Cell(item.rule, Role.DIM), "item": Cell(item.title)}
        for name in sheet.fleet.clusters:
            one = by_cluster.get(name)
            mark = one.mark if one else Mark.UNKNOWN
            cells[f"at {name}"] = Cell(cell_words(sheet, one), ROLES[mark], mark.value)
        found.append(Row(item.rule, cells))
    return found


def _why(sheet: Sheet, width: int | None) -> Iterator[Line]:
    """Every answer that is no pass, and what somebody brought."""
    open_ = [one for one in sheet.report.answers if one.mark is not Mark.PASS]
    if open_:
        yield []
        yield [Span("WHY", "heading"), Span(f"  {len(open_)} answers are no pass")]
    for one in open_:
        role = ROLES[one.mark]
        waiver = sheet.waiver(one)
        waived = f" ({waiver.words})" if waiver else ""
        words = f"{one.rule} {one.cluster}: {one.reason}{waived}"
        yield from labelled(GLYPHS[role], words, width, room=2, label_role=role)
    brought = dict.fromkeys(each for one in sheet.report.answers for each in one.attested)
    if brought:
        yield []
        yield [Span("PROBES BROUGHT", "heading"), Span(f"  {len(brought)}")]
    for each in brought:
        role = ROLES[Mark.PASS if each.passed else Mark.FAIL]
        where = each.cluster or "all clusters"
        words = f"{each.rule} {where}: {result_words(sheet, each)}"
        yield from labelled(GLYPHS[role], words, width, room=2, label_role=role)


def _probes(sheet: Sheet, width: int | None) -> Iterator[Line]:
    """Commands whose result would turn an UNKNOWN; not broken, so that they can be copied."""
    found = [*probes(sheet)]
    if found:
        yield []
        yield [Span("PROBES", "heading"), Span("  to be run by hand; --evidence takes the result")]
    for item, one in found:
        words = f"{one.rule} {one.cluster}: {item.proves}"
        role = ROLES[one.mark]
        yield from labelled(GLYPHS[role], words, width, room=2, label_role=role)
        yield from labelled("", one.probe, width, room=2, role=Role.DIM, glue=" \\")
