"""Names in paths: shown where they are names, not where a value may stand as one.

Keys of a map in somebody's file may be anything, a token among them. What is longer or more random
than names are is replaced by its length.
"""

from __future__ import annotations

import re
from itertools import pairwise

from mckconsole.domain.text import clean, shorten

MAX_NAME = 120
"""Characters of one name that are shown."""
_PLAIN = re.compile(r"[A-Za-z_][\w-]*\Z")
_RUNS = re.compile(r"[A-Za-z0-9+=~]+")
_LONG_RUN = 20
_SHORT_RUN = 16
"""Of capitals and digits alone."""
_HEX = re.compile(r"[0-9a-fA-F]{24,}\Z")


BARE = frozenset(
    spelled
    for first in ("api", "app", "access", "auth", "license", "secret", "integration", "account")
    for second in ("key", "token")
    for spelled in (
        first + second,
        first + second.title(),
        f"{first}_{second}",
        f"{first}-{second}",
        f"{first}_{second}".upper(),
    )
) | {"token", "password", "clientSecret", "client_secret", "client-secret"}
"""Names that say what a value is, but not of what: that says the name of what they are part of."""


def shown(name: str) -> str:
    """The name as it may be shown, on one line."""
    if len(name) > MAX_NAME or looks_random(name):
        return f"‹{len(name)} characters›"
    return shorten(clean(name), MAX_NAME)


def looks_random(name: str) -> bool:
    """Whether a name has a stretch that is no word: long, of letters and digits mixed."""
    for run in _RUNS.findall(name):
        if len(run) >= _LONG_RUN and (_HEX.match(run) or _changes(run) * 3 > len(run)):
            return True
        if len(run) >= _SHORT_RUN and run.isupper() and sum(map(str.isdigit, run)) > 1:
            return True
    return False


def _changes(run: str) -> int:
    """How often small letters, capitals and digits follow each other otherwise than in a word."""
    kinds = ["9" if c.isdigit() else "A" if c.isupper() else "a" for c in run]
    return sum(a != b and (a, b) != ("A", "a") for a, b in pairwise(kinds))


def quoted(name: str) -> str:
    """The name in single quotes, for `data['name']`."""
    return "'" + shown(name).replace("'", "’") + "'"


def step(name: str | int) -> str:
    """One step of a path: `.name`, `['odd name']`, `[0]`."""
    if isinstance(name, int):
        return f"[{name}]"
    return f".{name}" if _PLAIN.match(name) and shown(name) == name else f"[{quoted(name)}]"


def joined(steps: list[str | int]) -> str:
    """Several steps as one path, without a dot in front."""
    return "".join(map(step, steps)).removeprefix(".")
