"""`mckconsole checklist`: read the fleet once and say which go-live items hold, with evidence."""

from __future__ import annotations

import difflib
import os
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mckconsole import __version__
from mckconsole.analysis.checklist.model import ChecklistReport, Mark
from mckconsole.analysis.engine import analyse
from mckconsole.cli import loop
from mckconsole.cli.errors import UsageError
from mckconsole.cli.exit_codes import ExitCode
from mckconsole.cli.gaps import explain_gaps
from mckconsole.cli.output import check_destination, look, say, spare, write
from mckconsole.cli.reading import origin_words, read_snapshot
from mckconsole.cli.target import Target, audit, inputs, opened, policy, thresholds
from mckconsole.cli.verdict import exit_code, find_gaps
from mckconsole.config.evidence import load_evidence
from mckconsole.config.paths import expand
from mckconsole.config.waivers import load_waivers
from mckconsole.domain.attested import Attested
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.waivers import Waivers, waived
from mckconsole.report import (
    checklist_html,
    checklist_json,
    checklist_markdown,
    checklist_table,
)
from mckconsole.report.checklist_sheet import Sheet
from mckconsole.store.reader import ReadPlan
from mckconsole.views.panes import CONSOLE_QUERIES, CONSOLE_TOPICS


def run(arguments: Namespace) -> int:
    """Carry the command out.

    Raises:
        UsageError, ConfigError: as their documentation says; a file of --evidence is unclear, or
            names a cluster that is not there.
    """
    output = arguments.output if arguments.output != "-" else None
    check_destination(output, replace=arguments.force)
    brought = load_evidence(arguments.evidence or (), env=os.environ)
    sheet, target = loop.run(_read(arguments, brought, output))
    write(_rendered(arguments, sheet, output), output, replace=arguments.force)
    gaps = find_gaps(sheet.fleet, target.config)
    status = judge(sheet, gaps, arguments)
    if status is ExitCode.FINDINGS:
        say(f"an item is {arguments.fail_on} or worse (exit 1)")
    else:
        explain_gaps(status, gaps)
    return status


async def _read(
    arguments: Namespace, brought: Sequence[Attested], output: str | None
) -> tuple[Sheet, Target]:
    async with opened(arguments) as target:
        spare(output, (*inputs(arguments, target), *_files(arguments)))
        waivers = load_waivers(arguments.waivers, target.config, env=os.environ)
        names = [endpoint.name for endpoint in target.inventory.endpoints]
        check_clusters(brought, names)  # before anything is read
        plan = ReadPlan(CONSOLE_TOPICS, CONSOLE_QUERIES, arguments.timeout)
        snapshot = await read_snapshot(target, plan)
        analysis = analyse(
            snapshot,
            thresholds=thresholds(target.config),
            policy=policy(target),
            audit=audit(target),
            support=target.support,
            attested=brought,
        )
        return _sheet(arguments, target, snapshot, analysis.checklist, waivers), target


def _files(arguments: Namespace) -> Iterator[Path]:
    for one in arguments.evidence or ():
        yield expand(one, env=os.environ, relative_to=Path())


def check_clusters(brought: Iterable[Attested], known: Sequence[str]) -> None:
    """See to it that every result is about a cluster of the fleet.

    Raises:
        UsageError: one is not; it says which there are.
    """
    for one in brought:
        if one.cluster and one.cluster not in known:
            near = difflib.get_close_matches(one.cluster, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            raise UsageError(f"{one.file}: there is no cluster {one.cluster}; {hint}")


def _sheet(
    arguments: Namespace, target: Target, snapshot: FleetSnapshot, report: ChecklistReport,
    waivers: Waivers,
) -> Sheet:  # fmt: skip
    named = arguments.context or target.config.contexts
    scope = f"contexts {', '.join(named)}" if named else "all contexts"
    if arguments.evidence:
        files = ", ".join(Path(one).name for one in arguments.evidence)
        scope += f" · evidence {files}"
    answered_for = waived(report.findings, waivers, snapshot.taken_at)
    return Sheet(report, snapshot, answered_for, scope, arguments.demo)


def _rendered(arguments: Namespace, sheet: Sheet, output: str | None) -> str:
    if arguments.format == "json":
        return checklist_json.render(sheet)
    if arguments.format == "markdown":
        return checklist_markdown.render(sheet)
    if arguments.format == "html":
        return checklist_html.render(sheet)
    demo = origin_words(arguments)
    title = f"mckconsole {__version__} · {demo}read-only · {sheet.at}"
    seen = look(output)
    return checklist_table.render(sheet, title=title, width=seen.width, colour=seen.colour)


def judge(sheet: Sheet, gaps: dict[str, list[str]], arguments: Namespace) -> ExitCode:
    """The exit status: as for a report, with marks in place of severities; what is waived does not
    count."""
    worst = Mark(arguments.fail_on).rank if arguments.fail_on else -1
    found = any(
        one.mark.rank <= worst and sheet.waiver(one) is None for one in sheet.report.answers
    )
    return exit_code(sheet.fleet, gaps, found=found, allow_partial=arguments.allow_partial)
