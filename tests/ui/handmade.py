"""The console over fleets that tests make by hand: frames come from the test, nothing is read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias, TypeVar

import pytest

from mckconsole.analysis.engine import Analysis
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.ui.frame import make_frame
from mckconsole.ui.view import PaneView
from tests.ui.console import Console, Still, console, settings_over

SIZES = pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=["80x24", "200x50"])
Seen: TypeAlias = tuple[FleetSnapshot, Analysis]
"""What a frame is made of."""
V = TypeVar("V", bound=PaneView)


@asynccontextmanager
async def showing(
    found: Seen, pane: str, tmp_path: Path, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Console]:
    """The console at a pane, over what was found."""
    settings = replace(settings_over(Still(make_frame(*found)), tmp_path), pane=pane)
    async with console(settings, size=size) as running:
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
