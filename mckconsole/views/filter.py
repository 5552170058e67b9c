"""The one filter grammar of every pane: text in, a test of rows out.

Terms are separated by spaces and all of them must hold; docs/filter.md is the grammar for users.
A text that cannot be understood in full is an error, never a filter that shows everything. Nothing
here knows how a filter is typed or how matches are lit.
"""

from __future__ import annotations

from collections.abc import Sequence

from mckconsole.views.filter_columns import ColumnError, find_column, folded
from mckconsole.views.filter_fold import Range, merge
from mckconsole.views.filter_lexer import (
    COMPARISONS,
    EQUALITIES,
    FilterError,
    Form,
    Term,
    UnfinishedError,
    split_terms,
)
from mckconsole.views.filter_terms import Test, any_word, compile_term
from mckconsole.views.spec import Column, Row

__all__ = ["Filter", "FilterError", "UnfinishedError", "complete_filter", "parse_filter"]


class Filter:
    """What rows must be like. Made by `parse_filter`."""

    def __init__(self, text: str, terms: Sequence[Term]) -> None:
        self.text = text
        """As it was typed."""
        self._compiled = tuple(map(compile_term, terms))
        self._tests: tuple[Test, ...] = tuple(
            any_word(term.value.casefold(), wanted=not term.negative)
            if _plain(term)
            else compiled.test
            for term, compiled in zip(terms, self._compiled, strict=True)
        )

    def matches(self, row: Row) -> bool:
        """Whether every term holds for `row`; true for a filter without terms."""
        for test in self._tests:  # noqa: SIM110 (a third quicker than all())
            if not test(row):
                return False
        return True

    def spans(self, column_id: str, text: str) -> list[Range]:
        """Where in `text`, a cell of that column, positive terms found something.

        Sorted ranges of characters that do not touch. Whether the row matches is not asked.
        """
        return merge(
            found
            for term in self._compiled
            if term.column_id in (None, column_id)
            for found in term.light(text)
        )


def _plain(term: Term) -> bool:
    word = term.form in (Form.WORD, Form.QUOTED)
    return word and term.column is None


def parse_filter(text: str, columns: Sequence[Column]) -> Filter:
    """The filter that `text` says for a pane of these columns; empty text matches everything.

    Raises:
        FilterError: a term cannot be understood.
    """
    return Filter(text, split_terms(text, columns))


def complete_filter(text: str, columns: Sequence[Column]) -> list[str]:
    """Whole texts that `text` may become: a column's name with `:`, or what may follow a name.

    Empty where no column's name is being typed. The best comes first.
    """
    head, partial = _partial(text, columns)
    if not partial:
        return []
    names = _names(partial, columns)
    try:
        whole = find_column(partial, columns)
    except ColumnError:
        whole = None
    if whole and folded(partial) in (folded(whole.id), folded(whole.title)):
        signs = (":", *EQUALITIES, *(COMPARISONS if whole.unit else ()))
        others = [name for name in names if folded(name) != folded(whole.id)]
        return [text + sign for sign in signs] + [f"{head}{name}:" for name in others]
    return [f"{head}{name}:" for name in names]


def _partial(text: str, columns: Sequence[Column]) -> tuple[str, str]:
    """What stands before the word being typed, and that word; empty when it names no column."""
    begin = len(text)
    while begin and not text[begin - 1].isspace():
        begin -= 1
    try:
        split_terms(text[:begin], columns)
    except UnfinishedError:
        return text, ""  # within quotes or a regex
    except FilterError:
        pass
    begin += text[begin : begin + 1] == "!"
    word = text[begin:]
    return text[:begin], word if word.replace("-", "").replace("_", "").isalnum() else ""


def _names(partial: str, columns: Sequence[Column]) -> list[str]:
    """Names that begin like `partial`, then those that contain it; as typed, then as they are."""
    wanted = folded(partial)
    ranked = []
    for index, column in enumerate(columns):
        at = min(
            (at for name in (column.id, column.title) if (at := folded(name).find(wanted)) >= 0),
            default=-1,
        )
        if at >= 0:
            kept = column.id.casefold().startswith(partial.casefold())
            name = partial + column.id[len(partial) :] if kept else column.id
            ranked.append((at > 0, not kept, index, name))
    return [name for *_, name in sorted(ranked)]
