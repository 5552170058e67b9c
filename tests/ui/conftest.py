"""The embedded fleet for tests of the application, and the sizes they are played at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.ui.frame import Frame
from mckconsole.ui.settings import Settings
from tests.ui.console import Still, settings_for, settings_over
from tests.ui.still import demo_frame

ASKING = ("cluster", "metrics", "yaml")
"""Views that ask a cluster for what they show."""


@pytest.fixture
async def fleet() -> AsyncIterator[EmbeddedFleet]:
    """The demo's nine clusters, one of them silent, at the beginning of their script."""
    async with EmbeddedFleet() as running:
        yield running


@pytest.fixture
def live(fleet: EmbeddedFleet, tmp_path: Path) -> Settings:
    """How the console is started over it."""
    return settings_for(fleet, tmp_path / "exports")


@pytest.fixture(scope="session")
def demo() -> Frame:
    """What the console shows of such a fleet when all of it is read."""
    return demo_frame()


@pytest.fixture
def still(demo: Frame, tmp_path: Path) -> Settings:
    """How the console is started over that frame, for what needs no fleet that answers."""
    return settings_over(Still(demo), tmp_path / "exports")


@pytest.fixture
def fitting(request: pytest.FixtureRequest, view: str) -> Settings:
    """The one of both that shows the view which the test is about."""
    name = "live" if view in ASKING else "still"
    return cast("Settings", request.getfixturevalue(name))


@pytest.fixture(params=[(80, 24), (200, 50)], ids=["80x24", "200x50"])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """A small terminal and a large one."""
    return cast("tuple[int, int]", request.param)
