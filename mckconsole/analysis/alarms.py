"""When things are to be looked at again although nothing of them changed."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=tuple[Any, ...])


class Alarms(Generic[K]):
    """At most one time for each key; keys are comparable."""

    def __init__(self) -> None:
        self._at: dict[K, float] = {}
        self._heap: list[tuple[float, K]] = []

    def set(self, key: K, at: float | None) -> None:
        """Wake at Unix second `at`, console clock; None is never."""
        if at is None:
            self._at.pop(key, None)
        elif self._at.get(key) != at:
            self._at[key] = at
            heappush(self._heap, (at, key))

    def due(self, now: float) -> Iterable[K]:
        """Those whose time has come, which are not woken again."""
        found = []
        while self._heap and self._heap[0][0] <= now:
            at, key = heappop(self._heap)
            if self._at.get(key) == at:
                del self._at[key]
                found.append(key)
        return found
