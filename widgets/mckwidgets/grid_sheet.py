"""What a grid shows line by line, and which lines look different from what was painted last.

Holds the columns' widths and remembers painted rows. Asks the terminal nothing and schedules
nothing: the widget says how much room there is and paints the lines that `changed` names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual.strip import Strip

from mckwidgets.contracts import ColumnLike, RowLike
from mckwidgets.grid_layout import Layout, Widths
from mckwidgets.grid_look import Look
from mckwidgets.grid_model import GridModel
from mckwidgets.grid_news import News
from mckwidgets.grid_paint import Painter, Spans, wrap
from mckwidgets.grid_viewport import Viewport

HEADER = 1
"""Lines of titles."""
SAMPLE = 200
"""Rows that are measured before anything is painted."""
KEPT = 512
"""Painted rows that are remembered."""


class _Line(NamedTuple):
    """What a line shows."""

    row: RowLike | None
    cursor: bool
    marked: bool
    lit: frozenset[str]
    version: int


class Sheet:
    """The lines of a grid, the titles being line 0."""

    def __init__(
        self, model: GridModel, view: Viewport, news: News, take_look: Callable[[], Look]
    ) -> None:
        """`take_look` is asked before the first line is painted, and after `restyle`."""
        self._model = model
        self._view = view
        self._news = news
        self._take_look = take_look
        self.columns: tuple[ColumnLike, ...] = ()
        self.marked: frozenset[str] = frozenset()
        self.layout = Layout((), 0)
        self.scrolled = 0
        """Cells by which the columns after the first are scrolled sideways."""
        self._wide = False
        self._spans: Spans | None = None
        self._empty = ""
        self._chosen = ""
        self._height = 0
        self._widths = Widths(())
        self._look: Look | None = None
        self._painter: Painter | None = None
        self._version = 0
        """Counts what changes the look of every line."""
        self._painted: dict[int, _Line] = {}
        self._painted_titles: tuple[object, ...] = ()
        self._strips: dict[str, tuple[_Line, Strip]] = {}
        self._words: list[str] = []

    def set_columns(self, columns: Sequence[ColumnLike]) -> None:
        """Show these columns; the cursor stays in its column where that is still there."""
        self.columns = tuple(columns)
        self.measure_anew()

    def set_wide(self, wide: bool) -> None:
        """Whether every column gets what it asks for."""
        self._wide = wide
        self.scrolled = 0
        self.measure_anew()

    def set_spans(self, spans: Spans | None) -> None:
        """Light these parts of cells."""
        if spans is not None or self._spans is not None:
            self._spans = spans
            self._changed()

    def set_empty(self, words: str) -> None:
        """Say this when there is no row."""
        self._empty = words
        self._changed()

    def restyle(self) -> None:
        """Styles are other ones now."""
        self._look = None
        self._changed()

    def resize(self, width: int, height: int) -> None:
        """There is room for so many cells and lines."""
        self._height = height
        if width != self.layout.available:
            self._fit(width)

    def sorted_by(self, column: str | None) -> None:
        """The title of this column gets a sign."""
        self._ask_for_arrow(column)
        self._fit(self.layout.available)

    @property
    def chosen(self) -> str:
        """Id of the column that the cursor is in, one of those shown; empty when there is none."""
        ids = self.layout.ids
        return self._chosen if self._chosen in ids else next(iter(ids), "")

    def choose(self, column: str) -> None:
        """Put the cursor into this column and scroll to it."""
        self._chosen = column
        self.scroll(self.layout.reveal(column, self.scrolled))

    def scroll(self, cells: int) -> None:
        """Scroll the columns sideways to there."""
        if cells != self.scrolled:
            self.scrolled = cells
            self._changed()

    def in_sight(self) -> range:
        """Places of the rows in sight."""
        top = self._view.top
        return range(top, min(top + self._view.height, self._model.visible))

    def measure_anew(self) -> None:
        """Take the widths from the titles and a sample of the rows, and lay the columns out."""
        self._widths = Widths(self.columns)
        self._ask_for_arrow(self._model.sort[0])
        top = self._view.top
        places = range(top, min(top + SAMPLE, self._model.visible))
        self._widths.measure(self._model.row_at(place) for place in places)
        self._fit(self.layout.available)

    def measure(self, *, scrolling: bool) -> None:
        """Widen columns for the rows in sight; while scrolling, none comes or goes for that."""
        if self._widths.measure(self._model.row_at(place) for place in self.in_sight()):
            self._fit(self.layout.available, keep=scrolling)

    def changed(self) -> list[int]:
        """The lines that look different from what was painted last."""
        lines = [y for y in range(HEADER, self._height) if self._differs(y)]
        return lines if self._painted_titles == self._titles() else [0, *lines]

    def strip(self, y: int) -> Strip:
        """Paint a line."""
        painter = self._ready()
        if y < HEADER:
            self._painted_titles = self._titles()
            return painter.header(self._model.sort, self.chosen)
        line = self._painted[y] = self._line(y)
        if line.row is None:
            return painter.words(self._word_line(y - HEADER))
        known = self._strips.get(line.row.id)
        if known is not None and self._same(known[0], line):
            return known[1]
        strip = painter.row(line.row, cursor=line.cursor, marked=line.marked, lit=line.lit)
        if len(self._strips) >= KEPT:
            del self._strips[next(iter(self._strips))]
        self._strips[line.row.id] = line, strip
        return strip

    def _changed(self) -> None:
        self._version += 1
        self._painter = None
        self._words = []

    def _ask_for_arrow(self, column: str | None) -> None:
        for one in self.columns:
            if one.id == column:
                self._widths.ask_for_arrow(one)

    def _fit(self, available: int, *, keep: bool = False) -> None:
        ids = self.layout.ids if keep else None
        layout = self._widths.fit(available, wide=self._wide, keep=ids)
        if layout != self.layout:
            self.layout = layout
            self.scrolled = min(self.scrolled, layout.reach)
            self._changed()

    def _ready(self) -> Painter:
        if self._painter is None:
            if self._look is None:
                self._look = self._take_look()
            self._painter = Painter(self._look, self.layout, self.scrolled, self._spans)
        return self._painter

    def _titles(self) -> tuple[object, ...]:
        return (self._version, self._model.sort, self.chosen)

    def _line(self, y: int) -> _Line:
        """What there is to see in a line now."""
        place = self._view.top + y - HEADER
        if place >= self._model.visible:
            return _Line(None, False, False, frozenset(), self._version)
        row = self._model.row_at(place)
        key = row.id
        cursor = key == self._view.key
        return _Line(row, cursor, key in self.marked, self._news.lit(key), self._version)

    def _differs(self, y: int) -> bool:
        painted = self._painted.get(y)
        return painted is None or not self._same(painted, self._line(y))

    def _same(self, one: _Line, other: _Line) -> bool:
        """Whether two lines look the same; rows may, although they are not the same objects."""
        if one[1:] != other[1:]:
            return False
        if one.row is other.row or one.row is None or other.row is None:
            return one.row is other.row
        old, new = one.row.cells, other.row.cells
        for name in self.layout.ids:
            was, now = old.get(name), new.get(name)
            if was is not now and (
                was is None or now is None or (was.text, was.role) != (now.text, now.role)
            ):
                return False
        return True

    def _word_line(self, line: int) -> str:
        """A line of the words for no rows, one below the titles where there is room."""
        if self._model.visible:
            return ""
        if not self._words:
            self._words = wrap(self._empty, self.layout.available - 2)
        line -= 1 if self._height - HEADER > len(self._words) else 0
        return self._words[line] if 0 <= line < len(self._words) else ""
