"""Keep one topic current with a list and a watch: client-go's reflector, in our words.

List with paging (a consistent read), replace, watch from the list's resourceVersion with bookmarks.
How a watch ends decides what comes next (`tools/cache/reflector.go`):

- the server's own timeout: watch on from the last resourceVersion;
- 410, as a status or inside the stream, or "too large resource version": list again;
- 429, 5xx, connection trouble: wait, then watch on without a list, so a restarting API server meets
  watches and not a stampede of lists;
- anything else: wait and list again.

The resourceVersion is opaque and is taken only from complete lines. While in trouble the sink keeps
what it has, and is told. This module must not judge what objects mean.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Generic, TypeVar

from mckconsole.domain.objects import Projection
from mckconsole.sources.api import ApiReader
from mckconsole.sources.backoff import RECHECK, Recovery
from mckconsole.sources.errors import (
    BadRequest,
    ConnectionTrouble,
    CredentialTrouble,
    Expired,
    Forbidden,
    ProtocolTrouble,
    ReadTimeout,
    ServerTrouble,
    SourceError,
    Throttled,
)
from mckconsole.sources.lists import PAGE_SIZE
from mckconsole.sources.pace import REAL, Pace
from mckconsole.sources.reading import Reading
from mckconsole.sources.round import CalledOff, Round
from mckconsole.sources.sink import Sink, fill
from mckconsole.sources.statuses import RV_TOO_LARGE
from mckconsole.sources.watch import Bookmark, Changed, Deleted, Event, events

P = TypeVar("P", bound=Projection)


@dataclass(frozen=True, slots=True)
class Timing:
    """The reflector's times, in seconds."""

    watch: float = 300.0
    """Shortest watch asked for; the longest is twice that."""
    idle: float = 150.0
    """Silence after which a watch counts as dead. A kube-apiserver (1.36, measured) sends the first
    bookmark of a quiet kind after two minutes, and then one a minute. Dead connections are found
    sooner: by TCP keepalive, and by the session's probe."""
    quiet_watch: float = 60.0
    """Length of a watch where the server sends no bookmarks: its end is then the sign of life."""
    too_short: float = 1.0
    """A watch that ends sooner, without an event, is an error and not an ending."""
    settle: float = 2.0
    """How long an open watch must be without an error until what is held counts as current."""
    poll: float = 60.0
    """Time between lists where listing is allowed and watching is not."""


@dataclass(slots=True)
class Counters:
    """What happened so far, for diagnosis."""

    lists: int = 0
    watches: int = 0
    events: int = 0
    unreadable: int = 0
    unknown: int = 0


MAX_FAILURES = 5
"""Failed watches in a row, each refused by the server, after which the list is read again."""


