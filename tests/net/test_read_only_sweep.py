"""Every writing method of kubernetes_asyncio through our session: only the self-reviews leave."""

from __future__ import annotations

import gc
import inspect
import logging
import re
import ssl
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, cast

import pytest
from aiohttp import web
from kubernetes_asyncio import client as typed

from mckconsole.sources.client import ClusterClient
from mckconsole.sources.errors import ReadOnlyViolation
from tests.net.loopback import QUICK, client, endpoint, server

WRITING = re.compile(r"(create|delete|patch|replace|connect)_")
SELF_REVIEWS = {
    "create_self_subject_access_review": "authorization.k8s.io/v1/selfsubjectaccessreviews",
    "create_self_subject_rules_review": "authorization.k8s.io/v1/selfsubjectrulesreviews",
    "create_self_subject_review": "authentication.k8s.io/v1/selfsubjectreviews",
}
EXPECTED_AT_LEAST = 550
"""Methods in the oldest version of the library that we take; a sweep of nothing proves nothing."""


def writing_methods(api: typed.ApiClient) -> Iterator[tuple[str, Callable[..., Awaitable[Any]]]]:
    for name, found in sorted(vars(typed).items()):
        if not (inspect.isclass(found) and name.endswith("Api")):
            continue
        bound = cast(Callable[[typed.ApiClient], object], found)(api)
        for method in sorted(vars(found)):
            if WRITING.match(method) and not method.endswith("_with_http_info"):
                yield f"{name}.{method}", getattr(bound, method)


def dummy_arguments(method: Callable[..., Awaitable[Any]]) -> dict[str, object]:
    """An argument for every required parameter; bodies are objects, all else names."""
    return {
        name: {} if name == "body" else "v1" if name == "version" else "x"
        for name, parameter in inspect.signature(method).parameters.items()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
    }


async def call(method: Callable[..., Awaitable[Any]]) -> Exception | None:
    try:
        await method(**dummy_arguments(method))
    except Exception as error:
        return error
    return None


async def test_every_writing_method_is_blocked_but_the_self_reviews() -> None:
    arrived: list[str] = []

    async def record(request: web.Request) -> web.Response:
        arrived.append(f"{request.method} {request.path}")
        return web.json_response({"spec": {}, "status": {"allowed": True}}, status=201)

    async with server(record) as url, client(url) as api:
        methods = list(writing_methods(api.api_client()))
        passed: list[str] = []
        for name, method in methods:
            before = len(arrived)
            error = await call(method)
            if len(arrived) > before:
                passed.append(name.partition(".")[2])
            else:
                assert isinstance(error, ReadOnlyViolation), (name, error)
        assert api.refused == len(methods) - len(passed)
    assert len(methods) >= EXPECTED_AT_LEAST
    assert sorted(passed) == sorted(SELF_REVIEWS)
    assert sorted(arrived) == sorted(f"POST /apis/{path}" for path in SELF_REVIEWS.values())


async def test_the_session_itself_is_guarded() -> None:
    """Also when the library, or anybody else, uses the session without our REST client."""
    arrived: list[str] = []

    async def record(request: web.Request) -> web.Response:
        arrived.append(request.path)
        return web.Response(status=302, headers={"Location": "/api/v1/nodes/x/proxy/"})

    async with server(record) as url, client(url) as api:
        await api.open()
        session = api.api_client().rest_client.pool_manager
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            with pytest.raises(ReadOnlyViolation):
                await session.request(method, f"{url}/api/v1/pods")
        for header in ("Upgrade", "X-HTTP-Method-Override"):
            with pytest.raises(ReadOnlyViolation):
                await session.get(f"{url}/api/v1/pods", headers={header: "DELETE"})
        with pytest.raises(ReadOnlyViolation):
            await session.ws_connect(f"{url}/api/v1/namespaces/a/pods/b/exec")
        with pytest.raises(ReadOnlyViolation):
            await session.get("http://127.0.0.1:1/api")
        assert arrived == []
        with pytest.raises(Exception, match="refused"):
            await session.get(f"{url}/api/v1/pods")
        assert arrived == ["/api/v1/pods"]


async def test_typed_calls_read_and_leave_nothing_behind(caplog: pytest.LogCaptureFixture) -> None:
    secret = "hush-hush"

    async def handler(_: web.Request) -> web.Response:
        item = {"metadata": {"name": "a\udcff"}, "data": {"k": secret}}
        return web.json_response({"items": [item]})

    caplog.set_level(logging.DEBUG)
    async with server(handler) as url, client(url) as api:
        made = api.api_client()
        core = typed.CoreV1Api(made)
        found = await core.list_secret_for_all_namespaces()
        assert found.items[0].data == {"k": secret}
        del found
        gc.collect()
        assert not hasattr(made, "last_response")
        assert secret not in caplog.text


async def test_a_typed_refusal_is_an_api_exception_and_bad_bytes_do_not_matter() -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=b'{"message":"\xff"}', status=403)

    async with server(handler) as url, client(url) as api:
        with pytest.raises(typed.ApiException) as caught:
            await typed.CoreV1Api(api.api_client()).list_node()
        assert caught.value.status == 403


def test_the_client_is_made_without_a_session_or_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a typed client builds nothing of its own")

    monkeypatch.setattr(ssl, "create_default_context", forbidden)
    monkeypatch.setattr(tempfile, "mkstemp", forbidden)
    api = ClusterClient(endpoint("https://localhost:1"), limits=QUICK).api_client()
    assert api.rest_client.pool_manager is None
