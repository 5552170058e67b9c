"""Answer what stands in no report: observability, logs, cost and network policies (CHK05–CHK08).

Each item is looked at in two steps, so that little is done anew when little changed: what one
cluster says by itself (kept while its topics' generations and what its metrics come to are the
same), and what that means beside the other clusters (kept while these two are the same).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import is_
from typing import Any, NamedTuple

from mckconsole.analysis.alarms import EVIDENCE_AGE
from mckconsole.analysis.checklist import cost, logs, observability, policies
from mckconsole.analysis.checklist.grounds import Answerer, Grounds
from mckconsole.analysis.checklist.model import Answer
from mckconsole.analysis.unread import without_age
from mckconsole.domain.snapshot import ClusterSnapshot

_DATED_AT_ONCE = 10
"""Answers of an item whose evidence is dated anew in one go."""


class Look(NamedTuple):
    """How one item is answered."""

    rule: str
    topics: tuple[str, ...]
    queries: tuple[str, ...]
    measure: Callable[[ClusterSnapshot], object]
    """What the metrics of a cluster come to, without times; compared by value."""
    gather: Callable[[ClusterSnapshot], Any]
    """What the objects of a cluster come to."""
    shares: Callable[[Grounds, Mapping[str, Any]], Mapping[str, object]]
    """What each cluster must know of the others, by name, compared by value; from all that was
    gathered."""
    settled: bool
    """Whether that rests on the services and on what was gathered alone."""
    answer: Callable[[Grounds, ClusterSnapshot, Any, Any], Answer]


LOOKS: tuple[Look, ...] = tuple(
    Look(
        item.RULE,
        item.TOPICS,
        item.QUERIES,
        item.measure,
        item.gather,
        item.shares,
        item.SETTLED,
        item.answer,
    )
    for item in (observability, logs, cost, policies)
)
TOPICS = tuple(dict.fromkeys(topic for look in LOOKS for topic in look.topics))
"""All topics that these items rest on."""
QUERIES = tuple(dict.fromkeys(query for look in LOOKS for query in look.queries))
"""All queries that these items rest on."""


class Gathered(NamedTuple):
    """What one cluster says by itself."""

    basis: object
    facts: Any


class Answered(NamedTuple):
    """An answer, and what it was made from."""

    gathered: Gathered
    """Compared by identity."""
    beside: object
    at: float
    """Unix seconds, console clock, of the snapshot."""
    answer: Answer


class Shared(NamedTuple):
    """What clusters must know of each other."""

    basis: tuple[object, ...]
    """Compared by identity."""
    shares: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class OthersMemory:
    """What one analysis leaves to the next; `OthersMemory()` remembers nothing."""

    answered: Mapping[tuple[str, str], Answered] = field(default_factory=dict)
    """By rule and cluster."""
    shared: Mapping[str, Shared] = field(default_factory=dict)
    """By rule, of those where it is worth keeping."""


def others_of(
    grounds: Grounds, memory: OthersMemory | None = None
) -> tuple[Mapping[str, Answerer], OthersMemory]:
    """Who answers CHK05 to CHK08 for the clusters of this snapshot, and what to hand to the next.

    Args:
        grounds: the snapshot and its reports; of these the mesh and the services are read.
        memory: of the last analysis: what did not change is not worked out anew.
    """
    before = memory or OthersMemory()
    kept: dict[tuple[str, str], Answered] = {}
    shared: dict[str, Shared] = {}
    answerers: dict[str, Answerer] = {}
    for look in LOOKS:
        found = {name: _gathered(one, look, before) for name, one in grounds.fleet.clusters.items()}
        beside = _shared(grounds, look, found, before)
        if look.settled:
            shared[look.rule] = beside
        mine = dict(_answered(grounds, look, found, beside.shares, before))
        kept.update({(look.rule, name): one for name, one in mine.items()})
        answerers[look.rule] = _Answers({name: one.answer for name, one in mine.items()})
    return answerers, OthersMemory(kept, shared)


class _Answers:
    """Answers by cluster, to be called."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self._answers = answers

    def __call__(self, cluster: ClusterSnapshot) -> Answer:
        return self._answers[cluster.name]


def _shared(
    grounds: Grounds, look: Look, found: Mapping[str, Gathered], before: OthersMemory
) -> Shared:
    basis = (grounds.services.services, *found.values())
    old = before.shared.get(look.rule)
    if old is not None and len(old.basis) == len(basis) and all(map(is_, old.basis, basis)):
        return old
    return Shared(basis, look.shares(grounds, {name: one.facts for name, one in found.items()}))


def _answered(
    grounds: Grounds,
    look: Look,
    gathered: Mapping[str, Gathered],
    shares: Mapping[str, object],
    before: OthersMemory,
) -> Iterator[tuple[str, Answered]]:
    """One item for every cluster."""
    now, aged = grounds.fleet.taken_at, 0
    for name, cluster in grounds.fleet.clusters.items():
        old = before.answered.get((look.rule, name))
        beside = (_standing(grounds, cluster), look.measure(cluster), shares.get(name))
        if old is not None and old.gathered is gathered[name] and old.beside == beside:
            if now - old.at < EVIDENCE_AGE or aged >= _DATED_AT_ONCE:
                yield name, old
                continue
            aged += 1
        answer = look.answer(grounds, cluster, gathered[name].facts, shares.get(name))
        yield name, Answered(gathered[name], beside, now, answer)


def _gathered(cluster: ClusterSnapshot, look: Look, before: OthersMemory) -> Gathered:
    basis = (
        cluster.server,
        tuple(
            (view.state, view.generation, view.complete, without_age(view.reason), view.version)
            for view in map(cluster.topic, look.topics)
        ),
    )
    old = before.answered.get((look.rule, cluster.name))
    if old is not None and old.gathered.basis == basis:
        return old.gathered
    return Gathered(basis, look.gather(cluster))


def _standing(grounds: Grounds, cluster: ClusterSnapshot) -> object:
    """How the cluster stands, and how far its services were read."""
    known = cluster.name in grounds.services.clusters
    gaps = grounds.service_unknowns.get(cluster.name)
    return cluster.context, cluster.state, without_age(cluster.reason), known, gaps
