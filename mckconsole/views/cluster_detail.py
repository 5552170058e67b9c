"""Everything behind one cluster: its trouble first, then how it is reached and what is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.fleet import ClusterRow
from mckconsole.analysis.mesh.links import Link
from mckconsole.analysis.mesh.rtt import typical
from mckconsole.domain.access import AccessReport
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from mckconsole.domain.states import Transition
from mckconsole.domain.times import format_age, format_span
from mckconsole.views.access_detail import credentials_card, metrics_block, permissions_block
from mckconsole.views.cells import CLUSTER_ROLES, finding_counts, trend
from mckconsole.views.cluster_ahead import ahead_blocks
from mckconsole.views.cluster_detail_parts import history_block, nodes_block, topics_block
from mckconsole.views.detail import Block, Card, Detail, Line, LinkTarget, Span
from mckconsole.views.explain import (
    count,
    duration,
    fact,
    finding_line,
    remark,
    since_words,
    stated,
    unknown,
)
from mckconsole.views.fleet import UNJUDGED_STATES, cluster_role
from mckconsole.views.mesh import WORST_FIRST, link_role
from mckconsole.views.spec import GLYPHS, Role

CLUSTER = "cluster"
"""The subject of a cluster's own transitions."""
REPEATING = "checklist"
"""The pane whose findings say once more what others found: the document leads to its answers."""
_SKEW = 2.0
"""Seconds of clock difference worth a line."""
_RANK = {state: rank for rank, state in enumerate(WORST_FIRST)}


def cluster_detail(
    snapshot: FleetSnapshot, analysis: Analysis, name: str, access: AccessReport | None
) -> Detail | None:
    """The document of one cluster; None when there is no such cluster (any more)."""
    cluster = snapshot.clusters.get(name)
    row = next((row for row in analysis.clusters if row.name == name), None)
    if cluster is None or row is None:
        return None
    role = cluster_role(row)
    now = snapshot.taken_at
    access_cards = (_connection_card(cluster, row), credentials_card(access, now, cluster.reason))
    cards = Block(cards=access_cards)
    meshed = (_findings(analysis, cluster), _tunnels(snapshot, analysis, cluster, row))
    lost = not cluster.state.readable
    return Detail(
        title=name,
        words=_words(cluster, row, now),
        role=role,
        blocks=(
            *((cards, *meshed) if lost else (*meshed, cards)),
            *ahead_blocks(snapshot, analysis, name),
            permissions_block(access),
            topics_block(snapshot, cluster),
            nodes_block(snapshot, cluster),
            metrics_block(snapshot, cluster, access),
            _questions(analysis, name),
            history_block(cluster, now),
        ),
    )


def _words(cluster: ClusterSnapshot, row: ClusterRow, now: float) -> str:
    """State, since when if that was seen, findings, and the reason, which may be long, last."""
    parts = [f"{GLYPHS[CLUSTER_ROLES[cluster.state]]} {cluster.state}"]
    last = _last_change(cluster)
    if last:
        parts[0] += since_words(last.at, now)
    if row.findings or row.waived:
        parts.append(f"findings {finding_counts(row.findings, row.waived).text}")
    return "  ".join((*parts, cluster.reason)).rstrip()


def _last_change(cluster: ClusterSnapshot) -> Transition | None:
    """What brought it into its state, if that was seen."""
    own = [one for one in cluster.history if one.subject == CLUSTER]
    return own[-1] if own and own[-1].after == cluster.state.value else None


def _findings(analysis: Analysis, cluster: ClusterSnapshot) -> Block:
    found = [one for one in analysis.findings if one.pane != REPEATING]
    own = [one for one in found if one.cluster == cluster.name]
    others = [one for one in found if cluster.name in one.peers and one.cluster != cluster.name]
    lines = [finding_line(one, cluster.name, analysis.waived.get(one.id)) for one in own]
    if others:
        lines.append(remark("found elsewhere, and concerning it:"))
        lines += [finding_line(one, cluster.name, analysis.waived.get(one.id)) for one in others]
    if not lines and cluster.state in UNJUDGED_STATES:
        words = unknown(f"not judged: {cluster.state}")
        return Block("Findings", lines=(Line((words,)),))
    note = f"{len(own)} here, {len(others)} elsewhere" if others else str(len(own) or "")
    return Block("Findings", note, lines=tuple(lines) or (remark("none"),))


