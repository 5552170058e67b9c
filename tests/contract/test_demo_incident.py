"""The demo's incident as a person follows it: from the alert on the timeline to what the container
wrote before it ended, in the right cluster, in at most four keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from mckconsole.analysis.thresholds import Thresholds
from mckconsole.analysis.timeline.model import Entry
from mckconsole.config.model import Config
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.sources.kubeconfig import Inventory, load_kubeconfig
from mckconsole.store.live import LiveFleet
from mckconsole.store.reader import ReadPlan
from mckconsole.store.recording.reader import Recording
from mckconsole.store.recording.recorder import Recorded, Recorder
from mckconsole.store.recording.writer import Writer
from mckconsole.store.replay import Player
from mckconsole.ui.log_views import LogsView
from mckconsole.ui.object_views import InspectView
from mckconsole.ui.settings import OpenFleet, Settings
from mckconsole.ui.table_view import TableView
from mckconsole.views.panes import CONSOLE_QUERIES, CONSOLE_TOPICS
from tests.contract.planted_timeline import FIRING, INCIDENT, TAKEN_BACK
from tests.ui.console import Console, console, settings_for, settings_over

CLUSTER, WORKLOAD = INCIDENT
ALERT = "KubePodCrashLooping firing"
LAST_WORDS = "carriers[0].timeout: write 30s"
LOOKS = 8
"""After so many moments with alerts a recording has what these name."""
KEYS = 4
"""As many may be needed."""


@asynccontextmanager
async def looking(tmp_path: Path, size: tuple[int, int]) -> AsyncIterator[Console]:
    """The console on the timeline while the alerts of the incident fire."""
    async with EmbeddedFleet() as fleet:
        fleet.advance(FIRING)
        async with on_timeline(settings_for(fleet, tmp_path), size) as running:
            yield running


@asynccontextmanager
async def on_timeline(settings: Settings, size: tuple[int, int]) -> AsyncIterator[Console]:
    async with console(settings, size=size) as running:
        await running.press("8")
        await running.until(lambda: entry(running, ALERT) is not None)
        yield running


async def recorded(tmp_path: Path) -> Recording:
    """A recording of the fleet while the alerts of the incident fire."""
    path = tmp_path / "incident.mckrec"
    async with EmbeddedFleet() as fleet:
        fleet.advance(FIRING)
        config = fleet.config
        inventory = load_kubeconfig(str(fleet.kubeconfig), env={}, config=config)
        plan = ReadPlan(CONSOLE_TOPICS, CONSOLE_QUERIES)
        with Writer(path, {}) as writer:
            async with LiveFleet(inventory, plan, config=config) as live:
                enough = asyncio.Event()
                seen: list[bool] = []

                def told(step: Recorded) -> None:
                    seen.append(any(view.alerts for view in live.store.snapshot().alerts))
                    if sum(seen) > LOOKS:
                        enough.set()

                recorder = Recorder(live, writer, every=0.5, told=told)
                task = asyncio.create_task(recorder.run())
                try:
                    await asyncio.wait_for(enough.wait(), 40)
                finally:
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task
    return Recording(path)


def replayed(recording: Recording, tmp_path: Path) -> Settings:
    """The console over it, at its end."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[OpenFleet]:
        player = Player(recording, at=recording.last.at)
        yield OpenFleet(Inventory((), (), ()), Config(), Thresholds(), replay=player)

    return replace(settings_over(opened, tmp_path), replay=recording.path.name)


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
    async with looking(tmp_path, size) as running:
        await followed(running, keys)


async def test_the_same_from_a_recording(tmp_path: Path) -> None:
    recording = await recorded(tmp_path)
    async with on_timeline(replayed(recording, tmp_path), (120, 40)) as running:
        await followed(running, ("enter", "l"))


async def followed(running: Console, keys: tuple[str, ...]) -> None:
    """From the alert to the log of its pod, and back."""
    assert len(keys) <= KEYS
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
