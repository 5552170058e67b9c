"""AWS: access key ids, the secrets beside them, session tokens."""

from __future__ import annotations

import base64
import re

from mckconsole.detect.entropy import is_random
from mckconsole.detect.families.base import Verdict
from mckconsole.detect.families.prefixed import Token
from mckconsole.detect.families.twins import ID_ALONE, Twin
from mckconsole.domain.audit import Tier
from mckconsole.domain.findings import Severity

KEY_ID = "SEC-AWS-ACCESS-KEY"

_ACCOUNT = 0x7FFFFFFFFF80
_ACCOUNT_END = 12
"""Characters of an id that the prefix and most of the account make up."""
_HEX = re.compile(rb"[0-9a-f]{40}|[0-9A-F]{40}")
_NAMES = re.compile(
    r"aws.{0,12}(?:secret|sk$)|secret.?access|secret.?key$|s3.{0,8}secret|aws.{0,8}key$",
    re.IGNORECASE,
)
_ASSIGNED = (
    rb"(?i:secret[_.-]?access[_.-]?key|aws[\w.-]{0,12}?secret(?:[_.-]?key)?)"
    rb"[\"']?\s{0,4}(?:=>|:=|=|:)\s{0,4}[\"']?"
)
_LEAST = 4.25
"""Bits per byte that 40 characters must have: fewer are a word, a path or a digest."""
_EXAMPLE = b"EXAMPLE"


def account_of(key_id: bytes) -> str:
    """The account that a key id names, twelve digits; empty for ids from before it stood there."""
    if key_id[4:5] in (b"I", b"J"):
        return ""
    number = int.from_bytes(base64.b32decode(key_id[4:])[:6], "big")
    return f"{(number & _ACCOUNT) >> 7:012d}"


def is_secret(text: bytes) -> bool:
    """Whether 40 characters of base64 may be a secret: no digest, no example, random."""
    return is_random(text, _LEAST) and not _HEX.fullmatch(text) and _EXAMPLE not in text.upper()


def _key_id(text: bytes) -> Verdict | None:
    """The account's part may be any number, all zeros too: only what follows must be random."""
    if text.endswith(_EXAMPLE) or not is_random(text[_ACCOUNT_END:], 2.0):
        return None
    account = account_of(text)
    facts = (("account", account),) if account else ()
    kind = "temporary" if text.startswith((b"ASIA", b"ABIA")) else "long-lived"
    return Verdict(
        Tier.SHAPED,
        ID_ALONE,
        (*facts, ("kind", kind)),
        Severity.LOW,
    )


TWIN = Twin(
    KEY_ID,
    "SEC-AWS-SECRET-KEY",
    (b"AKIA", b"ASIA", b"ACCA"),
    rb"(?:AKIA|ASIA|ACCA)[A-Z2-7]{16}",
    40,
    rb"[A-Za-z0-9/+]",
    is_secret,
    _NAMES,
    _ASSIGNED,
    Tier.PROVEN,
)

TOKENS = (
    *(
        Token(KEY_ID, mark, rb"[A-Z2-7]{16}", 0.0, _key_id, end=rb"(?![A-Za-z0-9_])",
              before=rb"[A-Za-z0-9_+/]")
        for mark in (b"AKIA", b"ASIA", b"ABIA", b"ACCA")
    ),
    *(
        Token("SEC-AWS-SESSION-TOKEN", mark, rb"[A-Za-z0-9+/]{150,2000}+={0,2}", 4.0,
              before=rb"[A-Za-z0-9+/]")
        for mark in (b"IQoJb3JpZ2lu", b"FwoGZXIvYXdz", b"FQoGZXIvYXdz", b"FQoDYXdz")
    ),
)  # fmt: skip
