"""Demo: hostile text made inert, and the same painted carelessly, caught by the last wall."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.filter import LineFilter
from textual.strip import Strip
from textual.widget import Widget

from mckwidgets.roles import DEFAULT_VARIABLES
from mckwidgets.safe_text import ControlFilter, cut, inert

PAYLOADS = (
    "[@click=app.quit]x[/]",
    'exec: "[/bin/sh": no such file, a[/b]c',
    "\x1b]52;c;aGk=\x1b\\ and \x1b]0;title\x07",
    "\x1b[31mred\x1b[2J \x9b31m \x9d0;title\x9c",
    "user\u202egpj.exe \u2066isolate\u2069",
    "ze\u200bro\u200d wid\ufeffth\u00ad",
    "line\none\r\ntwo\u2028three\tfour",
    "\x00\x08\x7f \ud800 \ufffe \U000e0041\U000e007f",
    "日本語 👨\u200d👩\u200d👧 \u26a0\ufe0f e\u0301",
    "m" * 100_000,
)
"""What strangers write: markup, escapes, C1, bidi, hidden characters, line ends, size."""


class Payloads(Widget):
    """Two lines per payload: made inert, and as it came."""

    def render_line(self, y: int) -> Strip:
        """Paint one of the two."""
        number, careless = divmod(y, 2)
        text = PAYLOADS[number] if number < len(PAYLOADS) else ""
        return Strip([Segment(text[:200] if careless else cut(inert(text), self.size.width))])


class SafeTextDemo(App[None]):
    """Every payload twice; nothing of it acts."""

    def compose(self) -> ComposeResult:
        yield Payloads()

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), self._wall]

    _wall = ControlFilter()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DEFAULT_VARIABLES)


if __name__ == "__main__":
    SafeTextDemo().run()
