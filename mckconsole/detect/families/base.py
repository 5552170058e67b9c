"""What the families share: how a match is made, and checksums and encodings that several use."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from mckconsole.detect.model import Match
from mckconsole.domain.audit import Tier
from mckconsole.domain.findings import Severity

Facts = tuple[tuple[str, str], ...]

CREDENTIAL_WORDS = ("pass", "pwd", "secret", "token", "key", "cred", "auth", "licen", "psk")
"""Words of names that are looked at: few, for each is searched for in every text."""
MAX_DOCUMENT = 1 << 20
"""Longest value in bytes that is parsed as a document: as much as a Secret can hold."""
UUID = rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


class Verdict(NamedTuple):
    """What a check says of a candidate that it takes for a credential."""

    tier: Tier = Tier.SHAPED
    proof: str = ""
    facts: Facts = ()
    severity: Severity | None = None
    canonical: bytes = b""
    """Empty: the candidate as it stands."""

    def __repr__(self) -> str:
        return f"<Verdict {self.tier}>"


Check = Callable[[bytes], Verdict | None]
"""None: it is no credential."""


@cache
def compiled(pattern: bytes) -> re.Pattern[bytes]:
    """Compile when first needed: most values never get as far as a pattern."""
    return re.compile(pattern)


def begun_by(mark: bytes, rest: bytes, data: bytes, before: bytes) -> Iterator[re.Match[bytes]]:
    """Where `mark` stands with nothing of the class `before` right in front, and the pattern `rest`
    behind it.

    The mark comes first in the expression, which is found by that, and the look back before the
    rest, which would else be tried at every mark within a run of letters.
    """
    literal = re.escape(mark)
    return compiled(b"%b(?<!%b%b)%b" % (literal, before, literal, rest)).finditer(data)


def run_before(data: bytes, at: int, low: int, letters: bytes) -> bytes:
    """What stands right in front of an offset, not further back than `low`, of these letters."""
    head = data[low:at]
    return head[len(head.rstrip(letters)) :]


def judged(rule: str, found: bytes, start: int, verdict: Verdict, prefix: str = "") -> Match:
    """The match of a candidate that passed."""
    return Match(
        rule,
        verdict.tier,
        verdict.canonical or found,
        start,
        start + len(found),
        prefix=prefix,
        proof=verdict.proof,
        facts=verdict.facts,
        severity=verdict.severity,
    )


def apart(name: str) -> str:
    """A name with `_` where a capital begins a word in it: `apiKey` is `api_Key`."""
    return _HUMP.sub("_", name)


def lenient_base64(text: bytes) -> bytes | None:
    """The bytes of base64 of either alphabet, padded or not; None when it is none."""
    bare = text.translate(_URL_SAFE).rstrip(b"=")
    if not bare or len(bare) % 4 == 1 or _NOT_BASE64.search(bare):
        return None
    return base64.b64decode(bare + b"=" * (-len(bare) % 4))


_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def json_object(text: bytes | None) -> dict[str, Any] | None:
    """The object that `text` is in JSON; None when it is none or too deep."""
    if not text or len(text) > MAX_DOCUMENT or text.lstrip()[:1] != b"{":
        return None
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def base62(number: int, width: int) -> bytes:
    """`number` in base62 (0-9A-Za-z), padded with zeros on the left."""
    digits = bytearray()
    while number:
        number, rest = divmod(number, 62)
        digits.append(_BASE62[rest])
    return bytes(digits[::-1]).rjust(width, b"0")


def crc32_base62(body: bytes) -> bytes:
    """CRC-32 in six characters of base62, as GitHub and npm append it."""
    return base62(binascii.crc32(body), 6)
