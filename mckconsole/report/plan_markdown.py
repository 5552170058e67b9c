"""An upgrade plan as Markdown: a list to tick off, to be put into a change request."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from mckconsole import __version__
from mckconsole.analysis.versions.model import Action, Blocker, Step
from mckconsole.report.export_markdown import literal, paragraph, verbatim
from mckconsole.report.plan_sheet import (
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
    support_words,
    tables,
    unknown_words,
    verdict,
    waive_words,
)


def render(sheet: PlanSheet) -> str:
    """The whole document, in which nothing that a cluster said is markup."""
    return "".join(f"{line}\n" for line in _lines(sheet))


def _lines(sheet: PlanSheet) -> Iterator[str]:
    yield from ("# Upgrade plan", "", f"**{literal(verdict(sheet)[1])}**", "")
    yield f"mckconsole {__version__}, read-only, {sheet.at}"
    if sheet.demo:
        yield from ("", "**DEMO: simulated clusters on this machine**")
    if sheet.scope:
        yield from ("", f"Scope: {literal(sheet.scope)}")
    yield ""
    yield from (f"- {literal(signed(role, words))}" for role, words in tables(sheet))
    yield from ("", CAVEAT)
    if sheet.plan.steps:
        yield from ("", "## Order", "")
        rows = [[str(number), literal(one.cluster), step_words(one), literal(one.why)]
                for number, steps in sheet.turns() for one in steps]  # fmt: skip
        yield from _table(("turn", "cluster", "step", "why here"), rows)
    yield from _held(sheet)
    yield from _ends(sheet)
    yield from _waived(sheet)
    if sheet.plan.unknowns:
        yield from ("", "## Not known", "")
        yield from (f"- {literal(unknown_words(one))}" for one in sheet.plan.unknowns)
    for number, steps in sheet.turns():
        yield from ("", f"## Turn {number}")
        for one in steps:
            yield from _step(one)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "|" + " --- |" * len(heads)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def _held(sheet: PlanSheet) -> Iterator[str]:
    if sheet.plan.held:
        yield from ("", "## Held")
    for one in sheet.plan.held:
        words = signed(held_role(one), held_words(one))
        yield from ("", f"### {literal(one.cluster)}", "", literal(words))
        if one.blockers:
            yield ""
            for blocker in one.blockers:
                yield from _blocker(one.cluster, blocker)
            yield from ("", f"If waived: {literal(freed_words(sheet, one))}")


def _blocker(cluster: str, one: Blocker) -> Iterator[str]:
    told = f"{one.title}: {one.detail}" if one.detail and one.detail != one.title else one.title
    yield f"- {literal(signed(GRAVITY_ROLES[one.gravity], one.rule))} {literal(told)}"
    yield from (f"  - {paragraph(line)}" for line in one.remediation.splitlines())
    waive = f"--waive {shlex.quote(waive_words(cluster, one))}"
    yield f"  - {verbatim(waive)} goes past it"


def _ends(sheet: PlanSheet) -> Iterator[str]:
    yield from ("", "## At the end", "")
    rows = [
        [literal(one.cluster), literal(one.provider or "–"), one.now, one.nodes or "–",
         f"{one.end or '?'}{', held' if one.held else ''}",
         literal(signed(one.role, support_words(one.support)))]
        for one in ends(sheet)
    ]  # fmt: skip
    yield from _table(("cluster", "provider", "now", "nodes", "end", "supported then"), rows)
    found = [*apart(sheet)]
    if found:
        yield ""
    yield from (f"- apart: {literal(words)}" for words in found)


def _waived(sheet: PlanSheet) -> Iterator[str]:
    if sheet.plan.freed:
        yield from ("", "## Waived", "")
    for name, steps in sheet.plan.freed.items():
        more = "; ".join(steps) or "nothing goes on that would not without it"
        yield f"- {literal(name)}: {literal(more)}"


def _step(step: Step) -> Iterator[str]:
    yield from ("", f"### {literal(step.cluster)} {step_words(step)}", "", literal(step.why), "")
    yield from (f"- goes past {one.rule} {literal(one.title)}" for one in step.waived)
    yield from (f"- mends {one.rule} {literal(one.title)}" for one in step.blockers)
    yield from (f"- [ ] before: {literal(words)}" for words in step.preconditions)
    for action in step.actions:
        yield from _action(action)


def _action(action: Action) -> Iterator[str]:
    yield f"- [ ] {action.phase}: {literal(action.words)}"
    if action.command:
        yield f"  - run {verbatim(action.command)}"
    if action.check:
        yield f"  - see: {literal(action.check)}"
    if action.back:
        yield f"  - back: {literal(action.back)}"
