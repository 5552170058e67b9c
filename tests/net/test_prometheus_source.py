"""PrometheusSource against scripted servers: answers, sample times, attribution, federation."""

from __future__ import annotations

import time

import pytest

from mckconsole.domain.metrics import QUERIES, MetricQuery, MetricState
from tests.net.prometheus_asking import (
    CONNECTIONS,
    FLEET,
    GROWTH,
    ask,
    ask_one,
    config_for,
    fixed,
    source,
)
from tests.net.prometheus_script import (
    NOW,
    Asked,
    Says,
    Script,
    envelope,
    metric,
    serve,
    vector,
)


async def test_bare_selector_has_the_time_of_the_sample_not_of_the_evaluation() -> None:
    rows = [({"local_cluster": "east", "remote_cluster": "west", "status": "connected"}, 1)]
    found = await ask_one(metric("submariner_connections", rows, age=42))
    assert found.state is MetricState.FRESH
    assert found.reason == ""
    assert found.asked_at == NOW
    assert found.endpoint == "prom"
    (sample,) = found.samples
    assert sample.at == NOW - 42
    assert sample.value == 1
    assert sample.labels == rows[0][0]


async def test_both_evaluations_are_at_the_same_instant_and_bounded_on_the_server() -> None:
    with serve(metric("submariner_connections", [({}, 1)])) as server:
        async with source(config_for(server)) as prometheus:
            await prometheus.query([CONNECTIONS])
    first, second = server.asked
    assert first.query == "submariner_connections"
    assert second.query == "timestamp(submariner_connections)"
    assert second.params["time"] == [f"{NOW:.3f}"]
    assert first.params["timeout"] == ["1800ms"]


async def test_an_empty_answer_is_fresh_and_costs_one_request() -> None:
    with serve(fixed(vector([]))) as server:
        async with source(config_for(server)) as prometheus:
            found = (await prometheus.query([CONNECTIONS]))["east"]["connections"]
    assert (found.state, found.samples, found.asked_at) == (MetricState.FRESH, (), NOW)
    assert len(server.asked) == 1


async def test_window_asks_for_growth() -> None:
    with serve(metric("submariner_gateway_rx_bytes", [({}, 12.5)])) as server:
        async with source(config_for(server)) as prometheus:
            found = (await prometheus.query([GROWTH]))["east"]["growth"]
    assert server.queries == ["delta(submariner_gateway_rx_bytes[300000ms])"]
    assert [sample.value for sample in found.samples] == [12.5]


async def test_every_covered_cluster_has_every_query() -> None:
    answer = await ask(fixed(vector([])), *QUERIES, clusters=[])
    assert set(answer) == set(FLEET)
    for vectors in answer.values():
        assert set(vectors) == {query.id for query in QUERIES}


async def test_a_metric_name_that_is_none_never_reaches_the_server() -> None:
    odd = MetricQuery("odd", "up} or vector(1")
    with serve(metric("submariner_connections", [({}, 1)])) as server:
        async with source(config_for(server)) as prometheus:
            vectors = (await prometheus.query([odd, CONNECTIONS]))["east"]
    assert vectors["odd"].state is MetricState.FAILED
    assert "no metric or label name" in vectors["odd"].reason
    assert vectors["connections"].state is MetricState.FRESH
    assert not any("vector(1" in query for query in server.queries)


async def test_warnings_make_the_answer_partial() -> None:
    script = metric("submariner_connections", [({}, 1)], warnings=["store 10.0.0.9: \x1b[31mdown"])
    found = await ask_one(script)
    assert found.state is MetricState.PARTIAL
    assert found.reason == "prom: store 10.0.0.9: ‹1B›[31mdown"
    assert len(found.samples) == 1


async def test_warnings_make_an_empty_answer_partial_too() -> None:
    found = await ask_one(fixed(vector([], warnings=["a store is down"])))
    assert found.state is MetricState.PARTIAL


async def test_victoria_metrics_partial_flag() -> None:
    found = await ask_one(metric("submariner_connections", [({}, 1)], isPartial=True))
    assert found.state is MetricState.PARTIAL
    assert "partial" in found.reason


async def test_null_warnings_and_infos_are_no_trouble() -> None:
    script = metric("submariner_connections", [({}, 1)], warnings=None, infos=["a hint"])
    assert (await ask_one(script)).state is MetricState.FRESH


