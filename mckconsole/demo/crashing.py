"""How the kubelet restarts a container that ends at once: a function of its pod's age.

The pauses double from ten seconds to five minutes; the first restart comes at once (Kubernetes
documentation, "Pod Lifecycle", container restarts). Nothing is random, and no object is made here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

LIFE = 2.0
"""Seconds that the container lives."""
PULLED = 3.0
"""Seconds after which a new pod's image is there and its container starts."""
_PAUSES = (1.0, 10.0, 20.0, 40.0, 80.0, 160.0)
_LONGEST = 300.0
_SYNC = 13.0
"""Seconds between two Events of one pause, about."""


class Loop(NamedTuple):
    """Where such a container is."""

    started: int
    """How often it was started."""
    since: float
    """Age of its pod when it was started last, seconds."""
    running: bool

    @property
    def ended(self) -> float:
        """Age of the pod at the last end that there was, of this start or the one before."""
        before = self.since - _pause(self.started - 2) if self.started > 1 else self.since
        return before if self.running else self.since + LIFE

    @property
    def pause(self) -> float:
        """Seconds from its last end to the next start."""
        return _pause(self.started - 1)

    @property
    def waiting(self) -> bool:
        """Whether the kubelet lets it wait: from its second end on."""
        return self.started > 1 and not self.running


def starts() -> Iterator[float]:
    """Ages of the pod at which the container is started, without end."""
    at, number = PULLED, 0
    while True:
        yield at
        at += LIFE + _pause(number)
        number += 1


def _pause(number: int) -> float:
    return _PAUSES[number] if number < len(_PAUSES) else _LONGEST


def loop_at(age: float) -> Loop | None:
    """Where the container of a pod of this age (seconds) is; None before it first starts."""
    found = None
    for number, start in enumerate(starts(), 1):
        if start > age:
            return found
        found = Loop(number, start, age < start + LIFE)
    raise AssertionError("starts have no end")


def back_offs(age: float) -> int:
    """How often the kubelet has said by then that it waits."""
    first = next(start for number, start in enumerate(starts()) if number == 1) + LIFE
    return int((age - first) // _SYNC) + 1 if age >= first else 0


def moments(until: float) -> list[float]:
    """Ages at which something of it changes: starts, ends, and the minutes between."""
    found = {0.0, *(60.0 * number for number in range(1, int(until // 60) + 1))}
    for start in starts():
        if start > until:
            return sorted(found)
        found |= {start, start + LIFE}
    raise AssertionError("starts have no end")
