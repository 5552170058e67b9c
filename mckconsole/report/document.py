"""One report: what the panes, the findings and the unknowns say, before it has a format.

Every format is written from the same `Document`, so a table and JSON cannot disagree. Nothing here
computes a finding or reads a cluster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mckconsole.analysis.engine import Analysis
from mckconsole.domain.findings import Finding, Severity, Unknown
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.views.spec import Column, PaneSpec, Row

OVERVIEW = "fleet"
"""The pane that counts every finding; a report that holds it holds them all."""


@dataclass(frozen=True, slots=True)
class ClusterEntry:
    """One cluster and how well it could be read."""

    name: str
    context: str
    server: str
    state: str
    reason: str
    version: str
    """As the API server says it; empty when it did not."""
    provider: str
    """Empty when nothing says it."""
    as_of: float | None
    """Unix seconds of its last answer, None when there was none."""
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaneTable:
    """One pane with its rows."""

    name: str
    title: str
    summary: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: str
    """Why there are no rows; empty when there are."""
    by: str = ""
    """What one row is, where the pane can be grouped in several ways."""


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report."""

    generated_at: float
    """Unix seconds, console clock."""
    clusters: tuple[ClusterEntry, ...]
    findings: tuple[Finding, ...]
    """Worst first."""
    unknowns: tuple[Unknown, ...]
    panes: tuple[PaneTable, ...]

    def reaches(self, severity: Severity) -> bool:
        """Whether some finding is at least as bad as `severity`."""
        return any(finding.severity.at_least(severity) for finding in self.findings)


def build(snapshot: FleetSnapshot, analysis: Analysis, panes: Sequence[PaneSpec]) -> Document:
    """The report of `panes`, in their order, with the findings and unknowns that belong to them."""
    names = {pane.name for pane in panes}
    everything = OVERVIEW in names
    unknowns = [one for one in analysis.unknowns if everything or one.pane in names]
    unknowns += [
        Unknown(pane=OVERVIEW, cluster="", rule="*", reason=reason)
        for reason in (*snapshot.inventory_problems, *snapshot.notes)
    ]
    return Document(
        generated_at=snapshot.taken_at,
        clusters=_clusters(snapshot, analysis),
        findings=tuple(one for one in analysis.findings if everything or one.pane in names),
        unknowns=tuple(unknowns),
        panes=tuple(_table(pane, snapshot, analysis) for pane in panes),
    )


def _clusters(snapshot: FleetSnapshot, analysis: Analysis) -> tuple[ClusterEntry, ...]:
    """Every cluster, in the order of the inventory."""
    providers = {row.name: row.provider.name for row in analysis.clusters}
    return tuple(
        ClusterEntry(
            name=cluster.name,
            context=cluster.context,
            server=cluster.server,
            state=cluster.state.value,
            reason=cluster.reason,
            version=cluster.version.git_version if cluster.version else "",
            provider=providers.get(cluster.name) or "",
            as_of=cluster.as_of,
            warnings=cluster.warnings,
        )
        for cluster in snapshot.clusters.values()
    )


def _table(pane: PaneSpec, snapshot: FleetSnapshot, analysis: Analysis) -> PaneTable:
    rows = tuple(pane.rows(snapshot, analysis))
    return PaneTable(
        name=pane.name,
        title=pane.title,
        summary=pane.summary(snapshot, analysis),
        columns=pane.columns_of(snapshot, analysis),
        rows=rows,
        empty="" if rows else pane.empty(snapshot, analysis),
        by=pane.by,
    )
