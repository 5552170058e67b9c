"""What the console is opened on: a fleet that lives, or one that was recorded.

`LiveFleet` and the player of a recording fit `OpenedFleet`, so that every screen works on both.
What a recording does not hold is refused with a `SourceError` in words, never answered emptily.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from mckconsole.domain.access import AccessReport
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.objecttext import ObjectText
from mckconsole.domain.ranges import LinkSeries, MetricRange
from mckconsole.domain.replay import ReplayStatus
from mckconsole.domain.snapshot import FleetSnapshot

if TYPE_CHECKING:
    from mckconsole.analysis.sameness.model import Digests
    from mckconsole.domain.inspected import ObjectFacts, Related
    from mckconsole.domain.logs import LogLine, LogOptions, LogTarget, SourceStatus
    from mckconsole.domain.resources import (
        Catalogue,
        FoundObjects,
        Query,
        ResourceKind,
        ResourceTable,
    )
    from mckconsole.sources.exec_trust import PluginCommand
    from mckconsole.store.signals import Subscription, Wanted


class Browsing(Protocol):
    """A query that is kept current in several clusters, until it is closed."""

    @property
    def tables(self) -> Mapping[str, ResourceTable]:
        """By cluster, in the order that was asked for: what is there now. A table in which nothing
        changed is the very object of the last look."""

    def close(self) -> None:
        """It is not looked at any more; it stays current for a little while, for who comes back."""


class LogFeed(Protocol):
    """Logs that are followed until it is closed: the newest lines of all sources, by time."""

    @property
    def sources(self) -> Sequence[SourceStatus]:
        """All sources that there were; an index stays with its source."""

    @property
    def dropped(self) -> int:
        """How many of the oldest lines are gone because there is room for so many only."""

    def lines(self, after: int = -1) -> Sequence[LogLine]:
        """Lines with a greater number, in order of time; numbers grow in that order."""

    def close(self) -> None:
        """Nobody reads it any more."""


class OpenedFleet(Protocol):
    """The fleet as screens ask it. Every coroutine may raise `sources.errors.SourceError`."""

    @property
    def names(self) -> tuple[str, ...]:
        """The clusters' names, in order."""

    def groups(self, name: str) -> Sequence[str]:
        """The groups that a cluster is in."""

    @property
    def held(self) -> Mapping[str, PluginCommand]:
        """Clusters that wait for `trust`."""

    def trust(self, name: str, seen: PluginCommand | None = None) -> bool:
        """Agree to a credential command."""

    def refresh(self, names: Collection[str] | None = None) -> None:
        """Have what waits go on now."""

    @property
    def load(self) -> Mapping[str, float]:
        """Requests per second to each API server, over the last ten seconds."""

    async def fetch(self, cluster: str, ref: ObjectRef) -> ObjectText:
        """One object as YAML."""

    async def examine(self, name: str) -> AccessReport:
        """How the console signs in to a cluster and what it may read there."""

    async def link_ranges(self, link: LinkSeries, seconds: float) -> Mapping[str, MetricRange]:
        """What the last `seconds` were like for a link."""

    # Browsing.

    async def catalogue(self, cluster: str) -> Catalogue:
        """The kinds that a cluster serves."""

    def browse(
        self, query: Query, clusters: Sequence[str], told: Callable[[], None]
    ) -> Browsing:  # fmt: skip
        """Keep a query current; `told` is called on the loop's thread when tables changed, at most
        twenty times a second."""

    async def inspect(self, cluster: str, ref: ObjectRef) -> ObjectFacts:
        """One object, redacted."""

    async def related(self, cluster: str, ref: ObjectRef) -> Related:
        """What it has to do with, and what happened to it."""

    async def digests(
        self, cluster: str, kind: ResourceKind, query: Query, told: Callable[[int], None]
    ) -> Digests:
        """What is compared of all objects of a kind, in its version; `told` hears how many of them
        were read so far."""

    async def find(self, cluster: str, name: str) -> FoundObjects:
        """Objects of any kind that are called `name`."""

    def follow_logs(
        self, targets: Sequence[LogTarget], options: LogOptions, told: Callable[[], None]
    ) -> LogFeed:
        """Follow logs; `told` as for `browse`, at most 25 times a second."""


class Shown(Protocol):
    """What is held, as a feed follows it."""

    def snapshot(self) -> FleetSnapshot:
        """Everything at the moment that is shown."""

    def subscribe(self, *, tick: float, only: Wanted) -> Subscription:
        """Sets of what changed from now on and is wanted."""


class Followed(OpenedFleet, Protocol):
    """An opened fleet that a feed makes frames of."""

    @property
    def store(self) -> Shown:
        """What is held."""

    @property
    def urgent(self) -> asyncio.Event:
        """Set when somebody waits for the next frame; a feed clears it."""

    @property
    def epoch(self) -> int:
        """Another one when the past is another: nothing concluded from it holds any more."""

    @property
    def status(self) -> ReplayStatus | None:
        """Where one is in a recording; None where the fleet lives."""
