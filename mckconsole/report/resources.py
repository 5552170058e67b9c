"""Objects of a kind as a text: how many, what clusters did not tell, and the rows.

The same rows, cell for cell, as the resources pane shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mckconsole.report.grid import grid
from mckconsole.report.prose import flowing, labelled
from mckconsole.report.spans import Line, paint
from mckconsole.views.detail import Line as Words
from mckconsole.views.spec import Column, Row


@dataclass(frozen=True, slots=True)
class Listed:
    """Objects of a kind, of many clusters."""

    heading: str
    """The kind, and what it is narrowed to."""
    summary: str
    """How many, in how many clusters."""
    columns: Sequence[Column]
    rows: Sequence[Row]
    notes: Sequence[Words]
    """What clusters did not tell, and why."""
    empty: str
    """Why there are no rows."""


def render(listed: Listed, *, title: str, width: int | None, colour: bool) -> str:
    """All of it under `title`; `width` in terminal cells, None for as wide as it takes."""
    return paint(_lines(listed, title, width), colour=colour)


def _lines(listed: Listed, title: str, width: int | None) -> Iterator[Line]:
    yield from labelled("", title, width, room=0)
    yield from flowing(listed.heading.upper(), listed.summary.split("  "), width)
    if listed.rows:
        yield from grid(listed.columns, listed.rows, width=width)
    else:
        yield from labelled("", listed.empty, width, room=0)
    for line in listed.notes:
        first, *others = line.spans
        yield from labelled(
            first.text,
            "".join(span.text for span in others).strip(),
            width,
            room=len(first.text) + 2 if others else 0,
            label_role=first.role,
        )
