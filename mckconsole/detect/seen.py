"""Certificates in a value: public, so all that they say is kept."""

from __future__ import annotations

from collections.abc import Mapping

from mckconsole.detect.model import Where
from mckconsole.detect.parts import Part
from mckconsole.detect.x509 import read_certificates
from mckconsole.domain.audit import CertificateSeen

_BEGIN = b"-----BEGIN"
_PEM = (b"-----BEGIN CERTIFICATE", b"-----BEGIN X509 CERT", b"-----BEGIN TRUSTED CERT")
_DER = b"\x30\x82"
_KEYS = (
    (".crt", (".key",)),
    (".cert", (".key",)),
    (".pem", (".key", "-key.pem")),
    ("client-certificate-data", ("client-key-data",)),
    ("certificate", ("privateKey", "private_key", "key")),
    ("cert", ("key",)),
)
"""Ends of names of certificates, and what stands there in the name of the key beside one."""
_NOWHERE = frozenset((Where.RELEASE, Where.ANNOTATION))
"""Places whose certificates no one serves."""


def certificates_in(part: Part) -> tuple[CertificateSeen, ...]:
    """Those in a part, with whether the key beside one is its own."""
    data = part.data
    if part.place.where in _NOWHERE or part.cut:
        return ()
    if not data.startswith(_DER) and not (_BEGIN in data and any(mark in data for mark in _PEM)):
        return ()
    return read_certificates(
        data, part.shown_path(), key=_key_beside(part.key, part.siblings, data)
    )


def _key_beside(name: str, siblings: Mapping[str, bytes], data: bytes) -> bytes | None:
    if b"PRIVATE KEY-----" in data:
        return data  # both in one file
    for end, others in _KEYS:
        if name.endswith(end):
            for other in others:
                if found := siblings.get(name.removesuffix(end) + other):
                    return found
    return None
