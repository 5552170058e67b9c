"""A strip of tabs: where one can go, by key and by mouse, and what is wrong there.

Where there is no room, titles get shorter, then go, then tabs far from the active one go. The
active tab is always there with its whole title, and reversed, so it is seen without colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len
from textual.message import Message

from mckwidgets.contracts import SpanLike
from mckwidgets.linepaint import OneLine, Part, clean, clean_parts, cut_parts, joined, parts_width
from mckwidgets.safe_text import cut

_SHORTEST = 3
"""Cells of a title below which it says nothing."""


class Tab(NamedTuple):
    """One place to go."""

    id: str
    key: str
    title: str
    badges: tuple[SpanLike, ...] = ()
    """What is wrong there, the worst first; a narrow strip shows only the first."""


def tab_parts(tabs: Sequence[Tab], active: str, width: int) -> list[Part]:
    """Return the line: all tabs in the longest form that fits, or those around the active one."""
    longest = max((cell_len(clean(tab.title)) for tab in tabs), default=0)
    whole = [part for tab in tabs for part in (*_whole(tab, tab.id == active), *_gap(tab))]
    spacious = [Part(" "), *joined(_forms(tabs, active, longest, None), 2)]
    for line in (whole, spacious):
        if parts_width(line) <= width:
            return line
    for title in (*range(longest, _SHORTEST - 1, -1), 0):
        for badges in (None, 1):  # a title says more than how many less bad things there are
            forms = _forms(tabs, active, title, badges)
            for line in (joined(forms, 1), _packed(tabs, active, forms)):
                if parts_width(line) <= width:
                    return line
    return _around(forms, next((at for at, tab in enumerate(tabs) if tab.id == active), 0), width)


def _whole(tab: Tab, active: bool) -> list[Part]:
    """A tab with all its badges; it takes the same cells whether it is the active one or not."""
    title, blank = clean(tab.title), Part(" ", "plain", tab.id)
    if active:
        parts = [Part(f" {clean(tab.key)} {title} ", "active", tab.id)]
    else:
        parts = [blank, *_named(tab, title), blank]
    for number, badge in enumerate(clean_parts(tab.badges, tab.id)):
        parts += [blank, badge] if number else [badge]
    return parts


def _gap(tab: Tab) -> list[Part]:
    """What parts a tab from the next one, which begins with a blank."""
    return [Part(" ")] if clean_parts(tab.badges) else []


def _named(tab: Tab, title: str) -> list[Part]:
    """The key and a title, which may be empty."""
    key = Part(clean(tab.key), "key", tab.id)
    return [key, Part(f" {title}", "plain", tab.id)] if title else [key]


def _forms(tabs: Sequence[Tab], active: str, title: int, badges: int | None) -> list[list[Part]]:
    """Each tab with a title of at most `title` cells and one badge; the active one has its whole
    title and `badges` of them."""
    return [
        _whole(tab._replace(badges=tab.badges[:badges]), True)
        if tab.id == active
        else [*_named(tab, _short(tab.title, title)), *clean_parts(tab.badges[:1], tab.id)]
        for tab in tabs
    ]


def _packed(tabs: Sequence[Tab], active: str, forms: Sequence[list[Part]]) -> list[Part]:
    """Tabs with a blank between two; the active one begins with its own."""
    line: list[Part] = []
    for tab, form in zip(tabs, forms, strict=True):
        line += [*([Part(" ")] if line and tab.id != active else []), *form]
    return line


def _short(title: str, cells: int) -> str:
    """The start of a title; no mark says that it is cut: the key next to it is what counts."""
    text = clean(title)
    return text if cell_len(text) <= cells else cut(text, cells + 1)[:-1].rstrip() if cells else ""


def _around(forms: Sequence[list[Part]], active: int, width: int) -> list[Part]:
    """The active tab and as many neighbours as fit; `…` where there are more."""
    first = last = active
    line = list(forms[active]) if forms else []
    grown = True
    while grown:
        grown = False
        sides = [(first, last + 1), (first - 1, last)]
        if last - active > active - first:
            sides.reverse()
        for start, end in sides:
            if start < 0 or end >= len(forms):
                continue
            wider = joined(forms[start : end + 1], 1)
            marked = [
                *([Part("… ")] if start else []),
                *wider,
                *([Part(" …")] if end < len(forms) - 1 else []),
            ]
            if parts_width(marked) <= width:
                first, last, line, grown = start, end, marked, True
                break
    return cut_parts(line, width)


class TabStrip(OneLine):
    """One line of tabs."""

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, id: str) -> None:
            super().__init__()
            self.id = id

    _tabs: tuple[Tab, ...] = ()
    _active = ""

    def set_tabs(self, tabs: Sequence[Tab]) -> None:
        """Show other tabs; the same ones are not painted again."""
        new = tuple(tabs)
        if new != self._tabs:
            self._tabs = new
            self.refresh()

    @property
    def active(self) -> str:
        """The id of the tab where one is."""
        return self._active

    @active.setter
    def active(self, id: str) -> None:
        if id != self._active:
            self._active = id
            self.refresh()

    def parts(self, width: int) -> Sequence[Part]:
        """Return the line."""
        return tab_parts(self._tabs, self._active, width)

    def zone_chosen(self, zone: str) -> None:
        """Say which tab was clicked."""
        self.post_message(self.Chosen(zone))
