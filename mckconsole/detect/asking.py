"""Which detectors are asked for which value: by literals in it, and by words in its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypeAlias

from mckconsole.detect.automaton import Searcher
from mckconsole.detect.encodings import RUNS, SECRETS
from mckconsole.detect.gate import Gate, Haystack
from mckconsole.detect.model import Detector, Match, Pair, Value

_ENCODED = frozenset((*RUNS, *SECRETS))
WORDS = ("auth", "cred", "key", "pass", "psk", "pwd", "secret", "token")
"""Words of which the name of a line of text must have one for its value to be looked at by itself:
each is looked for in every text."""
_WORDS = tuple(word.encode() for word in WORDS)
Placeholder: TypeAlias = Callable[[Value, Match], bool]
"""Whether a match is what people write where a credential will be."""
_NOBODY: frozenset[int] = frozenset()
_MAX_PLACES = 2000
"""Of one literal in one value; with more, the whole value is handed over."""


@dataclass(slots=True, repr=False)
class Asked:
    """What a gate found in one value."""

    detectors: dict[int, list[int]]
    """Number of the detector, and where its literals are."""
    runs: list[int]
    """Where base64 of something begins, or what has some around it."""


class Engine:
    """The detectors, and what leads to them.

    Args:
        searcher: makes what searches for literals and marks; None, or where it makes nothing:
            they are searched here.
    """

    def __init__(
        self,
        detectors: Sequence[Detector],
        pair: Pair,
        is_placeholder: Placeholder,
        searcher: Callable[[Sequence[bytes], Sequence[bytes]], Searcher | None] | None = None,
    ) -> None:
        self.detectors = tuple(detectors)
        self.pair = pair
        self.is_placeholder = is_placeholder
        self._by_literal: dict[bytes, list[int]] = {}
        for number, one in enumerate(self.detectors):
            for literal in one.gates:
                self._by_literal.setdefault(literal, []).append(number)
        self.always = frozenset(
            number
            for number, one in enumerate(self.detectors)
            if not (one.gates or one.names or one.marked)
        )
        self.documents = frozenset(
            number for number, one in enumerate(self.detectors) if one.document
        )
        self._marked = [
            (number, one.marked) for number, one in enumerate(self.detectors) if one.marked
        ]
        self._literals = sorted({*self._by_literal, *_ENCODED})
        marks = [mark for _, marked in self._marked for mark in marked.marks]
        self._searcher = searcher(self._literals, marks) if searcher else None
        self._gate = Gate(self._literals)
        self._places = _ENCODED.union(
            *(one.gates for one in self.detectors if one.reach or one.document)
        )
        self._by_word: dict[str, list[int]] = {}
        for number, one in enumerate(self.detectors):
            for word in one.names:
                self._by_word.setdefault(word, []).append(number)
        self._any_word = re.compile("|".join(map(re.escape, self._by_word)) or "(?!)")
        self.named_field = lru_cache(maxsize=8192)(self.named)
        """`named`, remembered: for names of fields, which are no values."""

    def named(self, key: str) -> frozenset[int]:
        """The detectors that wait for such a name."""
        low = key.lower()
        if not self._any_word.search(low):
            return _NOBODY
        words = [word for word in self._by_word if word in low]
        return frozenset(number for word in words for number in self._by_word[word])

    def search(self, hay: Haystack) -> dict[int, Asked]:
        """What is in which of the values; those with nothing in them are not in the answer."""
        found: dict[int, Asked] = {}
        present, spots = self._search(hay)
        for literal in present:
            numbers = self._by_literal.get(literal, ())
            once = literal not in self._places
            for index, places in hay.find(literal, 1 if once else _MAX_PLACES + 1):
                asked = found.get(index) or found.setdefault(index, Asked({}, []))
                for number in numbers:
                    asked.detectors.setdefault(number, []).extend(places)
                if literal in _ENCODED:
                    asked.runs.extend(places)
        for at in spots:
            index = hay.index(at)
            asked = found.get(index) or found.setdefault(index, Asked({}, []))
            for number, _ in self._marked:
                asked.detectors.setdefault(number, []).append(at - hay.starts[index])
        return found

    def _search(self, hay: Haystack) -> tuple[Sequence[bytes], Iterable[int]]:
        """The literals that are in any of the values, and where marked words may be."""
        if self._searcher:
            numbers, words = self._searcher.search(hay.data)
            return [self._literals[number] for number in sorted(numbers)], sorted(words)
        spots = {at for _, marked in self._marked for at in marked.spots(hay.data)}
        return self._gate.present(hay.data), sorted(spots)


def words_in(data: bytes) -> list[int]:
    """Where in a text one of the words is that names of secrets have, in order."""
    low = data.lower()
    found: list[int] = []
    for word in _WORDS:
        at = low.find(word)
        while at >= 0:
            found.append(at)
            at = low.find(word, at + 1)
    found.sort()
    return found


def windows(places: list[int], length: int, reach: int) -> list[tuple[int, int]]:
    """The stretches around the places of a literal, joined where they touch."""
    if not reach or length <= 2 * reach or len(places) > _MAX_PLACES:
        return [(0, length)]
    found: list[tuple[int, int]] = []
    for at in sorted(places):
        start, end = max(0, at - reach), min(length, at + reach)
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


@cache
def engine() -> Engine:
    """That of the product."""
    from mckconsole.detect.automaton import automaton
    from mckconsole.detect.detectors import DETECTORS, pair
    from mckconsole.detect.placeholders import is_placeholder

    return Engine(DETECTORS, pair, is_placeholder, automaton)
