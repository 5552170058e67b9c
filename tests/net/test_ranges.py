"""A link over time: what is asked of Prometheus, and what comes of every sort of answer."""

from __future__ import annotations

import asyncio
import json
import math
import os
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from mckconsole.config.model import PrometheusConfig
from mckconsole.demo import faults
from mckconsole.demo.faults import Effect
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.promql import PromSeries
from mckconsole.demo.promserver import EmbeddedPrometheus
from mckconsole.demo.server import serve
from mckconsole.domain.metrics import MetricState
from mckconsole.domain.ranges import (
    LINK_RANGES,
    MAX_POINTS,
    LinkSeries,
    MetricRange,
    RangeQuery,
    step_for,
)
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.sources.prometheus import PrometheusSource
from mckconsole.store.live import LiveFleet
from mckconsole.store.on_demand import link_ranges
from mckconsole.store.reader import ReadPlan
from tests.net.prometheus_asking import config_for, source
from tests.net.prometheus_script import NOW, Asked, Says, Script, envelope
from tests.net.prometheus_script import serve as serve_script

LATENCY, RX, TX = LINK_RANGES[:3]
CILIUM = LINK_RANGES[3]
LINK = LinkSeries("submariner", "east", "east", "west")
HOUR = 3600.0


def labels(local: str = "east", remote: str = "west", **more: str) -> dict[str, str]:
    return {
        "cluster": local,
        "local_cluster": local,
        "remote_cluster": remote,
        "local_hostname": f"{local}-gw",
        "remote_hostname": f"{remote}-gw",
        **more,
    }


def growing(rate: float) -> Callable[[float], float]:
    return lambda moment: (moment - NOW + 100_000) * rate


@asynccontextmanager
async def held(
    *series: PromSeries, **settings: object
) -> AsyncGenerator[tuple[EmbeddedPrometheus, PrometheusSource], None]:
    server = EmbeddedPrometheus(series, clock=lambda: NOW)
    async with serve(server) as url, source(config_for(url, **settings)) as prometheus:
        yield server, prometheus


def values(found: MetricRange, name: str) -> list[float | None]:
    return [value for _, value in found.series[name]]


async def test_a_gauge_over_time_lies_on_one_grid() -> None:
    latency = PromSeries(LATENCY.metric, labels(), lambda moment: moment - NOW + HOUR)
    async with held(latency) as (server, prometheus):
        found = await prometheus.query_range(LATENCY, LINK, 1800.0)
    assert (found.state, found.reason, found.endpoint) == (MetricState.FRESH, "", "prom")
    assert (found.start, found.end, found.step) == (NOW - 1800, NOW, 10)
    assert list(found.series) == [""]
    assert found.series[""] == tuple(
        (NOW - 1800 + 10 * turn, HOUR - 1800 + 10.0 * turn) for turn in range(181)
    )
    method, path, asked = server.requests[-1]
    assert (method, path) == ("GET", "/api/v1/query_range")
    assert asked["query"] == [
        'submariner_connection_latency_seconds{remote_cluster="west",local_cluster=~"east|"}'
    ]
    assert asked["timeout"] == ["1800ms"]


@pytest.mark.parametrize("seconds", [1, 60, 299, 300, 1800, 3600, 86_400, 30 * 86_400, 1e9])
async def test_no_span_makes_too_many_points(seconds: float) -> None:
    assert seconds / step_for(seconds) + 1 <= MAX_POINTS
    async with held(PromSeries(LATENCY.metric, labels(), 1.0)) as (_, prometheus):
        found = await prometheus.query_range(LATENCY, LINK, seconds)
    assert found.state is MetricState.FRESH
    assert 1 <= len(found.series[""]) <= MAX_POINTS
    assert found.end % found.step == 0


