"""Read every object of a kind: paged, decoded one by one, without stopping the event loop.

Paging is that of client-go's pager: 500 at a time, follow-up pages carry no resourceVersion, and a
page that the server no longer holds (410 after the first) leads to one full list. Inconsistent
continuation is never used. Of kinds whose every object is looked at for credentials (`auditing`)
only one page is in memory, as large as is looked at quickly. A topic that is one document is a list
of one. This module must not retry: its callers know when.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import msgspec

from mckconsole.domain.decode import Decoded, ProjectionDecoder, UndecodableError
from mckconsole.domain.kinds import Kind, Scan, Sensitivity
from mckconsole.domain.objects import Projection
from mckconsole.sources.api import DOCUMENT, JSON, METADATA_LIST, Answer, ApiReader
from mckconsole.sources.auditing import Auditor, aside, auditor
from mckconsole.sources.envelopes import (
    Envelope,
    ListMeta,
    Page,
    open_envelope,
    open_in_pieces,
    open_page,
)
from mckconsole.sources.errors import Forbidden, ProtocolTrouble, SourceError
from mckconsole.sources.interning import sharer
from mckconsole.sources.listing import Listing
from mckconsole.sources.namespaces import read_by_namespace
from mckconsole.sources.pace import REAL, Pace
from mckconsole.sources.pages import PageExpired, Pages, read_pages
from mckconsole.sources.redact_said import scrubber_of
from mckconsole.sources.tables import INCLUDE, TABLE, open_table, read_rows

__all__ = ["PAGE_SIZE", "Listing", "list_kind"]

PAGE_SIZE = 500
"""Objects per page: client-go's default."""
SLICE = 0.008
"""Seconds of decoding after which other tasks get a turn."""
FIRST_OF_VALUES = 40
"""Objects of the first page where values come: as many as a reply holds if each is of the largest
that etcd takes."""
PAGE_BYTES = 4 * 2**20
"""Bytes that further pages should have of what is looked at."""
BATCH = 2**19
"""Bytes that are looked at between two turns of others in the thread that does."""

Progress = Callable[[int, int | None], None]


async def list_kind(
    client: ApiReader,
    kind: Kind,
    version: str,
    *,
    page_size: int = PAGE_SIZE,
    resource_version: str | None = None,
    progress: Progress | None = None,
    pace: Pace = REAL,
    sharing: bool = True,
    home: str = "",
) -> Listing[Projection]:
    """Read all objects of `kind` in API `version`.

    Args:
        client: Where to read.
        kind: What to read; its selector and namespace apply.
        version: The API version, as discovery chose it.
        page_size: Objects per page, at most; 0 asks for everything at once.
        resource_version: "not older than"; None reads what is current (a consistent read).
        progress: Called after each page with the objects so far and, if known, those in total.
        pace: Clocks, for `as_of` where the server sends no `Date`.
        sharing: Whether equal values become one value in memory: for objects that are kept.
        home: The namespace to read where reading all is forbidden and they may not be listed.

    Raises:
        Expired: 410 on the first page, or on the full list tried after a later one.
        SourceError: whatever else the client raises; ProtocolTrouble when the body is no list,
            or no JSON object where one is expected.
    """

    async def read(one: Kind, told: Progress | None = None) -> Listing[Projection]:
        return await _Lister(client, one, version, told, pace, sharing).all(
            page_size, resource_version
        )

    async def names(one: Kind) -> Listing[Projection]:
        return await _Lister(client, one, "v1", None, pace, False).all(PAGE_SIZE, None)

    try:
        try:
            return await read(kind, progress)
        except Forbidden as refused:
            if not kind.by_namespace:
                raise
            found = await read_by_namespace(kind, refused, home, read=read, names=names)
    except SourceError as error:
        error.forget()
        raise
    if progress is not None:
        progress(found.seen, found.seen)
    return found


