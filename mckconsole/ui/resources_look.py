"""What the resources pane looks at: a question with its rows, and how it was left.

A look outlives the query behind it: who comes back finds filter, order and cursor as they were,
and rows that did not change are the same rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mckconsole.views.resources_findings import FindingIndex
from mckconsole.views.resources_lenses import NAME, expected
from mckconsole.views.resources_rows import Board

if TYPE_CHECKING:
    from mckconsole.domain.resources import Query, ResourceKind
    from mckconsole.views.resources_ask import Asked
    from mckconsole.views.spec import Column

KEPT = 4
"""Looks that are remembered."""
WITH_ROWS = 2
"""Those of them whose rows are: `-` goes back to the one before."""


@dataclass(slots=True)
class Look:
    """One question and what became of it."""

    asked: Asked
    kind: ResourceKind
    """As the word was understood; each cluster has its own version of it."""
    others: tuple[str, ...]
    """Other kinds that the word may mean."""
    board: Board
    found: FindingIndex = field(default_factory=FindingIndex)
    filter: str = ""
    """How it was left, and how it is to be shown when its columns are known."""
    sort: tuple[str | None, bool] = (None, False)
    problems: bool = False
    wide: bool = False
    cursor: str | None = None
    pending: bool = True
    """Whether that is still to be done."""

    def query(self, namespace: str) -> Query:
        """What is asked of the clusters; `namespace` is the only one that is looked at, if any."""
        query = self.asked.query(self.kind.name)
        if not self.kind.namespaced:
            return type(query)(query.kind, (), query.labels, query.fields)
        if namespace and not query.namespaces:
            return type(query)(query.kind, (namespace,), query.labels, query.fields)
        return query

    def forget(self) -> None:
        """Give the rows up."""
        self.board = Board(self.kind.name)

    @property
    def crumb(self) -> str:
        """`pods in shop · app=web`."""
        narrowed = self.asked.narrowed
        word = self.kind.name if self.others else self.kind.plural
        return f"{word} {narrowed}" if narrowed.startswith("in ") else (
            f"{word} · {narrowed}" if narrowed else word
        )  # fmt: skip


def make_look(asked: Asked, kind: ResourceKind, others: tuple[str, ...]) -> Look:
    """A look that nothing was read of yet."""
    return Look(asked, kind, others, Board(kind.name), filter=asked.filter)


def filter_problem(asked: Asked, kind: ResourceKind, ours: Sequence[Column]) -> str:
    """What is wrong with the filter of a question, as far as the kind's columns are known before
    it is asked; empty when nothing is, or when it is too early to say."""
    from mckconsole.views.filter import FilterError, parse_filter

    columns = expected(kind.name)
    if not asked.filter or not columns:
        return ""
    try:
        parse_filter(asked.filter, (*ours, *columns, NAME))
    except FilterError as error:
        return str(error)
    return ""
