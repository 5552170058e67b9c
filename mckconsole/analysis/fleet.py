"""The fleet overview: one row per cluster, worst first, with what could not be read and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mckconsole.analysis.mesh.links import LinkState, MeshReport
from mckconsole.analysis.provider import ProviderGuess, identify
from mckconsole.domain.core import Node
from mckconsole.domain.findings import Finding, Severity
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from mckconsole.domain.states import ClusterState, TopicState

_ORDER = (
    ClusterState.UNREACHABLE,
    ClusterState.UNAUTHORIZED,
    ClusterState.LOGIN_REQUIRED,
    ClusterState.FORBIDDEN,
    ClusterState.DEGRADED,
    ClusterState.CONNECTING,
    ClusterState.PENDING,
    ClusterState.READY,
)
_RANK = {state: rank for rank, state in enumerate(_ORDER)}

_MESH = ("gateways", "cilium-config", "linkerd-links", "peeringacceptors", "peeringdialers")
"""Topics that tell whether a cluster is in a mesh."""
WORKING = frozenset({LinkState.UP, LinkState.SLOW, LinkState.DEGRADED})
"""States in which a tunnel is measured to carry traffic."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A topic that could not be read in full."""

    topic: str
    state: TopicState
    """FRESH when only some of its objects could not be read."""
    reason: str

    @property
    def words(self) -> str:
        """The state as it is shown."""
        return "read in part" if self.state is TopicState.FRESH else self.state.value


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """One cluster; None means not known, and `unreadable` says why."""

    name: str
    context: str
    server: str
    state: ClusterState
    reason: str
    version: str | None
    provider: ProviderGuess
    nodes_ready: int | None
    nodes_total: int | None
    nodes_known: bool
    """Whether these are all nodes, and current."""
    latency: float | None
    """Seconds."""
    latencies: tuple[float, ...]
    tunnels_up: int
    tunnels_total: int
    """Tunnels that start here; 0 without a mesh."""
    tunnels_unknown: int
    tunnels_known: bool
    """Whether it can be told that there are no more of them."""
    findings: Mapping[Severity, int]
    """Without those that somebody answers for."""
    waived: int
    """Findings that somebody answers for."""
    unreadable: tuple[Unread, ...]
    """Topics whose content is missing or not current; kinds that are not served do not count."""
    warnings: tuple[str, ...]
    as_of: float | None
    age: float | None
    """Seconds since the last answer, when the snapshot was taken."""

    @property
    def worst(self) -> Severity | None:
        """The worst finding's severity."""
        return min(self.findings, key=lambda severity: severity.rank, default=None)


def cluster_rows(
    fleet: FleetSnapshot,
    mesh: MeshReport,
    findings: Sequence[Finding],
    waived: Collection[str] = (),
) -> tuple[ClusterRow, ...]:
    """A row for every cluster, worst first; `waived` has the ids of findings that do not count."""
    counts: dict[str, Counter[Severity]] = {name: Counter() for name in fleet.clusters}
    answered = Counter[str]()
    for finding in findings:
        if waived and finding.id in waived:
            answered[finding.cluster] += 1
        elif finding.cluster in counts:
            counts[finding.cluster][finding.severity] += 1
    states: dict[str, list[LinkState]] = {name: [] for name in fleet.clusters}
    for link in mesh.links:
        if link.key.source in states:
            states[link.key.source].append(link.state)
    rows = (
        _row(cluster, fleet.taken_at, states[name], counts[name], answered[name])
        for name, cluster in fleet.clusters.items()
    )
    return tuple(sorted(rows, key=_badness))


def _badness(row: ClusterRow) -> tuple[int, tuple[int, ...], int, str]:
    """A readable cluster with findings is in as much trouble as a degraded one."""
    rank = _RANK[row.state]
    troubled = row.worst is not None and row.worst is not Severity.INFO
    group = min(rank, _RANK[ClusterState.DEGRADED]) if troubled else rank
    return (group, tuple(-row.findings.get(s, 0) for s in Severity), rank, row.name)


def _row(
    cluster: ClusterSnapshot,
    now: float,
    tunnels: Sequence[LinkState],
    findings: Mapping[Severity, int],
    waived: int,
) -> ClusterRow:
    topic = cluster.topic("nodes")
    nodes = list(cluster.objects("nodes", Node).values()) if topic.state.readable else None
    version = cluster.version.git_version if cluster.version else None
    return ClusterRow(
        name=cluster.name,
        context=cluster.context,
        server=cluster.server,
        state=cluster.state,
        reason=cluster.reason,
        version=version or None,
        provider=identify(version or None, nodes),
        nodes_ready=None if nodes is None else sum(node.ready is True for node in nodes),
        nodes_total=None if nodes is None else len(nodes),
        nodes_known=topic.complete,
        latency=cluster.latency,
        latencies=cluster.latencies,
        tunnels_up=sum(state in WORKING for state in tunnels),
        tunnels_total=len(tunnels),
        tunnels_unknown=sum(state is LinkState.UNKNOWN for state in tunnels),
        tunnels_known=all(cluster.topic(name).conclusive for name in _MESH),
        findings=dict(findings),
        waived=waived,
        unreadable=tuple(_unread(cluster)),
        warnings=cluster.warnings,
        as_of=cluster.as_of,
        age=None if cluster.as_of is None else max(now - cluster.as_of, 0.0),
    )


def _unread(cluster: ClusterSnapshot) -> Iterable[Unread]:
    for name, topic in cluster.topics.items():
        if not topic.conclusive:
            yield Unread(name, topic.state, topic.reason or topic.gap or topic.state.value)
