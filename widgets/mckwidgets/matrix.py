"""A table of pairs: what stands between each row name and each column name.

Header row and first column stay in place while the rest scrolls. Only what is on the screen is
painted, and a cursor move repaints the cells it touches. The widget knows names, texts and roles;
what a pair means is its owner's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.events import Click, Resize
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from mckwidgets.contracts import CellLike
from mckwidgets.matrix_layout import GAP, lay_out, widest
from mckwidgets.moves import move_bindings
from mckwidgets.roles import role_classes, role_css
from mckwidgets.safe_text import cut, fold, inert, pad

NEWS_SECONDS = 2.0
"""How long a cell that changed stays lit."""

Pair = tuple[str, str]


class _Nothing(NamedTuple):
    """What is shown for a pair that has no cell."""

    text: str = "·"
    role: str = "dim"
    value: None = None


_NOTHING = _Nothing()


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
        Matrix { scrollbar-size-vertical: 1; }
        Matrix > .matrix--name { color: $status-plain; }
        Matrix > .matrix--name-current { color: $status-heading; text-style: bold; }
        Matrix > .matrix--news { background: $news-background; text-style: bold; }
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
        self._rows: tuple[str, ...] = ()
        self._columns: tuple[str, ...] = ()
        self._cells: Mapping[Pair, CellLike] = {}
        self._lit: dict[Pair, int] = {}
        self._edition = 0
        self._row = self._column = 0
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
        if not self._rows or not self._columns:
            return None
        return self._rows[self._row], self._columns[self._column]

    def set_table(
        self, rows: Sequence[str], columns: Sequence[str], cells: Mapping[Pair, CellLike]
    ) -> None:
        """Show `cells`, by (row, column); a pair without one is shown as `·`.

        Names are unique among rows and among columns. The mapping is kept, not copied, and must not
        change afterwards. The cursor stays on its names; where they are gone, on its place.
        """
        names = tuple(rows), tuple(columns)
        same_names = names == (self._rows, self._columns)
        changed = self._changes(cells) if self._cells else []
        self._rows, self._columns = names
        self._cells = cells
        self._light(changed)
        before = self._layout
        self._widest = (widest(rows), widest((*columns, *(cell.text for cell in cells.values()))))
        self._lay_out()
        if not same_names:
            self._keep_cursor()
        if same_names and before == self._layout:
            self._refresh_pairs(changed)
        else:
            self.refresh()

    def _changes(self, cells: Mapping[Pair, CellLike]) -> list[Pair]:
        """Pairs that look other than before."""
        old = self._cells
        changed = [pair for pair in old if pair not in cells]
        for pair, cell in cells.items():
            was = old.get(pair)
            if was is not cell and (was is None or was.text != cell.text or was.role != cell.role):
                changed.append(pair)
        return changed

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
        if row not in self._rows or column not in self._columns:
            return False
        self._move(self._rows.index(row), self._columns.index(column))
        return True

    def _keep_cursor(self) -> None:
        """Find the names of the cursor again after rows or columns changed."""
        was = self._wanted
        if not self._rows or not self._columns:
            return
        if was is None:
            row, column = self._first_cell()
        else:
            row = _index(self._rows, was[0], self._row)
            column = _index(self._columns, was[1], self._column)
        self._row, self._column = row, column
        self._show_cursor()
        self._tell(was)

    def _first_cell(self) -> tuple[int, int]:
        for row, name in enumerate(self._rows[:2]):
            for column, other in enumerate(self._columns):
                if (name, other) in self._cells:
                    return row, column
        return 0, 0

    def _move(self, row: int, column: int) -> None:
        if not self._rows or not self._columns:
            return
        row = min(max(row, 0), len(self._rows) - 1)
        column = min(max(column, 0), len(self._columns) - 1)
        if (row, column) == (self._row, self._column):
            self._show_cursor()
            return
        was, before = self.cursor, (self._row, self._column)
        self._row, self._column = row, column
        if not self._show_cursor():
            for place in (before, (row, column)):
                self._refresh_place(*place, headings=True)
        self._tell(was)

    def _tell(self, was: Pair | None) -> None:
        self._wanted = self.cursor
        if self._wanted is not None and self._wanted != was:
            self.post_message(self.Highlighted(*self._wanted))

    def action_cursor_up(self) -> None:
        """One row up."""
        self._move(self._row - 1, self._column)

    def action_cursor_down(self) -> None:
        """One row down."""
        self._move(self._row + 1, self._column)

    def action_cursor_left(self) -> None:
        """One column to the left."""
        self._move(self._row, self._column - 1)

    def action_cursor_right(self) -> None:
        """One column to the right."""
        self._move(self._row, self._column + 1)

    def action_cursor_top(self) -> None:
        """To the first row."""
        self._move(0, self._column)

    def action_cursor_bottom(self) -> None:
        """To the last row."""
        self._move(len(self._rows) - 1, self._column)

    def action_cursor_page_up(self) -> None:
        """As many rows up as are shown."""
        self._move(self._row - self._page, self._column)

    def action_cursor_page_down(self) -> None:
        """As many rows down as are shown."""
        self._move(self._row + self._page, self._column)

    def action_cursor_half_up(self) -> None:
        """Half as many rows up as are shown."""
        self._move(self._row - max(1, self._page // 2), self._column)

    def action_cursor_half_down(self) -> None:
        """Half as many rows down as are shown."""
        self._move(self._row + max(1, self._page // 2), self._column)

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
        if place == (self._row, self._column):
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
        layout = lay_out(len(self._rows), len(self._columns), names, content, width)
        if layout != self._layout:
            self._layout = layout
            self.refresh()
        there_are_cells = bool(self._rows and self._columns)
        self.virtual_size = Size(layout.width, layout.height) if there_are_cells else Size(0, 0)

    def _show_cursor(self) -> bool:
        """Scroll as little as needed to show the cursor; whether anything scrolled."""
        view, before = self._view, self.scroll_offset
        if self.cursor is None or view.area == 0:
            return False
        x = self._layout.scroll_to_show(self._column, before.x, view.width)
        y = min(max(before.y, self._row - self._page + 1), self._row)
        if (x, y) != before:
            self.scroll_to(x, y, animate=False)
        return self.scroll_offset != before

    def _place_at(self, offset: Offset) -> tuple[int, int] | None:
        """Indexes of the cell at a place on the screen."""
        layout, scroll = self._layout, self.scroll_offset
        if offset.y < 1 or offset.x < layout.left:
            return None
        row = scroll.y + offset.y - 1
        column = layout.first_column(scroll.x) + (offset.x - layout.left) // layout.step
        if row < len(self._rows) and column < len(self._columns):
            return row, column
        return None

    def _refresh_pairs(self, pairs: Sequence[Pair]) -> None:
        """Repaint those of `pairs` that are on the screen."""
        if not pairs:
            return
        rows = {self._rows[row]: row for row in self._shown_rows()}
        columns = {self._columns[column]: column for column in self._shown_columns()}
        for row, column in pairs:
            if row in rows and column in columns:
                self._refresh_place(rows[row], columns[column])

    def _refresh_place(self, row: int, column: int, *, headings: bool = False) -> None:
        layout, scroll = self._layout, self.scroll_offset
        x, y = layout.column_x(column, scroll.x), row - scroll.y + 1
        regions = [Region(x, y, layout.cell, 1)]
        if headings:
            regions += [Region(x, 0, layout.cell, 1), Region(0, y, layout.names, 1)]
        view = self._view.region
        self.refresh(*(region.intersection(view) for region in regions))

    def _shown_rows(self) -> range:
        top = self.scroll_offset.y
        return range(top, min(len(self._rows), top + self._page))

    def _shown_columns(self) -> range:
        return self._layout.shown_columns(self.scroll_offset.x, self._view.width)

    # painting

    def render_line(self, y: int) -> Strip:
        """Paint line `y` of the screen."""
        width = self._view.width
        base = self.get_component_rich_style("matrix--name")
        if self.cursor is None:
            segments = self._paint_empty(y, width)
        elif y == 0:
            segments = self._paint_header()
        elif (row := self.scroll_offset.y + y - 1) < len(self._rows):
            segments = self._paint_row(row)
        else:
            segments = []
        return Strip(segments).adjust_cell_length(width, base)

    def _paint_empty(self, y: int, width: int) -> list[Segment]:
        text = inert(self._empty)
        lines = fold(text, width)
        style = self.get_component_rich_style("matrix--dim")
        return [Segment(text[slice(*lines[y])], style)] if y < len(lines) else []

    def _paint_header(self) -> list[Segment]:
        layout = self._layout
        plain, current = self._name_styles()
        segments = [Segment(" " * layout.left, plain)]
        for column in self._shown_columns():
            style = current if column == self._column else plain
            name = cut(inert(self._columns[column]), layout.cell, middle=True)
            segments += [Segment(pad(name, layout.cell), style), Segment(" " * GAP, plain)]
        return segments

    def _paint_row(self, row: int) -> list[Segment]:
        layout = self._layout
        plain, current = self._name_styles()
        here = row == self._row
        name = self._rows[row]
        shown = cut(inert(name), layout.names, middle=True)
        segments = [
            Segment(pad(shown, layout.names), current if here else plain),
            Segment(" " * GAP, plain),
        ]
        for column in self._shown_columns():
            pair = name, self._columns[column]
            cell = self._cells.get(pair, _NOTHING)
            style = self._cell_style(pair, cell.role, here and column == self._column)
            text = pad(inert(cell.text[: 2 * layout.cell]), layout.cell)
            segments += [Segment(text, style), Segment(" " * GAP, plain)]
        return segments

    def _name_styles(self) -> tuple[Style, Style]:
        get = self.get_component_rich_style
        return get("matrix--name"), get("matrix--name-current")

    def _cell_style(self, pair: Pair, role: str, cursor: bool) -> Style:
        get = self.get_component_rich_style
        if cursor:
            return get("matrix--cursor")
        if pair not in self._lit:
            return get(f"matrix--{role}")
        # the colour of what is dim may be that of the light
        shown = get("matrix--plain" if role == "dim" else f"matrix--{role}")
        return shown + get("matrix--news", partial=True)


def _index(names: Sequence[str], name: str, place: int) -> int:
    """Where a name is now; if it is gone, the place it had, as far as there is one."""
    return names.index(name) if name in names else min(place, len(names) - 1)
