"""Private keys in text: PEM of every kind, OpenSSH, PuTTY, PGP.

A key counts when it parses, not when a line says BEGIN: values hold cut, damaged and pretended
blocks, and instructions that only talk of keys.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mckconsole.detect.entropy import entropy
from mckconsole.detect.families.base import Facts
from mckconsole.detect.model import Detector, Match, Value, Where
from mckconsole.domain.audit import Tier
from mckconsole.domain.findings import Severity

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

KEY, PGP = "SEC-PRIVATE-KEY", "SEC-PGP-PRIVATE-KEY"
_BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9 ]{0,24})PRIVATE KEY( BLOCK)?-----")
_MAX_BLOCK = 32768
_HEADERS = re.compile(rb"[A-Za-z-]{2,30}: [^\n]{0,200}\n")
_NOISE = re.compile(rb"\\[nrt]|(?<=[\"'])[ \t]*\+|[\s\\\"',]")
"""Line ends, written out or not, and what joins strings in programs; `+` is a digit of base64."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{40,}={0,2}\Z")
_LINE_END = re.compile(rb"\n|(?:\\\\?[nr])+")
_WORD = re.compile(rb"[A-Za-z0-9+/]{2,}={0,2}")
_CHECKSUM = re.compile(rb"=[A-Za-z0-9+/]{4}\Z")
_HOME = {
    "kubernetes.io/tls": ("tls.key",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}
_BESIDE = {
    "tls.key": "tls.crt",
    "ca.key": "ca.crt",
    "key.pem": "cert.pem",
    "ca-key.pem": "ca-cert.pem",
}
"""Keys of other Secrets that hold a key where it belongs: beside its certificate."""


@dataclass(frozen=True, slots=True, repr=False)
class Parsed:
    """What a block turned out to be."""

    canonical: bytes
    """Its public key, in DER; where that cannot be told, the block without its layout."""
    tier: Tier
    proof: str
    facts: Facts = ()
    severity: Severity | None = None


def read_key(text: bytes) -> Parsed | None:
    """The private key that `text` is in PEM; None where it does not parse or is encrypted."""
    found = _BEGIN.search(text[:_MAX_BLOCK])
    if not found:
        return None
    end = text.find(b"-----END", found.end(), found.end() + _MAX_BLOCK)
    parsed = _parsed(found[1].strip(), text[found.end() : end]) if end >= 0 else None
    return parsed if parsed and parsed.severity is None else None


def _find(value: Value) -> Iterator[Match]:
    data = value.data
    for found, stop in _blocks(data):
        body = data[found.end() : stop]
        end = min(len(data), data.find(b"-----", found.end()) + 5)
        parsed = _pgp(body) if found[2] else _parsed(found[1].strip(), body)
        if parsed:
            yield Match(
                PGP if found[2] else KEY,
                parsed.tier,
                parsed.canonical,
                found.start(),
                end,
                proof=parsed.proof,
                facts=parsed.facts,
                severity=parsed.severity,
                expected=_belongs(value),
            )


def _blocks(data: bytes) -> Iterator[tuple[re.Match[bytes], int]]:
    """Each BEGIN, and where the END is that comes before another BEGIN. One pass: thousands of
    beginnings may share an end, or have none."""
    end = -1
    for found in _BEGIN.finditer(data):
        if end < found.end():
            end = data.find(b"-----END", found.end())
            if end < 0:
                return
        near = end - found.end() <= _MAX_BLOCK
        if near and data.find(b"-----BEGIN", found.end(), end) < 0:
            yield found, end


def _parsed(kind: bytes, raw: bytes) -> Parsed | None:
    if b"..." in raw:
        return None  # an example that leaves most of it out
    legacy = b"DEK-Info" in raw or b"Proc-Type" in raw
    text = _HEADERS.sub(b"", raw.replace(b"\\n", b"\n")) if legacy else raw
    body = _NOISE.sub(b"", text)
    if not _BASE64.match(body) or len(body) % 4:
        body = _last_words(text)
    if not _BASE64.match(body) or len(body) % 4:
        return None
    if legacy or kind == b"ENCRYPTED":
        return _encrypted(body)
    if kind == b"OPENSSH":
        decoded = base64.b64decode(body)
        if decoded[15:23] != b"\0\0\0\x04none":
            return _encrypted(body)
    return _loaded(kind, body)


def _last_words(text: bytes) -> bytes:
    """The base64 at the end of each line: logs, comments and programs have more in front."""
    lines = _LINE_END.split(text)[:-1]  # behind the last is what stands in front of END
    return b"".join(found[-1] for line in lines if (found := _WORD.findall(line)))


def _encrypted(body: bytes) -> Parsed | None:
    if entropy(body) < 4.5 or len(body) < 120:
        return None
    return Parsed(body, Tier.PROVEN, "encrypted with a password", (), Severity.LOW)


_DSA = bytes.fromhex("06072a8648ce380401")
_DH = (bytes.fromhex("06092a864886f70d010301"), bytes.fromhex("06072a8648ce3e0201"))
"""Object identifiers of algorithms whose keys have no public half in PKCS #8: to load one is to
raise a number of any size to the power of another, seconds of work where they are large."""
_HEAD = 40
_MAX_DSA = 1000
"""Bytes of a key: with 3072 bits it has 900."""


def _is_slow(key: bytes) -> bool:
    """Whether a key in DER may take longer to load than it is worth."""
    head = key[:_HEAD]
    return (_DSA in head and len(key) > _MAX_DSA) or any(one in head for one in _DH)


def _loaded(kind: bytes, body: bytes) -> Parsed | None:
    from cryptography.exceptions import InternalError, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    raw = base64.b64decode(body)
    if _is_slow(raw):
        return _damaged(body)
    try:
        if kind == b"OPENSSH":
            key: PrivateKeyTypes = serialization.load_ssh_private_key(
                _pem(kind, body), None, unsafe_skip_rsa_key_validation=True
            )
        else:
            key = serialization.load_der_private_key(raw, None, unsafe_skip_rsa_key_validation=True)
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    except (ValueError, TypeError, UnsupportedAlgorithm, InternalError):
        return _damaged(body)
    if not _consistent(key):
        return None
    return Parsed(public, Tier.PROVEN, "parses as a key", (("algorithm", _name_of(key)),))


def _pem(kind: bytes, body: bytes) -> bytes:
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    label = kind + b" PRIVATE KEY"
    return b"\n".join((b"-----BEGIN %b-----" % label, *lines, b"-----END %b-----\n" % label))


def _damaged(body: bytes) -> Parsed | None:
    """A block that begins like a key and is as random as one: cut short, or of a rare kind."""
    decoded = base64.b64decode(body)
    known = decoded.startswith((b"\x30", b"openssh-key-v1\0"))
    if not known or len(decoded) < 48 or entropy(decoded) < (5.5 if len(decoded) > 200 else 4.8):
        return None
    proof = "begins like a key and does not parse: cut short, damaged or of a rare kind"
    return Parsed(body, Tier.SHAPED, proof, (), Severity.MEDIUM)


def _consistent(key: PrivateKeyTypes) -> bool:
    """Whether an RSA key's numbers belong together; its own check would take 100 times as long."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    if not isinstance(key, rsa.RSAPrivateKey):
        return True
    numbers = key.private_numbers()
    p, q, both = numbers.p, numbers.q, numbers.public_numbers
    return p * q == both.n and (numbers.d * both.e - 1) % (p - 1) == 0


def _name_of(key: PrivateKeyTypes) -> str:
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

    if isinstance(key, rsa.RSAPrivateKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return f"EC {key.curve.name}"
    if isinstance(key, dsa.DSAPrivateKey):
        return f"DSA {key.key_size}"
    return type(key).__name__.removesuffix("PrivateKey").lstrip("_")


def _pgp(raw: bytes) -> Parsed | None:
    """Armour whose first packet is a secret key or subkey (tags 5 and 7)."""
    text = raw.replace(b"\\n", b"\n").replace(b"\r", b"")
    _, blank, armoured = text.partition(b"\n\n")
    body = _CHECKSUM.sub(b"", _NOISE.sub(b"", armoured if blank else text))
    if not _BASE64.match(body) or len(body) % 4:
        return None
    first = base64.b64decode(body[:4])[0]
    tag = first & 0x3F if first & 0x40 else first >> 2 & 0xF
    if not first & 0x80 or tag not in (5, 7):
        return None
    return Parsed(body, Tier.PROVEN, "first packet is a secret key")


def _belongs(value: Value) -> bool:
    """Whether the value is where keys belong: a TLS or SSH Secret, or beside its certificate."""
    if value.where is not Where.SECRET or "›" in value.path:
        return False
    if value.top in _HOME.get(value.secret_type, ()):
        return True
    return _BESIDE.get(value.top, "\0") in value.siblings


_PUTTY = re.compile(
    rb"PuTTY-User-Key-File-[23]: ([a-z0-9-]{3,40})\r?\n"
    rb"Encryption: ([a-z0-9-]{3,20})\r?\n(?:[^\n]{0,200}\n){1,80}?"
    rb"Private-Lines: \d{1,3}\r?\n((?:[A-Za-z0-9+/=]{1,80}\r?\n?){1,60})"
)


def _putty(value: Value) -> Iterator[Match]:
    for found in _PUTTY.finditer(value.data):
        locked = found[2] != b"none"
        yield Match(
            KEY,
            Tier.PROVEN,
            _NOISE.sub(b"", found[3]),
            found.start(),
            found.end(),
            proof="encrypted with a password" if locked else "a PuTTY key with its private part",
            facts=(("algorithm", found[1].decode()),),
            severity=Severity.LOW if locked else None,
        )


DETECTORS = (
    Detector((KEY, PGP), (b"-----BEGIN",), _find, ("SEC-GENERIC-SECRET",)),
    Detector((KEY,), (b"PuTTY-User-Key-File-",), _putty, ("SEC-GENERIC-SECRET",)),
)
