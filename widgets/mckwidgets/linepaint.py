"""Paint spans of different roles on one line: the base of the widgets around a table.

A line is a sequence of `Part`s: inert text, how it looks, and the zone of it that the mouse can
choose. Layout is a function from values and a width to parts, so it is tested without a terminal.
This module holds no state of any widget, and parses no markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual.events import Click
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from mckwidgets.contracts import SpanLike
from mckwidgets.roles import ROLES, role_classes, role_css
from mckwidgets.safe_text import LOOK_AT, cut, inert

LOOKS = ("key", "active", "cursor", "caret", "match")
"""What a part can look like besides its role."""


class TextSpan(NamedTuple):
    """Words of one role, for those who have no span of their own."""

    text: str
    role: str = "plain"


class Part(NamedTuple):
    """A piece of a painted line."""

    text: str
    """Inert."""
    look: str = "plain"
    """A role, or one of `LOOKS`."""
    zone: str = ""
    """What a click on it chooses; empty is nothing."""


def clean(text: str) -> str:
    """Return the start of a stranger's text (512 characters at most) as one inert line."""
    return inert(text[:LOOK_AT])


def clean_parts(spans: Iterable[SpanLike], zone: str = "") -> list[Part]:
    """Return spans as parts of one zone; a role that nobody knows is plain."""
    return [
        Part(clean(span.text), span.role if span.role in ROLES else "plain", zone)
        for span in spans
        if span.text
    ]


def parts_width(parts: Iterable[Part]) -> int:
    """Return the cells that the parts take."""
    return sum(cell_len(part.text) for part in parts)


def cut_parts(parts: Sequence[Part], cells: int) -> list[Part]:
    """Return parts in at most `cells` cells, `…` at the end standing for what is left out."""
    if parts_width(parts) <= cells:
        return list(parts)
    shown: list[Part] = []
    room = cells
    for part in parts:
        width = cell_len(part.text)
        if width >= room:  # the mark has to be in this one, even if it would just fit
            shown.append(part._replace(text=cut(f"{part.text}…", room)))
            break
        shown.append(part)
        room -= width
    return shown


def joined(groups: Iterable[Sequence[Part]], gap: int) -> list[Part]:
    """Return the parts of all groups with `gap` blank cells between groups."""
    line: list[Part] = []
    for parts in groups:
        line += [*([Part(" " * gap)] if line else []), *parts]
    return line


def spread(left: Sequence[Part], right: Sequence[Part], cells: int) -> list[Part]:
    """Return `left`, blanks, and `right` ending at the right edge; what is too long is cut."""
    gap = cells - parts_width(left) - parts_width(right)
    return cut_parts([*left, Part(" " * max(gap, 0)), *right], cells)


def with_match(text: str, words: Sequence[str], look: str = "plain") -> list[Part]:
    """Return inert `text` with the first place of each of `words` lit, whatever the case."""
    low = text.lower()
    if len(low) != len(text):  # places in the one are not places in the other
        return [Part(text, look)]
    lit = [False] * len(text)
    for word in words:
        start = low.find(word.lower())
        if word and start >= 0:
            lit[start : start + len(word)] = [True] * len(word)
    parts: list[Part] = []
    begin = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or lit[end] != lit[begin]:
            parts.append(Part(text[begin:end], "match" if lit[begin] else look))
            begin = end
    return parts


class PaintedLines(Widget):
    """A widget without children that paints lines of parts and tells which one was clicked."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes("line") | {f"line--{x}" for x in LOOKS}
    DEFAULT_CSS = f"""
    {role_css("PaintedLines", "line")}
    PaintedLines > .line--key {{ text-style: bold; }}
    PaintedLines > .line--active {{ text-style: bold reverse; }}
    PaintedLines > .line--caret {{ text-style: reverse; }}
    PaintedLines > .line--cursor {{
        background: $cursor-background; color: $cursor-foreground; text-style: $cursor-style;
    }}
    PaintedLines > .line--match {{
        background: $match-background; color: $match-foreground; text-style: $match-style;
    }}
    """

    def line_parts(self, y: int, width: int) -> Sequence[Part]:
        """Return the parts of line `y` for a line of `width` cells."""
        raise NotImplementedError

    def zone_chosen(self, zone: str) -> None:
        """Act on a click on a part with this zone."""

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        width = self.content_size.width
        segments = [
            Segment(part.text, self.get_component_rich_style(f"line--{part.look}"))
            for part in self.line_parts(y, width)
        ]
        # as few changes of style as possible: each costs 40 bytes at the terminal
        return Strip(segments).adjust_cell_length(width, self.rich_style).simplify()

    def on_click(self, event: Click) -> None:
        """Find the part under the mouse."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        end = 0
        for part in self.line_parts(offset.y, self.content_size.width):
            end += cell_len(part.text)
            if offset.x < end:
                if part.zone:
                    event.stop()
                    self.zone_chosen(part.zone)
                return


def difference(old: Sequence[Part], new: Sequence[Part]) -> tuple[int, int]:
    """The cells from the first to behind the last in which two lines may look different."""
    alike = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        alike += 1
    start, ends = parts_width(old[:alike]), (parts_width(old), parts_width(new))
    if ends[0] != ends[1]:
        return start, max(ends)
    end = ends[0]
    for one, other in zip(reversed(old[alike:]), reversed(new[alike:]), strict=False):
        if one != other:
            break
        end -= parts_width([one])
    return start, max(end, start)


class OneLine(PaintedLines):
    """A widget of one line, in the colours of the bars."""

    DEFAULT_CSS = """
    OneLine { height: 1; background: $bar-background; color: $bar-foreground; }
    OneLine > .line--plain { color: $bar-foreground; text-style: $bar-style; }
    """

    def parts(self, width: int) -> Sequence[Part]:
        """Return the line for `width` cells."""
        raise NotImplementedError

    def line_parts(self, y: int, width: int) -> Sequence[Part]:
        """Return the only line there is."""
        return self.parts(width) if y == 0 else ()

    def refresh_changed(self, before: Sequence[Part]) -> None:
        """Paint anew what differs from the parts that the line had before."""
        width = self.size.width
        start, end = difference(before, self.parts(width))
        if start < end:
            self.refresh(Region(start, 0, end - start, 1))
