"""What people write where a credential will be, and what only points at one."""

from __future__ import annotations

import re

from mckconsole.detect.families.jwt import read_token
from mckconsole.detect.model import Match, Value
from mckconsole.detect.words import is_path, is_wordy
from mckconsole.domain.audit import Tier

_REFERENCE = re.compile(
    rb"(?:vault|secretref|secret|awssm|awsssm|gcpsm|azurekv|keyvault|kv|ssm|sops|file|env|ref)[:+]/?|"
    rb"ref\+|op://|arn:aws[a-z-]*:(?:secretsmanager|ssm|kms):|projects/[^/]+/secrets/|ENC\[|"
    rb"!vault|\$ANSIBLE_VAULT|@Microsoft\.KeyVault|\{cipher\}|secretsmanager:",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(
    rb"\$\{|\$\(|\{\{|\{%|<%|%\{|#\{|\A<[^<>]{1,80}>\Z|\A\$[A-Za-z_][\w.:-]*\Z|"
    rb"\A\$?(?:\.[A-Za-z_]\w*)+\Z|\A%\w+%\Z|\A@\w+@\Z"
)
_POINTS = re.compile(r"(?:_|-|\.)(?:file|path|name|id|url|uri|arn|ref|dir)$", re.IGNORECASE)
_SEALED = re.compile(rb"A[gQ][A-Za-z0-9+/]{340,}={0,2}")
_MAX_WORDS = 128
"""Bytes up to which words tell that something is none; in a longer token they are chance."""
_JWT_EXAMPLE = "1234567890"
"""Subject of the token that jwt.io shows, and half of all examples with it."""
_JWT = "SEC-JWT"
_STORE = "SEC-KEYSTORE"
"""Binary: words in it are chance."""


def is_stand_in(text: bytes) -> bool:
    """Whether what stands where a credential does is a template, a reference, or words for one:
    the `REDACTED` of `kubectl config view`."""
    if _REFERENCE.match(text) or _TEMPLATE.search(text):
        return True
    return len(text) <= _MAX_WORDS and is_wordy(text)


def is_placeholder(value: Value, match: Match) -> bool:
    """Whether a match is a stand-in, a template, a reference, or sealed already.

    A credential that its structure proves is none of these, whatever its name. A document proves
    where one stands, not that it is one: its rule asks `is_stand_in` itself.
    """
    if match.inner or match.tier is Tier.PROVEN or match.rule == _STORE:
        return False
    text = value.data[match.start : match.end]
    if match.rule == _JWT:
        return _is_example(text)
    if is_stand_in(text):
        return True
    if _SEALED.fullmatch(text) and ("encryptedData" in value.path or value.data.strip() == text):
        return True
    return match.tier is Tier.NAMED and (bool(_POINTS.search(value.key)) or is_path(text))


def _is_example(text: bytes) -> bool:
    read = read_token(text)
    return read is not None and read[1].get("sub") == _JWT_EXAMPLE
