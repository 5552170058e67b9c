"""Times of others, by the console's clock.

A cluster's clock is that of its API server, which the console compares with its own. What writes
into the cluster may have another clock still: that shows where a stamp is later than the moment at
which the API server took the object in, and is corrected by the difference, which is said.
"""

from __future__ import annotations

from typing import NamedTuple

from mckconsole.domain.times import format_age, parse_rfc3339

RESOLUTION = 2.0
"""Seconds of difference that cannot be told from none: servers say whole seconds."""
LATE = 600.0
"""Seconds by which an object may be taken in later than it is stamped: its writer had to wait."""


class When(NamedTuple):
    """A moment."""

    at: float
    """Unix seconds, console clock."""
    note: str = ""
    """How it was corrected, in words, where that is no plain matter."""


def not_after(when: When, now: float) -> When:
    """The moment, or `now` (Unix seconds) for one that has not come: then its stamp is wrong, and
    all that is known is when it was seen."""
    if when.at <= now + RESOLUTION:
        return when
    return When(now, f"stamped {format_age(when.at - now)} in the future, shown when it was seen")


def correction(offset: float) -> float:
    """Seconds to take from the times of a clock that is `offset` seconds ahead."""
    return round(offset) if abs(offset) >= RESOLUTION else 0.0


def server_time(text: str, offset: float) -> float | None:
    """A stamp that the API server or a controller beside it wrote; None where there is none."""
    at = parse_rfc3339(text) if text else None
    return None if at is None else at - correction(offset)


def writers_time(last: str, first: str, taken_in: str, offset: float) -> When | None:
    """A stamp of whoever wrote an object, whose clock is that of some node; None for no time.

    Args:
        last: when it happened, by the writer's clock.
        first: when it happened for the first time, by the same clock; the object is of then.
        taken_in: when the API server took the object in.
        offset: seconds by which the API server's clock is ahead.
    """
    made = parse_rfc3339(taken_in) if taken_in else None
    at = parse_rfc3339(last) if last else made
    if at is None:
        return None
    begun = (parse_rfc3339(first) if first else None) or at
    ahead = 0.0 if made is None else begun - made
    if -LATE <= ahead < RESOLUTION:
        return When(at - correction(offset))
    way = "ahead of" if ahead > 0 else "behind"
    words = f"stamped {format_age(abs(ahead))} {way} the API server, corrected"
    return When(at - ahead - correction(offset), words)
