"""The screens of "what if": the loss of some clusters, and each cluster's loss for one service."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from mckconsole.analysis.failover.quantities import amount
from mckconsole.ui.detail_views import TextView
from mckconsole.ui.places import LossesPlace
from mckconsole.ui.view import Desk
from mckconsole.views.detail import Detail, FailoverTarget
from mckconsole.views.failover_detail import failover_detail, service_losses, title

if TYPE_CHECKING:
    from mckconsole.ui.frame import Frame

SHARE = 20.0
"""For so many times as long as a simulation took, no other is made: keys are answered first."""


class SimulationView(TextView):
    """A document that is simulated from frames, as often as its cost allows."""

    class Ready(Message):
        """What the arithmetic of quantities needs is imported."""

    def __init__(self, desk: Desk, pane: str) -> None:
        super().__init__(desk, pane)
        self.text.empty = "working it out …"
        self._prepared = False
        self._not_before = 0.0

    def on_mount(self) -> None:
        """Import in a thread what takes its time."""
        self._prepare()

    def ask_again(self) -> None:
        """Work it out with the next frame, however much it costs."""
        self._not_before = 0.0

    @work(exclusive=True)
    async def _prepare(self) -> None:
        await asyncio.to_thread(amount, "1")
        self.post_message(self.Ready())

    @on(Ready)
    def _ready(self, event: Ready) -> None:
        event.stop()
        self._prepared = True
        if self.desk.frame is not None:
            self.show(self.desk.frame)

    def show(self, frame: Frame) -> None:
        began = time.perf_counter()
        if not self._prepared or (began < self._not_before and not self.desk.paused):
            return
        super().show(frame)
        self._not_before = began + (time.perf_counter() - began) * SHARE


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
