"""How many terminal cells a text takes, and cutting and wrapping by cells.

Widths are those of Unicode's East Asian Width: W and F take two cells, combining marks none,
everything else one. Text that comes here is already clean: no control characters, no joiners.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import category, east_asian_width

_BETWEEN = re.compile(r"(?<!\d) | (?!(?:ms|[smhd])\b)")
"""Spaces, but not between a number and its unit."""
_STOPS = ",{/;&"
"""Characters behind which a long word may be broken."""


def cell_width(text: str) -> int:
    """Terminal cells of `text`."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(char: str) -> int:
    if category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1


def cut(text: str, cells: int, *, middle: bool = False) -> str:
    """`text` in at most `cells` cells, with `…` where something was cut: the end or the middle."""
    if cell_width(text) <= cells:
        return text
    if cells <= 0:
        return ""
    tail = _prefix(text[::-1], cells // 2)[::-1] if middle else ""
    return _prefix(text, cells - 1 - cell_width(tail)) + "…" + tail


def _prefix(text: str, cells: int) -> str:
    used = 0
    for index, char in enumerate(text):
        used += _width(char)
        if used > cells:
            return text[:index]
    return text


def pad(text: str, cells: int, *, right: bool = False) -> str:
    """`text` filled with spaces to `cells` cells; `right` aligns it to the right."""
    fill = " " * max(cells - cell_width(text), 0)
    return fill + text if right else text + fill


def wrap(text: str, cells: int) -> Iterator[str]:
    """The lines of `text` broken at spaces; a word wider than `cells` is broken within.

    Such a word, a series with its labels for instance, is broken behind punctuation where there is
    some in the second half of the line, else anywhere.
    """
    line = ""
    for word in _BETWEEN.split(" ".join(text.split())):
        joined = f"{line} {word}" if line else word
        if cell_width(joined) <= cells:
            line = joined
            continue
        if line:
            yield line
        while cell_width(word) > cells:
            head = _prefix(word, cells) or word[0]
            stop = max(map(head.rfind, _STOPS)) + 1
            head = head[:stop] if stop > len(head) // 2 else head
            yield head
            word = word[len(head) :]
        line = word
    if line:
        yield line
