"""When things are to be looked at again although nothing of them changed."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=tuple[Any, ...])
EVIDENCE_AGE = 60.0
"""Seconds after which a finding's evidence is dated anew, a few things at a time."""
_SPARE = 64


class Alarms(Generic[K]):
    """At most one time for each key; keys are comparable."""

    def __init__(self) -> None:
        self._at: dict[K, float] = {}
        self._heap: list[tuple[float, K]] = []
        """All times that were ever set and have not come; those that hold are in `_at`."""

    def set(self, key: K, at: float | None) -> None:
        """Wake at Unix second `at`, console clock; None is never."""
        if at is None:
            self._at.pop(key, None)
        elif self._at.get(key) != at:
            self._at[key] = at
            heappush(self._heap, (at, key))
            if len(self._heap) > _SPARE + 2 * len(self._at):
                self._heap = [(when, one) for one, when in self._at.items()]
                heapify(self._heap)

    def due(self, now: float) -> Iterable[K]:
        """Those whose time has come, which are not woken again."""
        found = []
        while self._heap and self._heap[0][0] <= now:
            at, key = heappop(self._heap)
            if self._at.get(key) == at:
                del self._at[key]
                found.append(key)
        return found


class Rounds(Alarms[K]):
    """Alarms, and when what has findings was judged.

    Args:
        dated_at_once: how many things' evidence is dated anew in one go.
    """

    def __init__(self, dated_at_once: int = 10) -> None:
        super().__init__()
        self._dated_at_once = dated_at_once
        self._judged: dict[K, float] = {}
        """When things with findings were judged last, the longest ago first."""

    def note(self, key: K, now: float, recheck_at: float | None, found: bool) -> None:
        """One was judged at Unix second `now`, and has findings or none."""
        if recheck_at is not None or key in self._at:
            self.set(key, recheck_at)
        self._judged.pop(key, None)
        if found:
            self._judged[key] = now

    def forget(self, key: K) -> None:
        """One is gone."""
        self.note(key, 0, None, False)

    def again(self, now: float) -> list[K]:
        """Those whose time has come, or whose evidence is old."""
        found = list(self.due(now))
        room = len(found) + self._dated_at_once
        for key, at in self._judged.items():
            if now - at < EVIDENCE_AGE or len(found) >= room:
                break
            found.append(key)
        return found
