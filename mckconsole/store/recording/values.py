"""What a recording's chains hold that the domain has in another form.

A sample's labels seldom change and its value always does, so they are apart; JSON has no NaN, so
numbers that are none are words. Everything here is plain data.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.inspected import FieldManager, Related
from mckconsole.domain.logs import SourceState
from mckconsole.domain.metrics import MetricState, MetricVector, Sample
from mckconsole.domain.resources import ResourceKind, TableColumn
from mckconsole.domain.snapshot import Builds, VersionInfo
from mckconsole.domain.states import ClusterState, TopicState

NO_BUILDS = Builds()
Number: TypeAlias = float | str
"""Where it is a word, one of `nan`, `inf` and `-inf`."""


@dataclass(frozen=True, slots=True)
class Member:
    """A cluster of the inventory."""

    place: int
    """Its place in the order."""
    context: str
    server: str
    groups: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """How a cluster stands."""

    state: ClusterState
    reason: str
    version: VersionInfo | None = None
    builds: Builds = NO_BUILDS


@dataclass(frozen=True, slots=True)
class Contact:
    """What changes with every answer."""

    latencies: tuple[float, ...]
    clock_offset: float
    as_of: float | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a topic stands, without its content."""

    state: TopicState
    reason: str = ""
    version: str = ""
    loose: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    """(namespace, name, paths): faults of what is no object that is held."""
    values: bool = False
    withheld: bool = False
    looked_at: int | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """An answer without its numbers."""

    state: MetricState
    reason: str
    endpoint: str
    strangers: tuple[str, ...]
    labels: tuple[dict[str, str], ...]
    beside: int = 0
    """How many answers of others stand beside it, under `QUERY#1` and so on."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of an answer, in the order of its series' labels."""

    asked_at: float
    values: tuple[Number, ...]
    ages: tuple[float, ...]
    """Seconds before `asked_at`; one for all of them where it is the same."""


@dataclass(frozen=True, slots=True)
class TableHead:
    """A table of a kind without its rows."""

    state: TopicState
    reason: str = ""
    kind: ResourceKind | None = None
    columns: tuple[TableColumn, ...] = ()
    unread: dict[str, str] = field(default_factory=dict)
    undecodable: int = 0


@dataclass(frozen=True, slots=True)
class Inspected:
    """An object that something pointed at, as it was read; redacted before it came here."""

    ref: ObjectRef
    at: float | None = None
    tree: dict[str, Any] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    managed: tuple[str, ...] = ()
    managers: tuple[FieldManager, ...] = ()
    redacted: int = 0
    notes: tuple[str, ...] = ()
    clock_offset: float = 0.0
    related: Related | None = None
    problem: str = ""
    """Why it could not be read the last time; empty when it could."""
    unrelated: str = ""
    """Why its relations could not."""

    @property
    def same(self) -> Inspected:
        """It without times: equal ones say the same."""
        return replace(self, at=None, clock_offset=0.0)


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of one container that came together."""

    namespace: str
    pod: str
    container: str
    previous: bool
    lines: tuple[tuple[float, str, tuple[tuple[int, str], ...], bool], ...]
    """(at, text, colours, ours) of `LogLine`."""


@dataclass(frozen=True, slots=True)
class Followed:
    """How the log of a container stands."""

    namespace: str
    pod: str
    container: str
    previous: bool
    state: SourceState
    reason: str = ""


def take_apart(
    vectors: Mapping[str, MetricVector],
) -> tuple[dict[str, Series], dict[str, Numbers]]:
    """The answers of a cluster as what stays and what does not."""
    series: dict[str, Series] = {}
    numbers: dict[str, Numbers] = {}
    for name, vector in _flat(vectors):
        labels = tuple(dict(one.labels) for one in vector.samples)
        series[name] = Series(
            vector.state, vector.reason, vector.endpoint, vector.strangers, labels,
            len(vector.beside),
        )  # fmt: skip
        ages = tuple(round(vector.asked_at - one.at, 3) for one in vector.samples)
        values = tuple(_number(one.value) for one in vector.samples)
        numbers[name] = Numbers(vector.asked_at, values, ages[:1] if len(set(ages)) == 1 else ages)
    return series, numbers


def put_together(
    series: Mapping[str, Series], numbers: Mapping[str, Numbers]
) -> dict[str, MetricVector]:
    """The answers again."""
    flat = {name: _vector(one, numbers.get(name)) for name, one in series.items()}
    return {
        name: replace(
            vector,
            beside=tuple(flat[beside] for beside in _names(name, series[name].beside)),
        )
        for name, vector in flat.items()
        if "#" not in name
    }


def _flat(vectors: Mapping[str, MetricVector]) -> Iterator[tuple[str, MetricVector]]:
    for name, vector in vectors.items():
        yield name, vector
        yield from zip(_names(name, len(vector.beside)), vector.beside, strict=True)


def _names(name: str, count: int) -> list[str]:
    return [f"{name}#{n}" for n in range(1, count + 1)]


def _vector(series: Series, numbers: Numbers | None) -> MetricVector:
    if numbers is None or len(numbers.values) != len(series.labels):
        numbers = Numbers(0.0, ("nan",) * len(series.labels), (0.0,))
    ages = numbers.ages * len(numbers.values) if len(numbers.ages) == 1 else numbers.ages
    samples = tuple(
        Sample(labels, float(value), numbers.asked_at - age)
        for labels, value, age in zip(series.labels, numbers.values, ages, strict=False)
    )
    return MetricVector(
        series.state, series.reason, samples, numbers.asked_at, series.endpoint, series.strangers
    )


def _number(value: float) -> Number:
    return value if math.isfinite(value) else str(value)
