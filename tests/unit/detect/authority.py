"""Certificates for tests, made as they are asked for: authorities, leaves, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

Key: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
DAY = 86400.0
NOW = 1_790_000_000.0


@lru_cache
def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    """One key of each size: making them takes long."""
    return rsa.generate_private_key(65537, bits)


@dataclass(frozen=True)
class Made:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def make(
    name: str = "leaf",
    *,
    by: Made | None = None,
    names: Sequence[str] = (),
    days: tuple[float, float] = (-30, 335),
    authority: bool = False,
    key: Key | None = None,
    organizations: Sequence[str] = (),
    identifiers: bool = True,
) -> Made:
    """A certificate, signed by another or by itself; `days` are counted from `NOW`."""
    own = key or ec.generate_private_key(ec.SECP256R1())
    signer = by.key if by else own
    parts = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, one) for one in organizations]
    subject = x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(NOW + days[0] * DAY, UTC))
        .not_valid_after(datetime.fromtimestamp(NOW + days[1] * DAY, UTC))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
    )
    if names:
        builder = builder.add_extension(_alternatives(names), critical=False)
    if identifiers:
        ids = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
        builder = builder.add_extension(ids, critical=False)
        own_id = x509.SubjectKeyIdentifier.from_public_key(own.public_key())
        builder = builder.add_extension(own_id, critical=False)
    plain = isinstance(signer, ed25519.Ed25519PrivateKey)
    return Made(builder.sign(signer, None if plain else hashes.SHA256()), own)


def _alternatives(names: Sequence[str]) -> x509.SubjectAlternativeName:
    found: list[x509.GeneralName] = []
    for one in names:
        if "://" in one:
            found.append(x509.UniformResourceIdentifier(one))
        elif one.startswith("DNS:"):
            found.append(x509.DNSName(one.removeprefix("DNS:")))
        elif one.replace(".", "").isdigit() or ":" in one:
            found.append(x509.IPAddress(ip_address(one)))
        else:
            found.append(x509.DNSName(one))
    return x509.SubjectAlternativeName(found)
