"""A cluster's blockers with what mends them, and its steps of the plan as a list to tick off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.versions.model import Action, Blocker, Gravity, Held, Plan, Step
from mckconsole.domain.findings import Finding
from mckconsole.domain.text import shorten
from mckconsole.views.detail import Block, FindingTarget, Line, Span, Target, VersionTarget
from mckconsole.views.explain import MAX_VALUE, count, remark, stated, step_lines, steps_of, unknown
from mckconsole.views.secrets_cells import sign
from mckconsole.views.spec import Role
from mckconsole.views.versions_item_cells import GRAVITY_ROLES, gravity_cell
from mckconsole.views.versions_next import blockers_role, rules_words
from mckconsole.views.versions_parts import Parts
from mckconsole.views.versions_rows import blocker_id
from mckconsole.views.versions_spec import BLOCKER

_MOST = 60
"""Blockers that are listed before the rest is counted; the grouping by blocker has them all."""
BOX = "☐"


def blockers_block(parts: Parts) -> Block:
    """What stands in the way, worst first, each with what mends it."""
    blockers = parts.found.blockers
    lines: list[Line] = []
    for one in blockers[:_MOST]:
        lines += blocker_lines(parts, one)
    if len(blockers) > _MOST:
        lines.append(remark(f"and {len(blockers) - _MOST} more: v lists all, by blocker"))
    for gap in parts.unplanned:
        what = "any rule" if gap.rule == "*" else gap.rule
        lines.append(Line((unknown(f"not judged: {what}"), Span(f"  {gap.reason}")), indent=2))
    if not lines and parts.found.least is None:
        lines.append(Line((unknown("nothing was judged: the cluster's version is not known"),)))
    blocking = sum(one.gravity is Gravity.BLOCK for one in parts.blockers)
    note = f"{blocking} of {count(len(blockers), 'blocker')} block" if blockers else ""
    return Block("What stands in the way", note,
                 lines=tuple(lines) or (remark("nothing that was looked for"),))  # fmt: skip


def blocker_lines(parts: Parts, blocker: Blocker, *, name: bool = True) -> Iterator[Line]:
    """`✖ block  title  UB03`, what was seen, and the steps that mend it."""
    finding, waived = parts.finding(blocker), parts.waives(blocker)
    cell = gravity_cell(blocker, waived=waived)
    before = f"before {blocker.target}" if blocker.target else ""
    notes = ", ".join(filter(None, (blocker.rule, blocker.phase.value, before)))
    spans = (Span(f"{cell.text:<9}", cell.role), Span(f"  {blocker.title}"),
             Span(f"  {notes}", Role.DIM))  # fmt: skip
    yield Line(spans, _target(parts, blocker, finding) if name else None, 11)
    if blocker.detail and blocker.detail != blocker.title:
        yield Line((Span(f"    {shorten(blocker.detail, MAX_VALUE)}"),), indent=6)
    if blocker.peers:
        yield Line((Span(f"    with {', '.join(blocker.peers)}", Role.DIM),), indent=6)
    for step in steps_of((blocker.remediation,)):
        yield from step_lines("    → ", step)


def _target(parts: Parts, blocker: Blocker, finding: Finding | None) -> Target:
    """The finding, which has the evidence; where it is none, the blocker's own row."""
    if finding is not None:
        return FindingTarget(finding.id)
    return VersionTarget(BLOCKER, blocker_id(parts.found.cluster, blocker))


def plan_blocks(
    plan: Plan | None, steps: Sequence[Step], held: Held | None, role: Role
) -> Iterator[Block]:
    """The steps of a cluster to tick off, and what holds it after them.

    Args:
        role: of a cluster without any step.
    """
    if plan is None:
        words = unknown("no plan was made: mckconsole plan does that")
        yield Block("Plan", lines=(Line((words,)),))
        return
    for number, step in enumerate(steps):
        yield Block(
            f"{'Plan: ' if not number else 'Then: '}{step.start} to {step.to}",
            f"turn {step.number} of {max(one.number for one in plan.steps)}",
            lines=tuple(_step_lines(step)),
        )
    if held is not None:
        yield Block("Held", lines=tuple(_held_lines(held)))
    elif not steps:
        none = "the plan has no step for it" if role is Role.OK else "it is not planned"
        yield Block("Plan", lines=(Line((stated(role, none),)),))


def _step_lines(step: Step) -> Iterator[Line]:
    if step.why:
        yield Line((Span(f"here in the order: {step.why}", Role.DIM),), indent=2)
    if step.blockers:
        yield Line((Span(f"its own actions mend: {_titles(step.blockers)}"),), indent=2)
    if step.waived:
        words = stated(Role.WARN, f"waived: {_titles(step.waived)}")
        yield Line((words,), indent=2)
    for one in step.preconditions:
        yield Line((Span(f"{BOX} ", Role.DIM), Span(one)), indent=2)
    for action in step.actions:
        yield from _action_lines(action)


def _action_lines(action: Action) -> Iterator[Line]:
    """`☐ control plane  words`, then the command as it is to be typed, the check, the way back."""
    yield Line((Span(f"{BOX} ", Role.DIM), Span(f"{action.phase}  ", Role.HEADING),
                Span(action.words)), indent=2)  # fmt: skip
    for line in action.command.splitlines():
        if line.strip():
            yield Line((Span("    "), Span(line)), indent=6)
    if action.check:
        yield Line((Span("    check      ", Role.DIM), Span(action.check)), indent=15)
    if action.back:
        yield Line((Span("    way back   ", Role.DIM), Span(action.back)), indent=15)


def _titles(blockers: Sequence[Blocker]) -> str:
    return "; ".join(f"{one.rule} {one.title}" for one in blockers)


def _held_lines(held: Held) -> Iterator[Line]:
    role = blockers_role(held.blockers) if held.blockers else Role.UNKNOWN
    where = f"at {held.at}" if held.at else "where it is"
    wanted = f", wanted {held.wanted}" if held.wanted else ""
    reason = held.reason or rules_words(held.blockers) or "no reason was given"
    yield Line((stated(role, f"held {where}{wanted}: {reason}"),), indent=2)
    for one in held.blockers:
        state = GRAVITY_ROLES[one.gravity]
        yield Line((Span(f"  {sign(state)} {one.gravity}", state),
                    Span(f"  {one.rule} {one.title}")), indent=4)  # fmt: skip
