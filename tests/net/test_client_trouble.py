"""The transport when names, networks, proxies and servers fail it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from mckconsole.sources import errors
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.endpoint import Secret
from mckconsole.sources.limits import Limits
from tests.net.loopback import (
    DATE,
    QUICK,
    answer,
    client,
    endpoint,
    head,
    raw_server,
    server,
)


class Resolver(AbstractResolver):
    """Answers with an error, or never."""

    def __init__(self, error: OSError | None) -> None:
        self.error = error

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if self.error:
            raise self.error
        await asyncio.sleep(60)
        return []

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (socket.gaierror(-2, "Name or service not known"), errors.NameNotFound),
        (None, errors.ConnectTimeout),
    ],
)
async def test_names_that_do_not_resolve(
    error: OSError | None, expected: type[errors.SourceError]
) -> None:
    limits = replace(QUICK, connect=0.05)
    api = ClusterClient(
        endpoint("https://api.example:6443"), limits=limits, resolver=Resolver(error)
    )
    with pytest.raises(expected, match=r"api\.example"):
        await api.get("/api")
    await api.close()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "was not found"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "no name server answers"),
        (UnicodeError("label too long"), "was not found"),
    ],
)
async def test_our_own_resolver_fails_politely(
    error: Exception, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(host: str, *_: object) -> None:
        assert host == "api.example"
        raise error

    async with client("https://api.example") as api:
        await api.open()
        monkeypatch.setattr(socket, "getaddrinfo", fail)
        with pytest.raises(errors.NameNotFound, match=words):
            await api.get("/api")


async def test_a_name_server_that_hangs_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    released, look_up = threading.Event(), socket.getaddrinfo

    def hang(host: str, *rest: Any, **more: Any) -> Any:
        if host.endswith(".example"):
            released.wait(5)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure")
        return look_up(host, *rest, **more)

    async def handler(_: web.Request) -> web.Response:
        return answer()

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    async with server(handler) as url, client(url) as alive:
        dead = [ClusterClient(endpoint(f"https://c{n}.example"), limits=QUICK) for n in range(40)]
        waiting = [asyncio.create_task(api.get("/api")) for api in dead]
        await asyncio.sleep(0.05)
        await asyncio.wait_for(alive.get("/api"), 0.4)
        assert not any(task.done() for task in waiting)
        released.set()
        ends = await asyncio.gather(*waiting, return_exceptions=True)
        assert {type(end) for end in ends} <= {errors.NameNotFound, errors.ConnectTimeout}
        await asyncio.gather(*(api.close() for api in dead))


async def test_refused_and_unusable_addresses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    async with client(f"http://127.0.0.1:{port}") as api:
        with pytest.raises(errors.ConnectFailed, match=f"127.0.0.1:{port}: connection refused"):
            await api.get("/api")
    for url in ("", "ftp://x", "https://", "https://h:99999", "nonsense", "https://[::1"):
        async with client(url) as api:
            with pytest.raises(errors.ConnectionTrouble, match="not an http"):
                await api.open()
    async with client(endpoint("https://x", problem="no server in cluster 'a'")) as api:
        with pytest.raises(errors.ConnectionTrouble, match="no server in cluster"):
            await api.get("/api")


async def silence(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read(-1)


async def test_accepts_and_never_answers() -> None:
    async with (
        raw_server(silence) as url,
        client(url, replace(QUICK, connect=0.05, first_byte=0.05)) as api,
    ):
        with pytest.raises(errors.ReadTimeout, match="did not answer in time"):
            await api.get("/api")
        with pytest.raises(errors.ReadTimeout):
            await api.get("/api", timeout=0.01)
        with pytest.raises(errors.ReadTimeout):
            await api.stream("/api", None, idle=60).__aenter__()


async def test_a_trickle_is_ended_by_its_rate() -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await asyncio.sleep(0.01)

    async with raw_server(trickle) as url, client(url) as api:
        begun = time.monotonic()
        with pytest.raises(errors.ReadTimeout, match="trickles"):
            await api.get("/api")
        assert time.monotonic() - begun < 1


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (b"", errors.ConnectFailed),
        (b"SSH-2.0-OpenSSH_9.6\r\n", errors.NotKubernetes),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}", errors.ProtocolTrouble),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", errors.ProtocolTrouble),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", errors.SourceError),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
            errors.ProtocolTrouble,
        ),
    ],
)
async def test_broken_answers(reply: bytes, expected: type[errors.SourceError]) -> None:
    async def broken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        writer.write(reply)

    async with raw_server(broken) as url, client(url) as api:
        with pytest.raises(expected):
            await api.get("/api")


async def test_a_reset_in_the_middle_of_a_body_and_of_a_stream() -> None:
    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)
        made: socket.socket = writer.get_extra_info("socket")
        made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        writer.transport.abort()

    async with raw_server(reset) as url, client(url) as api:
        with pytest.raises(errors.ConnectFailed, match="in the middle"):
            await api.get("/api")
        async with api.stream("/api", {"watch": "1"}, idle=1) as stream:
            chunks = stream.chunks()
            assert await anext(chunks) == b"{}\n"
            with pytest.raises(errors.ConnectFailed, match="in the middle"):
                await anext(chunks)


async def test_a_half_open_stream_ends_after_its_idle_time() -> None:
    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        writer.write(
            b"HTTP/1.1 200 OK\r\nDate: " + DATE.encode() + b"\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n"
        )
        await reader.read(-1)

    async with (
        raw_server(stall) as url,
        client(url) as api,
        api.stream("/api", {"watch": "1"}, idle=0.1) as stream,
    ):
        assert stream.date == 1785664800.0
        chunks = stream.chunks()
        assert await anext(chunks) == b"{}\n"
        with pytest.raises(errors.ReadTimeout):
            await anext(chunks)


async def test_a_stream_longer_than_the_total_lives() -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        for _ in range(4):
            await response.write(b"{}\n")
            await asyncio.sleep(0.05)
        return response

    limits = Limits(total=0.1, first_byte=0.1, connect=0.1)
    async with (
        server(slow) as url,
        client(url, limits) as api,
        api.stream("/api", {"watch": "1"}, idle=0.5) as stream,
    ):
        assert b"".join([chunk async for chunk in stream.chunks()]) == b"{}\n" * 4


async def test_an_error_of_the_reader_is_not_taken_for_the_servers() -> None:
    async def handler(_: web.Request) -> web.Response:
        return answer()

    async with server(handler) as url, client(url) as api:
        with pytest.raises(OSError, match="disk full"):
            async with api.stream("/api", None, idle=1):
                raise OSError("disk full")


async def test_open_watches_never_hold_up_a_list() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        if "watch" not in request.query:
            return answer()
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await asyncio.sleep(5)
        return response

    async with server(handler) as url, client(url, Limits(concurrent=1, opening=2)) as api:
        streams = [api.stream("/api", {"watch": "1"}, idle=9) for _ in range(120)]
        await asyncio.gather(*(stream.__aenter__() for stream in streams))
        await asyncio.wait_for(api.get("/api"), 2)
        await asyncio.gather(*(stream.__aexit__(None, None, None) for stream in streams))


async def test_a_proxy_is_used_and_its_refusal_named() -> None:
    heads: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await head(reader))
        status = b"407 Proxy Authentication Required" if len(heads) == 1 else b"502 Bad Gateway"
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")

    async with raw_server(proxy) as url:
        target = replace(
            endpoint("https://api.example:6443", proxy_url=url), proxy_auth=Secret("u:hush")
        )
        async with client(target) as api:
            with pytest.raises(errors.ProxyFailed, match="407") as caught:
                await api.get("/api")
            assert "hush" not in str(caught.value)
            with pytest.raises(errors.ProxyFailed, match=r"502 for api\.example:6443"):
                await api.get("/api")
    assert heads[0].startswith(b"CONNECT api.example:6443 HTTP/1.1")
    assert b"proxy-authorization: basic" in heads[0].lower()
    async with client(endpoint("https://api.example", proxy_url="http://127.0.0.1:1")) as api:
        with pytest.raises(errors.ProxyFailed, match=r"cannot connect to the proxy 127\.0\.0\.1:1"):
            await api.get("/api")


async def test_a_client_closed_while_it_opens_leaves_no_session() -> None:
    async with client("https://127.0.0.1:1") as api:
        opening = asyncio.create_task(api.open())
        await asyncio.sleep(0)  # TLS settings are being read, in a thread
        await api.close()
        with pytest.raises(errors.ConnectionTrouble, match="closed by us"):
            await opening
        assert api._transport.session is None
