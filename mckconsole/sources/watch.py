"""Read one watch: lines in, typed events out.

A line is one event or nothing: what is cut, garbled or too long never becomes a change. This module
keeps no state of the topic and must not reconnect; the reflector decides what an ending means.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeAlias, TypeVar

import msgspec

from mckconsole.domain.decode import Decoded, ProjectionDecoder, UndecodableError
from mckconsole.domain.objects import Projection
from mckconsole.sources.api import Feed
from mckconsole.sources.auditing import Auditor, aside
from mckconsole.sources.errors import ProtocolTrouble, SourceError
from mckconsole.sources.interning import sharer
from mckconsole.sources.lines import MAX_LINE, LineSplitter, Oversized
from mckconsole.sources.redact_said import scrubber_of
from mckconsole.sources.statuses import event_error

P = TypeVar("P", bound=Projection)


@dataclass(frozen=True, slots=True)
class Changed(Generic[P]):
    """ADDED or MODIFIED: the object as it is now."""

    decoded: Decoded[P]


@dataclass(frozen=True, slots=True)
class Deleted(Generic[P]):
    """DELETED: the object as it was last."""

    decoded: Decoded[P]


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Nothing was missed up to this resourceVersion."""

    resource_version: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An event that cannot be used, and why; `unknown_type` ones change nothing we hold."""

    reason: str
    unknown_type: bool = False


Event: TypeAlias = Changed[P] | Deleted[P] | Bookmark | Unreadable
Happening: TypeAlias = type[Changed[P]] | type[Deleted[P]]


class _Event(msgspec.Struct, frozen=True):
    type: str
    object: msgspec.Raw


class _Head(msgspec.Struct, frozen=True):
    metadata: dict[str, msgspec.Raw] = msgspec.field(default_factory=dict)


_EVENT = msgspec.json.Decoder(_Event)


class Decoder(Protocol[P]):
    """Decodes the lines of one watch."""

    async def next(self, line: bytes | Oversized) -> Event[P]:
        """The event in `line`.

        Raises:
            ProtocolTrouble: the line is no event.
            SourceError: the line is an ERROR event; the error says which.
        """


class EventDecoder(Generic[P]):
    """Decodes the lines of one kind's watch."""

    def __init__(self, projection: type[P], watchful: Auditor | None = None) -> None:
        """`watchful` looks for credentials in objects while their bytes are there."""
        self._decode = ProjectionDecoder(projection).decode
        self._share = sharer(projection)
        self._scrub = scrubber_of(projection)
        self._watchful = watchful

    async def next(self, line: bytes | Oversized) -> Event[P]:
        """The event in `line`; raises like `decode`. What takes long is done in a thread."""
        if self._watchful is None or isinstance(line, Oversized):
            return self.decode(line)
        event = await aside(len(line), self._read, line)
        return self._shared(event)

    def decode(self, line: bytes | Oversized) -> Event[P]:
        """The event in `line`.

        Raises:
            ProtocolTrouble: the line is no event.
            SourceError: the line is an ERROR event; the error says which.
        """
        return self._shared(self._read(line))

    def _shared(self, event: Event[P]) -> Event[P]:
        """The same, with what repeats held once: on the loop's thread."""
        if isinstance(event, (Changed, Deleted)):
            if self._scrub is not None:
                self._scrub(event.decoded.object)
            self._share(event.decoded.object)
        return event

    def _read(self, line: bytes | Oversized) -> Event[P]:
        return read_event(line, self._object)

    def _object(self, raw: msgspec.Raw, event: Happening[P]) -> Event[P]:
        try:
            decoded = self._decode(raw)
        except UndecodableError as error:
            return Unreadable(f"an event's object could not be decoded ({error})")
        if not decoded.object.metadata.name:
            return Unreadable("an event's object has no name")
        watchful = self._watchful
        if watchful is not None and event is Changed and watchful.wants(decoded.object):
            seen = watchful.look(raw)
            if seen is not None:
                decoded = Decoded(decoded.object, decoded.faults, seen)
        return event(decoded)


async def events(
    feed: Feed, decoder: Decoder[P], *, max_line: int = MAX_LINE
) -> AsyncGenerator[list[Event[P]], None]:
    """The events of one watch, in batches as they arrive, until the server ends it.

    An error is raised only after the events before it were handed out. A last line without its line
    feed is dropped.

    Raises:
        SourceError: the connection broke, or the server sent an ERROR event.
    """
    splitter = LineSplitter(max_line)
    async for chunk in feed.chunks():
        batch: list[Event[P]] = []
        for line in splitter.feed(chunk):
            try:
                batch.append(await decoder.next(line))
            except SourceError:
                if batch:
                    yield batch
                raise
        if batch:
            yield batch


def read_bookmark(raw: msgspec.Raw) -> Bookmark | Unreadable:
    """The bookmark that the object `raw` is."""
    try:
        version = msgspec.json.decode(raw, type=_Head).metadata["resourceVersion"]
        return Bookmark(msgspec.json.decode(version, type=str))
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError):
        return Unreadable("a bookmark without a resourceVersion")


def read_event(
    line: bytes | Oversized,
    take: Callable[[msgspec.Raw, Happening[P]], Event[P]],
    mark: Callable[[msgspec.Raw], Bookmark | Unreadable] = read_bookmark,
) -> Event[P]:
    """The event in `line`: `take` makes a change of the object in it, `mark` a bookmark.

    Raises:
        ProtocolTrouble: the line is no event.
        SourceError: the line is an ERROR event; the error says which.
    """
    if isinstance(line, Oversized):
        return Unreadable(f"an event of {line.size:,} bytes is longer than the console reads")
    event = _open(line)
    match event.type:
        case "ADDED" | "MODIFIED":
            return take(event.object, Changed)
        case "DELETED":
            return take(event.object, Deleted)
        case "BOOKMARK":
            return mark(event.object)
        case "ERROR":
            raise event_error(event.object)
    return Unreadable("an event of an unknown type", unknown_type=True)


def _open(line: bytes) -> _Event:
    try:
        return _EVENT.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        data = json.loads(line.decode("utf-8", "replace"), strict=False)
        kind, content = data["type"], data["object"]
        if isinstance(kind, str):
            return _Event(kind, msgspec.Raw(json.dumps(content).encode()))
    except (ValueError, RecursionError, TypeError, KeyError):
        pass
    raise ProtocolTrouble("a line of the watch is no event")
