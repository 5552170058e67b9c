"""Compile the regular expressions of filters, and refuse those that could take forever.

Python's engine tries every way in which a text can be shared out among the repeats of an
expression. An expression whose ways are too many for the longest text that is looked at is refused
before it meets a stranger's text; so are the constructs that are not judged here.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

MAX_TEXT = 512
"""Characters of a cell that an expression looks at."""
MAX_WAYS = MAX_TEXT * MAX_TEXT
"""Ways to share out a text among repeats, from one start: two free repeats, not three."""
_MAX_NESTED = 1000
"""The same for a repeated group, whose rounds take much longer."""
_MAX_PATTERN = 500

_ATOM = re.compile(
    r"\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\N\{[^}]*\}|\\[0-9]{1,3}|\\."
    r"|\[\^?\]?(?:\\.|[^\\\]])*\]|.",
    re.S,
)
"""One element of a valid expression: an escape, a class, or a character."""
_REPEAT = re.compile(r"(?:([*+?])|\{(\d*)(,?)(\d*)\})([?+]?)")
_GROUP = re.compile(r"\((?:\?(?P<kind>:|P<\w+>|=|!|<=|<!))?")
_NOT_CASE = re.compile(r"\\.|\(\?P<\w+>", re.S)
_SAMPLES = "".join(map(chr, range(32, 127))) + "\tß›éДカ東●–\ufffd"
"""Characters by which it is told whether two elements can match the same."""

Chars: TypeAlias = frozenset[str]
_NONE: Chars = frozenset()
_ALL: Chars = frozenset(_SAMPLES)


class RegexError(ValueError):
    """The expression is not valid, or not accepted; the message says why."""


def compile_regex(pattern: str) -> re.Pattern[str]:
    """`pattern` compiled; it ignores case unless it holds an upper-case letter.

    Raises:
        RegexError: it is not valid, or could take too long.
    """
    if len(pattern) > _MAX_PATTERN:
        raise RegexError(f"the regex is longer than {_MAX_PATTERN} characters")
    sensitive = any(char.isupper() for char in _NOT_CASE.sub("", pattern))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what may mean something else one day
            compiled = re.compile(pattern, re.NOFLAG if sensitive else re.IGNORECASE)
        ways = _Judge(pattern).ways()
    except (re.error, OverflowError) as error:
        raise RegexError(f"the regex is not valid: {error}") from None
    except RecursionError:
        raise RegexError("the regex is nested too deeply") from None
    if ways > MAX_WAYS:
        raise RegexError(
            "the regex could take forever: repeats that can match the same stand in each other "
            "or in a row; make it simpler, or make several terms of it"
        )
    return compiled


@dataclass(slots=True)
class _Part:
    """One element of a sequence with what repeats it."""

    first: Chars
    """What it can begin with."""
    least: int
    most: int
    """How often it is repeated."""
    inside: _Choice | None = None
    """What a group holds; None for a single character."""
    width: bool = True
    """False for what takes no characters: anchors and looks around."""
    possessive: bool = False

    @property
    def skippable(self) -> bool:
        """Whether what follows may come at once."""
        return not self.width or self.least == 0 or bool(self.inside and self.inside.skippable)


@dataclass(slots=True)
class _Choice:
    """The branches of a group, or of the whole expression."""

    branches: list[list[_Part]]

    @property
    def skippable(self) -> bool:
        return any(all(part.skippable for part in parts) for parts in self.branches)

    @property
    def first(self) -> Chars:
        return _NONE.union(*(_first(parts, _NONE) for parts in self.branches))


def _first(parts: list[_Part], behind: Chars) -> Chars:
    """What a sequence can begin with, when `behind` comes after it."""
    found: set[str] = set()
    for part in parts:
        if part.width:
            found |= part.first
        if not part.skippable:
            return frozenset(found)
    return frozenset(found | behind)


class _Judge:
    """Reads a valid expression and counts in how many ways it can be tried."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def ways(self) -> int:
        """At most how many from one start, for a text of `MAX_TEXT` characters."""
        return _ways_of_choice(self._choice(), _NONE)

    def _choice(self) -> _Choice:
        branches: list[list[_Part]] = [[]]
        while self._at < len(self._pattern) and self._pattern[self._at] != ")":
            if self._pattern[self._at] == "|":
                self._at += 1
                branches.append([])
            else:
                branches[-1].append(self._part())
        return _Choice(branches)

    def _part(self) -> _Part:
        part = self._group() if self._pattern[self._at] == "(" else self._single()
        match = _REPEAT.match(self._pattern, self._at)
        if match and match.group() != "{}":
            self._at = match.end()
            part.least, part.most = _bounds(match)
            part.possessive = match.group(5) == "+"
        return part

    def _group(self) -> _Part:
        match = _GROUP.match(self._pattern, self._at)
        assert match is not None  # noqa: S101 (it was called at a parenthesis)
        self._at = match.end()
        if self._pattern[self._at : self._at + 1] == "?":
            raise RegexError(
                "groups may begin with (?: (?= (?! (?<= or (?<!, nothing else after (?"
            )
        inside = self._choice()
        self._at += 1
        looks = match["kind"] in ("=", "!", "<=", "<!")
        return _Part(inside.first, 1, 1, inside, width=not looks)

    def _single(self) -> _Part:
        match = _ATOM.match(self._pattern, self._at)
        assert match is not None  # noqa: S101 (it matches any character)
        self._at = match.end()
        atom = match.group()
        anchor = atom in ("^", "$", r"\b", r"\B", r"\A", r"\Z")
        return _Part(_NONE if anchor else _chars(atom), 1, 1, width=not anchor)


