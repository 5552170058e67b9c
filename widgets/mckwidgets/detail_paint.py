"""Colour for the rows of a detail view: from pieces of a layout to segments.

Styles come from a function by component name; this module knows no theme and no widget.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from rich.segment import Segment
from rich.style import Style

from mckwidgets.detail_document import Document, shown_words
from mckwidgets.detail_layout import MARGIN, MAX_NOTED, Fixed, Part, Row
from mckwidgets.detail_search import Search
from mckwidgets.roles import ROLES
from mckwidgets.safe_text import fold

MARK = "›"
"""Stands before a line that can be opened."""


class Brush:
    """Paints rows of a document with the cursor on one of its lines."""

    def __init__(
        self, document: Document, search: Search, cursor: int, style: Callable[[str], Style]
    ) -> None:
        """`style` gives the style of a component class."""
        self._document = document
        self._search = search
        self._cursor = cursor
        self._style = style

    def role(self, role: str) -> Style:
        """The style of a role; one that nobody knows is plain."""
        return self._style(f"detail--{role if role in ROLES else 'plain'}")

    def empty(self, text: str, width: int, y: int) -> list[Segment]:
        """Row `y` of a text that is shown when there is nothing else."""
        lines = fold(text, width)
        return [Segment(text[slice(*lines[y])], self.role("dim"))] if y < len(lines) else []

    def row(self, row: Row) -> list[Segment]:
        """The pieces of a row, with blanks between them."""
        segments: list[Segment] = []
        x = 0
        for piece in row:
            if piece.x > x:
                segments.append(Segment(" " * (piece.x - x), self.role("plain")))
            new = self._fixed(piece) if isinstance(piece, Fixed) else self._part(piece)
            segments += new
            x = piece.x + _cells(new)
        return segments

    def _fixed(self, piece: Fixed) -> list[Segment]:
        return [Segment(piece.text, self.role(piece.role))]

    def _part(self, part: Part) -> list[Segment]:
        cursor = self._style("detail--cursor") if part.line == self._cursor else None
        opens = part.first and self._document.target(part.line) is not None
        blank = cursor or self.role("plain")
        segments = [
            Segment((MARK if opens else "").ljust(MARGIN), cursor or self._style("detail--mark")),
            Segment(" " * part.indent, blank),
            *self._words(part, cursor),
        ]
        rest = part.width - _cells(segments)
        if not part.note:
            return [*segments, Segment(" " * rest, blank)]
        note = Segment(part.note, cursor or self.role("dim"))
        behind = max(part.width - MARGIN - MAX_NOTED, 0)
        between = rest - note.cell_length - behind
        return [*segments, Segment(" " * between, blank), note, Segment(" " * behind, blank)]

    def _words(self, part: Part, cursor: Style | None) -> list[Segment]:
        """The text of a part, divided where its style changes."""
        text = self._document.texts[part.line]
        layers: list[tuple[int, int, Style]] = []
        start = 0
        for words, role in shown_words(self._document.lines[part.line]):
            layers.append((start, start + len(words), cursor or self.role(role)))
            start += len(words)
        for start, end, current in self._search.ranges(part.line):
            name = "detail--match-current" if current else "detail--match"
            layers.append((start, end, self._style(name)))
        places = {part.start, part.end}
        places |= {p for s, e, _ in layers for p in (s, e) if part.start < p < part.end}
        return [
            Segment(text[start:end], _topmost(layers, start))
            for start, end in pairwise(sorted(places))
        ]


def _cells(segments: Sequence[Segment]) -> int:
    return sum(segment.cell_length for segment in segments)


def _topmost(layers: Sequence[tuple[int, int, Style]], place: int) -> Style:
    """The style of the last layer at a place of the text; the words are one everywhere."""
    return next(style for start, end, style in reversed(layers) if start <= place < end)
