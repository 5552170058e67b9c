"""Whether an answer of Prometheus says anything new: it is asked every few seconds, and its samples
have another time then, but hardly ever another meaning.
"""

from __future__ import annotations

from mckconsole.analysis.unread import without_age
from mckconsole.domain.metrics import MetricVector

FRESH = 300.0
"""Seconds after which a sample says nothing of the present: Prometheus' own limit."""


class Polled:
    """An answer that equals another of the same samples, if as many of them are of the present."""

    __slots__ = ("_vector",)
    __hash__ = None  # type: ignore[assignment] # it is compared, never looked up

    def __init__(self, vector: MetricVector) -> None:
        self._vector = vector

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polled) and _alike(self._vector, other._vector)


def _alike(one: MetricVector, other: MetricVector) -> bool:
    if one is other:
        return True
    if (
        one.state is not other.state
        or len(one.samples) != len(other.samples)
        or one.endpoint != other.endpoint
        or without_age(one.reason) != without_age(other.reason)
    ):
        return False
    return all(
        mine.value == its.value
        and mine.labels == its.labels
        and (one.asked_at - mine.at > FRESH) is (other.asked_at - its.at > FRESH)
        for mine, its in zip(one.samples, other.samples, strict=True)
    )
