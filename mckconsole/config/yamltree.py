"""Read YAML as a tree of nodes that know their lines, and turn nodes into plain data.

Composing instead of loading keeps the place of every key, so an error can name its line, and lets
duplicate keys be seen. Aliases are refused (no configuration needs them, and expanding them is how
a small file becomes a large one), as are tags that would construct anything but plain data.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.events import AliasEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import Resolver
from yaml.scanner import Scanner

from mckconsole.config.errors import ConfigError, ConfigProblem
from mckconsole.config.files import read_text

MAX_DEPTH = 16

Plain: TypeAlias = Any
"""None, bool, int, float, str, or a list or dict of these."""

_TAG = "tag:yaml.org,2002:"
_SCALARS = {f"{_TAG}{name}" for name in ("null", "bool", "int", "float", "str")}
_TEXT_ANYWAY = {f"{_TAG}{name}" for name in ("timestamp", "value", "merge")}
"""Tags that plain text such as 2026-08-01 resolves to, where text was meant."""


class _Refused(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class _TreeLoader(Reader, Scanner, Parser, Composer, Resolver):
    """PyYAML up to nodes, without aliases and without depth."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        Resolver.__init__(self)
        self._depth = 0

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # untyped in the stubs
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent):
            raise _Refused(line, f"alias *{event.anchor} is not allowed: repeat the value instead")
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _Refused(line, f"nested deeper than {MAX_DEPTH} levels")
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


def read_tree(path: Path) -> Node | None:
    """The root node of the YAML document in `path`, or None when it holds no document.

    Raises:
        ConfigError: unreadable, too large, not UTF-8, not YAML, several documents, or an alias.
    """
    text = read_text(path)
    try:
        return _TreeLoader(text).get_single_node()
    except _Refused as error:
        raise _error(path, error.line, str(error)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        code = error.character if isinstance(error.character, int) else ord(error.character)
        raise _error(path, line, f"character U+{code:04X} is not allowed in YAML") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        words = ", ".join(part for part in (error.context, error.problem) if part)
        raise _error(path, mark.line + 1 if mark else None, f"not valid YAML: {words}") from None


def _error(path: Path, line: int | None, message: str) -> ConfigError:
    return ConfigError([ConfigProblem(path, line, "", message)])


def line_of(node: Node) -> int:
    """The 1-based line on which `node` starts."""
    return int(node.start_mark.line) + 1


def plain(node: Node) -> Plain:
    """The data of `node`.

    Raises:
        ValueError: a tag or a number that is not plain data; the message says which.
    """
    if isinstance(node, MappingNode):
        return {plain_key(key): plain(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.value]
    return _scalar(node)


def plain_key(node: Node) -> str:
    """The text of a mapping's key; `?` for a key that is itself a list or mapping."""
    return str(node.value) if isinstance(node, ScalarNode) else "?"


_scalars = SafeConstructor()


def _scalar(node: Node) -> Plain:
    if node.tag in _TEXT_ANYWAY:
        return str(node.value)
    if node.tag not in _SCALARS:
        raise ValueError(f"tag {node.tag} is not allowed")
    try:
        value = _scalars.construct_object(node)
    except (ValueError, KeyError, yaml.YAMLError):
        raise ValueError("not a value of the type that its tag says") from None
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("must be a finite number")
    return value
