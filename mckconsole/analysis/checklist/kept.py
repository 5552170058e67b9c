"""Answers of the last analysis that still hold, because nothing that they rest on changed.

What is large is compared by identity: reports hand on the very object where nothing happened. Now
and then an answer is worked out anew all the same, so that its evidence is not dated too long ago;
one item at a time, so that no analysis takes long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from mckconsole.analysis.alarms import EVIDENCE_AGE
from mckconsole.analysis.checklist.dns import PATH
from mckconsole.analysis.checklist.grounds import Grounds
from mckconsole.analysis.checklist.model import Answer
from mckconsole.analysis.mesh.links import MeshProvider
from mckconsole.analysis.rbac import TOPICS
from mckconsole.domain.findings import Finding

Answers: TypeAlias = tuple[Answer, ...]


class Basis(NamedTuple):
    """What an item's answers are worked out from."""

    same: tuple[object, ...]
    """Compared by identity."""
    equal: tuple[object, ...]
    """Compared by value; small."""

    def holds(self, other: Basis) -> bool:
        """Whether nothing of it changed."""
        return (
            len(self.same) == len(other.same)
            and all(one is two for one, two in zip(self.same, other.same, strict=True))
            and self.equal == other.equal
        )


class Kept(NamedTuple):
    """The answers to one item."""

    basis: Basis
    at: float
    """Unix seconds, console clock, of the snapshot they were worked out from."""
    answers: Answers


@dataclass(frozen=True, slots=True)
class ChecklistMemory:
    """What one analysis leaves to the next; `ChecklistMemory()` remembers nothing."""

    items: Mapping[str, Kept] = field(default_factory=dict)
    """By rule."""


def basis_of(rule: str, grounds: Grounds) -> Basis | None:
    """What an item rests on; None for one that is worked out quickly every time."""
    made = _BASES.get(rule)
    return made(grounds) if made else None


def oldest(memory: ChecklistMemory, now: float) -> str:
    """The item whose evidence is to be dated anew; empty while none is old enough."""
    due = [(one.at, rule) for rule, one in memory.items.items() if now - one.at >= EVIDENCE_AGE]
    return min(due)[1] if due else ""


def _clusters(grounds: Grounds, topics: Iterable[str] = ()) -> tuple[object, ...]:
    """Every cluster as far as whether it could be read, and how these topics stand."""
    names = tuple(topics)
    return tuple(
        (
            *(one.name, one.context, one.state, one.reason),
            *((view.state, view.generation, view.complete) for view in map(one.topic, names)),
        )
        for one in grounds.fleet.clusters.values()
    )


def _ids(found: Mapping[str, tuple[Finding, ...]]) -> tuple[object, ...]:
    return tuple((name, tuple(one.id for one in each)) for name, each in found.items())


def _dns(grounds: Grounds) -> Basis:
    facts = grounds.services.clusters.values()
    gaps = tuple((one.name, one.readable, tuple(one.unread.items())) for one in facts)
    views = [(one.topic(name).state, one.topic(name).complete) for name in PATH
             for one in grounds.fleet.clusters.values()]  # fmt: skip
    told = tuple(grounds.service_unknowns.items())
    return Basis(
        (grounds.services.services,),
        (_clusters(grounds), tuple(views), gaps, told, _ids(grounds.dns_findings)),
    )


def _iam(grounds: Grounds) -> Basis:
    report = grounds.identity
    indices = (one.rbac for one in report.clusters.values())
    return Basis(
        (report.findings, report.unknowns, report.bindings, *indices),
        (_clusters(grounds, TOPICS), tuple(report.clusters), _ids(grounds.open_to_all)),
    )


def _certificates(grounds: Grounds) -> Basis:
    report = grounds.certificates
    return Basis((report.entries, report.unknowns), (_clusters(grounds), grounds.strict))


def _failover(grounds: Grounds) -> Basis:
    names = grounds.fleet.clusters
    peers = (grounds.peer(name, MeshProvider.SUBMARINER) for name in names)
    contexts = tuple(peer.context if peer else "" for peer in peers)
    return Basis((grounds.losses, grounds.services.services), (_clusters(grounds), contexts))


_BASES: Mapping[str, Callable[[Grounds], Basis]] = {
    "CHK02": _dns,
    "CHK03": _iam,
    "CHK04": _certificates,
    "CHK09": _failover,
}
