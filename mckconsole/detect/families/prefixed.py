"""Tokens that begin with a mark of their own, found in one pass over the words of a value.

There are hundreds of ways for a token to begin and seldom one token: the long words of a value are
looked at once, and only where one begins like a token is the pattern tried, there and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mckconsole.detect.entropy import is_random
from mckconsole.detect.families.base import Check, Verdict, compiled, judged
from mckconsole.detect.model import Detector, Match, Value

_MIN_WORD = 16
_MARK = 3
"""Bytes that words are sorted by; no mark is shorter."""
_WORDS = bytes(
    0x78 if chr(byte).isascii() and (chr(byte).isalnum() or byte in b"_-.~") else 0x20
    for byte in range(256)
)
"""Letters of words to `x`, all else to a space: where words are, which `find` then passes over."""
_LONG = b"x" * _MIN_WORD
_ESCAPES = (b"\\n", b"\\t", b"\\r", b'\\"')
"""Of JSON and shells: a word does not begin with the letter that follows a backslash."""
END = rb"(?![A-Za-z0-9_-])"


@dataclass(frozen=True, slots=True)
class Token:
    """One way that a token looks."""

    rule: str
    mark: bytes
    """What it begins with."""
    rest: bytes
    """Pattern of what follows; quantifiers bounded and possessive."""
    entropy: float = 3.0
    """Bits per byte that what follows the mark must have; 0: `check` sees to it."""
    check: Check | None = None
    shown: int = -1
    """Characters of it that its format makes public; -1: the mark."""
    before: bytes = rb"[A-Za-z0-9_]"
    """What must not stand right in front."""
    end: bytes = END
    """What must follow."""

    def find(self, data: bytes, at: int) -> Match | None:
        """The one that begins at `at`, the beginning of a word."""
        found = compiled(_literal(self.mark) + self.rest + self.end).match(data, at)
        if found is None or (at and compiled(self.before).match(data, at - 1, at)):
            return None
        text = found[0]
        if self.entropy and not is_random(text[len(self.mark) :], self.entropy):
            return None
        verdict = self.check(text) if self.check else Verdict()
        if verdict is None:
            return None
        shown = len(self.mark) if self.shown < 0 else self.shown
        return judged(self.rule, text, at, verdict, text[:shown].decode("ascii", "replace"))


def _literal(text: bytes) -> bytes:
    return b"".join(b"\\" + bytes([b]) if b in b".$|~-!" else bytes([b]) for b in text)


def detector(tokens: tuple[Token, ...], overrules: tuple[str, ...]) -> Detector:
    """One detector of all `tokens`."""
    rules = tuple(dict.fromkeys(token.rule for token in tokens))
    find, spots = _finder(tokens)
    return Detector(rules, (), find, overrules, spots=spots)


def _finder(
    tokens: tuple[Token, ...],
) -> tuple[Callable[[Value], Iterator[Match]], Callable[[bytes], Iterator[int]]]:
    """What finds them, and what tells where in any bytes one may begin."""
    table: dict[bytes, list[Token]] = {}
    for token in tokens:
        if len(token.mark) < _MARK:
            raise ValueError(f"the mark of a {token.rule} is too short to sort by")
        table.setdefault(token.mark[:_MARK], []).append(token)

    def begun(data: bytes) -> Iterator[tuple[int, Token]]:
        if len(data) < _MIN_WORD:
            return
        words = data.translate(_WORDS)
        start = words.find(_LONG)
        while start >= 0:
            for token in table.get(data[start : start + _MARK], ()):
                if data.startswith(token.mark, start):
                    yield start, token
            end = words.find(b" ", start + _MIN_WORD)
            start = words.find(_LONG, end) if end > 0 else -1

    def find(value: Value) -> Iterator[Match]:
        data = _unescaped(value.data)
        for start, token in begun(data):
            if match := token.find(data, start):
                yield match

    def spots(data: bytes) -> Iterator[int]:
        return (start for start, _ in begun(_unescaped(data)))

    return find, spots


def _unescaped(data: bytes) -> bytes:
    if b"\\" in data:
        for escape in _ESCAPES:
            data = data.replace(escape, b"  ")
    return data
