"""`mckconsole get KIND`: the objects of a kind, of all clusters in one table, read once."""

from __future__ import annotations

import asyncio
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from mckconsole import __version__
from mckconsole.cli import loop
from mckconsole.cli.asking import asked as connected
from mckconsole.cli.errors import UsageError
from mckconsole.cli.exit_codes import ExitCode
from mckconsole.cli.gaps import explain_gaps
from mckconsole.cli.output import check_destination, look, spare, write
from mckconsole.cli.progress import ProgressDisplay
from mckconsole.cli.reading import origin_words
from mckconsole.cli.target import inputs, opened
from mckconsole.domain.resources import Catalogue, ResourceTable
from mckconsole.domain.states import TopicState
from mckconsole.domain.times import format_rfc3339
from mckconsole.domain.wording import counted
from mckconsole.report.export import ExportFormat, export_rows
from mckconsole.report.resources import Listed, render
from mckconsole.sources.errors import SourceError
from mckconsole.store.reader import Progress
from mckconsole.views.filter import FilterError, parse_filter
from mckconsole.views.resources_ask import Asked, AskError, parse_asked
from mckconsole.views.resources_kinds import USUAL, resolve, unknown_kind
from mckconsole.views.resources_rows import Board
from mckconsole.views.resources_state import short, state_lines, why_empty
from mckconsole.views.sort import SortError, parse_sort, sort_rows

if TYPE_CHECKING:
    from mckconsole.store.live import LiveFleet
    from mckconsole.store.opened import OpenedFleet

FINE = (TopicState.FRESH, TopicState.ABSENT)
_EXPORTS: Mapping[str, ExportFormat] = {"json": "json", "csv": "csv", "markdown": "md"}


def run(arguments: Namespace) -> int:
    """Carry the command out.

    Raises:
        UsageError, ConfigError: as their documentation says; nobody serves the kind.
    """
    if arguments.reverse and not arguments.sort:
        raise UsageError("--reverse: only with --sort")
    output = arguments.output if arguments.output != "-" else None
    check_destination(output, replace=arguments.force)
    question = question_of(arguments)
    name, tables, at = loop.run(_read(arguments, question, output))
    order = f"{'-' if arguments.reverse else ''}{arguments.sort or ''}"
    listed = listed_of(question, name, tables, at, order)
    write(_rendered(arguments, listed, output, question, at), output, replace=arguments.force)
    gaps = gaps_of(tables)
    status = status_of(tables, gaps, allow_partial=arguments.allow_partial)
    explain_gaps(status, gaps)
    return status


def question_of(arguments: Namespace) -> Asked:
    """What the command line asks for.

    Raises:
        UsageError: it cannot be understood.
    """
    words = [*arguments.places, *(f"-n {one}" for one in arguments.namespace)]
    if selector := arguments.selector:
        words.append(selector if " " in selector else f"-l {selector}")
    if arguments.field_selector:
        words.append(f"-f {arguments.field_selector}")
    try:
        return parse_asked(arguments.kind, " ".join([*words, *_filter(arguments)]))
    except AskError as error:
        raise UsageError(str(error)) from None


def _filter(arguments: Namespace) -> Sequence[str]:
    return [f"/{arguments.filter}"] if arguments.filter else []


async def _read(
    arguments: Namespace, question: Asked, output: str | None
) -> tuple[str, Mapping[str, ResourceTable], float]:
    """The kind's name, what each cluster has of it, and when, by our clock or the recording's."""
    async with opened(arguments) as target:
        spare(output, inputs(arguments, target))
        if target.recorded is not None:
            from mckconsole.cli.recorded import replayed

            async with replayed(arguments) as player:
                name = await _kind(player, question.word, arguments.timeout)
                look = player.browse(question.query(name), player.names, lambda: None)
                return name, look.tables, player.at
        names = [endpoint.name for endpoint in target.inventory.endpoints]
        end = time.monotonic() + arguments.timeout
        with ProgressDisplay(sys.stderr, names) as progress:
            async with connected(target, arguments.timeout, progress) as fleet:
                name = await _kind(fleet, question.word, max(end - time.monotonic(), 1.0))
                left = max(end - time.monotonic(), 1.0)
                tables = await _tables(fleet, question, name, left, progress)
                return name, tables, time.time()


