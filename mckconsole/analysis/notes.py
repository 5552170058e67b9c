"""Findings and unknowns of very many things, in order, of which a few change at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from mckconsole.analysis.ordered import Ordered, SortKey
from mckconsole.domain.findings import Finding, Severity, Unknown

_SEVERITIES = {severity: rank for rank, severity in enumerate(Severity)}


def severity_order(severity: Severity | None) -> int:
    """Worst first, none last."""
    return len(_SEVERITIES) if severity is None else _SEVERITIES[severity]


def finding_order(finding: Finding) -> SortKey:
    """Worst first, then by rule and cluster: the order of every list of findings."""
    rank = _SEVERITIES[finding.severity]
    return (rank, finding.rule, finding.cluster, finding.peers, finding.subject)


def unknown_order(unknown: Unknown) -> SortKey:
    """The order of every list of unknowns."""
    return (unknown.pane, unknown.cluster, unknown.rule, unknown.reason)


class Noted(NamedTuple):
    """What is said of one thing."""

    key: tuple[Any, ...]
    """Unique, and comparable with the keys of all others."""
    findings: Sequence[Finding]
    unknowns: Sequence[Unknown]


class Notes:
    """What is said of all things; an unknown is there once, however many ask the same."""

    def __init__(self) -> None:
        self._findings: Ordered[Finding] = Ordered()
        self._unknowns: Ordered[Unknown] = Ordered()
        self._asked: Counter[Unknown] = Counter()

    def change(self, old: Sequence[Noted], new: Sequence[Noted]) -> None:
        """Put `new` in the place of `old`."""
        self._findings.change(
            (key for one in old for key, _ in _keyed(one)),
            dict(entry for one in new for entry in _keyed(one)),
        )
        before = Counter(unknown for one in old for unknown in set(one.unknowns))
        after = Counter(unknown for one in new for unknown in set(one.unknowns))
        removed, added = [], {}
        for unknown in before.keys() | after.keys():
            had = self._asked[unknown]
            has = self._asked[unknown] = had - before[unknown] + after[unknown]
            if not has:
                del self._asked[unknown]
                removed.append(unknown_order(unknown))
            elif not had:
                added[unknown_order(unknown)] = unknown
        self._unknowns.change(removed, added)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """In the order of `finding_order`."""
        return self._findings.items

    @property
    def unknowns(self) -> tuple[Unknown, ...]:
        """Each once, sorted."""
        return self._unknowns.items


def _keyed(noted: Noted) -> Iterable[tuple[SortKey, Finding]]:
    """Findings under keys that no two share."""
    for number, finding in enumerate(noted.findings):
        yield (*finding_order(finding), str(finding.object or ""), noted.key, number), finding


class Ledger:
    """What rules say of everything, under the key of what they say it of."""

    def __init__(self) -> None:
        self.notes = Notes()
        self._held: dict[tuple[str, ...], Noted] = {}
        self._pending: dict[tuple[str, ...], Noted] = {}

    def write(
        self, key: tuple[str, ...], findings: Sequence[Finding], unknowns: Sequence[Unknown] = ()
    ) -> None:
        """From the next `close` on, this is what is said of `key`."""
        if findings or unknowns or key in self._held or key in self._pending:
            self._pending[key] = Noted(key, findings, unknowns)

    def close(self) -> None:
        """Let what was written count."""
        old = [self._held.pop(key) for key in self._pending if key in self._held]
        new = {key: one for key, one in self._pending.items() if one.findings or one.unknowns}
        self._held.update(new)
        self.notes.change(old, [*new.values()])
        self._pending = {}
