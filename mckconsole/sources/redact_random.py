"""Tell random text (keys, tokens) from words, and public PEM from what must not be shown."""

from __future__ import annotations

import base64
import binascii
import re
from itertools import pairwise

PUBLIC_PEM = re.compile(
    r"-----BEGIN (?:X509 |TRUSTED |NEW |RSA )?"
    r"(?:CERTIFICATE|CERTIFICATE REQUEST|PUBLIC KEY|X509 CRL)-----"
    r"[A-Za-z0-9+/=\s]*+-----END [A-Z0-9 ]{0,40}-----"
)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}+={0,2}")
_TOO_SHORT = 20
_MIXED = 0.15
"""Changes of sort (letter case, digits) per character: words in camel case have up to 0.14."""


def decoded(text: str) -> str | None:
    """The text behind base64, of either alphabet; None when it is none."""
    compact = "".join(text.split())
    if not _BASE64.fullmatch(compact):
        return None
    standard = compact.rstrip("=").replace("-", "+").replace("_", "/")
    if len(standard) % 4 == 1:
        standard = standard[:-1]
    try:
        raw = base64.b64decode(standard + "=" * (-len(standard) % 4))
        return raw.decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None


def is_certificate(text: str) -> bool:
    """Whether it is public PEM and nothing else, as it is or in base64."""
    plain = text.strip() if "-----BEGIN" in text else decoded(text) or ""
    return bool(plain) and not PUBLIC_PEM.sub("", plain).strip()


def looks_random(token: str) -> bool:
    """Whether a run of letters, digits and `+/=_-` is too mixed to be made of words."""
    token = token.strip("=_-")
    if len(token) < _TOO_SHORT or token.startswith("/"):
        return False
    upper, lower = any(map(str.isupper, token)), any(map(str.islower, token))
    if upper and lower:
        return _changes(token) >= _MIXED * len(token)
    return len(token) >= 32 and token.isalnum() and any(map(str.isdigit, token))


def _changes(token: str) -> int:
    """How often a lower-case letter is followed by an upper-case one, or a digit meets a letter."""
    return sum(
        (one.islower() and other.isupper()) or one.isdigit() != other.isdigit()
        for one, other in pairwise(token)
    )
