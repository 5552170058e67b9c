"""What leaves the console by the clipboard or as a file, and the limits of both."""

from __future__ import annotations

from collections.abc import Sequence

from mckconsole.views.spec import Column, Row

MAX_CLIPBOARD = 74_994
"""Bytes that terminals take in one OSC 52 sequence: 100,000 in base64, less the frame around it."""


def row_as_json(columns: Sequence[Column], row: Row) -> str:
    """The row as an object of texts, by column id."""
    import json

    cells = {column.id: row.cells[column.id].text for column in columns}
    return json.dumps(cells, ensure_ascii=False, indent=2)


def too_long(text: str) -> str:
    """Why `text` cannot go through the clipboard; empty when it can."""
    size = len(text.encode())
    if size <= MAX_CLIPBOARD:
        return ""
    return f"{size / 1000:,.0f} KB is too long for the terminal's clipboard ({MAX_CLIPBOARD:,} B)"
