"""Read a YAML or JSON file of kubectl's (kubeconfig, kuberc) as plain data, at C speed and bounded.

Built on PyYAML's event stream, which neither recurses nor constructs objects, so depth and alias
expansion are capped before they cost anything: nested flow collections make libyaml quadratic,
nested aliases make a small file large. Only null, booleans and text come out; a number stays the
text it was written as (`Number`), so a token such as `0123` loses no digit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

Value: TypeAlias = "bool | str | list[Value] | dict[str, Value] | None"

MAX_DEPTH = 48
"""Levels of nesting; kubeconfig needs 8, the extensions of some tools a few more."""
MAX_NODES = 1_000_000
"""Nodes after aliases are counted out; a kubeconfig of 10 MiB has some 300,000."""

_TAG = "tag:yaml.org,2002:"
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_KEYWORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_RESOLVED_TAGS = {f"{_TAG}{name}" for name in ("null", "bool", "int", "float")}
_PLAIN_TAGS = {f"{_TAG}{name}" for name in ("str", "seq", "map")}

_Loader: type[yaml.CBaseLoader] | type[yaml.BaseLoader] = getattr(
    yaml, "CBaseLoader", yaml.BaseLoader
)


class Number(str):
    """A plain scalar that is a JSON number, as written."""

    __slots__ = ()


class YamlTrouble(ValueError):
    """The text is not YAML that this reader accepts. Never quotes the text, which may be secret."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        """1-based."""


@dataclass(slots=True)
class YamlText:
    """What a file holds."""

    documents: list[Value] = field(default_factory=list)
    duplicates: list[tuple[int, str]] = field(default_factory=list)
    """Line and key of every key that occurs again in the same mapping; the last one counts, as in
    kubectl."""


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not been seen."""

    value: list[Value] | dict[str, Value]
    anchor: str | None
    first_node: int
    key: str | None = None
    merged: list[Value] = field(default_factory=list)


def parse_yaml(raw: bytes) -> YamlText:
    """Parse all documents of `raw`.

    Raises:
        YamlTrouble: not UTF-8, not YAML, nested too deeply, aliases that expand too far, a tag
            that is not plain data, or a key that is no text.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise YamlTrouble(line, "bytes that are no UTF-8 text") from None
    builder = _Builder()
    for event in _events(text):
        builder.take(event)
    return builder.result


def _events(text: str) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse(text, Loader=_Loader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlTrouble(line, "a control character, which YAML does not allow") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlTrouble(mark.line + 1 if mark else 1, error.problem or "no YAML") from None
    except yaml.YAMLError:
        raise YamlTrouble(1, "no YAML") from None


class _Builder:
    """Turns events into values with an explicit stack."""

    def __init__(self) -> None:
        self.result = YamlText()
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Value, int]] = {}
        self._nodes = 0

    def take(self, event: yaml.Event) -> None:
        """Take in the next event."""
        if isinstance(event, yaml.ScalarEvent):
            self._count(event, 1)
            self._anchor(event.anchor, value := _scalar(event), 1)
            self._place(event, value)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._start(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end(event)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise _trouble(event, "an alias without its anchor")
            value, nodes = self._anchors[event.anchor]
            self._count(event, nodes)
            self._place(event, value)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._anchors.clear()

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        self._count(event, 1)
        if len(self._stack) >= MAX_DEPTH:
            raise _trouble(event, f"nested deeper than {MAX_DEPTH} levels")
        if event.tag and event.tag not in _PLAIN_TAGS and event.tag != "!":
            raise _trouble(event, "a tag that is not plain data")
        mapping = isinstance(event, yaml.MappingStartEvent)
        self._stack.append(_Open({} if mapping else [], event.anchor, self._nodes))

    def _end(self, event: yaml.Event) -> None:
        done = self._stack.pop()
        if isinstance(done.value, dict):
            for other in done.merged:
                if not isinstance(other, dict):
                    raise _trouble(event, "a merge key (<<) that names no mapping")
                for key, value in other.items():
                    done.value.setdefault(key, value)
        self._anchor(done.anchor, done.value, self._nodes - done.first_node + 1)
        self._place(event, done.value)

    def _place(self, event: yaml.Event, value: Value) -> None:
        if not self._stack:
            self.result.documents.append(value)
            return
        top = self._stack[-1]
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.key is None:
            top.key = _key(event, value)
        else:
            self._set(event, top, top.value, top.key, value)
            top.key = None

    def _set(
        self, event: yaml.Event, top: _Open, into: dict[str, Value], key: str, value: Value
    ) -> None:
        if key == "<<":
            top.merged.extend(value if isinstance(value, list) else [value])
            return
        if key in into:
            self.result.duplicates.append((_line(event), key))
        into[key] = value

    def _anchor(self, anchor: str | None, value: Value, nodes: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = (value, nodes)

    def _count(self, event: yaml.Event, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise _trouble(event, "too many nodes; aliases that expand without end are refused")


def _scalar(event: yaml.ScalarEvent) -> Value:
    text = str(event.value)
    tag = event.tag
    resolve = event.implicit[0] if tag in (None, "!") else tag in _RESOLVED_TAGS
    if tag not in (None, "!") and tag not in _RESOLVED_TAGS | _PLAIN_TAGS:
        raise _trouble(event, "a tag that is not plain data")
    if not resolve:
        return text
    if text in _KEYWORDS:
        return _KEYWORDS[text]
    return Number(text) if _NUMBER.fullmatch(text) else text


def _key(event: yaml.Event, value: Value) -> str:
    if isinstance(event, yaml.ScalarEvent):  # `true:` and `null:` are text here
        return str(event.value)
    if isinstance(value, str):
        return value
    raise _trouble(event, "a mapping key that is no text")


def _line(event: yaml.Event) -> int:
    mark = event.start_mark
    return mark.line + 1 if mark else 1


def _trouble(event: yaml.Event, message: str) -> YamlTrouble:
    return YamlTrouble(_line(event), message)