def _tunnels(
    snapshot: FleetSnapshot, analysis: Analysis, cluster: ClusterSnapshot, row: ClusterRow
) -> Block:
    links = [link for link in analysis.mesh.links if link.key.source == cluster.name]
    links.sort(key=lambda one: (_RANK[one.state], one.severity.rank if one.severity else 9))
    if links:
        lines = tuple(_tunnel_lines(cluster, links, snapshot.taken_at))
        note = f"{row.tunnels_up} of {row.tunnels_total} measured to work"
        return Block("Tunnels from here", note, lines=lines)
    if row.tunnels_known:
        return Block("Tunnels from here", lines=(remark("none: it is in no mesh"),))
    why = "; ".join(one.reason for one in row.unreadable if one.topic in _MESH_TOPICS)
    if not cluster.state.readable:
        why = cluster.state.value
    words = unknown(f"not known: {why or cluster.reason or 'the mesh was not read'}")
    return Block("Tunnels from here", lines=(Line((words,)),))


_MESH_TOPICS = ("gateways", "cilium-config")


def _tunnel_lines(
    cluster: ClusterSnapshot, links: Sequence[Link], now: float
) -> Iterator[Line]:  # fmt: skip
    """`✖ down  → west  last 88 ms  submariner  reason  for 3 m 12 s`, in columns."""
    rows = [(f"→ {link.key.target}", _rtt(link), link.key.provider.value) for link in links]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for link, (target, rtt, provider) in zip(links, rows, strict=True):
        role = link_role(link)
        spans = [
            Span(f"{GLYPHS[role]} {link.state.value:<10}", role),
            Span(f"  {target:<{widths[0]}}"),
            Span(f"  {rtt:>{widths[1]}}", Role.PLAIN if link.state.measured else Role.DIM),
            Span(f"  {provider:<{widths[2]}}", Role.DIM),
            Span(f"  {_reason(cluster, link)}"),
        ]
        yield Line(tuple(spans), LinkTarget(str(link.key)), _HANG, _held(link, now))


_HANG = 16
"""Cells before the name of a tunnel's end, where its reason goes on."""


def _reason(cluster: ClusterSnapshot, link: Link) -> str:
    """Why; that the cluster itself is lost is told once, with its connection."""
    lost = not cluster.state.readable and bool(cluster.reason)
    return link.reason.removesuffix(f": {cluster.reason}") if lost else link.reason


def _held(link: Link, now: float) -> str:
    return "" if link.since is None else f"for {duration(now - link.since)}"


def _rtt(link: Link) -> str:
    seconds = typical(link.rtt) if link.rtt else 0.0
    if not seconds:
        return "–"
    return format_span(seconds) if link.state.measured else f"last {format_span(seconds)}"


def _connection_card(cluster: ClusterSnapshot, row: ClusterRow) -> Card:
    role = CLUSTER_ROLES[cluster.state]
    lines = tuple(_connection(cluster, row))
    return Card("Connection", lines, f"{GLYPHS[role]} {cluster.state}", role)


def _connection(cluster: ClusterSnapshot, row: ClusterRow) -> Iterator[Line]:
    if cluster.reason:
        yield fact("reason", Span(cluster.reason, CLUSTER_ROLES[cluster.state]))
    yield fact("server", cluster.server or unknown("none"))
    yield fact("context", cluster.context or unknown("none"))
    yield fact("version", row.version or unknown("the server has not said"))
    provider = row.provider
    odd = Role.WARN if "/" in provider.name else Role.PLAIN
    name = Span(provider.name, odd) if provider.name else unknown("not recognised")
    yield fact("provider", name, Span(f"  {provider.reason}", Role.DIM))
    if cluster.latency is None:
        yield fact("latency", unknown("not measured"))
    else:
        bars = trend(cluster.latencies)
        yield fact("latency", format_span(cluster.latency), Span(f"  {bars}" if bars else ""))
    if abs(cluster.clock_offset) > _SKEW:
        side = "ahead of" if cluster.clock_offset > 0 else "behind"
        words = f"{duration(abs(cluster.clock_offset))} {side} this machine's"
        yield fact("its clock", stated(Role.WARN, words))
    age = "never" if row.age is None else f"{format_age(row.age)} ago"
    yield fact("answered", unknown(age) if row.age is None else age)
    for warning in cluster.warnings:
        yield fact("warning", stated(Role.WARN, warning))


def _questions(analysis: Analysis, name: str) -> Block:
    """What could not be judged; rules with the same reason together."""
    by_reason: dict[str, list[str]] = {}
    for one in analysis.unknowns:
        if one.cluster == name:
            subject = f"the whole {one.pane} pane" if one.rule == "*" else one.rule
            by_reason.setdefault(one.reason, []).append(subject)
    lines = tuple(
        Line((unknown(", ".join(subjects)), Span(f"  {reason}")), indent=4)
        for reason, subjects in by_reason.items()
    )
    if not lines:
        return Block("Not judged", lines=(remark("nothing: every rule could be judged"),))
    return Block("Not judged", count(len(lines), "reason"), lines=lines)
