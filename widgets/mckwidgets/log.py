"""A log that grows: lines come at the end by the thousand, and only what is seen is painted.

Entries are anybody's objects; a function makes rows of those that are in sight. While it follows,
the newest line is at the bottom; a cursor that is moved up stops that, and going to the end starts
it again. Nothing here knows where lines come from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.events import Click, MouseScrollDown, MouseScrollUp, Resize
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from mckwidgets.log_rows import LogEntry, LogPiece, Row, rows_of, sgr_style, shifted
from mckwidgets.moves import move_bindings
from mckwidgets.roles import ROLES, role_classes, role_css
from mckwidgets.safe_text import fold, inert

T = TypeVar("T")
_NAME_ROLES = ("connecting", "unknown", "ok", "heading", "dim")
NAMES = len(_NAME_ROLES)
"""Looks for the names of sources: `name-0` and on. Roles that warn are for what lines say."""
SIDEWAYS = 16
"""Cells by which a step to the side goes."""
WHEEL = 3
"""Lines that one step of a mouse's wheel goes."""


class LogView(Widget, Generic[T], can_focus=True, inherit_bindings=False):
    """Entries in order, the newest at the bottom."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        *move_bindings(),
        Binding("l", "cursor_right", "to the right", show=False),
    ]
    COMPONENT_CLASSES = (
        role_classes("log")
        | {f"log--name-{number}" for number in range(NAMES)}
        | {"log--cursor", "log--match", "log--mark"}
    )
    DEFAULT_CSS = (
        """
        LogView { width: 1fr; height: 1fr; }
        LogView > .log--cursor { background: $cursor-background; color: $cursor-foreground; }
        LogView > .log--match {
            color: $match-foreground; background: $match-background; text-style: $match-style;
        }
        LogView > .log--mark { color: $mark-foreground; text-style: $mark-style; }
        """
        + role_css("LogView", "log")
        + "\n".join(
            f"LogView > .log--name-{number} {{ color: $status-{role}; }}"
            for number, role in enumerate(_NAME_ROLES)
        )
    )

    class Moved(Message):
        """The cursor is on another entry, or following began or ended."""

    class Opened(Message):
        """The user wants to see more of the entry under the cursor."""

    def __init__(self, entry: Callable[[T], LogEntry], *, empty: str = "") -> None:
        """`entry` says how something looks; `empty` is said while there is nothing."""
        super().__init__()
        self._entry = entry
        self._empty = empty
        self._items: list[T] = []
        self._cursor = 0
        self._top = (0, 0)
        """First entry in sight and its first row in sight, where it does not follow."""
        self._left = 0
        self._follow = True
        self._wrap = False
        self._lit: re.Pattern[str] | None = None
        self._laid: list[tuple[int, Row]] | None = None
        """Rows in sight with their entry; None where they have to be laid out again."""

    # content

    @property
    def items(self) -> Sequence[T]:
        """All entries, oldest first; not to be changed."""
        return self._items

    @property
    def cursor(self) -> int:
        """Index of the entry under the cursor."""
        return self._cursor

    @property
    def item(self) -> T | None:
        """The entry under the cursor."""
        return self._items[self._cursor] if self._items else None

    @property
    def empty(self) -> str:
        """What is said while there is nothing."""
        return self._empty

    @empty.setter
    def empty(self, text: str) -> None:
        if text != self._empty:
            self._empty = text
            if not self._items:
                self.again()

    def extend(self, items: Iterable[T]) -> None:
        """Newer entries."""
        before = len(self._items)
        self._items.extend(items)
        if len(self._items) == before:
            return
        if self._follow:
            self._cursor = len(self._items) - 1
            self.again()
        elif self._laid is None or len(self._laid) < self.size.height:
            self.again()

    def drop(self, count: int) -> None:
        """The oldest entries are gone; what is in sight stays where it is, if it is still there."""
        count = min(count, len(self._items))
        if not count:
            return
        del self._items[:count]
        index, row = self._top
        gone = index < count
        self._top = (0, 0) if gone else (index - count, row)
        self._cursor = max(self._cursor - count, 0)
        if self._laid is not None and not gone:
            self._laid = [(number - count, row) for number, row in self._laid]
        else:
            self.again()

    def replace(self, items: Iterable[T], *, cursor: int | None = None) -> None:
        """Other entries; the cursor goes to that index, or to the end."""
        self._items = list(items)
        last = max(len(self._items) - 1, 0)
        if cursor is None or self._follow:
            self._cursor = last
        else:
            self._cursor = min(max(cursor, 0), last)
            self._top = (max(self._cursor - self.size.height // 2, 0), 0)
        self.again()

    def again(self) -> None:
        """Paint anew: entries look otherwise."""
        self._laid = None
        self.refresh()

    # how it is shown

    @property
    def follow(self) -> bool:
        """Whether the newest line is kept in sight."""
        return self._follow

    @follow.setter
    def follow(self, follow: bool) -> None:
        if follow == self._follow:
            return
        rows = self._rows()
        self._follow = follow
        if follow:
            self._cursor = max(len(self._items) - 1, 0)
            self.again()
        elif rows:
            index = rows[0][0]
            self._top = (index, self._hidden_rows(index, rows))
        self.post_message(self.Moved())

    @property
    def wrap(self) -> bool:
        """Whether long lines are broken; else they are scrolled sideways."""
        return self._wrap

    @wrap.setter
    def wrap(self, wrap: bool) -> None:
        self._wrap, self._left = wrap, 0
        self._top = (self._top[0], 0)
        self.again()
        self._show_cursor()

    def light(self, pattern: re.Pattern[str] | None) -> None:
        """Light what matches, from now on."""
        self._lit = pattern
        self.again()

    # layout

    def _entry_rows(self, index: int) -> list[Row]:
        height = max(self.size.height, 1)
        entry = self._entry(self._items[index])
        rows = rows_of(entry, max(self.size.width, 1), wrap=self._wrap, most=height)
        if not entry.look:
            return rows
        return [tuple(piece._replace(look=entry.look) for piece in row) for row in rows]

    def _hidden_rows(self, index: int, rows: Sequence[tuple[int, Row]]) -> int:
        """How many rows of the first entry in sight are above the screen."""
        shown = sum(1 for number, _ in rows if number == index)
        return max(len(self._entry_rows(index)) - shown, 0)

    def _rows(self) -> list[tuple[int, Row]]:
        if self._laid is None:
            self._laid = self._from_bottom() if self._follow else self._from_top()
        return self._laid

    def _from_bottom(self) -> list[tuple[int, Row]]:
        rows: list[tuple[int, Row]] = []
        index = len(self._items)
        while index and len(rows) < self.size.height:
            index -= 1
            rows[:0] = [(index, row) for row in self._entry_rows(index)]
        return rows[max(len(rows) - self.size.height, 0) :]

    def _from_top(self) -> list[tuple[int, Row]]:
        rows: list[tuple[int, Row]] = []
        index, hidden = self._top
        while index < len(self._items) and len(rows) < self.size.height:
            rows += [(index, row) for row in self._entry_rows(index)[hidden:]]
            index, hidden = index + 1, 0
        return rows[: self.size.height]

    def on_resize(self, event: Resize) -> None:
        """Other lines fit now."""
        self.again()
        self._show_cursor()

    # moving

    def _show_cursor(self) -> None:
        """Scroll as little as needed for the cursor to be in sight."""
        if self._follow or not self._items or not self.size.height:
            return
        rows = self._rows()
        seen = {index for index, _ in rows}
        if self._cursor in seen and (self._cursor != rows[-1][0] or len(seen) == 1):
            return
        if self._cursor <= self._top[0]:
            self._top = (self._cursor, 0)
        else:
            self._top = self._top_for(self._cursor)
        self.again()

    def _top_for(self, last: int) -> tuple[int, int]:
        """Where the screen begins whose last row is the last one of an entry."""
        rows, index = 0, last + 1
        while index and rows < self.size.height:
            index -= 1
            rows += len(self._entry_rows(index))
        return index, max(rows - self.size.height, 0)

    def go(self, index: int) -> None:
        """Put the cursor on an entry; at the last one it follows."""
        if not self._items:
            return
        last = len(self._items) - 1
        index = min(max(index, 0), last)
        if index == last and not self._follow and index >= self._cursor:
            self.follow = True
            return
        if index < last:
            self.follow = False
        if index != self._cursor:
            self._cursor = index
            self._show_cursor()
            self.refresh()
            self.post_message(self.Moved())

    def _page(self) -> int:
        seen = {index for index, _ in self._rows()}
        return max(len(seen) - 1, 1)

    def action_cursor_up(self) -> None:
        """One line up."""
        self.go(self._cursor - 1)

    def action_cursor_down(self) -> None:
        """One line down."""
        self.go(self._cursor + 1)

    def action_cursor_left(self) -> None:
        """Back to the beginning of long lines."""
        self._sideways(-SIDEWAYS)

    def action_cursor_right(self) -> None:
        """To what is beyond the right edge."""
        self._sideways(SIDEWAYS)

    def _sideways(self, cells: int) -> None:
        if not self._wrap:
            self._left = max(self._left + cells, 0)
            self.refresh()

    def action_cursor_top(self) -> None:
        """To the oldest line."""
        self.go(0)

    def action_cursor_bottom(self) -> None:
        """To the newest line, and follow."""
        self.follow = True

    def action_cursor_page_up(self) -> None:
        """A screen up."""
        self.go(self._cursor - self._page())

    def action_cursor_page_down(self) -> None:
        """A screen down."""
        self.go(self._cursor + self._page())

    def action_cursor_half_up(self) -> None:
        """Half a screen up."""
        self.go(self._cursor - max(self._page() // 2, 1))

    def action_cursor_half_down(self) -> None:
        """Half a screen down."""
        self.go(self._cursor + max(self._page() // 2, 1))

    def action_open(self) -> None:
        """More of this line."""
        if self._items:
            self.post_message(self.Opened())

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """The wheel."""
        event.stop()
        self.go(self._cursor - WHEEL)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """The wheel."""
        event.stop()
        self.go(self._cursor + WHEEL)

    def on_click(self, event: Click) -> None:
        """A click moves the cursor; one on the cursor opens."""
        offset = event.get_content_offset(self)
        rows = self._rows()
        if offset is None or offset.y >= len(rows):
            return
        event.stop()
        index = rows[offset.y][0]
        if index == self._cursor:
            self.action_open()
        else:
            self.go(index)

    # painting

    def render_line(self, y: int) -> Strip:
        """Paint line `y` of the screen."""
        width = self.size.width
        plain = self._style("plain")
        rows = self._rows()
        if not rows:
            lines = fold(inert(self._empty), max(width, 1))
            text = inert(self._empty)[slice(*lines[y])] if y < len(lines) else ""
            return Strip([Segment(text, self._style("dim"))]).adjust_cell_length(width, plain)
        if y >= len(rows):
            return Strip.blank(width, plain)
        index, row = rows[y]
        cursor = index == self._cursor and (self.has_focus or not self._follow)
        segments = self._painted(row)
        if cursor:
            look = self.get_component_rich_style("log--cursor")
            segments = [Segment(one.text, look) for one in segments]
            plain = look
        if self._left:
            segments = shifted(segments, self._left)
        return Strip(segments).adjust_cell_length(width, plain).simplify()

    def _style(self, look: str) -> Style:
        known = look in ROLES or look in ("match", "mark") or look.startswith("name-")
        return self.get_component_rich_style(f"log--{look if known else 'plain'}")

    def _painted(self, row: Row) -> list[Segment]:
        """The pieces of a row, with what is lit in them."""
        segments: list[Segment] = []
        for piece in row:
            style = self._style(piece.look)
            if piece.sgr:
                style += sgr_style(piece.sgr)
            segments += self._lighted(piece, style)
        return segments

    def _lighted(self, piece: LogPiece, style: Style) -> list[Segment]:
        if self._lit is None:
            return [Segment(piece.text, style)]
        found: list[Segment] = []
        done = 0
        for match in self._lit.finditer(piece.text[:4096]):
            if match.end() > match.start():
                found.append(Segment(piece.text[done : match.start()], style))
                found.append(Segment(match[0], self._style("match")))
                done = match.end()
        return [one for one in (*found, Segment(piece.text[done:], style)) if one.text]
