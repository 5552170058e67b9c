"""Findings and their evidence: what the analysis says, and what it saw that makes it say so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import msgspec


class Severity(StrEnum):
    """How bad a finding is, worst first in definition order."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for critical up to 4 for info: smaller is worse, so findings sort by it."""
        return _RANKS[self]

    def at_least(self, other: Severity) -> bool:
        """Whether this severity is `other` or worse."""
        return self.rank <= other.rank


_RANKS = {one: number for number, one in enumerate(Severity)}


class ObjectRef(msgspec.Struct, frozen=True, order=True, gc=False):
    """Names one Kubernetes object within a cluster; the namespace is empty for cluster scope."""

    api_version: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {place}"


EvidenceSource = Literal["kubernetes", "prometheus", "derived"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation: this object (or series), at this path, had this value at this time."""

    source: EvidenceSource
    cluster: str
    object: ObjectRef | None
    """The object that was read; None for metrics and derived facts."""
    path: str
    """Field path in the object, series selector, or the name of what was derived."""
    value: str
    observed_at: float
    """Unix seconds by the clock of the server that said it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says about one object of one cluster, with everything that made it say so."""

    rule: str
    pane: str
    severity: Severity
    cluster: str
    object: ObjectRef | None
    title: str
    """One line, without the cluster's name."""
    detail: str
    evidence: tuple[Evidence, ...]
    remediation: str
    peers: tuple[str, ...] = ()
    """The other clusters concerned, sorted."""
    subject: str = ""
    """Tells findings of one rule on one object apart (the remote cable, the key …)."""

    @property
    def id(self) -> str:
        """Stable across runs: a hash of rule, clusters, object and subject, not of any value."""
        from hashlib import sha256  # slow to import

        parts = (self.rule, self.cluster, *self.peers, str(self.object or ""), self.subject)
        return sha256("\0".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, order=True)
class Unknown:
    """A question that could not be answered for a cluster, and why."""

    pane: str
    cluster: str
    rule: str
    """The rule that could not be judged, or `*` for the whole pane."""
    reason: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One documented rule; `mckconsole rules ID` prints it."""

    id: str
    pane: str
    title: str
    severity: Severity
    """The usual severity; a finding may carry another one when its evidence is better or worse."""
    reads: tuple[str, ...]
    """What must be readable to judge it: topics of the Kind registry or metric queries."""
    explanation: str
    remediation: str
    source: str
    """Where the rule comes from: documentation, source file or issue thread."""