async def _kind(fleet: OpenedFleet, word: str, seconds: float) -> str:
    """The name of the kind that `word` means; clusters are asked unless it is a usual one.

    Raises:
        UsageError: no cluster serves such a kind.
    """
    usual = USUAL.find(word)
    if usual is not None:
        return usual.name
    known: dict[str, Catalogue] = {}
    troubles: dict[str, str] = {}

    async def ask(name: str) -> None:
        try:
            async with asyncio.timeout(seconds):
                known[name] = await fleet.catalogue(name)
        except SourceError as error:
            troubles[name] = str(error)
        except TimeoutError:
            troubles[name] = "not answered in time"

    await asyncio.gather(*map(ask, fleet.names))
    found = resolve(word, known)
    if found is None:
        raise UsageError(unknown_kind(word, known, troubles))
    return found.kind.name


async def _tables(
    fleet: LiveFleet,
    question: Asked,
    name: str,
    seconds: float,
    progress: Callable[[Progress], None],
) -> Mapping[str, ResourceTable]:
    """What there is when every cluster answered or refused, or the time is over."""
    came = asyncio.Event()
    browsing = fleet.browse(question.query(name), fleet.names, came.set)
    try:
        async with asyncio.timeout(seconds):
            while _under_way(browsing.tables, progress):
                await came.wait()
                came.clear()
    except TimeoutError:
        pass
    finally:
        tables = browsing.tables
        browsing.close()
    return tables


def _under_way(
    tables: Mapping[str, ResourceTable], progress: Callable[[Progress], None]
) -> bool:  # fmt: skip
    waiting = False
    for name, table in tables.items():
        done = table.state is not TopicState.PENDING
        error = "" if table.state in FINE or not done else table.reason
        progress(Progress(name, short(table), done=done, error=error))
        waiting |= not done
    return waiting


def listed_of(
    question: Asked, name: str, tables: Mapping[str, ResourceTable], at: float, order: str
) -> Listed:
    """The rows as they are to be shown.

    Raises:
        UsageError: the filter or the order cannot be understood.
    """
    board = Board(name)
    looked = board.look(tables, {}, at)
    try:
        chosen = parse_filter(question.filter, looked.columns)
        column, reverse = parse_sort(order, looked.columns)
    except (FilterError, SortError) as error:
        raise UsageError(str(error)) from None
    rows = sort_rows([row for row in looked.rows if chosen.matches(row)], column, reverse)
    objects = sum(board.object(row.id) is not None for row in rows)
    read = sum(table.state.readable for table in tables.values())
    narrowed = question.narrowed
    return Listed(
        f"{name} {narrowed}".strip(),
        f"{objects:,} of {board.objects:,}  in {read} of {counted(len(tables), 'cluster')}",
        looked.columns,
        rows,
        state_lines(tables, (), question.word),
        why_empty(tables, name, narrowed),
    )


def _rendered(
    arguments: Namespace, listed: Listed, output: str | None, question: Asked, at: float
) -> str:
    if arguments.format in _EXPORTS:
        return export_rows(
            _EXPORTS[arguments.format],
            listed.columns,
            listed.rows,
            title=listed.heading,
            at=at,
            filter=question.filter,
            scope=", ".join(arguments.context or ()) or "all",
        )
    title = f"mckconsole {__version__} · {origin_words(arguments)}read-only · {format_rfc3339(at)}"
    seen = look(output)
    return render(listed, title=title, width=seen.width, colour=seen.colour)


def gaps_of(tables: Mapping[str, ResourceTable]) -> dict[str, list[str]]:
    """What could not be read, by cluster."""
    gaps: dict[str, list[str]] = {}
    for name, table in tables.items():
        found = [] if table.state in FINE else [table.state.value]
        found += [f"namespace {space} not read" for space in table.unread]
        found += [f"{table.undecodable} not understood"] if table.undecodable else []
        if found:
            gaps[name] = found
    return gaps


def status_of(
    tables: Mapping[str, ResourceTable], gaps: Mapping[str, object], *, allow_partial: bool
) -> ExitCode:
    """The exit status: as of a report."""
    if not any(table.state in FINE or table.state.readable for table in tables.values()):
        return ExitCode.NO_CLUSTER
    return ExitCode.INCOMPLETE if gaps and not allow_partial else ExitCode.DONE
