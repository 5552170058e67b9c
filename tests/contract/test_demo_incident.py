"""The demo's incident as a person follows it: from the alert on the timeline to what the container
wrote before it ended, in the right cluster, in at most four keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from mckconsole.analysis.timeline.model import Entry
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.ui.log_views import LogsView
from mckconsole.ui.object_views import InspectView
from mckconsole.ui.table_view import TableView
from tests.contract.planted_timeline import FIRING, INCIDENT, TAKEN_BACK
from tests.ui.console import Console, console, settings_for

CLUSTER, WORKLOAD = INCIDENT
ALERT = "KubePodCrashLooping firing"
LAST_WORDS = "carriers[0].timeout: write 30s"
KEYS = 4
"""As many may be needed."""


@asynccontextmanager
async def looking(tmp_path: Path, size: tuple[int, int]) -> AsyncIterator[Console]:
    """The console on the timeline while the alerts of the incident fire."""
    async with EmbeddedFleet() as fleet:
        fleet.advance(FIRING)
        settings = settings_for(fleet, tmp_path)
        async with console(settings, size=size) as running:
            await running.press("8")
            await running.until(lambda: entry(running, ALERT) is not None)
            yield running


def entry(running: Console, what: str, kind: str = "Pod") -> Entry | None:
    """What the timeline has of the incident."""
    frame = running.shell.frame
    entries = frame.analysis.timeline.entries if frame else ()
    return next(
        (one for one in entries
         if one.what == what and one.cluster == CLUSTER
         and one.subject.startswith(f"{kind} {WORKLOAD}")),
        None,
    )  # fmt: skip


async def move_to(running: Console, what: str, kind: str = "Pod") -> Entry:
    """Put the cursor on a row of the timeline."""
    found = entry(running, what, kind)
    assert found is not None
    table = running.shell.view
    assert isinstance(table, TableView)
    await running.until(lambda: table.grid.move_to(found.id) is not False)
    assert table.grid.cursor_key == found.id
    return found


@pytest.mark.parametrize(
    ("size", "keys"),
    [((80, 24), ("l",)), ((200, 50), ("enter", "l"))],
    ids=["at-once-80x24", "by-the-pod-200x50"],
)
async def test_from_the_alert_to_the_log(
    tmp_path: Path, size: tuple[int, int], keys: tuple[str, ...]
) -> None:
    assert len(keys) <= KEYS
    async with looking(tmp_path, size) as running:
        alert = await move_to(running, ALERT)
        await running.press(*keys)
        view = running.shell.view
        assert isinstance(view, LogsView)
        await running.until(lambda: LAST_WORDS in running.text())
        (target,) = view.place.targets
        assert (target.cluster, target.ref) == (CLUSTER, alert.object)
        await running.press(*["escape"] * len(keys))
        back = running.shell.view
        assert isinstance(back, TableView)
        assert back.grid.cursor_key == alert.id


async def test_the_pod_says_what_is_wrong_and_its_twins_have_another_image(tmp_path: Path) -> None:
    async with looking(tmp_path, (200, 50)) as running:
        await move_to(running, "ScalingReplicaSet", "Deployment")
        await running.press("enter")
        assert isinstance(running.shell.view, InspectView)
        await running.until(lambda: "delivery:5.4.0" in running.text())
        await running.press("equals_sign")
        await running.until(lambda: "delivery:5.3.1" in running.text())
        shown = running.text()
        assert all(name in shown for name in (CLUSTER, "gcp-eu-1", "aks-weu-1"))


async def test_the_alert_is_resolved_when_the_release_is_taken_back(tmp_path: Path) -> None:
    async with EmbeddedFleet() as fleet:
        fleet.advance(FIRING)
        async with console(settings_for(fleet, tmp_path)) as running:
            await running.until(lambda: entry(running, ALERT) is not None)
            fleet.advance(TAKEN_BACK + 20.0 - FIRING)
            live = running.shell.live
            assert live is not None
            live.refresh()
            await running.until(lambda: entry(running, "KubePodCrashLooping resolved") is not None)
