"""Where one can be: every screen of the console as a value, so that going back is a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.logs import LogTarget
from mckconsole.domain.resources import Query
from mckconsole.views.detail import Target


@dataclass(frozen=True, slots=True)
class MetricsPlace:
    """A link's metrics over time, by the id of its row."""

    id: str


@dataclass(frozen=True, slots=True)
class TransitionsPlace:
    """A link's changes of state, by the id of its row."""

    id: str


@dataclass(frozen=True, slots=True)
class ComparePlace:
    """A service side by side in its clusters, by the id of its row."""

    id: str


@dataclass(frozen=True, slots=True)
class LogsPlace:
    """Logs of pods, or of what has pods, merged by time."""

    targets: tuple[LogTarget, ...]


@dataclass(frozen=True, slots=True)
class CompareObjectsPlace:
    """An object side by side in several clusters."""

    ref: ObjectRef
    clusters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DriftPlace:
    """Which objects of a kind differ between clusters."""

    query: Query
    clusters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LossesPlace:
    """What each cluster's loss would mean for a service, by the id of its row."""

    id: str


@dataclass(frozen=True, slots=True)
class FindPlace:
    """Objects of any kind by their name."""

    name: str


@dataclass(frozen=True, slots=True)
class MomentsPlace:
    """What changed between two moments of a recording, in Unix seconds."""

    before: float
    after: float


@dataclass(frozen=True, slots=True)
class NotesPlace:
    """What is wrong with the fleet as a whole."""


Place: TypeAlias = (
    Target
    | CompareObjectsPlace
    | ComparePlace
    | DriftPlace
    | FindPlace
    | LogsPlace
    | LossesPlace
    | MetricsPlace
    | MomentsPlace
    | NotesPlace
    | TransitionsPlace
)
"""A screen below a pane's table."""
