"""Write a tree of cleaned values as YAML lines, the way kubectl does: block style, order kept.

Lines are never folded, strings of several lines are literal blocks, and what would read back as
something else is quoted. The result reads back as the same tree, except that tabs within literal
blocks become spaces: a tab has no width that two terminals agree on. Values must be cleaned before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from yaml.nodes import ScalarNode
from yaml.resolver import Resolver

from mckconsole.sources.redact import Tree

TAB = "    "
_STRING = "tag:yaml.org,2002:str"
_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`=<~][^\n\t\x85\ufeff]*")
_LIMIT = 128
"""Characters of a key that may stand before its colon without `? `."""

_resolve: Callable[[type[ScalarNode], str, tuple[bool, bool]], str] = Resolver().resolve


def to_lines(tree: dict[str, Tree]) -> Iterator[str]:
    """The lines of a document."""
    yield from _mapping(tree, "") if tree else ("{}",)


def _mapping(held: dict[str, Tree], margin: str) -> Iterator[str]:
    for key, value in held.items():
        yield from _under(f"{margin}{_key(key)}:", value, margin)


def _sequence(held: list[Tree], margin: str) -> Iterator[str]:
    for value in held:
        if isinstance(value, (dict, list)) and value:
            inner = margin + "  "
            lines = _mapping(value, inner) if isinstance(value, dict) else _sequence(value, inner)
            first = next(lines)
            yield f"{margin}- {first[len(inner) :]}"
            yield from lines
        else:
            yield from _under(f"{margin}-", value, margin)


def _under(head: str, value: Tree, margin: str) -> Iterator[str]:
    """What stands behind a key or a dash."""
    if isinstance(value, dict) and value:
        yield head
        yield from _mapping(value, margin + "  ")
    elif isinstance(value, list) and value:
        yield head
        yield from _sequence(value, margin)
    elif isinstance(value, str) and _is_block(value):
        yield from _block(head, value, margin + "  ")
    else:
        yield f"{head} {_scalar(value)}"


def _is_block(text: str) -> bool:
    return "\n" in text and bool(text.strip("\n"))


def _block(head: str, text: str, margin: str) -> Iterator[str]:
    """A literal block; the indicator says how many line feeds end it and where it is indented."""
    body = text.rstrip("\n")
    feeds = len(text) - len(body)
    chomp = "-" if feeds == 0 else "" if feeds == 1 else "+"
    spaces = body.lstrip("\n")[:1] in (" ", "\t") or body.startswith("\n")
    yield f"{head} |{'2' if spaces else ''}{chomp}"
    for line in (*body.split("\n"), *[""] * (feeds - 1)):
        yield f"{margin}{line.replace(chr(9), TAB)}" if line else ""


def _scalar(value: Tree) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, (dict, list)):
        return "{}" if isinstance(value, dict) else "[]"
    return _number(value)


def _number(value: int | float) -> str:
    text = repr(value)
    if "e" in text and "." not in text:  # YAML 1.1 reads `1e5` as text
        mantissa, _, exponent = text.partition("e")
        text = f"{mantissa}.0e{exponent}"
    return re.sub(r"e(\d)", r"e+\1", text)


def _key(key: str) -> str:
    text = _string(key)
    return text if len(text) <= _LIMIT else json.dumps(key, ensure_ascii=False)


def _string(text: str) -> str:
    """Plain where it reads back as this string, else in double quotes."""
    safe = (
        _PLAIN.fullmatch(text) is not None
        and ": " not in text
        and " #" not in text
        and not text.endswith((":", " "))
        and _resolve(ScalarNode, text, (True, False)) == _STRING
    )
    return text if safe else json.dumps(text, ensure_ascii=False)
