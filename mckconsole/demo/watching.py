"""Watches: which events, in which order, and when a stream ends.

Semantics: k8s.io/apiserver storage/cacher (selector transitions, bookmarks, initial events),
observed on v1.36.2. One generator is one watch; it yields whole lines.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass

import msgspec

from mckconsole.demo.listing import ListOptions, parse_version, partial, type_prefix
from mckconsole.demo.negotiation import Form
from mckconsole.demo.objects import KubeObject, ResourceType
from mckconsole.demo.status import ApiError, expired_watch, too_large_version
from mckconsole.demo.storage import Storage
from mckconsole.demo.tables import table
from mckconsole.demo.watchlog import Change, ResourceLog, Stored

DEFAULT_TIMEOUT = 1800.0
"""Seconds of a watch without timeoutSeconds (--min-request-timeout)."""
_BEFORE_TIMEOUT = 2.0
"""A last bookmark is sent this long before the stream ends."""
_END_OF_INITIAL = {"k8s.io/initial-events-end": "true"}


def event_line(kind: str, document: bytes) -> bytes:
    """One line of a watch stream."""
    return b'{"type":"%s","object":%s}\n' % (kind.encode(), document)


@dataclass(slots=True)
class Watch:
    """One watch of one resource."""

    storage: Storage
    type_: ResourceType
    version: str
    namespace: str
    options: ListOptions
    form: Form
    include: str
    bookmark_seconds: float
    now: float
    """Unix seconds, for the ages in tables."""
    _columns_sent: bool = False

    def start(self) -> AsyncGenerator[bytes, None]:
        """Check the options and return the stream of lines.

        Raises:
            ApiError: 422 for contradicting options, 500 for a resource version that is no number,
                504 for initial events from the future.
        """
        self.options.check_watch()
        try:
            asked = parse_version(self.options.version)
        except ValueError as error:
            raise ApiError(500, str(error), reason="") from None
        if self.options.send_initial_events and asked > self.storage.revision:
            raise too_large_version(asked, self.storage.revision)
        return self._lines(asked)

    async def _lines(self, asked: int) -> AsyncGenerator[bytes, None]:
        log = self.storage.log(self.type_)
        position = asked or self.storage.revision
        initial = self.options.send_initial_events
        if initial or (initial is None and not asked):
            position = self.storage.revision
            for stored in log.snapshot(position):
                if self._selects(stored):
                    yield self._event("ADDED", stored)
            if initial and self.options.bookmarks:
                yield self._bookmark(_END_OF_INITIAL)
        elif asked < log.floor:
            yield event_line("ERROR", msgspec.json.encode(expired_watch(asked, log.floor)))
            return
        async for line in self._follow(log, position):
            yield line

    async def _follow(self, log: ResourceLog, position: int) -> AsyncGenerator[bytes, None]:
        loop = asyncio.get_running_loop()
        begun = position
        deadline = loop.time() + (self.options.timeout or DEFAULT_TIMEOUT)
        bookmark_at = self._next_bookmark(loop.time(), deadline)
        with log.waiter() as changed:
            while loop.time() < deadline:
                if self.storage.silent:
                    await asyncio.Event().wait()
                changed.clear()
                if position < log.floor:
                    yield event_line(
                        "ERROR", msgspec.json.encode(expired_watch(position, log.floor))
                    )
                    return
                for change in log.since(position):
                    position = change.revision
                    for line in self._events(change):
                        yield line
                if log.closed or self.storage.types.get(self.type_.id) != self.type_:
                    return
                if self.options.bookmarks and loop.time() >= bookmark_at:
                    # The real server has nothing to say to a watch that is up to date: on a quiet
                    # cluster the first bookmark took two minutes (v1.36.2), twice the interval.
                    if self.storage.revision > begun:
                        yield self._bookmark({})
                    bookmark_at = self._next_bookmark(loop.time(), deadline)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(min(deadline, bookmark_at)):
                        await changed.wait()

    def _next_bookmark(self, now: float, deadline: float) -> float:
        """Every `bookmark_seconds`, and once shortly before the end."""
        heartbeat, last = now + self.bookmark_seconds, deadline - _BEFORE_TIMEOUT
        return min(heartbeat, last) if last > now else heartbeat

    def _selects(self, stored: Stored | None) -> bool:
        if stored is None or (self.namespace and stored.key[0] != self.namespace):
            return False
        return self.options.selector is None or self.options.selector(stored)

    def _events(self, change: Change) -> Iterator[bytes]:
        """What a change is to this watch: leaving the selector is a deletion."""
        was, is_ = self._selects(change.before), self._selects(change.after)
        if is_ and change.after is not None:
            yield self._event("MODIFIED" if was else "ADDED", change.after)
        elif was and change.before is not None:
            yield self._event("DELETED", change.before.as_of(change.revision))

    def _event(self, kind: str, stored: Stored) -> bytes:
        if self.form in (Form.PARTIAL, Form.PARTIAL_LIST):
            return event_line(kind, partial(stored))
        if self.form is Form.TABLE:
            return event_line(kind, self._table_row(stored))
        return event_line(kind, stored.typed(type_prefix(self.type_, self.version)))

    def _table_row(self, stored: Stored) -> bytes:
        """A table of one row; only the first one of a stream carries the column definitions."""
        document = table(self.type_, self.version, (stored,), self.include, self.now)
        document["metadata"] = {"resourceVersion": str(stored.revision)}
        if self._columns_sent:
            document["columnDefinitions"] = None
        self._columns_sent = True
        return msgspec.json.encode(document)

    def _bookmark(self, annotations: dict[str, str]) -> bytes:
        metadata: KubeObject = {"resourceVersion": str(self.storage.revision)}
        if annotations:
            metadata["annotations"] = annotations
        if self.form in (Form.PARTIAL, Form.PARTIAL_LIST):
            kind, api_version = "PartialObjectMetadata", "meta.k8s.io/v1"
            document: KubeObject = {"kind": kind, "apiVersion": api_version, "metadata": metadata}
        elif self.form is Form.TABLE:  # a row as that of an object in which nothing is set
            body = msgspec.json.encode({"metadata": metadata, **self.type_.blank})
            stored = Stored(("", ""), self.storage.revision, {}, body)
            return event_line("BOOKMARK", self._table_row(stored))
        else:
            document = {
                "kind": self.type_.kind,
                "apiVersion": self.type_.api_version(self.version),
                "metadata": metadata,
                **self.type_.blank,
            }
        return event_line("BOOKMARK", msgspec.json.encode(document))
