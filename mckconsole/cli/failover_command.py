"""`mckconsole failover`: read the fleet once and say what the loss of clusters would mean."""

from __future__ import annotations

import difflib
from argparse import Namespace
from collections.abc import Sequence

from mckconsole import __version__
from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.failover.model import FailoverReport, Impact
from mckconsole.analysis.failover.simulate import simulate, simulate_each, worst_first
from mckconsole.cli import loop
from mckconsole.cli.errors import UsageError
from mckconsole.cli.exit_codes import ExitCode
from mckconsole.cli.gaps import explain_gaps
from mckconsole.cli.output import check_destination, look, say, spare, write
from mckconsole.cli.reading import origin_words, read_snapshot
from mckconsole.cli.target import Target, inputs, opened, policy, thresholds
from mckconsole.cli.verdict import exit_code, find_gaps
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.times import format_rfc3339
from mckconsole.report import failover, failover_json
from mckconsole.store.reader import ReadPlan
from mckconsole.views.panes import CONSOLE_QUERIES, CONSOLE_TOPICS

Reports = Sequence[tuple[str, FailoverReport]]


def run(arguments: Namespace) -> int:
    """Carry the command out.

    Raises:
        UsageError, ConfigError: as their documentation says; a cluster of --lose is not there.
    """
    output = arguments.output if arguments.output != "-" else None
    check_destination(output, replace=arguments.force)
    snapshot, analysis, target = loop.run(_read(arguments, output))
    reports = _simulated(arguments.lose, snapshot, analysis)
    text = _rendered(arguments, snapshot, analysis, reports, output)
    write(text, output, replace=arguments.force)
    gaps = find_gaps(snapshot, target.config)
    status = judge(snapshot, [report for _, report in reports], gaps, arguments)
    if status is ExitCode.FINDINGS:
        say(f"a loss would mean {arguments.fail_on} or worse (exit 1)")
    else:
        explain_gaps(status, gaps)
    return status


def names_of(text: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """The clusters that `--lose NAME[,NAME…]`, given once or more, names.

    Raises:
        UsageError: there is no such cluster, or none is named; it says which there are.
    """
    named = tuple(dict.fromkeys(name for one in text for name in one.split(",") if name))
    for name in named:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            there = f"there are {', '.join(known)}" if known else "there is none"
            raise UsageError(f"--lose: there is no cluster {name}; {hint}{there}")
    if not named:
        raise UsageError("--lose: names no cluster")
    return named


async def _read(arguments: Namespace, output: str | None) -> tuple[FleetSnapshot, Analysis, Target]:
    async with opened(arguments) as target:
        spare(output, inputs(arguments, target))
        names = [endpoint.name for endpoint in target.inventory.endpoints]
        if arguments.lose:
            names_of(arguments.lose, names)  # before anything is read
        plan = ReadPlan(CONSOLE_TOPICS, CONSOLE_QUERIES, arguments.timeout)
        snapshot = await read_snapshot(target, plan)
        return (
            snapshot,
            analyse(snapshot, thresholds=thresholds(target.config), policy=policy(target)),
            target,
        )


def _simulated(
    lose: Sequence[str] | None, snapshot: FleetSnapshot, analysis: Analysis
) -> Reports:  # fmt: skip
    services, limits = analysis.services, analysis.thresholds
    if lose:
        lost = names_of(lose, tuple(snapshot.clusters))
        report = simulate(snapshot, services, lost, limits, mesh=analysis.mesh)
        return [(", ".join(lost), report)]
    return worst_first(simulate_each(snapshot, services, limits, mesh=analysis.mesh))


def _rendered(
    arguments: Namespace, snapshot: FleetSnapshot, analysis: Analysis, reports: Reports,
    output: str | None,
) -> str:  # fmt: skip
    each = not arguments.lose
    demo = origin_words(arguments)
    at = format_rfc3339(snapshot.taken_at)
    title = f"mckconsole {__version__} · {demo}read-only · {at}"
    if arguments.format == "json":
        target = analysis.thresholds.failover_share
        return failover_json.render(snapshot, [report for _, report in reports], target)
    if arguments.format == "markdown":
        return failover.render_markdown(reports, each=each, title=title)
    seen = look(output)
    return failover.render(reports, each=each, title=title, width=seen.width, colour=seen.colour)


def judge(
    snapshot: FleetSnapshot,
    reports: Sequence[FailoverReport],
    gaps: dict[str, list[str]],
    arguments: Namespace,
) -> ExitCode:
    """The exit status: as for a report, with impacts in place of severities."""
    impacts = [one.impact for report in reports for one in report.services]
    impacts += [one.impact for report in reports for one in report.hosts]
    worst = Impact(arguments.fail_on).rank if arguments.fail_on else -1
    found = any(impact.rank <= worst for impact in impacts)
    return exit_code(snapshot, gaps, found=found, allow_partial=arguments.allow_partial)
