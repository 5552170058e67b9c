"""Read every object of a kind: paged, decoded one by one, without stopping the event loop.

Paging is that of client-go's pager: 500 at a time, follow-up pages carry no resourceVersion, and a
page that the server no longer holds (410 after the first) leads to one full list. Inconsistent
continuation is never used. A topic that is one document is a list of one. This module must not
retry: its callers know when.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from time import perf_counter
from typing import Generic, TypeVar

import msgspec

from mckconsole.domain.decode import (
    Decoded,
    ProjectionDecoder,
    UndecodableError,
    may_hold_odd_text,
)
from mckconsole.domain.kinds import Kind, Sensitivity
from mckconsole.domain.objects import Projection
from mckconsole.sources.api import DOCUMENT, JSON, METADATA_LIST, Answer, ApiReader
from mckconsole.sources.errors import Expired, ProtocolTrouble
from mckconsole.sources.interning import sharer
from mckconsole.sources.items import split_list
from mckconsole.sources.pace import REAL, Pace
from mckconsole.sources.pages import Pages

P = TypeVar("P", bound=Projection)

ONE_PASS = 8 * 2**20
"""Bytes up to which a page is decoded in one pass: about 8 ms of the loop's time."""
MAX_DEEP = 16 * 2**20
"""Bytes up to which the items of a page are searched token by token: about two seconds."""
PAGE_SIZE = 500
"""Objects per page: client-go's default."""
SLICE = 0.008
"""Seconds of decoding after which other tasks get a turn."""
MAX_PAGES = 10_000
"""A server whose continue tokens never end is broken; this many pages are five million objects."""


@dataclass(slots=True)
class Listing(Generic[P]):
    """A complete list."""

    objects: list[Decoded[P]] = field(default_factory=list)
    resource_version: str = ""
    as_of: float = 0.0
    """Unix seconds by the API server's clock at its first page: the list is that moment's."""
    undecodable: int = 0
    """Objects that were in the list and could not be read at all."""
    received: int = 0
    """Bytes of all pages."""


class _ListMeta(msgspec.Struct, frozen=True, rename="camel"):
    resource_version: str = ""
    continue_: str = msgspec.field(default="", name="continue")
    remaining_item_count: int | None = None


class _Envelope(msgspec.Struct, frozen=True):
    items: list[msgspec.Raw] | None
    metadata: _ListMeta | None = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)


async def list_kind(
    client: ApiReader,
    kind: Kind,
    version: str,
    *,
    page_size: int = PAGE_SIZE,
    resource_version: str | None = None,
    progress: Callable[[int, int | None], None] | None = None,
    pace: Pace = REAL,
    sharing: bool = True,
) -> Listing[Projection]:
    """Read all objects of `kind` in API `version`.

    Args:
        client: Where to read.
        kind: What to read; its selector and namespace apply.
        version: The API version, as discovery chose it.
        page_size: Objects per page; 0 asks for everything at once.
        resource_version: "not older than"; None reads what is current (a consistent read).
        progress: Called after each page with the objects so far and, if known, those in total.
        pace: Clocks, for `as_of` where the server sends no `Date`.
        sharing: Whether equal values become one value in memory: for objects that are kept.

    Raises:
        Expired: 410 on the first page, or on the full list tried after a later one.
        SourceError: whatever else the client raises; ProtocolTrouble when the body is no list,
            or no JSON object where one is expected.
    """
    lister = _Lister(client, kind, version, progress, pace, sharing)
    if kind.document:
        return await lister.document()
    try:
        return await lister.pages(page_size, resource_version)
    except _PageExpired:
        return await lister.pages(0, None)


class _Page(msgspec.Struct, Generic[P], frozen=True):
    """A page whose objects all fit their projection."""

    items: list[P] | None
    metadata: _ListMeta | None = None


@cache
def _page_decoder(projection: type[Projection]) -> msgspec.json.Decoder[_Page[Projection]]:
    return msgspec.json.Decoder(_Page[projection])  # type: ignore[valid-type]


def _open_page(body: bytes, projection: type[Projection]) -> _Page[Projection] | None:
    """Decode a page in one pass; None for one that is large, odd in any object or holds odd text.

    One pass costs half of splitting the page first. It is only for pages in which no string can
    need cleaning and which are small enough not to hold up the loop.
    """
    if len(body) > ONE_PASS or may_hold_odd_text(body):
        return None
    try:
        return _page_decoder(projection).decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class _PageExpired(Exception):
    """A continue token is too old."""


