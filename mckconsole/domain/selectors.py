"""Label selectors as kubectl takes them: `app=web,tier!=db,env in (a,b),!legacy`. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

Labels: TypeAlias = Mapping[str, str]
_TERM = re.compile(
    r"\s*(?:(?P<key>[^\s=!,()]+)\s+(?P<set>in|notin)\s*\((?P<values>[^()]*)\)"
    r"|(?P<name>[^\s=!,()]+)\s*(?P<sign>==|=|!=)\s*(?P<value>[^\s=!,()]*)"
    r"|(?P<absent>!)?\s*(?P<there>[^\s=!,()]+))\s*(?:,|$)"
)


class SelectorError(ValueError):
    """It is no selector; the message says which."""


def parse_selector(text: str) -> Callable[[Labels], bool]:
    """Whether labels are selected; an empty selector selects everything.

    Raises:
        SelectorError: it is none.
    """
    tests: list[Callable[[Labels], bool]] = []
    place = 0
    while place < len(text.rstrip()):
        found = _TERM.match(text, place)
        if found is None:
            raise SelectorError(f"{text} is no label selector")
        tests.append(_test(found))
        place = found.end()
    return lambda labels: all(test(labels) for test in tests)


def _test(found: re.Match[str]) -> Callable[[Labels], bool]:
    if key := found["key"]:
        values = {one.strip() for one in found["values"].split(",")}
        if found["set"] == "in":
            return lambda labels: labels.get(key) in values
        return lambda labels: labels.get(key) not in values
    if name := found["name"]:
        value = found["value"]
        if found["sign"] == "!=":
            return lambda labels: labels.get(name) != value
        return lambda labels: labels.get(name) == value
    there, absent = found["there"], bool(found["absent"])
    return lambda labels: (there in labels) is not absent
