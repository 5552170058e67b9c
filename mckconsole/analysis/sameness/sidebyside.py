"""One object in several clusters: its fields side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mckconsole.analysis.sameness.model import Field, Standing
from mckconsole.domain.findings import ObjectRef


@dataclass(frozen=True, slots=True)
class Side:
    """The object in one cluster, or why there is none."""

    cluster: str
    fields: tuple[Field, ...] | None = None
    """None where it was not read, or is not there."""
    missing: str = ""
    """Why it is known not to be there; empty otherwise."""
    unread: str = ""
    """Why it could not be read; empty otherwise."""
    notes: tuple[str, ...] = ()
    """What was said beside: that only metadata is read, that values are taken out."""


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One field in all clusters that have the object."""

    path: str
    area: str
    values: Mapping[str, Field]
    """By cluster; where it is not among these it is not set."""
    groups: Mapping[str, int]
    """By cluster that has the object: equal numbers are the same; 0 is what most have."""
    own: bool
    """Each cluster's own, wherever it is: not compared."""
    hidden: bool
    """A credential was taken out of it somewhere, or it was cut: only what is left is compared."""

    @property
    def differs(self) -> bool:
        """Whether it is not the same in all of them."""
        return not self.own and len({*self.groups.values()}) > 1


@dataclass(frozen=True, slots=True)
class SideBySide:
    """An object compared between clusters."""

    ref: ObjectRef
    sides: Mapping[str, Side]
    fields: tuple[ComparedField, ...]
    """In the order of their paths; what is at its default everywhere is left out."""
    differing: tuple[ComparedField, ...] = field(default=())

    @property
    def there(self) -> tuple[str, ...]:
        """The clusters that have it."""
        return tuple(name for name, one in self.sides.items() if one.fields is not None)

    @property
    def missing(self) -> tuple[str, ...]:
        """Those that were asked and have none."""
        return tuple(name for name, one in self.sides.items() if one.missing)

    @property
    def unread(self) -> tuple[str, ...]:
        """Those of which it is not known."""
        return tuple(name for name, one in self.sides.items() if one.unread)

    @property
    def hidden(self) -> int:
        """Fields of which a part could not be compared."""
        return sum(one.hidden for one in self.fields)


def compare(ref: ObjectRef, sides: Sequence[Side]) -> SideBySide:
    """The object's fields, and which of them differ."""
    held = {
        one.cluster: {each.path: each for each in one.fields}
        for one in sides
        if one.fields is not None
    }
    paths = sorted({path for fields in held.values() for path in fields})
    found = tuple(_compared(path, held) for path in paths)
    differing = tuple(one for one in found if one.differs)
    return SideBySide(ref, {one.cluster: one for one in sides}, found, differing)


def _compared(path: str, held: Mapping[str, Mapping[str, Field]]) -> ComparedField:
    values = {name: fields[path] for name, fields in held.items() if path in fields}
    some = next(iter(values.values()))
    told = {name: _told(values.get(name)) for name in held}
    raw = {name: one.value for name, one in values.items()}
    if len(raw) == len(held) and len({*raw.values()}) == 1:
        told = dict.fromkeys(held, "")  # the very same text is the same, whatever names are in it
    return ComparedField(
        path,
        some.area,
        values,
        groups_of(told),
        own=all(one.standing is Standing.OWN for one in values.values()),
        hidden=any(one.standing is Standing.HIDDEN for one in values.values()),
    )


def _told(one: Field | None) -> str | None:
    """What is compared; a default, and what is a cluster's own, is the same as nothing."""
    if one is None or one.standing in (Standing.DEFAULT, Standing.OWN):
        return None
    return one.same_as


def groups_of(told: Mapping[str, object]) -> dict[str, int]:
    """Numbers of what is equal: 0 is what most clusters have, and of as many the first."""
    counted = Counter(told.values())
    first = {value: at for at, value in reversed([*enumerate(told.values())])}
    order = sorted(counted, key=lambda value: (-counted[value], first[value]))
    numbers = {value: number for number, value in enumerate(order)}
    return {name: numbers[value] for name, value in told.items()}
