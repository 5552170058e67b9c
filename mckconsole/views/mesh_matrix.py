"""The mesh as a matrix of clusters: a cell is the direction from its row to its column.

Rows and columns keep the inventory's order, so that places can be remembered; peers outside the
fleet come last. Cells say less than the list's rows and never something else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.mesh.links import Link, LinkKey, LinkState, Pair, Verdict
from mckconsole.analysis.mesh.rtt import typical
from mckconsole.analysis.rules import RULES
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_age, format_span
from mckconsole.views.detail import Line, LinkTarget, Span
from mckconsole.views.explain import duration, stated
from mckconsole.views.mesh import (
    WORST_FIRST,
    LinkFindings,
    link_role,
    opposite,
    pairs_by_link,
)
from mckconsole.views.spec import BLANK, GLYPHS, Cell, Role

Place = tuple[str, str]
"""(row, column): from, to."""

_MAX_REASON = 100
"""Characters of a reason that leave room for where to look."""
_RANK = {state: rank for rank, state in enumerate(WORST_FIRST)}


@dataclass(frozen=True, slots=True)
class MatrixTable:
    """All directions between the clusters of the mesh."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[Place, Cell]
    """By (row, column); a direction outside the scope has none."""
    row_ids: Mapping[Place, str]
    """The row of the mesh pane that a cell opens: of several links the worst one's."""
    outside: frozenset[str] = frozenset()
    """Those that are no clusters of the fleet."""
    links: Mapping[Place, Sequence[Link]] = field(default_factory=dict, repr=False)
    """What stands behind each cell, worst first."""
    pairs: Mapping[LinkKey, Pair] = field(default_factory=dict, repr=False)


def mesh_matrix(
    snapshot: FleetSnapshot, analysis: Analysis, clusters: Collection[str] | None
) -> MatrixTable:
    """The matrix; with `clusters`, the directions that start or end in one of them."""
    links = _by_place(analysis, clusters)
    names = _names(snapshot, analysis, links, clusters)
    cells: dict[Place, Cell] = {}
    for row in names:
        for column in names:
            if row == column:
                cells[row, column] = Cell("·", Role.DIM)
            elif (row, column) in links:
                cells[row, column] = _cell(snapshot, links[row, column])
            elif clusters is None or row in clusters or column in clusters:
                cells[row, column] = BLANK
    ids = {place: str(found[0].key) for place, found in links.items()}
    outside = frozenset(name for name in names if name not in snapshot.clusters)
    pairs = pairs_by_link(analysis.mesh.pairs)
    return MatrixTable(names, names, cells, ids, outside, links, pairs)


def _by_place(analysis: Analysis, clusters: Collection[str] | None) -> dict[Place, list[Link]]:
    """The links of every direction in scope, worst first."""
    found: dict[Place, list[Link]] = {}
    for link in analysis.mesh.links:
        place = (link.key.source, link.key.target)
        if clusters is None or place[0] in clusters or place[1] in clusters:
            found.setdefault(place, []).append(link)
    for links in found.values():
        links.sort(key=_badness)
    return found


def _badness(link: Link) -> tuple[int, int]:
    return (_RANK[link.state], link.severity.rank if link.severity else 9)


def _names(
    snapshot: FleetSnapshot,
    analysis: Analysis,
    links: Mapping[Place, Sequence[Link]],
    clusters: Collection[str] | None,
) -> tuple[str, ...]:
    """Members in the inventory's order, then peers outside the fleet."""
    ends = {name for place in links for name in place}
    members = {member.cluster for member in analysis.mesh.members}
    ends |= members if clusters is None else members & set(clusters)
    inside = [name for name in snapshot.clusters if name in ends]
    return (*inside, *sorted(ends - set(inside)))


def _cell(snapshot: FleetSnapshot, links: Sequence[Link]) -> Cell:
    link = links[0]
    role = link_role(link)
    text = f"{GLYPHS[role]} {_words(link)}"
    if len(links) > 1:
        text += f" ×{len(links)}"
    if link.key.source not in snapshot.clusters:
        role = Role.DIM  # nobody expects to read it
    return Cell(text, role, link.state.value)


def _words(link: Link) -> str:
    """The state, or the round trip where that says it."""
    seconds = typical(link.rtt) if link.rtt else 0.0
    rtt = format_span(seconds) if seconds else ""
    if link.state is LinkState.STALE:
        return _stale_words(link, rtt)
    if not rtt or not link.state.measured:
        return link.state.value
    return rtt if link.state is LinkState.UP else f"{rtt} {link.state}"


def _stale_words(link: Link, rtt: str) -> str:
    """`88 ms 41 s old`: the last word, and how old it was when it was read."""
    if link.heartbeat_age is None or link.heartbeat_age < 0:
        return LinkState.STALE.value
    age = format_age(link.heartbeat_age)
    return f"{rtt} {age} old" if rtt else f"{LinkState.STALE} {age}"


def explain_cell(
    snapshot: FleetSnapshot, analysis: Analysis, table: MatrixTable, row: str, column: str
) -> tuple[Line, ...]:
    """Two lines about one direction: how it stands and the way back; why, and where to look."""
    way = Span(f"{row} → {column}  ")
    head = Span("selected: ", Role.DIM)
    links = table.links.get((row, column))
    if not links:
        return (Line((head, way, Span(_why_empty(table, row, column), Role.DIM))),)
    link = links[0]
    pair = table.pairs[link.key]
    target = LinkTarget(str(link.key))
    return (
        Line((head, way, *_standing(links, pair, snapshot.taken_at)), target),
        Line((Span("why: ", Role.DIM), Span(_why(analysis, link, pair))), target),
    )


def _why_empty(table: MatrixTable, row: str, column: str) -> str:
    if row == column:
        return "a cluster has no tunnel to itself"
    if (row, column) not in table.cells:
        return "neither of them is in the scope"
    return "no tunnel is known in this direction"


def _standing(links: Sequence[Link], pair: Pair, now: float) -> Iterator[Span]:
    link = links[0]
    role = link_role(link)
    held = "" if link.since is None else f" for {duration(now - link.since)}"
    yield stated(role, f"{link.state}{held}")
    back = opposite(link, pair)
    if back is None:
        yield Span("  the way back is not known")
    else:
        yield Span("  the way back is ")
        yield stated(link_role(back), back.state.value)
    if pair.verdict is Verdict.ASYMMETRIC:
        yield Span(": asymmetric", Role.CRITICAL)
    elif pair.uneven:
        yield Span(": uneven", Role.WARN)
    for other in links[1:]:
        yield Span(f"  also {other.key.provider}: ")
        yield stated(link_role(other), other.state.value)


def _why(analysis: Analysis, link: Link, pair: Pair) -> str:
    """The reason, and the first thing to look at where something is wrong."""
    reason = link.reason or "no reason was given"
    look = _first_look(analysis, link, pair)
    return f"{shorten(reason, _MAX_REASON)}. First look: {look}" if look else reason


def _first_look(analysis: Analysis, link: Link, pair: Pair) -> str:
    """What the verdict names first, else what the rule of the worst finding advises."""
    if pair.hints:
        return pair.hints[0]
    wanted = set(LinkFindings(analysis.findings).of(link, pair))
    for finding in analysis.findings:
        if finding.id in wanted and finding.rule in RULES:
            return RULES[finding.rule].remediation
    return ""
