"""What the go-live checklist says. Values only.

Ten items, each answered for every cluster. UNKNOWN is never a pass; what only a probe can prove
names the probe, and a result that somebody brings counts as evidence of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from mckconsole.domain.attested import Attested
from mckconsole.domain.findings import Evidence, Finding, Unknown

__all__ = ["Answer", "Attested", "ChecklistReport", "Item", "Mark"]


class Mark(StrEnum):
    """The answer to one item for one cluster. Definition order is worst first."""

    FAIL = "fail"
    UNKNOWN = "unknown"
    WARN = "warn"
    PASS = "pass"  # noqa: S105 - a mark

    @property
    def rank(self) -> int:
        """0 for FAIL."""
        return _RANKS[self]


_RANKS = {mark: rank for rank, mark in enumerate(Mark)}


class Item(msgspec.Struct, frozen=True, gc=False):
    """One of the ten."""

    rule: str
    """CHK01 to CHK10."""
    title: str
    question: str
    """What passes, in a sentence."""
    proves: str
    """What only a probe can prove; empty where reading is proof enough."""
    probe: str = ""
    """The command that proves it, with `{context}` and, where it needs them, `{peer}` (a second
    context), `{name}` (a host name) and `{srv}`; empty where there is none to print."""
    source: str = ""


class Answer(msgspec.Struct, frozen=True, gc=False):
    """One item for one cluster."""

    rule: str
    cluster: str
    mark: Mark
    reason: str
    """Why, in one line; of a pass, what it rests on."""
    evidence: tuple[Evidence, ...] = ()
    attested: tuple[Attested, ...] = ()
    missing: tuple[str, ...] = ()
    """What could not be read or cannot be told without a probe."""
    probe: str = ""
    """The item's command with the names of this cluster's contexts."""
    as_of: float | None = None
    """Unix seconds of the oldest thing it rests on."""
    lifted: Mark | None = None
    """Of an UNKNOWN that is one only because a probe alone can tell: the mark when one passed."""
    fix: str = ""
    """What to do about a FAIL or WARN, as steps or commands."""


@dataclass(frozen=True, slots=True)
class ChecklistReport:
    """All answers."""

    items: tuple[Item, ...] = ()
    answers: tuple[Answer, ...] = ()
    """By item, then by cluster, in the order of the fleet."""
    findings: tuple[Finding, ...] = ()
    """One for each answer that fails or warns."""
    unknowns: tuple[Unknown, ...] = ()

    def of(self, rule: str, cluster: str) -> Answer | None:
        """One of them."""
        same = (one for one in self.answers if one.rule == rule and one.cluster == cluster)
        return next(same, None)

    def worst(self, cluster: str) -> Mark:
        """The worst mark of a cluster; UNKNOWN where nothing was answered."""
        marks = [one.mark for one in self.answers if one.cluster == cluster]
        return min(marks, key=lambda mark: mark.rank, default=Mark.UNKNOWN)
