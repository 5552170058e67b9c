"""`:find NAME`: objects of any kind by their name, of all clusters in scope."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from mckconsole.domain.resources import FoundObjects
from mckconsole.ui.object_table import ObjectTable
from mckconsole.ui.view import Desk
from mckconsole.views.detail import InspectTarget
from mckconsole.views.explain import count
from mckconsole.views.resources_find import FIND, MOST, Sought, search

if TYPE_CHECKING:
    from mckconsole.store.opened import OpenedFleet
    from mckconsole.ui.frame import Frame
    from mckconsole.ui.places import FindPlace

EVERY = 2.0
"""Seconds after which names that are held are searched again."""
SHARE = 20.0
"""For so many times as long as a search took, no other is made after it."""


class FindView(ObjectTable):
    """A row is an object that is called so."""

    own_order = "called so first"

    class Answered(Message):
        """A cluster was asked."""

        def __init__(self, cluster: str, answer: FoundObjects | str) -> None:
            super().__init__()
            self.cluster = cluster
            self.answer = answer

    def __init__(self, desk: Desk, place: FindPlace) -> None:
        super().__init__(desk, FIND)
        self.name_sought = place.name
        self._answers: dict[str, FoundObjects | str | None] = {}
        self._sought = Sought((), {})
        self._shown: tuple[object, ...] = ()
        """What was searched last."""
        self._next = 0.0
        """When names that are held are searched again (monotonic clock)."""

    @property
    def crumb(self) -> str:
        return f"find {self.name_sought}"

    @property
    def heading(self) -> str:
        """What an export is called."""
        return f"Find {self.name_sought}"

    @property
    def counted(self) -> str:
        """How many objects there are; rows that tell how a cluster is are none."""
        more = f" (the first {MOST})" if self._sought.more else ""
        return f"{count(len(self._sought.objects), 'object')}{more}"

    def ask_again(self) -> None:
        self._answers.clear()

    def show(self, frame: Frame) -> None:
        live, names = self.desk.live, self.clusters
        for name in names:
            if live is not None and name not in self._answers:
                self._answers[name] = None
                self._ask(live, name)
        answers = {name: self._answers.get(name) for name in names}
        from mckconsole.ui.frame import now_of  # is there already: a frame is shown

        began = time.monotonic()
        if began < self._next and self._shown == tuple(answers.items()):
            return
        self._shown = tuple(answers.items())
        self._sought = search(self.name_sought, frame.snapshot, answers, now_of(frame))
        asked = sum(isinstance(one, FoundObjects) for one in answers.values())
        self._why_empty = (
            f"nothing is called {self.name_sought} in {count(asked, 'cluster')}, and no name that"
            " the console holds contains it"
        )
        self.grid.set_rows(self._sought.rows)
        ended = time.monotonic()
        self._next = ended + max(EVERY, (ended - began) * SHARE)
        self._say_why_empty()
        self.desk.refresh_words()

    @work(group="find", exit_on_error=False)
    async def _ask(self, live: OpenedFleet, cluster: str) -> None:
        from mckconsole.sources.errors import SourceError

        answer: FoundObjects | str
        try:
            answer = await live.find(cluster, self.name_sought)
        except SourceError as error:
            answer = str(error)
        self.post_message(self.Answered(cluster, answer))

    @on(Answered)
    def _answered(self, event: Answered) -> None:
        event.stop()
        self._answers[event.cluster] = event.answer
        if self.desk.frame is not None and not self.desk.paused:
            self.show(self.desk.frame)

    def object_of(self, row_id: str) -> InspectTarget | None:
        found = self._sought.objects.get(row_id)
        return InspectTarget(*found) if found else None
