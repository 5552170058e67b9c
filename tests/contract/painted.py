"""Read a table back from the screen, scrolling through all of it as a person would.

Of the grid it takes where columns stand and how far it is scrolled; every text comes from the lines
that the terminal gets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from mckconsole.views.spec import Column
from mckwidgets.grid import Grid
from tests.ui.console import Console

Table: TypeAlias = dict[str, dict[str, str]]
"""Texts by the row's and the column's id."""
TITLES = ""
"""Stands for the line of titles among the ids of rows."""
_SIGNS = "‹›"
"""Stand at the ends of the titles where there is more."""


async def painted_table(running: Console, grid: Grid, columns: Sequence[Column]) -> Table:
    """Scroll through the whole table with the keys, and read every cell as it is painted."""
    sheet: dict[str, list[str]] = {}
    await running.press("g")
    while True:
        while (scrolled := grid._sheet.scrolled) > 0:
            await running.press("left")
            assert grid._sheet.scrolled < scrolled
        seen = _read(running, grid, sheet)
        while (scrolled := grid._sheet.scrolled) < grid._sheet.layout.reach:
            await running.press("right")
            assert grid._sheet.scrolled > scrolled
            _read(running, grid, sheet)
        if seen[-1] == grid.visible_rows()[-1].id:
            break
        await running.press("pagedown")
    lines = {key: "".join(cells) for key, cells in sheet.items()}
    titles = _cells(grid, lines.pop(TITLES))
    assert titles == {column.id: column.title for column in columns}
    return {key: _cells(grid, line) for key, line in lines.items()}


def _read(running: Console, grid: Grid, sheet: dict[str, list[str]]) -> list[str]:
    """Put what is on the screen where it belongs on the whole sheet; returns the rows seen."""
    region, layout = grid.region, grid._sheet.layout
    painted = running.text().split("\n")[region.y : region.bottom]
    rows = [row.id for row in grid.visible_rows()[grid.scroll_offset.y :]]
    for key, line in zip((TITLES, *rows), painted, strict=False):
        cells = sheet.setdefault(key, [" "] * (layout.full + layout.available))
        shown = line.ljust(region.right)[region.x :][: layout.available]
        for at, char in enumerate(shown):
            if key != TITLES or char not in _SIGNS:
                cells[at if at < layout.fixed else at + grid._sheet.scrolled] = char
    return rows[: len(painted) - 1]


def _cells(grid: Grid, line: str) -> dict[str, str]:
    """Cut a line into its cells; between them there is nothing."""
    found, end = {}, 1
    for one in grid._sheet.layout.placed:
        assert line[end : one.x].isspace() or one.x == end
        end = one.x + one.width
        found[one.column.id] = line[one.x : end].strip()
    assert not line[end:].strip()
    return found