@pytest.mark.parametrize("value", ["NaN", "+Inf", "-Inf"])
async def test_no_number_is_left_out_and_said(value: str) -> None:
    rows = [({"remote_cluster": "west"}, value), ({"remote_cluster": "north"}, 3)]
    found = await ask_one(metric("submariner_connections", rows))
    assert [sample.value for sample in found.samples] == [3]
    assert found.state is MetricState.PARTIAL
    assert "1 series without a number" in found.reason


async def test_a_sample_without_a_known_time_is_left_out() -> None:
    def script(asked: Asked) -> Says:
        if asked.query.startswith("timestamp("):
            return vector([({"remote_cluster": "west"}, NOW - 1)])
        return vector([({"remote_cluster": name}, 1) for name in ("west", "north")])

    found = await ask_one(script)
    assert [sample.labels["remote_cluster"] for sample in found.samples] == ["west"]
    assert found.state is MetricState.PARTIAL
    assert "1 series without a sample time" in found.reason


async def test_when_sample_times_cannot_be_asked_the_query_failed() -> None:
    def script(asked: Asked) -> Says:
        if asked.query.startswith("timestamp("):
            return Says('{"status":"error","errorType":"execution","error":"too old"}', 422)
        return vector([({}, 1)])

    found = await ask_one(script)
    assert found.state is MetricState.FAILED
    assert found.samples == ()


async def test_without_a_date_header_the_evaluation_time_counts() -> None:
    def script(asked: Asked) -> Says:
        says = metric("submariner_connections", [({}, 1)])(asked)
        says.date = False
        return says

    assert (await ask_one(script)).asked_at == NOW


@pytest.mark.parametrize("api", ["query", "federate"])
async def test_an_empty_answer_without_a_date_is_as_of_now(api: str) -> None:
    body = vector([]).body if api == "query" else ""
    found = await ask_one(fixed(Says(body, date=False)), api=api)
    assert found.state is MetricState.FRESH
    assert abs(found.asked_at - time.time()) < 60


async def test_probe_tells_product_version_and_latency() -> None:
    def script(asked: Asked) -> Says:
        if asked.path == "/api/v1/status/buildinfo":
            return envelope({"application": "Grafana Mimir", "version": "2.14.1"})
        return vector([({}, 1)])

    with serve(script) as server:
        async with source(config_for(server)) as prometheus:
            found = await prometheus.probe()
    assert (found.ok, found.version, found.reason) == (True, "Grafana Mimir 2.14.1", "")
    assert 0 < found.latency < 2
    assert server.queries == ["", "vector(1)"]


@pytest.mark.parametrize("status", [403, 404, 501])
async def test_probe_without_buildinfo_asks_a_query(status: int) -> None:
    def script(asked: Asked) -> Says:
        return Says("", status) if asked.path.endswith("buildinfo") else vector([({}, 1)])

    with serve(script) as server:
        async with source(config_for(server)) as prometheus:
            found = await prometheus.probe()
    assert (found.ok, found.version) == (True, "")


async def test_hostile_labels_are_cleaned() -> None:
    rows = [({"remote_cluster": "we\u202est\x1b]0;x\x07", "a\x00b": "c"}, 1)]
    (sample,) = (await ask_one(metric("submariner_connections", rows))).samples
    assert sample.labels == {"remote_cluster": "we‹U+202E›st‹1B›]0;x‹07›", "a‹00›b": "c"}


async def test_fleet_wide_series_go_to_their_clusters() -> None:
    rows = [
        ({"cluster": "east", "prometheus_replica": "a", "remote_cluster": "west"}, 1),
        ({"cluster": "east", "prometheus_replica": "b", "remote_cluster": "west"}, 1),
        ({"cluster": "prod-w", "remote_cluster": "east"}, 0),
        ({"cluster": "mars", "remote_cluster": "east"}, 1),
        ({"remote_cluster": "east"}, 1),
    ]
    with serve(metric("submariner_connections", rows)) as server:
        config = config_for(server, clusters=[], cluster_names={"prod-w": "west"})
        async with source(config, "east", "west") as prometheus:
            answer = await prometheus.query([CONNECTIONS])
            unmapped, note = dict(prometheus.unmapped), prometheus.note
    (east,) = answer["east"]["connections"].samples
    (west,) = answer["west"]["connections"].samples
    assert east.labels == {"remote_cluster": "west"}
    assert west.labels == {"remote_cluster": "east"}
    assert unmapped == {"mars": 1, "(no cluster label)": 1}
    assert '1 with cluster label "mars", 1 with no cluster label;' in note
    assert not any("group" in query for query in server.queries)


