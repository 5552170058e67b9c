"""`mckconsole plan`: read the fleet once and say in which order its clusters may be upgraded."""

from __future__ import annotations

import difflib
from argparse import Namespace
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from mckconsole import __version__
from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.rules_upgrade import UPGRADE_RULES
from mckconsole.analysis.rules_versions import VERSION_RULES
from mckconsole.analysis.versions.exemption import Exemption, parse_exemption
from mckconsole.analysis.versions.gate import FailoverGate
from mckconsole.analysis.versions.model import Plan
from mckconsole.analysis.versions.order import GATE_RULE
from mckconsole.analysis.versions.plan import Question
from mckconsole.analysis.versions.waive import label, plan_with_waivers, what_if
from mckconsole.cli import loop
from mckconsole.cli.errors import UsageError
from mckconsole.cli.exit_codes import ExitCode
from mckconsole.cli.gaps import explain_gaps
from mckconsole.cli.output import check_destination, look, say, spare, write
from mckconsole.cli.reading import origin_words, read_snapshot
from mckconsole.cli.target import Target, inputs, opened, policy, thresholds
from mckconsole.cli.verdict import exit_code, find_gaps
from mckconsole.domain.kubeversion import Minor, parse_minor
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.support import SupportData
from mckconsole.report import plan_json, plan_markdown, plan_table
from mckconsole.report.plan_sheet import PlanSheet
from mckconsole.store.reader import ReadPlan
from mckconsole.views.panes import CONSOLE_QUERIES, CONSOLE_TOPICS

_WAIVABLE = (GATE_RULE, *(one.id for one in (*UPGRADE_RULES, *VERSION_RULES)))


def run(arguments: Namespace) -> int:
    """Carry the command out.

    Raises:
        UsageError, ConfigError: as their documentation says; --to is no minor, or --cluster or
            --waive name what is not there.
    """
    goal = minor_of(arguments.to)
    output = arguments.output if arguments.output != "-" else None
    check_destination(output, replace=arguments.force)
    sheet, target = loop.run(_read(arguments, goal, output))
    write(_rendered(arguments, sheet, output), output, replace=arguments.force)
    gaps = find_gaps(sheet.fleet, target.config)
    status = judge(sheet.plan, sheet.fleet, gaps, arguments)
    if status is ExitCode.FINDINGS:
        say(f"{_ENDS[arguments.fail_on]} (exit 1)")
    else:
        explain_gaps(status, gaps)
    return status


def minor_of(text: str | None) -> Minor | None:
    """What `--to` names; None where it is not given.

    Raises:
        UsageError: it is no minor.
    """
    if text is None:
        return None
    found = parse_minor(text)
    if found is None:
        raise UsageError(f"--to: {text} is no minor release, as 1.36")
    return found


