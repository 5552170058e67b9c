"""When what an answer rests on was read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

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
