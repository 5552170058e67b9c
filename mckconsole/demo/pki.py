"""Keys and certificates that are the same at every start with the same seed and clock.

The library is imported when the first is made: a fleet without any does not pay for it.
"""

from __future__ import annotations

import base64
import hashlib
import random
import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from mckconsole.demo.sections_audit import CertificateModel
from mckconsole.demo.site import DAY

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    SecretKey: TypeAlias = EllipticCurvePrivateKey | Ed25519PrivateKey | RSAPrivateKey

_ORDER_BITS = 255
"""A number of so many bits is a key of P-256, whatever it is."""
_FACTORS = {"weak p": 228, "weak q": 622}
"""From the hash of a word to the next prime: to look for it takes a tenth of a second."""


def secret_key(kind: Literal["ec", "ed25519", "weak"], chance: random.Random) -> SecretKey:
    """A private key of a kind; the weak one is always the same."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    match kind:
        case "ec":
            return ec.derive_private_key(chance.getrandbits(_ORDER_BITS) | 1, ec.SECP256R1())
        case "ed25519":
            return ed25519.Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
        case "weak":
            return _weak_key()


@cache
def _weak_key() -> RSAPrivateKey:
    """RSA with 1024 bits."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    p, q = (
        (int.from_bytes(hashlib.sha512(word.encode()).digest(), "big") | 3 << 510 | 1) + more
        for word, more in _FACTORS.items()
    )
    d = pow(65537, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(65537, p * q)
    halves = (rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q))
    return rsa.RSAPrivateNumbers(p, q, d, *halves, public).private_key()


def pem_key(key: SecretKey) -> str:
    """PKCS #8, not encrypted."""
    from cryptography.hazmat.primitives import serialization

    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def pem_certificate(certificate: x509.Certificate) -> str:
    """PEM."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM).decode()


def issue(
    model: CertificateModel,
    key: SecretKey,
    signer: tuple[x509.Certificate, SecretKey] | None,
    *,
    serial: int,
    epoch: float,
) -> x509.Certificate:
    """A certificate for `key`.

    Args:
        signer: the authority and its key, which must be Ed25519 (whose signatures are the same
            every time) or RSA; None signs with `key`.
        epoch: the fleet's start, Unix seconds.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa

    subject, own = _name(model), x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    authority, signing = signer or (None, key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(authority.subject if authority else subject)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(datetime.fromtimestamp(epoch - model.begun * DAY, UTC))
        .not_valid_after(datetime.fromtimestamp(epoch + model.left * DAY, UTC))
        .add_extension(x509.BasicConstraints(model.authority, None), critical=True)
        .add_extension(own, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()),
            critical=False,
        )
    )
    if model.names:
        names = x509.SubjectAlternativeName([x509.DNSName(one) for one in model.names])
        builder = builder.add_extension(names, critical=False)
    digest = hashes.SHA256() if isinstance(signing, rsa.RSAPrivateKey) else None
    return builder.sign(signing, digest)


def pem_request(model: CertificateModel, key: SecretKey) -> str:
    """What one asks an authority for such a certificate with, signed by the key itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ed25519
    from cryptography.hazmat.primitives.serialization import Encoding

    digest = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    request = x509.CertificateSigningRequestBuilder().subject_name(_name(model))
    return request.sign(key, digest).public_bytes(Encoding.PEM).decode()


def _name(model: CertificateModel) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    common = model.common or model.names[0]
    groups = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, one) for one in model.groups]
    return x509.Name([*groups, x509.NameAttribute(NameOID.COMMON_NAME, common)])


def openssh_pair(chance: random.Random, comment: str) -> tuple[str, str]:
    """An Ed25519 key in OpenSSH's own format, and its public half as one line.

    The library puts a random number into it; its two copies here are of `chance`.
    Source: PROTOCOL.key of OpenSSH.
    """
    from cryptography.hazmat.primitives.asymmetric import ed25519
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    seed = chance.randbytes(32)
    public = ed25519.Ed25519PrivateKey.from_private_bytes(seed).public_key()
    point = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    shown = _fields([b"ssh-ed25519", point])
    check = chance.randbytes(4) * 2
    hidden = check + _fields([b"ssh-ed25519", point, seed + point, comment.encode()])
    hidden += bytes(range(1, 1 + -len(hidden) % 8))
    blob = b"openssh-key-v1\0" + _fields([b"none", b"none", b""]) + struct.pack(">I", 1)
    code = base64.b64encode(blob + _fields([shown, hidden])).decode()
    lines = "\n".join(code[at : at + 70] for at in range(0, len(code), 70))
    edge = "-----{} OPENSSH " + "PRIVATE KEY-----"
    private = f"{edge.format('BEGIN')}\n{lines}\n{edge.format('END')}\n"
    return private, f"ssh-ed25519 {base64.b64encode(shown).decode()} {comment}"


def _fields(parts: Sequence[bytes]) -> bytes:
    return b"".join(struct.pack(">I", len(one)) + one for one in parts)
