"""`mckconsole report`: read the fleet once, write the report, end with a status that says how."""

from __future__ import annotations

import difflib
import os
from argparse import Namespace
from collections.abc import Iterable, Sequence

from mckconsole import __version__
from mckconsole.analysis.engine import analyse
from mckconsole.cli import loop
from mckconsole.cli.arguments import AUDIT_ONLY
from mckconsole.cli.errors import UsageError
from mckconsole.cli.exit_codes import ExitCode
from mckconsole.cli.gaps import explain_gaps
from mckconsole.cli.output import check_destination, look, say, spare, write
from mckconsole.cli.reading import origin_words, read_snapshot
from mckconsole.cli.target import Target, audit, inputs, opened, policy, thresholds
from mckconsole.cli.verdict import Wanted, find_gaps, judge
from mckconsole.config.waivers import load_waivers
from mckconsole.domain.findings import Severity
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.support import NO_SUPPORT_DATA, SupportData
from mckconsole.domain.times import format_rfc3339
from mckconsole.report import export_findings, table
from mckconsole.report.coverage import OVERVIEW
from mckconsole.report.document import AUDIT, Document, build
from mckconsole.store.reader import ReadPlan
from mckconsole.views.panes import REPORTED, find_pane
from mckconsole.views.spec import PaneSpec

_BY_SUPPORT = ("versions", "checklist")
"""Panes that are judged by what is known of releases."""


def run(arguments: Namespace) -> int:
    """Carry the command out; without a command it is the report of everything.

    Raises:
        UsageError, ConfigError: as their documentation says.
    """
    named = arguments.command == "report"
    panes = choose(arguments.panes if named else ())
    if named and arguments.by:
        panes = regrouped(panes, arguments.by)
    check_audit(arguments, panes)
    output = arguments.output if named and arguments.output != "-" else None
    replace = named and arguments.force
    check_destination(output, replace=replace)
    document, snapshot, target = loop.run(_read(arguments, panes, output))
    text = _rendered(arguments, document, output, _scope(arguments, target, snapshot, panes))
    write(text, output, replace=replace)
    essential = {topic for pane in panes for topic in pane.essential} if named else set()
    gaps = find_gaps(snapshot, target.config, essential=essential)
    wanted = Wanted(
        fail_on=Severity(arguments.fail_on) if named and arguments.fail_on else None,
        allow_partial=named and arguments.allow_partial,
    )
    status = judge(document, snapshot, gaps, wanted)
    _explain(status, gaps)
    return status


def choose(names: Sequence[str]) -> tuple[PaneSpec, ...]:
    """The panes called `names` (or by an alias), all of them for none.

    Raises:
        UsageError: there is no such pane.
    """
    chosen: dict[str, PaneSpec] = {}
    for name in names:
        pane = find_pane(name)
        if pane is None:
            known = [pane.name for pane in REPORTED]
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            raise UsageError(f"there is no pane {name}; {hint}")
        chosen[pane.name] = pane
    return tuple(chosen.values()) or REPORTED


def regrouped(panes: Sequence[PaneSpec], by: str) -> tuple[PaneSpec, ...]:
    """The panes, those that can be grouped in several ways grouped so.

    Raises:
        UsageError: none of them can.
    """
    if all(pane.grouped(by) is None for pane in panes):
        able = ", ".join(pane.name for pane in REPORTED if pane.grouped(by))
        raise UsageError(f"--by {by}: only for the {able} pane")
    return tuple(pane.grouped(by) or pane for pane in panes)


def check_audit(arguments: Namespace, panes: Sequence[PaneSpec]) -> None:
    """See to it that options of the audit were not given for panes that show nothing of it.

    Raises:
        UsageError: whoever gives them would take the report for that of an audit.
    """
    if any(pane.name in (OVERVIEW, AUDIT) for pane in panes):
        return
    given = [f"--{name.replace('_', '-')}" for name in AUDIT_ONLY if getattr(arguments, name)]
    if given:
        raise UsageError(f"{', '.join(given)}: only for the panes {OVERVIEW} and {AUDIT}")


async def _read(
    arguments: Namespace, panes: Sequence[PaneSpec], output: str | None
) -> tuple[Document, FleetSnapshot, Target]:
    """Read what the panes need; the overview counts what all panes find, so it needs everything."""
    async with opened(arguments) as target:
        spare(output, inputs(arguments, target))
        waivers = load_waivers(arguments.waivers, target.config, env=os.environ)
        read = REPORTED if any(pane.name == OVERVIEW for pane in panes) else panes
        plan = ReadPlan(
            topics=_distinct(topic for pane in read for topic in pane.topics),
            queries=_distinct(query for pane in read for query in pane.queries),
            deadline=arguments.timeout,
        )
        snapshot = await read_snapshot(target, plan)
        analysis = analyse(
            snapshot, thresholds=thresholds(target.config), policy=policy(target),
            audit=audit(target), waivers=waivers, support=_support(target, read),
        )  # fmt: skip
        return build(snapshot, analysis, panes, waivers), snapshot, target


def _support(target: Target, panes: Sequence[PaneSpec]) -> SupportData:
    """What is known of releases, where one of the panes is judged by it."""
    needed = any(pane.name in _BY_SUPPORT for pane in panes)
    return target.support if needed else NO_SUPPORT_DATA


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _rendered(arguments: Namespace, document: Document, output: str | None, scope: str) -> str:
    demo = origin_words(arguments)
    at = format_rfc3339(document.generated_at)
    title = f"mckconsole {__version__} · {demo}read-only · {at}"
    if arguments.command == "report" and arguments.format != "table":
        return export_findings.render(
            arguments.format, document, title=title, scope=scope, demo=arguments.demo
        )
    seen = look(output)
    return table.render(document, title=title, width=seen.width, colour=seen.colour)


def _scope(
    arguments: Namespace, target: Target, snapshot: FleetSnapshot, panes: Sequence[PaneSpec]
) -> str:
    """What was asked for: `contexts prod-* · panes mesh, secrets · logs audit.log`."""
    named = arguments.context or target.config.contexts
    contexts = f"contexts {', '.join(named)}" if named else "all contexts"
    names = [pane.name for pane in panes]
    many = "s" if len(names) > 1 else ""
    shown = "every pane" if OVERVIEW in names else f"pane{many} {', '.join(names)}"
    terms = export_findings.audit_terms(snapshot, audit(target), names)
    return " · ".join((contexts, shown, *terms))


def _explain(status: ExitCode, gaps: dict[str, list[str]]) -> None:
    """Words for a status that is not 0."""
    if status is ExitCode.FINDINGS:
        say("there are findings at or above the severity of --fail-on (exit 1)")
    explain_gaps(status, gaps)
