"""`mckconsole drift` and `mckconsole diff`: ask the clusters once, and say what is not the same.

Exit 1 where there is a difference, 4 where there is none but not everything was read.
"""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence

from mckconsole.analysis.sameness.drift import Drift, DriftState
from mckconsole.analysis.sameness.names import names_of
from mckconsole.analysis.sameness.sidebyside import SideBySide
from mckconsole.cli import loop
from mckconsole.cli.asking import asked
from mckconsole.cli.errors import UsageError
from mckconsole.cli.exit_codes import ExitCode
from mckconsole.cli.gaps import explain_gaps
from mckconsole.cli.output import check_destination, look, say, spare, write
from mckconsole.cli.progress import ProgressDisplay
from mckconsole.cli.target import Target, inputs, opened
from mckconsole.domain.resources import Query, ResourceKind
from mckconsole.domain.times import format_rfc3339
from mckconsole.report import drift as drift_report
from mckconsole.report import objects_compare as diff_report
from mckconsole.report.drift import DriftSheet
from mckconsole.report.objects_compare import DiffSheet
from mckconsole.store.drifting import read_catalogues, read_drift, read_sides
from mckconsole.store.live import LiveFleet
from mckconsole.store.reader import Progress
from mckconsole.views.resources_ask import AskError, parse_asked
from mckconsole.views.resources_kinds import resolve, unknown_kind


def run(arguments: Namespace) -> int:
    """Carry out `drift` or `diff`.

    Raises:
        UsageError, ConfigError: as their documentation says; no cluster knows the kind, or none
            has the object.
    """
    output = arguments.output if arguments.output != "-" else None
    check_destination(output, replace=arguments.force)
    if arguments.command == "drift":
        return _drift(arguments, output)
    return _diff(arguments, output)


def _drift(arguments: Namespace, output: str | None) -> int:
    found, scope = loop.run(_read_drift(arguments, output))
    sheet = DriftSheet(found, _states(arguments), _now(), scope, arguments.demo)
    seen = look(output)
    match arguments.format:
        case "json":
            text = drift_report.render_json(sheet)
        case "markdown":
            text = drift_report.render_markdown(sheet)
        case _:
            text = drift_report.render_table(sheet, width=seen.width, colour=seen.colour)
    write(text, output, replace=arguments.force)
    status = judge_drift(found, missing=arguments.missing, partial=arguments.allow_partial)
    _explain(status, {name: [why] for name, why in found.gaps.items()})
    return status


def _diff(arguments: Namespace, output: str | None) -> int:
    found, scope = loop.run(_read_diff(arguments, output))
    if not found.there and not found.unread:
        raise UsageError(f"none of {len(found.sides)} clusters has {found.ref}")
    sheet = DiffSheet(found, arguments.full, _now(), scope, arguments.demo)
    seen = look(output)
    match arguments.format:
        case "json":
            text = diff_report.render_json(sheet)
        case "markdown":
            text = diff_report.render_markdown(sheet)
        case _:
            text = diff_report.render_table(sheet, width=seen.width, colour=seen.colour)
    write(text, output, replace=arguments.force)
    status = judge_diff(found, missing=arguments.missing, partial=arguments.allow_partial)
    _explain(status, {name: [found.sides[name].unread] for name in found.unread})
    return status


def judge_drift(found: Drift, *, missing: bool, partial: bool) -> ExitCode:
    """The exit status: nothing read, differences, gaps, or none of these.

    `missing` counts what some clusters do not have; `partial` lets gaps pass.
    """
    if not any(one.read for one in found.clusters.values()):
        return ExitCode.NO_CLUSTER
    if found.count(DriftState.DIFFERS) or (missing and any(one.missing for one in found.rows)):
        return ExitCode.FINDINGS
    return ExitCode.INCOMPLETE if found.gaps and not partial else ExitCode.DONE


def judge_diff(found: SideBySide, *, missing: bool, partial: bool) -> ExitCode:
    """The same for one object."""
    if len(found.unread) == len(found.sides):
        return ExitCode.NO_CLUSTER
    if found.differing or (missing and found.missing):
        return ExitCode.FINDINGS
    return ExitCode.INCOMPLETE if found.unread and not partial else ExitCode.DONE


