"""What a test reads of painted widgets."""

from __future__ import annotations

from collections.abc import Iterable

from rich.style import Style
from textual.widget import Widget

from mckwidgets.linepaint import Part
from mckwidgets.safe_text import inert

SIZES = ((80, 24), (200, 50), (40, 10), (12, 4), (2, 2), (1, 1))
HOSTILE = (
    "[@click=app.quit]x[/]",
    "a[/b]c",
    "\x1b]52;c;aGk=\x1b\\",
    "\x9b31m\x00\x7f",
    "user\u202egpj.exe",
    "line\none\r\ttwo",
    "ze\u200bro",
    "日本語 e\u0301",
    "m" * 100_000,
)
"""What strangers write."""


def text_of(parts: Iterable[Part]) -> str:
    """The characters of parts."""
    return "".join(part.text for part in parts)


def is_inert(text: str) -> bool:
    """Whether nothing in it acts or hides."""
    return inert(text) == text


def painted(widget: Widget) -> list[str]:
    """The lines that a widget paints now."""
    return [widget.render_line(y).text for y in range(widget.content_size.height)]


def style_at(widget: Widget, text: str, y: int = 0) -> Style:
    """How the first segment with `text` on a line looks."""
    for segment in widget.render_line(y):
        if text in segment.text:
            assert segment.style is not None
            return segment.style
    raise AssertionError(f"{text!r} is not on line {y}: {widget.render_line(y).text!r}")


def column_of(widget: Widget, text: str, y: int = 0) -> int:
    """The column at which `text` begins on a line of narrow characters."""
    return widget.render_line(y).text.index(text)
