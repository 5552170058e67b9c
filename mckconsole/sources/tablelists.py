"""Read any kind as the API server prints it: a Table, listed by pages and watched.

A server that prints no Tables is taken at its word: metadata alone, or whole objects of which
nothing but the metadata is decoded. Of Secrets neither is asked for where values could come.
This module must not retry, and keeps nothing but the columns.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from time import perf_counter
from typing import TypeAlias
from urllib.parse import quote

import msgspec

from mckconsole.domain.decode import Decoded
from mckconsole.domain.objects import Projection
from mckconsole.domain.resources import Query, ResourceKind, TableColumn
from mckconsole.sources.api import JSON, METADATA, METADATA_LIST, Answer, ApiReader
from mckconsole.sources.envelopes import ListMeta, open_envelope
from mckconsole.sources.errors import Expired, TooMany
from mckconsole.sources.lines import Oversized
from mckconsole.sources.listing import Listing
from mckconsole.sources.lists import PAGE_SIZE, SLICE, Progress
from mckconsole.sources.pace import REAL, Pace
from mckconsole.sources.pages import PageExpired, Pages, read_pages
from mckconsole.sources.reading import Reading
from mckconsole.sources.tablerows import (
    PLAIN_COLUMNS,
    Printed,
    RawRow,
    RowMaker,
    RowObject,
    plain,
    read_columns,
)
from mckconsole.sources.tables import INCLUDE, open_table
from mckconsole.sources.watch import (
    Bookmark,
    Decoder,
    Event,
    Happening,
    Unreadable,
    read_bookmark,
    read_event,
)

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
MAX_ROWS = 200_000
"""Rows of one list that are held: about 200 MB."""
_ONE_PASS = 4 * 2**20
"""Bytes up to which a page is decoded in one pass."""
_BAD = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

Columns: TypeAlias = tuple[TableColumn, ...]


class _Page(msgspec.Struct, frozen=True, rename="camel"):
    """A page whose rows are all as they should be."""

    rows: list[RawRow] | None
    column_definitions: msgspec.Raw = msgspec.Raw(b"[]")
    metadata: ListMeta | None = None


class _EventTable(msgspec.Struct, frozen=True, rename="camel"):
    kind: str = ""
    rows: list[RawRow] | None = None
    column_definitions: msgspec.Raw = msgspec.Raw(b"null")


_PAGE = msgspec.json.Decoder(_Page)
_EVENT = msgspec.json.Decoder(_EventTable)
_ROW = msgspec.json.Decoder(RawRow)
_OBJECT = msgspec.json.Decoder(RowObject)


class TableReading(Reading[Printed]):
    """Rows of one kind in one namespace, or in all."""

    def __init__(
        self,
        kind: ResourceKind,
        query: Query,
        namespace: str = "",
        *,
        arranged: Callable[[Columns], None] = lambda columns: None,
    ) -> None:
        """`arranged` is told the columns before the rows of a list are handed out."""
        self._kind = kind
        self._query = query
        self._namespace = namespace
        self._arranged = arranged
        self._maker = RowMaker(kind)
        self.columns: Columns = ()
        """Those of the last list."""

    @property
    def name(self) -> str:
        """What is read."""
        return self._kind.name

    @property
    def path(self) -> str:
        """Of the list, relative to the cluster's base URL."""
        kind = self._kind
        root = f"/apis/{kind.group}/{kind.version}" if kind.group else f"/api/{kind.version}"
        place = f"/namespaces/{quote(self._namespace, safe='')}" if self._namespace else ""
        return f"{root}{place}/{kind.plural}"

    @property
    def params(self) -> Mapping[str, str]:
        """The selectors, and that metadata comes with each row."""
        query = self._query
        fields = {"fieldSelector": query.fields} if query.fields else {}
        labels = {"labelSelector": query.labels} if query.labels else {}
        return {**fields, **labels, **INCLUDE}

    @property
    def accept(self) -> str:
        """What a watch is asked for in."""
        return self._accepted(METADATA)

    def _accepted(self, metadata: str) -> str:
        """A Table, else metadata; else whatever there is, but never of what is a credential."""
        wanted = (TABLE, metadata) if self._kind.secret else (TABLE, metadata, JSON)
        return ",".join(wanted)

    async def list(
        self,
        client: ApiReader,
        *,
        page_size: int = PAGE_SIZE,
        progress: Progress | None = None,
        pace: Pace = REAL,
    ) -> Listing[Projection]:
        """All rows; raises like `list_kind`."""
        try:
            found = await _Lister(self, client, progress, pace).all(page_size)
        except PageExpired:
            found = await _Lister(self, client, progress, pace).all(0)
        self._arranged(self.columns)
        return found

    def events(self) -> Decoder[Printed]:
        """Reads the lines of one watch; columns other than the list's need another list."""
        return _Events(self)

    def arrange(self, columns: Columns) -> RowMaker:
        """What makes rows in these columns."""
        self.columns = columns
        self._maker.arrange(columns)
        return self._maker

    def list_accept(self) -> str:
        """What a list is asked for in."""
        return self._accepted(METADATA_LIST)

    def read(self, raw: msgspec.Raw) -> Printed | None:
        """The row in an event.

        Raises:
            Expired: the columns are others by now.
            DecodeError, UnicodeDecodeError, RecursionError: it cannot be read.
        """
        table = self._open(raw)
        if table.kind != "Table":
            return self._maker.event(plain(_OBJECT.decode(raw)))
        return self._maker.event(table.rows[0]) if table.rows else None

    def read_bookmark(self, raw: msgspec.Raw) -> Bookmark | Unreadable:
        """The bookmark in an event; raises `Expired` like `read`."""
        with contextlib.suppress(*_BAD):
            self._open(raw)
        return read_bookmark(raw)

    def _open(self, raw: msgspec.Raw) -> _EventTable:
        """The first table of a watch defines the columns, those of a bookmark too."""
        table = _EVENT.decode(raw)
        columns = read_columns(table.column_definitions) if table.kind == "Table" else ()
        if columns and columns != self.columns:
            raise Expired(f"the columns of {self._kind.name} changed")
        return table


