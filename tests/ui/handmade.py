"""The console over fleets that tests make by hand: frames come from the test, nothing is read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias, TypeVar

import pytest

from mckconsole.analysis.engine import Analysis
from mckconsole.config.model import Config
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.ui.frame import make_frame
from mckconsole.ui.settings import OpenFleet, ReadOnly, Settings
from mckconsole.ui.themes import load_themes
from mckconsole.ui.view import PaneView
from tests.ui.console import Console, console

SIZES = pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=["80x24", "200x50"])
Seen: TypeAlias = tuple[FleetSnapshot, Analysis]
"""What a frame is made of."""
V = TypeVar("V", bound=PaneView)


@asynccontextmanager
async def never() -> AsyncIterator[OpenFleet]:
    """An inventory that is read for ever: frames come from the test."""
    await asyncio.Event().wait()
    raise AssertionError
    yield


@asynccontextmanager
async def showing(
    found: Seen, pane: str, tmp_path: Path, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Console]:
    """The console at a pane, over what was found."""
    settings = Settings(
        open_fleet=never,
        config=Config(),
        theme="dark",
        themes=load_themes({}),
        keymap={},
        pane=pane,
        mouse=True,
        demo=False,
        access=ReadOnly("default"),
        exports=tmp_path,
        no_colour=False,
    )
    async with console(settings, size=size) as running:
        await show(running, found)
        yield running


async def show(running: Console, found: Seen) -> None:
    """The next frame."""
    running.shell.show(make_frame(*found), None)
    await running.quiet()


def saved(directory: Path) -> str:
    """The only file there."""
    (file,) = directory.glob("*.json")
    return file.read_text()


def view_of(running: Console, kind: type[V]) -> V:
    """The view on the screen, which is of this kind."""
    view = running.shell.view
    assert isinstance(view, kind), view
    return view
