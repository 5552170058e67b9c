"""Results of probes that somebody ran outside of the console and brings as evidence."""

from __future__ import annotations

from typing import Final

import msgspec

CHECKLIST: Final = tuple(f"CHK{number:02}" for number in range(1, 11))
"""Ids of the ten go-live items, in order."""


class Attested(msgspec.Struct, frozen=True, gc=False):
    """A result that somebody brought: one test case of a file."""

    rule: str
    """CHK01 to CHK10."""
    cluster: str
    """Empty: of the whole fleet."""
    passed: bool
    words: str
    """What was tried and what came of it."""
    file: str
    at: float | None
    """Unix seconds at which the probe ran; None where the file does not say."""
