"""Questions about a loss that could not be answered, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from mckconsole.analysis.failover import hosts, hubs
from mckconsole.analysis.failover.ground import Ground
from mckconsole.analysis.failover.workloads import TOPICS as WORKLOADS
from mckconsole.analysis.unread import cluster_reason, unread_reason
from mckconsole.domain.findings import Unknown
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState

PANE = "failover"
_SECTIONS = {
    "services": ("services", "endpointslices", "serviceexports", "serviceimports"),
    "workloads": tuple(WORKLOADS.values()),
    "capacity": ("nodes", "autoscalers"),
    "hubs": hubs.TOPICS,
    "hosts": hosts.TOPICS,
}
"""Part of the report to the topics that it is worked out from."""

TOPICS: tuple[str, ...] = tuple(
    topic for topic in BY_TOPIC if any(topic in topics for topics in _SECTIONS.values())
)
"""All of them, in the registry's order."""


def unknowns(ground: Ground, lost: Collection[str], nameless: Collection[str]) -> Iterator[Unknown]:
    """What could not be read in lost and surviving clusters; `nameless` are clusters with
    HTTPRoutes that name no host."""
    for name, cluster in ground.fleet.clusters.items():
        if not cluster.state.readable:
            what = "what would be lost with it" if name in lost else "what would be left there"
            yield Unknown(PANE, name, "*", f"{what} is not known: {cluster_reason(cluster)}")
            continue
        told: set[str] = set()
        for section, topics in _SECTIONS.items():
            if section == "capacity" and name in lost:
                continue
            why = _unread(cluster, [topic for topic in topics if topic not in told])
            told |= set(topics)
            if why:
                yield Unknown(PANE, name, section, why)
        if name in lost and name in nameless:
            why = "some HTTPRoutes name no host: theirs stand in Gateways, which are not read"
            yield Unknown(PANE, name, "hosts", why)


def _unread(cluster: ClusterSnapshot, topics: Collection[str]) -> str:
    """Why some of the topics are not conclusive; empty when all are.

    Optional ones that are forbidden only cost a detail.
    """
    views = [cluster.topic(topic) for topic in topics]
    return "; ".join(
        unread_reason(view)
        for view in views
        if not view.conclusive
        and not (view.state is TopicState.FORBIDDEN and BY_TOPIC[view.topic].optional)
    )