async def test_counters_are_bytes_per_second_and_a_restart_is_a_gap() -> None:
    samples = [(NOW - 600 + 15 * n, 1000.0 * 15 * n) for n in range(20)]
    samples += [(NOW - 300 + 15 * n, 500.0 * 15 * n) for n in range(21)]
    series = (
        PromSeries(RX.metric, labels(), growing(250.0)),
        PromSeries(TX.metric, labels(), samples),
    )
    async with held(*series) as (_, prometheus):
        rx = await prometheus.query_range(RX, LINK, 600.0)
        tx = await prometheus.query_range(TX, LINK, 600.0)
    assert values(rx, "") == pytest.approx([250.0] * 121)
    sent = dict(tx.series[""])
    assert sent[NOW - 310] == pytest.approx(1000.0)
    assert [sent[NOW - 300 + at] for at in range(5, 90, 15)] == [None] * 6, "not a burst"
    assert sent[NOW] == pytest.approx(500.0)


async def test_gaps_and_what_is_no_number_are_gaps() -> None:
    def odd(moment: float) -> float:
        return {0: math.nan, 1: math.inf, 2: -math.inf}.get(int(moment) // 10 % 6, 1.0)

    old = [(NOW - 1000.0, 5.0)]
    series = (
        PromSeries(LATENCY.metric, labels(remote_endpoint_ip="192.0.2.1"), odd),
        PromSeries(LATENCY.metric, labels(remote_endpoint_ip="192.0.2.2"), old),
    )
    async with held(*series) as (_, prometheus):
        found = await prometheus.query_range(LATENCY, LINK, 1800.0)
    assert found.state is MetricState.FRESH
    assert set(values(found, "192.0.2.1")) == {None, 1.0}
    second = dict(found.series["192.0.2.2"])
    assert [second[NOW - at] for at in (1010, 1000, 710, 690, 0)] == [None, 5.0, 5.0, None, None]
    json.dumps([values(found, name) for name in found.series], allow_nan=False)


async def test_series_of_one_tunnel_are_one_line_and_those_of_others_none() -> None:
    early = [(NOW - 900.0 + 15 * n, 1.0) for n in range(20)]
    late = [(NOW - 500.0 + 15 * n, 2.0) for n in range(30)]
    series = (
        PromSeries(LATENCY.metric, labels(pod="a", prometheus_replica="0"), early),
        PromSeries(LATENCY.metric, labels(pod="a", prometheus_replica="1"), early),
        PromSeries(LATENCY.metric, labels(pod="b"), late),
        PromSeries(LATENCY.metric, labels("north"), 7.0),
        PromSeries(LATENCY.metric, labels(remote="north"), 8.0),
        PromSeries(LATENCY.metric, {**labels(), "cluster": "stranger"}, 9.0),
    )
    async with held(*series, clusters=[]) as (_, prometheus):
        found = await prometheus.query_range(LATENCY, LINK, 900.0)
        other = await prometheus.query_range(LATENCY, LinkSeries("x", "north", "", "west"), 60.0)
    assert list(found.series) == [""]
    assert {*values(found, "")} == {1.0, 2.0}
    assert {*values(other, "")} == {7.0}


async def test_gateways_have_a_line_each_and_too_many_are_counted() -> None:
    both = [
        PromSeries(LATENCY.metric, labels(local_hostname=f"gw-{n:02}"), float(n)) for n in range(14)
    ]
    async with held(*both[:2]) as (_, prometheus):
        two = await prometheus.query_range(LATENCY, LINK, 60.0)
    async with held(*both) as (_, prometheus):
        many = await prometheus.query_range(LATENCY, LINK, 60.0)
    assert list(two.series) == ["gw-00", "gw-01"]
    assert len(many.series) == 12
    assert (many.state, many.reason) == (MetricState.PARTIAL, "prom: 2 more series left out")


async def test_of_ciliums_latencies_the_largest_is_shown() -> None:
    def pair(node: str, value: float, remote: str = "west") -> PromSeries:
        found = {"source_cluster": "east", "target_cluster": remote, "target_node_name": node}
        return PromSeries(CILIUM.metric, {**found, "cluster": "east"}, value)

    series = (pair("a", 0.1), pair("b", 0.3), pair("c", math.nan), pair("d", 9.0, "north"))
    for clusters in (["east"], ["*"]):
        async with held(*series, clusters=clusters) as (_, prometheus):
            found = await prometheus.query_range(CILIUM, LINK, 60.0)
        assert {*values(found, "of the slowest pair of nodes")} == {0.3}


async def test_nothing_about_a_link_says_so() -> None:
    async with held(PromSeries("up", {}, 1.0)) as (_, prometheus):
        found = await prometheus.query_range(LATENCY, LINK, 60.0)
    assert (found.state, found.series, found.empty) == (MetricState.FRESH, {}, True)
    assert found.reason == f"prom: holds no {LATENCY.metric} of this link"


HOSTILE = ('x"} or up{a="', "x\\", 'a"b\\c\nd', ".*", "|", "a|b", "(", "[a-z]+", "é日", "{}", "$^")


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_id_is_only_compared_with(name: str) -> None:
    series = (
        PromSeries(LATENCY.metric, {**labels(name, name), "cluster": "east"}, 1.0),
        PromSeries(LATENCY.metric, labels("east", "other"), 2.0),
        PromSeries(LATENCY.metric, {**labels("zz", name), "cluster": "east"}, 3.0),
    )
    link = LinkSeries("submariner", "east", name, name)
    async with held(*series) as (_, prometheus):
        found = await prometheus.query_range(LATENCY, link, 60.0)
    assert found.state is MetricState.FRESH, found.reason
    assert [set(values(found, name)) for name in found.series] in ([{1.0}], [])
    # `clean` shows a line feed as another character, so that id is compared with in vain.
    assert found.series or "\n" in name


FAULTS: tuple[tuple[Effect, str], ...] = (
    (faults.refuse(403), "check what this user or tenant may query"),
    (faults.refuse(404), "is a path prefix missing in the URL"),
    (faults.refuse(503), "HTTP 503"),
    (faults.silence(), "silent for 0.5 s"),
    (faults.cut(30), "cut off"),
    (faults.truncate(30), "the answer is not of the Prometheus HTTP API"),
    (faults.html(200), "answered with an HTML page"),
    (faults.redirect("http://127.0.0.1:1/"), "answered with a redirect"),
    (faults.trickle(10), "too slowly"),
    (faults.gzip_bomb(20), "larger than 16 MiB"),
)


@pytest.mark.parametrize(("effect", "words"), FAULTS)
async def test_trouble_is_in_the_answer_in_words(effect: Effect, words: str) -> None:
    async with held(PromSeries(LATENCY.metric, labels(), 1.0), timeout=0.5) as (server, prometheus):
        server.faults.add(effect, path="query_range")
        found = await prometheus.query_range(LATENCY, LINK, 60.0)
        server.faults.clear()
        again = await prometheus.query_range(LATENCY, LINK, 60.0)
    assert (found.state, found.series) == (MetricState.FAILED, {})
    assert found.reason.startswith("prom: ")
    assert words in found.reason
    assert again.state is MetricState.FRESH


def script(says: Says) -> Script:
    """Answers the range query like this, and everything else well."""
    well = envelope({"resultType": "vector", "result": [{"metric": {}, "value": [NOW, "1"]}]})
    return lambda asked: says if asked.path.endswith("query_range") else well


def matrix(rows: Iterable[tuple[dict[str, str], Sequence[object]]], **extra: object) -> Says:
    result = [{"metric": metric, "values": points} for metric, points in rows]
    return envelope({"resultType": "matrix", "result": result}, **extra)


async def ask(says: Says, query: RangeQuery = LATENCY, **settings: object) -> MetricRange:
    with serve_script(script(says)) as server:
        async with source(config_for(server, **settings)) as prometheus:
            return await prometheus.query_range(query, LINK, 60.0)


ONE = [[NOW - 60, "1"], [NOW - 59.4, "2"], [NOW - 30, "3"], [NOW + 60, "4"], [-1e300, "5"]]


async def test_points_beside_the_grid_are_none_of_this_answer() -> None:
    found = await ask(matrix([({}, list(ONE))]))
    shown = {at: value for at, value in found.series[""] if value is not None}
    assert shown == {NOW - 60: 1.0, NOW - 59: 2.0, NOW - 30: 3.0}


async def test_warnings_make_it_partial() -> None:
    found = await ask(matrix([({}, list(ONE))], warnings=["store-1: no route\x1b[2J"]))
    assert found.state is MetricState.PARTIAL
    assert found.reason == "prom: store-1: no route‹1B›[2J"
    assert (await ask(matrix([], isPartial=True))).state is MetricState.PARTIAL


async def test_hostile_labels_are_inert() -> None:
    rows = [({"local_hostname": name}, list(ONE)) for name in ("\x1b]52;c;eA==\x07", "\u202eb")]
    found = await ask(matrix(rows))
    assert list(found.series) == ["‹1B›]52;c;eA==‹07›", "‹U+202E›b"]


ODD: tuple[object, ...] = (
    {"resultType": "vector", "result": []},
    {"resultType": "matrix", "result": None},
    {"resultType": "matrix", "result": [{"metric": {}, "values": [["x", "1"]]}]},
    {"resultType": "matrix", "result": [{"metric": {}, "values": [[1, "one"]]}]},
    {"resultType": "matrix", "result": [{"metric": {"a": 1}, "values": []}]},
    {"resultType": "matrix", "result": [{"metric": {}, "values": [[1]]}]},
    {"resultType": "matrix", "result": {}},
    {"result": []},
    None,
    [],
)


@pytest.mark.parametrize("data", ODD, ids=str)
async def test_an_odd_answer_is_a_failure_in_words(data: object) -> None:
    found = await ask(envelope(data))
    assert (found.state, found.series) == (MetricState.FAILED, {})
    assert found.reason.startswith("prom: ")
    histogram = {"metric": {}, "histograms": [[NOW, {"count": "1", "sum": "1"}]]}
    left = await ask(envelope({"resultType": "matrix", "result": [histogram]}))
    assert (left.state, left.reason) == (
        MetricState.PARTIAL, "prom: 1 native histograms left out"
    )  # fmt: skip


async def test_a_refused_query_says_what_the_server_said() -> None:
    refused = {"status": "error", "errorType": "bad_data", "error": "exceeded maximum\x1b[2J"}
    found = await ask(Says(json.dumps(refused), status=400))
    assert found.reason == "prom: refused the query: bad_data: exceeded maximum‹1B›[2J"


async def test_the_present_is_the_servers() -> None:
    asked: list[Asked] = []

    def record(one: Asked) -> Says:
        asked.append(one)
        return script(matrix([]))(one)

    with serve_script(record) as server:
        async with source(config_for(server)) as prometheus:
            for _ in range(2):
                found = await prometheus.query_range(LATENCY, LINK, 60.0)
                assert NOW <= found.end < NOW + 60
    assert [one.path.rpartition("/")[2] for one in asked] == ["query", *["query_range"] * 2]
    with serve_script(lambda one: Says(b"", date=False, status=500)) as broken:
        async with source(config_for(broken)) as prometheus:
            found = await prometheus.query_range(LATENCY, LINK, 60.0)
    assert found.reason == "prom: HTTP 500"


async def test_the_federation_api_has_no_past() -> None:
    with serve_script(lambda one: Says(b"")) as server:
        async with source(config_for(server, api="federate")) as prometheus:
            found = await prometheus.query_range(LATENCY, LINK, 60.0)
            strange = LinkSeries("submariner", "stranger", "", "west")
            other = await prometheus.query_range(LATENCY, strange, 60.0)
        assert not server.asked
    assert found.state is MetricState.FAILED
    assert "the past needs the query API" in found.reason
    assert other.state is MetricState.NOT_CONFIGURED


async def test_of_two_endpoints_the_better_answer_is_shown() -> None:
    full = EmbeddedPrometheus(
        [PromSeries(one.metric, labels(), growing(1.0)) for one in (LATENCY, RX)]
    )
    empty, dead = EmbeddedPrometheus(), EmbeddedPrometheus()
    dead.faults.add(faults.refuse(500))
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(serve(one)) for one in (dead, empty, full)]
        sources = [
            await stack.enter_async_context(source(config_for(url, clusters=["east"])))
            for url in urls
        ]
        elsewhere = await stack.enter_async_context(source(config_for(urls[2], clusters=["west"])))
        found = await link_ranges([*sources, elsewhere], LINK, 60.0)
        nobody = await link_ranges([elsewhere], LINK, 60.0)
        unknown = await link_ranges(sources, LinkSeries("submariner", "east", "east", ""), 60.0)
        cilium = await link_ranges(sources, LinkSeries("cilium", "east", "east", "west"), 60.0)
    assert list(found) == ["latency", "rx", "tx"]
    assert not found["latency"].empty
    assert not found["rx"].empty
    assert found["tx"].state is MetricState.FRESH
    assert f"holds no {TX.metric}" in found["tx"].reason
    assert "HTTP 500" in found["tx"].reason, "the endpoint that may know better failed"
    assert {one.state for one in nobody.values()} == {MetricState.NOT_CONFIGURED}
    assert {one.reason for one in unknown.values()} == {"the mesh id of the other end is not known"}
    assert list(cilium) == ["latency"]


