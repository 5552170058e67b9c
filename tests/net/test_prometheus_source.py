"""PrometheusSource against scripted servers: every fault becomes a reason, nothing else."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from mckconsole.config.model import BasicAuth, PrometheusConfig, PrometheusTLS
from mckconsole.domain.metrics import QUERIES, MetricQuery, MetricState, MetricVector
from mckconsole.sources.prometheus import PrometheusSource
from tests.net.prometheus_script import (
    NOW,
    Asked,
    Says,
    Script,
    ScriptedPrometheus,
    envelope,
    metric,
    serve,
    vector,
)

CONNECTIONS = MetricQuery("connections", "submariner_connections")
GROWTH = MetricQuery("growth", "submariner_gateway_rx_bytes", window=300)
TOKEN = "canary-token-6f1d"
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


ERRORS: list[tuple[str, Says, str]] = [
    (
        "bad query",
        Says('{"status":"error","errorType":"bad_data","error":"1:5: parse error"}', 400),
        "bad_data: 1:5: parse error",
    ),
    (
        "too many samples",
        Says('{"status":"error","errorType":"execution","error":"too many samples"}', 422),
        "execution: too many samples",
    ),
    (
        "query timeout",
        Says('{"status":"error","errorType":"timeout","error":"query timed out"}', 503),
        "timeout: query timed out",
    ),
    ("starting", Says("Service Unavailable", 503, "text/plain"), "HTTP 503: Service Unavailable"),
    ("unauthorized", Says("no", 401, "text/plain"), "bearerTokenFile"),
    ("forbidden", Says("no", 403, "text/plain"), "X-Scope-OrgID"),
    ("not found", Says("<h1>404</h1>", 404, "text/html"), "path prefix"),
    ("throttled", Says("", 429, headers={"Retry-After": "7"}), "limits its callers"),
    ("login page", Says("<html>log in</html>", 200, "text/html; charset=utf-8"), "HTML page"),
    ("html as json", Says("<html>log in</html>"), "not of the Prometheus HTTP API"),
    ("redirect", Says("", 302, headers={"Location": "http://127.0.0.1:1/login"}), "redirect"),
    ("empty", Says(""), "not of the Prometheus HTTP API"),
    ("list", Says("[]"), "not of the Prometheus HTTP API"),
    ("string", Says('"x"'), "not of the Prometheus HTTP API"),
    ("null", Says("null"), "not of the Prometheus HTTP API"),
    ("no data", Says('{"status":"success"}'), "expected a vector"),
    ("null data", Says('{"status":"success","data":null}'), "not of the Prometheus HTTP API"),
    ("no status", Says('{"data":{"resultType":"vector","result":[]}}'), "HTTP 200"),
    ("200 error", Says('{"status":"error","error":"oops"}'), "refused the query: oops"),
    ("scalar", envelope({"resultType": "scalar", "result": [1.0, "NaN"]}), "got scalar"),
    ("null result", envelope({"resultType": "vector", "result": None}), "expected a vector"),
    ("odd rows", envelope({"resultType": "vector", "result": [{"value": 1}]}), "series"),
    ("odd value", vector([({}, "seven")]), "series"),
    ("bad utf-8", Says(b'{"status":"\xff"}'), "not of the Prometheus HTTP API"),
    ("nested", Says("[" * 200_000), "not of the Prometheus HTTP API"),
    ("huge number", Says('{"status":' + "9" * 5000 + "}"), "not of the Prometheus HTTP API"),
]


@pytest.mark.parametrize(("says", "words"), [pytest.param(s, w, id=n) for n, s, w in ERRORS])
async def test_errors_are_reasons(says: Says, words: str) -> None:
    found = await ask_one(fixed(says))
    assert found.state is MetricState.FAILED
    assert found.reason.startswith("prom: ")
    assert words in found.reason
    assert found.samples == ()
    assert len(found.reason) < 500


async def test_nothing_is_sent_twice() -> None:
    with serve(fixed(Says("busy", 503, "text/plain", headers={"Retry-After": "7"}))) as server:
        async with source(config_for(server)) as prometheus:
            await prometheus.query([CONNECTIONS])
    assert len(server.asked) == 1


async def test_a_redirect_is_not_followed() -> None:
    with serve(fixed(vector([]))) as other:
        says = Says("", 307, headers={"Location": f"{other.url}/api/v1/query?query=up"})
        found = await ask_one(fixed(says))
    assert found.state is MetricState.FAILED
    assert other.asked == []


async def test_trouble_of_one_query_leaves_the_others_alone() -> None:
    def script(asked: Asked) -> Says:
        if "rx_bytes" in asked.query:
            return Says('{"status":"error","errorType":"timeout","error":"query timed out"}', 503)
        return metric("submariner_connections", [({}, 1)])(asked)

    vectors = (await ask(script, GROWTH, CONNECTIONS))["east"]
    assert vectors["growth"].state is MetricState.FAILED
    assert vectors["connections"].state is MetricState.FRESH


def hang(server: list[ScriptedPrometheus]) -> Says:
    def raw(handler: BaseHTTPRequestHandler) -> None:
        server[0].release.wait(10)

    return Says(raw=raw)


async def test_a_silent_endpoint_costs_one_wait_however_many_queries() -> None:
    held: list[ScriptedPrometheus] = []
    with serve(lambda _: hang(held)) as server:
        held.append(server)
        async with source(config_for(server, timeout=0.2)) as prometheus:
            began = time.monotonic()
            vectors = (await prometheus.query(QUERIES))["east"]
            took = time.monotonic() - began
    assert {vector.state for vector in vectors.values()} == {MetricState.FAILED}
    assert all("was silent for 0.2 s" in vector.reason for vector in vectors.values())
    assert took < 1.5
    assert len(server.asked) <= 2


async def test_refused_connection() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        async with source(config_for(url)) as prometheus:
            found = (await prometheus.query([CONNECTIONS]))["east"]["connections"]
    assert found.reason == f"prom: connection to {url[7:]} failed: Connection refused"


def _cut(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"status":"succ')


def _cut_chunk(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"status"')


def _nothing(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.flush()


def _not_http(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")


def _bad_gzip(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain"
    )


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (_cut, "cut off"),
        (_cut_chunk, "cut off"),
        (_nothing, "closed without an answer"),
        (_not_http, "failed"),
        (_bad_gzip, "decompressed"),
    ],
)
async def test_broken_transfers(raw: Callable[[BaseHTTPRequestHandler], None], words: str) -> None:
    found = await ask_one(fixed(Says(raw=raw)))
    assert found.state is MetricState.FAILED
    assert words in found.reason


async def test_a_trickled_body_ends_at_the_deadline() -> None:
    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(200):
            handler.wfile.write(b" ")
            time.sleep(0.02)

    began = time.monotonic()
    found = await ask_one(fixed(Says(raw=trickle)), timeout=0.3)
    assert "too slowly" in found.reason
    assert time.monotonic() - began < 1.5


async def test_a_huge_body_is_cut_and_concerns_one_query() -> None:
    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        for _ in range(40):
            handler.wfile.write(b" " * 1_000_000)

    def script(asked: Asked) -> Says:
        if "rx_bytes" in asked.query:
            return Says(raw=flood)
        return metric("submariner_connections", [({}, 1)])(asked)

    vectors = (await ask(script, GROWTH, CONNECTIONS, timeout=5.0))["east"]
    assert "larger than 16 MiB" in vectors["growth"].reason
    assert vectors["connections"].state is MetricState.FRESH


async def test_stuck_threads_are_counted_and_not_added_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Header lines that trickle defeat every time limit of the HTTP library."""
    monkeypatch.setattr("mckconsole.sources.prometheus.source.GRACE", 0.0)

    def trickle_headers(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not server.release.wait(0.02):
            handler.wfile.write(b"X")
        handler.wfile.write(b": 1\r\nContent-Length: 0\r\n\r\n")

    with serve(fixed(Says(raw=trickle_headers))) as server:
        async with source(config_for(server, timeout=0.1)) as prometheus:
            both = (await prometheus.query([CONNECTIONS, GROWTH]))["east"]
            assert all("no complete answer within" in one.reason for one in both.values())
            assert prometheus.stuck == 2
            third = (await prometheus.query([CONNECTIONS]))["east"]["connections"]
            assert "2 earlier requests are still unanswered" in third.reason
            assert len(server.asked) == 2
            server.release.set()
            for _ in range(300):
                if prometheus.stuck:
                    await asyncio.sleep(0.01)
            server.script = metric("submariner_connections", [({}, 1)])
            fourth = (await prometheus.query([CONNECTIONS]))["east"]["connections"]
            assert fourth.state is MetricState.FRESH


def secret_file(tmp_path: Path, text: str = TOKEN, name: str = "token") -> str:
    path = tmp_path / name
    path.write_text(text + "\n")
    return str(path)


async def test_bearer_token_is_read_again_at_each_request(tmp_path: Path) -> None:
    file = secret_file(tmp_path)
    with serve(fixed(vector([]))) as server:
        async with source(config_for(server, bearer_token_file=file)) as prometheus:
            await prometheus.query([CONNECTIONS])
            secret_file(tmp_path, "rotated")
            await prometheus.query([CONNECTIONS])
    sent = [asked.headers["Authorization"] for asked in server.asked]
    assert sent == [f"Bearer {TOKEN}", "Bearer rotated"]


async def test_netrc_and_proxy_variables_are_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login thief password stolen\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    with serve(fixed(vector([]))) as server:
        for settings in ({}, {"bearer_token_file": secret_file(tmp_path)}):
            async with source(config_for(server, **settings)) as prometheus:
                answer = await prometheus.query([CONNECTIONS])
                assert answer["east"]["connections"].state is MetricState.FRESH
    assert [one.headers["Authorization"] for one in server.asked] == [None, f"Bearer {TOKEN}"]


async def test_basic_authentication_and_headers(tmp_path: Path) -> None:
    basic = BasicAuth(username="ops", password_file=secret_file(tmp_path, "pässword"))
    settings = {"basic_auth": basic, "headers": {"X-Scope-OrgID": "a|b"}}
    with serve(fixed(vector([]))) as server:
        async with source(config_for(server, **settings)) as prometheus:
            await prometheus.query([CONNECTIONS])
    headers = server.asked[0].headers
    assert headers["Authorization"] == "Basic b3BzOnDDpHNzd29yZA=="
    assert headers["X-Scope-OrgID"] == "a|b"
    assert headers["Cookie"] is None


async def test_cookies_are_not_kept() -> None:
    with serve(fixed(Says(vector([]).body, headers={"Set-Cookie": "id=1"}))) as server:
        async with source(config_for(server)) as prometheus:
            await prometheus.query([CONNECTIONS])
            await prometheus.query([CONNECTIONS])
    assert [asked.headers["Cookie"] for asked in server.asked] == [None, None]


@pytest.mark.parametrize("text", ["", "two\nlines", "bell\x07"])
async def test_a_token_file_that_holds_no_token(tmp_path: Path, text: str) -> None:
    file = secret_file(tmp_path, text)
    with serve(fixed(vector([]))) as server:
        async with source(config_for(server, bearer_token_file=file)) as prometheus:
            found = (await prometheus.query([CONNECTIONS]))["east"]["connections"]
    assert "does not hold one line of text (check bearerTokenFile)" in found.reason
    assert server.asked == []


async def test_a_missing_token_file_is_named(tmp_path: Path) -> None:
    found = await ask_one(fixed(vector([])), bearer_token_file=str(tmp_path / "gone"))
    assert f"cannot read {tmp_path}/gone: No such file or directory" in found.reason


async def test_a_credential_in_the_url_is_not_used(tmp_path: Path) -> None:
    with serve(fixed(vector([]))) as server:
        url = server.url.replace("//", f"//ops:{TOKEN}@")
        async with source(config_for(url)) as prometheus:
            found = (await prometheus.query([CONNECTIONS]))["east"]["connections"]
    assert "its URL holds a credential" in found.reason
    assert TOKEN not in found.reason
    assert server.asked == []


@pytest.mark.parametrize("api", ["query", "federate"])
@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http://", {}),
        ("http://[::1", {}),
        ("http://127.0.0.1:99999", {}),
        ("http://exa mple/", {}),
        ("http://127.0.0.1:1/\x00", {}),
        ("https://" + "a" * 300 + ".invalid", {}),
        ("http://127.0.0.1:1", {"X-Tenant": "東"}),
        ("http://127.0.0.1:1", {"X-Tenant": "a\r\nX-Other: b"}),
        ("http://127.0.0.1:1", {"": "a"}),
    ],
)
async def test_odd_configuration_is_a_reason(url: str, headers: dict[str, str], api: str) -> None:
    async with source(config_for(url, headers=headers, api=api)) as prometheus:
        found = (await prometheus.query([CONNECTIONS]))["east"]["connections"]
        probe = await prometheus.probe()
    assert found.state is MetricState.FAILED
    assert found.reason.startswith("prom: ")
    assert not probe.ok


