"""Secrets as a Table: their metadata, and of the rest only what kubectl prints of it.

A Table has the type of a Secret and how many keys it holds, which no other form has without the
values. A server that makes no Tables answers with the second form asked for: metadata alone.
Sources: kubernetes.io, API concepts, "Receiving resources as Tables"; columns of `kubectl get
secrets` in kube-apiserver.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from typing import Final, TypeVar, cast

import msgspec
from msgspec.structs import force_setattr

from mckconsole.domain.credentials import Secret
from mckconsole.domain.decode import Decoded, ProjectionDecoder, UndecodableError
from mckconsole.domain.objects import Projection
from mckconsole.domain.text import clean, shorten
from mckconsole.sources.api import METADATA_LIST
from mckconsole.sources.envelopes import MAX_DEEP, ListMeta
from mckconsole.sources.items import split_list

T = TypeVar("T")

TABLE: Final = f"application/json;as=Table;v=v1;g=meta.k8s.io,{METADATA_LIST}"
"""Media types of the Table, and of metadata alone; never plain JSON, which has the values."""
INCLUDE: Final = {"includeObject": "Metadata"}
"""Query parameters beside them."""
_MAX_TYPE = 253
_ROWS = b'"rows"'


class _Column(msgspec.Struct, frozen=True):
    name: str = ""


class _Row(msgspec.Struct, frozen=True):
    cells: msgspec.Raw = msgspec.Raw(b"[]")
    object: msgspec.Raw = msgspec.Raw(b"null")


class Table(msgspec.Struct, frozen=True, rename="camel"):
    """A page of a list as a Table, its rows still undecoded: an odd one costs itself alone."""

    rows: list[msgspec.Raw] | None
    column_definitions: msgspec.Raw = msgspec.Raw(b"[]")
    metadata: ListMeta | None = None


_TABLE = msgspec.json.Decoder(Table)
_COLUMNS = msgspec.json.Decoder(list[_Column])
_ROW = msgspec.json.Decoder(_Row)
_CELLS = msgspec.json.Decoder(list[msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)
_NUMBER = msgspec.json.Decoder(int)
_BAD = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


async def open_table(body: bytes) -> Table | None:
    """The page in `body`, also where it is not quite JSON; None for what is no Table."""
    try:
        return _TABLE.decode(body)
    except _BAD:
        pass
    if _ROWS not in body:
        return None
    try:
        return _open_leniently(body)
    except RecursionError:
        return await _open_deep(body)
    except ValueError:
        return None


def _open_leniently(body: bytes) -> Table | None:
    """Find the rows through Python's own decoder; raises RecursionError where one is deep."""
    data = json.loads(body.decode("utf-8", "replace"), strict=False)
    rows = data.get("rows") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        return None
    table = _TABLE.decode(json.dumps({**data, "rows": []}).encode())
    return Table(
        [msgspec.Raw(json.dumps(row).encode()) for row in rows],
        table.column_definitions,
        table.metadata,
    )


async def _open_deep(body: bytes) -> Table | None:
    """Find the rows where one is nested too deeply; in a thread, for it may be a large body."""
    found = await asyncio.to_thread(split_list, body, _ROWS) if len(body) <= MAX_DEEP else None
    if found is None:
        return None
    try:
        table = _TABLE.decode(found[0])
    except _BAD:
        return None
    return Table([msgspec.Raw(row) for row in found[1]], table.column_definitions, table.metadata)


def read_rows(table: Table) -> Iterator[Decoded[Projection] | None]:
    """The Secret of each row, without values; None for one that cannot be read.

    What a row does not say of its type or of its number of keys is among its faults.
    """
    decode = ProjectionDecoder(Secret).decode
    names = _names(table.column_definitions)
    type_at, count_at = (names.index(one) if one in names else -1 for one in ("Type", "Data"))
    for raw in table.rows or ():
        try:
            row = _ROW.decode(raw)
            decoded = decode(row.object)
        except (*_BAD, UndecodableError):
            yield None
            continue
        faults = list(decoded.faults)
        cells = _cells(row.cells, faults)
        force_setattr(decoded.object, "type", _text(cells, type_at, faults))
        force_setattr(decoded.object, "count", _count(cells, count_at, faults))
        yield cast("Decoded[Projection]", Decoded(decoded.object, tuple(faults)))


def _names(columns: msgspec.Raw) -> list[str]:
    try:
        return [column.name for column in _decoded(_COLUMNS, columns)]
    except _BAD:
        return []


def _cells(cells: msgspec.Raw, faults: list[str]) -> Sequence[msgspec.Raw]:
    try:
        return _CELLS.decode(cells)
    except _BAD:
        faults.append("cells: unexpected content")
        return ()


def _text(cells: Sequence[msgspec.Raw], at: int, faults: list[str]) -> str:
    if not 0 <= at < len(cells):
        return ""
    try:
        return shorten(clean(_decoded(_TEXT, cells[at])), _MAX_TYPE)
    except _BAD:
        faults.append("cells[Type]: no text")
        return ""


def _count(cells: Sequence[msgspec.Raw], at: int, faults: list[str]) -> int:
    if not 0 <= at < len(cells):
        return -1
    try:
        return max(_NUMBER.decode(cells[at]), -1)
    except _BAD:
        faults.append("cells[Data]: no number")
        return -1


def _decoded(decoder: msgspec.json.Decoder[T], raw: msgspec.Raw) -> T:
    """What is in `raw`, whatever its bytes are that are no UTF-8."""
    try:
        return decoder.decode(raw)
    except _BAD:
        return decoder.decode(bytes(raw).decode("utf-8", "replace"))
