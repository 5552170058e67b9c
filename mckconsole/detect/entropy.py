"""How random a value looks."""

from __future__ import annotations

import re
from collections import Counter
from math import log2

_RUN = re.compile(rb"(.)\1{5,}", re.DOTALL)
_STEPS = (
    b"0123456789abcdefghijklmnopqrstuvwxyz",
    b"1234567890",
    b"9876543210",
    b"zyxwvutsrqponmlkjihgfedcba",
    b"qwertyuiop",
    b"asdfghjkl",
)
_STEP = 7
"""So many characters in the order of a keyboard or the alphabet do not come about by chance."""
_COUNTING = re.compile(
    b"|".join(order[at : at + _STEP] for order in _STEPS for at in range(len(order) - _STEP + 1))
)


def entropy(data: bytes) -> float:
    """Shannon entropy in bits per byte; 0.0 of nothing."""
    size = len(data)
    return -sum(n / size * log2(n / size) for n in Counter(data).values()) if size else 0.0


def is_random(data: bytes, least: float) -> bool:
    """Whether `data` reaches `least` bits per byte and neither repeats nor counts up."""
    return entropy(data) >= least and not _RUN.search(data) and not is_counting(data)


def is_counting(data: bytes) -> bool:
    """Whether a good part of `data` is characters in the order of the alphabet or a keyboard."""
    return _COUNTING.search(data.lower()) is not None
