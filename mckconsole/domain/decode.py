"""Turn the bytes of one Kubernetes object into its projection: fast, clean, never all or nothing.

The fast path is one typed msgspec pass. Only an object that does not fit its type (a null list, a
number where text should be, bad UTF-8, a lone surrogate) takes the slow path, which keeps what
fits, uses the default for what does not, and names the paths it gave up on: one odd object costs
one degraded row, never a list. Text is cleaned here and nowhere else.

A projection may reduce itself in `__post_init__` (a `msgspec.Raw` field searched and emptied, a
value dropped for its name). It runs once for every struct on every path, on text that is not clean
yet; it must not raise.
"""

from __future__ import annotations

import copy
import json
import re
import types
from functools import cache
from typing import Any, Generic, TypeVar, Union, get_args, get_origin

import msgspec

from mckconsole.domain.audit import Audited
from mckconsole.domain.objects import Projection
from mckconsole.domain.text import clean, shorten

P = TypeVar("P", bound=Projection)

MAX_FAULTS = 20
"""How many left-out paths of one object are named."""
MAX_PATH = 200
"""How much of one such path is shown, characters."""

_ESCAPE = re.compile(rb"\\[bfnrtu]")
_UNIONS = (Union, types.UnionType)


def may_hold_odd_text(raw: bytes) -> bool:
    """Whether a string decoded from `raw` may hold anything but printable ASCII.

    JSON allows such text only as bytes from 0x7f on or as escapes other than `\\"`; a false alarm
    (`\\\\n`) costs a walk. The searches stay apart: each is a scan at memory speed, while one
    regular expression for all of them is ten times slower.
    """
    return not raw.isascii() or b"\x7f" in raw or _ESCAPE.search(raw) is not None


class Decoded(msgspec.Struct, Generic[P], frozen=True, gc=False):
    """One decoded object; `faults` names the paths that could not be read and why."""

    object: P
    faults: tuple[str, ...] = ()
    audit: Audited | None = None
    """What was seen of credentials and certificates in it, where these were looked for and there
    is something to say."""


class UndecodableError(ValueError):
    """The bytes hold no JSON object at all."""


class ProjectionDecoder(Generic[P]):
    """Decodes objects of one kind."""

    def __init__(self, projection: type[P]) -> None:
        self._type = projection
        self._decoder = msgspec.json.Decoder(projection)

    def decode(self, raw: bytes | memoryview | msgspec.Raw) -> Decoded[P]:
        """Decode one object.

        Raises:
            UndecodableError: there is no JSON object in `raw`; the message holds none of its text.
        """
        try:
            found = self._decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._decode_leniently(bytes(raw))
        if may_hold_odd_text(bytes(raw)):
            found = clean_struct(found)
        return Decoded(found)

    def _decode_leniently(self, raw: bytes) -> Decoded[P]:
        try:
            data = json.loads(raw.decode("utf-8", "replace"), strict=False)
        except (ValueError, RecursionError) as error:
            raise UndecodableError(type(error).__name__) from None
        if not isinstance(data, dict):
            raise UndecodableError(f"expected an object, got {type(data).__name__}")
        faults: list[str] = []
        try:
            found = _fit(self._type, data, "", faults)
        except RecursionError:
            raise UndecodableError("nested too deeply") from None
        return Decoded(clean_struct(found), tuple(faults))


def _fit(kind: Any, data: Any, path: str, faults: list[str]) -> Any:
    """Convert `data` to the struct `kind`, defaulting what does not fit; null is the default."""
    fields: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        value = data.get(field.encode_name)
        if value is None:
            continue
        where = f"{path}.{field.encode_name}" if path else field.encode_name
        fitted = _fit_value(field.type, value, where, faults)
        if fitted is not None:
            fields[field.name] = fitted
    return kind(**fields)


def _fit_value(kind: Any, value: Any, path: str, faults: list[str]) -> Any:
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, RecursionError, UnicodeEncodeError):
        pass
    for one in get_args(kind) if get_origin(kind) in _UNIONS else (kind,):
        found = _fit_parts(one, value, path, faults)
        if found is not None:
            return found
    if value is not None:
        _fault(faults, path, value)
    return None


def _fit_parts(kind: Any, value: Any, path: str, faults: list[str]) -> Any:
    """What fits of a struct, a list or a dict; None where `value` is nothing of the kind."""
    if kind is msgspec.Raw:
        return _encode(value)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(value, dict):
        return _fit(kind, value, path, faults)
    container = get_origin(kind)
    if container in (list, tuple) and isinstance(value, list):
        item = get_args(kind)[0]
        fitted = [_fit_value(item, one, f"{path}[{i}]", faults) for i, one in enumerate(value)]
        return container(one for one in fitted if one is not None)
    if container is dict and isinstance(value, dict):
        _, item = get_args(kind)
        entries = {k: _fit_value(item, v, f"{path}[{k!r}]", faults) for k, v in value.items()}
        return {k: v for k, v in entries.items() if v is not None}
    return None


def _encode(value: Any) -> msgspec.Raw | None:
    """The bytes of a value that a projection reads itself; None for one nested too deeply."""
    try:
        return msgspec.Raw(json.dumps(value, separators=(",", ":")).encode())
    except RecursionError:
        return None


def _fault(faults: list[str], path: str, value: object) -> None:
    """Note one path that was left out; many more than anybody reads are not listed."""
    if len(faults) < MAX_FAULTS:
        faults.append(f"{shorten(clean(path), MAX_PATH)}: unexpected {type(value).__name__}")
    elif len(faults) == MAX_FAULTS:
        faults.append("… and more")


S = TypeVar("S", bound=msgspec.Struct)


def clean_struct(struct: S) -> S:
    """A copy of `struct` with every string in it cleaned; the same object when nothing changed.

    `__post_init__` does not run again: what it read may be gone. What a `msgspec.Raw` holds is left
    as it is.
    """
    changes: dict[str, Any] = {}
    for name in _field_names(type(struct)):
        value = getattr(struct, name)
        tidy = _clean_value(value)
        if tidy is not value:
            changes[name] = tidy
    if not changes:
        return struct
    cleaned = copy.copy(struct)
    for name, value in changes.items():
        msgspec.structs.force_setattr(cleaned, name, value)
    return cleaned


@cache
def _field_names(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    return kind.__struct_fields__


def _clean_value(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, msgspec.Struct):
        return clean_struct(value)
    if isinstance(value, (list, tuple)):
        items = [_clean_value(item) for item in value]
        same = all(a is b for a, b in zip(items, value, strict=True))
        return value if same else type(value)(items)
    if isinstance(value, dict):
        pairs = {clean(key): _clean_value(item) for key, item in value.items()}
        return pairs if pairs != value else value
    return value
