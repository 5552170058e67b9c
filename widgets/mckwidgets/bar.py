"""A bar of items on one line: what answers "is it bad, may I touch, how old".

Where there is no room, the items with the highest priority number go first and those with 0 stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from textual.message import Message

from mckwidgets.contracts import SpanLike
from mckwidgets.linepaint import OneLine, Part, clean_parts, joined, parts_width, spread

_WIDE, _NARROW = 4, 2


class BarItem(NamedTuple):
    """Words that stay together or go together."""

    spans: tuple[SpanLike, ...]
    priority: int = 0
    """0 is never dropped; the highest goes first."""
    side: Literal["left", "right"] = "left"
    id: str = ""
    """What a click on it chooses; empty is nothing."""


def bar_parts(items: Sequence[BarItem], width: int) -> list[Part]:
    """Return the line: a cell of margin, items at least two cells apart, the right ones at the end.

    If even the items of priority 0 are too long, the line is cut at its end.
    """
    placed = [(item, clean_parts(item.spans, item.id)) for item in items if item.spans]
    while (room := width - _width(placed, _NARROW)) < 0 and any(i.priority for i, _ in placed):
        del placed[max(range(len(placed)), key=lambda at: (placed[at][0].priority, at))]
    gap = _WIDE if room >= (_WIDE - _NARROW) * max(len(placed) - 1, 0) else _NARROW
    left = joined([parts for item, parts in placed if item.side == "left"], gap)
    right = joined([parts for item, parts in placed if item.side == "right"], gap)
    between = [Part(" " * _NARROW)] if left and right else []
    return spread([Part(" "), *left, *between], right, width)


def _width(placed: Sequence[tuple[BarItem, list[Part]]], gap: int) -> int:
    widths = [parts_width(parts) for _, parts in placed]
    return 1 + sum(widths) + gap * max(len(widths) - 1, 0)


class Bar(OneLine):
    """One line of items."""

    class Chosen(Message):
        """An item was clicked."""

        def __init__(self, id: str) -> None:
            super().__init__()
            self.id = id

    _items: tuple[BarItem, ...] = ()

    def set_items(self, items: Sequence[BarItem]) -> None:
        """Show other items; the same ones are not painted again."""
        new = tuple(items)
        if new != self._items:
            self._items = new
            self.refresh()

    def parts(self, width: int) -> Sequence[Part]:
        """Return the line."""
        return bar_parts(self._items, width)

    def zone_chosen(self, zone: str) -> None:
        """Say which item was clicked."""
        self.post_message(self.Chosen(zone))
