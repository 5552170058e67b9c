"""Tokens that begin with a mark of their own, found in one pass over the words of a value.

There are hundreds of ways for a token to begin and seldom one token: the long words of a value are
looked at once, and only where one begins like a token is the pattern tried, there and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mckconsole.detect.entropy import is_random
from mckconsole.detect.families.base import Check, Verdict, compiled, judged
from mckconsole.detect.model import MARKED_WORD, Detector, Marked, Match, Value

_MARK = 3
"""Bytes that marks are sorted by; none is shorter."""
_SPACE = 0x20
_WORDS = bytes(
    0x78 if chr(byte).isascii() and (chr(byte).isalnum() or byte in b"_-.~") else _SPACE
    for byte in range(256)
)
"""Bytes of `WORD` to `x`, all else to a space: where words are, which `find` then passes over."""
_LONG = b"x" * MARKED_WORD
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
    marked = _marked(tokens)

    def find(value: Value) -> Iterable[Match]:
        return marked.find(value, marked.spots(value.data))

    return Detector(rules, (), find, overrules, marked=marked)


def _marked(tokens: tuple[Token, ...]) -> Marked:
    """What finds them."""
    table: dict[bytes, list[Token]] = {}
    for token in tokens:
        if len(token.mark) < _MARK:
            raise ValueError(f"the mark of a {token.rule} is too short to sort by")
        table.setdefault(token.mark[:_MARK], []).append(token)

    def spots(data: bytes) -> Iterator[int]:
        data = _unescaped(data)
        words = data.translate(_WORDS)
        start = words.find(_LONG)
        while start >= 0:
            known = table.get(data[start : start + _MARK], ())
            if any(data.startswith(token.mark, start) for token in known):
                yield start
            end = words.find(b" ", start + MARKED_WORD)
            start = words.find(_LONG, end) if end > 0 else -1

    def find(value: Value, places: Iterable[int]) -> Iterator[Match]:
        data = _unescaped(value.data)
        for at in places:
            if at and _WORDS[data[at - 1]] != _SPACE:
                continue  # in the middle of a word
            for token in table.get(data[at : at + _MARK], ()):
                if data.startswith(token.mark, at) and (match := token.find(data, at)):
                    yield match

    return Marked(tuple(dict.fromkeys(token.mark for token in tokens)), spots, find)


def _unescaped(data: bytes) -> bytes:
    if b"\\" in data:
        for escape in _ESCAPES:
            data = data.replace(escape, b"  ")
    return data
