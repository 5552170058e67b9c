"""The last transitions of one cluster's states, for the timeline and for hysteresis."""

from __future__ import annotations

from collections import deque

from mckconsole.domain.states import Transition

LIMIT = 500
"""Transitions kept per cluster; the oldest are dropped."""


class History:
    """Remembers, per subject, the last state and, bounded, how it got there."""

    def __init__(self, cluster: str, limit: int = LIMIT) -> None:
        self._cluster = cluster
        self._transitions: deque[Transition] = deque(maxlen=limit)
        self._last: dict[str, str] = {}

    def observe(self, subject: str, state: str, reason: str, at: float) -> bool:
        """Record that `subject` is in `state` at `at` (Unix seconds); True when that is new.

        The first state of a subject is where it starts and no transition.
        """
        state = str(state)
        before = self._last.get(subject)
        self._last[subject] = state
        if before is None or before == state:
            return False
        self._transitions.append(
            Transition(at, self._cluster, subject, before=before, after=state, reason=reason)
        )
        return True

    def entries(self) -> tuple[Transition, ...]:
        """All that is remembered, oldest first."""
        return tuple(self._transitions)
