"""Small servers on the loopback interface and credentials for the tests of the transport."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mckconsole.sources.client import ClusterClient
from mckconsole.sources.endpoint import (
    ClientCertificate,
    ClusterEndpoint,
    Impersonation,
    Secret,
    TLSSettings,
)
from mckconsole.sources.limits import Limits

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
RawHandler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class FakeCredential:
    """Tokens and certificates in the order in which renewals reveal them."""

    tokens: list[str] = field(default_factory=list)
    certificates: list[ClientCertificate] = field(default_factory=list)
    renewals: int = 0
    last: int = 0
    """Renewals that bring something new."""

    async def headers(self) -> Mapping[str, Secret]:
        if not self.tokens:
            return {}
        token = self.tokens[min(self.renewals, len(self.tokens) - 1)]
        return {"Authorization": Secret(f"Bearer {token}")}

    async def client_certificate(self) -> ClientCertificate | None:
        if not self.certificates:
            return None
        return self.certificates[min(self.renewals, len(self.certificates) - 1)]

    async def renew(self) -> bool:
        await asyncio.sleep(0.01)
        self.renewals += 1
        return self.renewals <= self.last

    def retry(self) -> None:
        pass

    def identity(self) -> str:
        return "fake"

    def describe(self) -> str:
        return "fake"

    def expires_at(self) -> float | None:
        return None


def endpoint(
    url: str,
    *,
    credential: FakeCredential | None = None,
    tls: TLSSettings | None = None,
    proxy_url: str = "",
    impersonate: Impersonation | None = None,
    problem: str = "",
) -> ClusterEndpoint:
    return ClusterEndpoint(
        name="test",
        context="test",
        base_url=url,
        credential=credential or FakeCredential(),
        tls=tls or TLSSettings(),
        proxy_url=proxy_url,
        impersonate=impersonate,
        problem=problem,
    )


DATE = "Sun, 02 Aug 2026 10:00:00 GMT"


def answer(text: str = '{"kind":"List"}', status: int = 200, **headers: str) -> web.Response:
    """A JSON answer; header names with underscores for dashes."""
    return web.Response(
        text=text,
        status=status,
        content_type="application/json",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


QUICK = Limits(connect=0.5, first_byte=0.2, total=2.0, rate_grace=0.1, recheck_files=0.0)


@asynccontextmanager
async def client(
    target: str | ClusterEndpoint, limits: Limits = QUICK
) -> AsyncIterator[ClusterClient]:
    if isinstance(target, str):
        target = endpoint(target)
    made = ClusterClient(target, limits=limits)
    try:
        yield made
    finally:
        await made.close()


@asynccontextmanager
async def server(handler: Handler, context: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """Serve every path and method with `handler`; yields the base URL (host localhost)."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    scheme = "https" if context else "http"
    try:
        yield f"{scheme}://localhost:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_server(handler: RawHandler) -> AsyncIterator[str]:
    """Serve bytes; yields the base URL."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
            writer.close()
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.transport.abort()
        except asyncio.CancelledError:
            writer.transport.abort()
            raise

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(serve(reader, writer)))

    made = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{made.sockets[0].getsockname()[1]}"
    finally:
        made.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)


async def head(reader: asyncio.StreamReader) -> bytes:
    """A request's head."""
    return await reader.readuntil(b"\r\n\r\n")


class Authority:
    """A CA of our own that signs what a test needs."""

    def __init__(self, directory: Path, name: str = "test CA", *, key_ids: bool = True) -> None:
        self._directory = directory
        self._key_ids = key_ids
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self._builder(self._name, self._key.public_key(), days=(-1, 30))
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        builder = builder.add_extension(_usage(sign=True), True)
        certificate = builder.sign(self._key, hashes.SHA256())
        self.pem = certificate.public_bytes(serialization.Encoding.PEM)

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, days: tuple[int, int]
    ) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + dt.timedelta(days=days[0]))
            .not_valid_after(now + dt.timedelta(days=days[1]))
        )
        if self._key_ids:
            ours = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
            builder = builder.add_extension(ours, False)
            builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
        return builder

    def issue(
        self, *names: str, days: tuple[int, int] = (-1, 30), client: bool = False
    ) -> tuple[Path, Path]:
        """A certificate for `names` (the first is the common name); its file and its key's."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        purpose = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
        certificate = (
            self._builder(subject, key.public_key(), days)
            .add_extension(x509.SubjectAlternativeName([_alternative(one) for one in names]), False)
            .add_extension(x509.ExtendedKeyUsage([purpose]), False)
            .sign(self._key, hashes.SHA256())
        )
        stem = self._directory / f"{certificate.serial_number:x}"
        cert_file, key_file = stem.with_suffix(".crt"), stem.with_suffix(".key")
        cert_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        key_file.write_bytes(_pem(key))
        return cert_file, key_file

    def server_context(self, *names: str, days: tuple[int, int] = (-1, 30)) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.issue(*names, days=days))
        return context


def _pem(key: ec.EllipticCurvePrivateKey, password: bytes | None = None) -> bytes:
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password:
        encryption = serialization.BestAvailableEncryption(password)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )


def encrypted_key() -> bytes:
    """A PEM key behind a passphrase."""
    return _pem(ec.generate_private_key(ec.SECP256R1()), b"secret")


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _usage(*, sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign,
        crl_sign=sign,
        encipher_only=False,
        decipher_only=False,
    )
