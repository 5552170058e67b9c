"""When what an answer rests on was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from mckconsole.analysis.mesh.evidence import seen
from mckconsole.domain.findings import Evidence, ObjectRef
from mckconsole.domain.kinds import KINDS
from mckconsole.domain.snapshot import ClusterSnapshot

_KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        name: tuple(kind.topic for kind in KINDS if kind.projection.kind == name)
        for name in {kind.projection.kind for kind in KINDS}
    }
)
"""Kind to the topics that may hold it."""


def read_at(cluster: ClusterSnapshot, *topics: str) -> float | None:
    """Unix seconds, server clock: when the oldest of these topics was confirmed; None for none."""
    moments = (cluster.topic(name).as_of for name in topics)
    return min((at for at in moments if at is not None), default=None)


def kind_read_at(cluster: ClusterSnapshot, kind: str) -> float | None:
    """The same of the topics that hold a kind."""
    return read_at(cluster, *_KINDS.get(kind, ()))


class Sight(NamedTuple):
    """What was seen in an object; when, is told where it is used as evidence, because an object
    that did not change is confirmed again and again."""

    topic: str
    ref: ObjectRef
    path: str
    value: str


def dated(cluster: ClusterSnapshot, sights: Iterable[Sight]) -> tuple[Evidence, ...]:
    """What was seen, as evidence of the time when it was confirmed last."""
    return tuple(
        seen(cluster.name, one.ref, one.path, one.value, _at(cluster, one.topic)) for one in sights
    )


def _at(cluster: ClusterSnapshot, topic: str) -> float:
    at = cluster.topic(topic).as_of
    return at if at is not None else cluster.as_of or 0.0
