"""The embedded fleet for tests of the application, and the sizes they are played at."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.ui.settings import Settings
from tests.ui.console import settings_for


@pytest.fixture
async def fleet() -> AsyncIterator[EmbeddedFleet]:
    """The demo's six clusters, one of them silent, at the beginning of their script."""
    async with EmbeddedFleet() as running:
        yield running


@pytest.fixture
def settings(fleet: EmbeddedFleet, tmp_path: Path) -> Settings:
    """How the console is started over it."""
    return settings_for(fleet, tmp_path / "exports")


@pytest.fixture(params=[(80, 24), (200, 50)], ids=["80x24", "200x50"])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """A small terminal and a large one."""
    return cast("tuple[int, int]", request.param)
