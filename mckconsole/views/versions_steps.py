"""The plan as a table: its steps in their turns, then the clusters that are held.

Rows are made only while somebody looks at them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.versions.model import Blocker, Held, Plan, Step
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.views.detail import Block, Detail, Line, Span, VersionTarget
from mckconsole.views.explain import count, fact
from mckconsole.views.secrets_cells import MAX_TEXT, names_cell, sign, text_cell, worst_role
from mckconsole.views.spec import BLANK, Cell, Role, Row
from mckconsole.views.versions_next import (
    blockers_role,
    held_cell,
    held_role,
    rules_words,
    step_cell,
)
from mckconsole.views.versions_parts import UNDER_WAY
from mckconsole.views.versions_plan import plan_blocks
from mckconsole.views.versions_spec import CLUSTER

Planned: TypeAlias = Step | Held


def planned_id(one: Planned) -> str:
    """The id of a row: a cluster is held once, and makes one step in a turn."""
    return f"{one.cluster}/{one.number}/{one.to}" if isinstance(one, Step) else one.cluster


def find_planned(analysis: Analysis, row_id: str) -> Planned | None:
    """What is behind a row; None when the plan has it no more."""
    plan = analysis.plan
    every = _in_order(plan) if plan else ()
    return next((one for one in every if planned_id(one) == row_id), None)


def _in_order(plan: Plan) -> tuple[Planned, ...]:
    return (*sorted(plan.steps, key=lambda one: (one.number, one.cluster)), *plan.held)


def step_rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per step in the order of the plan, then one per cluster that is held."""
    plan = analysis.plan
    if plan is None:
        return ()
    groups = {one.cluster: one.groups for one in analysis.versions.clusters}
    rows = []
    for one in _in_order(plan):
        cells = _step_cells(one, plan) if isinstance(one, Step) else _held_cells(one)
        cells["cluster"] = Cell(one.cluster, Role.PLAIN, one.cluster)
        cells["groups"] = names_cell(groups.get(one.cluster, ()))
        role = cells["stands"].role
        rows.append(Row(planned_id(one), cells, (), role, (one.cluster,)))
    return rows


def _step_cells(step: Step, plan: Plan) -> dict[str, Cell]:
    last = max(one.number for one in plan.steps)
    words = f"{step.start} → {step.to}" if step.start != step.to else f"nodes to {step.to}"
    return {
        "turn": Cell(f"{step.number} of {last}", Role.PLAIN, step.number),
        "step": Cell(words, Role.PLAIN, str(step.to)),
        "stands": step_cell(step, plan),
        "why": text_cell(step.why),
        "mends": _rules(step.blockers),
        "waived": _rules(step.waived),
        "actions": Cell(str(len(step.actions)), Role.PLAIN, len(step.actions)),
    }


def _rules(blockers: Sequence[Blocker]) -> Cell:
    found = tuple(blockers)
    return Cell(rules_words(found), blockers_role(found), len(found)) if found else BLANK


def _held_cells(held: Held) -> dict[str, Cell]:
    words = f"at {held.at or '?'}"
    if held.wanted and held.wanted == held.at:
        words = f"nodes to {held.wanted}"
    elif held.wanted:
        words = f"{held.at or '?'} → {held.wanted}"
    role = held_role(held)
    return {
        "turn": Cell("held", Role.DIM, None),
        "step": Cell(words, Role.DIM, str(held.wanted or "")),
        "stands": Cell(f"{sign(role)} held", role, "held"),
        "why": Cell(shorten(held.reason, MAX_TEXT), Role.PLAIN, held.reason)
        if held.reason
        else BLANK,
        "mends": _rules(held.blockers),
        "waived": BLANK,
        "actions": BLANK,
    }


def step_summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`7 steps in 4 turns, up to 1.36  ✖ 2 clusters held  nothing is ever run from here`."""
    plan = analysis.plan
    if plan is None:
        return "no plan was made"
    turns = len({one.number for one in plan.steps})
    target = f", up to {plan.target}" if plan.target else ""
    words = [f"{count(len(plan.steps), 'step')} in {count(turns, 'turn')}{target}"]
    if plan.held:
        role = worst_role(held_role(one) for one in plan.held)
        words.append(
            f"{sign(role)} {count(len({one.cluster for one in plan.held}), 'cluster')} held"
        )
    return "  ".join((*words, "nothing is ever run from here"))


def step_empty(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """Why there is no step."""
    if not snapshot.clusters:
        return "no clusters, so nothing to plan; the fleet pane says why"
    if any(one.state in UNDER_WAY for one in snapshot.clusters.values()):
        return "being read: nothing is planned yet"
    if analysis.plan is None:
        return "no plan was made for these clusters"
    return "no step is left: every cluster is where it can go"


def planned_detail(analysis: Analysis, row_id: str) -> Detail | None:
    """The document of a step, to tick off, or of what holds a cluster; None when it is gone."""
    plan, one = analysis.plan, find_planned(analysis, row_id)
    if plan is None or one is None:
        return None
    if isinstance(one, Step):
        cell, blocks = step_cell(one, plan), plan_blocks(plan, (one,), None, Role.OK)
        title = f"{one.start} to {one.to} {one.cluster}"
    else:
        cell, blocks = held_cell(one), plan_blocks(plan, (), one, Role.OK)
        title = f"held {one.cluster}"
    where = fact("cluster", one.cluster, target=VersionTarget(CLUSTER, one.cluster))
    head = Block(lines=(where, *_same_turn(one, plan)))
    words = f"· {cell.text}" if cell.role is Role.PLAIN else cell.text
    return Detail(title, words, cell.role, (head, *blocks))


def _same_turn(one: Planned, plan: Plan) -> Iterator[Line]:
    """What may be done at the same time: never another cluster of the same mesh."""
    if not isinstance(one, Step):
        return
    with_it = [each for each in plan.steps if each.number == one.number and each is not one]
    names = ", ".join(dict.fromkeys(each.cluster for each in with_it))
    yield fact("meanwhile", names or Span("no other cluster", Role.DIM))
