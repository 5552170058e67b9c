"""The model of the timeline: what happened, where, to what, and how sure the time is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple, TypeAlias

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.states import Transition


class Sort(StrEnum):
    """Who says so."""

    EVENT = "event"
    """A component, by an Event of the API."""
    CHANGE = "change"
    """The console, which saw two states one after the other."""
    ROLLOUT = "rollout"
    """The console or the controller, of a workload's template."""
    ALERT = "alert"
    """Prometheus."""

    __hash__ = str.__hash__


class Tone(StrEnum):
    """How it is to be taken; definition order is the order within one second."""

    BAD = "bad"
    WARNING = "warning"
    UNKNOWN = "unknown"
    """From now on something is not known."""
    BEGUN = "begun"
    """Something is under way, and how it ends is not known yet."""
    GOOD = "good"
    """Something ended that was bad."""
    PLAIN = "plain"

    __hash__ = str.__hash__

    @property
    def rank(self) -> int:
        """0 for BAD up to 5 for PLAIN."""
        return _RANKS[self]


_RANKS = {one: number for number, one in enumerate(Tone)}

Behind: TypeAlias = Literal["", "cluster", "link", "service", "certificate"]
"""What an entry without an object is about."""
OrderKey: TypeAlias = tuple[int, int, bool, float, str]


class About(NamedTuple):
    """What an entry is about, where that is no object of the API."""

    kind: Behind = ""
    id: str = ""
    """Of the link, service or certificate; a cluster's name."""


NOTHING = About()


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One thing that happened, or happened again and again. What it was yesterday it is today, so
    equal ones are the same object."""

    id: str
    """Stable for as long as it is the same happening."""
    at: float
    """Unix seconds by the console's clock, of the last time."""
    first: float
    """Of the first time."""
    cluster: str
    """Empty where it is about no cluster of the fleet."""
    sort: Sort
    tone: Tone
    what: str
    """In a word: an event's reason, `Ready → NotReady`, an alert's name and state."""
    subject: str
    """What it happened to, in words."""
    object: ObjectRef | None = None
    about: About = NOTHING
    peers: tuple[str, ...] = ()
    """Other clusters that it is about."""
    count: int = 1
    """How often it was told."""
    detail: str = ""
    """In the words of who says so."""
    source: str = ""
    """Who says so: a component, a metrics endpoint; empty for the console."""
    note: str = ""
    """What is to be known of its time; empty where that is sure."""
    change: Transition | None = None
    """The change of state that it is, as the store or the mesh saw it."""

    @property
    def clusters(self) -> tuple[str, ...]:
        """All clusters that it is about."""
        return (self.cluster, *self.peers) if self.cluster else self.peers

    @property
    def notable(self) -> bool:
        """Whether it is kept when there is no room for everything that is said in passing."""
        return self.tone is not Tone.PLAIN or self.sort is not Sort.EVENT

    @property
    def order(self) -> OrderKey:
        """Sorts the latest second first; within it what is worse, then what is no mere event."""
        return (-int(self.at), self.tone.rank, self.sort is Sort.EVENT, -self.at, self.id)


@dataclass(frozen=True, slots=True)
class TimelineReport:
    """What happened, the latest first."""

    entries: tuple[Entry, ...] = ()
    clocks: tuple[tuple[str, float], ...] = ()
    """Clusters and metrics endpoints whose clocks are so many seconds ahead of the console's
    (negative: behind) that their times were corrected."""
    unread: tuple[tuple[str, str], ...] = ()
    """Clusters and endpoints of which something is missing here, and what and why."""
    dropped: int = 0
    """Entries that are gone because there is room for so many only."""
    watched: tuple[float, float] | None = None
    """Unix seconds, console clock, of the first look and of the last: changes of state that no
    object records are known in between. None where there was one look only."""
