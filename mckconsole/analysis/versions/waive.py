"""What changes if a blocker is waived: the same plan with and without it, compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mckconsole.analysis.versions.exemption import Exemption, exempting
from mckconsole.analysis.versions.model import Held, Plan
from mckconsole.analysis.versions.plan import Question, make_plan


def plan_with_waivers(question: Question) -> Plan:
    """The plan of a question, with what each of its exemptions lets go on (`Plan.freed`)."""
    plan = make_plan(question)
    freed = {}
    for one in question.waive:
        others = tuple(other for other in question.waive if other != one)
        freed[label(one)] = gained(make_plan(replace(question, waive=others)), plan)
    return replace(plan, freed=freed)


def what_if(question: Question, plan: Plan, held: Held) -> tuple[str, ...]:
    """The steps that a plan would have more if all that holds a cluster were waived; waiving some
    of it lets nothing go on.

    Args:
        plan: that of the question.
    """
    if not held.blockers:
        return ()
    more = (exempting(held.cluster, one) for one in held.blockers)
    asked = replace(question, waive=(*question.waive, *more))
    return gained(plan, make_plan(asked))


def gained(before: Plan, after: Plan) -> tuple[str, ...]:
    """Steps of `after` that `before` has not, in order: `west 1.34 to 1.35`, `west nodes to
    1.35`."""
    had = _steps(before)
    return tuple(words for words in _steps(after) if words not in had)


def _steps(plan: Plan) -> Mapping[str, None]:
    return {
        f"{one.cluster} {f'{one.start} to' if one.start != one.to else 'nodes to'} {one.to}": None
        for one in plan.steps
    }


def label(one: Exemption) -> str:
    """`UB03 west shop/web`."""
    return " ".join(filter(None, one))
