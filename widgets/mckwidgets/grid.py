"""A table for rows that change while one looks at them: 200,000 of them as smoothly as ten.

Only what is on the screen is ever painted or measured, and only lines that look different are
painted again. `grid_model` holds the rows, `grid_viewport` the cursor, `grid_layout` the columns'
widths, `grid_paint` turns rows into strips; this module puts them into a Textual widget. It knows
nothing of what the rows mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import ClassVar, TypeAlias

from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from mckwidgets import grid_messages
from mckwidgets.contracts import ColumnLike, RowLike
from mckwidgets.grid_layout import cell_text
from mckwidgets.grid_look import COMPONENTS, CSS, Look, take_look
from mckwidgets.grid_model import GridModel, Matches
from mckwidgets.grid_news import News
from mckwidgets.grid_paint import Spans
from mckwidgets.grid_sheet import HEADER, Sheet
from mckwidgets.grid_viewport import Viewport
from mckwidgets.moves import move_bindings


class Grid(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows and columns with a cursor that stays on its row."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS
    DEFAULT_CSS = CSS
    BINDINGS: ClassVar[list[BindingType]] = [
        *move_bindings(),
        Binding("shift+left", "column_left", "column left", show=False, id="column.left"),
        Binding("shift+right", "column_right", "column right", show=False, id="column.right"),
    ]
    LIT_FOR = 2.0
    """Seconds for which a changed cell is lit."""

    empty: reactive[str] = reactive("", repaint=False)
    """What is said when there is no row to show."""

    Highlighted: TypeAlias = grid_messages.Highlighted
    Opened: TypeAlias = grid_messages.Opened
    Marked: TypeAlias = grid_messages.Marked
    Sorted: TypeAlias = grid_messages.Sorted

    def __init__(
        self,
        columns: Sequence[ColumnLike] = (),
        *,
        word_key: Callable[[str], str] = str,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`word_key` makes of a cell's word what it is sorted by; by default the word itself."""
        super().__init__(id=id, classes=classes)
        self._model = GridModel(word_key)
        self._view = Viewport(self._model)
        self._news = News()
        self._news_timer: Timer | None = None
        self._last_mark: str | None = None
        self._thumb = (0, 0)
        """Where the scroll bar's thumb starts and how long it is, in eighths of a cell."""
        self._sheet = Sheet(self._model, self._view, self._news, self._take_look)
        self._sheet.set_columns(columns)

    # What it holds.

    @property
    def total(self) -> int:
        """Rows held."""
        return self._model.total

    @property
    def shown(self) -> int:
        """Rows that the filter leaves. (`visible` is Textual's word for something else.)"""
        return self._model.visible

    def visible_rows(self) -> Sequence[RowLike]:
        """The rows that the filter leaves, as they are shown; it follows later changes."""
        return self._model.shown()

    def set_columns(self, columns: Sequence[ColumnLike]) -> None:
        """Replace the columns; a sort by one that is gone ends."""
        self._sheet.set_columns(columns)
        column = self.sort[0]
        if column is not None and all(one.id != column for one in columns):
            self.sort_by(None)
        self._repaint()

    def set_rows(self, rows: Sequence[RowLike]) -> None:
        """Replace the content. The order given is the natural order: the worst first, say."""
        first = not self._model.total
        with self._changing(replaced=True):
            before = self._model.set_rows(rows)
        if first:
            self._sheet.measure_anew()
        self._after_content(before)

    def update_rows(self, changed: Iterable[RowLike], removed: Iterable[str] = ()) -> None:
        """Remove rows, then add or replace some; new ids go to the end of the natural order."""
        with self._changing():
            before = self._model.update_rows(changed, removed)
        self._after_content(before)

    def set_filter(self, matches: Matches | None, spans: Spans | None = None) -> None:
        """Show only rows that `matches` accepts, None for all.

        `spans` gives for a column's id and a cell's text the parts to light, as (start, end).
        """
        self._sheet.set_spans(spans)
        with self._changing(choose=True):
            self._model.set_filter(matches)
        self._repaint()

    @property
    def sort(self) -> tuple[str | None, bool]:
        """The column sorted by, None for the natural order; whether descending."""
        return self._model.sort

    def sort_by(self, column: str | None, *, reverse: bool = False) -> None:
        """Order by the values of a column's cells; None for the natural order.

        Numbers stand before words, what has no value always last.
        """
        with self._changing():
            self._model.sort_by(column, reverse=reverse)
        self._sheet.sorted_by(column)
        self._repaint()

    # What is shown of it.

    @property
    def shown_columns(self) -> tuple[str, ...]:
        """Ids of the columns for which there is room."""
        self._measure_room()
        return self._sheet.layout.ids

    def shown_text(self, row_id: str) -> Mapping[str, str]:
        """The texts of a row's cells in the columns shown, before any is cut to its column."""
        row = self._model.row(row_id)
        return {} if row is None else {name: cell_text(row, name) for name in self.shown_columns}

    def set_wide(self, wide: bool) -> None:
        """Give every column what it asks for and scroll sideways, or make the columns fit."""
        self._sheet.set_wide(wide)
        self._repaint()

    # The cursor.

    @property
    def cursor_key(self) -> str | None:
        """Id of the row that the cursor is on."""
        return self._view.key

    @property
    def cursor_row(self) -> RowLike | None:
        """The row that the cursor is on."""
        key = self._view.key
        return None if key is None else self._model.row(key)

    @property
    def cursor_column(self) -> str:
        """Id of the chosen column, for copying and sorting; empty when there is none."""
        return self._sheet.chosen

    def move_to(self, key: str) -> bool:
        """Put the cursor on this row; False when it is not shown."""
        index = self._model.index(key)
        if index is None:
            return False
        with self._moving():
            self._view.move(index)
        return True

    def action_cursor_up(self) -> None:
        """One row up."""
        with self._moving():
            self._view.move_by(-1)

    def action_cursor_down(self) -> None:
        """One row down."""
        with self._moving():
            self._view.move_by(1)

    def action_cursor_top(self) -> None:
        """To the first row."""
        with self._moving():
            self._view.move(0)

    def action_cursor_bottom(self) -> None:
        """To the last row."""
        with self._moving():
            self._view.move(self._model.visible - 1)

    def action_cursor_page_up(self) -> None:
        """A window up."""
        with self._moving():
            self._view.page_by(-max(self._view.height, 1))

    def action_cursor_page_down(self) -> None:
        """A window down."""
        with self._moving():
            self._view.page_by(max(self._view.height, 1))

    def action_cursor_half_up(self) -> None:
        """Half a window up."""
        with self._moving():
            self._view.page_by(-max(self._view.height // 2, 1))

    def action_cursor_half_down(self) -> None:
        """Half a window down."""
        with self._moving():
            self._view.page_by(max(self._view.height // 2, 1))

    def action_cursor_left(self) -> None:
        """Scroll a column to the left."""
        self._step_sideways(-1)

    def action_cursor_right(self) -> None:
        """Scroll a column to the right."""
        self._step_sideways(1)

    def action_column_left(self) -> None:
        """Choose the column to the left."""
        self._choose_column(-1)

    def action_column_right(self) -> None:
        """Choose the column to the right."""
        self._choose_column(1)

    def action_open(self) -> None:
        """Open the cursor's row; when it was scrolled out of sight, bring it back first."""
        key, index = self._view.key, self._view.index
        if key is None or index is None:
            return
        if self._view.in_sight:
            self.post_message(self.Opened(self, key))
        else:
            with self._moving():
                self._view.move(index)

    def _choose_column(self, direction: int) -> None:
        shown = self.shown_columns
        if shown:
            place = shown.index(self.cursor_column) + direction
            self._sheet.choose(shown[min(max(place, 0), len(shown) - 1)])
            self._repaint()

    def _step_sideways(self, direction: int) -> None:
        self._sheet.scroll(self._sheet.layout.step(self._sheet.scrolled, direction))
        self._repaint()

    # Marks.

    @property
    def marked(self) -> frozenset[str]:
        """Ids of the marked rows, also of those that the filter hides."""
        return self._sheet.marked

    def toggle_mark(self) -> None:
        """Mark the cursor's row, or take its mark away."""
        key = self._view.key
        if key is not None:
            self._last_mark = None if key in self.marked else key
            self._mark(self.marked ^ {key})

    def mark_range(self) -> None:
        """Mark the rows from the last one marked to the cursor's, as they are shown."""
        index = self._view.index
        if index is None:
            return
        last = None if self._last_mark is None else self._model.index(self._last_mark)
        start = index if last is None else last
        places = range(min(start, index), max(start, index) + 1)
        self._last_mark = self._view.key
        self._mark(self.marked | {self._model.id_at(place) for place in places})

    def clear_marks(self) -> None:
        """Take all marks away."""
        self._last_mark = None
        self._mark(frozenset())

    def _mark(self, marked: frozenset[str]) -> None:
        if marked != self.marked:
            self._sheet.marked = marked
            self.post_message(self.Marked(self, marked))
            self._repaint()

    # Changes.

    @contextmanager
    def _changing(self, *, choose: bool = False, replaced: bool = False) -> Iterator[None]:
        """Change the model within; what follows from it for cursor and scroll bar is done after."""
        was = self._view.key
        with self._view.following(choose=choose, replaced=replaced):
            yield
        self._follow(was)

    @contextmanager
    def _moving(self) -> Iterator[None]:
        was = self._view.key
        yield
        self._follow(was)
        self._repaint(scrolling=True)

    def _follow(self, was: str | None) -> None:
        self._sync_scroll()
        if self._view.key != was:
            self.post_message(self.Highlighted(self, self._view.key))

    def _after_content(self, before: Mapping[str, RowLike]) -> None:
        gone = {key for key in self.marked if key not in self._model}
        if gone:
            self._mark(self.marked - gone)
        if before and self.is_mounted:
            until = monotonic() + self.LIT_FOR
            seen, columns = self._sheet.in_sight(), self._sheet.columns
            self._news.compare(self._model, seen, before, columns, until)
            self._await_news()
        self._repaint()

    def _await_news(self) -> None:
        """Wake up once when the next lit cell is to go out; never when none is lit."""
        then = self._news.expire(monotonic())
        if then is not None and self._news_timer is None:
            self._news_timer = self.set_timer(then - monotonic(), self._news_over)

    def _news_over(self) -> None:
        self._news_timer = None
        self._await_news()
        self._repaint()

    # Scrolling and size.

    def on_mount(self) -> None:
        self._resized()

    def on_resize(self, event: Resize) -> None:
        self._resized()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The wheel or the scroll bar moves the window; the cursor stays on its row."""
        if self._lines != self._view.height:
            self._resized()
        elif round(new_value) != self._view.top:
            self._view.scroll(round(new_value))
            self._sync_scroll()
            self._repaint(scrolling=True)

    def watch_show_vertical_scrollbar(self) -> None:
        """The scroll bar came: it has to learn where the window is."""
        self._thumb = (0, 0)
        self._sync_scroll()

    def on_mouse_scroll_left(self) -> None:
        self.action_cursor_left()

    def on_mouse_scroll_right(self) -> None:
        self.action_cursor_right()

    @property
    def _lines(self) -> int:
        """Lines that there are for rows."""
        return max(self.container_size.height - HEADER, 0)

    def _resized(self) -> None:
        self._view.resize(self._lines)
        self._measure_room()
        self._sheet.measure_anew()
        self._sync_scroll()
        self._repaint()

    def _sync_scroll(self) -> None:
        """Tell Textual how much there is to scroll and where the window is.

        A layout of the whole screen is asked for only when the scroll bar comes or goes, and the
        bar is painted only when its thumb looks different.
        """
        if not self.is_mounted:
            return
        size = Size(self.container_size.width, self._model.visible + HEADER)
        top = self._view.top
        if size != self.virtual_size:
            if (size.height > self.container_size.height) != self.show_vertical_scrollbar:
                self.virtual_size = size
            else:
                self.set_reactive(Widget.virtual_size, size)
        self.set_reactive(Widget.scroll_y, float(top))
        self.set_reactive(Widget.scroll_target_y, float(top))
        window = self.container_size.height
        thumb = (8 * window * top // size.height, 8 * window * window // size.height)
        if self.show_vertical_scrollbar and thumb != self._thumb:
            self._thumb = thumb
            self.vertical_scrollbar.window_virtual_size = size.height
            self.vertical_scrollbar.position = top

    def on_click(self, event: Click) -> None:
        """On a title: sort by it, or the other way round; on a row: go there, or open it."""
        where = event.get_content_offset(self)
        if where is None:
            return
        if where.y < HEADER:
            self._sort_clicked(self._sheet.layout.at(where.x, self._sheet.scrolled))
            return
        place = self._view.top + where.y - HEADER
        if place >= self._model.visible:
            return
        if place == self._view.index:
            self.action_open()
        else:
            with self._moving():
                self._view.move(place)

    def _sort_clicked(self, column: str | None) -> None:
        if column is not None:
            by, reverse = self.sort
            self._sheet.choose(column)
            self.sort_by(column, reverse=by == column and not reverse)
            self.post_message(self.Sorted(self))

    # Painting.

    def watch_empty(self, words: str) -> None:
        """There are other words for no rows."""
        self._sheet.set_empty(words)
        self._repaint()

    def notify_style_update(self) -> None:
        """The theme changed: every style is looked up again."""
        super().notify_style_update()
        self._sheet.restyle()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one line of the widget."""
        self._measure_room()
        return self._sheet.strip(y)

    def _repaint(self, *, scrolling: bool = False) -> None:
        """Paint the lines again that look different from what was painted last."""
        if not self.is_mounted:
            return
        self._measure_room()
        self._sheet.measure(scrolling=scrolling)
        width = self._sheet.layout.available
        lines = self._sheet.changed()
        if lines:
            self.refresh(*(Region(0, y, width, 1) for y in lines))

    def _measure_room(self) -> None:
        width, height = self.container_size
        self._sheet.resize(max(width - self.scrollbar_size_vertical, 0), height)

    def _take_look(self) -> Look:
        colours = not self.app.no_color
        return take_look(self.get_component_rich_style, self.rich_style, colours=colours)
