"""One cluster, read-only: whole replies with `get`, open ones with `stream`.

Every failure, from a name that does not resolve to an HTML page with status 200, leaves here as one
of `sources.errors`. Bodies are returned as bytes, never decoded and never logged.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import ClientResponse
from aiohttp.abc import AbstractResolver
from yarl import URL

from mckconsole.sources.api import JSON
from mckconsole.sources.clock import ServerClock
from mckconsole.sources.endpoint import ClientCertificate, ClusterEndpoint
from mckconsole.sources.errors import SourceError
from mckconsole.sources.guard import SelfReview
from mckconsole.sources.limits import DEFAULT_LIMITS, Limits
from mckconsole.sources.peer import PeerCertificates
from mckconsole.sources.rate import Rate
from mckconsole.sources.replies import check_content_type, read_body, read_refusal
from mckconsole.sources.transport import Transport

PROBE_PATHS = frozenset({"/version", "/readyz", "/livez"})
"""Small requests whose duration says how far away the API server is."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete 2xx answer."""

    body: bytes
    date: float | None
    """Unix seconds by the server's clock, if it sent a usable `Date`."""
    elapsed: float
    """Seconds from sending to the last byte."""
    headers: Mapping[str, str]


class Stream:
    """An open 2xx answer, read chunk by chunk."""

    def __init__(self, response: ClientResponse, date: float | None, owner: ClusterClient) -> None:
        self.date = date
        """Unix seconds by the server's clock when the stream began."""
        self._response = response
        self._owner = owner

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes as they arrive; ends when the server ends the stream.

        Raises:
            ReadTimeout: nothing came for as long as the stream may be idle.
            SourceError: reset, cut short, not decodable.
        """
        owner = self._owner
        content = self._response.content
        while True:
            try:
                chunk = await content.readany()
            except (aiohttp.ClientError, OSError) as error:
                raise owner.failure(error) from None
            if not chunk:
                return
            owner.last_answer = time.time()
            yield chunk


class ClusterClient:
    """Reads one cluster; safe for many concurrent requests."""

    def __init__(
        self,
        endpoint: ClusterEndpoint,
        *,
        limits: Limits = DEFAULT_LIMITS,
        resolver: AbstractResolver | None = None,
        pooled: bool = True,
    ) -> None:
        """Without `pooled` every request has a new connection, which is closed after it."""
        self.endpoint = endpoint
        self.limits = limits
        self.last_answer: float | None = None
        """Local Unix seconds of the last byte from the API server, whatever it said."""
        self._transport = Transport(endpoint, limits, resolver, pooled=pooled)
        self._root = str(self._transport.base).rstrip("/")
        self._slots = asyncio.Semaphore(limits.concurrent)
        self._openings = asyncio.Semaphore(limits.opening)
        self._clock = ServerClock()
        self._latencies: deque[float] = deque(maxlen=20)
        self._sent = Rate()
        self._first_is_handshake = False
        self._typed: Any = None

    @property
    def clock_offset(self) -> float:
        """Server clock minus ours, seconds; 0.0 before the first answer."""
        return self._clock.offset

    @property
    def latencies(self) -> Sequence[float]:
        """Seconds of the last 20 small requests (`PROBE_PATHS`).

        One that had to connect first is only there as long as there is no other.
        """
        return self._latencies

    @property
    def load(self) -> float:
        """Requests per second over the last ten seconds; a watch counts when it is opened."""
        return self._sent.per_second()

    @property
    def refused(self) -> int:
        """How many requests the read-only guard stopped."""
        return self._transport.guard.refused

    @property
    def peer(self) -> PeerCertificates | None:
        """The certificates that the server showed last; None before the first handshake."""
        return self._transport.peer

    @property
    def certificate(self) -> ClientCertificate | None:
        """The client certificate that is presented; None for none, and before `open`."""
        return self._transport.certificate

    @property
    def server_name(self) -> str:
        """The name that the server's certificate must have."""
        return self.endpoint.tls.server_name or self._transport.base.host or ""

    @property
    def secure(self) -> bool:
        """Whether connections are TLS at all."""
        return self._transport.base.scheme == "https"

    async def open(self) -> None:
        """Build the TLS context (in a thread) and the session; sends nothing.

        Raises:
            SourceError: certificates or the credential cannot be used.
        """
        await self._transport.ready()

    def apart(self, *, total: float) -> ClusterClient:
        """Another client of the same cluster, that makes a new connection for every request.

        `total` bounds one request, seconds. Close it like this one.
        """
        limits = replace(self.limits, total=min(total, self.limits.total))
        resolver = self._transport.resolver
        return ClusterClient(self.endpoint, limits=limits, resolver=resolver, pooled=False)

    def renew(self) -> None:
        """Use new connections from now on: those that are open may be dead. Open streams end."""
        self._transport.renew()

    async def close(self) -> None:
        """Close all connections; open streams end with an error."""
        await self._transport.close()

    async def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        accept: str = JSON,
        timeout: float | None = None,  # noqa: ASYNC109 - of the exchange, not of the wait for a slot
    ) -> Reply:
        """GET `path` (relative to the base URL) and read the whole answer.

        Args:
            path: absolute path without the base URL's prefix, already percent-encoded.
            params: query parameters, encoded here.
            accept: media types wanted; unless JSON is among them any but HTML is taken.
            timeout: seconds for the whole exchange, instead of the limits' total.

        Raises:
            SourceError: whatever went wrong, in the terms of `sources.errors`.
        """
        return await self._exchange("GET", path, params, accept, timeout)

    async def review(self, kind: SelfReview, body: bytes) -> Reply:
        """POST one of the three self-reviews; raises like `get`."""
        return await self._exchange("POST", kind.value, None, JSON, None, body)

    def stream(
        self, path: str, params: Mapping[str, str] | None, *, idle: float, accept: str = JSON
    ) -> AbstractAsyncContextManager[Stream]:
        """GET `path` and yield the open answer; `idle` seconds of silence end it.

        `accept` is as for `get`.

        Raises:
            SourceError: on entering, when the server refuses or does not answer.
        """
        return self._stream(path, params, idle, accept)

    def api_client(self) -> Any:
        """A kubernetes_asyncio `ApiClient` that sends through this session and its guard.

        For typed one-off calls; its models are far too slow for lists. Importing it costs half a
        second, which is why it is imported here and nowhere else.
        """
        if self._typed is None:
            from mckconsole.sources.typed import GuardedApiClient

            self._typed = GuardedApiClient(self._transport, self.limits)
        return self._typed

    def failure(self, error: aiohttp.ClientError | OSError) -> SourceError:
        """What an exception raised while reading means."""
        return self._transport.failure(error)

    async def _exchange(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        accept: str,
        seconds: float | None,
        body: bytes | None = None,
    ) -> Reply:
        headers = {"Accept": accept}
        if body is not None:
            headers["Content-Type"] = JSON
        transport = self._transport
        async with self._slots:
            connections = transport.connections
            sent, started = time.time(), time.monotonic()
            self._sent.note()
            async with transport.exchange(
                method,
                self._url(path, params),
                headers=headers,
                timeouts=transport.timeout(seconds),
                data=body,
            ) as response:
                date = self._note_answer(response, sent)
                if not 200 <= response.status < 300:
                    raise await read_refusal(response, self.limits, path)
                check_content_type(response, accept, path)
                received = await read_body(response, self.limits, self.failure)
            elapsed = time.monotonic() - started
        self.last_answer = time.time()
        if path in PROBE_PATHS:
            self._note_latency(elapsed, connected=transport.connections != connections)
        return Reply(received, date, elapsed, response.headers)

    @asynccontextmanager
    async def _stream(
        self, path: str, params: Mapping[str, str] | None, idle: float, accept: str
    ) -> AsyncIterator[Stream]:
        transport = self._transport
        await transport.ready()
        exchange = transport.exchange(
            "GET",
            self._url(path, params),
            headers={"Accept": accept},
            timeouts=transport.timeout(silence=idle),
        )
        sent = time.time()
        self._sent.note()
        async with self._openings:
            try:
                async with asyncio.timeout(self.limits.connect + self.limits.first_byte):
                    response = await exchange.__aenter__()
            except TimeoutError as error:
                raise self.failure(error) from None
        try:
            date = self._note_answer(response, sent)
            if response.status not in (200, 204):  # 204: a stream without anything in it
                raise await read_refusal(response, self.limits, path)
            check_content_type(response, accept, path)
            yield Stream(response, date, self)
        finally:
            await exchange.__aexit__(None, None, None)

    def _url(self, path: str, params: Mapping[str, str] | None) -> URL:
        query = f"?{urlencode(params)}" if params else ""
        # encoded=True: the guard must see, and the server get, exactly what the caller wrote.
        return URL(f"{self._root}{path}{query}", encoded=True)

    def _note_answer(self, response: ClientResponse, sent: float) -> float | None:
        self.last_answer = now = time.time()
        date = self._clock.parse(response.headers.get("Date"))
        if date is not None:
            self._clock.observe(date, sent, now)
        return date

    def _note_latency(self, elapsed: float, *, connected: bool) -> None:
        if self._first_is_handshake and not connected:
            self._latencies.clear()
            self._first_is_handshake = False
        if not connected:
            self._latencies.append(elapsed)
        elif not self._latencies:
            self._latencies.append(elapsed)
            self._first_is_handshake = True