async def test_the_incident_of_the_demo_is_visible_and_the_past_before_it() -> None:
    link = LinkSeries("submariner", "aws-use1-1", "aws-use1-1", "aks-weu-1")
    async with EmbeddedFleet(clock=lambda: NOW) as fleet:
        inventory = load_kubeconfig(str(fleet.kubeconfig), env=os.environ, config=fleet.config)
        for _ in range(40):
            fleet.advance(10.0)
        async with LiveFleet(inventory, ReadPlan((), ()), config=fleet.config) as live:
            found = await live.link_ranges(link, 1800.0)
            with_edge = LinkSeries("cilium", "onprem-1", "onprem-1", "edge-fra-1")
            cilium = await live.link_ranges(with_edge, 1800.0)
    latency = dict(found["latency"].series[""])
    rx, tx = dict(found["rx"].series[""]), dict(found["tx"].series[""])
    began, ended = NOW, NOW + 400
    past = [latency[at] for at in range(int(began) - 1300, int(began) + 50, 10)]
    assert all(value and 0.08 < value < 0.1 for value in past)
    assert len(set(past)) > 30, "it moves"
    slow = [latency[began + at] or 0 for at in (70, 130, 170)]
    assert slow == sorted(slow)
    assert slow[0] > 0.6
    assert len({latency[at] for at in (ended - 100, ended - 50, ended)}) == 1, "frozen"
    assert all((rx[at] or 0) > 1000 for at in range(int(began) - 1300, int(began), 10))
    assert rx[ended] == 0.0
    assert (tx[ended] or 0) > 1000
    assert cilium["latency"].empty
    assert "holds no cilium_node_connectivity_latency_seconds" in cilium["latency"].reason


async def test_nothing_is_left_behind() -> None:
    before = asyncio.all_tasks()
    config = PrometheusConfig(name="prom", url="http://127.0.0.1:1", clusters=["east"])
    async with source(config) as prometheus:
        found = await prometheus.query_range(LATENCY, LINK, 60.0)
    assert "connection to 127.0.0.1:1 failed" in found.reason
    assert asyncio.all_tasks() <= before
