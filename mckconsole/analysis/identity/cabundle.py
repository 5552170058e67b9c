"""Until when a CA bundle is worth anything: the certificates in a webhook's `caBundle`.

The API server trusts a webhook while any certificate of the bundle is valid and vouches for it; Go
refuses a chain whose root has expired too. Only dates and names are read, nothing is verified.
"""

from __future__ import annotations

import base64
import binascii
import math
from functools import lru_cache
from typing import NamedTuple

from mckconsole.detect.x509 import read_certificates
from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_rfc3339

_MAX_NAME = 80


class Bundle(NamedTuple):
    """What a bundle says."""

    problem: str
    """Why it holds no certificate, in words; empty when it does."""
    starts: float = -math.inf
    """Unix seconds: the earliest that any of its certificates is valid from."""
    ends: float = math.inf
    """Unix seconds: the latest that any of its certificates is valid until."""
    name: str = ""
    """Subject of the certificate that is valid longest."""

    def fault(self, now: float) -> str:
        """Why it is worth nothing at `now`, in words; empty when it is worth something."""
        if self.problem:
            return self.problem
        if now >= self.ends:
            return f"expired at {format_rfc3339(self.ends)}"
        return f"not valid before {format_rfc3339(self.starts)}" if now < self.starts else ""

    @property
    def text(self) -> str:
        """As evidence has it."""
        if self.problem:
            return f"({self.problem})"
        return f"certificate of {self.name or '(no name)'}, until {format_rfc3339(self.ends)}"


@lru_cache(maxsize=512)
def read_bundle(text: str) -> Bundle:
    """The bundle that stands in a webhook's configuration as base64."""
    if not text.strip():
        return Bundle("empty")
    try:
        pem = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return Bundle("not base64")
    found = read_certificates(pem, "caBundle")
    if not found:
        return Bundle("no certificate that can be read")
    longest = max(found, key=lambda one: one.not_after)
    starts = min(one.not_before for one in found)
    return Bundle("", starts, longest.not_after, shorten(longest.subject, _MAX_NAME))
