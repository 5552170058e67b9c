"""Secrets as a Table: their metadata, and of the rest only what kubectl prints of it.

A Table has the type of a Secret and how many keys it holds, which no other form has without the
values. A server that makes no Tables answers with the second form asked for: metadata alone.
Sources: kubernetes.io, API concepts, "Receiving resources as Tables"; columns of `kubectl get
secrets` in kube-apiserver.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final, cast

import msgspec
from msgspec import field
from msgspec.structs import force_setattr

from mckconsole.domain.credentials import Secret
from mckconsole.domain.decode import Decoded, ProjectionDecoder, UndecodableError
from mckconsole.domain.objects import Projection
from mckconsole.domain.text import clean, shorten
from mckconsole.sources.api import METADATA_LIST
from mckconsole.sources.envelopes import ListMeta

TABLE: Final = f"application/json;as=Table;v=v1;g=meta.k8s.io,{METADATA_LIST}"
"""Media types of the Table, and of metadata alone; never plain JSON, which has the values."""
INCLUDE: Final = {"includeObject": "Metadata"}
"""Query parameters beside them."""
_MAX_TYPE = 253


class _Column(msgspec.Struct, frozen=True):
    name: str = ""


class _Row(msgspec.Struct, frozen=True):
    cells: list[msgspec.Raw] = field(default_factory=list)
    object: msgspec.Raw = msgspec.Raw(b"null")


class Table(msgspec.Struct, frozen=True, rename="camel"):
    """A page of a list as a Table."""

    rows: list[_Row] | None
    column_definitions: list[_Column] = field(default_factory=list)
    metadata: ListMeta | None = None


_TABLE = msgspec.json.Decoder(Table)
_TEXT = msgspec.json.Decoder(str)
_NUMBER = msgspec.json.Decoder(int)
_BAD = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def open_table(body: bytes) -> Table | None:
    """The page in `body`; None for what is no Table."""
    try:
        return _TABLE.decode(body)
    except _BAD:
        pass
    try:
        data = json.loads(body.decode("utf-8", "replace"), strict=False)
        return _TABLE.decode(json.dumps(data).encode())
    except (*_BAD, ValueError):
        return None


def read_rows(table: Table) -> Iterator[Decoded[Projection] | None]:
    """The Secret of each row, without values; None for one that cannot be read."""
    decode = ProjectionDecoder(Secret).decode
    names = [column.name for column in table.column_definitions]
    type_at, count_at = (names.index(one) if one in names else -1 for one in ("Type", "Data"))
    for row in table.rows or ():
        try:
            decoded = decode(row.object)
        except UndecodableError:
            yield None
            continue
        force_setattr(decoded.object, "type", _text(row.cells, type_at))
        force_setattr(decoded.object, "count", _count(row.cells, count_at))
        yield cast("Decoded[Projection]", decoded)


def _text(cells: Sequence[msgspec.Raw], at: int) -> str:
    try:
        return shorten(clean(_TEXT.decode(cells[at])), _MAX_TYPE) if 0 <= at < len(cells) else ""
    except _BAD:
        return ""


def _count(cells: Sequence[msgspec.Raw], at: int) -> int:
    try:
        return max(_NUMBER.decode(cells[at]), -1) if 0 <= at < len(cells) else -1
    except _BAD:
        return -1
