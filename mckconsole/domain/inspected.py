"""One object as it was read for a person: redacted, with its relations and its past.

Values only; nothing here is kept. Texts are clean, and what may be a credential is taken out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from mckconsole.domain.findings import ObjectRef

Tree: TypeAlias = "Mapping[str, Tree] | Sequence[Tree] | str | int | float | bool | None"
"""A redacted document."""


@dataclass(frozen=True, slots=True)
class FieldManager:
    """Who changed which fields, by `metadata.managedFields`."""

    name: str
    operation: str
    """`Apply` or `Update`."""
    subresource: str
    at: float | None
    """Unix seconds by the cluster's clock."""
    paths: tuple[str, ...]
    """The first of the fields, as paths."""
    count: int
    """How many fields there are."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An Event about one object."""

    at: float
    """Unix seconds by the cluster's clock, of the last time."""
    first: float
    count: int
    warning: bool
    reason: str
    message: str
    source: str
    """Component, and host where there is one."""
    about: ObjectRef | None = None
    """What it is about, where that is an object below."""


@dataclass(frozen=True, slots=True)
class ObjectFacts:
    """An object that was read."""

    cluster: str
    ref: ObjectRef
    at: float | None
    """Unix seconds by the API server's clock when it was read."""
    tree: Mapping[str, Tree]
    """Without managedFields; of a Secret nothing but metadata."""
    lines: tuple[str, ...]
    """The tree as YAML."""
    managed: tuple[str, ...]
    """The managedFields as YAML; hidden unless asked for."""
    managers: tuple[FieldManager, ...]
    """The latest first."""
    redacted: int = 0
    """How many values were taken out."""
    notes: tuple[str, ...] = ()
    clock_offset: float = 0.0
    """The API server's clock minus the console's, seconds."""
    recorded: bool = False
    """It comes from a recording, which may hold less than the object had."""


@dataclass(frozen=True, slots=True)
class Relation:
    """An object that has to do with another."""

    how: str
    """In the field's words: `owned by`, `owns`, `mounted by`, `selected by`, `runs as` …"""
    ref: ObjectRef
    words: str = ""
    """How it stands: `2/3 ready`, `CrashLoopBackOff` …; empty where nothing is known."""
    well: bool | None = None
    """Whether that is well; None is unknown."""
    below: tuple[Relation, ...] = ()
    """What in turn has to do with it, in the same direction."""


@dataclass(frozen=True, slots=True)
class Related:
    """What an object has to do with."""

    owners: tuple[Relation, ...] = ()
    """Nearest first."""
    dependents: tuple[Relation, ...] = ()
    """A tree: what it owns, selects and carries."""
    users: tuple[Relation, ...] = ()
    """What uses it: mounts it, routes to it, protects it, is bound to it."""
    uses: tuple[Relation, ...] = ()
    """What its spec refers to."""
    happenings: tuple[Happening, ...] = ()
    """The latest first."""
    unread: tuple[str, ...] = ()
    """What could not be asked, in words; without it nothing is concluded from absence."""
