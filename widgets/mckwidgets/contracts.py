"""What the widgets ask of what they show: structural types, so that no data is copied for them.

A role is a word (`ok`, `warn`, `critical`, `stale`, `unknown`, `forbidden`, `connecting`, `dim`,
`plain`, `heading`); `roles` says how each looks. Every text is a stranger's: widgets make it inert
with `safe_text` and never parse it as markup.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Literal, Protocol


class CellLike(Protocol):
    """One cell of a table or matrix."""

    @property
    def text(self) -> str:
        """What is shown, one line."""

    @property
    def role(self) -> str:
        """What it means."""

    @property
    def value(self) -> str | int | float | bool | None:
        """What it is sorted by; None is nothing, and comes last."""


class ColumnLike(Protocol):
    """One column of a table."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def align(self) -> Literal["left", "right"]: ...
    @property
    def priority(self) -> int:
        """0 is never dropped when there is no room; the highest goes first."""

    @property
    def name(self) -> bool:
        """What is too long is cut in its middle, not at its end."""

    @property
    def volatile(self) -> bool:
        """It changes by itself: no change of it is marked as news."""

    @property
    def alike(self) -> bool:
        """One of a series, with a name as its title, which is shown as it is written. Where one of
        them finds no room, none to its right is shown."""


class RowLike(Protocol):
    """One row of a table; equal ids are the same row at different times."""

    @property
    def id(self) -> str: ...
    @property
    def cells(self) -> Mapping[str, CellLike]:
        """By column id; every column has one."""

    @property
    def role(self) -> str: ...


class SpanLike(Protocol):
    """Words of one role within a line."""

    @property
    def text(self) -> str: ...
    @property
    def role(self) -> str: ...


class LineLike(Protocol):
    """One logical line of a text; it is wrapped to the width it gets."""

    @property
    def spans(self) -> Sequence[SpanLike]: ...
    @property
    def indent(self) -> int:
        """Cells by which its continuation lines are indented."""

    @property
    def target(self) -> Hashable | None:
        """What Enter opens here; None is nothing."""

    @property
    def note(self) -> str:
        """At the right end of its first row, where there is room: an age."""


class CardLike(Protocol):
    """A box of lines with a title; cards of a block stand side by side where there is room."""

    @property
    def title(self) -> str: ...
    @property
    def note(self) -> str:
        """Words at the right end of the title line."""

    @property
    def role(self) -> str:
        """Of the note and the border."""

    @property
    def lines(self) -> Sequence[LineLike]: ...


class BlockLike(Protocol):
    """A part of a detail view: a heading, then cards, then lines; each may be missing."""

    @property
    def heading(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def cards(self) -> Sequence[CardLike]: ...
    @property
    def lines(self) -> Sequence[LineLike]: ...
