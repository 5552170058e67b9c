"""Put the credential on each request, and get a new one once when the API server refuses it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from urllib.parse import quote

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from yarl import URL

from mckconsole.sources.endpoint import ClusterEndpoint, Impersonation
from mckconsole.sources.errors import CredentialTrouble
from mckconsole.sources.proxy import is_loopback

_HEADER_TOKEN = "!#$&'*+-.^_`|~"  # noqa: S105 - RFC 9110 `token`, no credential


class CertificateChanged(Exception):
    """Internal: a renewed client certificate needs a new session before the request is repeated."""


class Authenticator:
    """Middleware: credential and impersonation headers; one renewal and one retry after a 401."""

    def __init__(self, endpoint: ClusterEndpoint, base: URL) -> None:
        self._credential = endpoint.credential
        self._impersonation = tuple(impersonation_headers(endpoint.impersonate))
        self._exposed = base.scheme != "https" and not is_loopback(base.host or "")
        self._generation = 0
        self._renewal: asyncio.Task[bool] | None = None

    async def prepare(self) -> None:
        """Make the credential current, outside of the timeouts of a request: a plugin may run."""
        await self._credential.headers()

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        """Raises CredentialTrouble when there is none to be had, or none that may be sent."""
        for name, value in self._impersonation:
            request.headers.add(name, value)
        generation = self._generation
        await self._authorize(request)
        response = await handler(request)
        if response.status != 401:
            return response
        certificate = await self._credential.client_certificate()
        if not await self._renewed(generation):
            return response
        response.close()
        if await self._credential.client_certificate() != certificate:
            raise CertificateChanged
        await self._authorize(request)
        return await handler(request)

    async def _authorize(self, request: ClientRequest) -> None:
        headers = await self._credential.headers()
        if headers and self._exposed:
            raise CredentialTrouble(
                "the credential is not sent over plain http", hint="use an https:// server address"
            )
        for name, secret in headers.items():
            value = secret.reveal()
            if not value.isprintable():
                raise CredentialTrouble(
                    "the credential holds characters that no HTTP header may hold",
                    hint="check the token file or plugin of this kubeconfig user",
                )
            request.headers[name] = value

    async def _renewed(self, generation: int) -> bool:
        """Renew once for all requests that were refused with the credential of `generation`."""
        if generation != self._generation:
            return True
        if self._renewal is None:
            renewal = asyncio.create_task(self._renew())
            # The one who waits may have been cancelled; then nobody asks for the outcome.
            renewal.add_done_callback(lambda task: task.cancelled() or task.exception())
            if not renewal.done():  # an eager task may have come to its end already
                self._renewal = renewal
        else:
            renewal = self._renewal
        await asyncio.wait({renewal})
        return False if renewal.cancelled() else renewal.result()

    def cancel(self) -> None:
        """Give up a renewal under way: nobody will send anything any more."""
        if self._renewal is not None:
            self._renewal.cancel()

    async def _renew(self) -> bool:
        try:
            changed = await self._credential.renew()
        finally:
            self._renewal = None
        self._generation += changed
        return changed


def impersonation_headers(impersonate: Impersonation | None) -> Iterator[tuple[str, str]]:
    """The headers of `as`, as client-go writes them (transport/round_trippers.go)."""
    if impersonate is None:
        return
    if impersonate.user:
        yield "Impersonate-User", impersonate.user
    if impersonate.uid:
        yield "Impersonate-Uid", impersonate.uid
    for group in impersonate.groups:
        yield "Impersonate-Group", group
    for key, values in impersonate.extra.items():
        for value in values:
            yield f"Impersonate-Extra-{quote(key.lower(), safe=_HEADER_TOKEN)}", value