class Reflector(Generic[P]):
    """Mirrors what `reading` reads into `sink`."""

    def __init__(
        self,
        client: ApiReader,
        reading: Reading[P],
        sink: Sink[P],
        *,
        pace: Pace = REAL,
        timing: Timing = Timing(),
        page_size: int = PAGE_SIZE,
        on_error: Callable[[SourceError], None] | None = None,
        progress: Callable[[int, int | None], None] | None = None,
    ) -> None:
        """`progress` is told of every page of a list, as `list_kind` says."""
        self.counters = Counters()
        self._client = client
        self._reading = reading
        self._sink = sink
        self._pace = pace
        self._timing = timing
        self._page_size = page_size
        self._on_error = on_error
        self._progress = progress
        self._recovery = Recovery(pace)
        self._resource_version = ""
        """Where to watch from; empty means that a list is needed."""
        self._bookmarked = False
        self._quiet = False
        self._failures = 0
        self._no_watch_until = float("-inf")
        self._listing, self._watching = Round(), Round()

    async def run(self) -> None:
        """List and watch until cancelled; every failure is told to the sink and waited out."""
        while True:
            try:
                if not self._resource_version:
                    await self._list()
                elif self._pace.monotonic() < self._no_watch_until:
                    await self._pace.sleep(self._pace.around(self._timing.poll))
                    self._resource_version = ""
                else:
                    await self._watch()
            except CalledOff:
                continue
            except SourceError as error:
                await self._recover(error)

    def reopen(self) -> None:
        """End the watch that is open, if any, and go on from where it was, without a list."""
        self._watching.call_off()

    def restart(self) -> None:
        """Begin anew what is under way, list or watch; nothing more is taken from either."""
        self._listing.call_off()
        self._watching.call_off()

    async def _list(self) -> None:
        self.counters.lists += 1
        async with self._listing.reading():
            listing = await self._reading.list(
                self._client,
                page_size=self._page_size,
                progress=self._progress,
                pace=self._pace,
            )
        fill(self._sink, listing)
        self._failures = 0
        if listing.resource_version in ("", "0"):  # nothing to watch from
            self._no_watch_until = self._pace.monotonic() + RECHECK
        self._resource_version = listing.resource_version or "0"

    async def _watch(self) -> None:
        self.counters.watches += 1
        began, seen = self._pace.monotonic(), self.counters.events
        try:
            async with self._watching.reading():
                await self._stream()
        except ReadTimeout:
            answered = self._pace.monotonic() - began >= self._timing.idle
            if self._bookmarked or self._quiet or not answered:
                raise
            self._quiet = True  # perhaps a server without bookmarks: ask for short watches
            return
        lasted = self._pace.monotonic() - began
        if lasted < self._timing.too_short:
            if self.counters.events == seen:
                raise _VeryShortWatch("the watch was closed at once, without an event")
            await self._pace.sleep(self._timing.too_short)
        self._failures = 0

    async def _stream(self) -> None:
        """One watch from open to end; returns when the server ended it in an orderly way."""
        params = {
            **self._reading.params,
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": self._resource_version,
            "timeoutSeconds": str(self._watch_seconds()),
        }
        reading, idle = self._reading, self._timing.idle
        async with self._client.stream(
            reading.path, params, idle=idle, accept=reading.accept
        ) as feed:
            opened = self._pace.monotonic()
            date = feed.date
            start = self._pace.wall() + self._client.clock_offset if date is None else date
            settled = asyncio.get_running_loop().call_later(
                self._timing.settle, self._settle, start
            )
            try:
                async with aclosing(events(feed, reading.events())) as batches:
                    async for batch in batches:
                        settled.cancel()
                        if not self._watching.under_way:
                            return
                        as_of = start + self._pace.monotonic() - opened
                        for event in batch:
                            self._apply(event, as_of)
            finally:
                settled.cancel()
            if self._watching.under_way:
                self._sink.confirm(start + self._pace.monotonic() - opened)

    def _settle(self, as_of: float) -> None:
        """The watch has been open for a while without an error."""
        if self._watching.under_way:
            self._sink.confirm(as_of)

    def _watch_seconds(self) -> int:
        timing = self._timing
        return int(timing.quiet_watch if self._quiet else timing.watch * (1 + self._pace.chance()))

    def _apply(self, event: Event[P], as_of: float) -> None:
        if isinstance(event, Bookmark):
            self._bookmarked, self._quiet = True, False
            self._advance(event.resource_version)
            self._sink.confirm(as_of)
        elif isinstance(event, Changed):
            self._sink.upsert(event.decoded, as_of=as_of)
            self._advance(event.decoded.object.metadata.resource_version)
        elif isinstance(event, Deleted):
            meta = event.decoded.object.metadata
            self._sink.remove(event.decoded.object.key, as_of=as_of, uid=meta.uid)
            self._advance(meta.resource_version)
        elif event.unknown_type:
            self.counters.unknown += 1
        else:
            self.counters.unreadable += 1
            self._sink.lost(event.reason)

    def _advance(self, resource_version: str) -> None:
        self.counters.events += 1
        self._failures = 0
        if resource_version:
            self._resource_version = resource_version

    async def _recover(self, error: SourceError) -> None:
        watching = bool(self._resource_version)
        self._failures += 1
        if watching and isinstance(error, (Forbidden, BadRequest)):
            # Allowed to list but not to watch, or allowed nothing any more: the list will tell.
            self._no_watch_until = self._pace.monotonic() + RECHECK
            self._resource_version = ""
            return
        if not self._resumes(error):
            self._resource_version = ""
        if not isinstance(error, Expired) or self._failures > 1:
            self._sink.trouble(error)  # a first 410 is followed by a list at once
        if self._on_error is not None:
            self._on_error(error)
        await self._pace.sleep(self._recovery.delay(error))

    def _resumes(self, error: SourceError) -> bool:
        """Whether the watch can go on from where it was."""
        if error.reason == RV_TOO_LARGE:
            return False
        if isinstance(error, (ServerTrouble, ProtocolTrouble)):
            return self._failures < MAX_FAILURES
        return isinstance(error, (Throttled, ConnectionTrouble, CredentialTrouble))


class _VeryShortWatch(ServerTrouble):
    """The watch ended at once: without this rule a broken proxy makes a hot loop."""
