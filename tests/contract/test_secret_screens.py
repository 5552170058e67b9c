"""The console over the demo with values on: everything that is painted, and no value in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from mckconsole.analysis.thresholds import Thresholds
from mckconsole.config.model import AuditConfig
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.states import TopicState
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.ui.detail_views import TextView
from mckconsole.ui.secrets_tables import SecretsTable
from mckconsole.ui.settings import OpenFleet
from mckconsole.views.panes import PANES
from tests.contract.needles import Needles, planted
from tests.contract.test_secret_canaries import files
from tests.ui.console import SILENCE, Console, console, settings_for

NEEDLES = Needles(planted())
CHOSEN = 12
"""Rows of a grouping that are opened, beside all credentials."""


@asynccontextmanager
async def looking(fleet: EmbeddedFleet, tmp_path: Path) -> AsyncIterator[Console]:
    """The console that looks at the values of every cluster."""

    @asynccontextmanager
    async def open_fleet() -> AsyncIterator[OpenFleet]:
        audit = AuditConfig(scan_values=["*"], by_name=True)
        config = msgspec.structs.replace(fleet.config, request_timeout=SILENCE, audit=audit)
        inventory = load_kubeconfig(str(fleet.kubeconfig), env={}, config=config)
        yield OpenFleet(inventory, config, Thresholds())

    settings = settings_for(fleet, tmp_path, open_fleet=open_fleet)
    async with console(settings, size=(200, 50)) as running:
        yield running


class Recording:
    """Everything that the screen showed."""

    def __init__(self, running: Console) -> None:
        self.running = running
        self.shown: list[str] = []

    def take(self) -> None:
        """What the screen shows now, and all of a document that is longer than it."""
        self.shown.append(self.running.text())
        view = self.running.shell.view
        if isinstance(view, TextView):
            self.shown.append(view.text.plain_text())

    async def keys(self, *keys: str) -> None:
        for key in keys:
            await self.running.press(key)
            self.take()

    @property
    def data(self) -> bytes:
        return "\n".join(self.shown).encode()


async def whole_table(recording: Recording, table: SecretsTable, limit: int) -> None:
    """Page through a table, and open its rows."""
    rows = len(table.grid.visible_rows())
    await recording.keys("g", "end", "g")
    for _ in range(rows // 30):
        await recording.keys("pagedown")
    await recording.keys("g")
    for _ in range(min(rows, limit)):
        await recording.keys("enter", "escape", "down")


def everything_read(running: Console) -> bool:
    """Whether the values of every cluster that answers were looked at."""
    frame = running.shell.frame
    if frame is None:
        return False
    views = [one.topic("configmaps") for one in frame.snapshot.clusters.values()]
    return sum(view.state is TopicState.FRESH for view in views) == len(views) - 1


@pytest.mark.slow
async def test_no_screen_shows_a_value(tmp_path: Path) -> None:
    async with EmbeddedFleet() as fleet, looking(fleet, tmp_path) as running:
        await running.settled()
        recording = Recording(running)
        (pane,) = [one for one in PANES if one.name == "secrets"]
        await recording.keys(pane.key)
        await running.until(lambda: everything_read(running))
        for number in range(len(pane.groupings) + 1):
            table = running.shell.view
            assert isinstance(table, SecretsTable)
            assert len(table.grid.visible_rows()) > 3, table.by
            await whole_table(recording, table, 100 if number == 0 else CHOSEN)
            await recording.keys("v")
        await who_and_yaml(recording)
        await export(recording, tmp_path)
        NEEDLES.assert_none("the screen", recording.data)
        NEEDLES.assert_none("a picture", running.app.export_screenshot().encode())
    written = dict(files(tmp_path))
    assert written
    NEEDLES.assert_none_in(written.items())
    told = recording.data.decode()
    for words in ("billing", "s3-legacy", "AWS access key", "exporter-env"):
        assert words in told, "the recording is of what was shown"


async def who_and_yaml(recording: Recording) -> None:
    """Who can read the first credential, its object as YAML, its workload's identity."""
    await recording.keys("g", "W", "escape", "enter", "w", "escape", "Y")
    await recording.running.until(lambda: "kind:" in recording.running.text())
    await recording.keys("pagedown", "escape", "escape", "i", "escape")


async def export(recording: Recording, folder: Path) -> None:
    """What is shown, as files."""
    for form in ("md", "csv", "json"):
        await recording.running.press("colon")
        await recording.running.type(f"export {form}")
        await recording.keys("enter")
    await recording.keys("y", "ctrl+s", "escape")
    await recording.running.until(lambda: any(folder.iterdir()))
