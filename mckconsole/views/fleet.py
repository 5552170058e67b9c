"""The fleet pane: one row per cluster, worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.fleet import ClusterRow
from mckconsole.analysis.versions.model import ClusterVersions
from mckconsole.domain.findings import Severity
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState
from mckconsole.domain.text import shorten
from mckconsole.views.cells import (
    CLUSTER_ROLES,
    age,
    finding_counts,
    signed,
    trend,
    unknown,
)
from mckconsole.views.spec import BLANK, GLYPHS, Cell, Role, Row
from mckconsole.views.versions_cells import support_cell

_MAX_STATE = 72
_MAX_NOTES = 512
UNREAD_STATES = (
    ClusterState.UNREACHABLE,
    ClusterState.UNAUTHORIZED,
    ClusterState.LOGIN_REQUIRED,
    ClusterState.PENDING,
    ClusterState.CONNECTING,
)
"""States in which nothing current is known of a cluster's content."""
UNJUDGED_STATES = (*UNREAD_STATES, ClusterState.FORBIDDEN)
"""States in which that there is no finding says nothing."""


def rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per cluster, in the analysis's order."""
    ids: dict[str, list[str]] = {}
    for finding in analysis.findings:
        ids.setdefault(finding.cluster, []).append(finding.id)
    versions = {one.cluster: one for one in analysis.versions.clusters}
    return [
        _row(cluster, tuple(ids.get(cluster.name, ())), versions.get(cluster.name))
        for cluster in analysis.clusters
    ]


def _row(
    cluster: ClusterRow, finding_ids: tuple[str, ...], versions: ClusterVersions | None
) -> Row:
    role = cluster_role(cluster)
    return Row(
        cluster.name,
        {
            "cluster": signed(role, cluster.name, cluster.name),
            "state": _state(cluster, role),
            "version": Cell(cluster.version, Role.PLAIN, cluster.version)
            if cluster.version
            else unknown(),
            "provider": _provider(cluster),
            "nodes": _nodes(cluster),
            "latency": _latency(cluster),
            "tunnels": _tunnels(cluster),
            "findings": _findings(cluster),
            "support": support_cell(versions) if versions else unknown(),
            "age": age(cluster.age),
            "notes": _notes(cluster),
        },
        finding_ids,
        role,
        (cluster.name,),
    )


def _findings(cluster: ClusterRow) -> Cell:
    if cluster.state in UNJUDGED_STATES and not (cluster.findings or cluster.waived):
        return unknown("not read")
    return finding_counts(cluster.findings, cluster.waived)


def cluster_role(cluster: ClusterRow) -> Role:
    """A cluster's own state; one that can be read is as bad as its worst finding."""
    role = CLUSTER_ROLES[cluster.state]
    if role in (Role.OK, Role.WARN):
        if cluster.worst in (Severity.CRITICAL, Severity.HIGH):
            return Role.CRITICAL
        if cluster.worst in (Severity.MEDIUM, Severity.LOW):
            return Role.WARN
    return role


def _state(cluster: ClusterRow, role: Role) -> Cell:
    """In short; where more is known of the reason, NOTES has all of it."""
    words = _state_words(cluster)
    if len(words) > _MAX_STATE:
        words = words.partition(" (")[0]  # without the hint
    return Cell(shorten(words, _MAX_STATE), role, cluster.state.value)


def _state_words(cluster: ClusterRow) -> str:
    if cluster.reason and cluster.reason != cluster.state.value:
        return f"{cluster.state}: {cluster.reason}"
    if cluster.state.readable and cluster.tunnels_up < cluster.tunnels_total:
        return f"{cluster.state}, {cluster.tunnels_up} of {cluster.tunnels_total} tunnels up"
    return cluster.state.value


def _provider(cluster: ClusterRow) -> Cell:
    if not cluster.provider.name:
        return unknown()
    odd = "/" in cluster.provider.name
    return Cell(cluster.provider.name, Role.WARN if odd else Role.PLAIN, cluster.provider.name)


def _nodes(cluster: ClusterRow) -> Cell:
    if cluster.nodes_total is None or cluster.nodes_ready is None:
        return unknown()
    well = cluster.nodes_ready == cluster.nodes_total
    text = f"{cluster.nodes_ready}/{cluster.nodes_total}"
    if not cluster.nodes_known:
        return Cell(f"{text} ?", Role.UNKNOWN, text)
    return Cell(text, Role.PLAIN if well else Role.WARN, text)


def _latency(cluster: ClusterRow) -> Cell:
    if cluster.latency is None:
        return BLANK
    text = f"{cluster.latency * 1000:.0f} ms"
    return Cell(f"{text} {trend(cluster.latencies)}".rstrip(), Role.PLAIN, cluster.latency)


def _tunnels(cluster: ClusterRow) -> Cell:
    if not cluster.tunnels_total:
        return BLANK if cluster.tunnels_known else unknown()
    text = f"{cluster.tunnels_up}/{cluster.tunnels_total}"
    if cluster.tunnels_unknown:
        return Cell(f"{text} ?{cluster.tunnels_unknown}", Role.UNKNOWN, text)
    well = cluster.tunnels_up == cluster.tunnels_total
    return Cell(text, Role.OK if well else Role.WARN, text)


def _notes(cluster: ClusterRow) -> Cell:
    """What is unreadable first, then warnings; the whole text is the cell's value."""
    parts = []
    by_state: dict[str, list[str]] = {}
    for unread in cluster.unreadable:
        by_state.setdefault(unread.words, []).append(unread.topic)
    if len(_state_words(cluster)) > _MAX_STATE:
        parts.append(cluster.reason)
    elif cluster.state not in UNREAD_STATES:
        parts += [f"{state}: {', '.join(topics)}" for state, topics in by_state.items()]
    if "/" in cluster.provider.name:
        parts.append(cluster.provider.reason)
    text = "; ".join((*parts, *cluster.warnings))
    return Cell(shorten(text, _MAX_NOTES), Role.WARN, text) if text else BLANK


def summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`6 clusters  ✖ 1 unreachable  ● 5 ready`, worst first."""
    counts = Counter(cluster.state for cluster in analysis.clusters)
    total = len(analysis.clusters)
    parts = [f"{total} cluster{'' if total == 1 else 's'}"]
    for state, role in reversed(list(CLUSTER_ROLES.items())):
        if counts[state]:
            parts.append(f"{GLYPHS[role]} {counts[state]} {state}")
    return "  ".join(parts)


def empty(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """Why there is no cluster."""
    problems = "; ".join(snapshot.inventory_problems)
    hint = "give a kubeconfig with --kubeconfig or KUBECONFIG, or look at the demo with --demo"
    return f"no clusters: {problems or 'the inventory is empty'}; {hint}"
