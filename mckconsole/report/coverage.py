"""What was asked of every cluster, and what came of it: the ground that a report stands on.

One entry is one question (a topic or a metric) to one cluster, with how deep it was looked at and
when. Whoever reads that nothing was found can see here where anybody looked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from mckconsole.domain.findings import EvidenceSource
from mckconsole.domain.kind import Kind, Sensitivity
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.metrics import QUERIES, MetricState
from mckconsole.domain.snapshot import NOT_READ, ClusterSnapshot, FleetSnapshot, TopicView
from mckconsole.domain.states import TopicState
from mckconsole.domain.wording import listed
from mckconsole.views.spec import PaneSpec

OVERVIEW = "fleet"
"""The pane that reads what all others read; its own section has only what no other reads."""


class Answer(StrEnum):
    """What came of one question, best first."""

    ANSWERED = "answered"
    ABSENT = "absent"
    """The cluster does not serve this kind."""
    PARTIAL = "partial"
    """Some objects or namespaces could not be read, or only in part."""
    STALE = "stale"
    FORBIDDEN = "forbidden"
    UNREACHABLE = "unreachable"
    UNSUPPORTED = "unsupported"
    NOT_ASKED = "not looked at"

    __hash__ = str.__hash__

    @property
    def whole(self) -> bool:
        """Whether what is not there was not there."""
        return self in (Answer.ANSWERED, Answer.ABSENT)


Depth: TypeAlias = Literal["fields", "metadata", "values", "series"]
"""What was looked at: the fields that rules read; metadata only; also the values of credentials, of
which none is kept; time series."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to one cluster."""

    cluster: str
    topic: str
    """A topic of the Kind registry, or a metric query's id."""
    panes: tuple[str, ...]
    """Those that need it, in their order."""
    source: EvidenceSource
    resource: str
    """`deployments.apps`, `GET /openid/v1/jwks`, or the metric's name."""
    depth: Depth
    answer: Answer
    reason: str = ""
    """Why it is not answered in full; empty when it is."""
    objects: int | None = None
    """Objects or series that were read; None where none could be."""
    in_part: int = 0
    """Objects or namespaces that could not be read, or only in part."""
    as_of: float | None = None
    """Unix seconds by the clock of the server that answered; None where none did."""


_ANSWERS: Mapping[TopicState, Answer] = {
    TopicState.PENDING: Answer.NOT_ASKED,
    TopicState.FRESH: Answer.ANSWERED,
    TopicState.STALE: Answer.STALE,
    TopicState.FORBIDDEN: Answer.FORBIDDEN,
    TopicState.ABSENT: Answer.ABSENT,
    TopicState.UNREACHABLE: Answer.UNREACHABLE,
    TopicState.UNSUPPORTED: Answer.UNSUPPORTED,
}
_METRICS: Mapping[MetricState, Answer] = {
    MetricState.FRESH: Answer.ANSWERED,
    MetricState.PARTIAL: Answer.PARTIAL,
    MetricState.FAILED: Answer.UNREACHABLE,
    MetricState.NOT_CONFIGURED: Answer.NOT_ASKED,
}
_METRIC_NAMES = {query.id: query.metric for query in QUERIES}
MAX_NAMED = 100
"""Namespaces that a reason names."""
UNASKED_VALUES = "only values would tell, and those are looked at with --scan-values"


def coverage(snapshot: FleetSnapshot, panes: Sequence[PaneSpec]) -> tuple[Asked, ...]:
    """Every question of `panes` to every cluster, cluster by cluster in the fleet's order."""
    topics = _needed({pane.name: pane.topics for pane in panes})
    queries = _needed({pane.name: pane.queries for pane in panes})
    return tuple(
        asked
        for cluster in snapshot.clusters.values()
        for asked in (*_topics(cluster, topics), *_queries(cluster, queries))
    )


def _needed(by_pane: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """By question: the panes that need it; the overview only where nobody else does."""
    needed: dict[str, list[str]] = {}
    for pane, names in by_pane.items():
        for name in names:
            needed.setdefault(name, []).append(pane)
    return {
        name: tuple(pane for pane in users if pane != OVERVIEW) or (OVERVIEW,)
        for name, users in needed.items()
    }


def _topics(cluster: ClusterSnapshot, topics: Mapping[str, tuple[str, ...]]) -> Iterator[Asked]:
    for name, panes in topics.items():
        kind, view = BY_TOPIC[name], cluster.topic(name)
        answer = _ANSWERS[view.state]
        if view.state is TopicState.FRESH and view.faults:
            answer = Answer.PARTIAL
        yield Asked(
            cluster=cluster.name,
            topic=name,
            panes=panes,
            source="kubernetes",
            resource=_resource(kind),
            depth=_depth(kind, view),
            answer=answer,
            reason=_reason(cluster, view, answer),
            objects=view.count if view.state.readable else None,
            in_part=len(view.faults),
            as_of=view.as_of,
        )


def _resource(kind: Kind) -> str:
    if kind.document:
        return f"GET {kind.document}"
    name = f"{kind.plural}.{kind.group}" if kind.group else kind.plural
    place = "/".join(part for part in (kind.namespace, kind.name) if part)
    return f"{name} {place}" if place else name


def _depth(kind: Kind, view: TopicView) -> Depth:
    if view.values:
        return "values"
    return "metadata" if kind.sensitivity is Sensitivity.METADATA_ONLY else "fields"


def _reason(cluster: ClusterSnapshot, view: TopicView, answer: Answer) -> str:
    if answer is Answer.ANSWERED:
        return ""
    if view.withheld:
        return UNASKED_VALUES
    if answer is Answer.NOT_ASKED and not cluster.state.readable:
        return ": ".join(part for part in (cluster.state.value, cluster.reason) if part)
    return view.reason or _unread(view) or view.gap


def _unread(view: TopicView) -> str:
    """The namespaces of which nothing could be read, and why the first could not."""
    reasons = {space: paths for (space, name), paths in view.faults.items() if name == NOT_READ}
    if not reasons:
        return ""
    named = sorted(space or "namespaces that are not known" for space in reasons)
    why = "; ".join(next(iter(reasons.values())))
    return f"not read in {listed(named, MAX_NAMED)}: {why}"


def _queries(cluster: ClusterSnapshot, queries: Mapping[str, tuple[str, ...]]) -> Iterator[Asked]:
    for query, panes in queries.items():
        vector = cluster.metrics.get(query)
        answer = _METRICS[vector.state]
        yield Asked(
            cluster=cluster.name,
            topic=query,
            panes=panes,
            source="prometheus",
            resource=_METRIC_NAMES[query],
            depth="series",
            answer=answer,
            reason="" if answer is Answer.ANSWERED else vector.reason,
            objects=len(vector.samples) if answer in (Answer.ANSWERED, Answer.PARTIAL) else None,
            as_of=vector.asked_at or None,
        )
