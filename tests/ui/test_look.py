"""Themes and sizes: every view is painted in every theme and at any size, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from mckconsole.ui.detail_views import ClusterView
from mckconsole.ui.settings import Settings
from mckconsole.ui.themes import PACKAGED
from mckwidgets.grid import Grid
from mckwidgets.picker import Picker
from tests.ui.console import Console, console
from tests.ui.stories import matrix, read, shown, table

VIEWS = {
    "fleet": (),
    "matrix": ("2",),
    "mesh": ("2", "v"),
    "cluster": ("enter",),
    "tunnel": ("2", "enter"),
    "transitions": ("2", "e"),
    "metrics": ("2", "m"),
    "yaml": ("2", "Y"),
    "help": ("?",),
    "palette": ("ctrl+p",),
    "scope": ("c",),
    "prompt": (":", "m"),
    "filter": ("/", "a", "w", "s"),
}
SIZES = ((80, 24), (1, 1), (200, 50), (2, 40), (40, 1), (3, 3), (79, 5), (20, 10), (80, 24))


def painted(running: Console) -> list[str]:
    """Every line of the screen, with what it is painted in."""
    strips = running.app.screen._compositor.render_strips()
    return [repr([(segment.text, str(segment.style)) for segment in strip]) for strip in strips]


@pytest.mark.parametrize("theme", PACKAGED)
async def test_every_theme_paints_every_view(live: Settings, theme: str) -> None:
    async with console(replace(live, theme=theme)) as running:
        await read(running)
        words, colours = {}, {}
        for name, keys in VIEWS.items():
            await running.press(*keys)
            words[name] = running.text()
            assert words[name].strip()
            colours[name] = painted(running)
            await running.press("escape", "escape", "escape", "1")
            assert running.app.screen is running.shell
        assert len({*words.values()}) == len(VIEWS)
        assert running.app.theme == theme


async def test_changing_the_theme_repaints_everything(
    still: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Grid, "LIT_FOR", 0.0)  # what is new looks otherwise for a while
    async with console(still) as running:
        await read(running)
        await running.press("p")  # so that only colours can change
        seen = {}

        def same(before: object) -> bool:
            return painted(running) == before

        for theme in PACKAGED:
            await running.type(f":theme {theme}")
            await running.press("enter")
            assert running.app.theme == theme
            await running.quiet()
            seen[theme] = painted(running)
        assert len({repr(lines) for lines in seen.values()}) == len(PACKAGED)
        for theme in PACKAGED:
            running.app.theme = theme
            await running.until(partial(same, seen[theme]))


async def test_t_goes_through_all_themes(still: Settings) -> None:
    async with console(still) as running:
        names = []
        for _ in PACKAGED:
            await running.press("T")
            names.append(running.app.theme)
        assert names == [*PACKAGED[1:], PACKAGED[0]]


async def test_the_theme_picker(still: Settings) -> None:
    async with console(still) as running:
        await running.type(":theme")
        await running.press("enter")
        assert isinstance(running.app.screen, Picker)
        await running.type("paper")
        await running.press("enter")
        assert running.app.theme == "paper"
        await running.type(":theme")
        await running.press("enter", "escape")
        assert running.app.theme == "paper"


@pytest.mark.parametrize("view", VIEWS)
async def test_any_size_and_back(fitting: Settings, view: str) -> None:
    """Nothing breaks, and what was shown is shown again."""
    async with console(fitting, size=(80, 24)) as running:
        await read(running)
        await running.press("p", *VIEWS[view])
        if view in ("yaml", "metrics"):
            await running.until(
                lambda: "asking" not in running.text() and "reading " not in running.text()
            )
        view_shown = running.shell.view
        if isinstance(view_shown, ClusterView):
            await running.until(lambda: view_shown._access)
        await running.pilot.resize_terminal(81, 24)  # columns are measured anew
        await running.pilot.resize_terminal(80, 24)
        await running.quiet()
        before = running.text()
        for size in SIZES:
            await running.pilot.resize_terminal(*size)
            await running.quiet()
            assert len(running.text().split("\n")) == size[1]
        assert running.text() == before


async def test_the_cursor_and_the_place_survive(still: Settings) -> None:
    async with console(still, size=(80, 24)) as running:
        await read(running)
        await running.press("2", "v", "G")
        key = table(running).grid.cursor_key
        for size in SIZES:
            await running.pilot.resize_terminal(*size)
            await running.quiet()
            assert table(running).grid.cursor_key == key
        lines = running.text()
        source, target = (
            next(row for row in table(running).rows if row.id == key).cells[name].text
            for name in ("from", "to")
        )
        assert any(source in line and target in line for line in lines.split("\n")[4:-1])
        await running.press("v")
        cursor = matrix(running).matrix.cursor
        for size in SIZES:
            await running.pilot.resize_terminal(*size)
            await running.quiet()
            assert matrix(running).matrix.cursor == cursor


async def test_keys_work_at_one_by_one(still: Settings) -> None:
    async with console(still, size=(1, 1)) as running:
        await read(running)
        await running.press("j", "enter", "escape", "2", "l", "enter", "q", "v", "G", "1")
        await running.type("/aws")
        await running.press("enter", "?", "escape", "c", "escape", "ctrl+p", "escape")
        await running.pilot.resize_terminal(80, 24)
        await running.quiet()
        assert len(shown(running)) == 2
        assert "/aws" in running.text().split("\n")[2]
