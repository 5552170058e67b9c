"""Every fault does what its name says, seen with a plain HTTP client."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime

import aiohttp
import pytest

from mckconsole.demo import faults
from mckconsole.demo.faults import Effect, Ending
from mckconsole.demo.server import EmbeddedCluster, serve
from tests.net.cluster import ADMIN_TOKEN
from tests.net.test_embedded_server import pod

PODS = "/api/v1/pods"
HEADERS = {"Authorization": f"Bearer {ADMIN_TOKEN}"}


@asynccontextmanager
async def faulty(
    *effects: Effect, verb: str = ""
) -> AsyncGenerator[tuple[EmbeddedCluster, aiohttp.ClientSession], None]:
    """A cluster of three pods whose pod requests suffer from the effects."""
    cluster = EmbeddedCluster()
    for index in range(3):
        cluster.create(pod(f"p{index}"))
    cluster.faults.add(*effects, path="/pods", verb=verb)
    timeout = aiohttp.ClientTimeout(total=5)
    async with (
        serve(cluster) as url,
        aiohttp.ClientSession(url, headers=HEADERS, timeout=timeout) as session,
    ):
        yield cluster, session


@pytest.mark.parametrize("code", [401, 403, 410, 429, 500, 503, 504])
async def test_statuses(code: int) -> None:
    async with faulty(faults.refuse(code, "no", retry_after=7)) as (cluster, session):
        answer = await session.get(PODS)
        body = await answer.json()
        assert (answer.status, body["kind"], body["code"]) == (code, "Status", code)
        assert answer.headers["Retry-After"] == "7"
        assert (await session.get("/version")).status == 200, "only what matches"
        assert [one.status for one in cluster.requests] == [code, 200]


async def test_foreign_answers() -> None:
    async with faulty(faults.html()) as (_, session):
        answer = await session.get(PODS)
        assert (answer.status, answer.content_type) == (502, "text/html")
    async with faulty(faults.html(200, "<html>Sign in</html>")) as (_, session):
        assert await (await session.get(PODS)).text() == "<html>Sign in</html>"
    async with faulty(faults.redirect("https://elsewhere.example/")) as (_, session):
        answer = await session.get(PODS, allow_redirects=False)
        assert answer.headers["Location"] == "https://elsewhere.example/"
    async with faulty(faults.header("Content-Type", "text/plain")) as (_, session):
        assert (await session.get(PODS)).content_type == "text/plain"
    async with faulty(faults.respond(b"[]")) as (_, session):
        assert await (await session.get(PODS)).read() == b"[]"


async def test_matching_by_verb_count_and_switch() -> None:
    async with faulty() as (cluster, session):
        fault = cluster.faults.add(faults.refuse(500), verb="list", skip=1, times=2, method="GET")
        seen = [(await session.get(PODS)).status for _ in range(5)]
        assert seen == [200, 500, 500, 200, 200]
        assert fault.seen == 5
        cluster.faults.add(faults.refuse(503))
        assert (await session.get(f"{PODS}?watch=1&timeoutSeconds=1")).status == 503
        cluster.faults.clear()
        assert (await session.get(PODS)).status == 200
        other = cluster.faults.add(faults.refuse(503))
        cluster.faults.remove(other)
        assert (await session.get(PODS)).status == 200


async def test_effects_compose() -> None:
    effects = (faults.delay(0.2), faults.skew_date(3600), faults.truncate(40))
    async with faulty(*effects) as (_, session):
        begun = time.monotonic()
        answer = await session.get(PODS)
        assert len(await answer.read()) == 40
        assert time.monotonic() - begun >= 0.2
        skew = parsedate_to_datetime(answer.headers["Date"]).timestamp() - time.time()
        assert 3590 < skew < 3610


async def test_silence() -> None:
    async with faulty(faults.silence()) as (_, session):
        with pytest.raises(TimeoutError):
            await session.get(PODS, timeout=aiohttp.ClientTimeout(total=0.2))


async def _read(session: aiohttp.ClientSession) -> bytes:
    async with session.get(PODS) as answer:
        return await answer.read()


async def test_bodies_cut_short() -> None:
    async with faulty(faults.cut(50)) as (_, session):
        with pytest.raises(aiohttp.ClientPayloadError):
            await _read(session)
    async with faulty(faults.cut(50, Ending.RESET)) as (_, session):
        with pytest.raises((ConnectionResetError, aiohttp.ClientError)):
            await _read(session)
    async with faulty(faults.cut(50, Ending.HANG)) as (_, session), session.get(PODS) as answer:
        assert len(await answer.content.readexactly(50)) == 50
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await answer.content.read(1)


async def test_trickle() -> None:
    async with faulty(faults.trickle(100, chunk=5)) as (_, session), session.get(PODS) as answer:
        begun = time.monotonic()
        await answer.content.readexactly(30)
        assert time.monotonic() - begun >= 0.2


async def test_gzip_bomb() -> None:
    async with faulty(faults.gzip_bomb(megabytes=4)) as (_, session):
        answer = await session.get(PODS)
        assert int(answer.headers["Content-Length"]) < 20_000
        assert len(await answer.read()) > 4 << 20


@pytest.mark.parametrize(
    "value",
    [
        faults.INVALID_UTF8,
        faults.NUL,
        faults.LONE_SURROGATE,
        faults.nested(),
        faults.long_string(),
    ],
    ids=["utf8", "nul", "surrogate", "nested", "long"],
)
async def test_hostile_items_stand_among_honest_ones(value: bytes) -> None:
    item = faults.hostile_item("evil", value)
    async with faulty(faults.add_item(item)) as (_, session):
        body = await (await session.get(PODS, headers={"Accept-Encoding": "identity"})).read()
    assert item + b"," in body
    assert len(json.loads(body.replace(item + b",", b""))["items"]) == 3


async def _watch(session: aiohttp.ClientSession) -> list[bytes]:
    async with session.get(f"{PODS}?watch=1&timeoutSeconds=1") as answer:
        return [line async for line in answer.content]


async def test_watches_that_misbehave() -> None:
    async with faulty(faults.end_watch(), verb="watch") as (_, session):
        assert await _watch(session) == []
    async with faulty(faults.end_watch(after=2), verb="watch") as (_, session):
        assert len(await _watch(session)) == 2
    async with faulty(faults.repeat_lines(), verb="watch") as (_, session):
        lines = await _watch(session)
        assert lines[0] == lines[1]
        assert len(lines) == 6
    unknown = b'{"type":"RENAMED","object":{}}\n'
    async with faulty(faults.add_line(unknown, after=1), verb="watch") as (_, session):
        assert (await _watch(session))[1] == unknown
    async with faulty(faults.add_line(b"garbage\n"), verb="watch") as (_, session):
        assert (await _watch(session))[0] == b"garbage\n"
    async with faulty(faults.end_watch(1, Ending.RESET), verb="watch") as (_, session):
        with pytest.raises((ConnectionResetError, aiohttp.ClientError)):
            await _watch(session)
