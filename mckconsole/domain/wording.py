"""Numbers and names of things in a sentence."""

from __future__ import annotations

from collections.abc import Iterable


def counted(number: int, noun: str) -> str:
    """`1 place`, `3 places`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(names: Iterable[str], most: int, *, between: str = ", ") -> str:
    """The first `most` names, and how many more there are: `a, b and 3 more`."""
    every = list(names)
    more = len(every) - most
    return between.join(every[:most]) + (f" and {more} more" if more > 0 else "")
