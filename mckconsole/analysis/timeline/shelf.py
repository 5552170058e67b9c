"""Entries in their order, as many as there is room for.

What is said in passing comes by the thousand and must not push out what matters: there is room for
so many plain entries and for so many of the others.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable

from mckconsole.analysis.timeline.model import Entry, OrderKey

ROOM = 5000
"""Entries of either sort, plain or notable, that are kept."""
SLACK = 500
"""How many more may be there before the oldest go: taking them out one by one would cost more."""
_FEW = 32
"""Up to so many new ones are put in their places; more are sorted in."""


class Shelf:
    """Entries by id; changed in place."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._slack = min(SLACK, room)
        self._held: dict[str, Entry] = {}
        self._order: list[tuple[OrderKey, Entry]] | None = []
        """None where it has to be sorted anew."""
        self._counts = {True: 0, False: 0}
        self._shown: tuple[Entry, ...] | None = ()
        self.dropped = 0
        """Entries that are gone because there was no room."""

    def get(self, id_: str) -> Entry | None:
        """The entry of that id, if it is kept."""
        return self._held.get(id_)

    def put(self, entries: Iterable[Entry]) -> None:
        """Keep these, each instead of the one of the same id."""
        new = list(entries)
        if not new:
            return
        replaced = False
        for one in new:
            before = self._held.pop(one.id, None)
            if before is not None:
                replaced = True
                self._counts[before.notable] -= 1
            self._held[one.id] = one
            self._counts[one.notable] += 1
        self._shown = None
        if replaced or len(new) > _FEW or self._order is None:
            self._order = None
        else:
            for one in new:
                insort(self._order, (one.order, one), key=lambda pair: pair[0])
        self._make_room()

    def forget(self, clusters: Iterable[str]) -> None:
        """Drop what is about these clusters alone: they are no part of the fleet any more."""
        gone = set(clusters)
        kept = {id_: one for id_, one in self._held.items() if one.cluster not in gone}
        if len(kept) < len(self._held):
            self._held, self._order, self._shown = kept, None, None
            self._count()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All that is kept, the latest first; the very tuple of before where nothing changed."""
        if self._shown is None:
            self._shown = tuple(entry for _, entry in self._sorted())
        return self._shown

    def _sorted(self) -> list[tuple[OrderKey, Entry]]:
        if self._order is None:
            pairs = [(one.order, one) for one in self._held.values()]
            self._order = sorted(pairs, key=lambda pair: pair[0])
        return self._order

    def _make_room(self) -> None:
        for notable, count in tuple(self._counts.items()):
            if count > self._room + self._slack:
                kinds = [one for _, one in self._sorted() if one.notable is notable]
                for one in kinds[self._room :]:
                    del self._held[one.id]
                self.dropped += count - self._room
                self._counts[notable] = self._room
                self._order = self._shown = None

    def _count(self) -> None:
        self._counts = {True: 0, False: 0}
        for one in self._held.values():
            self._counts[one.notable] += 1
