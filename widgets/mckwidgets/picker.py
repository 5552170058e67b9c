"""Choose one or several of a list that typing narrows down.

Only the lines that are seen are painted, so a list may be long. The marks stay while the search
changes, also those of items that it hides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.geometry import Size

from mckwidgets.linepaint import Part, clean, cut_parts, with_match
from mckwidgets.modal import SearchScreen, matches
from mckwidgets.roles import ROLES
from mckwidgets.safe_text import cut, pad

_NARROWEST = 40
_BETWEEN = "  "


class Item(NamedTuple):
    """One thing to choose."""

    id: str
    text: str
    """What stands behind two blanks in it (a key) has a column of its own."""
    note: str = ""
    role: str = "plain"
    """Of the note, or of the text where there is no note."""
    marked: bool = False
    """With several to choose: chosen already. With one: what holds now."""


class Picker(SearchScreen[tuple[str, ...] | None]):
    """A list with a search. Its result is the ids chosen, or None when it is left.

    With `multi`, space marks, and enter takes the marked ones, or the one under the cursor when
    none is marked.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "take", show=False, id="picker.take"),
    ]

    def __init__(
        self,
        title: str,
        items: Sequence[Item],
        *,
        multi: bool = False,
        help: str = "",
        cursor: str = "",
    ) -> None:
        keys = "space marks · enter takes · esc leaves" if multi else "enter takes · esc leaves"
        super().__init__(title, keys)
        self._items = [
            item._replace(text=text, note=clean(item.note))
            for item, text in zip(
                items, _aligned([clean(item.text) for item in items]), strict=True
            )
        ]
        self._multi = multi
        self._help = clean(help)
        self._marks = {item.id for item in items if item.marked}
        self._shown = list(range(len(self._items)))
        self._cursor = next((at for at in self._shown if self._items[at].id == cursor), 0)
        """Index in what is shown."""
        self._top = 0
        self._text_width = max((cell_len(item.text) for item in self._items), default=0)
        self._note_width = max((cell_len(item.note) for item in self._items), default=0)

    # what is shown

    @property
    def _lead(self) -> int:
        """Cells before a text: the cursor and the mark."""
        return 6 if self._multi else 4 if self._marks else 2

    @property
    def _above(self) -> int:
        """Lines above the list."""
        return 2 if self._help else 1

    def box_width(self, limit: int) -> int:
        """Return the width of the longest item, or of the help."""
        note = self._note_width + len(_BETWEEN) if self._note_width else 0
        return min(
            max(_NARROWEST, self._lead + self._text_width + note, cell_len(self._help)), limit
        )

    def box_height(self, width: int) -> int:
        """Return the lines for all items, so that the box stays as it is while one searches."""
        return self._above + max(len(self._items), 1)

    def box_line(self, y: int, size: Size) -> Sequence[Part]:
        """Return the search, the help, or an item."""
        if y == 0:
            marked = f"{len(self._marks)} marked · " if self._multi and self._marks else ""
            said = f"{marked}{len(self._shown)} of {len(self._items)}"
            return self.search_line(said, size.width)
        if y < self._above:
            return cut_parts([Part(self._help, "dim")], size.width)
        at = self._top + y - self._above
        if at < len(self._shown):
            return self._item(at, size.width)
        return [Part("  nothing matches", "dim")] if at == 0 else ()

    def _item(self, at: int, width: int) -> list[Part]:
        """The cursor, the mark, the text and the note of one item."""
        item = self._items[self._shown[at]]
        under = at == self._cursor
        lead = ("› " if under else "  ") + self._mark(item)
        room = width - self._lead
        text_width = min(self._text_width, max(room // 2, room - self._note_width - len(_BETWEEN)))
        text = cut(item.text, text_width, middle=True)
        blank = " " * (text_width - cell_len(text)) + _BETWEEN
        note = cut(item.note, room - text_width - len(_BETWEEN))
        if under:
            parts = [Part(pad(f"{lead}{text}{blank}{note}", width), "cursor")]
        else:
            role = item.role if item.role in ROLES else "plain"
            lit = with_match(text, self.words, "plain" if item.note else role)
            parts = [Part(lead), *lit, Part(blank), *with_match(note, self.words, role)]
        return [part._replace(zone=str(at)) for part in parts]

    def _mark(self, item: Item) -> str:
        marked = item.id in self._marks
        if self._multi:
            return "[x] " if marked else "[ ] "
        return ("✓ " if marked else "  ") if self._marks else ""

    def page(self) -> int:
        """Return how many items are seen."""
        return max(self.box.content_size.height - self._above, 1)

    def box_sized(self) -> None:
        """Keep the cursor in sight."""
        self.move(0)

    def move(self, by: int) -> None:
        """Move the cursor, and scroll when it would leave."""
        self._cursor = max(0, min(self._cursor + by, len(self._shown) - 1))
        lowest = max(len(self._shown) - self.page(), 0)
        first = self._cursor - self.page() + 1
        self._top = max(0, first, min(self._top, self._cursor, lowest))

    # what is done

    def searched(self) -> None:
        """Show what matches, with the cursor where it was if that is still there."""
        held = self._shown[self._cursor] if self._shown else -1
        words = self.words
        self._shown = [
            at for at, item in enumerate(self._items) if matches(words, item.text, item.note)
        ]
        self._cursor = self._shown.index(held) if held in self._shown else 0
        self.move(0)

    def character_typed(self, character: str) -> None:
        """Mark with space where several are chosen; else search."""
        if self._multi and character == " ":
            self._toggle()
        else:
            super().character_typed(character)

    def _toggle(self) -> None:
        if self._shown:
            self._marks ^= {self._items[self._shown[self._cursor]].id}
            self.box.refresh()

    def box_chosen(self, zone: str) -> None:
        """Choose what was clicked, or mark it where several are chosen."""
        self._cursor = int(zone)
        if self._multi:
            self._toggle()
        else:
            self.action_take()

    def action_take(self) -> None:
        """Leave with what is chosen; stay when there is nothing to choose."""
        if self._multi and self._marks:
            self.dismiss(tuple(item.id for item in self._items if item.id in self._marks))
        elif self._shown:
            self.dismiss((self._items[self._shown[self._cursor]].id,))


def _aligned(texts: Sequence[str]) -> list[str]:
    """Texts with what stands behind two blanks (a key) in one column."""
    parted = [text.partition("  ") for text in texts]
    width = max((cell_len(head) for head, blanks, _ in parted if blanks), default=0)
    return [
        f"{head}{' ' * (width - cell_len(head))}{blanks}{tail}" if blanks else head
        for head, blanks, tail in parted
    ]