@pytest.mark.parametrize("kind", ["bearer", "basic"])
@pytest.mark.parametrize("place", ["text", "json", "warning", "ok"])
async def test_no_credential_is_ever_shown(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str, place: str
) -> None:
    """A server, or a proxy in front, that echoes our request headers in what it says."""
    caplog.set_level(logging.DEBUG)
    file = secret_file(tmp_path)
    settings: dict[str, object] = (
        {"bearer_token_file": file}
        if kind == "bearer"
        else {"basic_auth": BasicAuth(username="ops", password_file=file)}
    )

    def echo(asked: Asked) -> Says:
        told = f"you sent {asked.headers['Authorization']} and {TOKEN}"
        if place == "text":
            return Says(told, 500, "text/plain")
        if place == "json":
            return Says(json.dumps({"status": "error", "error": told}), 422)
        return vector([({}, 1)], warnings=[told] if place == "warning" else [])

    with serve(echo) as server:
        async with source(config_for(server, **settings)) as prometheus:
            answer = await prometheus.query([CONNECTIONS, GROWTH])
            probe = await prometheus.probe()
            shown = repr((answer, probe, vars(prometheus), prometheus._pool._idle, caplog.text))
            for client in prometheus._pool._idle:
                shown += repr(vars(client))
    encoded = server.asked[0].headers["Authorization"].split()[1]
    assert TOKEN not in shown
    assert encoded not in shown
    if place != "ok":
        assert "‹redacted›" in shown


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


