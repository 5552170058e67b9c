"""The demo as it was read once: for tests of what the keys do, which ask no cluster for anything.

A frame is a value, so all of them can show the same. What needs a fleet that answers (YAML, metrics
over time, reading again, anything that changes) takes the fixture `live` instead.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.states import TopicState
from mckconsole.ui.feed import Feed
from mckconsole.ui.frame import Frame
from tests.ui.console import SETTLED, settings_for

PATIENCE = 60.0
"""Seconds after which reading the demo fails."""
BY_VALUES = ("configmaps",)
"""Not read where no values are looked at."""


def demo_frame() -> Frame:
    """What the console shows of the demo when all is read: as its own feed makes it, blocking."""
    return asyncio.run(_read())


async def _read() -> Frame:
    whole: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()

    def look(frame: Frame) -> None:
        if is_whole(frame) and not whole.done():
            whole.set_result(frame)

    async with EmbeddedFleet() as fleet:
        settings = settings_for(fleet, Path(gettempdir()))
        reading = asyncio.create_task(Feed(settings, look, lambda _: None).run())
        either: list[asyncio.Future[Any]] = [reading, whole]
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                reading.result()  # what ended it
            return whole.result()
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading


def is_whole(frame: Frame) -> bool:
    """Whether every cluster was read or given up, in all its topics and metrics."""
    clusters = frame.snapshot.clusters.values()
    answering = [one for one in clusters if one.state.readable]
    topics = [item for one in answering for item in one.topics.items() if item[0] not in BY_VALUES]
    return (
        all(one.state not in SETTLED for one in clusters)
        and all(view.state is not TopicState.PENDING for _, view in topics)
        and all(one.metrics.get("istio-sync-status").asked_at for one in answering)
    )
