"""What changed between two moments of a recording, worked out in a thread."""

from __future__ import annotations

import asyncio

from textual import on, work
from textual.message import Message

from mckconsole.analysis.engine import analyse
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.sources.errors import SourceError
from mckconsole.store.replay import Player
from mckconsole.ui.detail_views import TextView
from mckconsole.ui.frame import Frame
from mckconsole.ui.places import MomentsPlace
from mckconsole.ui.view import Desk
from mckconsole.views.detail import Block, Detail
from mckconsole.views.explain import remark
from mckconsole.views.moments import Side, moments_detail
from mckconsole.views.spec import Role


class MomentsView(TextView):
    """Two moments, compared once: they do not change."""

    class Compared(Message):
        """The comparison is done."""

        def __init__(self, detail: Detail) -> None:
            super().__init__()
            self.detail = detail

    def __init__(self, desk: Desk, pane: str, place: MomentsPlace) -> None:
        super().__init__(desk, pane)
        self.place = place
        self.text.empty = "comparing the two moments …"

    def on_mount(self) -> None:
        """Read both."""
        self._compare()

    @work(exclusive=True)
    async def _compare(self) -> None:
        live = self.desk.live
        try:
            if not isinstance(live, Player):
                raise SourceError("no recording is played")
            pair = [await live.snapshot_at(at) for at in (self.place.before, self.place.after)]
            found = await asyncio.to_thread(_compared, *pair)
        except SourceError as error:
            found = Detail(
                "moments", str(error), Role.UNKNOWN, (Block(lines=(remark(str(error)),)),)
            )
        self.post_message(self.Compared(found))

    @on(Compared)
    def _compared(self, event: Compared) -> None:
        event.stop()
        self.put(event.detail)

    def show(self, frame: Frame) -> None:
        """What was is as it was, whatever is shown now."""


def _compared(before: FleetSnapshot, after: FleetSnapshot) -> Detail:
    return moments_detail(*(Side(one, analyse(one)) for one in (before, after)))