@dataclass(frozen=True, slots=True)
class _Lister:
    """Reads one list; the parameters are those of `list_kind`."""

    client: ApiReader
    kind: Kind
    version: str
    progress: Progress | None
    pace: Pace
    sharing: bool

    async def all(self, page_size: int, resource_version: str | None) -> Listing[Projection]:
        """The whole list, or the one document that the topic is."""
        if self.kind.document:
            return await self._document()
        try:
            return await self._pages(page_size, resource_version)
        except PageExpired:
            return await self._pages(0, None)

    @property
    def _auditor(self) -> Auditor | None:
        return auditor(self.kind)

    @property
    def _every(self) -> bool:
        """Whether every object is looked at."""
        return self._auditor is not None and self._auditor.every

    @property
    def _table(self) -> bool:
        only_metadata = self.kind.sensitivity is Sensitivity.METADATA_ONLY
        return only_metadata and self.kind.scan is Scan.SECRET

    @property
    def _accept(self) -> str:
        if self._table:
            return TABLE
        only_metadata = self.kind.sensitivity is Sensitivity.METADATA_ONLY
        return METADATA_LIST if only_metadata else JSON

    async def _pages(self, page_size: int, resource_version: str | None) -> Listing[Projection]:
        """Follow the pages to the end.

        Raises:
            PageExpired: a page after the first is no longer held by the server.
            SourceError: anything else that goes wrong.
        """
        listing: Listing[Projection] = Listing()
        path = self.kind.path(self.version)
        params = {**self.kind.selector, **(INCLUDE if self._table else {})}
        if page_size:
            by_values = self.kind.sensitivity is Sensitivity.VALUES
            params["limit"] = str(min(page_size, FIRST_OF_VALUES) if by_values else page_size)
        if resource_version is not None:
            params["resourceVersion"] = resource_version

        async def take(reply: Answer) -> ListMeta:
            before = (listing.seen, listing.received)
            meta = await self._page(reply, listing)
            if page_size and self._every:
                size, items = listing.received - before[1], listing.seen - before[0]
                params["limit"] = str(_fitting(size, items, page_size))
            return meta

        ahead = not self.kind.by_values and not self._every
        await read_pages(Pages(self.client, path, self._accept), params, take, ahead=ahead)
        return listing

    async def _page(self, reply: Answer, listing: Listing[Projection]) -> ListMeta:
        """Take in one page; returns its metadata."""
        first = not listing.received
        if first:
            listing.as_of = self._server_time(reply.date)
        listing.received += len(reply.body)
        meta = await self._add(reply, listing)
        if first:
            listing.resource_version = meta.resource_version
        self._report(listing.seen, meta)
        return meta

    async def _document(self) -> Listing[Projection]:
        """Read the one document of a topic that is no list."""
        path = self.kind.path(self.version)
        reply = await self.client.get(path, accept=DOCUMENT)
        listing: Listing[Projection] = Listing(
            as_of=self._server_time(reply.date), received=len(reply.body)
        )
        await self._take([msgspec.Raw(reply.body)], reply.body, listing)
        if listing.undecodable:
            raise ProtocolTrouble(f"the answer for {path} is no JSON object, or was cut")
        self._report(1, ListMeta())
        return listing

    async def _add(self, reply: Answer, listing: Listing[Projection]) -> ListMeta:
        """Decode a page into `listing`; returns its metadata."""
        body, path = reply.body, self.kind.path(self.version)
        if self._table and (table := await open_table(body)) is not None:
            await self._keep(read_rows(table), listing)
            return table.metadata or ListMeta()
        if self._auditor is not None and self._every:
            opened = await aside(len(body), open_in_pieces, body)
            envelope = opened or await open_envelope(body, path)
            await self._look(self._auditor, envelope.items or (), listing)
            return envelope.metadata or ListMeta()
        page: Page[Projection] | Envelope = open_page(
            body, self.kind.projection
        ) or await open_envelope(body, path)
        await self._take(page.items or (), body, listing)
        return page.metadata or ListMeta()

    def _server_time(self, date: float | None) -> float:
        return self.pace.wall() + self.client.clock_offset if date is None else date

    def _report(self, read: int, meta: ListMeta) -> None:
        if self.progress is not None:
            rest = meta.remaining_item_count if meta.continue_ else 0
            self.progress(read, None if rest is None else read + rest)

    async def _take(
        self,
        items: Sequence[msgspec.Raw | Projection],
        body: bytes,
        listing: Listing[Projection],
    ) -> None:
        """Put a page into `listing`; of some objects in it their bytes are looked at, too."""
        decode = ProjectionDecoder(self.kind.projection).decode
        watchful = self._auditor
        wanted: list[tuple[int, int]] = []

        def decoded() -> Iterator[Decoded[Projection] | None]:
            for number, item in enumerate(items):
                try:
                    one = decode(item) if isinstance(item, msgspec.Raw) else Decoded(item)
                except UndecodableError:
                    yield None
                    continue
                if watchful is not None and watchful.wants(one.object):
                    wanted.append((number, len(listing.objects)))
                yield one

        await self._keep(decoded(), listing)
        if watchful is not None and wanted:
            await _look_again(watchful, wanted, items, body, listing)

    async def _look(
        self, watchful: Auditor, items: Sequence[msgspec.Raw], listing: Listing[Projection]
    ) -> None:
        """Put a page into `listing`, every object of which is looked at."""
        decode = ProjectionDecoder(self.kind.projection).decode

        def look(batch: Sequence[msgspec.Raw]) -> list[Decoded[Projection] | None]:
            return _looked_at(watchful, decode, batch)

        for size, batch in _batches(items):
            await self._keep(await aside(size, look, batch), listing)

    async def _keep(
        self, page: Iterable[Decoded[Projection] | None], listing: Listing[Projection]
    ) -> None:
        """Add objects to `listing` (None: undecodable), giving others a turn every `SLICE`."""
        share = sharer(self.kind.projection) if self.sharing else None
        scrub = scrubber_of(self.kind.projection)
        only_audited = self.kind.only_audited
        began = perf_counter()
        for number, decoded in enumerate(page):
            listing.seen += 1
            if decoded is None:
                listing.undecodable += 1
            elif not only_audited or decoded.audit is not None:
                if scrub is not None:
                    scrub(decoded.object)
                if share is not None:
                    share(decoded.object)
                listing.objects.append(decoded)
            if not number % 16 and perf_counter() - began > SLICE:
                await asyncio.sleep(0)
                began = perf_counter()


