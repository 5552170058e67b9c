"""Which detectors are asked for which value: by literals in it, and by words in its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from mckconsole.detect.encodings import RUNS, SECRETS
from mckconsole.detect.gate import Gate, Haystack
from mckconsole.detect.model import Detector, Match, Pair, Value

_ENCODED = frozenset((*RUNS, *SECRETS))
_WORDS = ("pass", "pwd", "secret", "token", "key", "cred", "auth", "psk")
"""For detectors that say of no names which they wait for."""
Placeholder: TypeAlias = Callable[[Value, Match], bool]
"""Whether a match is what people write where a credential will be."""
_MAX_PLACES = 2000
"""Of one literal in one value; where there are more, the whole value is handed over."""


@dataclass(slots=True, repr=False)
class Asked:
    """What a gate found in one value."""

    detectors: dict[int, list[int]]
    """Number of the detector, and where its literals are."""
    runs: list[int]
    """Where base64 of something begins, or what has some around it."""
    words: list[int]
    """Where a word is that names have."""


class Engine:
    """The detectors, and what leads to them."""

    def __init__(
        self, detectors: Sequence[Detector], pair: Pair, is_placeholder: Placeholder
    ) -> None:
        self.detectors = tuple(detectors)
        self.pair = pair
        self.is_placeholder = is_placeholder
        self._by_literal: dict[bytes, list[int]] = {}
        for number, one in enumerate(self.detectors):
            for literal in one.gates:
                self._by_literal.setdefault(literal, []).append(number)
        self.always = tuple(
            number for number, one in enumerate(self.detectors) if not (one.gates or one.names)
        )
        self._gate = Gate([*self._by_literal, *_ENCODED])
        named = {word for one in self.detectors for word in one.names}
        words = named | (set(_WORDS) if self.always or not named else set())
        self._words = [word.encode() for word in _shortest(words)]
        self._any_word = re.compile("|".join(map(re.escape, _shortest(words))))

    def named(self, key: str) -> tuple[int, ...]:
        """The detectors that wait for such a name."""
        low = key.lower()
        if not self._any_word.search(low):
            return ()
        return tuple(
            number
            for number, one in enumerate(self.detectors)
            if any(word in low for word in one.names)
        )

    def is_named(self, key: str) -> bool:
        """Whether the name has any word that a detector waits for."""
        return self._any_word.search(key.lower()) is not None

    def search(self, hay: Haystack, *, words: bool = True) -> dict[int, Asked]:
        """What is in which of the values; those with nothing in them are not in the answer."""
        found: dict[int, Asked] = {}
        for literal in self._gate.present(hay.data):
            numbers = self._by_literal.get(literal, ())
            for index, at in hay.find(hay.data, literal):
                asked = found.get(index) or found.setdefault(index, Asked({}, [], []))
                for number in numbers:
                    asked.detectors.setdefault(number, []).append(at)
                if literal in _ENCODED:
                    asked.runs.append(at)
        if not words:
            return found
        low = hay.data.lower()
        for word in self._words:
            if word in low:
                for index, at in hay.find(low, word):
                    asked = found.get(index) or found.setdefault(index, Asked({}, [], []))
                    asked.words.append(at)
        return found


def _shortest(words: Iterable[str]) -> list[str]:
    """The words without those that have another one in them."""
    kept = set(words)
    return sorted(one for one in kept if not any(o != one and o in one for o in kept))


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
    from mckconsole.detect.detectors import DETECTORS, pair
    from mckconsole.detect.placeholders import is_placeholder

    return Engine(DETECTORS, pair, is_placeholder)
