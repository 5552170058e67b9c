"""Turn the terms of a filter into tests of rows and into places to light.

A test is a closure that is made once and runs for every row, so it does as little as it can. A
negative term lights nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from mckconsole.views.filter_fold import Range, find_all, find_in_order, in_order
from mckconsole.views.filter_lexer import COMPARISONS, EQUALITIES, Form, Term
from mckconsole.views.filter_numbers import bare, comparison, read_operand
from mckconsole.views.filter_regex import MAX_TEXT, RegexError, compile_regex
from mckconsole.views.spec import Cell, Column, Row, Value

Test: TypeAlias = Callable[[Row], bool]
Light: TypeAlias = Callable[[str], list[Range]]
InText: TypeAlias = Callable[[str], bool]


def _nothing(text: str) -> list[Range]:
    return []


@dataclass(frozen=True, slots=True)
class Compiled:
    """A term ready to be asked."""

    test: Test
    light: Light
    column_id: str | None
    """The column whose cells it lights; None: of every column."""


def compile_term(term: Term) -> Compiled:
    """The closures of `term`.

    Raises:
        FilterError: its number or regex is not valid.
    """
    if term.column and term.operator in COMPARISONS:
        return Compiled(_compared(term, term.column), _nothing, term.column.id)
    if term.column and term.operator in EQUALITIES:
        return _equal(term, term.column)
    found, light = _search(term)
    test = _in_column(found, term.column.id) if term.column else _in_any(found)
    return Compiled(
        _not(test) if term.negative else test,
        _nothing if term.negative else light,
        term.column.id if term.column else None,
    )


def _not(test: Test) -> Test:
    return lambda row: not test(row)


def _in_any(found: InText) -> Test:
    def test(row: Row) -> bool:
        for cell in row.cells.values():  # noqa: SIM110 (a third quicker than any())
            if found(cell.text):
                return True
        return False

    return test


def _in_column(found: InText, column_id: str) -> Test:
    def test(row: Row) -> bool:
        cell = row.cells.get(column_id)
        return cell is not None and found(cell.text)

    return test


def any_word(word: str, *, wanted: bool = True) -> Test:
    """Whether some cell contains `word`, which is folded, or none does: the commonest test, without
    detours."""

    def test(row: Row) -> bool:
        folded = getattr(row.cells, "folded", None)  # rows by the ten thousand know it already
        if folded is not None:
            return (word in folded) is wanted
        for cell in row.cells.values():  # (a third quicker than any())
            if word in cell.text.casefold():
                return wanted
        return not wanted

    return test


def _search(term: Term) -> tuple[InText, Light]:
    """How a text is searched for the term's value, and where in it that is."""
    if term.form is Form.REGEX:
        return _regex(term)
    wanted = term.value.casefold()
    if term.form is Form.FUZZY:
        return (
            lambda text: in_order(text.casefold(), wanted),
            lambda text: find_in_order(text, wanted),
        )
    return (lambda text: wanted in text.casefold(), lambda text: find_all(text, wanted))


def _regex(term: Term) -> tuple[InText, Light]:
    """`^` is the beginning of the words as well as of the glyph before them."""
    try:
        pattern = compile_regex(term.value)
    except RegexError as error:
        term.fail(str(error))

    def found(text: str) -> bool:
        words = bare(text)
        if pattern.search(words, 0, MAX_TEXT):
            return True
        return words is not text and pattern.search(text, 0, MAX_TEXT) is not None

    def light(text: str) -> list[Range]:
        words = bare(text)
        offset = len(text) - len(words)
        matches = [match.span() for match in pattern.finditer(words, 0, MAX_TEXT)]
        if matches or not offset:
            return [(begin + offset, end + offset) for begin, end in matches]
        return [match.span() for match in pattern.finditer(text, 0, MAX_TEXT)]

    return found, light


def _compared(term: Term, column: Column) -> Test:
    """Only cells that have a number are found, by the negation too."""
    try:
        operand = read_operand(term.value, column)
    except ValueError as error:
        term.fail(str(error))
    compare = comparison(term.operator, operand, column.unit)
    wanted = not term.negative
    column_id = column.id

    def test(row: Row) -> bool:
        cell = row.cells.get(column_id)
        return cell is not None and compare(cell) is wanted

    return test


def _equal(term: Term, column: Column) -> Compiled:
    """The whole cell without its glyph, or the word or number behind it."""
    wanted = bare(term.value).casefold()
    column_id = column.id
    positive = (term.operator == "=") is not term.negative

    def same(cell: Cell) -> bool:
        return _is(wanted, bare(cell.text)) or wanted == _word_of(cell.value)

    def test(row: Row) -> bool:
        cell = row.cells.get(column_id)
        return (cell is not None and same(cell)) is positive

    def light(text: str) -> list[Range]:
        words = bare(text)
        offset = len(text) - len(words)
        if _is(wanted, words):
            return [(offset, len(text))]
        return [(b + offset, e + offset) for b, e in find_all(words, wanted)[:1] if b == 0]

    return Compiled(test, light if positive else _nothing, column_id)


def _is(wanted: str, words: str) -> bool:
    """Whether the words are those wanted; `22ms` is `22 ms`."""
    low = words.casefold()
    return low == wanted or (wanted[:1].isdigit() and low.replace(" ", "") == wanted)


def _word_of(value: Value) -> str | None:
    """The value behind a cell as one would type it."""
    return None if value is None or isinstance(value, bool) else str(value).casefold()
