"""What a cluster's row of the versions pane is made of, and how the cluster stands by all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.versions.model import Blocker, ClusterVersions
from mckconsole.domain.findings import Finding, Severity, Unknown
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState
from mckconsole.views.cells import SEVERITY_ROLES
from mckconsole.views.secrets_cells import worst_role
from mckconsole.views.spec import Cell, Role
from mckconsole.views.versions_cells import support_role, unread_nodes
from mckconsole.views.versions_item_cells import GRAVITY_ROLES, addon_role, use_role
from mckconsole.views.versions_next import next_cell
from mckconsole.views.versions_rows import told_by

UNDER_WAY = (ClusterState.PENDING, ClusterState.CONNECTING)
_PLANNING = ("UB", "*")
_KUBELETS = ("SK02", "SK03")
"""Rules about kubelets beside the API server."""


@dataclass(frozen=True, slots=True)
class Parts:
    """All that is known of one cluster's versions."""

    found: ClusterVersions
    state: ClusterState | None
    """How the console stands to it; None for a cluster that is not in the fleet any more."""
    findings: tuple[Finding, ...]
    waived: frozenset[str]
    """Ids of those that somebody answers for."""
    unknowns: tuple[Unknown, ...]
    next: Cell

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """Those that nobody answers for."""
        return tuple(one for one in self.found.blockers if not self.waives(one))

    def finding(self, blocker: Blocker) -> Finding | None:
        """The finding that a blocker is told as; None where it is none."""
        for one in self.findings:
            if one.rule == blocker.rule and (one.object, one.subject, one.peers) == (
                blocker.object, blocker.subject, blocker.peers,
            ):  # fmt: skip
                return one
        return None

    def waives(self, blocker: Blocker) -> bool:
        """Whether somebody answers for it."""
        finding = self.finding(blocker) if self.waived else None
        return finding is not None and finding.id in self.waived

    @property
    def unplanned(self) -> tuple[Unknown, ...]:
        """What was not judged, and without which nobody can say that nothing blocks an upgrade;
        without what a blocker of unknown gravity says too."""
        told = {(one.rule, one.detail) for one in self.found.blockers}
        return tuple(
            one
            for one in self.unknowns
            if one.rule.startswith(_PLANNING) and (one.rule, one.reason) not in told
        )

    def unjudged(self, rule: str) -> bool:
        """Whether a rule could not be judged, or one of those whose ids begin so."""
        return self.found.least is None or any(
            one.rule == "*" or one.rule.startswith(rule) for one in self.unknowns
        )

    @property
    def kubelets_role(self) -> Role:
        """How bad the minors of its nodes are, by the rules of the skew policy."""
        return self._worst(one for one in self.findings if one.rule in _KUBELETS)

    def _worst(self, findings: Iterator[Finding]) -> Role:
        """How bad the worst is that nobody answers for; information alone is not bad."""
        loud = (one.severity for one in findings if one.id not in self.waived)
        worst = min(loud, key=lambda one: one.rank, default=Severity.INFO)
        return Role.OK if worst is Severity.INFO else SEVERITY_ROLES[worst]

    @property
    def role(self) -> Role:
        """As bad as the worst of it; well only where all was judged."""
        found, state = self.found, self.state
        if found.least is None and state in UNDER_WAY:
            return Role.CONNECTING
        roles = [support_role(found), self._worst(iter(self.findings))]
        roles += [GRAVITY_ROLES[one.gravity] for one in self.blockers]
        roles += [addon_role(one) for one in found.addons]
        roles += [use_role(one, found.least) for one in found.uses]
        if found.least is None or self.unplanned or unread_nodes(found.pools):
            roles.append(Role.UNKNOWN)
        if state is None or not state.readable:
            roles.append(Role.STALE)
        return worst_role(one for one in roles if one is not Role.DIM)


def parts_of(snapshot: FleetSnapshot, analysis: Analysis) -> Mapping[str, Parts]:
    """What is known of each cluster of the fleet, in its order."""
    known = {one.cluster: one for one in analysis.versions.clusters}
    told = told_by(analysis)
    plan = analysis.plan
    found = {}
    for name in dict.fromkeys((*snapshot.clusters, *known)):
        cluster = snapshot.clusters.get(name)
        versions = known.get(name) or ClusterVersions(name, "")
        findings, unknowns = told.get(name, ((), ()))
        found[name] = Parts(
            versions,
            cluster.state if cluster else None,
            findings,
            frozenset(one.id for one in findings if one.id in analysis.waived),
            tuple(dict.fromkeys((*versions.unknowns, *unknowns))),
            next_cell(versions, plan),
        )
    return found


def part_of(snapshot: FleetSnapshot, analysis: Analysis, name: str) -> Parts | None:
    """What is known of one cluster; None where there is no such cluster."""
    return parts_of(snapshot, analysis).get(name)
