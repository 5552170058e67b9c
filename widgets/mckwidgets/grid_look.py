"""The styles in which a grid paints, taken from its component classes.

Colours are the theme's. Where the theme or the terminal has none, reverse, bold and underline say
the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from rich.style import Style

from mckwidgets.roles import ROLES, role_classes, role_css

PREFIX = "grid"
COMPONENTS = role_classes(PREFIX) | {
    f"{PREFIX}--{part}" for part in ("header", "cursor", "match", "news", "mark", "empty")
}
CSS = """
Grid {
    width: 1fr; height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1;
    scrollbar-gutter: stable;
}
Grid > .grid--header { color: $status-heading; text-style: $status-heading-style; }
Grid > .grid--cursor {
    color: $cursor-foreground; background: $cursor-background; text-style: $cursor-style;
}
Grid > .grid--match {
    color: $match-foreground; background: $match-background; text-style: $match-style;
}
Grid > .grid--news { background: $news-background; text-style: $news-style; }
Grid > .grid--mark { color: $mark-foreground; text-style: $mark-style; }
Grid > .grid--empty { color: $status-dim; text-style: $status-dim-style; }
""" + role_css("Grid", PREFIX)

_QUIET = ("plain", "dim")
"""Roles that are no status: nothing of them stands out on the cursor's row."""


@dataclass(frozen=True)
class Look:
    """Every style that a grid needs; made anew when the theme changes."""

    base: Style
    header: Style
    chosen: Style
    """The header of the column that the cursor is in."""
    cursor: Style
    match: Style
    news: Style
    mark: Style
    empty: Style
    roles: dict[str, Style]
    _cells: dict[tuple[str, bool, bool], Style] = field(default_factory=dict)

    def cell(self, role: str, *, cursor: bool, lit: bool) -> Style:
        """How the text of a cell looks: on the cursor's row, and while its change is news."""
        key = (role, cursor, lit)
        found = self._cells.get(key)
        if found is None:
            found = self._cells[key] = self._cell(role, cursor=cursor, lit=lit)
        return found

    def _cell(self, role: str, *, cursor: bool, lit: bool) -> Style:
        if cursor:
            style = self.cursor if role in _QUIET else self.cursor + Style(bold=True)
            return style + Style(underline=True) if lit else style
        style = self.roles.get(role, self.base)
        return style + self.news if lit else style


def take_look(style: Callable[[str], Style], base: Style, *, colours: bool) -> Look:
    """Build the look from a function that gives the full style of a component class."""

    def part(name: str) -> Style:
        return style(f"{PREFIX}--{name}")

    def told_apart(name: str, otherwise: Style) -> Style:
        """The component's own style, or `otherwise` where that cannot be told from plain text."""
        own = part(name)
        same = (own.color, own.bgcolor) == (base.color, base.bgcolor)
        return base + otherwise if same or not colours else own

    news = part("news")
    light = Style(bgcolor=news.bgcolor, bold=news.bold or None, underline=news.underline or None)
    if news.bgcolor == base.bgcolor or not colours:
        light = Style(bold=True, underline=True)
    header = part("header")
    return Look(
        base=base,
        header=header,
        chosen=header + Style(underline=True),
        cursor=told_apart("cursor", Style(reverse=True)),
        match=told_apart("match", Style(bold=True, underline=True)),
        news=light,
        mark=part("mark"),
        empty=part("empty"),
        roles={role: part(role) for role in ROLES},
    )
