"""Every fault of a Prometheus endpoint becomes a reason, and nothing else."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest

from mckconsole.domain.metrics import QUERIES, MetricState
from tests.net.prometheus_asking import (
    CONNECTIONS,
    GROWTH,
    ask,
    ask_one,
    config_for,
    fixed,
    source,
)
from tests.net.prometheus_script import (
    Asked,
    Says,
    ScriptedPrometheus,
    envelope,
    metric,
    serve,
    vector,
)

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
    ("null data", Says('{"status":"success","data":null}'), "expected a vector"),
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
