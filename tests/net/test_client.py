"""The transport against servers that answer, refuse, stall, lie and break."""

from __future__ import annotations

import asyncio
import gzip
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from mckconsole import __version__
from mckconsole.sources import errors
from mckconsole.sources.client import ClusterClient, SelfReview
from mckconsole.sources.endpoint import Impersonation, Secret
from mckconsole.sources.limits import Limits
from tests.net.loopback import (
    QUICK,
    FakeCredential,
    client,
    endpoint,
    head,
    raw_server,
    server,
)

DATE = "Sun, 02 Aug 2026 10:00:00 GMT"


def answer(text: str = '{"kind":"List"}', status: int = 200, **headers: str) -> web.Response:
    return web.Response(
        text=text,
        status=status,
        content_type="application/json",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


async def test_a_reply_has_body_date_and_headers_and_says_who_asks() -> None:
    seen: list[web.Request] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request)
        return answer(request.path_qs, Date=DATE, Audit_Id="a-1")

    async with server(handler) as url, client(f"{url}/hub/clusters/one/") as api:
        reply = await api.get("/api/v1/pods", {"limit": "500", "continue": "a/b=&c"})
        assert reply.body == b"/hub/clusters/one/api/v1/pods?limit=500&continue=a%2Fb%3D%26c"
        assert reply.date == 1785664800.0
        assert reply.headers["audit-id"] == "a-1"
        assert 0 < reply.elapsed < 1
        assert api.last_answer == pytest.approx(time.time(), abs=1)
    assert seen[0].headers["User-Agent"] == f"mckconsole/{__version__}"
    assert seen[0].headers["Accept"] == "application/json"
    assert "Cookie" not in seen[0].headers


async def test_the_clock_offset_narrows_with_every_reply() -> None:
    skew = 3600.0

    async def handler(_: web.Request) -> web.Response:
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + skew))
        return answer(Date=date)

    async with server(handler) as url, client(url) as api:
        assert api.clock_offset == 0.0
        await api.get("/version")
        assert api.clock_offset == pytest.approx(skew, abs=1.0)
        skew = -7200.0  # the server's clock was set
        await api.get("/version")
        assert api.clock_offset == pytest.approx(skew, abs=1.0)
        assert len(api.latencies) == 1, "the one with the handshake gave way"


async def test_cookies_are_not_kept() -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Cookie", ""))
        return answer(Set_Cookie="a=b")

    async with server(handler) as url, client(url) as api:
        await api.get("/api")
        await api.get("/api")
    assert seen == ["", ""]


@pytest.mark.parametrize(
    ("status", "body", "expected", "words"),
    [
        (401, '{"message":"Unauthorized","reason":"Unauthorized"}', errors.Unauthorized, "401"),
        (
            403,
            '{"message":"nodes is forbidden","reason":"Forbidden"}',
            errors.Forbidden,
            "nodes is",
        ),
        (404, "404 page not found", errors.NotServed, "page not found"),
        (410, '{"message":"too old","reason":"Expired"}', errors.Expired, "too old"),
        (422, '{"message":"\\u001b[31mred","reason":"Invalid"}', errors.BadRequest, "‹1B›[31mred"),
        (429, '{"message":"slow down"}', errors.Throttled, "slow down"),
        (500, '{"message":"etcd","reason":"InternalError"}', errors.ServerTrouble, "etcd"),
        (503, "", errors.ServerTrouble, "503 Service Unavailable"),
        (502, "<html><body>Bad gateway</body></html>", errors.ServerTrouble, "HTML page"),
        (404, "<!DOCTYPE html><title>nginx</title>", errors.NotKubernetes, "not a Kubernetes API"),
        (400, "Client sent an HTTP request to an HTTPS server.", errors.NotKubernetes, "https://"),
        (407, "", errors.ProxyFailed, "proxy"),
        (500, '{"message":"' + "x" * 100_000, errors.ServerTrouble, "xxx"),
        (503, "\xff\xfe\x00", errors.ServerTrouble, "503"),
    ],
)
async def test_refusals(
    status: int, body: str, expected: type[errors.SourceError], words: str
) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=body.encode("latin-1"), status=status)

    async with server(handler) as url, client(url) as api:
        with pytest.raises(expected) as caught:
            await api.get("/api/v1/nodes")
        assert type(caught.value) is expected
        assert words in str(caught.value)
        assert caught.value.hint
        assert len(caught.value.message) <= errors.MAX_MESSAGE
        with pytest.raises(expected):
            async with api.stream("/api/v1/nodes", {"watch": "1"}, idle=1):
                raise AssertionError("a refused watch was opened")


