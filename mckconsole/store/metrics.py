"""Ask Prometheus endpoints and put their answers together: one vector per cluster and query.

Trouble is in the vectors, a bug of ours too: what one endpoint does never reaches another's answer.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from mckconsole.domain.metrics import (
    EVERYWHERE,
    QUERIES,
    MetricQuery,
    MetricState,
    MetricVector,
)
from mckconsole.domain.origins import origin
from mckconsole.store.contact import InternalTrouble

logger = logging.getLogger(__name__)

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
    def name(self) -> str: ...

    @property
    def covered(self) -> tuple[str, ...]:
        """Clusters that get an answer from this endpoint."""
        ...

    @property
    def note(self) -> str:
        """What the last answer held beyond them, in words; empty for nothing."""
        ...

    async def query(self, queries: Sequence[MetricQuery]) -> Vectors: ...

    async def close(self) -> None: ...


def named_queries(ids: Iterable[str]) -> tuple[MetricQuery, ...]:
    """The queries of these ids, in the registry's order."""
    wanted = set(ids)
    return tuple(query for query in QUERIES if query.id in wanted)


async def ask(source: MetricsSource, queries: Sequence[MetricQuery]) -> Vectors:
    """The answers of one endpoint, which has its own time limits; raises only when cancelled."""
    if not queries:
        return {}
    try:
        return await source.query(queries)
    except Exception as error:
        logger.debug("asking %s: %s", source.name, origin(error))
        failed = MetricVector(MetricState.FAILED, str(InternalTrouble(error)))
        return {name: {query.id: failed for query in queries} for name in source.covered}


def merge(answers: Iterable[Vectors]) -> dict[str, dict[str, MetricVector]]:
    """The better answer where two endpoints cover a cluster.

    Series are never mixed: two endpoints that scrape the same targets would count them twice. An
    answer with series is better than a complete one without, then the first endpoint's wins. Where
    it matters which of them hold the cluster, the others' stand beside it.
    """
    merged: dict[str, dict[str, MetricVector]] = {}
    for answer in answers:
        for cluster, vectors in answer.items():
            held = merged.setdefault(cluster, {})
            for query, vector in vectors.items():
                known = held.get(query)
                if known is None:
                    held[query] = vector
                elif query in EVERYWHERE:
                    held[query] = _beside(known, vector)
                elif _rank(vector) > _rank(known):
                    held[query] = vector
    return merged


def _beside(known: MetricVector, vector: MetricVector) -> MetricVector:
    """The better of two answers, and the other beside it."""
    every = (replace(known, beside=()), *known.beside, vector)
    best = max(every, key=_rank)
    return replace(best, beside=tuple(one for one in every if one is not best))


def _rank(vector: MetricVector) -> tuple[bool, int]:
    return bool(vector.samples), _RANK[vector.state]
