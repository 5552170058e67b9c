"""Whether logs are delivered, by the counters that the agents have of it."""

from __future__ import annotations

from collections.abc import Mapping

from mckconsole.analysis.mesh.evidence import measured
from mckconsole.domain.findings import Evidence
from mckconsole.domain.metrics import QUERIES as EVERY
from mckconsole.domain.metrics import MetricState
from mckconsole.domain.snapshot import ClusterSnapshot

STALE = 600.0
"""Seconds after which a counter says nothing of the present."""
_COUNTERS: Mapping[str, str] = {
    "Fluent Bit": "fluentbit-delivered",
    "Fluentd": "fluentd-delivered",
    "Vector": "vector-delivered",
    "Alloy": "loki-delivered",
    "Grafana Agent": "loki-delivered",
    "Promtail": "promtail-delivered",
    "OpenTelemetry Collector": "otelcol-delivered",
    "Splunk OpenTelemetry": "otelcol-delivered",
    "Sumo Logic": "otelcol-delivered",
}
QUERIES = tuple(dict.fromkeys(_COUNTERS.values()))
_METRICS = {one.id: one.metric for one in EVERY}


def delivery(cluster: ClusterSnapshot) -> tuple[tuple[str, str], ...]:
    """What each counter comes to, without its value."""
    return tuple((agent, delivered(cluster, agent)[0]) for agent in _COUNTERS)


def delivered(cluster: ClusterSnapshot, agent: str) -> tuple[str, tuple[Evidence, ...]]:
    """Why it is not known that an agent delivers, empty when it is; and the sample that tells."""
    query = _COUNTERS.get(agent)
    if query is None:
        return "it has no counter that is asked for", ()
    vector = cluster.metrics.get(query)
    newest = max(vector.samples, key=lambda one: one.at, default=None)
    if newest is None:
        none = f"{vector.endpoint} has no {_METRICS[query]} of it"
        return (none if vector.state is MetricState.FRESH else vector.reason), ()
    told = (measured(cluster.name, _METRICS[query], newest),)
    if vector.asked_at - newest.at > STALE:
        return "its counter was not written lately", told
    if newest.value <= 0:
        return "its counter says that nothing was delivered yet", told
    return "", told
