"""The embedded Prometheus, and the same queries on a real one where there is one."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from mckconsole.demo import faults
from mckconsole.demo.promql import PromSeries
from mckconsole.demo.promserver import EmbeddedPrometheus, format_value
from mckconsole.demo.server import serve

NOW = 1_780_000_000.0
SERIES = (
    PromSeries("up", {"job": "a", "cluster": "east"}, 1.0),
    PromSeries("up", {"job": "b", "cluster": "west"}, 0.0),
    PromSeries("bytes", {"job": "a"}, lambda moment: (moment - NOW) * 10 + 5000),
    PromSeries("old", {"job": "a"}, 7.0, stamp=NOW - 200),
    PromSeries("stale", {"job": "a"}, 7.0, stamp=NOW - 400),
    PromSeries("odd", {"text": 'a"b\\c\nd'}, math.nan),
)


@asynccontextmanager
async def client(
    server: EmbeddedPrometheus,
) -> AsyncGenerator[aiohttp.ClientSession, None]:
    async with serve(server) as url, aiohttp.ClientSession(url) as session:
        yield session


def prometheus(**options: Any) -> EmbeddedPrometheus:
    return EmbeddedPrometheus(SERIES, clock=lambda: NOW, **options)


async def ask(session: aiohttp.ClientSession, query: str, **more: str) -> dict[str, Any]:
    async with session.get("/api/v1/query", params={"query": query, **more}) as answer:
        document: dict[str, Any] = await answer.json()
        assert answer.status == (200 if document["status"] == "success" else 400)
        return document


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("up", ["1", "0"]),
        ('up{job="a"}', ["1"]),
        ('up{job!="a"}', ["0"]),
        ('up{cluster=~"e.*|x"}', ["1"]),
        ('up{cluster!~"e.*", job=~".+"}', ["0"]),
        ('{__name__="up",job="b"}', ["0"]),
        ("old", ["7"]),
        ("stale", []),
        ("nothing", []),
        ("odd", ["NaN"]),
        ("timestamp(old)", [str(int(NOW - 200))]),
        ("delta(bytes[5m])", ["3000"]),
        ("delta(up[5m])", ["0", "0"]),
        ("count by (job) (up)", ["1", "1"]),
        ("count by () (up)", ["2"]),
    ],
)
async def test_instant_queries(query: str, values: list[str]) -> None:
    async with client(prometheus()) as session:
        document = await ask(session, query)
    assert document["data"]["resultType"] == "vector"
    assert [entry["value"][1] for entry in document["data"]["result"]] == values
    assert all(entry["value"][0] == NOW for entry in document["data"]["result"])


async def test_functions_drop_the_name() -> None:
    async with client(prometheus()) as session:
        plain = (await ask(session, "old"))["data"]["result"][0]["metric"]
        timed = (await ask(session, "timestamp(old)"))["data"]["result"][0]["metric"]
    assert plain == {"__name__": "old", "job": "a"}
    assert timed == {"job": "a"}


@pytest.mark.parametrize(
    "query", ["", "rate(up[5m])", "up{", 'up{job="a"', "up + up", "{}", "sum(up)"]
)
async def test_what_it_does_not_know_is_an_error(query: str) -> None:
    async with client(prometheus()) as session:
        document = await ask(session, query)
    assert document["status"] == "error"
    assert document["errorType"] == "bad_data"
    assert document["error"]


async def test_range_queries() -> None:
    async with client(prometheus()) as session:
        query = {"query": "bytes", "start": str(NOW - 60), "end": str(NOW), "step": "30"}
        async with session.get("/api/v1/query_range", params=query) as answer:
            [series] = (await answer.json())["data"]["result"]
        assert series["values"] == [[NOW - 60, "4400"], [NOW - 30, "4700"], [NOW, "5000"]]
        for wrong in ({"step": "0"}, {"end": "x"}, {"start": str(NOW + 1)}, {"step": "0.001"}):
            async with session.get("/api/v1/query_range", params={**query, **wrong}) as answer:
                assert answer.status == 400, wrong


async def test_posted_queries_and_other_paths() -> None:
    server = prometheus()
    async with client(server) as session:
        async with session.post("/api/v1/query", data={"query": "up", "time": NOW}) as answer:
            assert len((await answer.json())["data"]["result"]) == 2
        async with session.get("/api/v1/status/buildinfo") as answer:
            assert (await answer.json())["data"]["version"]
        assert (await session.get("/-/ready")).status == 200
        assert (await session.get("/graph")).status == 404
    assert server.requests[0] == ("POST", "/api/v1/query", {"query": ["up"], "time": [str(NOW)]})


async def test_federation_is_parsable_and_stamped() -> None:
    async with client(prometheus()) as session:
        selectors = [("match[]", "up"), ("match[]", "odd"), ("match[]", "stale")]
        async with session.get("/federate", params=selectors) as answer:
            text = await answer.text()
        async with session.get("/federate") as answer:
            assert (answer.status, await answer.text()) == (200, ""), "no selector, no series"
        assert (await session.get("/federate", params={"match[]": "{"})).status == 400
        async with session.get("/metrics") as answer:
            assert "bytes" in await answer.text()
    samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
    assert {sample.name for sample in samples} == {"up", "odd"}
    assert [s.labels for s in samples if s.name == "odd"] == [{"text": 'a"b\\c\nd'}]
    assert all(sample.timestamp == NOW for sample in samples)


async def test_authentication() -> None:
    async with client(prometheus(bearer="t")) as session:
        assert (await session.get("/metrics")).status == 401
        bearer = {"Authorization": "Bearer t"}
        assert (await session.get("/metrics", headers=bearer)).status == 200
    async with client(prometheus(basic=("u", "p"))) as session:
        assert (await session.get("/metrics")).status == 401
        headers = {"Authorization": "Basic dTpw"}
        assert (await session.get("/metrics", headers=headers)).status == 200


async def test_tenants_see_their_own() -> None:
    async with client(prometheus(tenants={"one": SERIES[:1], "two": SERIES[1:2]})) as session:
        assert (await session.get("/api/v1/query?query=up")).status == 401
        headers = {"X-Scope-OrgID": "two"}
        async with session.get("/api/v1/query?query=up", headers=headers) as answer:
            [found] = (await answer.json())["data"]["result"]
    assert found["metric"]["cluster"] == "west"


async def test_warnings_and_faults() -> None:
    server = prometheus()
    server.warnings.append("store-1: deadline exceeded")
    server.faults.add(faults.refuse(503), path="query", skip=1, times=1)
    async with client(server) as session:
        assert (await ask(session, "up"))["warnings"] == ["store-1: deadline exceeded"]
        assert (await session.get("/api/v1/query?query=up")).status == 503
        assert (await session.get("/api/v1/query?query=up")).status == 200


def test_values_are_written_as_prometheus_writes_them() -> None:
    written = [format_value(value) for value in (1.0, 0.1, math.inf, -math.inf, math.nan, -3.0)]
    assert written == ["1", "0.1", "+Inf", "-Inf", "NaN", "-3"]
