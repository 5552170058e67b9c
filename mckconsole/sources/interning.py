"""Share what repeats between objects: node names, images, label sets, whole container lists.

A pod's namespace, node, images, labels and controller are those of hundreds of other pods. Sharing
them cuts a held pod to a third. What to share is derived from a projection's types, once; fields
whose values turn out not to repeat are left alone, and every table is bounded. Projections are
immutable by convention, so sharing is not observable, but by `is` and in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cache
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import inspect

from mckconsole.domain.objects import Meta, Projection

MAX_ENTRIES: Final = 32_768
"""Entries of one table; a full table is emptied and fills again with what is current."""
_TRIAL: Final = 512
"""Lookups after which a table is judged."""
_MIN_HITS: Final = 0.25
"""Share of lookups that must hit for a table to be kept."""
_UNIQUE: Final = frozenset({"name", "uid", "resource_version"})
"""Metadata fields that never repeat."""

_Share: TypeAlias = Callable[[Any], Any]
"""Returns a value equal to its argument, shared where possible."""


class Table:
    """A bounded set of canonical values that gives up when values do not repeat."""

    __slots__ = ("_limit", "_lookups", "_misses", "_seen", "useful")

    def __init__(self, limit: int = MAX_ENTRIES) -> None:
        self._seen: dict[Hashable, Any] = {}
        self._limit = limit
        self._lookups = 0
        self._misses = 0
        self.useful = True

    def __len__(self) -> int:
        return len(self._seen)

    def get(self, key: Hashable) -> Any:
        """The canonical value for `key`, or None."""
        self._lookups += 1
        return self._seen.get(key)

    def put(self, key: Hashable, value: Any) -> None:
        """Remember `value` for `key`, which `get` did not know."""
        if not self.useful:
            return
        self._misses += 1
        if len(self._seen) >= self._limit:
            self._seen.clear()
        self._seen[key] = value
        if self._lookups >= _TRIAL:
            if self._lookups - self._misses < _MIN_HITS * self._lookups:
                self.useful = False
                self._seen.clear()
            self._lookups = self._misses = 0


@cache
def sharer(projection: type[Projection]) -> Callable[[Projection], None]:
    """The function that shares what it can inside an object of this kind, in place.

    One per kind for the whole process, so that clusters share with each other too. To be called on
    the loop's thread, on objects nobody else has seen yet.
    """
    info = inspect.type_info(projection)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"{projection.__name__} is no projection")
    return _walker(info)


def _walker(info: inspect.StructType) -> Callable[[Any], None]:
    skip = _UNIQUE if issubclass(info.cls, Meta) else frozenset()
    fields = tuple(
        (field.name, share)
        for field in info.fields
        if field.name not in skip and (share := _sharer_of(field.type)) is not None
    )
    force = msgspec.structs.force_setattr

    def walk(struct: Any) -> None:
        for name, share in fields:
            value = getattr(struct, name)
            shared = share(value)
            if shared is not value:
                force(struct, name, shared)

    return walk


def _sharer_of(info: inspect.Type) -> _Share | None:
    """How values of one type are shared; None for those that are not worth it."""
    if isinstance(info, inspect.StrType):
        return _share_atom(Table())
    if isinstance(info, inspect.UnionType):
        shares = [share for one in info.types if (share := _sharer_of(one)) is not None]
        return _share_optional(shares[0]) if len(shares) == 1 else None
    if isinstance(info, inspect.StructType):
        walk = _walker(info)
        return _share_value(walk) if _hashable(info) else _share_inside(walk)
    if isinstance(info, inspect.ListType):
        return _share_list(_sharer_of(info.item_type), _hashable(info.item_type))
    if isinstance(info, inspect.VarTupleType):
        return _share_tuple(_sharer_of(info.item_type), _hashable(info.item_type))
    if isinstance(info, inspect.DictType) and isinstance(info.value_type, inspect.StrType):
        return _share_dict()
    return None


_UNHASHABLE: Final = (inspect.ListType, inspect.DictType, inspect.RawType, inspect.AnyType)


def _hashable(info: inspect.Type) -> bool:
    """Whether values of the type can be looked up; a struct with a `msgspec.Raw` cannot."""
    if isinstance(info, inspect.StructType):
        return all(_hashable(field.type) for field in info.fields)
    if isinstance(info, inspect.UnionType):
        return all(_hashable(one) for one in info.types)
    if isinstance(info, inspect.VarTupleType):
        return _hashable(info.item_type)
    return not isinstance(info, _UNHASHABLE)


def _share_atom(table: Table) -> _Share:
    def share(value: str) -> str:
        if not value or not table.useful:
            return value
        found: str | None = table.get(value)
        if found is None:
            table.put(value, value)
            return value
        return found

    return share


def _share_optional(inner: _Share) -> _Share:
    return lambda value: value if value is None else inner(value)


def _share_inside(walk: Callable[[Any], None]) -> _Share:
    def share(value: Any) -> Any:
        walk(value)
        return value

    return share


def _share_value(walk: Callable[[Any], None]) -> _Share:
    """Share whole structs, and the parts of those that are new."""
    table = Table()

    def share(value: Any) -> Any:
        if not table.useful:
            walk(value)
            return value
        found = table.get(value)
        if found is None:
            walk(value)
            table.put(value, value)
            return value
        return found

    return share


def _share_list(item: _Share | None, hashable: bool) -> _Share:
    """Share whole lists where items can be compared by value, and the items of the others."""
    table = Table()
    nothing: list[Any] = []

    def share(value: list[Any]) -> list[Any]:
        if not value:
            return nothing
        found: list[Any] | None = table.get(tuple(value)) if hashable and table.useful else None
        if found is not None:
            return found
        if item is not None:
            value[:] = [item(one) for one in value]
        if hashable and table.useful:
            table.put(tuple(value), value)
        return value

    return share


def _share_tuple(item: _Share | None, hashable: bool) -> _Share:
    """Share whole tuples where items can be compared by value, and the items of the others."""
    table = Table()

    def inside(value: tuple[Any, ...]) -> tuple[Any, ...]:
        if item is None:
            return value
        items = tuple([item(one) for one in value])
        return items if any(a is not b for a, b in zip(items, value, strict=True)) else value

    def share(value: tuple[Any, ...]) -> tuple[Any, ...]:
        if not value:
            return value
        if not hashable or not table.useful:
            return inside(value)
        found: tuple[Any, ...] | None = table.get(value)
        if found is None:
            found = inside(value)
            table.put(found, found)
        return found

    return share


def _share_dict() -> _Share:
    """Share whole label sets, and the texts of those that are new."""
    table, text = Table(), _share_atom(Table())
    nothing: dict[str, str] = {}

    def share(value: dict[str, str]) -> dict[str, str]:
        if not value:
            return nothing
        if table.useful:
            key = tuple(value.items())
            found: dict[str, str] | None = table.get(key)
            if found is not None:
                return found
            value = {text(name): text(content) for name, content in value.items()}
            table.put(key, value)
            return value
        return {text(name): text(content) for name, content in value.items()}

    return share
