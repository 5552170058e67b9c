"""Credentials on the wire: renewed once, never where they do not belong."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from mckconsole.sources import errors
from mckconsole.sources.endpoint import Impersonation
from tests.net.loopback import FakeCredential, answer, client, endpoint, server


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


async def test_closing_ends_a_renewal_under_way() -> None:
    renewing = asyncio.Event()

    class Slow(FakeCredential):
        async def renew(self) -> bool:
            renewing.set()
            await asyncio.sleep(60)
            return True

    async def handler(_: web.Request) -> web.Response:
        return answer("{}", 401)

    before = asyncio.all_tasks()
    async with server(handler) as url, client(endpoint(url, credential=Slow(["t"]))) as api:
        asking = asyncio.create_task(api.get("/api"))
        await renewing.wait()
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() <= before
