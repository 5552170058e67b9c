"""The strings of a JSON document, each with its name and its way from the root.

A document has tens of thousands of strings and few are of interest: what is wanted is decided while
walking, and of the others nothing is kept but the containers that they are in. Nothing recurses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec

from mckconsole.detect.budget import MAX_BRACKETS, MAX_JSON, Budget
from mckconsole.detect.names import BARE, joined

MIN_TEXT = 8
"""Characters below which nothing is a credential by its name, nor anything inside it."""
_MIN_INNER = 12
"""Characters from which on a string may hold more than itself; as letters, base64."""
_MAX_SIBLINGS = 64
_NAMED_BY = ("name", "key", "Name", "Key")
_VALUES = frozenset(("value", "Value"))
_REFERENCES = ("Ref", "Refs", "valueFrom", "envFrom")
"""Ends of names under which only names stand: of objects, and of keys in them."""
_ESCAPED = re.compile(r"[\n\t\r\"\\<>&]")
"""What stands for something else in JSON, some of it only in that which Go writes."""


class Leaves:
    """Strings of one document.

    Args:
        wanted: whether a name is of interest; a string without such a name is only taken where it
            may hold more. None takes all strings.
    """

    __slots__ = ("_containers", "_known", "_ways", "encoded", "keys", "names", "nodes", "texts")

    def __init__(self, wanted: Callable[[str], bool] | None = None) -> None:
        self.texts: list[str] = []
        self.names: list[str | int] = []
        """Each one's own, in its container."""
        self.keys: list[str] = []
        """The name that says what it is: its own, or where that is `value`, the one beside it;
        empty for the name of an object."""
        self.nodes: list[int] = []
        """Number of its container."""
        self.encoded: set[int] = set()
        """Those that are base64 by the schema: data of a Secret."""
        self._known = None if wanted is None else _Known(wanted)
        self._containers: list[Any] = []
        self._ways: list[tuple[int, str | int]] = []

    def steps(self, index: int) -> list[str | int]:
        """The way to one."""
        found = [self.names[index]]
        node = self.nodes[index]
        while node > 0:
            node, name = self._ways[node]
            found.append(name)
        found.reverse()
        return found

    def path(self, index: int) -> str:
        """The same in words: `auths['ghcr.io'].auth`."""
        return joined(self.steps(index))

    def siblings(self, index: int) -> Mapping[str, bytes]:
        """The strings beside one, and itself."""
        return _Siblings(self._containers[self.nodes[index]])

    def read(self, root: object) -> None:
        """Take in a decoded document."""
        stack: list[tuple[int, str, bool]] = []
        if isinstance(root, (dict, list)):
            self._push(root, -1, "", "", False, stack)
        while stack:
            node, key, refers = stack.pop()
            found = self._containers[node]
            if isinstance(found, dict):
                self._read_dict(found, node, refers, stack)
            else:
                self._read_list(found, node, key, refers, stack)

    def take_holders(self, sought: set[str]) -> None:
        """Take the strings too that hold one of these, wherever they are."""
        taken = set(zip(self.nodes, self.names, strict=True))
        for node, found in enumerate(self._containers):
            for name, text in _strings(found):
                if (node, name) not in taken and any(one in text for one in sought):
                    self._take(node, name, "", text)

    def _push(
        self,
        found: object,
        parent: int,
        name: str | int,
        key: str,
        refers: bool,
        stack: list[tuple[int, str, bool]],
    ) -> None:
        stack.append((len(self._ways), key, refers))
        self._ways.append((parent, name))
        self._containers.append(found)

    def _read_dict(
        self, found: dict[str, Any], node: int, refers: bool, stack: list[tuple[int, str, bool]]
    ) -> None:
        known = self._known
        coded = found.get("data") if found.get("kind") == "Secret" else None
        for name, value in found.items():
            if isinstance(value, str):
                if known is not None and len(value) < MIN_TEXT:
                    continue
                key = "" if refers else name
                if name in _VALUES:
                    key = next((str(found[by]) for by in _NAMED_BY if by in found), key)
                if (
                    known is None
                    or known[key]
                    or (len(value) >= _MIN_INNER and may_hold_more(value))
                ):
                    self._take(node, name, key, value)
            elif isinstance(value, (dict, list)) and value:
                below = refers or name.endswith(_REFERENCES)
                self._push(value, node, name, name, below, stack)
                if value is coded and isinstance(value, dict):
                    self._take_coded(value, stack.pop()[0])

    def _read_list(
        self,
        found: list[Any],
        node: int,
        key: str,
        refers: bool,
        stack: list[tuple[int, str, bool]],
    ) -> None:
        known, flag = self._known, ""
        for at, value in enumerate(found):
            if isinstance(value, str):
                name = "" if refers else flag or key
                if known is None or (
                    len(value) >= MIN_TEXT
                    and (known[name] or (len(value) >= _MIN_INNER and may_hold_more(value)))
                ):
                    self._take(node, at, name, value)
                flag = value if value.startswith("--") and "=" not in value else ""
            elif isinstance(value, (dict, list)) and value:
                self._push(value, node, at, key, refers, stack)

    def _take_coded(self, data: dict[str, Any], node: int) -> None:
        for name, text in _strings(data):
            self.encoded.add(len(self.texts))
            self._take(node, name, str(name), text)

    def _take(self, node: int, name: str | int, key: str, text: str) -> None:
        if key in BARE and key == name:
            key = self._whose(node) + key
        self.texts.append(text)
        self.names.append(name)
        self.keys.append(key)
        self.nodes.append(node)

    def _whose(self, node: int) -> str:
        """The name of the innermost container that has one, with a dot; empty for none."""
        while node > 0:
            node, name = self._ways[node]
            if isinstance(name, str):
                return f"{name}."
        return ""


def may_hold_more(text: str) -> bool:
    """Whether a string of a document looks like a text or a document of its own, or like base64,
    or is written otherwise in the document."""
    if text[:_MIN_INNER].isalnum() or text[0] in "{[":
        return True
    return _ESCAPED.search(text) is not None


class _Known(dict[str, bool]):
    """What was said of names, each asked once."""

    def __init__(self, wanted: Callable[[str], bool]) -> None:
        super().__init__({"": False})
        self._wanted = wanted

    def __missing__(self, name: str) -> bool:
        found = self[name] = self._wanted(name)
        return found


def _strings(found: Any) -> Iterator[tuple[str | int, str]]:
    pairs = found.items() if isinstance(found, dict) else enumerate(found)
    return ((name, text) for name, text in pairs if isinstance(text, str))


class _Siblings(Mapping[str, bytes]):
    """The first strings of one container, encoded when somebody asks."""

    __slots__ = ("_found",)

    def __init__(self, container: Any) -> None:
        first = islice(_strings(container), _MAX_SIBLINGS)
        self._found = {str(name): text for name, text in first}

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __getitem__(self, name: str) -> bytes:
        return self._found[name].encode()

    def __repr__(self) -> str:
        return f"<{len(self)} values>"


def parse(data: bytes, budget: Budget) -> object | None:
    """The document in a text that begins like JSON; None for what is none, or is too large.

    Raises:
        TooMuch: the budget is spent.
    """
    if len(data) > MAX_JSON or data.count(b"[") + data.count(b"{") > MAX_BRACKETS:
        return None
    budget.look(len(data))
    try:
        found: object = msgspec.json.decode(data)
    except (ValueError, RecursionError):
        return None
    return found
