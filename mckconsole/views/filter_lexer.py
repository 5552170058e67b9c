"""Take a filter's text apart into terms: what each names, by which operator, in which form.

Nothing here looks at a row. Whatever cannot be taken apart is an error with its place, because a
filter that is understood in part would show rows that nobody asked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import NoReturn

from mckconsole.domain.text import clean, shorten
from mckconsole.views.filter_columns import ColumnError, find_column, need_column, resembles
from mckconsole.views.spec import Column

COMPARISONS = (">=", "<=", ">", "<")
EQUALITIES = ("!=", "=")
OPERATORS = (":", *EQUALITIES, *COMPARISONS)

_OPERATOR = re.compile("!=|>=|<=|[:=<>]")
_MARKS = ('"', "/", "~")
"""What a term begins with that is no plain word and names no column."""
_QUOTE = 'to search for the text itself, "quote" it'
_MAX_SHOWN = 60
_MAX_PROBLEM = 300


class FilterError(ValueError):
    """A filter cannot be understood; the message names the term and says what would be right."""

    def __init__(self, term: str, problem: str, position: int) -> None:
        shown = shorten(clean(term), _MAX_SHOWN)
        super().__init__(f"{shown} – {shorten(clean(problem), _MAX_PROBLEM)}")
        self.position = position
        """Index into the filter's text at which the trouble begins."""


class UnfinishedError(FilterError):
    """A filter that may become right by typing on: something is open, or nothing follows yet."""


class Form(Enum):
    """How the searched text is written."""

    WORD = auto()
    QUOTED = auto()
    REGEX = auto()
    FUZZY = auto()


@dataclass(frozen=True, slots=True)
class Term:
    """One term as it was written."""

    text: str
    """All of it, as typed."""
    start: int
    negative: bool
    column: Column | None
    """None: any cell."""
    operator: str
    """One of `OPERATORS`; `:` also where there is no column."""
    form: Form
    value: str
    """What is searched for, without quotes, slashes and tilde."""

    def fail(self, problem: str) -> NoReturn:
        """Raise a FilterError about this term."""
        raise FilterError(self.text, problem, self.start)


def split_terms(text: str, columns: Sequence[Column]) -> list[Term]:
    """The terms of `text`, in order.

    Raises:
        FilterError: a term is not finished, or its column is not known.
    """
    lexer = _Lexer(text, columns)
    terms = []
    while (start := lexer.next_start()) is not None:
        terms.append(lexer.term(start))
    return terms


