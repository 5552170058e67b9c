"""Read a value as JSON or YAML once it looks like what is sought; bounded, and never raising."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from mckconsole.detect.families.base import compiled, json_object

_MAX_YAML = 1 << 18
"""Bytes of YAML that are parsed: it is slow, and kubeconfigs are small."""
_MAX_DEPTH = 40
_FIRST = re.compile(rb"(?m)^( *)[^\s#%-]")
_MAX_EVENTS = 12_000
"""Scalars, and begins and ends of containers: some 30 ms of work, and a kubeconfig of 400 users."""


def document(data: bytes, key: str) -> dict[str, Any] | None:
    """The mapping that a value is in JSON or YAML and that has a key; None for anything else.

    Of YAML all scalars are strings, and aliases are nothing; it is parsed only where a line of its
    first level begins with that key.
    """
    if data.lstrip()[:1] == b"{":
        found = json_object(data)
    else:
        found = _yaml(data) if len(data) <= _MAX_YAML and _may_have(data, key) else None
    return found if found is not None and key in found else None


def _may_have(data: bytes, key: str) -> bool:
    """Whether a line with that key is indented as the first line of all."""
    first = _FIRST.search(data)
    lines = compiled(rb"(?m)^( *)[\"']?%b[\"']?[ \t]*:" % key.encode()).finditer(data)
    return first is not None and any(len(line[1]) == len(first[1]) for line in lines)


def _yaml(data: bytes) -> dict[str, Any] | None:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        read = _built(yaml.parse(data, loader))
    except (yaml.YAMLError, ValueError):
        return None
    return read if isinstance(read, dict) else None


def _built(events: Iterable[Any]) -> object:
    """The first document of a stream of events.

    PyYAML's own composer recurses as deep as a document nests, in C, until the stack is gone.
    """
    from yaml import events as kinds

    root = _Node(None)
    open_nodes = [root]
    for count, event in enumerate(events):
        if count > _MAX_EVENTS:
            return None
        if isinstance(event, kinds.ScalarEvent):
            open_nodes[-1].add(event.value)
        elif isinstance(event, (kinds.MappingStartEvent, kinds.SequenceStartEvent)):
            if len(open_nodes) > _MAX_DEPTH:
                return None
            node = _Node({} if isinstance(event, kinds.MappingStartEvent) else [])
            open_nodes[-1].add(node.value)
            open_nodes.append(node)
        elif isinstance(event, (kinds.MappingEndEvent, kinds.SequenceEndEvent)):
            open_nodes.pop()
        elif isinstance(event, kinds.AliasEvent):
            open_nodes[-1].add(None)
        elif isinstance(event, kinds.DocumentEndEvent):
            break
    return root.value


class _Node:
    """A container that is being filled."""

    __slots__ = ("key", "value", "waiting")

    def __init__(self, value: dict[str, Any] | list[Any] | None) -> None:
        self.value: Any = value
        self.key = ""
        self.waiting = False
        """A key was read, and its value comes next."""

    def add(self, child: object) -> None:
        """Put in what comes next: a value, or the key of one."""
        if isinstance(self.value, list):
            self.value.append(child)
        elif self.value is None:
            self.value = child
        elif self.waiting:
            self.value[self.key] = child
            self.waiting = False
        else:
            self.key = child if isinstance(child, str) else ""
            self.waiting = True


def mappings(found: object) -> list[dict[str, Any]]:
    """The mappings of a list; those of nothing else."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def string(found: dict[str, Any], key: str) -> str:
    """A string of a mapping; empty where it is none. JSON can say half a character (`\\ud800`),
    which is none in UTF-8."""
    value = found.get(key)
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def mapping(found: dict[str, Any], key: str) -> dict[str, Any]:
    """A mapping within one; empty where it is none."""
    value = found.get(key)
    return value if isinstance(value, dict) else {}
