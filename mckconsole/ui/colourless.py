"""Take every colour code out of what is drawn; bold, underline and reverse stay.

Textual's own way without colour still writes the codes for the terminal's default colours.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter


class Colourless(LineFilter):
    """For `App.get_line_filters`, as the last of them."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without colours."""
        return [
            Segment(text, None if style is None else style.without_color, control)
            for text, style, control in segments
        ]
