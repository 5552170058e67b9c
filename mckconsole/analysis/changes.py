"""What changed in a topic since it was looked at last, object by object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, compress, repeat
from operator import is_not
from typing import Any, TypeVar, cast

from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.snapshot import TopicView

K = TypeVar("K", bound=tuple[Any, ...])
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a topic looked like when it was looked at last; equal where its content is surely the
    same.

    A generation of 0 says nothing. The first and the last object are held and looked at too: a
    cluster under the same name may be another one, whose generations begin anew.
    """

    generation: int
    size: int
    first: object
    last: object

    @classmethod
    def of(cls, view: TopicView) -> Seen:
        objects = cast("dict[Key, Projection]", view.objects)
        if not objects:
            return cls(view.generation, 0, None, None)
        first, last = next(iter(objects)), next(reversed(objects))
        return cls(view.generation, len(objects), objects[first], objects[last])

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Seen)
            and (self.generation == other.generation != 0 or self.size == other.size == 0)
            and self.size == other.size
            and self.first is other.first
            and self.last is other.last
        )


NOTHING_SEEN = Seen(0, 0, None, None)


def differences(
    old: Mapping[Key, Projection], new: Mapping[Key, Projection]
) -> Iterator[tuple[Key, Projection | None, Projection | None]]:
    """Keys with what was and what is there, for objects that are not equal."""
    added = 0
    moved = map(is_not, new.values(), chain(old.values(), repeat(None)))
    for key in compress(new, moved):
        before, now = old.get(key), new[key]
        if before is None:
            added += 1
            yield key, None, now
        elif before is not now and before != now:
            yield key, before, now
    if len(new) - added != len(old):
        yield from ((key, old[key], None) for key in old.keys() - new.keys())


def drop(group: dict[K, tuple[T, ...]], key: K, member: T) -> None:
    """Take a member out of a group; an empty group goes."""
    left = tuple(one for one in group.get(key, ()) if one != member)
    if left:
        group[key] = left
    else:
        group.pop(key, None)
