"""What the console asks of Prometheus over time, and the points that come back.

A query is fixed but for the link it is about. Times lie on one grid (`start`, `start + step` …),
and where nothing was measured there is a gap, never a line drawn across it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mckconsole.domain.metrics import MetricState

MAX_POINTS = 300
"""Points per series: more than a terminal has columns."""
_STEPS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200)
_DAY = 86_400

Point: TypeAlias = tuple[float, float | None]
"""Unix seconds and value; None is a gap."""


@dataclass(frozen=True, slots=True)
class LinkSeries:
    """Which series are about one directed link."""

    provider: str
    """`submariner`, `cilium`, `linkerd`, `istio` or `consul`."""
    cluster: str
    """The cluster that measures, as the fleet calls it."""
    local: str
    """Its id in the mesh; empty where it is not known."""
    remote: str
    """The other end's id in the mesh."""


@dataclass(frozen=True, slots=True)
class RangeQuery:
    """One named query over time."""

    id: str
    metric: str
    """Metric name; a selector of the link is added."""
    source_label: str
    """Label that holds the id of the cluster that measures; empty where the metric has none."""
    target_label: str
    """Label that holds the id of the other one."""
    provider: str
    legend: tuple[str, ...] = ()
    """Labels that tell the series of one link apart."""
    growth: bool = False
    """Ask for the growth per second. Submariner's byte counters are gauges that start anew when a
    tunnel does: what goes down is a gap, not the burst that `rate` would make of it."""
    largest: bool = False
    """Ask for the largest of all its series: there is one for each pair of nodes."""
    line: str = ""
    """What its only line is called; empty where the query's id says it."""
    scale: float = 1.0
    """What a value is multiplied by to be in the unit of its plot."""


@dataclass(frozen=True, slots=True)
class MetricRange:
    """The answer to one query for one link."""

    state: MetricState
    reason: str = ""
    """Why it is not FRESH, or why it is FRESH and empty; cleaned, with the endpoint's name."""
    series: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)
    """By legend, which is empty for an only line: points on the grid, oldest first."""
    start: float = 0.0
    """Unix seconds by the Prometheus server's clock."""
    end: float = 0.0
    step: float = 0.0
    """Seconds between two points."""
    endpoint: str = ""

    @property
    def empty(self) -> bool:
        """Whether there is no value at all."""
        return not any(value is not None for points in self.series.values() for _, value in points)


def step_for(seconds: float) -> int:
    """The shortest usual step that makes at most `MAX_POINTS` points of `seconds`."""
    least = seconds / (MAX_POINTS - 1)
    for step in _STEPS:
        if step >= least:
            return step
    return math.ceil(least / _DAY) * _DAY


_GATEWAYS = ("local_hostname", "remote_hostname", "remote_endpoint_ip")


def _submariner(query: str, metric: str, *, growth: bool) -> RangeQuery:
    ends = ("local_cluster", "remote_cluster")
    return RangeQuery(query, metric, *ends, "submariner", _GATEWAYS, growth)


LINK_RANGES: tuple[RangeQuery, ...] = (
    _submariner("latency", "submariner_connection_latency_seconds", growth=False),
    _submariner("rx", "submariner_gateway_rx_bytes", growth=True),
    _submariner("tx", "submariner_gateway_tx_bytes", growth=True),
    RangeQuery(
        "latency",
        "cilium_node_connectivity_latency_seconds",
        "source_cluster",
        "target_cluster",
        "cilium",
        largest=True,
        line="of the slowest pair of nodes",
    ),
    RangeQuery(
        "latency",
        "gateway_latency",
        "",
        "target_cluster_name",
        "linkerd",
        line="of the last probe",
        scale=0.001,
    ),
)
"""What is asked about a link: `latency` in seconds, `rx` and `tx` in bytes per second.

Cilium had a latency per remote cluster up to 1.17 only, and says nothing of traffic through its
mesh. Linkerd's is in milliseconds. Istio and Consul measure neither.
"""
