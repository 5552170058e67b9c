"""Ids of the versions pane's rows, what stands behind them, and what was found about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.versions.model import Addon, ApiUse, Blocker, ClusterVersions, NodePool
from mckconsole.domain.findings import Finding, Unknown
from mckconsole.views.versions_spec import ADDON, API, BLOCKER, POOL

Item = NodePool | Addon | ApiUse | Blocker
Told: TypeAlias = tuple[tuple[Finding, ...], tuple[Unknown, ...]]


def pool_id(cluster: str, pool: NodePool) -> str:
    """The id of a node pool's row."""
    return f"{cluster}/{pool.name}"


def addon_id(cluster: str, addon: Addon) -> str:
    """The id of an add-on's row: one that runs in several versions has several."""
    return f"{cluster}/{addon.name}/{addon.version or ''}/{addon.how}"


def api_id(cluster: str, use: ApiUse) -> str:
    """The id of a deprecated API's row."""
    return f"{cluster}/{use.api_version}/{use.kind or use.resource}/{use.use}"


def blocker_id(cluster: str, blocker: Blocker) -> str:
    """The id of a blocker's row."""
    parts = (cluster, blocker.rule, *blocker.peers, str(blocker.object or ""), blocker.subject)
    return "/".join(parts)


def items(found: ClusterVersions, by: str) -> Iterator[tuple[str, Item]]:
    """What a grouping has of a cluster, with the ids of the rows."""
    name = found.cluster
    match by:
        case _ if by == POOL:
            yield from ((pool_id(name, one), one) for one in found.pools)
        case _ if by == ADDON:
            yield from ((addon_id(name, one), one) for one in found.addons)
        case _ if by == API:
            yield from ((api_id(name, one), one) for one in found.uses)
        case _ if by == BLOCKER:
            yield from ((blocker_id(name, one), one) for one in found.blockers)


def find_item(analysis: Analysis, by: str, row_id: str) -> tuple[ClusterVersions, Item] | None:
    """What is behind a row, and its cluster; None when it is gone."""
    for found in analysis.versions.clusters:
        if row_id.startswith(found.cluster):
            for id_, item in items(found, by):
                if id_ == row_id:
                    return found, item
    return None


def told_by(analysis: Analysis) -> Mapping[str, Told]:
    """What was found of each cluster's versions, and what could not be judged."""
    report = analysis.versions
    findings: dict[str, list[Finding]] = {}
    unknowns: dict[str, list[Unknown]] = {}
    for finding in report.findings:
        findings.setdefault(finding.cluster, []).append(finding)
    for one in report.unknowns:
        unknowns.setdefault(one.cluster, []).append(one)
    names = (*findings, *unknowns)
    return {name: (tuple(findings.get(name, ())), tuple(unknowns.get(name, ()))) for name in names}
