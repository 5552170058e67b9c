"""X.509 certificates as public facts, and the questions that are asked of them without a library.

What is given may be anything: everything here is bounded, and what is no certificate is passed
over without a word. Of a private key only its public half is worked out, to be compared.
Sources: RFC 5280 (certificates), RFC 9525 (names of servers), RFC 7468 (PEM); NIST SP 800-131A
(what is weak).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from msgspec.structs import replace

from mckconsole.domain.audit import CertificateSeen
from mckconsole.domain.text import clean, shorten

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

T = TypeVar("T")

MAX_BYTES = 4 << 20
"""Of what is looked at; the rest is not."""
MAX_CERTIFICATES = 512
MAX_NAMES = 2000
"""Names of one certificate that are kept: of one that has so many, others may be missing."""
_MAX_DER = 256 << 10
_MAX_REMEMBERED = 16 << 10
"""Bytes of DER up to which a certificate is remembered: four times a usual one."""
_MAX_NAME = 253
_MAX_SUBJECT = 512
_MAX_KEY = 64 << 10
_MIN_RSA, _MIN_EC = 2048, 224
_PEM = re.compile(
    rb"-----BEGIN (?:X509 )?CERTIFICATE-----([^-]*)-----END (?:X509 )?CERTIFICATE-----"
)
_KEY = re.compile(
    rb"-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----[^-]*-----END \1-----"
)  # encrypted ones are of no use
_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521", "secp224r1": "P-224"}
_BROKEN_HASHES = {"md5": "MD5", "sha1": "SHA-1"}


class _Parsed(NamedTuple):
    """A certificate in both forms."""

    raw: x509.Certificate
    seen: CertificateSeen


def read_certificates(
    data: bytes, path: str, *, key: bytes | None = None
) -> tuple[CertificateSeen, ...]:
    """The certificates in `data`, in order: PEM with anything between them, or one in DER.

    Args:
        path: of the field that `data` comes from; those of PEM get their place appended, `[0]`.
        key: the private key beside it (PEM or DER), which should be that of the first certificate.

    Nothing is raised: what cannot be read as a certificate is left out.
    """
    data = bytes(data[:MAX_BYTES])
    found = [_parsed(der) for der in _blocks(data)]
    if not found and data[:1] == b"\x30" and len(data) <= _MAX_DER:
        one = _parsed(data)
        found, paths = [one], [path]
    else:
        paths = [f"{path}[{index}]" for index in range(len(found))]
    known: dict[x509.Certificate, tuple[_Parsed, str]] = {}
    for one, where in zip(found, paths, strict=True):
        if one is not None:
            known.setdefault(one.raw, (one, where))  # files are put together, and repeat some
    pairs = list(known.values())
    own = _public_half(key) if key and pairs else ""
    result = []
    for index, (one, where) in enumerate(pairs):
        following = pairs[index + 1][0] if index + 1 < len(pairs) else None
        signed = None if following is None else _signed(one.raw, following.raw)
        matches = (own == one.seen.spki) if own and index == 0 else None
        result.append(replace(one.seen, path=where, signed_by_next=signed, key_matches=matches))
    return tuple(result)


def _blocks(data: bytes) -> Iterator[bytes]:
    if b"-----BEGIN " not in data:
        return
    for number, match in enumerate(_PEM.finditer(data)):
        if number == MAX_CERTIFICATES:
            return
        if len(match[1]) * 3 // 4 <= _MAX_DER:
            try:
                yield base64.b64decode(match[1])
            except (binascii.Error, ValueError):
                yield b""


def _parsed(der: bytes) -> _Parsed | None:
    read = _read if len(der) <= _MAX_REMEMBERED else _read.__wrapped__
    try:
        return read(der)
    except Exception:  # a library's word on bytes that are anybody's
        return None


@lru_cache(maxsize=1024)
def _read(der: bytes) -> _Parsed:
    """Public, so it may be remembered: the same authorities lie in every namespace. What is no
    certificate raises, and is not remembered."""
    from cryptography import x509  # slow to import

    raw = x509.load_der_x509_certificate(der)
    spki = _spki(raw.public_key())
    subject, issuer = _tried(lambda: _name(raw.subject), ""), _tried(lambda: _name(raw.issuer), "")
    own = raw.subject == raw.issuer and _signed(raw, raw) is not False
    seen = CertificateSeen(
        path="",
        subject=subject,
        issuer=issuer,
        serial=shorten(f"{raw.serial_number:x}", 64),
        not_before=raw.not_valid_before_utc.timestamp(),
        not_after=raw.not_valid_after_utc.timestamp(),
        names=_tried(lambda: tuple(_alternatives(raw)), ()),
        key=_tried(lambda: _key_text(raw.public_key()), ""),
        weak=_tried(lambda: "; ".join(_weak(raw, own)), ""),
        authority=_tried(lambda: _authority(raw, own), False),
        self_signed=own,
        spki=spki,
        issuer_key=_tried(lambda: _issuer_key(raw), ""),
        subject_key=_tried(lambda: _subject_key(raw), ""),
        organizations=_tried(lambda: tuple(_organizations(raw)), ()),
    )
    return _Parsed(raw, seen)


def _tried(read: Callable[[], T], otherwise: T) -> T:
    """One field, which may be nonsense in a certificate that is one."""
    try:
        return read()
    except Exception:
        return otherwise


def _spki(key: CertificatePublicKeyTypes) -> str:
    from hashlib import sha256

    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _name(name: x509.Name) -> str:
    return shorten(clean(name.rfc4514_string()), _MAX_SUBJECT)


def _alternatives(raw: x509.Certificate) -> Iterator[str]:
    from cryptography import x509

    try:
        found = raw.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return
    for number, one in enumerate(found):
        if number == MAX_NAMES:
            return
        text = shorten(clean(str(one.value)), _MAX_NAME)
        if isinstance(one, x509.DNSName) and _address(text) is not None:
            yield f"DNS:{text}"  # which is no address for any client (RFC 9525 6.2)
        elif isinstance(one, x509.DNSName | x509.IPAddress | x509.UniformResourceIdentifier):
            yield text


def _key_text(key: CertificatePublicKeyTypes) -> str:
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {_CURVES.get(key.curve.name, key.curve.name)}"
    if isinstance(key, dsa.DSAPublicKey):
        return f"DSA {key.key_size}"
    return type(key).__name__.removesuffix("PublicKey")


def _weak(raw: x509.Certificate, own: bool) -> Iterator[str]:
    """What is weak; nobody checks the signature of what is trusted by itself."""
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    key = raw.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < _MIN_RSA:
        yield f"RSA {key.key_size}"
    elif isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < _MIN_EC:
        yield f"EC of {key.key_size} bits"
    elif isinstance(key, dsa.DSAPublicKey):
        yield "DSA"
    signed_with = raw.signature_hash_algorithm
    if not own and signed_with is not None and signed_with.name in _BROKEN_HASHES:
        yield f"signed with {_BROKEN_HASHES[signed_with.name]}"


def _authority(raw: x509.Certificate, own: bool) -> bool:
    """By its basic constraints; of the first version, which has none, roots are."""
    from cryptography import x509

    try:
        return raw.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return own and raw.version is x509.Version.v1


def _issuer_key(raw: x509.Certificate) -> str:
    from cryptography import x509

    found = raw.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    return (found.key_identifier or b"")[:64].hex()


def _subject_key(raw: x509.Certificate) -> str:
    from cryptography import x509

    found = raw.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return found.digest[:64].hex()


def _organizations(raw: x509.Certificate) -> Iterator[str]:
    from cryptography.x509.oid import NameOID

    for one in raw.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[:64]:
        yield shorten(clean(str(one.value)), _MAX_NAME)


def _signed(raw: x509.Certificate, by: x509.Certificate) -> bool | None:
    """Whether `by` signed it; None where the algorithm is not known."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        raw.verify_directly_issued_by(by)
    except (UnsupportedAlgorithm, TypeError):
        return None
    except Exception:  # names that differ, a signature that does not fit
        return False
    return True


