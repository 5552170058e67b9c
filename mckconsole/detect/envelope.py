"""An object's outer shape, with everything inside left as bytes until it is wanted."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from mckconsole.domain.objects import OwnerReference
from mckconsole.domain.ownership import owner_of
from mckconsole.domain.text import clean, shorten

NOTHING = msgspec.Raw(b"null")
_LONE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_MAX_OWNER = 300


class Metadata(msgspec.Struct, rename="camel"):
    """What is wanted of metadata."""

    creation_timestamp: str | None = ""
    labels: msgspec.Raw = NOTHING
    annotations: msgspec.Raw = NOTHING
    owner_references: msgspec.Raw = NOTHING
    managed_fields: msgspec.Raw = NOTHING

    def __repr__(self) -> str:  # annotations repeat values
        return "<Metadata>"


class Envelope(msgspec.Struct, rename="camel"):
    """Any object of the API; its `repr` shows nothing of it."""

    metadata: Metadata = msgspec.field(default_factory=Metadata)
    type: str | None = ""
    data: msgspec.Raw = NOTHING
    binary_data: msgspec.Raw = NOTHING
    string_data: msgspec.Raw = NOTHING
    spec: msgspec.Raw = NOTHING

    def __repr__(self) -> str:
        return "<Envelope>"


_decode = msgspec.json.Decoder(Envelope).decode
_TEXTS = msgspec.json.Decoder(dict[str, str])
_OWNERS = msgspec.json.Decoder(tuple[OwnerReference, ...])


def open_envelope(raw: bytes) -> Envelope | None:
    """Read an object; what is odd in it (bad UTF-8, lone surrogates) is made readable first. None
    where that does not help."""
    try:
        return _decode(raw)
    except (ValueError, RecursionError):
        pass
    try:
        text = json.dumps(json.loads(raw.decode("utf-8", "replace"), strict=False))
        return _decode(_LONE.sub(rb"\\ufffd", text.encode()))
    except (ValueError, RecursionError):
        return None


def tree(raw: msgspec.Raw) -> Any:
    """What a part of the object holds, decoded; None where it is nothing that can be."""
    try:
        return msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return None


def owner(metadata: Metadata) -> str:
    """Who looks after the object, in words."""
    try:
        references = _OWNERS.decode(metadata.owner_references or b"[]")
    except (ValueError, RecursionError):
        references = ()
    labels, notes = _texts(metadata.labels), _texts(metadata.annotations)
    return shorten(clean(str(owner_of(references, labels, notes))), _MAX_OWNER)


def _texts(raw: msgspec.Raw) -> dict[str, str]:
    try:
        return _TEXTS.decode(raw)
    except (ValueError, RecursionError):
        return {}
