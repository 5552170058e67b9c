"""Hypothesis strategies for Kubernetes objects: valid ones, nearly valid ones and junk."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin

import msgspec
from hypothesis import strategies as st

from mckconsole.domain.kinds import KINDS
from mckconsole.domain.objects import Projection

PROJECTIONS: tuple[type[Projection], ...] = tuple(dict.fromkeys(kind.projection for kind in KINDS))

HOSTILE = st.text(
    alphabet=[
        "a",
        "é",
        "\x00",
        "\x1b",
        "\x9b",
        "\u202e",
        "\u200b",
        "\n",
        "\u0301",
        '"',
        "\\",
        "[",
        "🚀",
    ],
    max_size=8,
)
TEXT = st.sampled_from(["", "a", "10.0.0.0/16", "2026-08-01T09:00:01Z", "True"]) | HOSTILE
JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def documents(kind: type[msgspec.Struct], junk: bool) -> st.SearchStrategy[dict[str, Any]]:
    """JSON objects for a struct; with `junk`, any value at any depth may be anything."""
    fields = {
        field.encode_name: _values(field.type, junk) for field in msgspec.structs.fields(kind)
    }
    known = st.fixed_dictionaries({}, optional=fields)
    unread = sorted({"apiVersion", "kind", "unread"} - fields.keys())
    extra = st.dictionaries(st.sampled_from(unread), JUNK, max_size=1)
    return st.builds(lambda a, b: {**b, **a}, known, extra)


def _values(kind: Any, junk: bool) -> st.SearchStrategy[Any]:
    return (_valid(kind, junk) | JUNK) if junk else _valid(kind, junk)


def _valid(kind: Any, junk: bool) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (list, tuple):
        return st.lists(_values(arguments[0], junk), max_size=2)
    if origin is dict:
        return st.dictionaries(TEXT, _values(arguments[1], junk), max_size=2)
    if origin in (Union, types.UnionType):
        return st.one_of(*(_valid(one, junk) for one in arguments))
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return documents(kind, junk)
    simple: dict[Any, st.SearchStrategy[Any]] = {
        str: TEXT,
        int: st.integers(-(2**63), 2**63 - 1),
        bool: st.booleans(),
        types.NoneType: st.none(),
        msgspec.Raw: JUNK,
    }
    return simple[kind]


def strings(value: object) -> Iterator[str]:
    """Every string in built-in data, dict keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(key)
            yield from strings(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from strings(item)


def plain(value: object) -> Any:
    """What a decoded value holds, as built-in data; what a `msgspec.Raw` still holds is in it too.

    `msgspec.to_builtins` refuses those.
    """
    if isinstance(value, msgspec.Struct):
        return {
            field.encode_name: plain(getattr(value, field.name))
            for field in msgspec.structs.fields(value)
            if getattr(value, field.name) != msgspec.Raw()
        }
    if isinstance(value, msgspec.Raw):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, dict):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
