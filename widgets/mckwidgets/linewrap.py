"""Break a line of parts into lines of a width, between words where that is possible."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, chop_cells

from mckwidgets.linepaint import Part

_LEAST = 12
_WORD = re.compile("[^ ]+")


def wrap_parts(parts: Sequence[Part], cells: int, indent: int = 0) -> list[list[Part]]:
    """Return lines of at most `cells` cells, all but the first indented by `indent` of them.

    An indent that would leave next to nothing of the width is not made.
    """
    cells = max(cells, 1)
    indent = indent if indent + _LEAST <= cells else 0
    text = "".join(part.text for part in parts)
    blank = [Part(" " * indent)] if indent else []
    return [
        [*(blank if start else []), *slice_parts(parts, start, end)]
        for start, end in _lines(text, cells, indent)
    ]


def slice_parts(parts: Sequence[Part], start: int, end: int) -> list[Part]:
    """Return the characters from `start` to `end` of all the parts' text, as parts."""
    found: list[Part] = []
    for part in parts:
        text = part.text[max(start, 0) : max(end, 0)]
        if text:
            found.append(part._replace(text=text))
        start, end = start - len(part.text), end - len(part.text)
    return found


def _lines(text: str, cells: int, indent: int) -> Iterator[tuple[int, int]]:
    """Where each line starts and ends; the blanks at which it is broken are in none."""
    begin = end = 0
    room = cells
    for word in _WORD.finditer(text):
        if cell_len(text[begin : word.end()]) > room:
            if end > begin:
                yield begin, end
                begin, room = word.start(), cells - indent
            while cell_len(text[begin : word.end()]) > room:  # a word longer than a line
                cut = begin + max(len(chop_cells(text[begin : word.end()], room)[0]), 1)
                yield begin, cut
                begin, room = cut, cells - indent
        end = word.end()
    if begin < end or not begin:
        yield begin, end