def chosen(globs: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """The clusters that `--cluster GLOB`, given once or more, names, in the fleet's order.

    Raises:
        UsageError: one of them names none; it says which there are.
    """
    found: set[str] = set()
    for one in globs:
        names = [one] if one in known else [name for name in known if fnmatchcase(name, one)]
        if not names:
            near = difflib.get_close_matches(one, known, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            there = f"there are {', '.join(known)}" if known else "there is none"
            raise UsageError(f"--cluster: there is no cluster {one}; {hint}{there}")
        found.update(names)
    return tuple(name for name in known if name in found)


def exemptions(texts: Sequence[str], known: Sequence[str]) -> tuple[Exemption, ...]:
    """What `--waive RULE[:CLUSTER[:OBJECT]]`, given once or more, goes past.

    Raises:
        UsageError: there is no such rule or cluster.
    """
    found = []
    for text in texts:
        try:
            one = parse_exemption(text, known)
        except ValueError as error:
            raise UsageError(f"--waive: {error}") from None
        if one.rule not in _WAIVABLE:
            near = difflib.get_close_matches(one.rule, _WAIVABLE, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UsageError(f"--waive: no rule {one.rule} stands in the way of upgrades{hint}")
        found.append(one)
    return tuple(dict.fromkeys(found))


async def _read(
    arguments: Namespace, goal: Minor | None, output: str | None
) -> tuple[PlanSheet, Target]:
    async with opened(arguments) as target:
        spare(output, inputs(arguments, target))
        names = [endpoint.name for endpoint in target.inventory.endpoints]
        only = chosen(arguments.cluster or (), names)  # before anything is read
        waive = exemptions(arguments.waive or (), names)
        plan = ReadPlan(CONSOLE_TOPICS, CONSOLE_QUERIES, arguments.timeout)
        snapshot = await read_snapshot(target, plan)
        analysis = analyse(
            snapshot, thresholds=thresholds(target.config), policy=policy(target),
            support=target.support,
        )  # fmt: skip
        asked = question(snapshot, analysis, target.support, to=goal, only=only, waive=waive)
        scope = _scope(arguments, target, only, waive)
        return sheet_of(asked, snapshot, analysis, scope=scope, demo=arguments.demo), target


def question(
    snapshot: FleetSnapshot, analysis: Analysis, data: SupportData, *, to: Minor | None,
    only: tuple[str, ...], waive: tuple[Exemption, ...],
) -> Question:  # fmt: skip
    """What the planner is asked, with the failover simulation as its gate."""
    limits = analysis.thresholds
    return Question(
        analysis.versions.clusters,
        data,
        snapshot.taken_at,
        FailoverGate(snapshot, analysis.services, limits, mesh=analysis.mesh),
        to,
        only,
        waive,
        {name: one.context for name, one in snapshot.clusters.items()},
    )


def sheet_of(
    asked: Question, snapshot: FleetSnapshot, analysis: Analysis, *, scope: str, demo: bool
) -> PlanSheet:
    """The answer, with what waiving what holds each cluster would let go on."""
    plan = plan_with_waivers(asked)
    for one in idle(plan, asked.waive):
        say(f"--waive {one}: nothing of that stands in the way of a step")
    return PlanSheet(
        plan,
        analysis.versions,
        asked.data,
        snapshot,
        scope,
        demo,
        {one.cluster: what_if(asked, plan, one) for one in plan.held},
    )


def idle(plan: Plan, waive: Sequence[Exemption]) -> Iterator[Exemption]:
    """Exemptions that no step makes use of, and that let nothing go on."""
    for one in waive:
        used = any(one.covers(step.cluster, each) for step in plan.steps for each in step.waived)
        if not used and not plan.freed.get(label(one)):
            yield one


def _scope(
    arguments: Namespace, target: Target, only: Sequence[str], waive: Sequence[Exemption]
) -> str:
    """What was asked for: `all contexts · clusters a, b · waived UB03:a`."""
    named = arguments.context or target.config.contexts
    few = f"contexts {', '.join(named)} (other clusters were not read and count as no peers)"
    parts = [few if named else "all contexts"]
    parts += [f"to {arguments.to}"] if arguments.to else []
    parts += [f"clusters {', '.join(only)}"] if only else []
    parts += [f"waived {', '.join(map(str, waive))}"] if waive else []
    return " · ".join(parts)


def _rendered(arguments: Namespace, sheet: PlanSheet, output: str | None) -> str:
    if arguments.format == "json":
        return plan_json.render(sheet)
    if arguments.format == "markdown":
        return plan_markdown.render(sheet)
    demo = origin_words(arguments)
    title = f"mckconsole {__version__} · {demo}read-only · {sheet.at} · {sheet.scope}"
    seen = look(output)
    return plan_table.render(sheet, title=title, width=seen.width, colour=seen.colour)


_ENDS = {
    "held": "a cluster is held",
    "unknown": "a cluster is held, or something could not be judged",
    "waived": "a cluster is held, something could not be judged, or a step goes past a blocker",
}


def judge(
    plan: Plan, snapshot: FleetSnapshot, gaps: dict[str, list[str]], arguments: Namespace
) -> ExitCode:
    """The exit status: as for a report, with how the plan ends in place of severities."""
    bad = {
        "held": bool(plan.held),
        "unknown": bool(plan.unknowns),
        "waived": any(one.waived for one in plan.steps),
    }
    ends = list(_ENDS)
    worst = ends[: ends.index(arguments.fail_on) + 1] if arguments.fail_on else []
    found = any(bad[one] for one in worst)
    return exit_code(snapshot, gaps, found=found, allow_partial=arguments.allow_partial)
