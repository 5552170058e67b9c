"""What the modal screens share: one box of lines in the middle, and a search that typing fills.

The box paints what its screen says, line by line, so that a list of any length costs only what is
seen. The screens have no other widgets, and so no focus to lose.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol, TypeVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Key, MouseScrollDown, MouseScrollUp, Paste, Resize
from textual.geometry import Size
from textual.screen import ModalScreen

from mckwidgets.linepaint import PaintedLines, Part, clean, spread
from mckwidgets.prompt_edit import LONGEST, LineEdit, pasted, typed_character
from mckwidgets.prompt_line import edit_parts

Result = TypeVar("Result")
_WHEEL = 3
_FAR = 1 << 30
"""More lines than any list has."""


def matches(words: Sequence[str], *texts: str) -> bool:
    """Say whether each of `words` is in one of `texts`, whatever the case."""
    low = [text.lower() for text in texts]
    return all(any(word in text for text in low) for word in words)


class BoxLines(Protocol):
    """What fills a box."""

    def box_width(self, limit: int) -> int:
        """Return the cells that the longest line wants, `limit` at most."""

    def box_height(self, width: int) -> int:
        """Return how many lines there are when they are `width` cells wide."""

    def box_line(self, y: int, size: Size) -> Sequence[Part]:
        """Return line `y` of what a box of `size` shows."""

    def box_chosen(self, zone: str) -> None:
        """Act on a click."""

    def box_sized(self) -> None:
        """Act on another size of the box."""


class Box(PaintedLines):
    """A bordered box, as large as its lines and never larger than most of the terminal."""

    DEFAULT_CSS = """
    Box {
        width: auto; height: auto; max-width: 90%; max-height: 90%;
        border: round $mark-foreground; border-title-style: bold; padding: 0 1;
        background: $background;
    }
    """

    def __init__(self, lines: BoxLines, title: str, keys: str) -> None:
        super().__init__()
        self._lines = lines
        self.border_title = Content(clean(title))
        self.border_subtitle = Content(keys)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Return the width that the lines want."""
        return self._lines.box_width(viewport.width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the height that the lines want."""
        return self._lines.box_height(width)

    def line_parts(self, y: int, width: int) -> Sequence[Part]:
        """Return a line of what fills the box."""
        return self._lines.box_line(y, self.content_size)

    def zone_chosen(self, zone: str) -> None:
        """Pass a click on."""
        self._lines.box_chosen(zone)

    def on_resize(self, event: Resize) -> None:
        """Pass it on."""
        self._lines.box_sized()


class BoxScreen(ModalScreen[Result]):
    """A modal screen of one box. What it shows is said by the methods of `BoxLines`."""

    DEFAULT_CSS = "BoxScreen { align: center middle; }"

    def __init__(self, title: str, keys: str) -> None:
        super().__init__()
        self.box = Box(self, title, keys)

    def compose(self) -> ComposeResult:
        yield self.box

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Leave with this result, once: keys may come faster than the screen goes."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def box_width(self, limit: int) -> int:
        """See `BoxLines`."""
        raise NotImplementedError

    def box_height(self, width: int) -> int:
        """See `BoxLines`."""
        raise NotImplementedError

    def box_line(self, y: int, size: Size) -> Sequence[Part]:
        """See `BoxLines`."""
        raise NotImplementedError

    def box_chosen(self, zone: str) -> None:
        """Do nothing: not every box can be clicked."""

    def box_sized(self) -> None:
        """Do nothing: not every box scrolls."""


class SearchScreen(BoxScreen[Result]):
    """A box with a search on its first line; what is typed goes there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "leave", show=False, id="search.leave"),
        Binding("backspace", "erase", "erase", show=False, id="search.erase"),
        Binding("ctrl+u,ctrl+w", "clear", "search anew", show=False, id="search.clear"),
        Binding("up", "move(-1)", "one up", show=False, id="search.up"),
        Binding("down", "move(1)", "one down", show=False, id="search.down"),
        Binding("pageup", "page(-1)", "a page up", show=False, id="search.page_up"),
        Binding("pagedown", "page(1)", "a page down", show=False, id="search.page_down"),
        Binding("home", "edge(False)", "to the first", show=False, id="search.top"),
        Binding("end", "edge(True)", "to the last", show=False, id="search.bottom"),
    ]

    typed = ""

    @property
    def words(self) -> list[str]:
        """What has to be found, in lower case: each word somewhere."""
        return self.typed.lower().split()

    def searched(self) -> None:
        """Act on another search."""
        raise NotImplementedError

    def move(self, by: int) -> None:
        """Go down by so many lines, or up if it is negative; never past an end."""
        raise NotImplementedError

    def page(self) -> int:
        """Return the lines that are seen at a time."""
        raise NotImplementedError

    def search_line(self, said: str, width: int) -> list[Part]:
        """Return the first line: what is typed, and at the right what came of it."""
        right = [Part("  "), Part(said, "dim")]
        if not self.typed:
            left = [Part("/ ", "key"), Part(" ", "caret"), Part("type to search", "dim")]
        else:
            room = max(width - cell_len(said) - 4, 1)
            left = [Part("/ ", "key"), *edit_parts(self.typed, len(self.typed), "", True, room)]
        return spread(left, right, width)

    def search(self, typed: str) -> None:
        """Search for something else."""
        if typed != self.typed:
            self.typed = typed[:LONGEST]
            self.searched()
            self.box.refresh()

    def on_key(self, event: Key) -> None:
        """Type a printable character; every other key is left to the bindings."""
        if character := typed_character(event):
            event.stop()
            event.prevent_default()
            self.character_typed(character)

    def character_typed(self, character: str) -> None:
        """Add a character to the search."""
        self.search(self.typed + character)

    def on_paste(self, event: Paste) -> None:
        """Add the first line of what is pasted."""
        event.stop()
        self.search(self.typed + pasted(event.text))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Go down by a few lines."""
        self.action_move(_WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Go up by a few lines."""
        self.action_move(-_WHEEL)

    def action_leave(self) -> None:
        """Leave without a result."""
        self.dismiss(None)

    def action_erase(self) -> None:
        """Take the last character of the search away."""
        edit = LineEdit(self.typed)
        edit.erase_left()
        self.search(edit.text)

    def action_clear(self) -> None:
        """Search for nothing."""
        self.search("")

    def action_move(self, by: int) -> None:
        """Go down by so many lines, or up."""
        self.move(by)
        self.box.refresh()

    def action_page(self, direction: int) -> None:
        """Go down or up by a page."""
        self.action_move(direction * max(self.page() - 1, 1))

    def action_edge(self, last: bool) -> None:
        """Go to the first or the last."""
        self.action_move(_FAR if last else -_FAR)
