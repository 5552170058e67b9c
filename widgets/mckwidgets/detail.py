"""What is behind a row: blocks of text and boxes, with places from which one can go deeper.

A cursor goes from logical line to logical line, however many rows each takes. Content may be
replaced at any time: cursor and scroll stay where they were as well as that can be told, and only
rows that look different are painted again. What a target means is its owner's.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mckwidgets.contracts import BlockLike
from mckwidgets.detail_document import Document, whole_text
from mckwidgets.detail_layout import Layout
from mckwidgets.detail_paint import Brush
from mckwidgets.detail_search import Search
from mckwidgets.moves import move_bindings
from mckwidgets.roles import role_classes, role_css
from mckwidgets.safe_text import inert


class DetailView(ScrollView, can_focus=True, inherit_bindings=False):
    """Blocks of lines and cards, with a cursor, a search and targets to open."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*move_bindings()]
    COMPONENT_CLASSES = role_classes("detail") | {
        "detail--mark",
        "detail--cursor",
        "detail--match",
        "detail--match-current",
    }
    DEFAULT_CSS = """
        DetailView { scrollbar-size-vertical: 1; scrollbar-gutter: stable; overflow-x: hidden; }
        DetailView > .detail--mark { color: $mark-foreground; text-style: $mark-style; }
        DetailView > .detail--cursor {
            color: $cursor-background; background: $cursor-foreground; text-style: reverse;
        }
        DetailView > .detail--match {
            color: $match-foreground; background: $match-background; text-style: $match-style;
        }
        DetailView > .detail--match-current {
            color: $match-foreground; background: $match-background;
            text-style: bold underline reverse;
        }
        """ + role_css("DetailView", "detail")

    class Highlighted(Message):
        """The cursor is on another line, or its line says something else.

        `text` is what is shown of it, which is bounded; `cursor_text` is all of it.
        """

        def __init__(self, target: Hashable | None, text: str) -> None:
            super().__init__()
            self.target = target
            self.text = text

    class Opened(Message):
        """The user wants to see what a line leads to."""

        def __init__(self, target: Hashable) -> None:
            super().__init__()
            self.target = target

    def __init__(
        self,
        *,
        empty: str = "",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`empty` is what is said when there is nothing to show."""
        super().__init__(name=name, id=id, classes=classes)
        self._empty = empty
        self._blocks: tuple[BlockLike, ...] = ()
        self._document = Document(())
        self._layout = Layout(self._document, 0)
        self._search = Search((), "")
        self._line = 0
        self._column = 0
        self._settled = False
        self._told: tuple[Hashable | None, str] | None = None

    # content

    @property
    def empty(self) -> str:
        """What is said when there is nothing to show."""
        return self._empty

    @empty.setter
    def empty(self, text: str) -> None:
        if text != self._empty:
            self._empty = text
            self.refresh()

    def set_blocks(self, blocks: Sequence[BlockLike]) -> None:
        """Show `blocks`; equal ones change nothing. They must not change afterwards."""
        new = tuple(blocks)
        if new == self._blocks:
            return
        painted = self._painted()
        before, had = self._document, self._has_lines
        offset = self._layout.span(self._line)[0] - self.scroll_offset.y if had else 0
        in_sight = had and 0 <= offset < self._view.height
        self._blocks, self._document = new, Document(new)
        self._search = Search(self._document.texts, self._search.pattern)
        self._lay_out()
        if had and self._settled and self._has_lines:
            self._line = self._document.again(self._line, before)
            if in_sight:
                self._scroll_rows(self._layout.span(self._line)[0] - offset)
        self._search.start(self._line)
        self._settle()
        self._repaint(painted)
        self._tell()

    def plain_text(self) -> str:
        """Everything, one logical line per line, however long; inert."""
        return "\n".join(self._document.plain())

    # cursor

    @property
    def _has_lines(self) -> bool:
        return bool(self._document.lines)

    @property
    def cursor_target(self) -> Hashable | None:
        """What the line under the cursor opens."""
        return self._document.target(self._line) if self._has_lines else None

    @property
    def cursor_text(self) -> str:
        """The whole logical line under the cursor, inert."""
        return whole_text(self._document.lines[self._line]) if self._has_lines else ""

    def next_target(self, step: int) -> bool:
        """Move to the next (1) or previous (-1) line that opens something, round and round.

        False when there is none.
        """
        targets = self._document.targets()
        if not targets:
            return False
        beyond = [n for n in targets if (n - self._line) * step > 0]
        self._move((beyond or targets)[0 if step > 0 else -1])
        return True

    def move_to_target(self, target: Hashable) -> bool:
        """Move to the first line that opens `target`; False when there is none."""
        for line in self._document.targets():
            if self._document.target(line) == target:
                self._move(line)
                return True
        return False

    def move_to_block(self, heading: str) -> bool:
        """Move to the first line of the block with this heading; False when there is none."""
        line = self._document.block_line(heading)
        if line is None:
            return False
        self._move(line)
        return True

    def _settle(self) -> None:
        """Put a cursor that was not moved yet on the first line to open that is in sight."""
        if self._settled or not self._has_lines or not self._view.height:
            return
        self._line = 0
        for line in self._document.targets():
            top, height = self._layout.span(line)
            if top + height <= self._view.height:
                self._line = line
                break
        self._column = self._column_of(self._line)

    def _column_of(self, line: int) -> int:
        return self._layout.section_of(line).column_of(line)

    def _move(self, line: int, *, keep_column: bool = False) -> None:
        before, self._line = self._line, line
        self._settled = True
        if not keep_column:
            self._column = self._column_of(line)
        if not self._show_cursor() and before != line:
            self._refresh_line(before)
            self._refresh_line(line)
        self._tell()

    def _tell(self) -> None:
        if not self._has_lines:
            self._told = None
            return
        now = self.cursor_target, self._document.texts[self._line]
        if now != self._told:
            self._told = now
            self.post_message(self.Highlighted(*now))

    # keys and mouse

    def _go(self, step: int) -> None:
        """A line up or down; a line that is taller than the screen is scrolled through first."""
        if not self._has_lines:
            self._scroll_rows(self.scroll_offset.y + step)
            return
        top, height = self._layout.span(self._line)
        above = self.scroll_offset.y
        below = above + self._view.height
        if height > self._view.height and top < below and top + height > above:
            hidden = top + height - below if step > 0 else above - top
            if hidden > 0:
                self._scroll_rows(above + step * min(hidden, max(1, self._view.height // 2)))
                return
        line = self._layout.step(self._line, step, self._column)
        self._move(line, keep_column=len(self._layout.section_of(line).columns) == 1)

    def _page(self, rows: int) -> None:
        """So many rows down, or up when negative, with the cursor at its place on the screen."""
        if not self._has_lines:
            self._scroll_rows(self.scroll_offset.y + rows)
            return
        top, height = self._layout.span(self._line)
        line = self._layout.near(top + rows, self._column)
        tall = height > self._view.height
        if line == self._line or tall:
            self._go(1 if rows > 0 else -1)
            return
        self._scroll_rows(self.scroll_offset.y + rows)
        self._move(line, keep_column=True)

    def action_cursor_up(self) -> None:
        """One line up."""
        self._go(-1)

    def action_cursor_down(self) -> None:
        """One line down."""
        self._go(1)

    def action_cursor_left(self) -> None:
        """To the card on the left."""
        if self._has_lines:
            self._move(self._layout.beside(self._line, -1))

    def action_cursor_right(self) -> None:
        """To the card on the right."""
        if self._has_lines:
            self._move(self._layout.beside(self._line, 1))

    def action_cursor_top(self) -> None:
        """To the first line."""
        self._scroll_rows(0)
        if self._has_lines:
            self._move(0)

    def action_cursor_bottom(self) -> None:
        """To the last line."""
        self._scroll_rows(self._layout.height)
        if self._has_lines:
            self._move(len(self._document.lines) - 1)

    def action_cursor_page_up(self) -> None:
        """A screen up."""
        self._page(-max(1, self._view.height - 1))

    def action_cursor_page_down(self) -> None:
        """A screen down."""
        self._page(max(1, self._view.height - 1))

    def action_cursor_half_up(self) -> None:
        """Half a screen up."""
        self._page(-max(1, self._view.height // 2))

    def action_cursor_half_down(self) -> None:
        """Half a screen down."""
        self._page(max(1, self._view.height // 2))

    def action_open(self) -> None:
        """Ask for what the line under the cursor leads to, if it leads anywhere."""
        if self.cursor_target is not None:
            self.post_message(self.Opened(self.cursor_target))

    def on_click(self, event: Click) -> None:
        """A click moves the cursor; one on the cursor opens."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        line = self._layout.line_at(offset.x, offset.y + self.scroll_offset.y)
        if line is None:
            return
        event.stop()
        if line == self._line:
            self.action_open()
        else:
            self._move(line)

    # search

    @property
    def matches(self) -> int:
        """How often the pattern occurs."""
        return len(self._search)

    @property
    def match_index(self) -> int:
        """Which occurrence is the current one, from 0; -1 when there is none."""
        return self._search.index

    def find(self, pattern: str) -> int:
        """Light what contains `pattern` in any case, go to the first from the cursor on; how many.

        An empty pattern lights nothing.
        """
        if pattern == self._search.pattern:
            return len(self._search)
        self._search = Search(self._document.texts, pattern)
        line = self._search.start(self._line)
        self.refresh()
        if line is not None:
            self._move(line)
        return len(self._search)

    def next_match(self, step: int = 1) -> bool:
        """Go to another occurrence, from the last on to the first; False when there is none."""
        if (line := self._search.move(step)) is None:
            return False
        before = self._line
        self._move(line)
        self._refresh_line(before)
        self._refresh_line(line)
        return True

    # layout and scrolling

    @property
    def _view(self) -> Size:
        """What is left for text beside the scrollbar."""
        return self.scrollable_content_region.size

    def on_resize(self, event: Resize) -> None:
        """Lines are broken anew, and the cursor stays in sight."""
        self._lay_out()
        self._settle()
        if self._settled:
            self._show_cursor()
        self._tell()

    def _lay_out(self) -> None:
        width = self._view.width
        if (self._layout.document, self._layout.asked) != (self._document, width):
            self._layout = Layout(self._document, width)
            self.virtual_size = Size(width, self._layout.height)

    def _scroll_rows(self, y: int) -> None:
        if y != self.scroll_offset.y:
            self.scroll_to(y=y, animate=False)

    def _show_cursor(self) -> bool:
        """Scroll as little as needed to show the cursor and its heading; whether it scrolled."""
        if not self._has_lines or not self._view.height:
            return False
        before, view = self.scroll_offset.y, self._view.height
        top, height = self._layout.span(self._line)
        start, end = self._layout.context(self._line)
        if end - start > view:
            start, end = top, min(top + height, top + view)
        y = min(max(before, end - view), start)
        if height > view and before < top + height and before + view > top:
            y = before  # in the middle of a line that is taller than the screen
        self._scroll_rows(y)
        return self.scroll_offset.y != before

    def _refresh_line(self, line: int) -> None:
        top, height = self._layout.span(line)
        shown = Region(0, top - self.scroll_offset.y, self._view.width, height)
        self.refresh(shown.intersection(self._view.region))

    # painting

    def _painted(self) -> list[Strip]:
        return [self.render_line(y) for y in range(self._view.height)] if self.is_mounted else []

    def _repaint(self, before: list[Strip]) -> None:
        """Paint again the rows that look other than `before`."""
        for y, (old, new) in enumerate(zip(before, self._painted(), strict=True)):
            if old != new:
                self.refresh(Region(0, y, self._view.width, 1))

    def render_line(self, y: int) -> Strip:
        """Paint line `y` of the screen."""
        width = self._view.width
        brush = Brush(self._document, self._search, self._line, self.get_component_rich_style)
        if self._layout.height:
            segments = brush.row(self._layout.row(y + self.scroll_offset.y))
        else:
            segments = brush.empty(inert(self._empty), width, y)
        return Strip(segments).adjust_cell_length(width, brush.role("plain"))
