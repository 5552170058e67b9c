"""The keys that move a cursor, the same in every widget that has one.

Each binding has an id, so that `App.set_keymap` can give it other keys. A widget that takes
`move_bindings()` implements the `action_…` methods named in `MOVES`.
"""

from __future__ import annotations

from typing import NamedTuple

from textual.binding import Binding


class Move(NamedTuple):
    """One way to move, or to open what the cursor is on."""

    id: str
    keys: str
    """Comma-separated, as Textual names keys."""
    action: str
    help: str


MOVES = (
    Move("move.up", "up,k", "cursor_up", "one up"),
    Move("move.down", "down,j", "cursor_down", "one down"),
    Move("move.left", "left,h", "cursor_left", "to the left"),
    Move("move.right", "right", "cursor_right", "to the right"),
    Move("move.top", "home,g", "cursor_top", "to the first"),
    Move("move.bottom", "end,G", "cursor_bottom", "to the last"),
    Move("move.page_up", "pageup,ctrl+b", "cursor_page_up", "a page up"),
    Move("move.page_down", "pagedown,ctrl+f", "cursor_page_down", "a page down"),
    Move("move.half_up", "ctrl+u", "cursor_half_up", "half a page up"),
    Move("move.half_down", "ctrl+d", "cursor_half_down", "half a page down"),
    Move("open", "enter", "open", "open what the cursor is on"),
)


def move_bindings() -> list[Binding]:
    """Bindings for all of `MOVES`; none is shown in a footer."""
    return [Binding(m.keys, m.action, m.help, show=False, id=m.id) for m in MOVES]
