"""A series in one line: a bar of eight heights per value, and `·` where there was none.

`bars` is what a table's cell takes; `Sparkline` is the same as a widget. A value and its time
cannot be read off here; a plot is for that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from mckwidgets.roles import ROLES, role_classes, role_css

BLOCKS = "▁▂▃▄▅▆▇█"
ASCII_BLOCKS = "_.-=*#"
GAP = "·"
ASCII_GAP = " "


def bars(
    values: Sequence[float | None],
    width: int,
    *,
    low: float | None = None,
    high: float | None = None,
    ascii: bool = False,
) -> str:
    """Return one character for each of the last `width` values.

    The scale goes from `low` to `high`, which are the least and the greatest of the values shown
    when not given; where both are equal, all bars are the lowest. None and what is not a finite
    number is a gap. `ascii` is for terminals and fonts without block characters.
    """
    levels, gap = (ASCII_BLOCKS, ASCII_GAP) if ascii else (BLOCKS, GAP)
    shown = [
        None if value is None or not math.isfinite(value) else value
        for value in (values[-width:] if width > 0 else ())
    ]
    known = [value for value in shown if value is not None]
    if not known:
        return gap * len(shown)
    bottom = min(known) if low is None else low
    top = max(known) if high is None else high
    return "".join(gap if v is None else levels[_level(v, bottom, top, len(levels))] for v in shown)


def _level(value: float, bottom: float, top: float, levels: int) -> int:
    # halves: the difference of two floats may be too large for a float
    span = top / 2 - bottom / 2
    if span <= 0:
        return 0
    share = (value / 2 - bottom / 2) / span
    return min(int(max(share, 0.0) * levels), levels - 1) if share < 1 else levels - 1


class Sparkline(Widget):
    """The newest values of a series, the last one at the right edge."""

    COMPONENT_CLASSES = role_classes("sparkline")
    DEFAULT_CSS = "Sparkline { height: 1; width: 1fr; }\n" + role_css("Sparkline", "sparkline")

    def __init__(
        self,
        *,
        role: str = "plain",
        ascii: bool = False,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`role` colours the bars; `ascii` is as for `bars`."""
        super().__init__(name=name, id=id, classes=classes)
        self._role = role
        self._ascii = ascii
        self._values: tuple[float | None, ...] = ()
        self._low: float | None = None
        self._high: float | None = None

    def set_values(
        self,
        values: Sequence[float | None],
        *,
        low: float | None = None,
        high: float | None = None,
        role: str | None = None,
    ) -> None:
        """Show `values`, on the scale that `bars` describes; `role` stays when None."""
        role = self._role if role is None else role
        new = (tuple(values), low, high, role)
        if new != (self._values, self._low, self._high, self._role):
            self._values, self._low, self._high, self._role = new
            self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line."""
        return 1

    def render_line(self, y: int) -> Strip:
        """Paint line `y`: all but the first are blank."""
        width = self.size.width
        role = self._role if self._role in ROLES else "plain"
        style = self.get_component_rich_style(f"sparkline--{role}")
        line = "" if y else self._line(width)
        return Strip([Segment(line.rjust(width), style)], width)

    def _line(self, width: int) -> str:
        return bars(self._values, width, low=self._low, high=self._high, ascii=self._ascii)
