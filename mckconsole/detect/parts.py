"""Where a value lies, and the stretches of bytes that are looked at on the way into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from mckconsole.detect.lines import locate
from mckconsole.detect.model import Value, Where
from mckconsole.detect.names import quoted

_NONE: Mapping[str, bytes] = {}


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """One field of an object: what a sighting is filed under."""

    where: Where
    path: str
    """From the object's root."""
    key: str
    """As `Sighting.key`."""
    fields: tuple[str, ...] = ()
    """The same path as managedFields write it: `f:data`, `f:KEY`."""
    secret_type: str = ""

    def __repr__(self) -> str:
        return f"<Place {self.path}>"


@dataclass(slots=True, repr=False, eq=False)
class Part:
    """A stretch of bytes: a whole field, or what was unpacked or cut out of one."""

    data: bytes
    key: str
    """The innermost name beside it."""
    path: str
    """For what detectors compare; what is shown is `shown_path`."""
    place: Place
    siblings: Mapping[str, bytes] = field(default_factory=lambda: _NONE)
    parent: Part | None = None
    how: str = ""
    """How its path goes on from its parent's: ` › base64`."""
    span: tuple[int, int] = (0, 0)
    """What of the parent it was made of. A leaf of parsed JSON has no place there: (-1 - n, -n)."""
    cut: bool = False
    """It is a stretch of the parent's own bytes, a value of a line."""
    depth: int = 0
    """Layers of encoding around it."""
    level: int = 0
    """Steps from the field."""
    rank: int = 0
    """Which of several places of a field that repeat each other is the one to name."""
    document: bool = False
    """It is a value of a JSON document that was not read as a whole; its path goes on in it."""
    copy: bool = False
    """It repeats what is elsewhere, or did once: certificates in it serve nobody."""
    _value: Value | None = field(default=None, init=False)

    def __repr__(self) -> str:
        return f"<Part at {self.path}>"

    def value(self) -> Value:
        """What detectors see of it; always the same one."""
        if self._value is None:
            self._value = self.window(0, len(self.data))
        return self._value

    def window(self, start: int, end: int) -> Value:
        """The same of a stretch."""
        place = self.place
        return Value(
            self.data[start:end],
            self.key,
            self.path,
            place.where,
            place.key,
            place.secret_type,
            self.siblings,
        )

    def shown_path(self) -> str:
        """The way to it for people, in which nothing is shown that may be a value."""
        if self.parent is None:
            return self.place.path
        above = self.parent.shown_path()
        if not self.cut:
            return above + self.how
        where = locate(self.parent.data, self.span[0])
        return f"{above} › {where}" if where else above

    def stretch(self, span: tuple[int, int], name: str = "") -> Part:
        """A stretch of its own bytes, under a name of its own."""
        made = self.below(self.data[span[0] : span[1]], f" › {name}", span)
        made.key, made.cut, made.depth = name, True, self.depth
        return made

    def below(self, data: bytes, how: str, span: tuple[int, int] | None = None) -> Part:
        """What was unpacked from it, or from a span of it, under the same name.

        Args:
            how: as in `Part`.
        """
        return Part(
            data,
            self.key,
            self.path + how,
            self.place,
            parent=self,
            how=how,
            span=span or (0, len(self.data)),
            depth=self.depth + 1,
            level=self.level + 1,
            rank=self.rank,
            copy=self.copy,
        )


@lru_cache(maxsize=8192)
def data_place(where: Where, field_name: str, key: str, secret_type: str = "") -> Place:
    """A key of the data of a Secret or ConfigMap; remembered, for many objects have the same."""
    path = f"{field_name}[{quoted(key)}]"
    return Place(where, path, key, (f"f:{field_name}", f"f:{key}"), secret_type)


def overlaps(one: Part, first: tuple[int, int], other: Part, second: tuple[int, int]) -> bool:
    """Whether two spans of two parts of the same field share bytes, by where both came from."""
    while one.level > other.level:
        one, first = _up(one, first)
    while other.level > one.level:
        other, second = _up(other, second)
    while one is not other:
        if one.parent is None or other.parent is None:
            return False  # of two fields
        one, first = _up(one, first)
        other, second = _up(other, second)
    return first[0] < second[1] and second[0] < first[1]


def _up(part: Part, span: tuple[int, int]) -> tuple[Part, tuple[int, int]]:
    """The parent of a part that has one, and the span in it."""
    parent = part.parent or part
    if part.cut:
        return parent, (span[0] + part.span[0], span[1] + part.span[0])
    return parent, part.span
