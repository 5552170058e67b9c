"""The strings of a JSON document, each with its name and its way from the root.

The walk keeps lists, not objects: a document has thousands of strings, and of few of them more than
the name is ever wanted. Nothing here recurses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from mckconsole.detect.budget import MAX_BRACKETS, MAX_JSON, Budget
from mckconsole.detect.names import joined

_MAX_SIBLINGS = 64
_NAMED_BY = ("name", "key", "Name", "Key")
_VALUES = frozenset(("value", "Value"))
_REFERENCES = ("Ref", "Refs", "valueFrom", "envFrom")
"""Ends of names under which only names stand: of objects, and of keys in them."""


class Leaves:
    """The strings of a document, in an order that keeps those of one container together."""

    __slots__ = ("_nodes", "encoded", "keys", "names", "owners", "texts")

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.names: list[str | int] = []
        self.keys: list[str] = []
        """The name that says what it is: its own, or where that is `value`, the one beside it;
        empty for the name of an object."""
        self.owners: list[int] = []
        self.encoded: set[int] = set()
        """Leaves that are base64 by the schema: data of a Secret."""
        self._nodes: list[tuple[int, str | int]] = []

    def steps(self, index: int) -> list[str | int]:
        """The way to one leaf."""
        found = [self.names[index]]
        node = self.owners[index]
        while node >= 0:
            node, name = self._nodes[node]
            found.append(name)
        found.reverse()
        return found

    def path(self, index: int) -> str:
        """The same in words: `auths['ghcr.io'].auth`."""
        return joined(self.steps(index))

    def siblings(self, index: int) -> Mapping[str, bytes]:
        """The strings beside one leaf, and itself."""
        owner, low, high = self.owners[index], index, index + 1
        while low and self.owners[low - 1] == owner and index - low < _MAX_SIBLINGS:
            low -= 1
        last = min(len(self.owners), index + _MAX_SIBLINGS)
        while high < last and self.owners[high] == owner:
            high += 1
        return _Siblings(self, range(low, high))

    def read(self, root: object) -> None:
        """Take in a decoded document."""
        stack: list[tuple[object, int, str, bool]] = [(root, -1, "", False)]
        while stack:
            found, node, key, refers = stack.pop()
            if isinstance(found, dict):
                self._read_dict(found, node, refers, stack)
            elif isinstance(found, list):
                self._read_list(found, node, key, refers, stack)
            elif isinstance(found, str):
                self._leaf("", found, key, node)

    def _read_dict(
        self,
        found: dict[str, object],
        node: int,
        refers: bool,
        stack: list[tuple[object, int, str, bool]],
    ) -> None:
        texts, names, keys, owners = self.texts, self.names, self.keys, self.owners
        for name, value in found.items():
            if isinstance(value, str):
                key = "" if refers else name
                if name in _VALUES:
                    key = next((str(found[by]) for by in _NAMED_BY if by in found), key)
                texts.append(value)
                names.append(name)
                keys.append(key)
                owners.append(node)
            elif isinstance(value, (dict, list)) and value:
                self._nodes.append((node, name))
                below = refers or name.endswith(_REFERENCES)
                stack.append((value, len(self._nodes) - 1, name, below))
        if found.get("kind") == "Secret":
            self._mark(found.get("data"), stack)

    def _read_list(
        self,
        found: list[object],
        node: int,
        key: str,
        refers: bool,
        stack: list[tuple[object, int, str, bool]],
    ) -> None:
        flag = ""
        for at, value in enumerate(found):
            if isinstance(value, str):
                self._leaf(at, value, "" if refers else flag or key, node)
                flag = value if value.startswith("--") and "=" not in value else ""
            elif isinstance(value, (dict, list)) and value:
                self._nodes.append((node, at))
                stack.append((value, len(self._nodes) - 1, key, refers))

    def _mark(self, data: object, stack: list[tuple[object, int, str, bool]]) -> None:
        """The strings of a Secret's data are base64: they are read at once, and marked."""
        for at, (found, node, _, refers) in enumerate(stack):
            if found is data and isinstance(data, dict):
                del stack[at]
                first = len(self.texts)
                self._read_dict(
                    {k: v for k, v in data.items() if isinstance(v, str)}, node, refers, []
                )
                self.encoded.update(range(first, len(self.texts)))
                return

    def _leaf(self, name: str | int, text: str, key: str, node: int) -> None:
        self.texts.append(text)
        self.names.append(name)
        self.keys.append(key)
        self.owners.append(node)


class _Siblings(Mapping[str, bytes]):
    """Strings of one container, encoded when somebody asks."""

    __slots__ = ("_leaves", "_range")

    def __init__(self, leaves: Leaves, indexes: range) -> None:
        self._leaves, self._range = leaves, indexes

    def __len__(self) -> int:
        return len(self._range)

    def __iter__(self) -> Iterator[str]:
        return (str(self._leaves.names[at]) for at in self._range)

    def __getitem__(self, name: str) -> bytes:
        for at in self._range:
            if str(self._leaves.names[at]) == name:
                return self._leaves.texts[at].encode()
        raise KeyError

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
