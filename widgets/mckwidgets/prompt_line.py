"""How the lines of a prompt are laid out: the edited line with its caret, and the list below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, split_graphemes

from mckwidgets.linepaint import Part, clean, cut_parts, parts_width, spread, with_match
from mckwidgets.safe_text import inert

LIST_LINES = 6
"""Completions that are shown at a time."""
_GAP = 2
_FIELD = 12
"""Cells that the text keeps before a note next to it goes."""


class Completion(NamedTuple):
    """One way to go on."""

    text: str
    """The whole new text of the line."""
    note: str = ""
    """What it does; what stands before two blanks in it (arguments) has a column of its own."""


def prompt_parts(field: Sequence[Part], said: Sequence[Part], width: int) -> list[Part]:
    """Return the first line: what is edited, and at the right what is said about it."""
    return spread([*field, Part(" " * _GAP)], said, width) if said else cut_parts(field, width)


def said_parts(problem: str, note: str, width: int) -> list[Part]:
    """Return the words at the right; a note takes only spare room."""
    if problem:
        return [_problem_part(problem)]
    parts = [Part(clean(note), "dim")] if note else []
    return parts if parts_width(parts) + _GAP + _FIELD <= width else []


def long_problem(problem: str, text: str, width: int) -> list[Part]:
    """Return a line of its own for a problem that has no room beside the text; else nothing."""
    room = max(width - cell_len(clean(text)) - _GAP - _FIELD // 2, width // 2)
    if not problem or parts_width([_problem_part(problem)]) <= room:
        return []
    return cut_parts([Part(" "), _problem_part(problem)], width)


def _problem_part(problem: str) -> Part:
    return Part(f"✖ {clean(problem)}", "critical")


def field_width(said: Sequence[Part], width: int) -> int:
    """Return the cells that are left of `width` for the edited text."""
    return width - (parts_width(said) + _GAP if said else 0)


def edit_parts(text: str, at: int, ghost: str, caret: bool, cells: int) -> list[Part]:
    """Return the part of `text` around place `at` that fits into `cells`, with the caret in it.

    `ghost` is what could follow; it is shown only when the caret is at the end.
    """
    chars = [inert(text[start:end]) for start, end, _ in split_graphemes(text)[0]]
    index = len(split_graphemes(text[:at])[0])
    look = "plain"
    if index == len(chars):
        chars += [ghost[start:end] for start, end, _ in split_graphemes(ghost)[0]] or [" "]
        look = "dim" if ghost else "plain"
    start = _first(chars, index, cells)
    mark = "…" if start and cells > cell_len(chars[index]) else ""
    before = mark + "".join(chars[start:index])
    under = Part(chars[index], "caret" if caret else look)
    return cut_parts([Part(before), under, Part("".join(chars[index + 1 :]), look)], cells)


def _first(chars: Sequence[str], index: int, cells: int) -> int:
    """The first character to show, so that the one at `index` and a few after it are seen."""
    widths = [cell_len(char) for char in chars]
    if sum(widths) <= cells:
        return 0
    after = sum(widths[index + 1 :])
    ahead = widths[index] + min(after, max(cells // 4, 1))
    if sum(widths[:index]) + ahead <= cells:
        return 0
    room = cells - ahead - 1  # one for the mark that there is more
    first = index
    while first > 0 and widths[first - 1] <= room:
        first -= 1
        room -= widths[first]
    return first


def list_parts(
    completions: Sequence[Completion], chosen: int, typed: str, line: int, width: int
) -> list[Part]:
    """Return line `line` of the list: the completions around the chosen one."""
    top = max(0, min(chosen - LIST_LINES // 2, len(completions) - LIST_LINES))
    at = top + line
    if at >= len(completions):
        return []
    completion, zone = completions[at], str(at)
    text = clean(completion.text)
    named = [Part(f" › {text}", "cursor")] if at == chosen else [Part("   "), *_lit(text, typed)]
    shown_now = completions[top : top + LIST_LINES]
    longest = max(cell_len(clean(one.text)) for one in shown_now)
    blank = Part(" " * (longest - cell_len(text) + _GAP))
    heads = max(cell_len(_noted(one)[0]) for one in shown_now)
    head, rest = _noted(completion)
    gap = " " * (heads - cell_len(head) + _GAP) if heads else ""
    parts = [*named, blank, Part(head), Part(f"{gap}{rest}", "dim")]
    below = len(completions) - at - 1
    more = [Part(f"  {below} more ", "dim")] if line == LIST_LINES - 1 and below else []
    shown = spread(cut_parts(parts, width - parts_width(more)), more, width)
    return [part._replace(zone=zone) for part in shown]


def _lit(text: str, typed: str) -> list[Part]:
    return with_match(text, [clean(typed)])


def _noted(completion: Completion) -> tuple[str, str]:
    """The arguments and the words of a note; either may be empty."""
    head, between, rest = clean(completion.note).partition("  ")
    return (head, rest) if between else ("", head)