@lru_cache(maxsize=256)
def _chars(atom: str) -> Chars:
    """The samples that one element matches; all of them for a reference to a group."""
    if re.fullmatch(r"\\[1-9][0-9]?", atom):
        return _ALL
    single = re.compile(atom, re.IGNORECASE)
    return frozenset(char for char in _SAMPLES if single.fullmatch(char))


def _bounds(match: re.Match[str]) -> tuple[int, int]:
    """How often something may be repeated; more than `MAX_TEXT` times is no more than that."""
    sign, least, comma, most, _ = match.groups()
    if sign:
        return (1 if sign == "+" else 0, 1 if sign == "?" else MAX_TEXT)
    low = int(least or 0)
    high = int(most) if most else MAX_TEXT if comma else low
    return min(low, MAX_TEXT), min(high, MAX_TEXT)


def _ways_of_choice(choice: _Choice, behind: Chars) -> int:
    """Of branches whose beginnings tell them apart only one is ever gone into."""
    ways = [_ways(parts, behind) for parts in choice.branches]
    begins = [_first(parts, behind) for parts in choice.branches]
    apart = sum(map(len, begins)) == len(_NONE.union(*begins))
    return max(ways) if apart else _capped(sum(ways))


def _ways(parts: list[_Part], behind: Chars) -> int:
    """Those of a sequence: its elements are tried independently of each other."""
    ways = 1
    for index, part in enumerate(parts):
        rest = parts[index + 1 :]
        ways = _capped(ways * _ways_of_part(part, _first(rest, behind)))
        if _meets_its_like(part, rest):
            ways = _capped(ways * _spread(part))  # the next one runs as far, each time
    return ways


def _meets_its_like(part: _Part, rest: list[_Part]) -> bool:
    """Whether a free repeat is followed by another one of the same, as in `x*x*`."""
    if part.most < 2 or part.possessive:
        return False
    for other in rest:
        if other.most > 1 and other.first & part.first:
            return True
        if not other.skippable:
            return False
    return False


def _spread(part: _Part) -> int:
    """How many numbers of rounds there are to try."""
    return min(part.most - part.least + 1, MAX_TEXT)


def _ways_of_part(part: _Part, behind: Chars) -> int:
    """A repeat is free where its next round and what comes behind it can begin alike."""
    again = part.most > 1
    free = bool(part.first & behind) and not part.possessive
    spread = _spread(part) if free else 1
    if part.inside is None:
        return spread
    inside = _ways_of_choice(part.inside, part.first | behind if again else behind)
    if part.inside.skippable and (part.least, part.most) != (1, 1):
        inside = max(inside, 2)  # to repeat nothing is another way than not to repeat
    if again and inside > 1:
        nested = inside ** min(part.most, 32)
        return nested if nested <= _MAX_NESTED else MAX_WAYS + 1
    return _capped(inside * spread)


def _capped(ways: int) -> int:
    return min(ways, MAX_WAYS + 1)
