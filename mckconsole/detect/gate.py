"""Literals first: nothing is searched with an expression that does not hold one of its literals.

`bytes.find` passes over 2 GB/s, an alternation of the same literals over 25 MB/s. A byte that is
rare in text and in base64 stands in front of the literals that have it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

_RARE = b"~%$@!#|+_<>&;-:=/."
"""The rarest first."""
_JOINT = b"\0"


class Haystack:
    """Several values joined to be searched at once."""

    __slots__ = ("data", "ends", "starts")

    def __init__(self, values: Sequence[bytes]) -> None:
        self.data = values[0] if len(values) == 1 else _JOINT.join(values)
        lengths = [len(one) + 1 for one in values]
        self.starts = [0, *accumulate(lengths)]
        self.ends = self.starts[1:]

    def find(self, data: bytes, literal: bytes) -> Iterator[tuple[int, int]]:
        """(Index of the value, offset in it) of every place of a literal.

        `data` is the joined text, or the same in lower case.
        """
        find, starts = data.find, self.starts
        if len(starts) == 2:
            at = find(literal)
            while at >= 0:
                yield 0, at
                at = find(literal, at + 1)
            return
        at = find(literal)
        while at >= 0:
            index = bisect_right(starts, at) - 1
            yield index, at - starts[index]
            at = find(literal, at + 1)


class Gate:
    """Which of many literals are in a text."""

    def __init__(self, literals: Iterable[bytes]) -> None:
        groups: dict[bytes, list[bytes]] = {}
        for literal in sorted(set(literals)):
            rare = next((bytes([byte]) for byte in _RARE if byte in literal), b"")
            groups.setdefault(rare, []).append(literal)
        self._always = tuple(groups.pop(b"", ()))
        self._groups = tuple((rare, tuple(group)) for rare, group in groups.items())

    def present(self, data: bytes) -> list[bytes]:
        """Those that are."""
        found = [literal for literal in self._always if literal in data]
        for rare, literals in self._groups:
            if rare in data:
                found += [literal for literal in literals if literal in data]
        return found