async def test_retry_after_and_reasons_are_kept() -> None:
    bodies = {
        "/header": ("{}", 429, "7"),
        "/body": ('{"message":"m","details":{"retryAfterSeconds":3}}', 429, None),
        "/date": ("{}", 503, "Sun, 02 Aug 2015 10:00:00 GMT"),
        "/rv": ('{"reason":"Timeout","message":"Too large resource version: 9"}', 504, None),
        "/cause": (
            '{"reason":"Timeout","message":"m","details":{"causes":'
            '[{"reason":"ResourceVersionTooLarge"}]}}',
            504,
            None,
        ),
    }

    async def handler(request: web.Request) -> web.Response:
        text, status, after = bodies[request.path]
        return answer(text, status, **({"Retry_After": after} if after else {}))

    caught: dict[str, errors.SourceError] = {}
    async with server(handler) as url, client(url) as api:
        for path in bodies:
            with pytest.raises(errors.StatusTrouble) as info:
                await api.get(path)
            caught[path] = info.value
    assert [caught[path].retry_after for path in ("/header", "/body", "/date")] == [7.0, 3.0, 0.0]
    assert caught["/rv"].reason == caught["/cause"].reason == "ResourceVersionTooLarge"


async def test_redirects_are_refused_and_not_followed() -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.path)
        return answer(status=307, Location="/api/v1/nodes/a/proxy/")

    credential = FakeCredential(["t"])
    async with server(handler) as url, client(endpoint(url, credential=credential)) as api:
        with pytest.raises(errors.Redirected, match="redirects to /api/v1/nodes/a/proxy/: refused"):
            await api.get("/api")
    assert seen == ["/api"]


async def test_a_login_page_is_no_kubernetes_api() -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(text="<html>log in</html>", content_type="text/html")

    async with server(handler) as url, client(url) as api:
        for accept in ("application/json", "text/plain"):
            with pytest.raises(errors.NotKubernetes, match="text/html"):
                await api.get("/version", accept=accept)
        with pytest.raises(errors.NotKubernetes):
            async with api.stream("/api", {"watch": "1"}, idle=1):
                pass


async def test_plain_text_is_taken_where_it_is_asked_for() -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    async with server(handler) as url, client(url) as api:
        assert (await api.get("/readyz", accept="text/plain")).body == b"ok"
        with pytest.raises(errors.NotKubernetes):
            await api.get("/readyz")


# --- credentials


async def test_a_401_renews_once_for_all_and_retries_once() -> None:
    credential = FakeCredential(["old", "new"], last=1)
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.headers["Authorization"])
        good = request.headers["Authorization"] == "Bearer new"
        return answer() if good else answer("{}", 401)

    async with server(handler) as url, client(endpoint(url, credential=credential)) as api:
        replies = await asyncio.gather(*(api.get("/api") for _ in range(5)))
    assert len(replies) == 5
    assert credential.renewals == 1
    assert seen.count("Bearer new") == 5


@pytest.mark.parametrize("last", [0, 99])
async def test_a_401_for_ever_ends(last: int) -> None:
    credential = FakeCredential(["a", "b", "c"], last=last)
    requests = 0

    async def handler(_: web.Request) -> web.Response:
        nonlocal requests
        requests += 1
        return answer('{"message":"Unauthorized"}', 401)

    async with server(handler) as url, client(endpoint(url, credential=credential)) as api:
        with pytest.raises(errors.Unauthorized):
            await api.get("/api")
    assert (requests, credential.renewals) == (1 + (last > 0), 1)


async def test_a_watch_renews_as_well() -> None:
    credential = FakeCredential(["old", "new"], last=1)

    async def handler(request: web.Request) -> web.Response:
        good = request.headers["Authorization"] == "Bearer new"
        return answer("{}\n") if good else answer("{}", 401)

    async with (
        server(handler) as url,
        client(endpoint(url, credential=credential)) as api,
        api.stream("/api", {"watch": "1"}, idle=1) as stream,
    ):
        assert [chunk async for chunk in stream.chunks()] == [b"{}\n"]


async def test_no_login_is_reported_as_such() -> None:
    class NoLogin(FakeCredential):
        async def headers(self) -> dict[str, object]:  # type: ignore[override]  # only raises
            raise errors.LoginRequired("run `aws sso login`")

    async with client(endpoint("http://127.0.0.1:1", credential=NoLogin())) as api:
        with pytest.raises(errors.LoginRequired):
            await api.get("/api")


