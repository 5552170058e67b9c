"""How words are compared where rows are sorted, here and in the terminal's table."""

from __future__ import annotations

import re

_DIGITS = re.compile("0*([0-9]+)")


def natural_key(word: str) -> str:
    """What words are compared by: in any case, and numbers in them as numbers (v1.9 < v1.10)."""
    return _DIGITS.sub(_measured, word.casefold())


def _measured(match: re.Match[str]) -> str:
    """The digits behind their count; the 0 lets numbers stand where digits stand among letters."""
    return f"0{chr(min(len(match[1]), 0xD000))}{match[1]}"
