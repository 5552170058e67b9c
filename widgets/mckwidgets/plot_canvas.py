"""A grid of cells on which lines are drawn: quarters of cells, or one character per line in ASCII.

Quarter blocks are in every font that a terminal is likely to have; braille dots are finer, and in
many fonts they are empty boxes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

QUARTERS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
"""By the bits of the quarters that are filled: upper left 1, upper right 2, lower left 4 and 8."""
GLYPHS = "●▲■◆▼"
ASCII_GLYPHS = "*+ox#"
MARK_EVERY = 8
"""Columns between the marks that tell several lines apart without colour."""


class Mark(NamedTuple):
    """What one cell shows, and the number of the line it belongs to."""

    text: str
    line: int


def glyph(line: int, *, ascii: bool) -> str:
    """The sign of a line."""
    glyphs = ASCII_GLYPHS if ascii else GLYPHS
    return glyphs[line % len(glyphs)]


class Canvas:
    """Lines over cells; places are shares of the width and height, from the upper left."""

    def __init__(self, width: int, height: int, *, ascii: bool) -> None:
        """`width` and `height` are in cells, at least one."""
        self._ascii = ascii
        self._across, self._down = (1, 1) if ascii else (2, 2)
        self._width, self._height = width * self._across, height * self._down
        self._dots: dict[tuple[int, int], tuple[int, int]] = {}
        """Bits and line by column and row."""
        self._tracks: dict[int, dict[int, int]] = {}
        """The last row a line had in a column."""

    def draw(self, line: int, places: list[tuple[float, float]]) -> None:
        """Join `places` with a line; a single one is a dot."""
        dots = [(round(x * (self._width - 1)), round(y * (self._height - 1))) for x, y in places]
        for begin, end in zip(dots, dots[1:] or dots, strict=False):
            for x, y in _between(begin, end):
                self._set(line, x, y)

    def _set(self, line: int, x: int, y: int) -> None:
        column, dot_x = divmod(x, self._across)
        row, dot_y = divmod(y, self._down)
        bits, _ = self._dots.get((column, row), (0, line))
        self._dots[column, row] = bits | 1 << (dot_x + 2 * dot_y), line
        self._tracks.setdefault(line, {})[column] = row

    def cells(self) -> dict[tuple[int, int], Mark]:
        """What stands where, by column and row."""
        if self._ascii:
            return {
                place: Mark(glyph(line, ascii=True), line)
                for place, (_, line) in self._dots.items()
            }
        cells = {place: Mark(QUARTERS[bits], line) for place, (bits, line) in self._dots.items()}
        if len(self._tracks) > 1:
            for line, track in self._tracks.items():
                for column in self._marked(line, track):
                    cells[column, track[column]] = Mark(glyph(line, ascii=False), line)
        return cells

    def _marked(self, line: int, track: dict[int, int]) -> Iterator[int]:
        period = MARK_EVERY * len(self._tracks)
        for column in track:
            if column % period == MARK_EVERY * line % period or column == max(track):
                yield column


def _between(begin: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The dots of a straight line, both ends included."""
    (x, y), (to_x, to_y) = begin, end
    steps = max(abs(to_x - x), abs(to_y - y))
    for number in range(steps + 1):
        share = number / steps if steps else 0
        yield round(x + (to_x - x) * share), round(y + (to_y - y) * share)
