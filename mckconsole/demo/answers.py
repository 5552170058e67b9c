"""Requests and answers as values, and the listener that carries them over HTTP.

A service turns a `Call` into an `Answer`; faults stand between the two. Only this module touches
aiohttp, so that a fault can spoil an answer on the wire: stop sending, reset, trickle.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import ssl
import struct
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec
from aiohttp import web

GZIP_THRESHOLD = 128 * 1024
"""Bodies from this size on are compressed for clients that accept it (k8s.io/apiserver writers)."""

_SHUTDOWN_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Call:
    """One request."""

    method: str
    path: str
    """Decoded by nobody yet, without the prefix under which the service is mounted."""
    query: Mapping[str, str]
    query_all: Sequence[tuple[str, str]]
    headers: Sequence[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """First value of a header, or empty."""
        lowered = name.lower()
        return next((value for key, value in self.headers if key.lower() == lowered), "")


@dataclass(slots=True)
class Answer:
    """One response; a body that is an iterator is streamed."""

    status: int
    body: bytes | AsyncGenerator[bytes]
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    """Content-Length of a streamed body; None sends it chunked."""
    compress: bool = False
    """Whether a large body may be gzipped for clients that accept it."""

    def stream(self) -> AsyncGenerator[bytes]:
        """The body as a stream, remembering the length that it should have had."""
        if isinstance(self.body, bytes):
            self.length = len(self.body)
            return _once(self.body)
        return self.body


async def _once(body: bytes) -> AsyncGenerator[bytes]:
    yield body


class ResetConnection(Exception):
    """Raised by a body to end its connection with a TCP reset."""


class DropConnection(Exception):
    """Raised by a body to close its connection in the middle of the message."""


class Service(Protocol):
    """Something that answers calls."""

    async def answer(self, call: Call) -> Answer:
        """Answer one request; must not raise for anything a client can send."""
        ...


def json_answer(
    document: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Answer:
    """A JSON document, with further headers."""
    return Answer(
        status,
        msgspec.json.encode(document),
        {"Content-Type": "application/json", **(headers or {})},
    )


def text_answer(text: str, status: int = 200, content_type: str = "text/plain") -> Answer:
    """Plain text."""
    return Answer(status, text.encode(), {"Content-Type": f"{content_type}; charset=utf-8"})


class Listener:
    """Serves services on one loopback port, each under its path prefix.

    Args:
        services: prefix ("" or "/k8s/clusters/east") → service; the longest match wins.
        tls: serve HTTPS with this context.
        port: 0 takes a free one.
    """

    def __init__(
        self,
        services: Mapping[str, Service],
        *,
        tls: ssl.SSLContext | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
    ) -> None:
        self._services = sorted(services.items(), key=lambda item: -len(item[0]))
        self._tls = tls
        self._port = port
        self._host = host
        self._runner: web.ServerRunner | None = None
        self.url = ""
        """Scheme, host and port once started."""

    async def start(self) -> str:
        """Listen; returns the base URL."""
        server = web.Server(self._handle, handler_cancellation=True, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=_SHUTDOWN_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port, ssl_context=self._tls)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"{'https' if self._tls else 'http'}://{self._host}:{port}"
        return self.url

    async def close(self) -> None:
        """Stop listening; every request under way is cancelled."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Listener:
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.rel_url.raw_path
        for prefix, service in self._services:
            if path == prefix or path.startswith(f"{prefix}/"):
                query = list(request.query.items())
                call = Call(
                    method=request.method,
                    path=path[len(prefix) :] or "/",
                    query=dict(reversed(query)),
                    query_all=query,
                    headers=list(request.headers.items()),
                    body=await request.read(),
                )
                return await _send(request, await service.answer(call))
        return web.Response(status=404, text="404 page not found\n")


async def _send(request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
    body = answer.body
    if isinstance(body, bytes):
        headers = dict(answer.headers)
        if answer.compress and len(body) >= GZIP_THRESHOLD and _accepts_gzip(request):
            body = await asyncio.to_thread(gzip.compress, body, 1)
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return web.Response(status=answer.status, body=body or None, headers=headers)
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    if answer.length is None:
        response.enable_chunked_encoding()
    else:
        response.content_length = answer.length
    await response.prepare(request)
    # ConnectionError: the client left, and there is nobody to tell.
    with contextlib.suppress(ConnectionError):
        async with contextlib.aclosing(body):
            try:
                async for chunk in body:
                    await response.write(chunk)
            except ResetConnection:
                _abort(request, reset=True)
            except DropConnection:
                _abort(request, reset=False)
        await response.write_eof()
    return response


def _accepts_gzip(request: web.BaseRequest) -> bool:
    return "gzip" in request.headers.get("Accept-Encoding", "")


def _abort(request: web.BaseRequest, *, reset: bool) -> None:
    """Close the connection under a response, with RST (linger 0) or FIN."""
    transport = request.transport
    if transport is None:
        return
    if reset:
        raw = transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    else:
        transport.close()
