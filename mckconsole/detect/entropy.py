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
_COUNTING = frozenset(
    order[at : at + _STEP] for order in _STEPS for at in range(len(order) - _STEP + 1)
)
_MIN_RUN = 6
_TERMS = [0.0, *(n * log2(n) for n in range(1, 1024))]


def entropy(data: bytes) -> float:
    """Shannon entropy in bits per byte; 0.0 of nothing."""
    return _entropy(Counter(data), len(data))


def _entropy(counts: Counter[int], size: int) -> float:
    if not size:
        return 0.0
    if size < len(_TERMS):
        return log2(size) - sum([_TERMS[n] for n in counts.values()]) / size
    return log2(size) - sum([n * log2(n) for n in counts.values()]) / size


def is_random(data: bytes, least: float) -> bool:
    """Whether `data` reaches `least` bits per byte and neither repeats nor counts up."""
    counts = Counter(data)
    if _entropy(counts, len(data)) < least:
        return False
    repeats = max(counts.values(), default=0) >= _MIN_RUN and _RUN.search(data)
    return not repeats and not is_counting(data)


def is_counting(data: bytes) -> bool:
    """Whether a good part of `data` is characters in the order of the alphabet or a keyboard."""
    low = data.lower()
    return not _COUNTING.isdisjoint([low[at : at + _STEP] for at in range(len(low) - _STEP + 1)])
