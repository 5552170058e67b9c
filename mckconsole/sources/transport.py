"""The wire to one cluster: one aiohttp session, behind the guard, that is renewed when it must be.

The session knows no environment: no proxy variables, no netrc, no cookies, no redirects. Its
connections are counted by us and not by aiohttp, so that open watches never hold up a list. When a
CA or client certificate changes, a new session takes over; streams of the old one are closed at
once (they would live on with the old identity) and lists of it end first.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, ClientTimeout
from aiohttp.abc import AbstractResolver
from yarl import URL

from mckconsole import __version__
from mckconsole.sources.auth import Authenticator, CertificateChanged
from mckconsole.sources.endpoint import ClientCertificate, ClusterEndpoint, TLSSettings
from mckconsole.sources.errors import ConnectionTrouble, Redirected, SourceError, Unauthorized
from mckconsole.sources.failures import tls_cause, translate
from mckconsole.sources.guard import Guard
from mckconsole.sources.limits import Limits
from mckconsole.sources.link import Link
from mckconsole.sources.peer import NotingConnector, PeerCertificates
from mckconsole.sources.resolver import DaemonResolver
from mckconsole.sources.tls import build_context, fingerprint, names_files, unshared_context
from mckconsole.sources.tlserrors import Server, explain

AGENT = f"mckconsole/{__version__}"
CLOSED = "the connection was closed by us"
READ_BUFFER = 512 * 1024
"""Bytes that aiohttp buffers before it makes the server wait; more saves wake-ups on big lists."""
KEEP_IDLE = 55.0
"""Seconds an unused connection is kept: less than load balancers usually allow (60 s)."""
_KEEPALIVE = (("TCP_KEEPIDLE", 15), ("TCP_KEEPALIVE", 15), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3))
"""Probe after 15 s of silence, every 5 s, three times; macOS has its own name for the first."""


class Transport:
    """Sends requests to one endpoint; translates every failure into a SourceError."""

    def __init__(
        self,
        endpoint: ClusterEndpoint,
        limits: Limits,
        resolver: AbstractResolver | None = None,
        *,
        pooled: bool = True,
    ) -> None:
        """Without `pooled` no connection is used twice."""
        self._endpoint = endpoint
        self._limits = limits
        self._pooled = pooled
        self.resolver = resolver or DaemonResolver()
        self.base, self._problem = _parse_base(endpoint)
        self.guard = Guard(self.base)
        self._auth = Authenticator(endpoint, self.base)
        self._lock = asyncio.Lock()
        self._link: Link | None = None
        self._retiring: set[asyncio.Task[None]] = set()
        self._closed = False
        self.at = f"{self.base.host}:{self.base.port}"
        proxy = URL(endpoint.proxy_url) if endpoint.proxy_url else None
        self._proxy = f"{proxy.host}:{proxy.port}" if proxy else ""
        self.headers: Mapping[str, str] = {
            "User-Agent": AGENT,
            "Accept-Encoding": "gzip" if endpoint.compress else "identity",
        }
        """What every request carries."""
        self.connections = 0
        """TCP connections opened so far."""

    @property
    def session(self) -> aiohttp.ClientSession | None:
        """The session in use, None before the first request."""
        return self._link.session if self._link else None

    @property
    def peer(self) -> PeerCertificates | None:
        """What the session in use was shown last; None before that, and for plain http."""
        connector = self._link.session.connector if self._link else None
        return connector.peer if isinstance(connector, NotingConnector) else None

    @property
    def certificate(self) -> ClientCertificate | None:
        """The client certificate that the session in use presents."""
        return self._link.certificate if self._link else None

    async def ready(self) -> Link:
        """The current link, built or rebuilt where certificates have changed.

        Raises:
            TLSFailed, CredentialTrouble, ConnectionTrouble: it cannot even be tried.
        """
        if self._closed:
            raise ConnectionTrouble(CLOSED)
        if self._problem:
            raise ConnectionTrouble(self._problem, hint="correct the kubeconfig")
        await self._auth.prepare()
        certificate = await self._endpoint.credential.client_certificate()
        if (link := self._current(certificate)) is not None:
            return link
        async with self._lock:
            return self._current(certificate) or await self._renew(certificate)

    def _current(self, certificate: ClientCertificate | None) -> Link | None:
        """The link, if it is of this certificate and its files were looked at recently."""
        link = self._link
        if link is None or link.certificate != certificate:
            return None
        return link if time.monotonic() - link.checked < self._limits.recheck_files else None

    async def _renew(self, certificate: ClientCertificate | None) -> Link:
        old, settings = self._link, self._endpoint.tls
        if names_files(settings, certificate):  # a disk may take its time
            stamp = await asyncio.to_thread(fingerprint, settings, certificate)
        else:
            stamp = fingerprint(settings, certificate)
        if old is not None and old.stamp == stamp:
            old.certificate, old.checked = certificate, time.monotonic()
            return old
        session = await self._open_session(settings, certificate)
        if self._closed:  # meanwhile; nobody would close this one
            await session.close()
            raise ConnectionTrouble(CLOSED)
        self._link = Link(session, stamp, certificate, time.monotonic())
        if old is not None:
            await old.retire()
        return self._link

    async def _open_session(
        self, settings: TLSSettings, certificate: ClientCertificate | None
    ) -> aiohttp.ClientSession:
        context: ssl.SSLContext | bool = False
        if self.base.scheme == "https":
            context = await asyncio.to_thread(build_context, settings, certificate)
        connector = NotingConnector(
            ssl=context,
            limit=0,
            ttl_dns_cache=10,
            resolver=self.resolver,
            keepalive_timeout=KEEP_IDLE if self._pooled else None,
            force_close=not self._pooled,
            socket_factory=self._make_socket,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            headers=self.headers,
            proxy=self._proxy_with_login(),
            timeout=self.timeout(),
            read_bufsize=READ_BUFFER,
            middlewares=(self.guard, self._auth, refuse_redirect),
        )

    def _proxy_with_login(self) -> URL | None:
        """The proxy as aiohttp wants it: for the wire only, errors name its host and port."""
        if not self._endpoint.proxy_url:
            return None
        proxy = URL(self._endpoint.proxy_url)
        if self._endpoint.proxy_auth is not None:
            user, _, password = self._endpoint.proxy_auth.reveal().partition(":")
            proxy = proxy.with_user(user).with_password(password)
        return proxy

    def _make_socket(self, address: tuple[int, int, int, str, object]) -> socket.socket:
        self.connections += 1
        made = socket.socket(address[0], address[1], address[2])
        made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE:
            option = getattr(socket, name, None)
            if option is not None:
                made.setsockopt(socket.IPPROTO_TCP, option, value)
        return made

    def timeout(self, total: float | None = None, silence: float | None = None) -> ClientTimeout:
        """Timeouts of one request: the limits', the caller's total, or a stream's silence."""
        connect = self._limits.connect
        if silence is not None:
            return ClientTimeout(
                total=None, connect=connect, sock_connect=connect, sock_read=silence
            )
        total = self._limits.total if total is None else total
        connect = min(connect, total)
        read = min(self._limits.first_byte, total)
        return ClientTimeout(total=total, connect=connect, sock_connect=connect, sock_read=read)

    @asynccontextmanager
    async def exchange(
        self,
        method: str,
        url: URL,
        *,
        headers: Mapping[str, str],
        timeouts: ClientTimeout,
        data: bytes | None = None,
    ) -> AsyncIterator[ClientResponse]:
        """Send one request; yields the response once its headers are there.

        A request without a total timeout is a stream.

        Raises:
            SourceError: before the response; errors while reading are for `failure`.
        """
        for _ in range(2):
            link = await self.ready()
            try:
                async with link.held():
                    response = await self._send(link, method, url, headers, timeouts, data)
                    with link.reading(response, ends_with_link=timeouts.total is None):
                        yield response
                return
            except CertificateChanged:  # the request is repeated on a new link
                continue
        raise Unauthorized(
            "the renewed client certificate was refused", hint="log in again for this context"
        )

    async def _send(
        self,
        link: Link,
        method: str,
        url: URL,
        headers: Mapping[str, str],
        timeouts: ClientTimeout,
        data: bytes | None,
    ) -> ClientResponse:
        try:
            return await link.session.request(
                method,
                url,
                headers=headers,
                timeout=timeouts,
                data=data,
                allow_redirects=False,
                server_hostname=self._endpoint.tls.server_name or None,
            )
        except (aiohttp.ClientError, OSError) as error:
            raise await self._explain(error) from None

    async def _explain(self, error: aiohttp.ClientError | OSError) -> SourceError:
        refused = tls_cause(error)
        if refused is None:
            return self.failure(error)
        if self._link is not None:
            self._link.checked = float("-inf")  # perhaps the CA file was just replaced
        host, port = self.base.host or "", self.base.port or 443
        server = Server(host, port, self._endpoint.tls.server_name or host)
        direct = not self._endpoint.proxy_url
        settings = self._endpoint.tls
        return await explain(
            refused, server, (lambda: unshared_context(settings)) if direct else None
        )

    def failure(self, error: aiohttp.ClientError | OSError) -> SourceError:
        """The SourceError for what was raised while reading a response."""
        return translate(error, self.at, self._proxy)

    def renew(self) -> None:
        """Use new connections from now on; streams of the old ones end, lists are read on."""
        link, self._link = self._link, None
        if link is not None:
            task = asyncio.create_task(link.retire())
            self._retiring.add(task)
            task.add_done_callback(self._retiring.discard)

    async def close(self) -> None:
        """Close everything at once; later requests fail."""
        link, self._link, self._closed = self._link, None, True
        self._auth.cancel()
        await asyncio.gather(*self._retiring, return_exceptions=True)
        if link is not None:
            await link.session.close()
            await asyncio.sleep(0)  # let the transports' close callbacks run


async def refuse_redirect(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Middleware: an API server never redirects; whoever does must not get our credential."""
    response = await handler(request)
    if 300 <= response.status < 400:
        target = response.headers.get("Location", "nowhere")
        response.close()
        raise Redirected(
            f"{request.url.host} redirects to {target}: refused",
            hint="put the address of the API server itself into the kubeconfig",
        )
    return response


def _parse_base(endpoint: ClusterEndpoint) -> tuple[URL, str]:
    """The base URL and why it cannot be used, empty when it can."""
    try:
        base = URL(endpoint.base_url, encoded=True)
        port = base.port
    except ValueError:
        base, port = URL(), None
    if base.scheme in ("http", "https") and base.host and port:
        return base, endpoint.problem
    return URL("https://invalid"), endpoint.problem or "the server address is not an http(s) URL"
