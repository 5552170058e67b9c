"""A small, tolerant parser of CoreDNS' configuration: server blocks, snippets, imports.

It reads what CoreDNS accepts and much of what it would refuse, because a finding about DNS must not
depend on a brace; nothing makes it raise. The decoder has made the text one line by then: `⏎` is a
line feed, `‹09›` a tab and `‹0D›` a carriage return. Source: CoreDNS manual, core/dnsserver,
caddy/caddyfile lexer.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import NamedTuple

_MAX_DEPTH = 8
"""How deep blocks and imports may nest; CoreDNS' own go three deep."""
_MAX_DIRECTIVES = 5000
"""How many directives imports may multiply a configuration to."""
_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"?|[^\s"]\S*')
_LINE = re.compile("[\n\r⏎]")
_BLANK = re.compile("‹09›|‹0D›")
_SCHEME = re.compile(r"^[a-z]+://")
_PORT = re.compile(r":[0-9]+$")


class Directive(NamedTuple):
    """One plugin line, with what stands in its braces."""

    name: str
    args: tuple[str, ...]
    block: tuple[Directive, ...] = ()

    def __str__(self) -> str:
        return " ".join((self.name, *self.args))


class ServerBlock(NamedTuple):
    """What answers for some zones."""

    zones: tuple[str, ...]
    """Lower case, without scheme, port and final dot; the root is empty."""
    directives: tuple[Directive, ...]


class Configuration(NamedTuple):
    """A Corefile with its imports in place."""

    servers: tuple[ServerBlock, ...]
    unresolved: tuple[str, ...]
    """Imports of which no file is known, as written."""

    def answering(self, domain: str) -> tuple[ServerBlock, ...]:
        """The blocks that CoreDNS asks for `domain`: those of the longest zone that holds it."""
        best, found = -1, list[ServerBlock]()
        for server in self.servers:
            length = max((len(zone) for zone in server.zones if holds(zone, domain)), default=-1)
            if length > best:
                best, found = length, []
            if length == best and length >= 0:
                found.append(server)
        return tuple(found)


def holds(zone: str, domain: str) -> bool:
    """Whether `domain` is `zone` or lies in it; both normal (see `normal_zone`)."""
    return not zone or domain == zone or domain.endswith(f".{zone}")


def normal_zone(text: str) -> str:
    """A zone as CoreDNS compares it: `dns://Clusterset.local.:53` is `clusterset.local`."""
    return _PORT.sub("", _SCHEME.sub("", text.lower())).rstrip(".")


def address_of(target: str) -> str:
    """The IP address in a forward's target, in its usual form; empty when it is none (a file)."""
    text = _SCHEME.sub("", target.lower()).partition("%")[0]
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def parse(text: str, files: Mapping[str, str]) -> Configuration:
    """Read a Corefile; `files` are those that it may import, by their base names."""
    reader = _Reader(files)
    reader.read_top(_nodes(text), 0)
    return Configuration(tuple(reader.servers), tuple(dict.fromkeys(reader.unresolved)))


@dataclass(slots=True)
class _Node:
    """One statement: words up to the end of the line, and what its braces hold."""

    words: list[str] = field(default_factory=list)
    children: list[_Node] | None = None


def _tokens(line: str) -> Iterable[str]:
    for token in _TOKEN.findall(_BLANK.sub(" ", line)):
        if token.startswith("#"):
            return
        if token.startswith('"'):
            yield token.strip('"')
        elif token.startswith(("{$", "{%")):
            yield token
        else:
            body = token.strip("{}")
            start = len(token) - len(token.lstrip("{}"))
            yield from token[:start]
            if body.startswith("#"):
                return
            if body:
                yield body
                yield from token[start + len(body) :]


def _nodes(text: str) -> list[_Node]:
    """The statements of a text; braces that have no partner are taken as they come."""
    stack: list[list[_Node]] = [[]]
    for line in _LINE.split(text):
        current: _Node | None = None
        for word in _tokens(line):
            if word == "{":
                if current is None and stack[-1] and stack[-1][-1].children is None:
                    current = stack[-1][-1]  # the brace stands on a line of its own
                elif current is None:
                    current = _Node()
                    stack[-1].append(current)
                opened: list[_Node] = []
                if len(stack) <= _MAX_DEPTH:
                    current.children = opened
                stack.append(opened)
                current = None
            elif word == "}":
                if len(stack) > 1:
                    stack.pop()
                current = None
            elif current is None:
                current = _Node([word])
                stack[-1].append(current)
            else:
                current.words.append(word)
    return stack[0]


class _Reader:
    """Turns statements into server blocks, putting snippets and files where they are imported."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.servers: list[ServerBlock] = []
        self.unresolved: list[str] = []
        self._files = files
        self._snippets: dict[str, list[_Node]] = {}
        self._read: dict[str, list[_Node]] = {}
        self._budget = _MAX_DIRECTIVES

    def read_top(self, nodes: Sequence[_Node], depth: int) -> None:
        """Read what stands outside of all braces."""
        keys: list[str] = []
        for index, node in enumerate(nodes):
            words = node.words
            if self._budget <= 0:
                return
            self._budget -= 1
            if node.children is None and words[:1] == ["import"]:
                for found in self._imported(words, depth):
                    self.read_top(found, depth + 1)
            elif node.children is not None and len(words) == 1 and _is_snippet(words[0]):
                self._snippets[words[0][1:-1]] = node.children
            elif node.children is None and words and not words[-1].endswith(","):
                # Without braces, the first line is the zones and the rest is their block.
                self._add([*keys, *words], nodes[index + 1 :], depth)
                return
            else:
                keys += words
                if node.children is not None:
                    self._add(keys, node.children, depth)
                    keys = []

    def _add(self, keys: Iterable[str], body: Sequence[_Node], depth: int) -> None:
        zones = [zone for key in keys for zone in key.split(",") if zone]
        self.servers.append(
            ServerBlock(tuple(normal_zone(zone) for zone in zones), self._directives(body, depth))
        )

    def _directives(self, nodes: Sequence[_Node], depth: int) -> tuple[Directive, ...]:
        found: list[Directive] = []
        for node in nodes:
            if self._budget <= 0:
                break
            self._budget -= 1
            if node.words[:1] == ["import"]:
                for body in self._imported(node.words, depth):
                    found += self._directives(body, depth + 1)
            elif node.words and node.words[0]:
                name, *args = node.words
                inner = self._directives(node.children or (), depth)
                found.append(Directive(name.lower(), tuple(args), inner))
        return tuple(found)

    def _imported(self, words: Sequence[str], depth: int) -> Iterable[Sequence[_Node]]:
        """The bodies that an import names: a snippet, or files by a glob over their base names."""
        pattern = words[1] if len(words) > 1 else ""
        if depth >= _MAX_DEPTH:
            return  # it imports itself
        if pattern in self._snippets:
            yield self._snippets[pattern]
            return
        base = pattern.rpartition("/")[2]
        names = [name for name in sorted(self._files) if fnmatchcase(name, base)]
        if not names and pattern:
            self.unresolved.append(pattern)
        for name in names:
            if name not in self._read:
                self._read[name] = _nodes(self._files[name])
            yield self._read[name]


def _is_snippet(word: str) -> bool:
    return word.startswith("(") and word.endswith(")")
