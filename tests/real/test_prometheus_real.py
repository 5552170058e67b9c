"""PrometheusSource against real Prometheus servers, compared with their own HTTP answers."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest

from mckconsole.config.model import PrometheusConfig
from mckconsole.domain.metrics import QUERIES, MetricState, MetricVector
from mckconsole.sources.prometheus import PrometheusSource
from tests.real.prometheus import (
    NEEDS_PROMETHEUS,
    PROMETHEUS,
    Exporter,
    RealPrometheus,
    exporter,
    prometheus,
)

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(PROMETHEUS is None, reason=NEEDS_PROMETHEUS),
]


def metrics(here: str, there: str, rx_bytes: int = 123_456) -> str:
    """What the gateway and the Cilium agents of `here` export about `there`."""
    pair = f'local_cluster="{here}",remote_cluster="{there}"'
    hosts = f'local_hostname="gw-{here}",remote_hostname="gw-{there}"'
    cable = f'cable_driver="libreswan",{pair},{hosts},remote_endpoint_ip="198.51.100.2"'
    return f"""\
# TYPE submariner_connections gauge
submariner_connections{{{cable},status="connected"}} 1
submariner_connections{{{cable},status="connecting"}} 1
# TYPE submariner_requested_connections gauge
submariner_requested_connections{{{pair},{hosts},status="connected"}} 1
# TYPE submariner_connection_latency_seconds gauge
submariner_connection_latency_seconds{{{pair}}} 0.0885
# TYPE submariner_gateway_rx_bytes gauge
submariner_gateway_rx_bytes{{{pair}}} {rx_bytes}
# TYPE cilium_clustermesh_remote_cluster_readiness_status gauge
cilium_clustermesh_remote_cluster_readiness_status{{target_cluster="{there}"}} 1
# TYPE cilium_clustermesh_remote_cluster_last_failure_ts gauge
cilium_clustermesh_remote_cluster_last_failure_ts{{target_cluster="{there}"}} NaN
"""


@dataclass
class Real:
    """Two clusters with a Prometheus each, and one that federates from both."""

    exporters: Mapping[str, Exporter]
    leaves: Mapping[str, RealPrometheus]
    hub: RealPrometheus
    small: RealPrometheus
    """Refuses queries over more than a few samples."""


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    folder = tmp_path_factory.mktemp("prometheus")
    pairs = (("east", "west"), ("west", "east"))
    with ExitStack() as stack:
        exporters = {
            here: stack.enter_context(exporter(metrics(here, there))) for here, there in pairs
        }
        leaves = {
            here: stack.enter_context(
                prometheus(
                    folder / here,
                    scrape=[exporters[here].address],
                    external_labels={"cluster": here, "prometheus_replica": "a"},
                )
            )
            for here, _ in pairs
        }
        federate = [leaf.address for leaf in leaves.values()]
        hub = stack.enter_context(prometheus(folder / "hub", federate=federate))
        many = "".join(f'submariner_connections{{x="{i}"}} 1\n' for i in range(50))
        target = stack.enter_context(exporter(many + metrics("east", "west")))
        small = stack.enter_context(
            prometheus(folder / "small", scrape=[target.address], flags=["--query.max-samples=20"])
        )
        hub.until('submariner_connections{status="connected"}', 2)
        for leaf in leaves.values():
            leaf.until("count_over_time(submariner_gateway_rx_bytes[1m]) > 2")
        small.until("cilium_clustermesh_remote_cluster_readiness_status")
        yield Real(exporters, leaves, hub, small)


@asynccontextmanager
async def source(
    server: RealPrometheus, *clusters: str, **settings: object
) -> AsyncIterator[PrometheusSource]:
    config = PrometheusConfig(name="real", url=server.url, **settings)  # type: ignore[arg-type]  # checked by each test
    found = PrometheusSource(config, clusters)
    try:
        yield found
    finally:
        await found.close()


async def read(
    server: RealPrometheus, *clusters: str, **settings: object
) -> Mapping[str, Mapping[str, MetricVector]]:
    async with source(server, *clusters, **settings) as prom:
        return await prom.query(QUERIES)


def plain(vector: MetricVector) -> set[tuple[frozenset[tuple[str, str]], float]]:
    return {(frozenset(sample.labels.items()), sample.value) for sample in vector.samples}


def official(
    server: RealPrometheus, query: str, *drop: str
) -> set[tuple[frozenset[tuple[str, str]], float]]:
    found = set()
    for row in server.official(query):
        labels, value = row["metric"], row["value"]
        assert isinstance(labels, dict)
        assert isinstance(value, list)
        kept = frozenset((k, v) for k, v in labels.items() if k not in {"__name__", *drop})
        found.add((kept, float(value[1])))
    return found


async def test_every_query_says_what_the_server_says(real: Real) -> None:
    east = real.leaves["east"]
    vectors = (await read(east, "east", clusters=["east"]))["east"]
    for query in QUERIES:
        if not query.window and query.id != "cilium-last-failure":
            assert vectors[query.id].state is MetricState.FRESH, vectors[query.id].reason
            said = query.selector
            if query.by is not None:
                said = f"max by ({', '.join(query.by)}) ({said})"
            assert plain(vectors[query.id]) == official(east, said)
    assert len(vectors["submariner-connections"].samples) == 2


async def test_a_real_nan_is_left_out_and_said(real: Real) -> None:
    vector = (await read(real.leaves["east"], "east", clusters=["east"]))["east"][
        "cilium-last-failure"
    ]
    assert (vector.state, vector.samples) == (MetricState.PARTIAL, ())
    assert "1 series without a number" in vector.reason


async def test_sample_times_are_those_of_the_scrapes(real: Real) -> None:
    east = real.leaves["east"]
    vector = (await read(east, "east", clusters=["east"]))["east"]["submariner-latency"]
    (sample,) = vector.samples
    (row,) = east.official("submariner_connection_latency_seconds[1m]")
    scraped = row["values"]
    assert isinstance(scraped, list)
    assert sample.at in [at for at, _ in scraped]
    assert -1 < vector.asked_at - sample.at < 5


async def test_growth_over_the_window(real: Real) -> None:
    east = real.leaves["east"]
    real.exporters["east"].text = metrics("east", "west", 223_456)
    east.until("submariner_gateway_rx_bytes > 200000")
    vector = (await read(east, "east", clusters=["east"]))["east"]["submariner-rx-growth"]
    real.exporters["east"].text = metrics("east", "west")
    (sample,) = vector.samples
    assert vector.state is MetricState.FRESH
    assert 50_000 < sample.value < 1_000_000


async def test_a_hub_that_federates_holds_both_clusters(real: Real) -> None:
    async with source(real.hub, "east", "west") as prom:
        answer = await prom.query(QUERIES)
        assert dict(prom.unmapped) == {}
    for name, leaf in real.leaves.items():
        for query in ("submariner_connections", "submariner_requested_connections"):
            vector = answer[name][query.replace("_", "-")]
            assert vector.state is MetricState.FRESH, vector.reason
            assert plain(vector) == official(leaf, query)
            assert all("prometheus_replica" not in one.labels for one in vector.samples)


async def test_a_cluster_that_the_hub_does_not_hold_is_partial(real: Real) -> None:
    answer = await read(real.hub, "east", "west", "north")
    vector = answer["north"]["submariner-connections"]
    assert vector.state is MetricState.PARTIAL
    assert "no series at all of north" in vector.reason


async def test_a_cluster_name_that_nobody_knows_is_counted(real: Real) -> None:
    async with source(real.hub, "east", "elsewhere") as prom:
        await prom.query(QUERIES)
        assert set(prom.unmapped) == {"west"}
        assert prom.unmapped["west"] >= 5


@pytest.mark.parametrize("server", ["leaf", "hub"])
async def test_federate_says_the_same_as_the_query_api(real: Real, server: str) -> None:
    """A leaf adds its external labels there, which its own query API does not show."""
    asked = real.leaves["east"] if server == "leaf" else real.hub
    answer = await read(asked, "east", "west", api="federate")
    vector = answer["east"]["submariner-connections"]
    assert vector.state is MetricState.FRESH, vector.reason
    selector = "" if server == "leaf" else '{cluster="east"}'
    query = f"submariner_connections{selector}"
    assert plain(vector) == official(asked, query, "cluster", "prometheus_replica")
    assert all(-1 < vector.asked_at - sample.at < 5 for sample in vector.samples)
    assert answer["east"]["submariner-rx-growth"].state is MetricState.FAILED


async def test_probe(real: Real) -> None:
    for api in ("query", "federate"):
        async with source(real.hub, "east", api=api) as prom:
            found = await prom.probe()
        assert found.ok, found.reason
        assert found.version.startswith("Prometheus API ")
        assert found.latency < 5


async def test_a_series_that_is_no_longer_exported_disappears(real: Real) -> None:
    west = real.leaves["west"]
    lines = metrics("west", "east")
    real.exporters["west"].text = "\n".join(
        line for line in lines.splitlines() if 'status="connecting"' not in line
    )
    real.exporters["west"].text += "\n"
    west.until('submariner_connections{status="connecting"}', 0)
    vectors = (await read(west, "west", clusters=["west"]))["west"]
    real.exporters["west"].text = lines
    statuses = [s.labels["status"] for s in vectors["submariner-connections"].samples]
    assert statuses == ["connected"]


async def test_a_server_that_refuses_heavy_queries(real: Real) -> None:
    vectors = (await read(real.small, "east", clusters=["east"]))["east"]
    heavy = vectors["submariner-connections"]
    assert heavy.state is MetricState.FAILED
    assert "too many samples" in heavy.reason
    assert vectors["cilium-readiness"].state is MetricState.FRESH


async def test_a_server_that_hangs_and_then_dies(real: Real) -> None:
    process = real.small.process
    real.small.freeze()
    try:
        hung = (await read(real.small, "east", clusters=["east"], timeout=0.5))["east"]
    finally:
        process.send_signal(signal.SIGCONT)
    assert {vector.reason for vector in hung.values()} == {
        f"real: {real.small.address} was silent for 0.5 s"
    }
    process.kill()
    process.wait()
    gone = (await read(real.small, "east", clusters=["east"]))["east"]
    assert all("Connection refused" in vector.reason for vector in gone.values())
