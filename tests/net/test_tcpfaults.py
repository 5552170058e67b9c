"""The TCP proxy's modes, and the ports that never work."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import pytest

from mckconsole.demo.server import EmbeddedCluster, serve
from mckconsole.demo.tcpfaults import (
    Mode,
    TcpProxy,
    blackhole_port,
    refused_port,
    silent_port,
)
from tests.net.cluster import ADMIN_TOKEN
from tests.net.test_embedded_server import pod


async def read(session: aiohttp.ClientSession, path: str = "/version") -> bytes:
    """One request with a short patience."""
    async with session.get(path, timeout=SHORT) as answer:
        return await answer.read()


HEADERS = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
SHORT = aiohttp.ClientTimeout(total=0.5)


async def test_modes_of_new_connections() -> None:
    cluster = EmbeddedCluster()
    connector = aiohttp.TCPConnector(force_close=True)
    async with (
        serve(cluster) as url,
        TcpProxy(url) as proxy,
        aiohttp.ClientSession(proxy.url, headers=HEADERS, connector=connector) as session,
    ):
        body = await read(session)
        for mode, wanted in (
            (Mode.BLACKHOLE, TimeoutError),
            (Mode.RESET, aiohttp.ClientError),
            (Mode.HALF_CLOSE, aiohttp.ServerDisconnectedError),
        ):
            proxy.set(mode)
            with pytest.raises(wanted):
                await read(session)
        proxy.set(Mode.CUT, after=60)
        with pytest.raises((aiohttp.ClientError, ConnectionError)):
            await read(session)
        proxy.set(Mode.THROTTLE, rate=4000)
        begun = time.monotonic()
        assert await read(session) == body
        assert time.monotonic() - begun > 0.05
        proxy.set(Mode.CORRUPT)
        assert await read(session) == body[:-1] + bytes([body[-1] ^ 0x20])
        proxy.set(Mode.PASS)
        assert await read(session) == body
        assert proxy.connections >= 8


async def test_a_mode_reaches_open_connections() -> None:
    cluster = EmbeddedCluster()
    cluster.create(pod("a"))
    async with (
        serve(cluster) as url,
        TcpProxy(url) as proxy,
        aiohttp.ClientSession(proxy.url, headers=HEADERS) as session,
        session.get("/api/v1/pods?watch=1") as answer,
    ):
        await answer.content.readline()
        proxy.set(Mode.BLACKHOLE)
        cluster.create(pod("b"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await answer.content.readline()
        proxy.set(Mode.RESET)
        cluster.create(pod("c"))
        with pytest.raises((aiohttp.ClientError, ConnectionError)):
            await answer.content.readline()


async def test_dead_ports() -> None:
    async with aiohttp.ClientSession(timeout=SHORT) as session, silent_port() as silent:
        with pytest.raises(aiohttp.ClientConnectorError):
            await read(session, f"http://127.0.0.1:{refused_port()}/")
        with pytest.raises(TimeoutError):
            await read(session, f"http://127.0.0.1:{silent}/")
        with blackhole_port() as hole, pytest.raises(TimeoutError):
            await read(session, f"http://127.0.0.1:{hole}/")
