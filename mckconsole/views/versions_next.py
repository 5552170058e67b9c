"""What comes next for a cluster, by the plan: when its turn is, or what holds it.

Without a plan only what stands in the way is known, and that is no leave to begin.
"""

from __future__ import annotations

from collections.abc import Iterable

from mckconsole.analysis.versions.model import Blocker, ClusterVersions, Gravity, Held, Plan, Step
from mckconsole.domain.text import shorten
from mckconsole.views.cells import unknown
from mckconsole.views.secrets_cells import MAX_TEXT, sign
from mckconsole.views.spec import Cell, Role


def steps_of(plan: Plan | None, cluster: str) -> tuple[Step, ...]:
    """The steps of a cluster, in order."""
    found = [one for one in plan.steps if one.cluster == cluster] if plan else []
    return tuple(sorted(found, key=lambda one: (one.number, one.to)))


def held_of(plan: Plan | None, cluster: str) -> Held | None:
    """Why a cluster is not planned any further; None where nothing holds it."""
    return next((one for one in plan.held if one.cluster == cluster), None) if plan else None


def rules_words(blockers: Iterable[Blocker]) -> str:
    """`UB03, UB08 +2`: each rule once."""
    rules = list(dict.fromkeys(one.rule for one in blockers))
    more = f" +{len(rules) - 2}" if len(rules) > 2 else ""
    return ", ".join(rules[:2]) + more


def next_cell(found: ClusterVersions, plan: Plan | None) -> Cell:
    """`● 1.35 now`, `1.35 in turn 3 of 7`, `✖ held: …`, `● at 1.36`."""
    steps, held = steps_of(plan, found.cluster), held_of(plan, found.cluster)
    if plan is None:
        return _unplanned(found)
    if steps:
        return step_cell(steps[0], plan)
    if found.least is None:
        return unknown("version unknown")
    if held is not None:
        return held_cell(held)
    if found.least == found.most and plan.end.get(found.cluster) == found.least:
        words = f"at {found.least}"
        return Cell(f"{sign(Role.OK)} {words}", Role.OK, words)
    return unknown("not planned")


def step_cell(step: Step, plan: Plan) -> Cell:
    """`● 1.35 now`, `1.35 in turn 3 of 7, mends UB13`: how a step stands."""
    goal = str(step.to) if step.start != step.to else f"nodes to {step.to}"
    beside = f", mends {rules_words(step.blockers)}" if step.blockers else ""
    beside += f", {len(step.waived)} waived" if step.waived else ""
    turns = sorted({one.number for one in plan.steps})
    if step.number == turns[0]:
        role = Role.WARN if step.waived else Role.OK
        words = f"{goal} now{beside}"
        return Cell(f"{sign(role)} {words}", role, words)
    words = f"{goal} in turn {step.number} of {turns[-1]}{beside}"
    return Cell(words, Role.PLAIN, words)


def blockers_role(blockers: Iterable[Blocker]) -> Role:
    """Whether one of them blocks, or it is only not known."""
    gravities = {one.gravity for one in blockers}
    if Gravity.BLOCK in gravities:
        return Role.CRITICAL
    return Role.UNKNOWN if Gravity.UNKNOWN in gravities else Role.WARN


def held_role(held: Held) -> Role:
    """How bad it is that a cluster is held: by what blocks it, else it is not known."""
    return blockers_role(held.blockers) if held.blockers else Role.UNKNOWN


def held_cell(held: Held) -> Cell:
    """`✖ held: UB03, UB08 +1`, or what is not known; the value says it in full."""
    role = held_role(held)
    where = f" at {held.at}" if held.at else ""
    short = rules_words(held.blockers) or held.reason or "no reason given"
    full = f"held{where}: {held.reason or short}"
    return Cell(f"{sign(role)} {shorten(f'held: {short}', MAX_TEXT)}", role, full)


def _unplanned(found: ClusterVersions) -> Cell:
    if found.least is None:
        return unknown("version unknown")
    to = found.least.plus(1)
    stopping = [one for one in found.blockers if one.stops(to)]
    if stopping:
        words = f"{to}: mend {rules_words(stopping)}"
        return Cell(f"{sign(Role.CRITICAL)} {words}", Role.CRITICAL, words)
    return unknown("not planned yet")
