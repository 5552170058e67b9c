"""How many nodes of a cluster reach a peer, as their route agents say.

A RouteAgent is written only when something changes, so its age says nothing; gateway nodes report
`none` and do not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mckconsole.analysis.mesh.evidence import seen, server_time
from mckconsole.domain.findings import Evidence
from mckconsole.domain.mesh import RouteAgent
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState

_SHOWN = 3
"""Nodes named as evidence."""


@dataclass(frozen=True, slots=True)
class NodeShare:
    """Nodes that fail to reach a peer, out of those that judge it."""

    failing: int
    total: int
    evidence: Sequence[Evidence]


class RouteAgents:
    """The route agents of one cluster, by remote cluster id."""

    def __init__(self, cluster: ClusterSnapshot, taken_at: float) -> None:
        topic = cluster.topic("routeagents")
        self._totals: dict[str, int] = {}
        self._errors: dict[str, list[tuple[RouteAgent, int]]] = {}
        self._cluster = cluster.name
        self._version = topic.version or "v1"
        self._at = server_time(cluster, topic, taken_at)
        if topic.state is not TopicState.FRESH:
            return
        for agent in cluster.objects("routeagents", RouteAgent).values():
            self._count(agent)

    def _count(self, agent: RouteAgent) -> None:
        judged: dict[str, int | None] = {}
        for index, remote in enumerate(agent.status.remote_endpoints):
            if remote.status in ("", "none"):
                continue
            peer = remote.spec.cluster_id
            if remote.status == "error" or peer not in judged:
                judged[peer] = index if remote.status == "error" else None
        for peer, failing in judged.items():
            self._totals[peer] = self._totals.get(peer, 0) + 1
            if failing is not None:
                self._errors.setdefault(peer, []).append((agent, failing))

    def total(self, peer: str) -> int:
        """Nodes that judge `peer`."""
        return self._totals.get(peer, 0)

    def errors(self, peer: str) -> NodeShare | None:
        """Nodes that cannot reach `peer`; None when there are none."""
        failing = self._errors.get(peer)
        if not failing:
            return None
        shown = [
            seen(
                self._cluster,
                agent.ref(self._version),
                f"status.remoteEndpoints[{index}].status",
                f"error: {agent.status.remote_endpoints[index].status_message}".rstrip(": "),
                self._at,
            )
            for agent, index in sorted(failing, key=lambda pair: pair[0].key)[:_SHOWN]
        ]
        return NodeShare(len(failing), self._totals[peer], shown)
