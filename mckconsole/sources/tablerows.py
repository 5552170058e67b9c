"""One row of a Table, as the API server prints any kind: its cells, and metadata of its object.

Texts are clean, bounded, without what looks like a credential, and equal ones of many rows are one
in memory. Of an object nothing but its metadata is decoded, whatever the server sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeVar

import msgspec

from mckconsole.domain.objects import Key, Meta, OwnerReference, Projection
from mckconsole.domain.resources import CellValue, ResourceKind, TableColumn, TableRow
from mckconsole.domain.text import clean, shorten
from mckconsole.sources.interning import Table as Known
from mckconsole.sources.redact_said import without_credentials

MAX_CELL: Final = 1024
"""Characters of a cell that are kept."""
MAX_COLUMNS: Final = 64
"""Columns of a table that are read; a definition may ask for any number."""
MAX_LABELS: Final = 64
"""Labels of an object that are kept."""
_MAX_NAME: Final = 253
_MAX_READ: Final = 4 * MAX_CELL
"""Characters of a cell that are looked at."""
_MAX_SHARED: Final = 8192
"""Texts of one column that are remembered."""
_HARMLESS = re.compile(r"[0-9.:,/<>a-z ]{0,15}|[0-9.:,/]{0,120}")
"""Texts in which no credential can be: short words, counts, addresses."""
PLAIN_COLUMNS: Final = (TableColumn("Name"), TableColumn("Age", "date"))
"""What is known of objects of a server that prints no Tables."""

_UNTOLD: Final = Meta()

T = TypeVar("T")


class RowMeta(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """What a row is made of, of its object's metadata."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    creation_timestamp: str | None = ""
    deletion_timestamp: str | None = ""
    labels: dict[str, str] | None = None
    owner_references: list[OwnerReference] | None = None


class RowObject(msgspec.Struct, frozen=True, gc=False):
    """The object beside the cells."""

    metadata: RowMeta | None = None


class RawRow(msgspec.Struct, frozen=True, gc=False):
    """A row as it comes."""

    cells: list[Any] = msgspec.field(default_factory=list)
    object: RowObject | None = None


class Printed(Projection, frozen=True, gc=False):
    """A row on its way to who holds it. Of its metadata there is what a watch goes on from, uid and
    resourceVersion; of one in a list nothing."""

    row: TableRow = TableRow("", "", "", "", ())

    @property
    def key(self) -> Key:
        """(namespace, name) within the cluster."""
        return self.row.key


class RowMaker:
    """Makes rows of one kind; what repeats is shared by all who read the kind."""

    def __init__(self, kind: ResourceKind) -> None:
        self._kind = kind.name
        self._cells: list[Shared] = []

    def arrange(self, columns: Sequence[TableColumn]) -> None:
        """The cells of what follows stand in these columns."""
        self._cells = [_texts(self._kind, column.name) for column in columns]

    def event(self, raw: RawRow) -> Printed | None:
        """The row in an event, with what the watch goes on from; None as of `make`."""
        made, meta = self.make(raw), raw.object and raw.object.metadata
        if made is None or not meta:
            return None
        return Printed(Meta(uid=meta.uid, resource_version=meta.resource_version), made.row)

    def make(self, raw: RawRow) -> Printed | None:
        """The row; None where its object has no name."""
        meta = raw.object.metadata if raw.object else None
        if meta is None or not meta.name:
            return None
        name = _name(meta.name)
        row = TableRow(
            _NAMES[meta.namespace],
            name,
            _name(meta.uid),
            _TIMES[meta.creation_timestamp or ""],
            self._cells_of(raw.cells, name),
            _name(meta.deletion_timestamp or ""),
            _owner(meta.owner_references),
            _labels(meta.labels),
        )
        return Printed(_UNTOLD, row)

    def _cells_of(self, values: Sequence[Any], name: str) -> tuple[CellValue, ...]:
        """One value for each column, whatever came."""
        found: list[CellValue] = []
        for texts, value in zip(self._cells, values, strict=False):
            if value.__class__ is str:
                found.append(name if value == name else texts[value])
            elif value is None or isinstance(value, (int, float)):
                found.append(value)
            else:
                found.append(texts[_nested(value)])
        found.extend([None] * (len(self._cells) - len(found)))
        return tuple(found)


