"""Take an object apart into its fields, each with what it is to be compared by.

A pure function of a redacted tree. Fields are in the order of their paths, whatever the order in
the object was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from mckconsole.analysis.sameness.areas import area_of
from mckconsole.analysis.sameness.defaults import empty_is_absent, is_default
from mckconsole.analysis.sameness.model import Field, Standing
from mckconsole.analysis.sameness.names import Names
from mckconsole.analysis.sameness.ordering import NAMING, ORDERED, is_set, labels_of
from mckconsole.analysis.sameness.own import is_own
from mckconsole.domain.inspected import Tree
from mckconsole.domain.text import shorten

MAX_FIELDS = 20_000
"""Fields of one object that are compared; etcd's largest object has fewer that mean something."""
_ELEMENT = 60
"""Characters of an element of a set that stand in its path."""
_MARK = re.compile(r"‹redacted: [0-9]+ characters?›")
_HIDDEN = "‹redacted›"
_CUT = re.compile(r"… ‹[0-9]+ more characters›\Z")
_API_SERVER = (
    ("Service", ("spec", "ports", "*", "targetPort")),
    ("EndpointSlice", ("ports",)),
)
"""Where the API server's own port stands, in the objects that it makes for itself."""
_TELLING = (Standing.COMPARED, Standing.HIDDEN)
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
_IDENTITY = frozenset({"apiVersion", "kind"})


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the object the walk is."""

    parts: tuple[str, ...] = ()
    """Keys; `*` for an element of a list."""
    path: str = ""
    own: bool = False
    element: str = ""
    """What the nearest element of a list is called."""

    def key(self, key: str) -> _Place:
        path = f"{self.path}.{key}" if _is_plain(key) else f"{self.path}['{key}']"
        return _Place((*self.parts, key), path.lstrip("."), self.own, self.element)

    def at(self, label: str) -> _Place:
        return _Place((*self.parts, "*"), f"{self.path}[{label}]", self.own, label)


def fields_of(
    tree: Mapping[str, Tree], names: Names, *, scaled: bool = False
) -> tuple[Field, ...]:  # fmt: skip
    """The fields of an object.

    Args:
        tree: The object, redacted.
        names: What its cluster is called.
        scaled: Whether an autoscaler sets its replicas: then they are each cluster's own.
    """
    metadata = tree.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else ""
    walker = _Walker(str(tree.get("kind") or ""), str(name or ""), names, scaled)
    found = []
    for field in walker.mapping(tree, _Place()):
        found.append(field)
        if len(found) == MAX_FIELDS:
            break
    return tuple(sorted(found, key=lambda one: one.path))


@dataclass(frozen=True, slots=True)
class _Walker:
    kind: str
    name: str
    names: Names
    scaled: bool

    def mapping(self, held: Mapping[str, Any], place: _Place) -> Iterator[Field]:
        """The fields of a mapping."""
        for key, value in held.items():
            if value is None or (not place.parts and key in _IDENTITY):
                continue
            below = place.key(key)
            if not below.own and self._is_own(below, value):
                below = _Place(below.parts, below.path, True, below.element)
            if below.own or not self._said_twice(held, key, value, place):
                yield from self._value(value, below)

    def _is_own(self, place: _Place, value: Any) -> bool:
        if self.scaled and place.parts == ("spec", "replicas"):
            return True
        if self.name == "kubernetes" and (self.kind, place.parts) in _API_SERVER:
            return True
        return is_own(place.parts, value, place.element, self.name)

    def _said_twice(self, held: Mapping[str, Any], key: str, value: Any, place: _Place) -> bool:
        """Whether something beside it says it already."""
        match key:
            case "serviceAccount":
                return bool(value == held.get("serviceAccountName"))
            case "targetPort":
                return bool(value == held.get("port"))
            case "imagePullPolicy":
                return bool(value == _usual_pull(str(held.get("image") or "")))
            case "kubernetes.io/metadata.name":
                return True
            case "listKind":
                return bool(value == f"{held.get('kind')}List")
            case "singular":
                return bool(value == str(held.get("kind")).lower())
            case "finalizers":
                return self.kind == "Namespace" and place.parts == ("spec",)
        return False

    def _value(self, value: Any, place: _Place) -> Iterator[Field]:
        if isinstance(value, Mapping):
            if value:
                yield from self.mapping(value, place)
            elif not empty_is_absent(place.parts):
                yield self._field("{}", "{}", place)
        elif isinstance(value, Sequence) and not isinstance(value, str):
            yield from self._sequence(value, place)
        elif value is not None:
            yield self._scalar(value, place)

    def _sequence(self, values: Sequence[Any], place: _Place) -> Iterator[Field]:
        """A list: by name, as a set, as one value, or by position."""
        name = place.parts[-1]
        labels = labels_of(name, values)
        if labels is not None:
            for label, value in zip(labels, values, strict=True):
                yield from self._named(value, label, place.at(self.names.fold(label)))
            if name in ORDERED and len(values) > 1:
                order = ", ".join(labels)
                yield self._field(order, order, place.at("order"))
        elif is_set(name, self.kind):
            yield from self._set(values, place)
        elif not any(isinstance(one, Mapping | list | tuple) for one in values):
            if values:
                yield self._list(values, place)
        else:
            for number, value in enumerate(values):
                yield from self._element(value, place.at(str(number)))

    def _named(self, value: Any, label: str, place: _Place) -> Iterator[Field]:
        """An element that has a name: that is in the path already, where there is more of it."""
        found = list(self._element(value, place))
        naming = {f"{place.path}.{key}" for key in NAMING}
        more = [one for one in found if not (one.path in naming and one.value == label)]
        telling = any(one.standing in _TELLING for one in more)
        yield from more if telling else found

    def _element(self, value: Any, place: _Place) -> Iterator[Field]:
        if isinstance(value, Mapping) and not value:
            yield self._field("{}", "{}", place)  # `from: [{}]` is everybody
        else:
            yield from self._value(value, place)

    def _set(self, values: Sequence[Any], place: _Place) -> Iterator[Field]:
        if not any(isinstance(one, Mapping | list | tuple) for one in values):
            if values:
                yield self._list(sorted(values, key=str), place)
            return
        for value in values:
            text = self._words(value, place)
            yield self._field(text, self._folded(text), place.at(shorten(text, _ELEMENT)))

    def _words(self, value: Any, place: _Place) -> str:
        """An element of a set in one line: `apiGroups=[apps] verbs=[get, list]`."""
        if not isinstance(value, Mapping):
            return _text(value)
        parts = sorted(self.mapping(value, _Place((*place.parts, "*"))), key=lambda one: one.path)
        return " ".join(
            f"{one.path}={one.value}" for one in parts if one.standing is not Standing.DEFAULT
        )

    def _list(self, values: Sequence[Any], place: _Place) -> Field:
        text = ", ".join(map(_text, values))
        return self._field(text, self._folded(msgspec.json.encode(values).decode()), place)

    def _scalar(self, value: Any, place: _Place) -> Field:
        text = _text(value)
        if not place.own and is_default(place.parts, value):
            return Field(place.path, text, "", Standing.DEFAULT, area_of(place.parts))
        told = self._folded(text) if isinstance(value, str) else f"={text}"
        return self._field(text, told, place)

    def _folded(self, text: str) -> str:
        folded = self.names.fold(text)
        return _MARK.sub(_HIDDEN, folded) if "‹redacted: " in folded else folded

    def _field(self, text: str, same_as: str, place: _Place) -> Field:
        standing = Standing.COMPARED
        if place.own:
            standing = Standing.OWN
        elif _HIDDEN in same_as or (text.endswith("›") and _CUT.search(text)):
            standing = Standing.HIDDEN
        return Field(place.path, text, same_as, standing, area_of(place.parts))


@lru_cache(4096)
def _is_plain(key: str) -> bool:
    """Whether a key needs no quotes in a path."""
    return _PLAIN.fullmatch(key) is not None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value, order="deterministic").decode()


def _usual_pull(image: str) -> str:
    """The pull policy that goes with an image."""
    if "@" in image:
        return "IfNotPresent"
    _, colon, tag = image.rpartition("/")[2].partition(":")
    return "Always" if not colon or tag == "latest" else "IfNotPresent"
