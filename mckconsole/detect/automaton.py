"""All literals and all marks of tokens in one pass, by Vectorscan: two gigabytes a second.

Where it is not installed, for want of a wheel for the platform, or cannot run on the processor,
`gate` and the detectors search in Python, find the same and take more than twice as long.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, Protocol

from mckconsole.detect.model import MARKED_WORD, WORD


class Searcher(Protocol):
    """What finds many strings at once."""

    def search(self, data: bytes) -> tuple[list[int], list[int]]:
        """Numbers of the literals that are in a text, each once, and where a word of
        `MARKED_WORD` bytes may begin that has one of the marks, in no order."""


def automaton(literals: Sequence[bytes], marks: Sequence[bytes]) -> Searcher | None:
    """One that knows them; None where there is no Vectorscan here."""
    try:
        import hyperscan
    except ImportError:  # also of a library that is there and does not fit the machine
        return None
    try:
        return _Automaton(hyperscan, literals, marks)
    except hyperscan.error:  # the processor lacks what it needs
        return None


class _Automaton:
    """A compiled database. Threads share it; what it works in, each has its own of."""

    def __init__(self, library: Any, literals: Sequence[bytes], marks: Sequence[bytes]) -> None:
        self._library, self._literals = library, len(literals)
        patterns = [*map(_exactly, literals), *map(_word, marks)]
        once = library.HS_FLAG_SINGLEMATCH
        self._database = library.Database(mode=library.HS_MODE_BLOCK)
        self._database.compile(
            expressions=patterns,
            ids=list(range(len(patterns))),
            elements=len(patterns),
            flags=[once] * len(literals) + [0] * len(marks),
        )
        self._lengths = [max(len(mark), MARKED_WORD) for mark in marks]
        self._own = threading.local()

    def search(self, data: bytes) -> tuple[list[int], list[int]]:
        present: list[int] = []
        words: list[int] = []
        literals, lengths = self._literals, self._lengths

        def met(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            if number < literals:
                present.append(number)
            else:
                words.append(end - lengths[number - literals])

        scratch = getattr(self._own, "scratch", None)
        if scratch is None:
            scratch = self._own.scratch = self._library.Scratch(self._database)
        self._database.scan(data, match_event_handler=met, scratch=scratch)
        return present, words


def _exactly(text: bytes) -> bytes:
    return b"".join(b"\\x%02x" % byte for byte in text)


def _word(mark: bytes) -> bytes:
    """A mark with what must follow: nearly all that begins like a token ends before that."""
    rest = MARKED_WORD - len(mark)
    return _exactly(mark) + (b"[%b]{%d}" % (WORD, rest) if rest > 0 else b"")
