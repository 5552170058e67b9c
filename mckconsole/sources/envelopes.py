"""Open the body of a list: its metadata, and its items, still undecoded where that is wanted.

A body that is quite JSON, as the RFC has it, is opened by one decoder; what is not, piece by piece.
Nothing here knows what an item holds.
"""

from __future__ import annotations

import asyncio
import json
from functools import cache
from typing import Generic, TypeVar

import msgspec

from mckconsole.domain.decode import may_hold_odd_text
from mckconsole.domain.objects import Projection
from mckconsole.sources.errors import ProtocolTrouble
from mckconsole.sources.items import split_list

P = TypeVar("P", bound=Projection)

ONE_PASS = 8 * 2**20
"""Bytes up to which a page is decoded in one pass: about 8 ms of the loop's time."""
MAX_DEEP = 16 * 2**20
"""Bytes up to which the items of a page are searched token by token: about two seconds."""
_PIECE = 4 * 2**20
"""Bytes of a larger body that are taken apart at a time."""
_TRIES = 16
"""Places at which a piece does not end that are tried."""
_BETWEEN = b'},{"metadata":'
"""Where one item may end and the next begin: never inside of a text, where quotes are escaped."""
_ITEMS = b'"items":['


class ListMeta(msgspec.Struct, frozen=True, rename="camel"):
    """Metadata of a list."""

    resource_version: str = ""
    continue_: str = msgspec.field(default="", name="continue")
    remaining_item_count: int | None = None


class Envelope(msgspec.Struct, frozen=True):
    """A page whose items are still to be decoded."""

    items: list[msgspec.Raw] | None
    metadata: ListMeta | None = None


class Page(msgspec.Struct, Generic[P], frozen=True):
    """A page whose objects all fit their projection."""

    items: list[P] | None
    metadata: ListMeta | None = None


_ENVELOPE = msgspec.json.Decoder(Envelope)
_RAWS = msgspec.json.Decoder(list[msgspec.Raw])
_BAD = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@cache
def _page_decoder(projection: type[Projection]) -> msgspec.json.Decoder[Page[Projection]]:
    return msgspec.json.Decoder(Page[projection])  # type: ignore[valid-type]


def open_page(body: bytes, projection: type[Projection]) -> Page[Projection] | None:
    """Decode a page in one pass; None for one that is large, odd in any object or holds odd text.

    One pass costs half of splitting the page first. It is only for pages in which no string can
    need cleaning and which are small enough not to hold up the loop.
    """
    if len(body) > ONE_PASS or may_hold_odd_text(body):
        return None
    try:
        return _page_decoder(projection).decode(body)
    except _BAD:
        return None


async def open_envelope(body: bytes, path: str) -> Envelope:
    """Find the items of a list, also in a body that is not quite JSON as the RFC has it.

    Raises:
        ProtocolTrouble: `body` is no list; `path` is where it came from.
    """
    try:
        return _ENVELOPE.decode(body)
    except _BAD:
        pass
    try:
        return _open_leniently(body, path)
    except RecursionError:
        return await _open_deep(body, path)


def open_in_pieces(body: bytes) -> Envelope | None:
    """The same, a few megabytes at a time; None where `open_envelope` must help.

    For a thread: one decoder would hold up all others for as long as it takes. Only a body as API
    servers write it, with the metadata first and the items last, is taken apart.
    """
    start = body.find(_ITEMS) + len(_ITEMS)
    try:
        if len(body) <= ONE_PASS:
            return _ENVELOPE.decode(body)
        if start < len(_ITEMS):
            return None
        head = _ENVELOPE.decode(body[:start] + b"]}")
        items: list[msgspec.Raw] = []
        end = len(body.rstrip()) - len(b"]}")
        while start < end:
            start = _take_piece(body, start, end, items)
    except _BAD:
        return None
    return Envelope(items, head.metadata)


def _take_piece(body: bytes, start: int, end: int, items: list[msgspec.Raw]) -> int:
    """Add what is between `start` and some place where an item ends; returns the next start.

    Raises:
        msgspec.DecodeError: no such place was found.
    """
    cut, tries = start + _PIECE, 0
    while True:
        found = body.find(_BETWEEN, cut, end)
        cut = found + 1 if found >= 0 else end
        try:
            items += _RAWS.decode(b"[%b]" % body[start:cut])
        except _BAD:  # inside of an item, which has a list of objects itself
            tries += 1
            if cut == end or tries == _TRIES:
                raise
        else:
            return cut + 1


async def _open_deep(body: bytes, path: str) -> Envelope:
    """Find the items where one is nested too deeply; in a thread, for it may be a large body."""
    found = await asyncio.to_thread(split_list, body) if len(body) <= MAX_DEEP else None
    if found is None:
        raise ProtocolTrouble(f"the answer for {path} is nested too deeply, or was cut")
    head, items = found
    try:
        metadata = _open_leniently(head, path).metadata
    except RecursionError:
        raise ProtocolTrouble(f"the list {path} has no usable metadata") from None
    return Envelope([msgspec.Raw(item) for item in items], metadata)


def _open_leniently(body: bytes, path: str) -> Envelope:
    """Find the items through Python's own decoder; raises RecursionError where one is deep."""
    try:
        data = json.loads(body.decode("utf-8", "replace"), strict=False)
    except ValueError:
        raise ProtocolTrouble(f"the answer for {path} is not JSON, or was cut") from None
    if not isinstance(data, dict) or not isinstance(data.get("items", ""), list | None):
        raise ProtocolTrouble(f"the answer for {path} is not a Kubernetes list")
    meta = data.get("metadata")
    try:
        head = msgspec.convert(meta, ListMeta) if meta is not None else None
    except (msgspec.ValidationError, UnicodeEncodeError):
        raise ProtocolTrouble(f"the list {path} has no usable metadata") from None
    items = [msgspec.Raw(json.dumps(item).encode()) for item in data["items"] or []]
    return Envelope(items, head)