async def test_a_note_names_the_largest_strangers_and_counts_the_rest() -> None:
    rows = [
        ({"cluster": f"mars-{n}", "remote_cluster": f"m{m}"}, 1) for n in range(8) for m in range(n)
    ]
    with serve(metric("submariner_connections", rows)) as server:
        async with source(config_for(server, clusters=[]), "east") as prometheus:
            assert prometheus.note == ""
            await prometheus.query([CONNECTIONS])
            note = prometheus.note
    assert note.index('7 with cluster label "mars-7"') < note.index('3 with cluster label "mars-3"')
    assert "mars-2" not in note
    assert "3 with other cluster labels; add the contexts, or name them in clusterNames" in note


def _with_up(clusters: list[str], says: Says | None = None) -> Script:
    def script(asked: Asked) -> Says:
        if asked.query.startswith("group by ("):
            return says or vector([({"cluster": name}, 1) for name in clusters])
        return metric("submariner_connections", [({"cluster": "east"}, 1)])(asked)

    return script


async def test_a_cluster_that_a_shared_endpoint_does_not_hold_is_not_simply_empty() -> None:
    answer = await ask(_with_up(["east", "west"]), clusters=[])
    assert answer["west"]["connections"].state is MetricState.FRESH
    assert answer["north"]["connections"].state is MetricState.PARTIAL
    assert "no series at all of north" in answer["north"]["connections"].reason


@pytest.mark.parametrize("says", [vector([]), Says("", 500), vector([({"cluster": "mars"}, 1)])])
async def test_without_a_word_about_any_known_cluster_empty_stays_empty(says: Says) -> None:
    answer = await ask(_with_up([], says), clusters=[])
    assert answer["north"]["connections"].state is MetricState.FRESH


EXPOSITION = f"""# TYPE submariner_connections untyped
submariner_connections{{cluster="east",remote_cluster="west",status="connected"}} 1 {NOW - 7:.0f}000
submariner_connections{{cluster="west",remote_cluster="east",status="error"}} 1 {NOW - 90:.0f}000
submariner_connections{{remote_cluster="east"}} NaN {NOW:.0f}000
# TYPE other untyped
other{{cluster="east"}} 3 {NOW:.0f}000
"""
TEXT = "text/plain; version=0.0.4"


async def test_federate_asks_apart_for_what_is_many_and_honours_time_stamps() -> None:
    with serve(fixed(Says(EXPOSITION, kind=TEXT))) as server:
        config = config_for(server, clusters=[], api="federate")
        async with source(config) as prometheus:
            answer = await prometheus.query(QUERIES)
    bare = [query for query in QUERIES if not query.window]
    assert [(asked.path, asked.params["match[]"]) for asked in server.asked] == [
        ("/federate", [query.selector for query in bare if (query.by is not None) is many])
        for many in (False, True)
    ]
    east = answer["east"]["submariner-connections"]
    assert [(sample.at, sample.labels["status"]) for sample in east.samples] == [
        (NOW - 7, "connected")
    ]
    assert east.asked_at == NOW
    west = answer["west"]["submariner-connections"]
    assert [sample.at for sample in west.samples] == [NOW - 90]
    growth = answer["east"]["submariner-rx-growth"]
    assert growth.state is MetricState.FAILED
    assert "needs the query API" in growth.reason
    assert answer["north"]["cilium-readiness"].state is MetricState.FRESH


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (Says("<html>", kind="text/html"), "HTML page"),
        (Says('a{b="c" 1\n', kind=TEXT), "no text exposition"),
        (Says("submariner_connections 1\nsubmariner_conn", kind=TEXT), "cut off"),
        (Says("", 503, TEXT), "HTTP 503"),
    ],
)
async def test_federate_errors_are_reasons(says: Says, words: str) -> None:
    found = await ask_one(fixed(says), api="federate")
    assert found.state is MetricState.FAILED
    assert words in found.reason


async def test_federate_sample_without_a_time_stamp_is_as_of_the_answer() -> None:
    found = await ask_one(fixed(Says("submariner_connections 1\n", kind=TEXT)), api="federate")
    assert [sample.at for sample in found.samples] == [NOW]


async def test_federate_probe() -> None:
    with serve(fixed(Says("", kind=TEXT))) as server:
        async with source(config_for(server, api="federate")) as prometheus:
            assert (await prometheus.probe()).ok
