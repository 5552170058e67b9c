"""An upgrade plan for a terminal or a pipe: the order, what holds the rest, then every step."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from mckconsole.analysis.versions.model import Action, Blocker, Held, Step
from mckconsole.report.grid import grid
from mckconsole.report.plan_sheet import (
    BOX,
    CAVEAT,
    GRAVITY_ROLES,
    PlanSheet,
    apart,
    ends,
    freed_words,
    held_role,
    held_words,
    signed,
    step_words,
    steps_words,
    support_words,
    tables,
    unknown_words,
    verdict,
    waive_words,
)
from mckconsole.report.prose import labelled
from mckconsole.report.spans import Line, Span, paint
from mckconsole.views.spec import BLANK, GLYPHS, Cell, Column, Role, Row

_STEPS = (
    Column("turn", "turn", "right"),
    Column("cluster", "cluster", name=True),
    Column("step", "step"),
    Column("why", "why here", priority=1),
    Column("marks", "to know", priority=2),
)
_ENDS = (
    Column("cluster", "cluster", name=True),
    Column("now", "now"),
    Column("nodes", "nodes", priority=3),
    Column("end", "end"),
    Column("support", "supported then", priority=1),
    Column("provider", "provider", priority=2),
)


def render(sheet: PlanSheet, *, title: str, width: int | None, colour: bool) -> str:
    """As text; `width` in cells, None for as wide as it takes."""
    return paint(_lines(sheet, title, width), colour=colour)


def _lines(sheet: PlanSheet, title: str, width: int | None) -> Iterator[Line]:
    role, words = verdict(sheet)
    yield from labelled(GLYPHS[role], words, width, room=2, role=role, label_role=role)
    yield from labelled("", title, width, room=0)
    for state, said in tables(sheet):
        yield from labelled("", signed(state, said), width, room=0, role=state)
    yield from _order(sheet, width)
    yield from _held(sheet, width)
    yield from _ends(sheet, width)
    yield from _waived(sheet, width)
    yield from _unknowns(sheet, width)
    for _, steps in sheet.turns():
        for one in steps:
            yield from _step(sheet, one, width)
    yield []
    yield from labelled("", CAVEAT, width, room=0, role=Role.DIM)


def _heading(title: str, note: str, width: int | None) -> Iterator[Line]:
    yield []
    yield from labelled(title, note, width, room=len(title) + 2, label_role="heading")


def _order(sheet: PlanSheet, width: int | None) -> Iterator[Line]:
    if not sheet.plan.steps:
        return
    note = f"{steps_words(sheet.plan)}; those of one turn may run at the same time"
    yield from _heading("ORDER", note, width)
    rows = [_order_row(one) for _, steps in sheet.turns() for one in steps]
    yield from grid(_STEPS, rows, width=width)


def _order_row(step: Step) -> Row:
    marks = []
    if step.blockers:
        marks.append(f"mends {_rules(step.blockers)}")
    if step.waived:
        marks.append(f"goes past {_rules(step.waived)}")
    role = Role.WARN if step.waived else Role.PLAIN
    cells = {
        "turn": Cell(str(step.number)),
        "cluster": Cell(step.cluster),
        "step": Cell(step_words(step)),
        "why": Cell(step.why),
        "marks": Cell(signed(role, ", ".join(marks)), role) if marks else BLANK,
    }
    return Row(f"{step.cluster}/{step.number}", cells)


def _rules(blockers: Sequence[Blocker]) -> str:
    return ", ".join(dict.fromkeys(one.rule for one in blockers))


def _held(sheet: PlanSheet, width: int | None) -> Iterator[Line]:
    held = sheet.plan.held
    if held:
        count = len({one.cluster for one in held})
        yield from _heading("HELD", f"{count} that the plan takes no further", width)
    for one in held:
        role = held_role(one)
        words = f"{one.cluster} {held_words(one)}"
        yield from labelled(GLYPHS[role], words, width, room=2, label_role=role)
        for blocker in one.blockers:
            yield from _blocker(one.cluster, blocker, width)
        yield from _if_waived(sheet, one, width)


def _blocker(cluster: str, one: Blocker, width: int | None) -> Iterator[Line]:
    role = GRAVITY_ROLES[one.gravity]
    told = f"{one.title}: {one.detail}" if one.detail and one.detail != one.title else one.title
    yield from labelled(f"  {signed(role, one.rule)}", told, width, room=10, label_role=role)
    for line in one.remediation.splitlines():
        yield from labelled("", line, width, room=10)
    waive = f"--waive {shlex.quote(waive_words(cluster, one))} goes past it"
    yield from labelled("", waive, width, room=10, role=Role.DIM)


def _if_waived(sheet: PlanSheet, held: Held, width: int | None) -> Iterator[Line]:
    if held.blockers:
        words = f"if waived: {freed_words(sheet, held)}"
        yield from labelled("", words, width, room=4, role=Role.DIM)


def _ends(sheet: PlanSheet, width: int | None) -> Iterator[Line]:
    yield from _heading("AT THE END", "if every step is done", width)
    rows = []
    for one in ends(sheet):
        end = f"{one.end or '?'}{', held' if one.held else ''}"
        cells = {
            "cluster": Cell(one.cluster),
            "now": Cell(one.now),
            "nodes": Cell(one.nodes) if one.nodes else BLANK,
            "end": Cell(end, Role.WARN if one.held else Role.PLAIN),
            "support": Cell(signed(one.role, support_words(one.support)), one.role),
            "provider": Cell(one.provider) if one.provider else BLANK,
        }
        rows.append(Row(one.cluster, cells))
    yield from grid(_ENDS, rows, width=width)
    for words in apart(sheet):
        yield from labelled(GLYPHS[Role.WARN], f"apart: {words}", width, room=2,
                            label_role=Role.WARN)  # fmt: skip


def _waived(sheet: PlanSheet, width: int | None) -> Iterator[Line]:
    freed = sheet.plan.freed
    if freed:
        yield from _heading("WAIVED", f"{len(freed)} asked for", width)
    for name, steps in freed.items():
        more = "; ".join(steps) or "nothing goes on that would not without it"
        yield from labelled(GLYPHS[Role.WARN], f"{name}: {more}", width, room=2,
                            label_role=Role.WARN)  # fmt: skip


def _unknowns(sheet: PlanSheet, width: int | None) -> Iterator[Line]:
    found = sheet.plan.unknowns
    if found:
        yield from _heading("UNKNOWN", f"{len(found)} not answered", width)
    for one in found:
        yield from labelled(
            GLYPHS[Role.UNKNOWN], unknown_words(one), width, room=2, label_role=Role.UNKNOWN
        )


def _step(sheet: PlanSheet, step: Step, width: int | None) -> Iterator[Line]:
    """One step to tick off; commands are not broken but where a shell takes it."""
    last = max(one.number for one in sheet.plan.steps)
    title = f"{step.cluster} {step_words(step)}"
    yield from _heading(title, f"turn {step.number} of {last}: {step.why}", width)
    for one in step.waived:
        words = f"goes past {one.rule} {one.title}"
        yield from labelled(GLYPHS[Role.WARN], words, width, room=2, role=Role.WARN,
                            label_role=Role.WARN)  # fmt: skip
    for one in step.blockers:
        yield from labelled("", f"mends {one.rule} {one.title}", width, room=2, role=Role.DIM)
    for words in step.preconditions:
        yield from labelled(BOX, f"before: {words}", width, room=2)
    for action in step.actions:
        yield from _action(action, width)


def _action(action: Action, width: int | None) -> Iterator[Line]:
    yield from labelled(BOX, f"{action.phase}: {action.words}", width, room=2)
    for line in action.command.splitlines():
        yield [Span(f"    {line}")]
    if action.check:
        yield from labelled("  see:", action.check, width, room=8, role=Role.DIM)
    if action.back:
        yield from labelled("  back:", action.back, width, room=8, role=Role.DIM)
