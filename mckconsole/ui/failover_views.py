"""The screens of "what if": the loss of some clusters, and each cluster's loss for one service.

A simulation of a large fleet takes longer than a key may wait, so each is worked out in a thread,
and the next one only after a pause.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from mckconsole.ui.detail_views import TextView
from mckconsole.ui.places import LossesPlace
from mckconsole.ui.view import Desk
from mckconsole.views.detail import Detail, FailoverTarget
from mckconsole.views.failover_detail import failover_detail, service_losses, title

if TYPE_CHECKING:
    from mckconsole.ui.frame import Frame

SHARE = 5.0
"""For so many times as long as a simulation took, no other is made."""


class SimulationView(TextView):
    """A document that is simulated from frames, as often as its cost allows."""

    class Made(Message):
        """A simulation is done."""

        def __init__(self, detail: Detail | None) -> None:
            super().__init__()
            self.detail = detail

    def __init__(self, desk: Desk, pane: str) -> None:
        super().__init__(desk, pane)
        self.text.empty = "working it out …"
        self._busy = False
        self._not_before = 0.0

    def ask_again(self) -> None:
        """Work it out with the next frame, however long the last one took."""
        self._not_before = 0.0

    def show(self, frame: Frame) -> None:
        early = time.perf_counter() < self._not_before and not self.desk.paused
        if not self._busy and not early:
            self._busy = True
            self._work_out(frame)

    @work
    async def _work_out(self, frame: Frame) -> None:
        began = time.perf_counter()
        made = await asyncio.to_thread(self.build, frame)
        now = time.perf_counter()
        self._not_before = now + (now - began) * SHARE
        self.post_message(self.Made(made))

    @on(Made)
    def _made(self, event: Made) -> None:
        event.stop()
        self._busy = False
        self.put(event.detail)


class FailoverView(SimulationView):
    """What the loss of some clusters together would mean."""

    def __init__(self, desk: Desk, pane: str, target: FailoverTarget) -> None:
        super().__init__(desk, pane)
        self.target = target

    @property
    def crumb(self) -> str:
        return title(self.target.lost)

    def build(self, frame: Frame) -> Detail | None:
        return failover_detail(frame.snapshot, frame.analysis, self.target.lost)


class LossesView(SimulationView):
    """What each cluster's loss would mean for one service."""

    def __init__(self, desk: Desk, pane: str, place: LossesPlace) -> None:
        super().__init__(desk, pane)
        self.place_shown = place

    @property
    def crumb(self) -> str:
        return f"losses of {self.place_shown.id}"

    def build(self, frame: Frame) -> Detail | None:
        return service_losses(frame.snapshot, frame.analysis, self.place_shown.id)
