"""Lines of containers' logs, of several clusters in one order.

Texts are clean but for one thing: of escape sequences those that choose colours are kept apart as
`LogLine.colours`, so that whoever wants them can have them; nothing else of them survives.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from mckconsole.domain.findings import ObjectRef


@dataclass(frozen=True, slots=True)
class LogTarget:
    """What to follow: a pod, or something that has pods (they are found, and new ones followed)."""

    cluster: str
    ref: ObjectRef
    container: str = ""
    """Empty is all of them."""


@dataclass(frozen=True, slots=True)
class LogOptions:
    """From where on, and of what."""

    tail: int | None = 500
    """Lines of each container at most, counted from the end; None is all there are."""
    since: float | None = None
    """Seconds before now; None is from the start."""
    previous: bool = False
    """Of the container's last run before this one."""
    head: bool = False
    """Only the beginning, which is not followed."""


@dataclass(frozen=True, slots=True)
class LogSource:
    """One container whose log is read."""

    cluster: str
    namespace: str
    pod: str
    container: str


class SourceState(StrEnum):
    """How the console stands to one source."""

    OPENING = "opening"
    FOLLOWING = "following"
    RETRYING = "retrying"
    ENDED = "ended"
    """The container is over, or there is no more to come."""
    REFUSED = "refused"
    """403, or nothing of the kind is there."""


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One source and how it stands."""

    source: LogSource
    state: SourceState
    reason: str = ""
    lines: int = 0


class LogLine(msgspec.Struct, frozen=True, gc=False):
    """One line."""

    number: int
    """Grows by one with every line of a feed; stays with the line."""
    at: float
    """Unix seconds by the console's clock, as far as the cluster's is known."""
    source: int
    """Index into `LogFeed.sources`."""
    text: str
    colours: tuple[tuple[int, str], ...] = ()
    """(offset in `text`, SGR parameters) where a colour begins."""
    ours: bool = False
    """Said by the console about the source, not by the source: cut, reconnected, ended."""
