"""The model of the secret audit: credentials, their places, and how far anybody looked.

A place is one sighting in one object; places whose fingerprints are equal are one credential, in
however many clusters. Values only: `report` makes them, `rules_*` judge them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from mckconsole.domain.audit import Sighting, Tier
from mckconsole.domain.findings import Finding, ObjectRef, Severity, Unknown

NamespaceKey: TypeAlias = tuple[str, str]
"""(cluster, namespace)."""
Spot: TypeAlias = tuple[str, str, str]
"""Cluster, namespace and name of a Secret."""

MAX_AGE = 90 * 86400.0
"""Seconds after which a static credential that was not written anew is a finding of its own."""


@dataclass(frozen=True, slots=True)
class AuditPolicy:
    """What is meant to be, where rules cannot know."""

    by_name: bool = False
    """Whether what only its name makes a credential (tier C) is reported too."""
    strict: bool = False
    """Certificates by the literal rule: 90 days left and renewed by something, or failed."""
    max_age: float = MAX_AGE


class Place(msgspec.Struct, frozen=True, gc=False):
    """One credential at one place."""

    cluster: str
    topic: str
    """Of the Kind registry."""
    object: ObjectRef
    sighting: Sighting
    owner: str = ""
    """Who looks after the object: `Helm release db`; empty: nobody that is known."""
    created: str = ""
    """When the object was made, RFC 3339."""
    observed_at: float = 0.0
    """Unix seconds by the API server's clock."""
    number: int = 1
    """Which of several that one rule found at this path."""
    former: bool = False
    """The object is a template that its controller ran once, and runs no more."""
    halves: tuple[Sighting, ...] = ()
    """Of a pair whose key id this is, the secret at other fields of the object: one place."""

    @property
    def sightings(self) -> tuple[Sighting, ...]:
        """All that was seen of it there."""
        return (self.sighting, *self.halves)

    @property
    def path(self) -> str:
        """Every field that has a part of it, in words."""
        return " and ".join(one.path for one in self.sightings)

    @property
    def id(self) -> str:
        """Stable for as long as it lies there."""
        more = f"/{self.number}" if self.number > 1 else ""
        return f"{self.cluster}/{self.object}/{self.sighting.path}/{self.sighting.rule}{more}"


class Consumer(msgspec.Struct, frozen=True, gc=False):
    """A workload that uses the object of a place, and what the identity pane knows of it."""

    cluster: str
    kind: str
    namespace: str
    name: str
    how: str
    """`env AWS_ACCESS_KEY_ID in container app`, `volume keys`."""
    binding: str = ""
    """Id of its row in the identity pane; empty where it has none."""
    identity: str = ""
    """The cloud identity that it has, or could have, in words; empty: none is known."""


@dataclass(frozen=True, slots=True, eq=False)
class Credential:
    """One credential, wherever it lies."""

    rule: str
    title: str
    """`AWS access key`."""
    tier: Tier
    severity: Severity
    """Of the finding."""
    places: tuple[Place, ...]
    """The one to look at first, first."""
    finding: Finding
    reason: str = ""
    """What makes it as bad as it is, on one line."""
    consumers: tuple[Consumer, ...] = ()
    related: tuple[Finding, ...] = ()
    """Other findings on the same places: its age, who read it."""

    @property
    def id(self) -> str:
        """That of its finding."""
        return self.finding.id

    @property
    def fingerprint(self) -> str:
        return self.places[0].sighting.fingerprint

    @property
    def clusters(self) -> tuple[str, ...]:
        """Where it lies, sorted."""
        return tuple(sorted({place.cluster for place in self.places}))


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far one cluster was looked at."""

    cluster: str
    values: bool
    """Whether values were looked at, or metadata only."""
    readable: bool
    """Whether any Secret could be read, at least as metadata."""
    reason: str = ""
    """Why not, or why not all."""
    secrets: int = 0
    """Secrets that were seen."""
    objects: int = 0
    """Other objects in whose specs credentials were looked for."""
    forbidden: tuple[str, ...] = ()
    """Namespaces whose Secrets could not be read, sorted; where the whole cluster could not, none
    are named."""
    troubles: int = 0
    """Objects that could not be looked at in full."""
    as_of: float | None = None
    untold: str = ""
    """Why there may be namespaces that were not read and are not known."""


@dataclass(frozen=True, slots=True)
class SecretsReport:
    """Everything found, worst first."""

    credentials: tuple[Credential, ...] = ()
    others: tuple[Finding, ...] = ()
    """Findings that no credential has: tokens by their metadata, reads, permissions."""
    hidden: int = 0
    """Credentials of tier C that are not reported because nobody asked for them."""
    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    """Of the credentials and the others, in the order of all findings."""
    unknowns: tuple[Unknown, ...] = ()
    policy: AuditPolicy = AuditPolicy()
