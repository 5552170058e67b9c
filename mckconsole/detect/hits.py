"""What detectors found, and which of it stays when several found the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mckconsole.detect.asking import Engine
from mckconsole.detect.model import Match, Value
from mckconsole.detect.parts import Part, overlaps
from mckconsole.domain.audit import Tier

_LEAVES = 1 << 40
"""More values than any document has."""
_HEAD = 64
"""Bytes of a string by which it is recognised, up to the end of a line."""
_FIRST = {Tier.PROVEN: 0, Tier.SHAPED: 1, Tier.NAMED: 2}


@dataclass(slots=True, repr=False, eq=False)
class Hit:
    """One match, and the part that it is in."""

    part: Part
    detector: int
    """Its number."""
    value: Value
    """What the detector was handed: the part, or a window of it."""
    offset: int
    """Of the window."""
    match: Match

    def __repr__(self) -> str:
        return f"<Hit of {self.match.rule}>"

    @property
    def span(self) -> tuple[int, int]:
        """Within the part."""
        if self.parsed:
            return 0, len(self.part.data)
        return self.match.start + self.offset, self.match.end + self.offset

    @property
    def parsed(self) -> bool:
        """Whether a rule read the value as a document, and it is somewhere in there."""
        return bool(self.match.inner)

    @property
    def bytes(self) -> bytes:
        """What matched; of a document, the credential in it."""
        if self.parsed:
            return self.match.canonical
        return self.value.data[self.match.start : self.match.end]

    def touches(self, other: Hit) -> bool:
        """Whether both share bytes of the object."""
        return self.part.place.path == other.part.place.path and overlaps(
            self.part, self._reach, other.part, other._reach
        )

    @property
    def _reach(self) -> tuple[int, int]:
        """The span, with the values that a document was taken apart into: they lie before it."""
        start, end = self.span
        return (-_LEAVES if self.parsed else start), end


def settle(hits: Iterable[Hit], engine: Engine) -> list[Hit]:
    """One hit for each credential of a field: by what overrules what, by tier, then the one with
    the most precise place."""
    fields: dict[str, list[Hit]] = {}
    for hit in hits:
        fields.setdefault(hit.part.place.path, []).append(hit)
    kept: list[Hit] = []
    for found in fields.values():
        kept += _settle_field(found, engine)
    return kept


def _settle_field(hits: list[Hit], engine: Engine) -> list[Hit]:
    if len(hits) == 1:
        return hits
    strong = [hit for hit in hits if engine.detectors[hit.detector].overrules]
    left = [hit for hit in hits if not any(_overruled(hit, by, engine) for by in strong)]
    left.sort(key=_precedence)
    kept: list[Hit] = []
    for at, hit in enumerate(left):
        if not any(_same(hit, other) for other in left[:at]):
            kept.append(hit)
    kept.sort(key=lambda hit: (hit.part.path, hit.span))
    return kept


def _precedence(hit: Hit) -> tuple[int, int, int, int]:
    return _FIRST[hit.match.tier], hit.part.rank, -hit.part.level, hit.detector


def _overruled(hit: Hit, by: Hit, engine: Engine) -> bool:
    rules = engine.detectors[by.detector].overrules
    return hit is not by and hit.match.rule in rules and (hit.touches(by) or _held(hit, by))


def _held(hit: Hit, by: Hit) -> bool:
    """Whether a hit is in a string of a JSON document of which another is an object that has the
    string."""
    cut, inner = by.part.parent, hit.part
    if not by.parsed or cut is None or not cut.cut:
        return False
    while inner.parent is not None and inner.level > cut.level:
        inner = inner.parent
    if inner.parent is not cut.parent or inner.span[0] >= 0:
        return False
    return inner.data[:_HEAD].partition(b"\n")[0] in by.part.data


def _same(hit: Hit, other: Hit) -> bool:
    """Whether a better hit says the same, or knows better what these bytes are."""
    mine, theirs = hit.match, other.match
    if mine.canonical == theirs.canonical:
        return True
    if mine.tier is Tier.NAMED and hit.bytes and hit.bytes in other.bytes:
        return True
    if _escaped(hit, other):
        return True
    return not (hit.parsed or other.parsed) and hit.touches(other)


def _escaped(hit: Hit, other: Hit) -> bool:
    """Whether a hit in the text of a JSON document is one in a string of it, before escapes."""
    inner = other.part
    while inner.level > hit.part.level + 1 and inner.parent is not None:
        inner = inner.parent
    in_leaf = inner.parent is hit.part and inner.span[0] < 0
    return in_leaf and hit.match.rule == other.match.rule and b"\\" in hit.bytes


def spans(hits: Sequence[Hit]) -> list[bytes]:
    """All bytes that must be in no text about these hits."""
    return [one for hit in hits for one in (hit.bytes, hit.match.canonical) if one]
