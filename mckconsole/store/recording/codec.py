"""Chains as bytes: JSON, deflated. What is read back may be anybody's file, so it is bounded,
fitted to its types, and its text is cleaned again.

Projections are written as they are held: reduced, without any credential. Read back, their
`__post_init__` runs once more, which changes nothing (a test holds every kind to that).
"""

from __future__ import annotations

import copy
import dataclasses
import re
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from mckconsole.domain.access_log import AccessLog
from mckconsole.domain.alerts import AlertsView
from mckconsole.domain.decode import Decoded, clean_struct, may_hold_odd_text
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.resources import TableRow
from mckconsole.domain.snapshot import Handshake
from mckconsole.domain.states import Transition
from mckconsole.domain.text import clean
from mckconsole.store.recording.values import (
    Condition,
    Contact,
    Followed,
    Inspected,
    Lines,
    Member,
    Numbers,
    Series,
    Standing,
    TableHead,
)

LEVEL = 6
MAX_PART = 512 * 2**20
"""Bytes of a part when inflated; more is no recording of ours."""
TOPIC = "topic/"
"""Stands before a topic in the name of the chain of its objects."""
ROWS = "rows/"
"""Stands before a kind in the name of the chain of its table's rows."""

INVENTORY, FLEET, ALERTS, ACCESS = "inventory", "fleet", "alerts", "access"
CONDITION, CONTACT, HANDSHAKE, HISTORY = "condition", "contact", "handshake", "history"
TOPICS, CONFIRMED, SERIES, NUMBERS = "topics", "confirmed", "series", "numbers"
ASKED, TABLES, TABLED, INSPECTED = "asked", "tables", "tabled", "inspected"
LINES, FOLLOWED = "lines", "followed"
"""Names of chains; those of objects are `topic/TOPIC`, those of rows `rows/KIND`."""

QUIET = frozenset({CONTACT, CONFIRMED, SERIES, NUMBERS, ASKED, TABLED, INSPECTED, LINES, FOLLOWED})
"""Chains that change with every answer: no news."""

VALUES: dict[str, Any] = {
    INVENTORY: Member,
    FLEET: tuple[str, ...],
    ALERTS: AlertsView,
    ACCESS: AccessLog,
    CONDITION: Condition,
    CONTACT: Contact,
    HANDSHAKE: Handshake,
    HISTORY: Transition,
    TOPICS: Standing,
    CONFIRMED: float | None,
    SERIES: Series,
    NUMBERS: Numbers,
    ASKED: tuple[float | None, float],
    TABLES: TableHead,
    TABLED: tuple[float | None, float],
    INSPECTED: Inspected,
    LINES: Lines,
    FOLLOWED: Followed,
}
"""By chain: what its values are; its keys are texts."""

K = TypeVar("K")
V = TypeVar("V")
Held: TypeAlias = Decoded[Projection]
_EMPTY_RAW = re.compile(rb'(?<!\\)":(?=[,}])')
"""How msgspec writes a `Raw` that was emptied; within text the quote has a backslash before it."""


class DecodingError(ValueError):
    """Bytes that are no part of a recording; the message holds none of them."""


class Codec(Generic[K, V]):
    """What a part of a chain says: values to put, keys to drop."""

    def encode(self, put: Mapping[K, V], gone: Sequence[K]) -> bytes:
        """As bytes for the file."""
        raise NotImplementedError

    def decode(self, data: bytes) -> tuple[Mapping[K, V], Sequence[K]]:
        """The same again.

        Raises:
            DecodingError: it is none.
        """
        raise NotImplementedError


class _Values(Codec[str, V]):
    """Values of one type under texts."""

    def __init__(self, kind: Any) -> None:
        self._decoder = msgspec.json.Decoder(tuple[dict[str, kind], list[str]])

    def encode(self, put: Mapping[str, V], gone: Sequence[str]) -> bytes:
        return zlib.compress(msgspec.json.encode((dict(put), gone)), LEVEL)

    def decode(self, data: bytes) -> tuple[Mapping[str, V], Sequence[str]]:
        found: tuple[Mapping[str, V], Sequence[str]] = _decoded(self._decoder, data)
        return found


class _Objects(Codec[Key, Held]):
    """Objects of a topic under their own keys."""

    def __init__(self, projection: type[Projection]) -> None:
        self._decoder = msgspec.json.Decoder(
            tuple[list[Decoded[projection]], list[Key]]  # type: ignore[valid-type]
        )

    def encode(self, put: Mapping[Key, Held], gone: Sequence[Key]) -> bytes:
        text = msgspec.json.encode((list(put.values()), gone))
        return zlib.compress(_EMPTY_RAW.sub(b'":null', text), LEVEL)

    def decode(self, data: bytes) -> tuple[Mapping[Key, Held], Sequence[Key]]:
        found, gone = _decoded(self._decoder, data)
        return {one.object.key: one for one in found}, gone


class _Rows(Codec[Key, TableRow]):
    """Rows of a table under their own keys."""

    def __init__(self) -> None:
        self._decoder = msgspec.json.Decoder(tuple[list[TableRow], list[Key]])

    def encode(self, put: Mapping[Key, TableRow], gone: Sequence[Key]) -> bytes:
        return zlib.compress(msgspec.json.encode((list(put.values()), gone)), LEVEL)

    def decode(self, data: bytes) -> tuple[Mapping[Key, TableRow], Sequence[Key]]:
        found, gone = _decoded(self._decoder, data)
        return {one.key: one for one in found}, gone


@cache
def codec(chain: str) -> Codec[Any, Any] | None:
    """How the chain of this name is written; None for one that this program does not know."""
    if chain.startswith(TOPIC):
        kind = BY_TOPIC.get(chain.removeprefix(TOPIC))
        return _Objects(kind.projection) if kind else None
    if chain.startswith(ROWS):
        return _Rows()
    return _Values(VALUES[chain]) if chain in VALUES else None


def inflate(data: bytes) -> bytes:
    """The JSON of a part.

    Raises:
        DecodingError: it is no deflated text, or too long.
    """
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(data, MAX_PART)
    except zlib.error:
        raise DecodingError("a part of it is damaged") from None
    if not inflater.eof:
        raise DecodingError("a part of it is cut off or too long")
    return text


def _decoded(decoder: Any, data: bytes) -> Any:
    text = inflate(data)
    try:
        found = decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DecodingError(f"a part of it does not fit: {type(error).__name__}") from None
    return _tidy(found) if may_hold_odd_text(text) else found


def _tidy(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, msgspec.Struct):
        return clean_struct(value)
    if isinstance(value, (list, tuple)):
        items = [_tidy(one) for one in value]
        same = all(a is b for a, b in zip(items, value, strict=True))
        return value if same else type(value)(items)
    if isinstance(value, dict):
        return {_tidy(key): _tidy(one) for key, one in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _tidy_dataclass(value)
    return value


def _tidy_dataclass(value: Any) -> Any:
    changes = {}
    for field in dataclasses.fields(value):
        held = getattr(value, field.name)
        tidy = _tidy(held)
        if tidy is not held:
            changes[field.name] = tidy
    if not changes:
        return value
    cleaned = copy.copy(value)
    for name, tidy in changes.items():
        object.__setattr__(cleaned, name, tidy)
    return cleaned