@dataclass(frozen=True, slots=True)
class _Lister:
    """Reads one list; the parameters are those of `list_kind`."""

    client: ApiReader
    kind: Kind
    version: str
    progress: Callable[[int, int | None], None] | None
    pace: Pace
    sharing: bool

    async def pages(self, page_size: int, resource_version: str | None) -> Listing[Projection]:
        """Follow the pages to the end.

        Raises:
            _PageExpired: a page after the first is no longer held by the server.
            SourceError: anything else that goes wrong.
        """
        listing: Listing[Projection] = Listing()
        path = self.kind.path(self.version)
        params = dict(self.kind.selector)
        if page_size:
            params["limit"] = str(page_size)
        if resource_version is not None:
            params["resourceVersion"] = resource_version
        only_metadata = self.kind.sensitivity is Sensitivity.METADATA_ONLY
        fetched = Pages(self.client, path, METADATA_LIST if only_metadata else JSON)
        try:
            for number in range(MAX_PAGES):
                try:
                    reply = await fetched.get(params)
                except Expired:
                    if number:
                        raise _PageExpired from None
                    raise
                await fetched.ahead(params, reply.body)
                meta = await self._add(reply, path, listing)
                if not meta.continue_:
                    return listing
                params.pop("resourceVersion", None)
                params["continue"] = meta.continue_
        finally:
            await fetched.close()
        raise ProtocolTrouble(f"the list {path} has no end", hint="its continue tokens never stop")

    async def document(self) -> Listing[Projection]:
        """Read the one document of a topic that is no list."""
        path = self.kind.path(self.version)
        reply = await self.client.get(path, accept=DOCUMENT)
        listing: Listing[Projection] = Listing(
            as_of=self._server_time(reply.date), received=len(reply.body)
        )
        await self._take([msgspec.Raw(reply.body)], listing)
        if listing.undecodable:
            raise ProtocolTrouble(f"the answer for {path} is no JSON object, or was cut")
        self._report(1, _ListMeta())
        return listing

    async def _add(self, reply: Answer, path: str, listing: Listing[Projection]) -> _ListMeta:
        """Decode a page into `listing`; returns its metadata."""
        page: _Page[Projection] | _Envelope = _open_page(
            reply.body, self.kind.projection
        ) or await _open_envelope(reply.body, path)
        meta = page.metadata or _ListMeta()
        if not listing.received:
            listing.resource_version = meta.resource_version
            listing.as_of = self._server_time(reply.date)
        listing.received += len(reply.body)
        await self._take(page.items or [], listing)
        self._report(len(listing.objects), meta)
        return meta

    def _server_time(self, date: float | None) -> float:
        return self.pace.wall() + self.client.clock_offset if date is None else date

    def _report(self, read: int, meta: _ListMeta) -> None:
        if self.progress is not None:
            rest = meta.remaining_item_count if meta.continue_ else 0
            self.progress(read, None if rest is None else read + rest)

    async def _take(
        self, items: Sequence[msgspec.Raw | Projection], listing: Listing[Projection]
    ) -> None:
        """Put a page into `listing`, giving other tasks a turn every `SLICE` seconds."""
        decode = ProjectionDecoder(self.kind.projection).decode
        share = sharer(self.kind.projection) if self.sharing else None
        began = perf_counter()
        for number, item in enumerate(items):
            try:
                decoded = decode(item) if isinstance(item, msgspec.Raw) else Decoded(item)
            except UndecodableError:
                listing.undecodable += 1
            else:
                if share is not None:
                    share(decoded.object)
                listing.objects.append(decoded)
            if not number % 16 and perf_counter() - began > SLICE:
                await asyncio.sleep(0)
                began = perf_counter()


async def _open_envelope(body: bytes, path: str) -> _Envelope:
    """Find the items of a list, also in a body that is not quite JSON as the RFC has it."""
    try:
        return _ENVELOPE.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return _open_leniently(body, path)
    except RecursionError:
        return await _open_deep(body, path)


async def _open_deep(body: bytes, path: str) -> _Envelope:
    """Find the items where one is nested too deeply; in a thread, for it may be a large body."""
    found = await asyncio.to_thread(split_list, body) if len(body) <= MAX_DEEP else None
    if found is None:
        raise ProtocolTrouble(f"the answer for {path} is nested too deeply, or was cut")
    head, items = found
    try:
        metadata = _open_leniently(head, path).metadata
    except RecursionError:
        raise ProtocolTrouble(f"the list {path} has no usable metadata") from None
    return _Envelope([msgspec.Raw(item) for item in items], metadata)


def _open_leniently(body: bytes, path: str) -> _Envelope:
    """Find the items through Python's own decoder; raises RecursionError where one is deep."""
    try:
        data = json.loads(body.decode("utf-8", "replace"), strict=False)
    except ValueError:
        raise ProtocolTrouble(f"the answer for {path} is not JSON, or was cut") from None
    if not isinstance(data, dict) or not isinstance(data.get("items", ""), list | None):
        raise ProtocolTrouble(f"the answer for {path} is not a Kubernetes list")
    meta = data.get("metadata")
    try:
        head = msgspec.convert(meta, _ListMeta) if meta is not None else None
    except (msgspec.ValidationError, UnicodeEncodeError):
        raise ProtocolTrouble(f"the list {path} has no usable metadata") from None
    items = [msgspec.Raw(json.dumps(item).encode()) for item in data["items"] or []]
    return _Envelope(items, head)
