"""A grid in an application, for tests: what it says, and what is painted of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from unittest.mock import patch

from textual.geometry import Region
from textual.pilot import Pilot

from mckwidgets.demos.grid import GridDemo
from mckwidgets.grid import Grid
from tests.widgets.painting import painted


class Watched(GridDemo):
    """The demo, noting what the grid says."""

    def __init__(self, rows: int = 300) -> None:
        super().__init__(rows)
        self.said: list[tuple[str, object]] = []

    def on_grid_highlighted(self, event: Grid.Highlighted) -> None:
        self.said.append(("highlighted", event.key))

    def on_grid_opened(self, event: Grid.Opened) -> None:
        self.said.append(("opened", event.key))

    def on_grid_marked(self, event: Grid.Marked) -> None:
        self.said.append(("marked", event.keys))

    def on_grid_sorted(self, event: Grid.Sorted) -> None:
        self.said.append(("sorted", event.grid.sort))


@asynccontextmanager
async def shown(
    size: tuple[int, int] = (80, 24), rows: int = 300
) -> AsyncIterator[tuple[Pilot[None], Watched, Grid]]:
    app = Watched(rows)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot, app, app.grid


def names(grid: Grid) -> list[str]:
    """The clusters in sight."""
    return [line.split()[0].removeprefix("▌") for line in painted(grid)[1:] if line.strip()]


def cluster(number: int) -> str:
    return f"gke_project-{number % 10}_cluster-{number}"


def cursor_line(grid: Grid) -> int | None:
    """The line that is painted as the cursor's."""
    look = grid.get_component_rich_style("grid--cursor")
    for y in range(grid.size.height):
        if any(s.style and s.style.bgcolor == look.bgcolor for s in grid.render_line(y)):
            return y
    return None


@asynccontextmanager
async def painting(pilot: Pilot[None], grid: Grid) -> AsyncIterator[list[int]]:
    """The lines that are painted again within."""
    await pilot.pause()
    lines: list[int] = []
    real = grid.refresh

    def refresh(*regions: Region, **options: bool) -> Grid:
        lines.extend(region.y for region in regions)
        if not regions:
            lines.extend(range(grid.size.height))
        return real(*regions, **options)

    with patch.object(grid, "refresh", refresh):
        yield lines
        await pilot.pause()
