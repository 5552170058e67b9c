"""Ask before something is done: a question, what it means, yes and no. The answer by default is no.

`y` and `n` answer at once; enter answers with the button that is chosen, which is `no` first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size

from mckwidgets.linepaint import Part, clean, parts_width
from mckwidgets.linewrap import wrap_parts
from mckwidgets.modal import BoxScreen

_WIDEST = 72
_BETWEEN = "   "


class Confirm(BoxScreen[bool]):
    """A question with yes and no; its result is True only for a yes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "yes", show=False, id="confirm.yes"),
        Binding("n,escape", "answer(False)", "no", show=False, id="confirm.no"),
        Binding("enter", "chosen", "the chosen one", show=False, id="confirm.chosen"),
        Binding("left,right,tab,shift+tab", "other", "choose", show=False, id="confirm.other"),
    ]

    def __init__(
        self, question: str, details: Sequence[str] = (), *, yes: str = "yes", no: str = "no"
    ) -> None:
        super().__init__("", "")
        self._body = [
            [Part(clean(question), "heading")],
            *([Part(clean(line))] for line in details),
        ]
        self._yes, self._no = clean(yes), clean(no)
        self._on_yes = False

    def box_width(self, limit: int) -> int:
        """Return the width of the longest line, within reason."""
        lines = [*self._body, *self._buttons(_WIDEST)]
        return min(max(parts_width(line) for line in lines), _WIDEST, limit)

    def box_height(self, width: int) -> int:
        """Return the lines of the text, a blank one, and the buttons."""
        return len(self._text(width)) + 1 + len(self._buttons(width))

    def box_line(self, y: int, size: Size) -> Sequence[Part]:
        """Return a line; the buttons stay at the bottom of a box that is too low for the text."""
        buttons = self._buttons(size.width)
        if y >= size.height - len(buttons):
            return buttons[y - size.height + len(buttons)]
        text = self._text(size.width)
        room = size.height - len(buttons) - (1 if size.height > len(buttons) + 1 else 0)
        if y == room - 1 and len(text) > room:
            return [Part(f"… {len(text) - y} more lines", "dim")]
        return text[y] if y < min(room, len(text)) else ()

    def _text(self, width: int) -> list[list[Part]]:
        return [line for part in self._body for line in wrap_parts(part, width)]

    def _buttons(self, width: int) -> list[list[Part]]:
        """Return the buttons next to each other, or one below the other."""
        no = Part(f"[ n {self._no} ]", "plain" if self._on_yes else "active", "no")
        yes = Part(f"[ y {self._yes} ]", "active" if self._on_yes else "plain", "yes")
        line = [no, Part(_BETWEEN), yes]
        return [line] if parts_width(line) <= width else [[no], [yes]]

    def box_chosen(self, zone: str) -> None:
        """Answer with the button that was clicked."""
        self.dismiss(zone == "yes")

    def action_answer(self, yes: bool) -> None:
        """Answer."""
        self.dismiss(yes)

    def action_chosen(self) -> None:
        """Answer with the chosen button."""
        self.dismiss(self._on_yes)

    def action_other(self) -> None:
        """Choose the other button."""
        self._on_yes = not self._on_yes
        self.box.refresh()
