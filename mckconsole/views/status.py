"""How the fleet stands in a few words: the first line of the screen and the badges of its tabs.

Words only: who shows them decides where they stand. A cluster counts once, by what is worst about
it, exactly as its row in the fleet pane does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.fleet import ClusterRow
from mckconsole.domain.findings import Severity
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState
from mckconsole.domain.times import format_age
from mckconsole.views.detail import Span
from mckconsole.views.explain import count
from mckconsole.views.fleet import cluster_role
from mckconsole.views.scope import ALL, Scope
from mckconsole.views.spec import GLYPHS, Role, Row

STALE_AFTER = 30.0
"""Seconds from which the age of the data is news of its own."""

_WORST_FIRST = (
    Role.CRITICAL,
    Role.FORBIDDEN,
    Role.WARN,
    Role.STALE,
    Role.UNKNOWN,
    Role.CONNECTING,
    Role.OK,
)
_LOUD = (Role.CRITICAL, Role.WARN)
_QUIET = (Role.STALE, Role.UNKNOWN, Role.FORBIDDEN, Role.CONNECTING)
"""Roles that a badge counts only where no row is worse."""


def overview(snapshot: FleetSnapshot, analysis: Analysis, scope: Scope = ALL) -> tuple[Span, ...]:
    """`6 clusters  ✖ 1 unreachable  ✖ 1 critical  ▲ 1 degraded  ● 3 ok`, worst first.

    Clusters of the scope only; a readable one with findings counts as the worst of these.
    """
    rows = [row for row in analysis.clusters if scope.holds(row.name)]
    total = len(snapshot.clusters)
    many = "" if total == 1 else "s"
    head = f"{len(rows)} of {total}" if scope.names is not None else f"{total or 'no'}"
    counts = Counter((cluster_role(row), _word(row)) for row in rows)
    ranked = sorted(counts.items(), key=lambda one: (_WORST_FIRST.index(one[0][0]), one[0][1]))
    parts = [Span(f"{head} cluster{many}")]
    parts += [Span(f"{GLYPHS[role]} {n} {word}", role) for (role, word), n in ranked]
    return _spaced(parts, "  ")


def _word(row: ClusterRow) -> str:
    """What is worst about a cluster: the state it is in, or its worst finding."""
    role = cluster_role(row)
    if role is Role.OK:
        return "ok"
    if not row.state.readable:
        return row.state.value
    if role is Role.CRITICAL:
        return "critical" if row.worst is Severity.CRITICAL else "high"
    return "degraded" if row.state is ClusterState.DEGRADED else "warn"


def freshness(snapshot: FleetSnapshot, scope: Scope = ALL) -> Span:
    """`data ≤ 3 s`: the age of the oldest last answer among the clusters that can be read."""
    ages = [
        max(snapshot.taken_at - cluster.as_of, 0.0)
        for cluster in snapshot.clusters.values()
        if cluster.state.readable and cluster.as_of is not None and scope.holds(cluster.name)
    ]
    if not ages:
        return Span(f"{GLYPHS[Role.UNKNOWN]} no data", Role.UNKNOWN)
    words = f"data ≤ {format_age(max(ages))}"
    if max(ages) > STALE_AFTER:
        return Span(f"{GLYPHS[Role.STALE]} {words}", Role.STALE)
    return Span(words)


def values_words(snapshot: FleetSnapshot, scope: Scope = ALL) -> str:
    """`VALUES: 2 clusters`, in which values of Secrets are looked at; empty where in none."""
    found = sum(
        any(view.values and view.state.readable for view in cluster.topics.values())
        for cluster in snapshot.clusters.values()
        if scope.holds(cluster.name)
    )
    return f"VALUES: {count(found, 'cluster')}" if found else ""


def badges(rows: Iterable[Row]) -> tuple[Span, ...]:
    """`✖2 ▲1`: what of a pane is bad; what is stale or unknown only where nothing is.

    Empty when all is well.
    """
    counts = Counter(row.role for row in rows)
    roles = [role for role in _LOUD if counts[role]] or [role for role in _QUIET if counts[role]]
    return _spaced([Span(f"{GLYPHS[role]}{counts[role]}", role) for role in roles], " ")


def _spaced(spans: Sequence[Span], gap: str) -> tuple[Span, ...]:
    return tuple(part for span in spans for part in (Span(gap), span))[1:]
