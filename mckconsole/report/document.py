"""One report: what the panes, the findings and the unknowns say, before it has a format.

Every format is written from the same `Document`, so a table and JSON cannot disagree. Nothing here
computes a finding or reads a cluster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mckconsole.analysis.certificates.model import CertificateEntry
from mckconsole.analysis.engine import Analysis, spots_of
from mckconsole.analysis.rules import RULES
from mckconsole.analysis.timeline.model import TimelineReport
from mckconsole.domain.findings import Finding, Severity, Unknown
from mckconsole.domain.snapshot import NOT_READ, ClusterSnapshot, FleetSnapshot
from mckconsole.domain.waivers import NO_WAIVERS, Waiver, Waivers, fits, waiver_notes
from mckconsole.report.coverage import OVERVIEW, Asked, coverage
from mckconsole.views.panes import REPORTED
from mckconsole.views.spec import Column, PaneSpec, Row

TIMELINE = "timeline"
AUDIT = "secrets"
"""The pane of the audit, which looks at some clusters deeper than at others."""


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
    mode: str = ""
    """What the audit looked at of Secrets: `values`, `metadata`, or `none` where they could not be
    read; empty: nobody asked for an audit."""
    in_part: bool = False
    """Whether the Secrets of some namespaces could not be read."""


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
    waived: Mapping[str, Waiver] = field(default_factory=dict)
    """By finding id; these are among the findings too."""
    notes: tuple[str, ...] = ()
    """What is to be told of waivers: expired, matching nothing."""
    coverage: tuple[Asked, ...] = ()
    """What was asked of each cluster, and what came of it."""
    certificates: tuple[CertificateEntry, ...] = ()
    """Worst first; only where the audit was asked for."""

    timeline: TimelineReport | None = None
    """What happened; only where the timeline was asked for by its name."""

    @property
    def counting(self) -> tuple[Finding, ...]:
        """The findings that nobody answers for."""
        return tuple(one for one in self.findings if one.id not in self.waived)

    def reaches(self, severity: Severity) -> bool:
        """Whether some finding that is not waived is at least as bad as `severity`."""
        return any(finding.severity.at_least(severity) for finding in self.counting)


def build(
    snapshot: FleetSnapshot,
    analysis: Analysis,
    panes: Sequence[PaneSpec],
    waivers: Waivers = NO_WAIVERS,
) -> Document:
    """The report of `panes`, in their order, with the findings and unknowns that belong to them.

    `waivers` are those that the analysis was given.
    """
    names = {pane.name for pane in panes}
    everything = OVERVIEW in names
    unknowns = [one for one in analysis.unknowns if everything or one.pane in names]
    unknowns += [
        Unknown(pane=OVERVIEW, cluster="", rule="*", reason=reason)
        for reason in (*snapshot.inventory_problems, *snapshot.notes)
    ]
    told = TIMELINE in names and not everything
    if told:
        unread = analysis.timeline.unread
        unknowns += [Unknown(TIMELINE, name, "*", reason) for name, reason in unread]
    findings = tuple(one for one in analysis.findings if everything or one.pane in names)
    read = REPORTED if everything else panes
    return Document(
        generated_at=snapshot.taken_at,
        clusters=clusters_of(snapshot, analysis),
        findings=findings,
        unknowns=tuple(unknowns),
        panes=tuple(_table(pane, snapshot, analysis) for pane in panes),
        waived={one.id: analysis.waived[one.id] for one in findings if one.id in analysis.waived},
        notes=tuple(_notes(snapshot, analysis, {pane.name for pane in read}, waivers)),
        coverage=coverage(snapshot, read),
        certificates=analysis.certificates.entries if everything or AUDIT in names else (),
        timeline=analysis.timeline if told else None,
    )


def _notes(
    snapshot: FleetSnapshot, analysis: Analysis, panes: set[str], waivers: Waivers
) -> Iterator[str]:
    """What is to be told of the waivers for rules of `panes`, which were read.

    Those of a rule that there is not are told of always: somebody mistyped it.
    """
    if not waivers.entries:
        return
    asked = Waivers(tuple(one for one in waivers.entries if _is_for(one, panes)))
    spots = spots_of(analysis.secrets, analysis.certificates)
    yield from waiver_notes(analysis.findings, asked, snapshot.taken_at, spots)


def _is_for(waiver: Waiver, panes: set[str]) -> bool:
    meant = [rule.pane for rule in RULES.values() if fits(rule.id, waiver.rule)]
    return not meant or not panes.isdisjoint(meant)


def clusters_of(snapshot: FleetSnapshot, analysis: Analysis) -> tuple[ClusterEntry, ...]:
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
            mode=_mode(cluster),
            in_part=any(name == NOT_READ for _, name in cluster.topic(AUDIT).faults),
        )
        for cluster in snapshot.clusters.values()
    )


def _mode(cluster: ClusterSnapshot) -> str:
    if AUDIT not in cluster.topics:
        return ""
    view = cluster.topic(AUDIT)
    if not view.state.readable:
        return "none"
    return "values" if view.values else "metadata"


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
