"""The lines of the key help: groups of keys, as a table, in two columns where there is room."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from rich.cells import cell_len

from mckwidgets.contracts import LineLike
from mckwidgets.linepaint import Part, clean, clean_parts, parts_width, with_match
from mckwidgets.linewrap import wrap_parts
from mckwidgets.safe_text import cut

TWO_COLUMNS = 118
"""Cells from which on groups stand side by side: what a box has in a terminal of 140."""
_BETWEEN = 4
_KEYS, _TITLE = 18, 20
"""Widest columns of keys and of titles; what is longer pushes its own line."""
_HELP = 20
"""Cells below which a help text has no column of its own."""


class HelpEntry(NamedTuple):
    """One key, or several that do the same."""

    keys: str
    title: str
    help: str
    enabled: bool = True
    reason: str = ""
    """Why it cannot be done now."""


class HelpGroup(NamedTuple):
    """Keys that belong together."""

    title: str
    entries: tuple[HelpEntry, ...]


def note_lines(notes: Sequence[LineLike], width: int) -> list[list[Part]]:
    """Return the notes, wrapped."""
    return [
        line for note in notes for line in wrap_parts(clean_parts(note.spans), width, note.indent)
    ]


def group_lines(groups: Sequence[HelpGroup], words: Sequence[str], width: int) -> list[list[Part]]:
    """Return the groups with a blank line between them; `words` are lit."""
    if not groups:
        return []
    half = (width - _BETWEEN) // 2
    column = half if width >= TWO_COLUMNS and len(groups) > 1 else width
    blocks = [_block(group, words, column) for group in groups]
    if column == width:
        return _stacked(blocks)
    middle = _middle([len(block) for block in blocks])
    left, right = _stacked(blocks[:middle]), _stacked(blocks[middle:])
    empty: list[Part] = []
    return [
        [*line, Part(" " * (half + _BETWEEN - parts_width(line))), *other]
        for line, other in zip_longest(left, right, fillvalue=empty)
    ]


def _middle(heights: Sequence[int]) -> int:
    """How many of the first blocks make columns whose heights differ least."""
    return min(
        range(1, len(heights)),
        key=lambda at: abs(sum(heights[:at]) - sum(heights[at:])),
    )


def _stacked(blocks: Sequence[list[list[Part]]]) -> list[list[Part]]:
    lines: list[list[Part]] = []
    for block in blocks:
        lines += [*([[]] if lines else []), *block]
    return lines


def _widths(entries: Sequence[HelpEntry]) -> tuple[int, int]:
    """Return the widths of the columns of keys and of titles."""
    keys = max((cell_len(clean(entry.keys)) for entry in entries), default=0)
    titles = max((cell_len(clean(entry.title)) for entry in entries), default=0)
    return min(keys, _KEYS), min(titles, _TITLE)


def _block(group: HelpGroup, words: Sequence[str], width: int) -> list[list[Part]]:
    title = Part(cut(clean(group.title), width), "heading")
    widths = _widths(group.entries)
    return [
        [title],
        *(line for entry in group.entries for line in _entry(entry, widths, words, width)),
    ]


def _entry(
    entry: HelpEntry, widths: tuple[int, int], words: Sequence[str], width: int
) -> list[list[Part]]:
    """Keys, title and help in columns; in a narrow box the help goes on right after the title."""
    keys, title, help = clean(entry.keys), clean(entry.title), clean(entry.help)
    if not entry.enabled:
        help += f" (not now: {clean(entry.reason)})" if entry.reason else " (not now)"
    looks = ("key", "plain", "dim") if entry.enabled else ("dim", "dim", "dim")
    titled = 2 + widths[0] + 2
    helped = titled + (widths[1] + 2 if widths[1] else 0)
    wide = width - helped >= _HELP
    line = [Part("  "), *with_match(keys, words, looks[0])]
    if title:
        line += [_up_to(titled, line), *with_match(title, words, looks[1])]
    line += [_up_to(helped if wide else 0, line), *with_match(help, words, looks[2])]
    return wrap_parts(line, width, helped if wide else titled)


def _up_to(column: int, line: Sequence[Part]) -> Part:
    """Blanks up to a column; two at least."""
    return Part(" " * max(column - parts_width(line), 2))
