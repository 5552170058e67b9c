"""What the connection to an API server shows of certificates, without a request of its own.

The server's come from the handshake, the client's and the authorities from where the kubeconfig has
them. They are public; the key beside the client's is not looked at.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path

from mckconsole.domain.audit import CertificateSeen
from mckconsole.domain.origins import origin
from mckconsole.domain.snapshot import Handshake
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.endpoint import ClientCertificate, TLSSettings
from mckconsole.sources.peer import PeerCertificates
from mckconsole.store.cluster import ClusterStore

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What there is to read certificates from."""

    peer: PeerCertificates | None
    certificate: ClientCertificate | None
    settings: TLSSettings
    name: str


class Handshakes:
    """Tells a store what the connections of its session show, as often as that changes."""

    def __init__(self, store: ClusterStore) -> None:
        self._store = store
        self._told: _Shown | None = None

    async def note(self, client: ClusterClient) -> None:
        """Look at what `client` has seen by now; also after a contact that failed."""
        peer = client.peer
        if peer is None and (self._told is not None or not client.secure):
            return  # new connections, which have shown nothing yet, or plain http
        shown = _Shown(peer, client.certificate, client.endpoint.tls, client.server_name)
        if shown != self._told:
            self._told = shown
            try:
                self._store.shook_hands(await asyncio.to_thread(_read, shown))
            except Exception as error:  # a bug here is no reason to call a cluster unreachable
                logger.debug("certificates of %s: %s", self._store.name, origin(error))


def _read(shown: _Shown) -> Handshake:
    own, trusted, peer = shown.certificate, shown.settings, shown.peer
    return Handshake(
        server=_seen(peer.pem, "handshake") if peer else (),
        client=_of(own.cert_data, own.cert_file, "client-certificate") if own else (),
        authorities=_of(trusted.ca_data, trusted.ca_file, "certificate-authority"),
        verified=not trusted.insecure,
        name=shown.name,
        at=peer.at if peer else None,
    )


def _of(data: bytes | None, file: Path | None, key: str) -> tuple[CertificateSeen, ...]:
    """The certificates under `key` of a kubeconfig, inline or in a file."""
    if data is not None:
        return _seen(data, f"{key}-data")
    try:
        return _seen(file.read_bytes(), key) if file is not None and file.is_file() else ()
    except OSError:
        return ()


def _seen(data: bytes, path: str) -> tuple[CertificateSeen, ...]:
    from mckconsole.detect.x509 import read_certificates  # slow to import

    return read_certificates(data, path)
