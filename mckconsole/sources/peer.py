"""The certificates that a server showed in the handshakes of our own connections, as bytes.

Taken where connections are handed out, so that it costs no request and none is made for it. Whether
they are to be trusted was OpenSSL's business by then.
"""

from __future__ import annotations

import ssl
import time
from asyncio import BaseTransport
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
from aiohttp import ClientRequest, ClientTimeout
from aiohttp.connector import Connection
from aiohttp.tracing import Trace


@dataclass(frozen=True, slots=True)
class PeerCertificates:
    """What one handshake showed."""

    chain: tuple[bytes, ...]
    """DER, the server's own first; the others only where this Python tells them (3.13 on)."""
    at: float
    """Unix seconds, console clock."""

    @property
    def pem(self) -> bytes:
        """All of them, one behind the other."""
        return "".join(map(ssl.DER_cert_to_PEM_cert, self.chain)).encode()


class NotingConnector(aiohttp.TCPConnector):
    """A connector that remembers the last server's certificates."""

    peer: PeerCertificates | None = None
    """None before the first handshake, and for plain http."""
    _noted: BaseTransport | None = None

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: ClientTimeout,  # noqa: ASYNC109 - the base class's
    ) -> Connection:
        """A connection for a request, as the base class says."""
        connection = await super().connect(req, traces, timeout)
        if connection.transport is not None and connection.transport is not self._noted:
            self._note(connection.transport)
        return connection

    def _note(self, transport: BaseTransport) -> None:
        self._noted = transport
        shown = transport.get_extra_info("ssl_object")
        chain = _chain(shown) if isinstance(shown, ssl.SSLObject | ssl.SSLSocket) else ()
        if chain and (self.peer is None or self.peer.chain != chain):
            self.peer = PeerCertificates(chain, time.time())


def _chain(shown: ssl.SSLObject | ssl.SSLSocket) -> tuple[bytes, ...]:
    """DER of what the server sent; of its own certificate alone where Python tells no more."""
    whole = getattr(shown, "get_unverified_chain", None)
    found: Sequence[bytes] = whole() if whole is not None else ()
    own = shown.getpeercert(binary_form=True)
    return tuple(found) or ((own,) if own else ())
