"""One cluster's client: what it sends, what it makes of answers, and how much it takes."""

from __future__ import annotations

import gzip
import os
import socket
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from aiohttp import web

from mckconsole import __version__
from mckconsole.sources import errors
from mckconsole.sources.guard import SelfReview
from tests.net.loopback import (
    DATE,
    QUICK,
    FakeCredential,
    answer,
    client,
    endpoint,
    server,
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


async def test_self_reviews_are_posted() -> None:
    async def handler(request: web.Request) -> web.Response:
        return answer(f"{request.method} {request.path} {await request.text()}", 201)

    async with server(handler) as url, client(f"{url}/p") as api:
        for kind in SelfReview:
            reply = await api.review(kind, b"{}")
            assert reply.body == f"POST /p{kind.value} {{}}".encode()
        assert api.refused == 0


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


async def test_compression_is_not_asked_for_where_the_kubeconfig_disables_it() -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.headers["Accept-Encoding"])
        return answer('{"gitVersion":"v1"}')

    async with (
        server(handler) as url,
        client(replace(endpoint(url), compress=False)) as api,
    ):
        await api.get("/version")
        await api.api_client().call_api("/version", "GET")
    assert seen == ["identity", "identity"]


async def test_gzip_is_asked_for_and_read() -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.headers["Accept-Encoding"] == "gzip"
        return web.Response(
            body=gzip.compress(b"{}" * 100_000),
            headers={"Content-Encoding": "gzip", "Content-Type": "application/json"},
        )

    async with server(handler) as url, client(url) as api:
        assert (await api.get("/api")).body == b"{}" * 100_000


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
