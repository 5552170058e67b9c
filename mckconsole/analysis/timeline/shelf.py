"""Entries in their order, as many as there is room for.

What is said in passing comes by the thousand and must not push out what matters: there is room for
so many plain entries and for so many of the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import TypeAlias

from mckconsole.analysis.timeline.model import Entry, OrderKey

ROOM = 5000
"""Entries of either sort, plain or notable, that are kept."""
SLACK = 500
"""How many more may be there before the oldest go: taking them out one by one would cost more."""
_Placed: TypeAlias = tuple[OrderKey, Entry]
_KEY = itemgetter(0)


class Shelf:
    """Entries by id; changed in place."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._slack = min(SLACK, room)
        self._held: dict[str, Entry] = {}
        self._order: list[_Placed] = []
        """Sorted; those that were replaced are among them until they are taken out."""
        self._counts = {True: 0, False: 0}
        self._shown: tuple[Entry, ...] | None = ()
        self.dropped = 0
        """Entries that are gone because there was no room."""

    def put(self, entries: Iterable[Entry]) -> None:
        """Keep these, each instead of the one of the same id."""
        new = {one.id: one for one in entries}
        if not new:
            return
        replaced = False
        for id_, one in new.items():
            before = self._held.get(id_)
            if before is not None:
                replaced = True
                self._counts[before.notable] -= 1
            self._held[id_] = one
            self._counts[one.notable] += 1
        if replaced:
            self._tidy()
        self._order += [(one.order, one) for one in new.values()]
        self._order.sort(key=_KEY)  # nearly sorted already
        self._shown = None
        self._make_room()

    def forget(self, clusters: Iterable[str]) -> None:
        """Drop what is about these clusters alone: they are no part of the fleet any more."""
        gone = set(clusters)
        for one in tuple(self._held.values()):
            if one.cluster in gone:
                del self._held[one.id]
                self._counts[one.notable] -= 1
        self._tidy()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All that is kept, the latest first; the very tuple of before where nothing changed."""
        if self._shown is None:
            self._shown = tuple([entry for _, entry in self._order])
        return self._shown

    def _tidy(self) -> None:
        """Take out of the order what is not kept any more."""
        held = self._held.get
        self._order = [pair for pair in self._order if held(pair[1].id) is pair[1]]
        self._shown = None

    def _make_room(self) -> None:
        for notable, count in tuple(self._counts.items()):
            if count > self._room + self._slack:
                kinds = [one for _, one in self._order if one.notable is notable]
                for one in kinds[self._room :]:
                    del self._held[one.id]
                self.dropped += count - self._room
                self._counts[notable] = self._room
                self._tidy()
