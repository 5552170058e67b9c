"""What can be pressed here, with its own search: typing narrows it down at once.

What cannot be done now is listed too, with the reason, so that one learns that it exists.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Size

from mckwidgets.contracts import LineLike
from mckwidgets.key_help_text import TWO_COLUMNS, HelpEntry, HelpGroup, group_lines, note_lines
from mckwidgets.linepaint import Part
from mckwidgets.modal import SearchScreen, matches

__all__ = ["HelpEntry", "HelpGroup", "KeyHelp"]

_WIDEST = 150


class KeyHelp(SearchScreen[str | None]):
    """Groups of keys. It has no result: it is left with esc, `?`, or `q` when nothing is typed."""

    def __init__(
        self, title: str, groups: Sequence[HelpGroup], notes: Sequence[LineLike] = ()
    ) -> None:
        super().__init__(title, "esc leaves")
        self._groups = tuple(groups)
        self._notes = tuple(notes)
        self._top = 0
        self._found = self._groups
        self._lines: list[list[Part]] = []
        self._lines_for: tuple[int, str] | None = None

    def _count(self, groups: Sequence[HelpGroup]) -> int:
        return sum(len(group.entries) for group in groups)

    def searched(self) -> None:
        """Show what matches, from its start."""
        words = self.words
        kept = (
            group._replace(
                entries=tuple(e for e in group.entries if matches(words, e.keys, e.title, e.help))
            )
            for group in self._groups
        )
        self._found = tuple(group for group in kept if group.entries)
        self._top = 0

    def _text(self, width: int) -> list[list[Part]]:
        """Return all lines below the search for a width; the notes go while one searches."""
        if self._lines_for != (width, self.typed):
            lines = group_lines(self._found, self.words, width)
            if notes := [] if self.typed else note_lines(self._notes, width):
                lines = self._with_notes(notes, lines, width)
            self._lines = lines or [[Part("nothing matches", "dim")]]
            self._lines_for = (width, self.typed)
        return self._lines

    def _with_notes(
        self, notes: list[list[Part]], lines: list[list[Part]], width: int
    ) -> list[list[Part]]:
        """Put the notes behind the first group: where little is seen, that is its keys."""
        if width >= TWO_COLUMNS:
            return [*notes, [], *lines]
        first = len(group_lines(self._found[:1], self.words, width))
        return [*lines[:first], [], *notes, *lines[first:]]

    def box_width(self, limit: int) -> int:
        """Return all there is, up to what can be read."""
        return min(limit, _WIDEST)

    def box_height(self, width: int) -> int:
        """Return the lines of all groups, so that the box stays as it is while one searches."""
        notes = note_lines(self._notes, width)
        return 2 + len(notes) + (1 if notes else 0) + len(group_lines(self._groups, (), width))

    def box_line(self, y: int, size: Size) -> Sequence[Part]:
        """Return the search, a blank line, or a line of the text."""
        if y == 0:
            lines = self._text(size.width)
            below = len(lines) - self._top - self.page()
            more = f"{below} more lines ↓ · " if below > 0 else ""
            return self.search_line(
                f"{more}{self._count(self._found)} of {self._count(self._groups)}", size.width
            )
        lines, at = self._text(size.width), self._top + y - 2
        return lines[at] if y > 1 and at < len(lines) else ()

    def page(self) -> int:
        """Return the lines of text that are seen."""
        return max(self.box.content_size.height - 2, 1)

    def move(self, by: int) -> None:
        """Scroll."""
        last = len(self._text(self.box.content_size.width)) - self.page()
        self._top = max(0, min(self._top + by, last))

    def box_sized(self) -> None:
        """Show no more blank lines at the end than needed."""
        self.move(0)

    def character_typed(self, character: str) -> None:
        """Leave with the keys that do so everywhere; else search."""
        if character == "?" or (character == "q" and not self.typed):
            self.action_leave()
        else:
            super().character_typed(character)
