"""A table of pairs: what stands between each row name and each column name.

Header row and first column stay in place while the rest scrolls. Only what is on the screen is
painted, and a cursor move repaints the cells it touches. The widget knows names, texts and roles;
what a pair means is its owner's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.events import Click, Resize
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mckwidgets.contracts import CellLike
from mckwidgets.matrix_layout import lay_out, widest
from mckwidgets.matrix_paint import Brush
from mckwidgets.matrix_table import Pair, Place, Table
from mckwidgets.moves import move_bindings
from mckwidgets.roles import role_classes, role_css
from mckwidgets.safe_text import inert

NEWS_SECONDS = 2.0
"""How long a cell that changed stays lit."""


class Matrix(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows × columns with a cursor on one pair."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*move_bindings()]
    COMPONENT_CLASSES = role_classes("matrix") | {
        "matrix--name",
        "matrix--name-current",
        "matrix--news",
        "matrix--cursor",
    }
    DEFAULT_CSS = """
        Matrix { scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; }
        Matrix > .matrix--name { color: $status-plain; }
        Matrix > .matrix--name-current { color: $status-heading; text-style: bold; }
        Matrix > .matrix--news { background: $news-background; text-style: $news-style; }
        Matrix > .matrix--cursor {
            color: $cursor-background; background: $cursor-foreground; text-style: reverse;
        }
        """ + role_css("Matrix", "matrix")

    class Highlighted(Message):
        """The cursor is on another pair."""

        def __init__(self, row: str, column: str) -> None:
            super().__init__()
            self.row = row
            self.column = column

    class Opened(Message):
        """The user wants to see what is behind a pair."""

        def __init__(self, row: str, column: str) -> None:
            super().__init__()
            self.row = row
            self.column = column

    def __init__(
        self,
        *,
        empty: str = "",
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`empty` is what is said when there are no rows or no columns."""
        super().__init__(name=name, id=id, classes=classes)
        self._empty = empty
        self._table = Table()
        self._lit: dict[Pair, int] = {}
        self._edition = 0
        self._place: Place = (0, 0)
        self._wanted: Pair | None = None
        self._widest = (0, 0)
        self._layout = lay_out(0, 0, 0, 0, 0)

    # what is shown

    @property
    def empty(self) -> str:
        """What is said when there is nothing to show."""
        return self._empty

    @empty.setter
    def empty(self, text: str) -> None:
        if text != self._empty:
            self._empty = text
            self.refresh()

    @property
    def cursor(self) -> Pair | None:
        """The row and column name the cursor is on; None when there are no cells."""
        return self._table.pair(self._place) if self._table.filled else None

    def set_table(
        self, rows: Sequence[str], columns: Sequence[str], cells: Mapping[Pair, CellLike]
    ) -> None:
        """Show `cells`, by (row, column); a pair without one is shown as `·`.

        Names are unique among rows and among columns. The mapping is kept, not copied, and must not
        change afterwards. The cursor stays on its names; where they are gone, on its place.
        """
        old, new = self._table, Table(tuple(rows), tuple(columns), cells)
        self._table = new
        changed = new.changes(old)
        self._light(changed)
        before = self._layout
        self._widest = (widest(rows), widest((*columns, *(cell.text for cell in cells.values()))))
        self._lay_out()
        if (new.rows, new.columns) == (old.rows, old.columns) and before == self._layout:
            self._refresh_pairs(changed)
            return
        self._keep_cursor()
        self.refresh()

    def _light(self, pairs: Sequence[Pair]) -> None:
        if not pairs:
            return
        self._edition += 1
        self._lit.update(dict.fromkeys(pairs, self._edition))
        edition = self._edition
        self.set_timer(NEWS_SECONDS, lambda: self._put_out(edition))

    def _put_out(self, edition: int) -> None:
        over = [pair for pair, lit in self._lit.items() if lit <= edition]
        for pair in over:
            del self._lit[pair]
        self._refresh_pairs(over)

    # cursor

    def move_to(self, row: str, column: str) -> bool:
        """Put the cursor on a pair; False when there is no such row or column."""
        place = self._table.place((row, column))
        if place is None:
            return False
        self._move(*place)
        return True

    def _keep_cursor(self) -> None:
        """Find the names of the cursor again after rows or columns changed."""
        was, table = self._wanted, self._table
        if table.filled:
            self._place = table.first() if was is None else table.nearest(was, self._place)
            self._show_cursor()
            self._tell(was)

    def _move(self, row: int, column: int) -> None:
        table = self._table
        if not table.filled:
            return
        was, before = self.cursor, self._place
        row = min(max(row, 0), len(table.rows) - 1)
        column = min(max(column, 0), len(table.columns) - 1)
        self._place = row, column
        if not self._show_cursor() and before != self._place:
            self._refresh_move(before, self._place)
        self._tell(was)

    def _step(self, rows: int, columns: int = 0) -> None:
        row, column = self._place
        self._move(row + rows, column + columns)

    def _tell(self, was: Pair | None) -> None:
        self._wanted = self.cursor
        if self._wanted is not None and self._wanted != was:
            self.post_message(self.Highlighted(*self._wanted))

    def action_cursor_up(self) -> None:
        """One row up."""
        self._step(-1)

    def action_cursor_down(self) -> None:
        """One row down."""
        self._step(1)

    def action_cursor_left(self) -> None:
        """One column to the left."""
        self._step(0, -1)

    def action_cursor_right(self) -> None:
        """One column to the right."""
        self._step(0, 1)

    def action_cursor_top(self) -> None:
        """To the first row."""
        self._step(-len(self._table.rows))

    def action_cursor_bottom(self) -> None:
        """To the last row."""
        self._step(len(self._table.rows))

    def action_cursor_page_up(self) -> None:
        """As many rows up as are shown."""
        self._step(-self._page)

    def action_cursor_page_down(self) -> None:
        """As many rows down as are shown."""
        self._step(self._page)

    def action_cursor_half_up(self) -> None:
        """Half as many rows up as are shown."""
        self._step(-max(1, self._page // 2))

    def action_cursor_half_down(self) -> None:
        """Half as many rows down as are shown."""
        self._step(max(1, self._page // 2))

    def action_open(self) -> None:
        """Ask for what is behind the pair under the cursor."""
        if self.cursor is not None:
            self.post_message(self.Opened(*self.cursor))

    def on_click(self, event: Click) -> None:
        """A click moves the cursor; one on the cursor opens."""
        offset = event.get_content_offset(self)
        place = None if offset is None else self._place_at(offset)
        if place is None:
            return
        event.stop()
        if place == self._place:
            self.action_open()
        else:
            self._move(*place)

    # layout and scrolling

    @property
    def _page(self) -> int:
        return max(1, self._view.height - 1)

    @property
    def _view(self) -> Size:
        """What is left for cells beside the scrollbars."""
        return self.scrollable_content_region.size

    def on_resize(self, event: Resize) -> None:
        """Widths follow the screen, and the cursor stays in sight."""
        self._lay_out()
        self._show_cursor()

    def _lay_out(self) -> None:
        names, content = self._widest
        width = self._view.width
        table = self._table
        layout = lay_out(len(table.rows), len(table.columns), names, content, width)
        if layout != self._layout:
            self._layout = layout
            self.refresh()
        self.virtual_size = Size(layout.width, layout.height) if table.filled else Size(0, 0)

    def _show_cursor(self) -> bool:
        """Scroll as little as needed to show the cursor; whether anything scrolled."""
        view, before = self._view, self.scroll_offset
        if self.cursor is None or view.area == 0:
            return False
        x = self._layout.scroll_to_show(self._place[1], before.x, view.width)
        y = min(max(before.y, self._place[0] - self._page + 1), self._place[0])
        if (x, y) != before:
            self.scroll_to(x, y, animate=False)
        return self.scroll_offset != before

    def _place_at(self, offset: Offset) -> Place | None:
        """Indexes of the cell at a place on the screen."""
        layout, scroll = self._layout, self.scroll_offset
        if offset.y < 1 or offset.x < layout.left:
            return None
        row = scroll.y + offset.y - 1
        column = layout.first_column(scroll.x) + (offset.x - layout.left) // layout.step
        if row < len(self._table.rows) and column < len(self._table.columns):
            return row, column
        return None

    def _refresh_pairs(self, pairs: Sequence[Pair]) -> None:
        """Repaint those of `pairs` that are on the screen."""
        if not pairs:
            return
        table = self._table
        rows = {table.rows[row]: row for row in self._shown_rows()}
        columns = {table.columns[column]: column for column in self._shown_columns()}
        for row, column in pairs:
            if row in rows and column in columns:
                self._refresh_place(rows[row], columns[column])

    def _refresh_place(self, row: int, column: int) -> None:
        self.refresh(self._cell_at(row, column).intersection(self._view.region))

    def _cell_at(self, row: int, column: int) -> Region:
        layout, scroll = self._layout, self.scroll_offset
        return Region(layout.column_x(column, scroll.x), row - scroll.y + 1, layout.cell, 1)

    def _refresh_move(self, before: Place, now: Place) -> None:
        """Repaint the two cells, and the names that are lit or no longer lit.

        What is on one line is repainted at once: a line is always written from its beginning.
        """
        regions = [self._cell_at(*before), self._cell_at(*now)]
        if before[0] != now[0]:
            names = self._layout.names
            regions += [
                Region(0, at[0] - self.scroll_offset.y + 1, names, 1) for at in (before, now)
            ]
        if before[1] != now[1]:
            regions += [self._cell_at(self.scroll_offset.y - 1, at[1]) for at in (before, now)]
        lines: dict[int, Region] = {}
        for region in regions:
            lines[region.y] = region.union(lines.get(region.y, region))
        self.refresh(*(region.intersection(self._view.region) for region in lines.values()))

    def _shown_rows(self) -> range:
        top = self.scroll_offset.y
        return range(top, min(len(self._table.rows), top + self._page))

    def _shown_columns(self) -> range:
        return self._layout.shown_columns(self.scroll_offset.x, self._view.width)

    # painting

    def render_line(self, y: int) -> Strip:
        """Paint line `y` of the screen."""
        table, width = self._table, self._view.width
        get = self.get_component_rich_style
        brush = Brush(table, self._layout, self._place, self._lit, get)
        if not table.filled:
            segments = brush.empty(inert(self._empty), width, y)
        elif y == 0:
            hidden = self._layout.hidden_columns(self.scroll_offset.x, width)
            segments = brush.header(self._shown_columns(), hidden)
        elif (row := self.scroll_offset.y + y - 1) < len(table.rows):
            segments = brush.row(row, self._shown_columns())
        else:
            segments = []
        return Strip(segments).adjust_cell_length(width, get("matrix--name")).simplify()