def _public_half(key: bytes) -> str:
    """SHA-256 of a private key's public half, hex; empty for what cannot be read.

    The key is not checked, which takes a tenth of a second, and nothing is done with it.
    """
    from cryptography.hazmat.primitives.serialization import (
        load_der_private_key,
        load_pem_private_key,
    )

    if len(key) > _MAX_KEY:
        return ""
    block = _KEY.search(key)
    load = load_pem_private_key if block else load_der_private_key
    try:
        found = load(block[0] if block else key, None, unsafe_skip_rsa_key_validation=True)
        return _spki(found.public_key())  # type: ignore[arg-type]  # X25519 signs nothing
    except Exception:
        return ""


def covers(names: Iterable[str], host: str) -> bool:
    """Whether a certificate with these names is good for `host`: a DNS name, a wildcard as
    Ingresses and Gateways have it, or an address (RFC 9525 6: a wildcard is the whole first label
    and stands for one; the common name counts for nothing)."""
    host = host.strip().removesuffix(".").lower()
    if not host:
        return False
    address = _address(host.strip("[]"))
    if address is not None:
        return any(_address(one) == address for one in names)
    parent = host.partition(".")[2]
    wanted = {host, f"*.{parent}"} if parent else {host}
    return any(one.lower() in wanted for one in names)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def verifies(
    bundle: Sequence[CertificateSeen],
    leaf: CertificateSeen,
    between: Sequence[CertificateSeen] = (),
) -> bool | None:
    """Whether whoever trusts `bundle` can trust `leaf`, sent with the certificates `between`.

    By names and key identifiers, as chains are built (RFC 5280 6.1), not by signatures; dates are
    not looked at. None where a name fits and identifiers are missing.
    """
    trusted = {(one.subject, one.spki) for one in bundle}
    unsure, asked, waiting = False, {leaf.spki}, [leaf]
    while waiting:
        one = waiting.pop()
        if (one.subject, one.spki) in trusted:
            return True
        for authority in (*bundle, *between):
            issued = _may_have_issued(authority, one)
            if (authority.subject, authority.spki) in trusted:
                if issued:
                    return True
            elif issued and authority.spki not in asked:
                asked.add(authority.spki)
                waiting.append(authority)
            unsure = unsure or issued is None
    return None if unsure else False


def _may_have_issued(authority: CertificateSeen, one: CertificateSeen) -> bool | None:
    if not authority.authority or authority.subject != one.issuer:
        return False
    if not (authority.subject_key and one.issuer_key):
        return None
    return authority.subject_key == one.issuer_key