class Shared(dict[str, str]):
    """Texts as they came to what is held of them, each once; a look-up that hits costs no call."""

    def __init__(self, make: Callable[[str], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, text: str) -> str:
        if len(text) > MAX_CELL:
            return self._make(text[:_MAX_READ])
        found = self._make(text)
        if len(self) >= _MAX_SHARED:
            self.clear()  # it fills again with what is current
        self[found if found == text else text] = found
        return found


def plain(found: RowObject) -> RawRow:
    """The row of an object that came without cells; see `PLAIN_COLUMNS`."""
    meta = found.metadata or RowMeta()
    return RawRow([meta.name, meta.creation_timestamp or ""], found)


def read_columns(raw: bytes | msgspec.Raw | None) -> tuple[TableColumn, ...]:
    """The columns that a Table defines; those that cannot be read have no name."""
    try:
        found = msgspec.json.decode(raw or b"[]", type=list[Any] | None, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()
    columns = (one if isinstance(one, dict) else {} for one in (found or ())[:MAX_COLUMNS])
    return tuple(
        TableColumn(
            _word(one.get("name")),
            _word(one.get("type")) or "string",
            priority if isinstance(priority := one.get("priority"), int) else 0,
            shorten(clean(str(one.get("description") or "")), MAX_CELL),
        )
        for one in columns
    )


def _word(value: Any) -> str:
    return shorten(clean(value), 64) if isinstance(value, str) else ""


def _name(text: str) -> str:
    plain = len(text) <= _MAX_NAME and text.isascii() and text.isprintable()
    return text if plain else shorten(clean(text[:_MAX_READ]), _MAX_NAME)


def _nested(value: Any) -> str:
    try:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    except (ValueError, RecursionError):
        return "…"


def _safe(text: str) -> str:
    """`text` as it may be held."""
    text = clean(text)
    return shorten(text if _HARMLESS.fullmatch(text) else without_credentials(text), MAX_CELL)


@lru_cache(maxsize=512)
def _texts(kind: str, column: str) -> Shared:
    """The texts of one column of one kind, for all who read it."""
    del kind, column  # they tell one memory from another
    return Shared(_safe)


_NAMES, _TIMES = Shared(_name), Shared(_name)
_OWNERS, _LABELS, _PAIRS = Known(), Known(), Known()
_NO_OWNER = ("", "")


def _owner(references: Sequence[OwnerReference] | None) -> tuple[str, str]:
    for one in references or ():
        if one.controller:
            return _kept(_OWNERS, (_name(one.kind), _name(one.name)))
    return _NO_OWNER


def _labels(labels: dict[str, str] | None) -> tuple[tuple[str, str], ...]:
    """All labels; the sets of many objects are the same, and of the others nearly all pairs."""
    if not labels:
        return ()
    pairs = tuple(labels.items())
    found: tuple[tuple[str, str], ...] | None = _LABELS.get(pairs) if _LABELS.useful else None
    if found is None:
        found = tuple([_pair(pair) for pair in pairs[:MAX_LABELS]])
        _LABELS.put(pairs, found)
    return found


def _pair(pair: tuple[str, str]) -> tuple[str, str]:
    found: tuple[str, str] | None = _PAIRS.get(pair) if _PAIRS.useful else None
    if found is None:
        found = (_NAMES[pair[0]], _NAMES[pair[1]])
        _PAIRS.put(pair, found)
    return found


def _kept(known: Known, value: T) -> T:
    """The value that is equal and was there first, where such values repeat."""
    if not known.useful:
        return value
    found: T | None = known.get(value)
    if found is None:
        known.put(value, value)
        return value
    return found