def _states(arguments: Namespace) -> frozenset[DriftState]:
    if arguments.all:
        return frozenset(DriftState)
    missing = {DriftState.PARTLY, DriftState.ALONE} if arguments.missing else set()
    return frozenset({DriftState.DIFFERS, *missing})


def _explain(status: ExitCode, gaps: Mapping[str, Sequence[str]]) -> None:
    if status is ExitCode.FINDINGS:
        say("there are differences (exit 1)")
    else:
        explain_gaps(status, gaps)


async def _read_drift(arguments: Namespace, output: str | None) -> tuple[Drift, str]:
    try:
        spaces = " ".join(f"-n {one}" for one in arguments.namespaces)
        labels = f"-l {arguments.selector} " if arguments.selector else ""
        wanted = parse_asked(arguments.kind, f"{labels}{spaces}")
    except AskError as error:
        raise UsageError(str(error)) from None
    async with opened(arguments) as target:
        spare(output, inputs(arguments, target))
        _check_several(arguments, target)
        with _progress(target) as progress:
            async with asked(target, arguments.timeout, progress) as fleet:
                kind = await _kind(fleet, arguments.kind)
                if wanted.namespaces and not kind.namespaced:
                    raise UsageError(f"drift: {kind.plural} are in no namespace; name none")

                def told(cluster: str, count: int) -> None:
                    progress(Progress(cluster, f"comparing {kind.plural}: {count:,}"))

                query = Query(kind.name, wanted.namespaces, wanted.labels)
                found = await read_drift(fleet, query, fleet.names, told)
    where = f" in {', '.join(query.namespaces)}" if query.namespaces else ""
    return found, f"{kind.plural}{where} · {_scope(arguments)}"


async def _read_diff(arguments: Namespace, output: str | None) -> tuple[SideBySide, str]:
    namespace, _, name = arguments.object.rpartition("/")
    async with opened(arguments) as target:
        spare(output, inputs(arguments, target))
        _check_several(arguments, target)
        with _progress(target) as progress:
            async with asked(target, arguments.timeout, progress) as fleet:
                kind = await _kind(fleet, arguments.kind)
                ref = kind.ref(_namespace(kind, namespace, name), name)
                names = {
                    one.name: names_of(one.name, one.context, one.base_url)
                    for one in target.inventory.endpoints
                }
                found = await read_sides(fleet, ref, fleet.names, names)
    return found, _scope(arguments)


def _namespace(kind: ResourceKind, namespace: str, name: str) -> str:
    if not name:
        raise UsageError("diff: the name of the object is missing")
    if kind.namespaced and not namespace:
        raise UsageError(f"diff: {kind.plural} are in namespaces; write NAMESPACE/{name}")
    if namespace and not kind.namespaced:
        raise UsageError(f"diff: {kind.plural} are in no namespace; write {name}")
    return namespace


async def _kind(fleet: LiveFleet, word: str) -> ResourceKind:
    """The kind that `word` means in these clusters."""
    catalogues, troubles = await read_catalogues(fleet, fleet.names)
    meant = resolve(word, catalogues)
    if meant is None:
        raise UsageError(unknown_kind(word, catalogues, troubles))
    if meant.others:
        say(f"{word} is taken as {meant.kind.name}; there are also {', '.join(meant.others)}")
    return meant.kind


def _check_several(arguments: Namespace, target: Target) -> None:
    """One cluster has nothing to be compared with; said before anything is read."""
    if len(target.inventory.endpoints) < 2:
        found = "is only one" if target.inventory.endpoints else "is none"
        raise UsageError(f"{arguments.command}: clusters are compared, and here {found}")


def _progress(target: Target) -> ProgressDisplay:
    return ProgressDisplay(sys.stderr, [one.name for one in target.inventory.endpoints])


def _scope(arguments: Namespace) -> str:
    return f"contexts {', '.join(arguments.context)}" if arguments.context else "all contexts"


def _now() -> str:
    return format_rfc3339(time.time())
