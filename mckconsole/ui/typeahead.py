"""One key after the other: each has had its whole effect before the next one is looked at.

A key goes from queue to queue, from the widget with the focus up to the application; what it opens
takes the focus later still. Keys that come faster than that, from quick fingers, a paste or a slow
line that delivers several at once, would go to what had the focus before: of `:mesh` the prompt
would see nothing. So they wait here until a marker has gone the way of the key before them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from textual.app import App
    from textual.events import Event
    from textual.message_pump import MessagePump

Deliver: TypeAlias = "Callable[[Event], Awaitable[None]]"
TICK = 0.1
"""Seconds between two looks at whether the marker should have come by now."""
TICKS = 5
"""Looks after which the next key is let in whatever became of the marker: a widget that was taken
out may have taken it along. One that comes late itself does not count: the loop was busy, and the
marker is behind what kept it so."""
LATE = 0.05
"""Seconds by which a look may come late and count."""
LONGEST = 5.0
"""Seconds after which the next key is let in at the latest."""
ROUNDS = 2
"""Times that a marker goes from the focus up: behind the key, and behind what its action sent."""


class TypeAhead:
    """Keys on their way into an application."""

    def __init__(self, app: App[int], deliver: Deliver) -> None:
        """`deliver` hands a key to the application; it is called in its message loop."""
        self._app = app
        self._deliver = deliver
        self._waiting: deque[Event] = deque()
        self._sent = 0
        """Counts keys, so that a marker that comes too late is known."""
        self._watch: asyncio.TimerHandle | None = None

    @property
    def idle(self) -> bool:
        """Whether the last key has had its effect and none waits."""
        return self._watch is None

    async def take(self, event: Event) -> None:
        """Deliver a key, now or when those before it are done."""
        self._waiting.append(event)
        if self.idle:
            await self._next(self._sent)

    async def _next(self, sent: int) -> None:
        if sent != self._sent:
            return
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        if not self._waiting:
            return
        self._sent += 1
        self._look_out(self._sent, 0, asyncio.get_running_loop().time() + LONGEST)
        way = (self._app.focused or self._app.screen).ancestors_with_self
        await self._deliver(self._waiting.popleft())
        self._send(self._sent, way * ROUNDS)

    def _send(self, sent: int, way: Sequence[MessagePump]) -> None:
        """Send the marker on to the first of `way` that is still there."""
        for number, stop in enumerate(way, 1):
            if stop.call_later(self._stop_at, stop, sent, way[number:]):
                return
        self._app.call_later(self._next, sent)

    def _stop_at(self, stop: MessagePump, sent: int, way: Sequence[MessagePump]) -> None:
        """The marker is handled: after what was put off until there is nothing else to handle."""
        stop.call_next(self._send, sent, way)

    def _look_out(self, sent: int, quiet: int, end: float) -> None:
        loop = asyncio.get_running_loop()
        self._watch = loop.call_later(TICK, self._looked, sent, quiet, loop.time() + TICK, end)

    def _looked(self, sent: int, quiet: int, due: float, end: float) -> None:
        """The marker is still on its way, after `quiet` looks that came in time."""
        now = asyncio.get_running_loop().time()
        quiet += now - due <= LATE
        if quiet >= TICKS or now >= end:
            self._lost(sent)
        else:
            self._look_out(sent, quiet, end)

    def _lost(self, sent: int) -> None:
        self._app.call_later(self._next, sent)
