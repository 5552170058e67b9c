"""Simulations of losses as text: tables for a terminal or a pipe, and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mckconsole.analysis.failover.model import FailoverReport
from mckconsole.domain.findings import Unknown
from mckconsole.report.export_markdown import literal
from mckconsole.report.grid import grid
from mckconsole.report.prose import labelled
from mckconsole.report.spans import Line, Span, paint
from mckconsole.views import failover as words
from mckconsole.views.explain import count
from mckconsole.views.spec import GLYPHS, Column, Role, Row

CAVEAT = (
    "Worked out from what the clusters say now; nothing was tried. How long meshes and DNS take to "
    "notice, and whether data was copied, is not part of it."
)


@dataclass(frozen=True, slots=True)
class Part:
    """A table with its heading."""

    title: str
    note: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]


def overview(reports: Sequence[tuple[str, FailoverReport]]) -> Part:
    """Every cluster lost alone, in the order given."""
    note = "each cluster lost alone, worst first"
    return Part("Failover", note, words.CLUSTER_COLUMNS, words.cluster_rows(reports))


def parts(report: FailoverReport) -> Iterator[Part]:
    """The tables of one simulation; those without rows are left out."""
    services = words.service_rows(report.services)
    same = f"{count(report.unaffected, 'service')} across clusters unchanged"
    yield Part("Services", f"{len(services)} change, {same}", words.SERVICE_COLUMNS, services)
    hosts = words.host_rows(report.hosts)
    yield Part("Hosts", f"{len(hosts)} served there", words.HOST_COLUMNS, hosts)
    hubs = words.hub_rows(report.hubs)
    yield Part("Hub roles", f"{len(hubs)} lost", words.HUB_COLUMNS, hubs)
    local = words.local_rows(report.local)
    system = f", and {report.system} in system namespaces" if report.system else ""
    yield Part("Local", f"{report.alone} exist nowhere else{system}", words.LOCAL_COLUMNS, local)
    room = words.room_rows(report.headroom)
    yield Part("Room", words.ROOM_NOTE, words.ROOM_COLUMNS, room)


def render(
    reports: Sequence[tuple[str, FailoverReport]], *, each: bool, title: str, width: int | None,
    colour: bool,
) -> str:  # fmt: skip
    """As text: one line per cluster for `each`, else everything of every simulation; `width` in
    cells, None for as wide as it takes."""
    return paint(_lines(reports, each, title, width), colour=colour)


def _lines(
    reports: Sequence[tuple[str, FailoverReport]], each: bool, title: str, width: int | None
) -> Iterator[Line]:
    if each:
        yield from labelled("", title, width, room=0)
        yield []
        yield from _part(overview(reports), width)
        yield []
        yield from labelled("", CAVEAT, width, room=0, role=Role.DIM)
        return
    for _, report in reports:
        role = words.verdict_role(report)
        lost = f"{', '.join(report.lost)} {words.are_lost(report.lost)}"
        said = f"if {lost}: {words.verdict(report)}"
        yield from labelled(GLYPHS[role], said, width, room=2, role=role, label_role=role)
        yield from labelled("", title, width, room=0)
        for part in parts(report):
            yield []
            yield from _part(part, width)
        if report.unknowns:
            yield []
            yield [Span("UNKNOWN", "heading"), Span(f"  {len(report.unknowns)} not answered")]
            for one in report.unknowns:
                yield from labelled(
                    GLYPHS[Role.UNKNOWN], _unknown(one), width, room=2, label_role=Role.UNKNOWN
                )
        yield []
        yield from labelled("", CAVEAT, width, room=0, role=Role.DIM)


def _part(part: Part, width: int | None) -> Iterator[Line]:
    heading = part.title.upper()
    yield from labelled(heading, part.note, width, room=len(heading) + 2, label_role="heading")
    if part.rows:
        yield from grid(part.columns, part.rows, width=width)


def _unknown(one: Unknown) -> str:
    about = "" if one.rule == "*" else f" · {one.rule}"
    return f"{one.cluster}{about}: {one.reason}"


def render_markdown(
    reports: Sequence[tuple[str, FailoverReport]], *, each: bool, title: str
) -> str:
    """The same as Markdown, in which nothing that a cluster said is markup."""
    return "".join(f"{line}\n" for line in _markdown(reports, each, title))


def _markdown(
    reports: Sequence[tuple[str, FailoverReport]], each: bool, title: str
) -> Iterator[str]:
    if each:
        yield "# Failover: each cluster lost alone"
        yield from ("", literal(title), "")
        yield from _markdown_table(overview(reports))
    for _, report in () if each else reports:
        yield f"# If {literal(', '.join(report.lost))} {words.are_lost(report.lost)}"
        yield from ("", literal(title), "", f"**{literal(words.verdict(report))}**")
        for part in parts(report):
            yield from ("", f"## {part.title}", "", literal(part.note))
            if part.rows:
                yield ""
                yield from _markdown_table(part)
        if report.unknowns:
            yield from ("", "## Unknown", "")
            yield from (f"- {literal(_unknown(one))}" for one in report.unknowns)
    yield from ("", CAVEAT)


def _markdown_table(part: Part) -> Iterator[str]:
    yield "| " + " | ".join(column.title for column in part.columns) + " |"
    yield "|" + " --- |" * len(part.columns)
    for row in part.rows:
        cells = (literal(row.cells[column.id].text) for column in part.columns)
        yield "| " + " | ".join(cells) + " |"
