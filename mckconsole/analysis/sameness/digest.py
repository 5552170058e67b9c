"""Reduce an object to digests of its areas: enough to say where it is not the same elsewhere.

A digest is keyed with what the caller alone knows, so that nobody finds out from it what stood
there. Trees are not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from sys import intern

from mckconsole.analysis.sameness.fields import fields_of
from mckconsole.analysis.sameness.model import Digest, Field, Standing
from mckconsole.analysis.sameness.names import Names
from mckconsole.domain.inspected import Tree

SIZE = 8
"""Bytes of an area's digest."""
MAX_AREAS = 32
"""Areas of an object that are told apart; what is beyond is one."""
REST = "…"


class Digester:
    """Digests of many objects of one cluster."""

    def __init__(self, names: Names, key: bytes) -> None:
        """Digests are comparable where `key`, of up to 64 bytes, is the same."""
        self._names = names
        self._key = key
        self._known: dict[tuple[str, ...], tuple[str, ...]] = {}

    def digest(self, tree: Mapping[str, Tree], *, scaled: bool = False) -> Digest:
        """What is kept of a redacted object; `scaled` as for `fields_of`."""
        found = digest_of(fields_of(tree, self._names, scaled=scaled), self._key)
        areas = self._known.setdefault(found.areas, tuple(map(intern, found.areas)))
        return Digest(areas, found.marks, found.hidden)


def digest_of(fields: Iterable[Field], key: bytes) -> Digest:
    """The digest of an object's fields, which are in the order of their paths."""
    areas: dict[str, blake2b] = {}
    hidden = 0
    for field in fields:
        if field.standing in (Standing.OWN, Standing.DEFAULT):
            continue
        hidden += field.standing is Standing.HIDDEN
        area = field.area if field.area in areas or len(areas) < MAX_AREAS - 1 else REST
        into = areas.get(area)
        if into is None:
            into = areas[area] = blake2b(digest_size=SIZE, key=key)
        path, value = field.path.encode(errors="replace"), field.same_as.encode(errors="replace")
        into.update(b"%d:%b%d:%b" % (len(path), path, len(value), value))
    names = tuple(sorted(areas))
    return Digest(names, b"".join(areas[one].digest() for one in names), hidden)


def differing_areas(digests: Iterable[Digest]) -> tuple[str, ...]:
    """The areas in which not all of these are the same, in order."""
    held = [_by_area(one) for one in digests]
    every = sorted({area for one in held for area in one})
    return tuple(area for area in every if len({one.get(area) for one in held}) > 1)


def _by_area(digest: Digest) -> dict[str, bytes]:
    marks = digest.marks
    return {
        area: marks[at * SIZE : (at + 1) * SIZE] for at, area in enumerate(digest.areas)
    }  # fmt: skip
