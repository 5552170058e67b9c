"""The console over a fleet, without a terminal: what tests of the application start."""

from __future__ import annotations

import asyncio
import time
import unicodedata
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from textual import events
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen

from mckconsole.analysis.thresholds import Thresholds
from mckconsole.config.model import AuditConfig, Config
from mckconsole.config.support_data import shipped
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.states import ClusterState
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.ui.app import ConsoleApp
from mckconsole.ui.frame import Frame
from mckconsole.ui.settings import OpenFleet, ReadOnly, Settings
from mckconsole.ui.shell import Shell
from mckconsole.ui.themes import load_themes

Opening: TypeAlias = Callable[[], AbstractAsyncContextManager[OpenFleet]]
NO_VALUES = AuditConfig()
SETTLED = (ClusterState.PENDING, ClusterState.CONNECTING)
"""States in which more is to come."""
CALM = 2
"""Rounds without any message after which nothing more follows from a key."""
ROUNDS = 60
"""Rounds after which a fleet that never rests is waited for no longer."""
SILENCE = 1.5
"""Seconds after which the demo's silent cluster is given up: every test waits for that."""
PATIENCE = 30.0
"""Seconds after which a condition that does not come true fails the test."""


class Still:
    """In place of `Settings.open_fleet`: `console` shows this frame, and nothing is opened."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[OpenFleet]:
        await asyncio.Event().wait()
        raise AssertionError
        yield


def settings_for(
    fleet: EmbeddedFleet, exports: Path, *, audit: AuditConfig = NO_VALUES, **changes: object
) -> Settings:
    """How the console is started over `fleet`."""

    @asynccontextmanager
    async def open_fleet() -> AsyncIterator[OpenFleet]:
        config = msgspec.structs.replace(fleet.config, request_timeout=SILENCE, audit=audit)
        inventory = load_kubeconfig(str(fleet.kubeconfig), env={}, config=config)
        yield OpenFleet(inventory, config, Thresholds(), support=shipped())

    return replace(settings_over(open_fleet, exports), **changes)  # type: ignore[arg-type]


def settings_over(open_fleet: Still | Opening, exports: Path) -> Settings:
    """How the console is started over what this opens."""
    return Settings(
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


class Console:
    """A running console and the hands on it."""

    def __init__(self, app: ConsoleApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot
        self._handled = 0

    def handled(self, message: Message) -> None:
        """Count messages, but not the harness's own."""
        self._handled += not isinstance(message, events.Callback)

    @property
    def shell(self) -> Shell:
        """The console's screen."""
        return self.app.shell

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other, and let everything that follows of each happen."""
        for key in keys:
            self.app.post_message(key_event(key))
            await self.quiet()

    async def type(self, text: str) -> None:
        """Type `text`, key by key."""
        await self.press(*text)

    async def quiet(self) -> None:
        """Let every message be handled, and those that it causes, and paint what came of them.

        Pilot's own pause waits for an idle processor besides, which a fleet in the same process
        seldom grants.
        """
        calm = 0
        for _ in range(ROUNDS):
            before = self._handled
            await self.pilot._wait_for_screen()
            self.app.screen._on_timer_update()
            still = self._handled == before and self.app.type_ahead.idle
            calm = calm + 1 if still else 0
            if calm == CALM or not self.app.is_running:
                return

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until `condition` holds.

        Raises:
            AssertionError: it did not come true.
            BaseException: what ended the application meanwhile.
        """
        end = time.monotonic() + PATIENCE
        while not condition():
            if self.app.crash is not None:
                raise self.app.crash
            assert time.monotonic() < end, f"not in {PATIENCE:.0f} s; the screen:\n{self.text()}"
            await asyncio.sleep(0.02)
        await self.quiet()

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


def key_event(key: str) -> events.Key:
    """The event of a key, given as Textual names it or as the character that it writes."""
    name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
    character: str | None
    try:
        written = REPLACED_KEYS.get(name, name)
        character = unicodedata.lookup(_get_unicode_name_from_key(written))
    except KeyError:
        character = key if len(key) == 1 else None
    return events.Key(name, character)


def screen_text(screen: Screen[Any]) -> str:
    """The lines that the compositor would write."""
    strips = screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


@asynccontextmanager
async def console(
    settings: Settings, *, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Console]:
    """The console, started; it ends with the context, and a crash of it is raised here."""
    app = ConsoleApp(settings)
    heard: list[Console] = []

    def hook(message: Message) -> None:
        for one in heard:
            one.handled(message)

    async with app.run_test(size=size, notifications=True, message_hook=hook) as pilot:
        heard.append(Console(app, pilot))
        if isinstance(settings.open_fleet, Still):
            app.shell.show(settings.open_fleet.frame, None)
        await heard[0].quiet()
        yield heard[0]
    if app.crash is not None:
        raise app.crash
