"""The mesh as a matrix of clusters: a cell is the direction from its row to its column.

Rows and columns keep the inventory's order, so that places can be remembered; peers outside the
fleet come last. Cells say less than the list's rows and never something else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.mesh.links import Link, LinkKey, LinkState, Pair, Verdict
from mckconsole.analysis.mesh.rtt import typical
from mckconsole.analysis.rules import RULES
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.times import format_age, format_span
from mckconsole.views.detail import Line, LinkTarget, Span
from mckconsole.views.explain import duration, fact, stated, unknown
from mckconsole.views.mesh import (
    WORST_FIRST,
    LinkFindings,
    link_role,
    opposite,
    pairs_by_link,
)
from mckconsole.views.spec import BLANK, GLYPHS, Cell, Role, Row

Place = tuple[str, str]
"""(row, column): from, to."""

_LOUDEST = (
    Role.CRITICAL,
    Role.WARN,
    Role.STALE,
    Role.FORBIDDEN,
    Role.UNKNOWN,
    Role.CONNECTING,
    Role.OK,
    Role.PLAIN,
    Role.DIM,
)
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


def _badness(link: Link) -> tuple[int, int, bool]:
    """Worst first, as the list has them; of equals, one that can say how long it takes."""
    severity = link.severity.rank if link.severity else 9
    return (_RANK[link.state], severity, link.current_rtt is None)


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
    return rtt if link.state is LinkState.UP else f"{link.state} {rtt}"


def _stale_words(link: Link, rtt: str) -> str:
    """`88 ms 41 s`: the last word, and how old it was when it was read."""
    if link.heartbeat_age is None or link.heartbeat_age < 0:
        return LinkState.STALE.value
    age = format_age(link.heartbeat_age)
    return f"{rtt} {age}" if rtt else f"{LinkState.STALE} {age}"


def explain_cell(
    snapshot: FleetSnapshot, analysis: Analysis, table: MatrixTable, row: str, column: str
) -> tuple[Line, ...]:
    """One direction in the order of what matters: how it stands, why, and where to look first."""
    links = table.links.get((row, column))
    if not links:
        return (Line((_way(row, column), Span(_why_empty(table, row, column), Role.DIM))),)
    link = links[0]
    pair = table.pairs[link.key]
    lines = [
        Line((_way(row, column), *_standing(link, snapshot.taken_at)), indent=_LABEL + 1),
        _fact("why", Span(link.reason) if link.reason else unknown("no reason was given")),
        _fact("way back", *_way_back(link, pair)),
    ]
    if look := _first_look(analysis, link, pair):
        lines.append(_fact("first look", Span(look)))
    if len(links) > 1:
        lines.append(_fact("also", *_others(links[1:])))
    target = LinkTarget(str(link.key))
    return tuple(replace(line, target=target) for line in lines)


def _others(links: Sequence[Link]) -> Iterator[Span]:
    """What else leads there: one with its reason, several by their states, on one line."""
    for number, other in enumerate(links):
        yield Span(f"{'  ' if number else ''}{other.key.provider} ")
        yield _stated(other)
    if len(links) == 1 and links[0].reason:
        yield Span(f"  {links[0].reason}")


_LABEL = 10
"""Cells of a label."""


def _fact(label: str, *spans: Span) -> Line:
    return fact(label, *spans, width=_LABEL)


def _way(row: str, column: str) -> Span:
    return Span(f"{row} → {column}  ", Role.HEADING)


def _stated(link: Link) -> Span:
    return stated(link_role(link), link.state.value)


def _why_empty(table: MatrixTable, row: str, column: str) -> str:
    if row == column:
        return "a cluster has no tunnel to itself"
    if (row, column) not in table.cells:
        return "neither of them is in the scope"
    return "no tunnel is known in this direction"


def _standing(link: Link, now: float) -> Iterator[Span]:
    """State, how long, and the round trip."""
    held = "" if link.since is None else f" for {duration(now - link.since)}"
    yield stated(link_role(link), f"{link.state}{held}")
    yield from _round_trip(link)


def _round_trip(link: Link) -> Iterator[Span]:
    if link.rtt and link.rtt.positive:
        words = format_span(typical(link.rtt))
        measured = link.state.measured
        yield Span(
            f"  {words}" if measured else f"  last {words}", Role.PLAIN if measured else Role.DIM
        )


def _way_back(link: Link, pair: Pair) -> Iterator[Span]:
    back = opposite(link, pair)
    if back is None and link.one_way:
        yield Span(f"none: {link.one_way}", Role.DIM)
    elif back is None:
        yield unknown("not known")
    else:
        yield _stated(back)
        yield from _round_trip(back)
    if pair.verdict is Verdict.ASYMMETRIC:
        yield Span("  asymmetric: it works in one direction only", Role.CRITICAL)
    elif pair.uneven:
        yield Span("  uneven: the round trips are far apart", Role.WARN)


def _first_look(analysis: Analysis, link: Link, pair: Pair) -> str:
    """What the verdict names first, else what the rule of the worst finding advises."""
    if pair.hints:
        return pair.hints[0]
    wanted = set(LinkFindings(analysis.findings).of(link, pair))
    for finding in analysis.findings:
        if finding.id in wanted and finding.rule in RULES:
            return RULES[finding.rule].remediation
    return ""


def tally(rows: Sequence[Row]) -> tuple[Span, ...]:
    """`✖ 2 down, 1 missing  ▲ 1 slow  ● 9 up  13 directions`, worst first."""
    counts: dict[Role, Counter[str]] = {}
    for row in rows:
        word = row.cells["state"].text.partition(" ")[2]
        counts.setdefault(row.role, Counter())[word] += 1
    parts: list[Span] = []
    for role in sorted(counts, key=_LOUDEST.index):
        words = ", ".join(f"{count} {word}" for word, count in counts[role].most_common())
        parts += [Span(f"{GLYPHS.get(role, '–')} {words}", role), Span("  ")]
    many = "" if len(rows) == 1 else "s"
    return (*parts, Span(f"{len(rows)} direction{many}", Role.DIM))
