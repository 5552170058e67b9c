"""Sentences in lines: wrapped to a width, continued under themselves, behind a label or a sign."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mckconsole.report.spans import Line, Span, Style
from mckconsole.report.width import cell_width, pad, wrap
from mckconsole.views.spec import Role

_WIDE = 1_000_000
"""Cells to wrap at when there is no terminal: never."""
_GAP = "  "
_NARROWEST = 20
"""Cells that text gets however narrow the terminal is."""


def labelled(
    label: str, text: str, width: int | None, *, room: int,
    role: Style = Role.PLAIN, label_role: Style = Role.DIM, glue: str = "",
) -> Iterator[Line]:  # fmt: skip
    """`text` behind `label`, which takes `room` cells; `width` in cells, None for no limit.

    `glue` ends every line that is continued.
    """
    cells = max((width or _WIDE) - room - cell_width(glue), _NARROWEST)
    parts = list(wrap(text, cells))
    for index, part in enumerate(parts):
        shown = part if index == len(parts) - 1 else f"{part}{glue}"
        yield [Span(pad(label if index == 0 else "", room), label_role), Span(shown, role)]


def flowing(label: str, parts: Iterable[str], width: int | None) -> Iterator[Line]:
    """A heading and short `parts`, none of them broken, on as many lines as they need."""
    room = cell_width(label) + len(_GAP)
    heading, line = pad(label, room), ""
    for part in parts:
        longer = f"{line}{_GAP}{part}" if line else part
        if line and room + cell_width(longer) > (width or _WIDE):
            yield [Span(heading, "heading"), Span(line)]
            heading, longer = " " * room, part
        line = longer
    yield [Span(heading, "heading"), Span(line)]
