"""What can be pressed here: the last line of the screen.

What cannot be done now stays, in parentheses and dimmed, with its reason where there is room. What
does not fit is left out from the end, but the last hint (help, which has them all) always stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.message import Message

from mckwidgets.linepaint import OneLine, Part, clean, cut_parts, parts_width


class Hint(NamedTuple):
    """One key and what it does."""

    id: str
    key: str
    title: str
    enabled: bool = True
    reason: str = ""
    """Why it cannot be done now."""


def hint_parts(hints: Sequence[Hint], width: int) -> list[Part]:
    """Return the line: with reasons, or without, or with as many hints as fit and the last."""
    for reasons in (True, False):
        line = _line(hints, reasons)
        if parts_width(line) <= width:
            return line
    for count in range(len(hints) - 2, -1, -1):
        line = _line([*hints[:count], hints[-1]], False)
        if parts_width(line) <= width:
            return line
    return cut_parts(line, width)


def _line(hints: Sequence[Hint], reasons: bool) -> list[Part]:
    line = [part for hint in hints for part in _hint(hint, reasons)]
    if hints and hints[-1].enabled:
        line.pop()  # the blank at the end
    return line


def _hint(hint: Hint, reasons: bool) -> list[Part]:
    key, title = clean(hint.key), clean(hint.title)
    if hint.enabled:  # as wide as in parentheses, so that nothing shifts
        return [Part(" "), Part(key, "key", hint.id), Part(f" {title}", "plain", hint.id),
                Part(" ")]  # fmt: skip
    why = f": {clean(hint.reason)}" if reasons and hint.reason else ""
    return [Part(f"({key} {title}{why})", "dim", hint.id)]


class KeyHints(OneLine):
    """One line of hints."""

    class Chosen(Message):
        """A hint was clicked, maybe one that cannot be done now."""

        def __init__(self, id: str) -> None:
            super().__init__()
            self.id = id

    _hints: tuple[Hint, ...] = ()

    def set_hints(self, hints: Sequence[Hint]) -> None:
        """Show other hints; the same ones are not painted again."""
        new = tuple(hints)
        if new != self._hints:
            before = self.parts(self.size.width)
            self._hints = new
            self.refresh_changed(before)

    def parts(self, width: int) -> Sequence[Part]:
        """Return the line."""
        return hint_parts(self._hints, width)

    def zone_chosen(self, zone: str) -> None:
        """Say which hint was clicked."""
        self.post_message(self.Chosen(zone))
