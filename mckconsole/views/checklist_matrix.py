"""The checklist as a matrix: items down, clusters across, a mark with its word in each cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from mckconsole.analysis.checklist.model import Answer, Item, Mark
from mckconsole.analysis.engine import Analysis
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_age
from mckconsole.views.checklist import (
    MARK_ROLES,
    answer_id,
    attested_cell,
    finding_of,
    mark_cell,
    waiver_of,
)
from mckconsole.views.detail import CheckTarget, Line, Span
from mckconsole.views.explain import MAX_VALUE, fact, unknown
from mckconsole.views.secrets_cells import sign
from mckconsole.views.spec import Cell, Role, Row

Place = tuple[str, str]
"""(row, column): an item's title and a cluster."""
_LABEL = 10
_MOST_TITLE = 22
"""Characters that a row's name has in a matrix."""
_SHORT: Mapping[str, str] = {
    "CHK01": "connectivity",
    "CHK02": "DNS",
    "CHK03": "IAM audit",
    "CHK04": "certificates",
    "CHK05": "observability",
    "CHK06": "logs",
    "CHK07": "cost and egress",
    "CHK08": "network policy",
    "CHK09": "failover",
    "CHK10": "upgrade plan",
}
"""Names that leave the clusters their room; the notes say the title in full."""


@dataclass(frozen=True, slots=True)
class CheckMatrix:
    """All answers."""

    rows: tuple[str, ...]
    """Titles of the items, in their order."""
    columns: tuple[str, ...]
    """The clusters in the order of the fleet."""
    cells: Mapping[Place, Cell]
    row_ids: Mapping[Place, str]
    """Ids of the answers' rows in the list."""
    items: Mapping[str, Item]
    """By row."""


def check_matrix(
    snapshot: FleetSnapshot, analysis: Analysis, clusters: Collection[str] | None
) -> CheckMatrix:
    """The matrix; with `clusters`, of these only. What was not answered is unknown."""
    report = analysis.checklist
    named = _titles(report.items)
    answered = dict.fromkeys(one.cluster for one in report.answers)
    wanted = [one for one in dict.fromkeys((*snapshot.clusters, *answered))
              if clusters is None or one in clusters]  # fmt: skip
    answers = {(one.rule, one.cluster): one for one in report.answers}
    cells: dict[Place, Cell] = {}
    ids: dict[Place, str] = {}
    for title, item in named.items():
        for cluster in wanted:
            answer = answers.get((item.rule, cluster))
            cells[title, cluster] = _cell(analysis, answer)
            if answer is not None:
                ids[title, cluster] = answer_id(item.rule, cluster)
    columns = tuple(wanted) if named else ()
    return CheckMatrix(tuple(named), columns, cells, ids, named)


def _titles(items: Sequence[Item]) -> Mapping[str, Item]:
    """The items by a short name that each has alone, cut at its end: names in a matrix would be cut
    in their middle."""
    short = [shorten(_SHORT.get(one.rule, one.title), _MOST_TITLE) for one in items]
    counts = Counter(short)
    return {
        title if counts[title] == 1 else shorten(f"{one.rule} {one.title}", _MOST_TITLE): one
        for title, one in zip(short, items, strict=True)
    }


def _cell(analysis: Analysis, answer: Answer | None) -> Cell:
    if answer is None:
        return Cell(f"{sign(Role.UNKNOWN)} unknown", Role.UNKNOWN, Mark.UNKNOWN.value)
    return mark_cell(answer.mark, waiver_of(analysis, finding_of(analysis, answer)))


def explain_check(
    snapshot: FleetSnapshot, analysis: Analysis, table: CheckMatrix, row: str, column: str
) -> tuple[Line, ...]:
    """One answer in the order of what matters: the mark, why, what is missing, the probe."""
    item = table.items[row]
    answer = analysis.checklist.of(item.rule, column)
    head = Span(f"{item.title} · {column}  ", Role.HEADING)
    if answer is None:
        return (Line((head, unknown("not answered for this cluster"))),)
    waiver = waiver_of(analysis, finding_of(analysis, answer))
    cell = mark_cell(answer.mark, waiver)
    age = "" if answer.as_of is None else format_age(max(snapshot.taken_at - answer.as_of, 0.0))
    lines = [
        Line((head, Span(cell.text, cell.role)), indent=_LABEL + 1, note=age and f"≤ {age} old"),
        fact("why", Span(answer.reason) if answer.reason else unknown("no reason was given"),
             width=_LABEL),
        fact("passes", Span(item.question, Role.DIM), width=_LABEL),
    ]  # fmt: skip
    if waiver:
        lines.append(fact("waived", Span(waiver.words, Role.DIM), width=_LABEL))
    if answer.missing:
        words = shorten("; ".join(answer.missing), MAX_VALUE)
        lines.append(fact("missing", unknown(words), width=_LABEL))
    if answer.attested:
        found = attested_cell(answer.attested)
        lines.append(fact("attested", Span(found.text, found.role), width=_LABEL))
    if answer.probe:
        lines.append(fact("probe", Span(answer.probe), width=_LABEL))
    target = CheckTarget(item.rule, column)
    return tuple(replace(line, target=target) for line in lines)


def tally(rows: Sequence[Row]) -> tuple[Span, ...]:
    """`✖ 3 fail  ? 4 unknown  ▲ 2 warn  ● 51 pass  60 answers`, worst first."""
    counts = Counter(row.cells["mark"].value for row in rows)
    parts: list[Span] = []
    for mark in Mark:
        if counts[mark.value]:
            role = MARK_ROLES[mark]
            parts += [Span(f"{sign(role)} {counts[mark.value]} {mark}", role), Span("  ")]
    if counts["waived"]:
        parts += [Span(f"{counts['waived']} waived", Role.DIM), Span("  ")]
    many = "" if len(rows) == 1 else "s"
    return (*parts, Span(f"{len(rows)} answer{many}", Role.DIM))