class _Lister:
    """Reads one list."""

    def __init__(
        self, reading: TableReading, client: ApiReader, progress: Progress | None, pace: Pace
    ) -> None:
        self._reading = reading
        self._client = client
        self._progress = progress
        self._pace = pace
        self._listing: Listing[Projection] = Listing()

    async def all(self, page_size: int) -> Listing[Projection]:
        """Follow the pages to the end."""
        reading = self._reading
        params = {**reading.params, **({"limit": str(page_size)} if page_size else {})}
        pages = Pages(self._client, reading.path, reading.list_accept())
        await read_pages(pages, params, self._take, ahead=True)
        return self._listing

    async def _take(self, reply: Answer) -> ListMeta:
        listing = self._listing
        first = not listing.received
        if first:
            local = self._pace.wall() + self._client.clock_offset
            listing.as_of = local if reply.date is None else reply.date
        listing.received += len(reply.body)
        meta = await self._add(reply.body, first)
        if listing.seen > MAX_ROWS:
            hint = "name namespaces, or a label"
            raise TooMany(f"there are more than {MAX_ROWS:,} {self._reading.name}", hint=hint)
        if first:
            listing.resource_version = meta.resource_version
        if self._progress is not None:
            rest = meta.remaining_item_count if meta.continue_ else 0
            self._progress(listing.seen, None if rest is None else listing.seen + rest)
        return meta

    async def _add(self, body: bytes, first: bool) -> ListMeta:
        """Take in a page, as a Table in one pass, as one piece by piece, or as a list."""
        try:
            page = _PAGE.decode(body) if len(body) <= _ONE_PASS else None
        except _BAD:
            page = None
        if page is not None:
            maker = self._maker(page.column_definitions, first)
            await self._keep(map(maker.make, page.rows or ()))
            return page.metadata or ListMeta()
        table = await open_table(body)
        if table is not None:
            maker = self._maker(table.column_definitions, first)
            await self._keep(_each(table.rows or (), lambda raw: maker.make(_ROW.decode(raw))))
            return table.metadata or ListMeta()
        envelope = await open_envelope(body, self._reading.path)
        maker = self._reading.arrange(PLAIN_COLUMNS)
        await self._keep(
            _each(envelope.items or (), lambda raw: maker.make(plain(_OBJECT.decode(raw))))
        )
        return envelope.metadata or ListMeta()

    def _maker(self, definitions: msgspec.Raw, first: bool) -> RowMaker:
        columns = read_columns(definitions) if first else ()
        return self._reading.arrange(columns or self._reading.columns)

    async def _keep(self, rows: Iterable[Printed | None]) -> None:
        """Add rows (None: unreadable), giving others a turn every `SLICE`."""
        listing = self._listing
        began = perf_counter()
        for number, row in enumerate(rows):
            listing.seen += 1
            if row is None:
                listing.undecodable += 1
            else:
                listing.objects.append(Decoded(row))
            if not number % 16 and perf_counter() - began > SLICE:
                await asyncio.sleep(0)
                began = perf_counter()


def _each(
    raws: Iterable[msgspec.Raw], make: Callable[[msgspec.Raw], Printed | None]
) -> Iterator[Printed | None]:
    """The row of each; None for one that cannot be read: it costs itself alone."""
    for raw in raws:
        try:
            yield make(raw)
        except _BAD:
            yield None


class _Events:
    """Reads the lines of one watch."""

    def __init__(self, reading: TableReading) -> None:
        self._reading = reading

    async def next(self, line: bytes | Oversized) -> Event[Printed]:
        """The event in `line`; raises `Expired` where the columns are others by now."""
        return read_event(line, self._row, self._reading.read_bookmark)

    def _row(self, raw: msgspec.Raw, event: Happening[Printed]) -> Event[Printed]:
        try:
            row = self._reading.read(raw)
        except _BAD:
            return Unreadable("an event's row could not be decoded")
        return Unreadable("an event's row has no name") if row is None else event(Decoded(row))
