"""Where one is and what is filtered: crumbs on the left, what is shown of how much on the right.

The right side is never dropped: a filter that is not seen makes a table lie. It is cut last.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.message import Message

from mckwidgets.contracts import SpanLike
from mckwidgets.linepaint import OneLine, Part, clean, clean_parts, cut_parts, parts_width, spread
from mckwidgets.safe_text import cut

_BETWEEN = " › "
_GAP = 2
_SHARE = 40
"""Per cent of the line that the way here keeps when both sides are long."""
_SHORTEST = 6
"""Cells that the first and the last crumb keep as long as there is room for anything."""


def crumb_parts(crumbs: Sequence[str], right: Sequence[SpanLike], width: int) -> list[Part]:
    """Return the line: middle crumbs go first, then the ends are cut, each side to its share."""
    said = clean_parts(right)
    if not crumbs:
        return spread([Part(" ")], said, width)
    names = [clean(crumb) for crumb in crumbs]
    for hidden in range(max(len(names) - 1, 1)):
        path = _path(names, hidden)
        room = width - parts_width(path) - (_GAP + parts_width(said) if said else 0)
        if room >= 0:
            return spread(path, said, width)
    least = min(parts_width(path), max(width * _SHARE // 100, 1))
    said = cut_parts(said, max(width - _GAP - least, 1))
    path = _squeezed(path, width - _GAP - parts_width(said) if said else width)
    return spread([*path, Part(" ")] if said else path, said, width)


def _path(names: Sequence[str], hidden: int) -> list[Part]:
    """All crumbs but the `hidden` ones after the first, for which `…` stands."""
    parts = [Part(" ")]
    for at, name in enumerate(names):
        if 0 < at <= hidden:
            if at == hidden:
                parts += [Part(_BETWEEN, "dim"), Part("…", "dim", str(at))]
            continue
        if at:
            parts.append(Part(_BETWEEN, "dim"))
        parts.append(Part(name, "heading" if at == len(names) - 1 else "plain", str(at)))
    return parts


def _squeezed(path: Sequence[Part], cells: int) -> list[Part]:
    """Cut the last crumb in its middle, then the first, then the whole."""
    parts = list(path)
    for at in (len(parts) - 1, 1):
        over = parts_width(parts) - cells
        if over > 0:
            keep = max(cell_len(parts[at].text) - over, _SHORTEST)
            parts[at] = parts[at]._replace(text=cut(parts[at].text, keep, middle=True))
    return cut_parts(parts, cells)


class Crumbs(OneLine):
    """One line: the way here, and what is shown."""

    class Chosen(Message):
        """A crumb was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    _crumbs: tuple[str, ...] = ()
    _right: tuple[SpanLike, ...] = ()

    def set(self, crumbs: Sequence[str], right: Sequence[SpanLike] = ()) -> None:
        """Show another way and other words; the same ones are not painted again."""
        new = (tuple(crumbs), tuple(right))
        if new != (self._crumbs, self._right):
            self._crumbs, self._right = new
            self.refresh()

    def parts(self, width: int) -> Sequence[Part]:
        """Return the line."""
        return crumb_parts(self._crumbs, self._right, width)

    def zone_chosen(self, zone: str) -> None:
        """Say which crumb was clicked."""
        self.post_message(self.Chosen(int(zone)))