async def test_probe_says_why_not_and_warns(tmp_path: Path) -> None:
    settings = {"bearer_token_file": secret_file(tmp_path)}
    with serve(fixed(Says("", 401))) as server:
        async with source(config_for(server, **settings)) as prometheus:
            found = await prometheus.probe()
    assert not found.ok
    assert "HTTP 401 (check bearerTokenFile" in found.reason
    assert found.warnings == ("the credential travels over plain http",)


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
            unmapped = dict(prometheus.unmapped)
    (east,) = answer["east"]["connections"].samples
    (west,) = answer["west"]["connections"].samples
    assert east.labels == {"remote_cluster": "west"}
    assert west.labels == {"remote_cluster": "east"}
    assert unmapped == {"mars": 1, "(no cluster label)": 1}
    assert not any("group" in query for query in server.queries)


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


async def test_federate_is_one_request_and_honours_time_stamps() -> None:
    with serve(fixed(Says(EXPOSITION, kind=TEXT))) as server:
        config = config_for(server, clusters=[], api="federate")
        async with source(config) as prometheus:
            answer = await prometheus.query(QUERIES)
    (asked,) = server.asked
    assert asked.path == "/federate"
    assert asked.params["match[]"] == [query.metric for query in QUERIES if not query.window]
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


async def test_tls_is_verified_against_the_configured_ca(tmp_path: Path) -> None:
    pem, ca = certificate(tmp_path)
    cases: list[tuple[PrometheusTLS, MetricState, str]] = [
        (PrometheusTLS(ca_file=str(ca)), MetricState.FRESH, ""),
        (PrometheusTLS(), MetricState.FAILED, "TLS with 127.0.0.1"),
        (PrometheusTLS(insecure_skip_verify=True), MetricState.FRESH, ""),
        (PrometheusTLS(ca_file=str(tmp_path / "gone")), MetricState.FAILED, "cannot be read"),
    ]
    with serve(fixed(vector([])), tls=pem) as server:
        for tls, state, words in cases:
            async with source(config_for(server, tls=tls)) as prometheus:
                found = (await prometheus.query([CONNECTIONS]))["east"]["connections"]
                probe = await prometheus.probe()
            assert found.state is state, found.reason
            assert words in found.reason
            assert ("TLS verification is off" in repr(probe)) is tls.insecure_skip_verify


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1: (PEM with key, PEM to trust)."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "prometheus")])
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=2))
        .add_extension(alternative, critical=False)
        .sign(key, hashes.SHA256())
    )
    public = built.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    both, trust = folder / "both.pem", folder / "ca.pem"
    both.write_bytes(public + private)
    trust.write_bytes(public)
    return both, trust
