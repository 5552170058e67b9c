"""Make a stranger's text inert.

Everything a cluster, a Prometheus or a kubeconfig says passes through `clean` (one line) or
`clean_block` (several lines) once, when it is decoded. What could move a cursor, reorder a line or
hide in it becomes a visible stand-in, so an operator sees that it was there. This module must not
know about terminals, markup or widgets; the view wraps text again at its own border.
"""

from __future__ import annotations

import re
import unicodedata

MAX_STACKED_MARKS = 2
"""How many stacking marks one base character may carry; the rest are dropped (Zalgo text)."""
MAX_MARKS = 4
"""How many marks of any sort it may carry: scripts such as Burmese need several that do not
stack, and Thai vowels, which stack on a terminal without being declared to, are abused too."""

_ODD = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u00ad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, separators, bidi
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"  # fillers, variation selectors, BOM
    "\ud800-\udfff"  # surrogates
    "\U00013430-\U00013455\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # other format controls
    "\U000e0000-\U000e0fff"  # tags and variation selectors
    "]"
)
_NONCHARACTER = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
_MARKS = re.compile(r"[^\w\s\x00-\x7f]{3,}")
"""Runs in which marks may pile up: marks are neither word characters nor space."""


def clean(text: str) -> str:
    """Return `text` as one line that is safe to show: odd characters become `‹HEX›` or `⏎`.

    Printable ASCII, which is nearly everything a cluster says, is returned as it is.
    """
    if text.isascii() and text.isprintable():
        return text
    return _scrub(text, keep="")


def clean_block(text: str) -> str:
    """Like `clean`, for text that has lines: line feeds and tabs stay, `\\r\\n` becomes `\\n`."""
    return _scrub(text.replace("\r\n", "\n"), keep="\n\t")


def _scrub(text: str, keep: str) -> str:
    def visible(match: re.Match[str]) -> str:
        char = match.group()
        if char in keep:
            return char
        if char in "\n\u2028\u2029":
            return "⏎"
        code = ord(char)
        if 0xD800 <= code <= 0xDFFF:
            return "\ufffd"
        return f"‹{code:02X}›" if code < 0x100 else f"‹U+{code:04X}›"

    text = _ODD.sub(visible, text)
    if text.isascii():
        return text
    text = _NONCHARACTER.sub("\ufffd", text)
    return _MARKS.sub(_limit_marks, text)


def _limit_marks(match: re.Match[str]) -> str:
    kept: list[str] = []
    marks = stacked = 0
    for char in match.group():
        category = unicodedata.category(char)
        if category not in ("Mn", "Me"):
            marks = stacked = 0
        else:
            stacks = category == "Me" or unicodedata.combining(char) != 0
            if marks >= MAX_MARKS or (stacks and stacked >= MAX_STACKED_MARKS):
                continue
            marks += 1
            stacked += stacks
        kept.append(char)
    return "".join(kept)


def shorten(text: str, limit: int) -> str:
    """Cut `text` to at most `limit` characters, the last of them `…` when something was cut."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)] + "…"