async def test_impersonation_headers_are_sent_once_even_when_retried() -> None:
    who = Impersonation("auditor", "7", ("a", "b"), {"Example.org/Scopes": ("x", "y")})
    credential = FakeCredential(["old", "new"], last=1)
    seen: list[list[tuple[str, str]]] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append([item for item in request.headers.items() if item[0].startswith("Imp")])
        return answer("{}", 200 if "new" in request.headers["Authorization"] else 401)

    target = endpoint("", credential=credential, impersonate=who)
    async with server(handler) as url, client(replace(target, base_url=url)) as api:
        await api.get("/api")
    assert len(seen) == 2
    assert (
        seen[0]
        == seen[1]
        == [
            ("Impersonate-User", "auditor"),
            ("Impersonate-Uid", "7"),
            ("Impersonate-Group", "a"),
            ("Impersonate-Group", "b"),
            ("Impersonate-Extra-example.org%2Fscopes", "x"),
            ("Impersonate-Extra-example.org%2Fscopes", "y"),
        ]
    )


async def test_a_token_never_goes_over_plain_http_or_into_a_header_it_breaks() -> None:
    target = endpoint("http://example.invalid", credential=FakeCredential(["hush-hush"]))
    async with client(target) as api:
        with pytest.raises(errors.CredentialTrouble, match="plain http") as caught:
            await api.get("/api")
        assert "hush" not in str(caught.value)
    target = endpoint("http://127.0.0.1:1", credential=FakeCredential(["hush-\nhush"]))
    async with client(target) as api:
        with pytest.raises(errors.CredentialTrouble, match="characters") as caught:
            await api.get("/api")
        assert "hush" not in str(caught.value)


async def test_environment_proxies_and_netrc_are_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login me password hush\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    seen: list[str | None] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization"))
        return answer()

    async with server(handler) as url:
        async with client(url) as api:
            await api.get("/api")
        async with client(endpoint(url, credential=FakeCredential(["t"]))) as api:
            await api.get("/api")
    assert seen == [None, "Bearer t"]


async def test_self_reviews_are_posted() -> None:
    async def handler(request: web.Request) -> web.Response:
        return answer(f"{request.method} {request.path} {await request.text()}", 201)

    async with server(handler) as url, client(f"{url}/p") as api:
        for kind in SelfReview:
            reply = await api.review(kind, b"{}")
            assert reply.body == f"POST /p{kind.value} {{}}".encode()
        assert api.refused == 0


# --- trouble on the way


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


# --- sizes


async def test_a_gzip_bomb_is_stopped() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    assert len(bomb) < 60_000

    async def handler(_: web.Request) -> web.Response:
        return web.Response(
            body=bomb, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"}
        )

    async with server(handler) as url, client(url, replace(QUICK, body=1_000_000)) as api:
        with pytest.raises(errors.ProtocolTrouble, match=r"larger than 0\.954 MiB"):
            await api.get("/api")


@pytest.mark.parametrize("announced", [True, False])
async def test_the_body_cap(announced: bool) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        size = int(request.query["size"])
        if announced:
            return answer("x" * size)
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(b"x" * size)
        return response

    async with server(handler) as url, client(url, replace(QUICK, body=4096)) as api:
        assert len((await api.get("/api", {"size": "4096"})).body) == 4096
        with pytest.raises(errors.ProtocolTrouble, match="larger than"):
            await api.get("/api", {"size": "4097"})


async def test_gzip_is_asked_for_and_read() -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.headers["Accept-Encoding"] == "gzip"
        return web.Response(
            body=gzip.compress(b"{}" * 100_000),
            headers={"Content-Encoding": "gzip", "Content-Type": "application/json"},
        )

    async with server(handler) as url, client(url) as api:
        assert (await api.get("/api")).body == b"{}" * 100_000


# --- proxies


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


# --- the process


async def test_keepalive_is_set_on_every_connection() -> None:
    async def handler(_: web.Request) -> web.Response:
        return answer()

    async with server(handler) as url, client(url) as api:
        made = api._transport._make_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ()))
        with made:
            assert made.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            if hasattr(socket, "TCP_KEEPIDLE"):
                assert made.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 15
            assert made.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) == 5
            assert made.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT) == 3
        await api.get("/api")
        assert api._transport.connections == 2


async def test_a_closed_client_says_so() -> None:
    async with client("http://127.0.0.1:1") as api:
        await api.open()
        await api.close()
        with pytest.raises(errors.ConnectionTrouble, match="closed by us"):
            await api.get("/api")


def test_importing_the_client_does_not_import_the_typed_library() -> None:
    code = (
        "import sys, mckconsole.sources.client, mckconsole.sources.discovery\n"
        "print([m for m in sys.modules if m.startswith(('kubernetes', 'textual'))])"
    )
    out = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert out.stdout.strip() == "[]"
