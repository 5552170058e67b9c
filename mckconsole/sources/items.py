"""Find the items of a list that no decoder takes whole, because one of them is nested too deeply.

JSON decoders recurse; this walks the tokens instead. It is slow and only for bodies that were
already refused. It must not judge what is in an item: that is the decoder's part.
"""

from __future__ import annotations

import re

# Possessive, and a string without an end takes all of the rest: one pass and no backtracking.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[][{},]', re.DOTALL)
_ITEMS = re.compile(rb"\s*:\s*\[")
_OPENING, _CLOSING = (b"[", b"{"), (b"]", b"}")


def split_list(body: bytes, key: bytes = b'"items"') -> tuple[bytes, list[bytes]] | None:
    """The list without its items, and each of them; None when `body` holds no such list.

    Only the `key` (with its quotes) of the outermost object counts: a Table has `"rows"`. The parts
    are not checked any further.
    """
    start = _find_items(body, key)
    if start is None:
        return None
    items: list[bytes] = []
    begin, depth = start, 0
    for token in _TOKEN.finditer(body, start):
        what = token.group()
        if what in _OPENING:
            depth += 1
        elif what in _CLOSING:
            depth -= 1
        if depth < 0 or (what == b"," and depth == 0):
            item = body[begin : token.start()].strip()
            if item or what == b",":
                items.append(item)
            begin = token.end()
        if depth < 0:
            return body[:start] + body[token.start() :], items
    return None


def _find_items(body: bytes, key: bytes) -> int | None:
    """Where the first item begins."""
    depth = 0
    for token in _TOKEN.finditer(body):
        what = token.group()
        if what in _OPENING:
            depth += 1
        elif what in _CLOSING:
            depth -= 1
        elif depth == 1 and what == key:
            found = _ITEMS.match(body, token.end())
            if found:
                return found.end()
    return None
