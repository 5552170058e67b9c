"""Texts in ConfigMaps as trees: YAML, JSON and TOML, of which nothing is believed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

MAX_TEXT = 256 * 1024
"""Characters of a text that is read."""
_MAX_DEPTH = 60
_MAX_ALIASES = 50
"""YAML can say one thing many times over in few words; configurations hardly ever do."""


class NoTree(ValueError):
    """The text is no tree with keys at its root; the message holds none of it."""


def read_yaml(text: str) -> Mapping[str, Any]:
    """The first document of a YAML (or JSON) text.

    Raises:
        NoTree: it is none, too long, nested too deeply, or has too many aliases.
    """
    import yaml

    if len(text) > MAX_TEXT:
        raise NoTree(f"longer than {MAX_TEXT >> 10} KiB")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check(type(one).__name__ for one in yaml.scan(text, Loader=loader))
        found = next(iter(yaml.load_all(text, Loader=loader)), None)
    except NoTree:
        raise
    except (yaml.YAMLError, ValueError, TypeError, LookupError, ArithmeticError):
        raise NoTree("no YAML") from None
    if not isinstance(found, Mapping):
        raise NoTree("no keys at its root")
    return found


def _check(tokens: Iterable[str]) -> None:
    """Look before the parser does, whose C part recurses until the process dies.

    Raises:
        NoTree: it must not be parsed.
    """
    depth = aliases = 0
    for one in tokens:
        depth += one.endswith("StartToken") and one.startswith(("Block", "Flow"))
        depth -= one.endswith("EndToken") and one.startswith(("Block", "Flow"))
        aliases += one == "AliasToken"
        if depth > _MAX_DEPTH:
            raise NoTree("nested too deeply")
        if aliases > _MAX_ALIASES:
            raise NoTree("too many aliases")


def read_toml(text: str) -> Mapping[str, Any]:
    """A TOML text.

    Raises:
        NoTree: it is none, or too long.
    """
    import tomllib

    if len(text) > MAX_TEXT:
        raise NoTree(f"longer than {MAX_TEXT >> 10} KiB")
    try:
        return tomllib.loads(text)
    except (ValueError, TypeError, RecursionError):
        raise NoTree("no TOML") from None
