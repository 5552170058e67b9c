"""The demo as it was read once: for tests of what the keys do, which ask no cluster for anything.

A frame is a value, so all of them can show the same. What needs a fleet that answers (YAML, metrics
over time, reading again, anything that changes) takes the fixture `live` instead.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from mckconsole.analysis.outlook import OutlookMemory
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.metrics import QUERIES
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
    seen: list[Frame] = []

    def look(frame: Frame) -> None:
        if not is_whole(frame) or whole.done():
            return
        if seen:
            whole.set_result(frame)
        else:  # what lies ahead was worked out while metrics came in: the next frame does it anew
            seen.append(frame)
            feed._memory = replace(feed._memory, outlook=OutlookMemory())

    async with EmbeddedFleet() as fleet:
        feed = Feed(settings_for(fleet, Path(gettempdir())), look, lambda _: None)
        reading = asyncio.create_task(feed.run())
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
        and all(one.metrics.get(QUERIES[-1].id).asked_at for one in answering)
    )
