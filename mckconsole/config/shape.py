"""Check a YAML tree against the configuration's types and say everything that does not fit.

`msgspec.convert` stops at its first error and does not know lines; this walks the tree beside the
types, so one run names every unknown key, missing key and wrong value with its own line.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import msgspec
from yaml.nodes import MappingNode, Node, SequenceNode

from mckconsole.config.errors import ConfigError, ConfigProblem
from mckconsole.config.yamltree import line_of, plain, plain_key, read_tree

S = TypeVar("S", bound=msgspec.Struct)

_WORDS = (
    ("`object | null`", "a mapping"),
    ("`object`", "a mapping"),
    ("`array`", "a list"),
    ("`str`", "text"),
    ("`int`", "a whole number"),
    ("`float`", "a number"),
    ("`bool`", "true or false"),
    ("`null`", "nothing"),
)


class ShapeChecker:
    """Collects the problems of one file; `lines` gives the line of every key by its path."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.problems: list[ConfigProblem] = []
        self.lines: dict[str, int] = {}

    def report(self, line: int | None, key: str, message: str) -> None:
        """Add one problem."""
        self.problems.append(ConfigProblem(self._file, line, key, message))

    def done(self) -> None:
        """Nothing more is looked at.

        Raises:
            ConfigError: there are problems; it holds all of them.
        """
        if self.problems:
            raise ConfigError(self.problems)

    def check(self, node: Node, kind: Any, path: str = "") -> None:
        """Check `node` and all below it against the type `kind`."""
        self.lines.setdefault(path, line_of(node))
        struct = struct_of(kind)
        if struct is not None and isinstance(node, MappingNode):
            self._check_struct(node, struct, path)
        elif get_origin(kind) is list and isinstance(node, SequenceNode):
            for index, item in enumerate(node.value):
                self.check(item, get_args(kind)[0], f"{path}[{index}]")
        elif get_origin(kind) is dict and isinstance(node, MappingNode):
            for key, name, value in self._entries(node, path):
                self.lines[key] = line_of(name)
                self.check(value, get_args(kind)[1], key)
        else:
            self._check_value(node, kind, path)

    def _check_struct(self, node: MappingNode, struct: type[msgspec.Struct], path: str) -> None:
        fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
        seen = set()
        for key, name, value in self._entries(node, path):
            self.lines[key] = line_of(name)
            field = fields.get(plain_key(name))
            if field is None:
                self.report(line_of(name), key, unknown_key(plain_key(name), tuple(fields)))
                continue
            seen.add(field.encode_name)
            if not is_null(value) or field.required:
                self.check(value, field.type, key)
        for field in fields.values():
            if field.required and field.encode_name not in seen:
                self.report(line_of(node), path, f"the key {field.encode_name} is missing")

    def _entries(self, node: MappingNode, path: str) -> Iterator[tuple[str, Node, Node]]:
        first: dict[str, int] = {}
        for name, value in node.value:
            text = plain_key(name)
            key = f"{path}.{text}" if path else text
            if text in first:
                self.report(line_of(name), key, f"given twice, first on line {first[text]}")
                continue
            first[text] = line_of(name)
            yield key, name, value

    def _check_value(self, node: Node, kind: Any, path: str) -> None:
        try:
            msgspec.convert(plain(node), kind)
        except (msgspec.ValidationError, ValueError) as error:
            self.report(line_of(node), path, in_words(str(error), kind))


def read_shaped(path: Path, kind: type[S]) -> tuple[S, ShapeChecker]:
    """What the YAML file `path` says, and the checker for what its types cannot say.

    A key without a value means the default, and so does a file without a document.

    Raises:
        ConfigError: the file cannot be read, or does not fit; it holds every problem.
    """
    root, checker = read_tree(path), ShapeChecker(path)
    if root is None or is_null(root):
        return msgspec.convert({}, kind), checker
    checker.check(root, kind)
    checker.done()
    return msgspec.convert(_without_nulls(plain(root)), kind), checker


def _without_nulls(data: object) -> object:
    if isinstance(data, dict):
        return {key: _without_nulls(value) for key, value in data.items() if value is not None}
    return [*map(_without_nulls, data)] if isinstance(data, list) else data


def is_null(node: Node) -> bool:
    """Whether the key has no value (`mesh:` with nothing below): it then means the default."""
    return bool(node.tag == "tag:yaml.org,2002:null")


def struct_of(kind: Any) -> type[msgspec.Struct] | None:
    """The struct in `Struct` or `Struct | None`, else None."""
    for candidate in (kind, *get_args(kind)):
        if isinstance(candidate, type) and issubclass(candidate, msgspec.Struct):
            return candidate
    return None


def unknown_key(key: str, known: Sequence[str]) -> str:
    """The message for a key that nothing knows, with the nearest one that something does."""
    folded = {name.lower(): name for name in known}
    near = difflib.get_close_matches(key.lower().replace("_", ""), folded, n=1, cutoff=0.5)
    if near:
        return f"unknown key; did you mean {folded[near[0]]}?"
    return f"unknown key; known here: {', '.join(known)}"


def in_words(message: str, kind: Any) -> str:
    """msgspec's message without its path and its type names."""
    message = message.split(" - at `$")[0]
    if message.startswith("Invalid enum value"):
        return f"must be one of {', '.join(map(str, get_args(kind)))}"
    if "matching regex '^https?://'" in message:
        return "must start with http:// or https://"
    if message.endswith("of length >= 1"):
        return "must not be empty"
    for name, word in _WORDS:
        message = message.replace(name, word)
    message = re.sub(r"(?<=\d)\.0\b", "", message)
    return message[:1].lower() + message[1:]
