"""Put the answers of several Prometheus endpoints together: one vector per cluster and query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from mckconsole.domain.metrics import MetricQuery, MetricState, MetricVector

Vectors = Mapping[str, Mapping[str, MetricVector]]
"""Cluster → query id → vector."""

_RANK = {
    MetricState.FRESH: 3,
    MetricState.PARTIAL: 2,
    MetricState.FAILED: 1,
    MetricState.NOT_CONFIGURED: 0,
}


class MetricsSource(Protocol):
    """What is asked for metrics: `sources.prometheus.PrometheusSource`."""

    @property
    def covered(self) -> tuple[str, ...]: ...

    async def query(self, queries: Sequence[MetricQuery]) -> Vectors: ...

    async def close(self) -> None: ...


def merge(answers: Iterable[Vectors]) -> dict[str, dict[str, MetricVector]]:
    """The better answer where two endpoints cover a cluster.

    Series are never mixed: two endpoints that scrape the same targets would count them twice. An
    answer with series is better than a complete one without, then the first endpoint's wins.
    """
    merged: dict[str, dict[str, MetricVector]] = {}
    for answer in answers:
        for cluster, vectors in answer.items():
            held = merged.setdefault(cluster, {})
            for query, vector in vectors.items():
                if query not in held or _rank(vector) > _rank(held[query]):
                    held[query] = vector
    return merged


def _rank(vector: MetricVector) -> tuple[bool, int]:
    return bool(vector.samples), _RANK[vector.state]
