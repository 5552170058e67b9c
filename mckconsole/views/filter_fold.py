"""Search text regardless of case, and tell where in the original it was found.

Folding may change the length of a text (`ß` becomes `ss`), so places in the folded text are led
back to the characters they came from. A character of which a part was found counts as found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

Range: TypeAlias = tuple[int, int]
"""Begin and end, in characters."""


def merge(ranges: Iterable[Range]) -> list[Range]:
    """The ranges sorted, those that touch or overlap joined, empty ones left out."""
    merged: list[Range] = []
    for begin, end in sorted(ranges):
        if begin >= end:
            continue
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def find_all(text: str, needle: str) -> list[Range]:
    """Where `needle`, which is folded, stands in `text`; occurrences do not overlap."""
    low, origin = _fold(text)
    found = []
    at = low.find(needle) if needle else -1
    while at >= 0:
        end = at + len(needle)
        found.append((origin[at], origin[end - 1] + 1))
        at = low.find(needle, end)
    return found


def _fold(text: str) -> tuple[str, Sequence[int]]:
    """The folded text, and for each of its characters the index of the one it came from."""
    low = text.casefold()
    if text.isascii():
        return low, range(len(low))
    origin: list[int] = []
    for index, char in enumerate(text):
        origin += [index] * len(char.casefold())
    return low, origin


def in_order(low: str, letters: str) -> bool:
    """Whether all `letters` are in `low` in their order; both are folded."""
    at = 0
    for letter in letters:
        at = low.find(letter, at) + 1
        if not at:
            return False
    return True


def find_in_order(text: str, letters: str) -> list[Range]:
    """The characters of `text` that are `letters` (folded) in their order, close to each other.

    The first place at which all are found is taken, and from its end the letters are looked for
    backwards: of `a-ab` the letters `ab` are the last two characters.
    """
    low, origin = _fold(text)
    at = 0
    for letter in letters:
        at = low.find(letter, at) + 1
        if not at:
            return []
    found = []
    for letter in reversed(letters):
        at = low.rfind(letter, 0, at)
        found.append((origin[at], origin[at] + 1))
    return merge(found)
