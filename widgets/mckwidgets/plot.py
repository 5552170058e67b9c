"""A small plot of values over time, and a cursor that reads them.

What is drawn is computed in `plot_draw`; this widget gives it a size, a cursor and colours. It
fetches nothing and has no timer: a new `set_series` is the only way it changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from rich.segment import Segment
from textual.binding import BindingType
from textual.strip import Strip
from textual.widget import Widget

from mckwidgets.moves import move_bindings
from mckwidgets.plot_draw import Drawing, Row
from mckwidgets.plot_series import Chart, Series
from mckwidgets.roles import role_classes, role_css

__all__ = ["Plot", "Series"]

MOVES = ("move.left", "move.right", "move.top", "move.bottom", "move.page_up", "move.page_down")
LEAP = 10
"""Columns that a page is."""


class Plot(Widget, can_focus=True):
    """Series of samples as lines over time."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [b for b in move_bindings() if b.id in MOVES]
    COMPONENT_CLASSES = role_classes("plot") | {"plot--cursor"}
    DEFAULT_CSS = """
        Plot > .plot--cursor {
            color: $cursor-background; background: $cursor-foreground; text-style: reverse;
        }
        """ + role_css("Plot", "plot")

    def __init__(
        self, *, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._chart = Chart()
        self._time: float | None = None
        self._drawing: tuple[object, Drawing] | None = None
        self._drawn: tuple[object, list[Row]] | None = None

    def set_series(
        self,
        series: Sequence[Series],
        *,
        title: str,
        unit: Callable[[float], str],
        start: float,
        end: float,
        note: str = "",
        ascii: bool = False,
    ) -> None:
        """Show `series` from `start` to `end` (Unix seconds), which is now.

        `unit` gives the words for a value, on the axis and in the legend. `note` says why there
        are no samples, or what is missing. The cursor stays on its time while that is shown.
        """
        new = Chart(tuple(series), title, unit, start, end, note, ascii)
        if new == self._chart:
            return
        self._chart = new
        if self._time is not None and not start <= self._time <= end:
            self._time = None
        self.refresh()

    @property
    def cursor(self) -> float | None:
        """The time at which values are read (Unix seconds); None shows the newest."""
        return self._time

    def _draw(self) -> Drawing:
        """The drawing at the present size, made once."""
        key = self._chart, self.size
        if self._drawing is None or self._drawing[0] != key:
            self._drawing = key, Drawing(self._chart, *self.size)
        return self._drawing[1]

    def _rows(self) -> list[Row]:
        drawing = self._draw()
        key = drawing, self._time
        if self._drawn is None or self._drawn[0] != key:
            self._drawn = key, drawing.rows(self._time)
        return self._drawn[1]

    # cursor

    def _move(self, columns: int) -> None:
        """Move by so many columns; beyond the newest there is no cursor."""
        last = self._draw().columns - 1
        if last < 1:
            return
        start, span = self._chart.start, self._chart.end - self._chart.start
        at = last + 1 if self._time is None else round((self._time - start) / span * last)
        to = max(0, at + columns)
        self._time = None if to > last else start + span * to / last
        self.refresh()

    def action_cursor_left(self) -> None:
        """Read values earlier."""
        self._move(-1)

    def action_cursor_right(self) -> None:
        """Read values later."""
        self._move(1)

    def action_cursor_page_up(self) -> None:
        """Read values much earlier."""
        self._move(-LEAP)

    def action_cursor_page_down(self) -> None:
        """Read values much later."""
        self._move(LEAP)

    def action_cursor_top(self) -> None:
        """Read the earliest values."""
        self._move(-self._draw().columns - 1)

    def action_cursor_bottom(self) -> None:
        """Back to the newest values, without a cursor."""
        self._move(self._draw().columns + 1)

    # painting

    def render_line(self, y: int) -> Strip:
        """Paint line `y`."""
        rows = self._rows()
        row = rows[y] if y < len(rows) else []
        plain = self.get_component_rich_style("plot--plain")
        get = partial(self.get_component_rich_style, default=plain)
        segments = [Segment(text, get(f"plot--{role}")) for text, role in row]
        return Strip(segments).adjust_cell_length(self.size.width, plain)
