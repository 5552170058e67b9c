"""Random texts in the alphabets that credentials are written in."""

from __future__ import annotations

import binascii
import random
import string
from collections.abc import Callable, Mapping
from typing import TypeAlias

from mckconsole.demo.sections_audit import CredentialModel

Parts: TypeAlias = Mapping[str, str]
Mint: TypeAlias = Callable[[CredentialModel, random.Random, float], Parts]
"""Of a model, its random numbers and the fleet's start (Unix seconds)."""

LETTERS = string.ascii_letters + string.digits
BASE64 = LETTERS + "+/"
URL_SAFE = LETTERS + "-_"
BASE32 = string.ascii_uppercase + "234567"
HEX = "0123456789abcdef"
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def some(chance: random.Random, count: int, alphabet: str = LETTERS) -> str:
    """`count` characters of an alphabet."""
    return "".join(chance.choices(alphabet, k=count))


def checksummed(prefix: str, chance: random.Random) -> str:
    """A token of GitHub or npm: 30 characters and the CRC-32 of them in base 62."""
    body = some(chance, 30)
    number, digits = binascii.crc32(body.encode()), ""
    for _ in range(6):
        number, place = divmod(number, 62)
        digits = _BASE62[place] + digits
    return f"{prefix}_{body}{digits}"


def token(make: Callable[[random.Random], str]) -> Mint:
    """Of what is one text."""
    return lambda _, chance, __: {"token": make(chance)}
