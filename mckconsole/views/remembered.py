"""Rows that are not made anew while all that they are made of is the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from mckconsole.views.spec import Row

K = TypeVar("K")


class Remembered(Generic[K]):
    """Rows of the last look, by what they are made of."""

    def __init__(self) -> None:
        self._rows: dict[K, tuple[tuple[object, ...], Row]] = {}

    def rows(self, made_of: Mapping[K, tuple[object, ...]], make: Callable[[K], Row]) -> list[Row]:
        """A row for each key, in the order of the keys; those whose parts are the same again are
        not made again."""
        known = self._rows
        found: dict[K, tuple[tuple[object, ...], Row]] = {}
        for key, parts in made_of.items():
            before = known.get(key)
            if before is not None and _same(before[0], parts):
                found[key] = before
            else:
                found[key] = parts, make(key)
        self._rows = found
        return [row for _, row in found.values()]


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and all(a is b or a == b for a, b in pairs)