class _Lexer:
    """Reads `text` from left to right; `at` is where it stands."""

    def __init__(self, text: str, columns: Sequence[Column]) -> None:
        self._text = text
        self._columns = columns
        self._at = 0

    def next_start(self) -> int | None:
        """Where the next term begins, None at the end."""
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._at if self._at < len(self._text) else None

    def term(self, start: int) -> Term:
        """The term that begins at `start`."""
        negative = self._text[start] == "!"
        self._at = start + negative
        if negative and self._peek() in ("", " "):
            raise UnfinishedError("!", "what is not wanted must follow it, as in !ready", start)
        if negative and self._peek() == "!":
            self._fail(start, "one ! is enough")
        column, operator = None, ":"
        if self._peek() not in _MARKS:
            column, operator = self._subject(start)
        form, value = self._value(start, operator)
        term = Term(self._text[start : self._at], start, negative, column, operator, form, value)
        _check(term)
        return term

    def _peek(self) -> str:
        """The next character; empty at the end, a space for any white space."""
        char = self._text[self._at : self._at + 1]
        return " " if char.isspace() else char

    def _word(self) -> str:
        """What stands before the next white space."""
        end = self._at
        while end < len(self._text) and not self._text[end].isspace():
            end += 1
        return self._text[self._at : end]

    def _subject(self, start: int) -> tuple[Column | None, str]:
        """The column and operator that come next, if any do, and step over them."""
        word = self._word()
        match = self._after_odd_name(word) or _OPERATOR.search(word)
        if match is None:
            return None, ":"
        name, operator, rest = word[: match.start()], match.group(), word[match.end() :]
        if operator == ":" and (not name or rest.startswith(":")):
            return None, ":"  # a port, an IPv6 address
        if not name:
            self._fail(start, f"a column must stand before {operator}, as in age>5m; {_QUOTE}")
        try:
            column = find_column(name, self._columns)
            if column is None and operator == ":" and self._may_be_value(name, rest):
                return None, ":"
            column = column or need_column(name, self._columns)
        except ColumnError as error:
            self._fail(start, f"{error}; {_QUOTE}")
        self._at += match.end()
        return column, operator

    def _after_odd_name(self, word: str) -> re.Match[str] | None:
        """The operator behind the name of a column that has such signs in itself: a cluster's."""
        odd = [one.id for one in self._columns if _OPERATOR.search(one.id)]
        found = [_OPERATOR.match(word, len(name)) for name in odd if word.startswith(name)]
        return max(filter(None, found), key=lambda one: one.start(), default=None)

    def _may_be_value(self, name: str, rest: str) -> bool:
        """Whether `name:rest` may be an address, an ARN or a URL, and no slip in a column's name.

        A single colon behind letters only is taken for a slip: nothing would be found, and its
        negation would show everything.
        """
        if resembles(name, self._columns):
            return False
        return not name.isalpha() or ":" in rest or rest.startswith("//")

    def _value(self, start: int, operator: str) -> tuple[Form, str]:
        """The searched text, and step over it."""
        mark = self._peek()
        if mark == '"':
            return Form.QUOTED, self._quoted(start)
        if operator == ":" and mark == "/":
            return Form.REGEX, self._regex(start)
        if operator == ":" and mark == "~":
            self._at += 1
            if self._peek() == '"':
                return Form.FUZZY, self._quoted(start)
            return Form.FUZZY, self._step()
        return Form.WORD, self._step()

    def _step(self) -> str:
        word = self._word()
        self._at += len(word)
        return word

    def _quoted(self, start: int) -> str:
        """The text in quotes; a backslash takes the next quote or backslash as it is."""
        chars = []
        at = self._at + 1
        while at < len(self._text) and self._text[at] != '"':
            if self._text[at] == "\\" and self._text[at + 1 : at + 2] in ('"', "\\"):
                at += 1
            chars.append(self._text[at])
            at += 1
        if at >= len(self._text):
            raise UnfinishedError(self._text[start:], 'the closing " is missing', start)
        self._at = at + 1
        if self._peek() not in ("", " "):
            self._fail(start, 'a space must follow the closing "')
        return "".join(chars)

    def _regex(self, start: int) -> str:
        """The text up to the slash behind which a term ends."""
        at = begin = self._at + 1
        while at < len(self._text):
            if self._text[at] == "\\":
                at += 1
            elif self._text[at] == "/" and self._text[at + 1 : at + 2].strip() == "":
                self._at = at + 1
                return self._text[begin:at]
            at += 1
        raise UnfinishedError(self._text[start:], f"the regex needs a closing /; {_QUOTE}", start)

    def _fail(self, start: int, problem: str) -> NoReturn:
        raise FilterError(self._text[start:].split(maxsplit=1)[0], problem, start)


def _check(term: Term) -> None:
    """Refuse what would match everything, nothing, or something else than was meant."""
    name = term.column.id if term.column else ""
    if not term.value and not (term.form is Form.QUOTED and term.operator in EQUALITIES):
        what = "a number" if term.operator in COMPARISONS else "what to search for"
        raise UnfinishedError(term.text, f"{what} must follow, without a space", term.start)
    if term.column is None or term.form is not Form.WORD:
        return
    if term.value[0] in "=<>":
        term.fail(f"there are two operators; {name} takes one of {' '.join(OPERATORS)}")
    if term.operator in EQUALITIES and len(term.value) > 1:
        if term.value[0] == "~":
            term.fail(f"letters in order are searched with {name}:{term.value}")
        if term.value[0] == term.value[-1] == "/":
            negative = "!" if term.operator == "!=" else ""
            term.fail(f"a regex is searched with {negative}{name}:{term.value}")
