"""What is judged again though nothing changed: in its own time, or because its evidence is old."""

from __future__ import annotations

from typing import Any, TypeVar

from mckconsole.analysis.alarms import Alarms

K = TypeVar("K", bound=tuple[Any, ...])
EVIDENCE_AGE = 60.0
"""Seconds after which a finding's evidence is dated anew, a few things at a time."""
_DATED_AT_ONCE = 10
"""Of one sort and cluster."""


class Rounds(Alarms[K]):
    """Alarms, and when what has findings was judged."""

    def __init__(self) -> None:
        super().__init__()
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
        """Those whose time has come."""
        found = list(self.due(now))
        room = len(found) + _DATED_AT_ONCE
        for key, at in self._judged.items():
            if now - at < EVIDENCE_AGE or len(found) >= room:
                break
            found.append(key)
        return found
