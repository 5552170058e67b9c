"""The console over a fleet, without a terminal: what tests of the application start."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot
from textual.widget import Widget

from mckconsole.analysis.thresholds import Thresholds
from mckconsole.config.model import Config
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.states import ClusterState
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.ui.app import ConsoleApp
from mckconsole.ui.settings import OpenFleet, ReadOnly, Settings
from mckconsole.ui.shell import Shell
from mckconsole.ui.themes import load_themes

SETTLED = (ClusterState.PENDING, ClusterState.CONNECTING)
"""States in which more is to come."""
PATIENCE = 30.0
"""Seconds after which a condition that does not come true fails the test."""


def settings_for(fleet: EmbeddedFleet, exports: Path, **changes: object) -> Settings:
    """How the console is started over `fleet`."""

    @asynccontextmanager
    async def open_fleet() -> AsyncIterator[OpenFleet]:
        inventory = load_kubeconfig(str(fleet.kubeconfig), env={}, config=fleet.config)
        yield OpenFleet(inventory, fleet.config, Thresholds())

    plain = Settings(
        open_fleet=open_fleet,
        config=Config(),
        theme="dark",
        themes=load_themes({}),
        keymap={},
        pane="fleet",
        mouse=True,
        demo=False,
        access=ReadOnly("default"),
        exports=exports,
        no_colour=False,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


class Console:
    """A running console and the hands on it."""

    def __init__(self, app: ConsoleApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def shell(self) -> Shell:
        """The console's screen."""
        return self.app.shell

    async def press(self, *keys: str) -> None:
        """Press keys and let everything that follows happen."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Type `text`, key by key."""
        await self.press(*(NAMES.get(char, char) for char in text))

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until `condition` holds.

        Raises:
            AssertionError: it did not come true.
        """
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"not in {PATIENCE:.0f} s; the screen:\n{self.text()}"
            await asyncio.sleep(0.02)
        await self.pilot.pause()

    async def settled(self) -> None:
        """Wait until every cluster was read or given up."""

        def all_settled() -> bool:
            frame = self.shell.frame
            clusters = frame.snapshot.clusters.values() if frame else ()
            return bool(clusters) and all(one.state not in SETTLED for one in clusters)

        await self.until(all_settled)

    def text(self) -> str:
        """What the screen shows, line by line."""
        return screen_text(self.app.screen)


NAMES = {" ": "space", ":": "colon", "/": "slash", "?": "question_mark", "-": "minus",
         "!": "exclamation_mark", ">": "greater_than_sign", "<": "less_than_sign",
         "=": "equals_sign", "*": "asterisk", ".": "full_stop", ",": "comma", "~": "tilde",
         '"': "quotation_mark", "@": "at", "_": "underscore"}  # fmt: skip


def screen_text(screen: Widget) -> str:
    """The lines that the compositor would write."""
    width, height = screen.app.size
    strips = screen.app.screen._compositor.render_strips()
    del width, height
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


@asynccontextmanager
async def console(
    settings: Settings, *, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Console]:
    """The console, started; it ends with the context, and a crash of it is raised here."""
    app = ConsoleApp(settings)
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Console(app, pilot)
    if app.crash is not None:
        raise app.crash
