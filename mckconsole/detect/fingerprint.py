"""What may be said of a value without saying it: keyed fingerprint, length and letters."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

_KEY = secrets.token_bytes(32)
"""Of this process and never written anywhere: a fingerprint is nothing to try guesses on."""
_BITS = 80
_BUCKETS = (16, 32, 64, 128, 256, 1024, 4096)
_CHARSETS = (
    ("hex", re.compile(rb"(?:[0-9a-f]+|[0-9A-F]+)\Z")),
    ("alphanumeric", re.compile(rb"[0-9A-Za-z]+\Z")),
    ("base64", re.compile(rb"[0-9A-Za-z+/\s]+={0,2}\s*\Z")),
    ("base64url", re.compile(rb"[0-9A-Za-z_-]+={0,2}\Z")),
)
_MAX_READ = 4096
"""Bytes that tell of which letters a value is."""
_CONTROLS = bytes({*range(32)} - {9, 10, 13}) + b"\x7f"


def fingerprint(canonical: bytes) -> str:
    """20 hex digits: the same for equal values within this process, and only there. By whichever
    rule it was found: a token is the same one in a kubeconfig and in a Secret.

    HMAC-SHA256 under a random key, its first 80 bits.
    """
    return hmac.digest(_KEY, canonical, "sha256").hex()[: _BITS // 4]


def digest(*parts: bytes) -> bytes:
    """16 bytes that tell contents apart, under a key of their own: what a memory may hold."""
    made = hashlib.blake2b(key=_KEY, digest_size=16, person=b"memory")
    made.update(b"%d " * len(parts) % tuple(map(len, parts)))
    for part in parts:
        if part:
            made.update(part)
    return made.digest()


def length_bucket(length: int) -> str:
    """The bucket that a length in characters falls into: `33–64`."""
    low = 1
    for high in _BUCKETS:
        if length <= high:
            return f"{low}–{high}"
        low = high + 1
    return f"> {_BUCKETS[-1]}"


def charset(value: bytes) -> str:
    """What a value is written in, one of `Sighting.charset`."""
    head = value[:_MAX_READ]
    for name, pattern in _CHARSETS:
        if pattern.match(head):
            return name
    try:
        head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:
            return "binary"
    return "binary" if head.translate(None, _CONTROLS) != head else "text"
