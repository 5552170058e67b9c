"""A sorted sequence in which a few items change at a time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

T = TypeVar("T")
SortKey: TypeAlias = tuple[Any, ...]

_FEW = 8
"""One in so many may change before sorting anew is quicker."""


class Ordered(Generic[T]):
    """Items in the order of their keys, each of which is unique."""

    def __init__(self) -> None:
        self._keys: list[SortKey] = []
        self._items: list[T] = []
        self._tuple: tuple[T, ...] | None = ()

    def change(self, removed: Iterable[SortKey], added: dict[SortKey, T]) -> None:
        """Take out what is `removed`, then put in what is `added`."""
        gone = list(removed)
        if not gone and not added:
            return
        self._tuple = None
        if (len(gone) + len(added)) * _FEW > len(self._keys):
            held = dict(zip(self._keys, self._items, strict=True))
            for key in gone:
                held.pop(key, None)
            held.update(added)
            self._keys = sorted(held)
            self._items = [held[key] for key in self._keys]
            return
        for key in gone:
            place = bisect_left(self._keys, key)
            if place < len(self._keys) and self._keys[place] == key:
                del self._keys[place], self._items[place]
        for key, item in added.items():
            place = bisect_left(self._keys, key)
            if place < len(self._keys) and self._keys[place] == key:
                self._items[place] = item
            else:
                self._keys.insert(place, key)
                self._items.insert(place, item)

    @property
    def items(self) -> tuple[T, ...]:
        """All of them; the same tuple until something changes."""
        if self._tuple is None:
            self._tuple = tuple(self._items)
        return self._tuple


def merged(first: Sequence[T], second: Sequence[T], key: Callable[[T], SortKey]) -> tuple[T, ...]:
    """Two sorted sequences as one, what is equal of `first` first.

    Quick where each goes on for long without the other, as sequences of other rules do.
    """
    found: list[T] = []
    one = other = 0
    while other < len(second):
        place = bisect_right(first, key(second[other]), lo=one, key=key)
        found += first[one:place]
        one, start = place, other
        if one == len(first):
            break
        other = bisect_left(second, key(first[one]), lo=other, key=key)
        found += second[start:other]
    return (*found, *first[one:], *second[other:])
