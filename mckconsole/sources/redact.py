"""Take the credentials out of a decoded object before anything else sees it.

What may be shown of a stranger's object: names, labels, addresses, statuses. What is taken out: any
value under a name that says credential, anything that looks like one, repetitions of the object in
annotations. Every text is cleaned here too, and cut where it is very long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, Union, cast

import msgspec

from mckconsole.domain.text import clean, clean_block
from mckconsole.sources.redact_keys import (
    is_part_of_reference,
    is_public,
    is_reference,
    is_sensitive,
    refers,
)
from mckconsole.sources.redact_random import is_certificate
from mckconsole.sources.redact_text import Scrubber

Tree: TypeAlias = Union[bool, int, float, str, list["Tree"], dict[str, "Tree"], None]  # noqa: UP007
"""What JSON decodes to."""

MAX_DEPTH = 200
MAX_TEXT = 4096
"""Characters of one value that are shown."""
_READ = 64 * 1024
"""Characters of one value that are looked at."""
_MAX_KEY = 512
_PLAIN_PARTS = frozenset({"metadata", "status"})
"""Parts of an object in which long random text is an identifier, not a credential."""
_COPIES = ("last-applied-configuration", "/last-applied", "/applied", "/original-object")
"""Ends of annotations that repeat the object."""


class TooDeep(Exception):
    """The object is nested deeper than `MAX_DEPTH`."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """An object that may be shown."""

    tree: dict[str, Tree]
    count: int
    """How many values were replaced."""
    cut: int
    """How many were cut because of their length."""


def redact(document: Mapping[str, Tree], *, longest: int = MAX_TEXT) -> Redacted:
    """The object without credentials, every text of it cleaned and at most `longest` characters.

    Raises:
        TooDeep: nested too deeply.
    """
    walker = _Walker(longest)
    tree = walker.mapping(document, _Place())
    return Redacted(tree, walker.scrub.count, walker.cut)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the object the walk is."""

    depth: int = 0
    key: str = ""
    sensitive: bool = False
    """Below a name that says credential."""
    reference: bool = False
    """Below one that refers to a credential: names may stand here."""
    random: bool = False
    """Where long random text is a credential."""

    def below(self, key: str, *, sensitive: bool) -> _Place:
        """The place of what stands under `key`."""
        if self.depth >= MAX_DEPTH:
            raise TooDeep
        random = self.random if self.depth else key not in _PLAIN_PARTS
        if sensitive:
            return _Place(self.depth + 1, key, True, refers(key), random)
        return _Place(self.depth + 1, key, self.sensitive, self.reference, random)


class _Walker:
    def __init__(self, longest: int) -> None:
        self.scrub = Scrubber()
        self.cut = 0
        self._longest = longest

    def mapping(self, held: Mapping[str, Tree], place: _Place) -> dict[str, Tree]:
        """A mapping; of a pair of `name` and `value`, the name says what the value is."""
        names = [held.get(word) for word in ("name", "key", "Name", "Key")]
        telling = any(isinstance(name, str) and is_sensitive(name) for name in names)
        found: dict[str, Tree] = {}
        for key, value in held.items():
            shown = self._key(key, found)
            if key == "managedFields" and isinstance(value, list):
                found[shown] = f"‹{len(value)} entries, not shown›"
            elif key.endswith(_COPIES) and isinstance(value, str):
                found[shown] = self.scrub.whole(value)
            else:
                spoken = telling and key in ("value", "Value")
                bad = is_sensitive(key) or spoken or (not place.depth and key == "binaryData")
                found[shown] = self._value(value, place.below(key, sensitive=bad), own=bad)
        return found

    def _value(self, value: Tree, place: _Place, *, own: bool) -> Tree:
        """Anything; `own` when its own name says credential."""
        if isinstance(value, dict):
            return self.mapping(value, place)
        if isinstance(value, list):
            return self._sequence(value, place)
        if isinstance(value, str):
            return self._text(value, place, own=own)
        if value is None or isinstance(value, bool) or not place.sensitive:
            return value
        if place.reference and not is_sensitive(place.key):
            return value  # a mode, an expiration
        return value if self._speaks_about(str(value), place, own) else self.scrub.whole(str(value))

    def _sequence(self, values: Sequence[Tree], place: _Place) -> list[Tree]:
        """A list; after `--password` comes one."""
        found: list[Tree] = []
        flag = ""
        for value in values:
            told = bool(flag) and isinstance(value, str) and not value.startswith("--")
            inner = place.below(flag if told else place.key, sensitive=told)
            inner = inner if told else replace(inner, random=place.random)
            found.append(self._value(value, inner, own=told))
            flag = value if isinstance(value, str) and _is_flag(value) else ""
        return found

    def _text(self, value: str, place: _Place, *, own: bool) -> str:
        if place.sensitive and not self._speaks_about(value, place, own):
            return self.scrub.whole(value)
        seen = value[:_READ]
        if is_certificate(value):
            text = seen
        else:
            within = self._json(seen, place) if len(seen) == len(value) else None
            data = place.random and not is_public(place.key)
            text = self.scrub.text(seen, data=data) if within is None else within
        text = clean_block(text)
        hidden = max(len(text) - self._longest, 0) + len(value) - len(seen)
        if not hidden:
            return text
        self.cut += 1
        return f"{text[: self._longest]}… ‹{hidden} more characters›"

    def _speaks_about(self, value: str, place: _Place, own: bool) -> bool:
        """Whether a value at a sensitive place is no credential, but about one."""
        if not value:
            return True
        if place.reference and is_part_of_reference(place.key, value):
            return True
        return own and is_reference(place.key, value)

    def _json(self, text: str, place: _Place) -> str | None:
        """JSON within a text, when something had to be taken out of it."""
        if not (
            text[:1000].lstrip()[:1] in ("{", "[") and text[-1000:].rstrip()[-1:] in ("}", "]")
        ):
            return None
        try:
            inner = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, UnicodeEncodeError, RecursionError):
            return None
        before, cut = self.scrub.count, self.cut
        held = self._value(cast("Tree", inner), place.below(place.key, sensitive=False), own=False)
        if self.scrub.count == before:
            self.cut = cut
            return None
        raw = msgspec.json.encode(held)
        return (msgspec.json.format(raw, indent=2) if "\n" in text.strip() else raw).decode()

    def _key(self, key: str, taken: Mapping[str, Tree]) -> str:
        """A key that may be shown, and is not there yet."""
        shown = clean(self.scrub.text(key[:_MAX_KEY]))
        if len(key) > _MAX_KEY:
            shown += "…"
        if shown in taken:
            shown = f"{shown} ‹{len(taken) + 1}›"
        return shown


def _is_flag(text: str) -> bool:
    return text.startswith("-") and "=" not in text and len(text) < 200 and is_sensitive(text)
