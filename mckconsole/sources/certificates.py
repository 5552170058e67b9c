"""Until when a client certificate is valid, without a cryptography library.

Reads two dates out of the DER of an X.509 certificate (RFC 5280 4.1) and judges nothing else:
trust is OpenSSL's business. Anything unexpected gives None, for a date that is not known.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime

_PEM = re.compile(
    rb"-----BEGIN CERTIFICATE-----\s*([A-Za-z0-9+/=\s]+?)\s*-----END CERTIFICATE-----"
)
_SEQUENCE, _UTC_TIME, _GENERALIZED_TIME, _EXPLICIT_0 = 0x30, 0x17, 0x18, 0xA0


@dataclass(frozen=True, slots=True)
class Validity:
    """When a certificate is valid, Unix seconds."""

    not_before: float
    not_after: float


def read_validity(pem: bytes) -> Validity | None:
    """The validity of the first certificate in `pem`, or None when it cannot be read."""
    match = _PEM.search(pem)
    if match is None:
        return None
    try:
        return _from_der(base64.b64decode(match.group(1), validate=False))
    except (binascii.Error, ValueError, IndexError):
        return None


def _from_der(der: bytes) -> Validity:
    """Certificate → tbsCertificate → [version] serial signature issuer validity."""
    tbs = _inside(_inside(der))
    if tbs[0] == _EXPLICIT_0:
        tbs = _after(tbs)
    for _ in ("serialNumber", "signature", "issuer"):
        tbs = _after(tbs)
    dates = _inside(tbs)
    return Validity(_time(dates), _time(_after(dates)))


def _bounds(der: bytes) -> tuple[int, int]:
    """Where the content of the first element starts and ends."""
    length, start = der[1], 2
    if length & 0x80:
        size = length & 0x7F
        start += size
        length = int.from_bytes(der[2:start], "big")
    end = start + length
    if end > len(der):
        raise ValueError("truncated")
    return start, end


def _inside(der: bytes) -> bytes:
    if der[0] != _SEQUENCE:
        raise ValueError("not a sequence")
    start, end = _bounds(der)
    return der[start:end]


def _after(der: bytes) -> bytes:
    return der[_bounds(der)[1] :]


def _time(der: bytes) -> float:
    start, end = _bounds(der)
    text = der[start:end].decode("ascii")
    if der[0] == _UTC_TIME:  # RFC 5280: two-digit years from 50 on are of the last century
        text = ("19" if text[:2] >= "50" else "20") + text
    elif der[0] != _GENERALIZED_TIME:
        raise ValueError("not a time")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC).timestamp()
