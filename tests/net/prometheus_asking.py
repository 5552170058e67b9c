"""Ask scripted Prometheus servers through the source under test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mckconsole.config.model import PrometheusConfig
from mckconsole.domain.metrics import MetricQuery, MetricVector
from mckconsole.sources.prometheus import PrometheusSource
from tests.net.prometheus_script import (
    Says,
    Script,
    ScriptedPrometheus,
    serve,
)

CONNECTIONS = MetricQuery("connections", "submariner_connections")
GROWTH = MetricQuery("growth", "submariner_gateway_rx_bytes", window=300)
FLEET = ("east", "west", "north")


@asynccontextmanager
async def source(config: PrometheusConfig, *clusters: str) -> AsyncIterator[PrometheusSource]:
    found = PrometheusSource(config, clusters or FLEET)
    try:
        yield found
    finally:
        await found.close()


def config_for(server: ScriptedPrometheus | str, **settings: object) -> PrometheusConfig:
    url = server if isinstance(server, str) else server.url
    fields: dict[str, object] = {"clusters": ["east"], "timeout": 2.0, **settings}
    return PrometheusConfig(name="prom", url=url, **fields)  # type: ignore[arg-type]  # checked by each test


async def ask(
    script: Script, *queries: MetricQuery, **settings: object
) -> dict[str, dict[str, MetricVector]]:
    with serve(script) as server:
        async with source(config_for(server, **settings)) as prometheus:
            answer = await prometheus.query(queries or (CONNECTIONS,))
            return {cluster: dict(vectors) for cluster, vectors in answer.items()}


async def ask_one(script: Script, **settings: object) -> MetricVector:
    return (await ask(script, **settings))["east"]["connections"]


def fixed(says: Says) -> Script:
    return lambda _: says
