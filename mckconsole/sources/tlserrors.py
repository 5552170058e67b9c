"""Say what is wrong with a certificate in words that name it.

OpenSSL says *that* verification failed. To say when the certificate expired or which names it has,
`explain` makes one more handshake in which only the failed check is left out, looks at the
certificate and hangs up; no request and no credential is sent on it.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mckconsole.domain.times import format_rfc3339
from mckconsole.sources.errors import TLSFailed

NOT_YET_VALID, EXPIRED, SELF_SIGNED, HOST_MISMATCH, IP_MISMATCH = 9, 10, 18, 62, 64
UNTRUSTED = frozenset({SELF_SIGNED, 19, 20, 21})
"""X509_V_ERR_* of OpenSSL for a chain that leads to no CA we know."""
STRICT = range(79, 95)
"""X509_V_ERR_* that only X509_V_FLAG_X509_STRICT raises, the default from Python 3.13 on."""
NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME."""
PROBE_TIMEOUT = 3.0


@dataclass(frozen=True, slots=True)
class Server:
    """Whom the failed handshake was with."""

    host: str
    port: int
    name: str
    """The name that the certificate must have."""


async def explain(
    error: ssl.SSLError, server: Server, fresh_context: Callable[[], ssl.SSLContext] | None
) -> TLSFailed:
    """The error in words; `fresh_context` builds an unshared context (None: do not probe)."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        return _handshake_error(error, server)
    certificate: Mapping[str, Any] = {}
    code = error.verify_code
    if fresh_context is not None and code in (EXPIRED, NOT_YET_VALID, HOST_MISMATCH, IP_MISMATCH):
        certificate = await _look_at_certificate(server, code, fresh_context)
    return describe(code, error.verify_message, server, certificate)


def describe(code: int, message: str, server: Server, certificate: Mapping[str, Any]) -> TLSFailed:
    """Words for a verification error of OpenSSL; `certificate` as `getpeercert` gives it."""
    at = f"{server.host}:{server.port}"
    if code == EXPIRED:
        return _expired(at, certificate)
    if code == NOT_YET_VALID:
        since = _moment(certificate, "notBefore")
        dated = f", only from {format_rfc3339(since)}" if since is not None else ""
        return TLSFailed(
            f"the certificate of {at} is not valid yet{dated}", hint="check this machine's clock"
        )
    if code in (HOST_MISMATCH, IP_MISMATCH):
        names = [str(value) for _, value in certificate.get("subjectAltName", ())]
        got = f", it has {', '.join(names[:8])}" if names else ""
        return TLSFailed(
            f"the certificate of {at} is not for {server.name!r}{got}",
            hint="use one of its names as server, or set tls-server-name in the kubeconfig",
        )
    if code in UNTRUSTED:
        return TLSFailed(
            f"the certificate of {at} is signed by an unknown authority ({message})",
            hint="certificate-authority of this cluster in the kubeconfig is missing or outdated",
        )
    if code in STRICT:
        return TLSFailed(
            f"the certificate of {at} breaks RFC 5280: {message}",
            hint="Python 3.13 and later refuse it: have the cluster's CA reissued with key"
            " identifiers, or run mckconsole on Python 3.12",
        )
    return TLSFailed(f"the certificate of {at} was refused: {message}")


def _expired(at: str, certificate: Mapping[str, Any]) -> TLSFailed:
    end = _moment(certificate, "notAfter")
    hint = "renew the API server's certificate, and check this machine's clock"
    if end is not None and end > time.time():
        return TLSFailed(f"an issuer of the certificate of {at} has expired", hint=hint)
    dated = f" at {format_rfc3339(end)}" if end is not None else ""
    return TLSFailed(f"the certificate of {at} expired{dated}", hint=hint)


_ALERTS = {
    "CERTIFICATE_EXPIRED": "the server says that our client certificate has expired",
    "CERTIFICATE_REQUIRED": "the server requires a client certificate",
    "BAD_CERTIFICATE": "the server refused our client certificate",
    "CERTIFICATE_UNKNOWN": "the server refused our client certificate",
    "CERTIFICATE_REVOKED": "the server says that our client certificate is revoked",
    "UNKNOWN_CA": "the server does not know the issuer of our client certificate",
}


def _handshake_error(error: ssl.SSLError, server: Server) -> TLSFailed:
    at = f"{server.host}:{server.port}"
    reason = (error.reason or str(error)).upper()
    for alert, words in _ALERTS.items():
        if reason.endswith(f"ALERT_{alert}"):
            return TLSFailed(
                f"{at}: {words}", hint="renew the client certificate of this kubeconfig user"
            )
    if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"):
        return TLSFailed(f"{at} does not speak TLS", hint="the server may be plain http://")
    words = (error.reason or "connection closed").replace("_", " ").lower()
    return TLSFailed(
        f"TLS handshake with {at} failed: {words}",
        hint="check the address, and what stands between here and the API server",
    )


def _moment(certificate: Mapping[str, Any], field: str) -> float | None:
    text = certificate.get(field)
    return float(ssl.cert_time_to_seconds(text)) if isinstance(text, str) else None


async def _look_at_certificate(
    server: Server, code: int, fresh_context: Callable[[], ssl.SSLContext]
) -> Mapping[str, Any]:
    """The server's certificate, verified but for the check that failed; empty if it cannot be."""
    try:
        context = await asyncio.to_thread(fresh_context)
        if code in (HOST_MISMATCH, IP_MISMATCH):
            context.check_hostname = False
        else:
            context.verify_flags = ssl.VerifyFlags(context.verify_flags | NO_CHECK_TIME)
        async with asyncio.timeout(PROBE_TIMEOUT):
            _, writer = await asyncio.open_connection(
                server.host, server.port, ssl=context, server_hostname=server.name
            )
        tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
        certificate = tls.getpeercert() or {}
        writer.transport.abort()
    except (OSError, TLSFailed):  # TimeoutError and SSLError are OSErrors
        return {}
    return certificate