Decode = Callable[[msgspec.Raw], Decoded[Projection]]


def _looked_at(
    watchful: Auditor, decode: Decode, raws: Sequence[msgspec.Raw]
) -> list[Decoded[Projection] | None]:  # fmt: skip
    """Objects with what was seen in each; None for one that cannot be decoded."""
    found: list[Decoded[Projection] | None] = []
    for raw in raws:
        try:
            found.append(decode(raw))
        except UndecodableError:
            found.append(None)
    readable = [raw for raw, one in zip(raws, found, strict=True) if one is not None]
    seen = iter(watchful.look_all(readable))
    for number, one in enumerate(found):
        if one is not None and (new := next(seen)) is not None:
            found[number] = Decoded(one.object, one.faults, new)
    return found


async def _look_again(
    watchful: Auditor,
    wanted: Sequence[tuple[int, int]],
    items: Sequence[msgspec.Raw | Projection],
    body: bytes,
    listing: Listing[Projection],
) -> None:
    """Look at some objects of a page, by their place in it and in `listing`."""
    if not all(isinstance(item, msgspec.Raw) for item in items):
        opened = await aside(len(body), open_in_pieces, body)
        items = opened.items or () if opened else ()
    raws = [items[number] for number, _ in wanted]
    found = [
        seen
        for size, batch in _batches([raw for raw in raws if isinstance(raw, msgspec.Raw)])
        for seen in await aside(size, watchful.look_all, batch)
    ]
    for (_, at), seen in zip(wanted, found, strict=True):
        if seen is not None:
            held = listing.objects[at]
            listing.objects[at] = Decoded(held.object, held.faults, seen)


def _batches(items: Sequence[msgspec.Raw]) -> Iterator[tuple[int, list[msgspec.Raw]]]:
    """Items, as many at a time as fit into `BATCH` bytes, with their size; at least one."""
    batch: list[msgspec.Raw] = []
    size = 0
    for item in items:
        length = memoryview(item).nbytes
        if batch and size + length > BATCH:
            yield size, batch
            batch, size = [], 0
        batch.append(item)
        size += length
    if batch:
        yield size, batch


def _fitting(size: int, items: int, most: int) -> int:
    """How many objects a page of about `PAGE_BYTES` has, as the last one went."""
    return max(1, min(most, PAGE_BYTES * max(items, 1) // max(size, 1)))
