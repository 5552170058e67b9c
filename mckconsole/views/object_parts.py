"""What the documents of objects are made of: values, conditions, ages and names that lead on.

Trees come redacted and clean. Ages are by the cluster's own clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.inspected import ObjectFacts
from mckconsole.domain.standing import Standing
from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_age, parse_rfc3339
from mckconsole.domain.trees import at, map_at, maps_at, text_at, words_at
from mckconsole.views.detail import InspectTarget, Line, Span
from mckconsole.views.explain import fact, stated
from mckconsole.views.spec import Role

MAX_TEXT = 400
"""Characters of one value in a summary; YAML has all of it."""
WIDTH = 12
"""Cells of a label."""
_BAD_WHEN_TRUE = ("Pressure", "Unavailable", "Failure", "Failed", "Degraded", "Stalled",
                  "Disruption", "Deprecated", "NonStructuralSchema", "Violations", "Conflict",
                  "FailureTarget", "Error", "Expired", "Suspended", "Dangling")  # fmt: skip
"""Conditions of which True is the bad answer: they end so."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a summary needs beside the tree."""

    facts: ObjectFacts
    now: float
    """The cluster's clock, Unix seconds."""

    @property
    def tree(self) -> Mapping[str, object]:
        """The object."""
        return self.facts.tree

    def ago(self, stamp: str) -> str:
        """`3 m ago`; empty for what is no time."""
        moment = parse_rfc3339(stamp)
        return "" if moment is None else self.since(moment)

    def since(self, moment: float) -> str:
        """`3 m ago`, `in 4 d`."""
        passed = self.now - moment
        return f"{format_age(passed)} ago" if passed > -1 else f"in {format_age(-passed)}"

    def link(self, api_version: str, kind: str, name: str, namespace: str = "") -> InspectTarget:
        """Another object of the cluster."""
        return InspectTarget(self.facts.cluster, ObjectRef(api_version, kind, namespace, name))


def role_of(standing: Standing) -> Role:
    """How a standing is coloured."""
    if standing.well is None:
        return Role.WARN if standing.words.startswith("Terminating") else Role.PLAIN
    return Role.OK if standing.well else Role.CRITICAL


def value(label: str, words: object, width: int = WIDTH) -> Iterator[Line]:
    """A labelled value, where there is one."""
    if isinstance(words, str) and words:
        yield fact(label, shorten(" ".join(words.split()), MAX_TEXT), width=width)


def linked(label: str, words: str, target: InspectTarget, width: int = WIDTH) -> Iterator[Line]:
    """A labelled name that leads to its object, where there is one."""
    if words:
        yield fact(label, shorten(words, MAX_TEXT), width=width, target=target)


def pairs_words(held: Mapping[str, object], most: int = 6) -> str:
    """`app=web, tier=front and 3 more`."""
    words = [f"{key}={words_at(held, key)}" for key in held]
    more = len(words) - most
    return ", ".join(words[:most]) + (f" and {more} more" if more > 0 else "")


def condition_lines(around: Around) -> list[Line]:
    """What `status.conditions` says, what is not well first."""
    found = []
    for one in maps_at(around.tree, "status", "conditions"):
        type_, status = text_at(one, "type"), words_at(one, "status")
        if not type_:
            continue
        role = _condition_role(type_, status)
        reason, message = text_at(one, "reason"), text_at(one, "message")
        spans = [stated(role, type_), Span(f"  {status}")]
        spans += [Span(f"  {reason}")] if reason else []
        spans += (
            [Span(f"  {shorten(' '.join(message.split()), MAX_TEXT)}", Role.DIM)] if message else []
        )
        stamp = text_at(one, "lastTransitionTime") or text_at(one, "lastUpdateTime")
        found.append((role is Role.OK, Line(tuple(spans), None, 4, around.ago(stamp))))
    return [line for _, line in sorted(found, key=lambda pair: pair[0])]


def _condition_role(type_: str, status: str) -> Role:
    bad = type_.endswith(_BAD_WHEN_TRUE)
    if status not in ("True", "False"):
        return Role.UNKNOWN
    return Role.OK if (status == "True") is not bad else Role.WARN


def scalars(tree: object, *path: str, most: int = 12) -> Iterator[Line]:
    """The plain values at a place and one level below it, in their order."""
    found: dict[str, str] = {}
    for key, below in map_at(tree, *path).items():
        inner = map_at(tree, *path, key)
        for name in inner:
            found[f"{key}.{name}"] = words_at(inner, name)
        if not inner:
            found[key] = words_at(tree, *path, key) or _list_words(below)
    shown = [(shorten(name, 30), words) for name, words in found.items() if words][:most]
    width = max((len(name) for name, _ in shown), default=0)
    for name, words in shown:
        yield fact(name, shorten(" ".join(words.split()), 200), width=width)


def _list_words(found: object) -> str:
    if not isinstance(found, list | tuple):
        return ""
    words = [words_at({"it": one}, "it") for one in found]
    return (
        ", ".join(words[:8]) if all(words) and words else f"{len(words)} entries" if words else ""
    )


def stamp_at(around: Around, *path: str) -> str:
    """The age of a time stamp of the object."""
    found = at(around.tree, *path)
    return around.ago(found) if isinstance(found, str) else ""
