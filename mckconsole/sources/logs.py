"""Follow the log of one container: open it, read on after every break, know when it is over.

Lines come with their time, so that a broken connection costs none and repeats none: it is read on
from the second of the newest line, and what was seen is dropped. What a break means is decided by
what the pod is now, which the owner tells. Nothing is held here.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, TypeAlias
from urllib.parse import quote

from mckconsole.domain.logs import LogOptions, SourceState
from mckconsole.domain.times import format_rfc3339
from mckconsole.sources.api import Feed
from mckconsole.sources.backoff import Backoff, Recovery
from mckconsole.sources.errors import BadRequest, Forbidden, NotServed, SourceError
from mckconsole.sources.loglines import LineReader, Said
from mckconsole.sources.pace import REAL, Pace

IDLE = 300.0
"""Seconds of silence after which a log is opened anew: connections die unnoticed."""
SLICE = 32 * 1024
"""Bytes that are taken apart at a time: others want the processor too."""
HEAD = 256 * 1024
"""Bytes of each container's log where only its beginning is wanted."""
WAITING = 5.0
"""Seconds between two looks at a container that has not started."""
_WAITING = re.compile(r'container "[^"]*" in pod "[^"]*" is (waiting to start[^⏎]*)')


@dataclass(frozen=True, slots=True)
class Standing:
    """How a container stands, as far as its pod says."""

    over: bool = False
    """It has ended and will not run again, or its pod is gone."""
    restarts: int = 0
    words: str = ""
    """Why it is over, or what it waits for."""


class LogClient(Protocol):
    """The part of a cluster's client that logs use."""

    @property
    def clock_offset(self) -> float: ...

    def stream(
        self, path: str, params: Mapping[str, str], *, idle: float, accept: str
    ) -> AbstractAsyncContextManager[Feed]: ...


Connected: TypeAlias = Callable[[], LogClient]
"""The client of a cluster, for one request; raises SourceError where it is not connected."""


class LogSink(Protocol):
    """Takes in what one container says."""

    def lines(self, said: Sequence[Said]) -> None:
        """New lines, in their order."""

    def stands(self, state: SourceState, reason: str = "") -> None:
        """How the console stands to it from now on."""

    def note(self, words: str) -> None:
        """Something the console says among the lines."""


class LogTail:
    """Follows one container until it is over."""

    def __init__(
        self,
        connected: Connected,
        pod: tuple[str, str],
        container: str,
        options: LogOptions,
        sink: LogSink,
        *,
        pace: Pace = REAL,
        idle: float = IDLE,
    ) -> None:
        """`pod` is its namespace and name."""
        namespace, name = (quote(part, safe="") for part in pod)
        self._path = f"/api/v1/namespaces/{namespace}/pods/{name}/log"
        self._connected = connected
        self._container = container
        self._options = options
        self._sink = sink
        self._pace = pace
        self._idle = idle
        self._reader = LineReader()
        self._recovery = Recovery(pace)
        self._again = Backoff(base=0.5, cap=8.0, reset_after=30.0, pace=pace)
        self._standing = Standing()
        self._changed = asyncio.Event()
        self._opened: float | None = None
        """When it was opened first, by the cluster's clock; None before that."""
        self._seen = 0

    def tell(self, standing: Standing) -> None:
        """The container stands otherwise now: what waits looks again."""
        if standing != self._standing:
            if standing.restarts > self._standing.restarts and self._seen:
                self._sink.note(f"the container was restarted: restart {standing.restarts}")
            self._standing = standing
            self._changed.set()

    @property
    def follows(self) -> bool:
        """Whether what is said later is wanted too."""
        return not (self._options.previous or self._options.head)

    async def run(self) -> None:
        """Read until there is no more to come; every failure is told to the sink."""
        self._sink.stands(SourceState.OPENING)
        while True:
            try:
                seen = self._seen
                await self._read()
            except SourceError as error:
                wait = self._failed(error)
                if wait is None:
                    return
            else:
                if not self.follows or self._standing.over:
                    self._sink.stands(SourceState.ENDED, self._standing.words)
                    return
                if self._seen > seen:
                    self._again = Backoff(base=0.5, cap=8.0, reset_after=30.0, pace=self._pace)
                if self._standing.words:
                    self._sink.stands(SourceState.OPENING, self._standing.words)
                wait = self._again.next()
            await self._wait(wait)

    async def _wait(self, seconds: float) -> None:
        """So long, or until the pod has changed."""
        self._changed.clear()
        waits = [
            asyncio.ensure_future(self._changed.wait()),
            asyncio.ensure_future(self._pace.sleep(seconds)),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

    def _failed(self, error: SourceError) -> float | None:
        """Seconds until it is tried again; None for never."""
        if isinstance(error, NotServed) or self._standing.over:
            words = self._standing.words if self._standing.over else "the pod is gone"
            self._sink.stands(SourceState.ENDED, words)
            return None
        if isinstance(error, BadRequest):
            waiting = _WAITING.search(error.message)
            if waiting and not self._options.previous:
                self._sink.stands(SourceState.OPENING, waiting[1])
                return WAITING
            self._sink.stands(SourceState.REFUSED, _reason(error))
            return None
        refused = isinstance(error, Forbidden)
        state = SourceState.REFUSED if refused else SourceState.RETRYING
        self._sink.stands(state, str(error) if refused else error.message)
        return self._recovery.delay(error)

    async def _read(self) -> None:
        """One connection, from open to end."""
        stream = self._connected().stream(self._path, self._params(), idle=self._idle, accept="*/*")
        async with stream as feed:
            if self._opened is None:
                self._opened = feed.date
            else:
                self._reader.reopened()
            self._sink.stands(SourceState.FOLLOWING)
            await self._take(feed)
        if self.follows and not self._standing.over:
            return
        self._told(self._reader.end())

    async def _take(self, feed: Feed) -> None:
        async for chunk in feed.chunks():
            for start in range(0, len(chunk), SLICE):
                self._told(self._reader.feed(chunk[start : start + SLICE]))
                if len(chunk) > SLICE:
                    await asyncio.sleep(0)

    def _told(self, said: list[Said]) -> None:
        resume = self._reader.resume
        if resume.missed:
            resume.missed = False
            self._sink.note("the log was begun anew while it was not read: lines may be missing")
        if said:
            self._seen += len(said)
            self._sink.lines(said)

    def _params(self) -> dict[str, str]:
        """The query: from where on, and of what."""
        options = self._options
        params = {"container": self._container, "timestamps": "true"}
        if self.follows:
            params["follow"] = "true"
        if options.previous:
            params["previous"] = "true"
        since = self._since()
        if since is not None:
            params["sinceTime"] = format_rfc3339(since)
            return params
        if options.tail is not None:
            params["tailLines"] = str(options.tail)
        if options.since is not None:
            params["sinceSeconds"] = str(max(int(-(-options.since // 1)), 1))
        if options.head:
            params["limitBytes"] = str(HEAD)
        return params

    def _since(self) -> float | None:
        """From when on it is read again; None where nothing was read yet."""
        if self._reader.resume.second:
            return self._reader.resume.second - 1
        return self._opened if self._options.tail == 0 else None


def _reason(error: SourceError) -> str:
    """What the server said, without the path that was asked."""
    return (error.message.partition("/log: ")[2] or error.message).rstrip("⏎")
