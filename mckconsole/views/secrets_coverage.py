"""How far each cluster was looked at, in words: what is not read is a row of its own.

A cluster that is only being read has no such row yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mckconsole.analysis.secrets.model import Coverage, SecretsReport
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.domain.wording import listed
from mckconsole.views.explain import count
from mckconsole.views.secrets_cells import sign
from mckconsole.views.spec import Cell, Role

TOPIC = "secrets"
"""Of the Kind registry."""
_MOST = 4
"""Namespaces that are named before the rest is counted."""
_CONNECTING = (ClusterState.PENDING, ClusterState.CONNECTING)


def under_way(cluster: ClusterSnapshot | None) -> bool:
    """Whether it is being read for the first time just now."""
    if cluster is None:
        return False
    pending = cluster.state.readable and cluster.topic(TOPIC).state is TopicState.PENDING
    return cluster.state in _CONNECTING or pending


def mode_cell(cluster: ClusterSnapshot | None, found: Coverage) -> Cell:
    """`values`, `metadata only`, `⊘ forbidden`, `? not read`, `◌ being read`."""
    if found.readable:
        words = "values" if found.values else "metadata only"
        return Cell(words, Role.PLAIN if found.values else Role.DIM, words)
    if under_way(cluster):
        return Cell(f"{sign(Role.CONNECTING)} being read", Role.CONNECTING, "being read")
    role, words = kept_out(cluster)
    return Cell(f"{sign(role)} {words}", role, words)


def kept_out(cluster: ClusterSnapshot | None) -> tuple[Role, str]:
    """How a cluster that was not read is called."""
    if cluster is not None and ClusterState.FORBIDDEN is cluster.state:
        return Role.FORBIDDEN, "forbidden"
    if cluster is not None and cluster.topic(TOPIC).state is TopicState.FORBIDDEN:
        return Role.FORBIDDEN, "forbidden"
    return Role.UNKNOWN, "not read"


def gap_words(found: Coverage) -> str:
    """`3 namespaces forbidden: a, b, c; 2 objects only in part`; empty where all was read."""
    parts = []
    if found.forbidden:
        many = count(len(found.forbidden), "namespace")
        parts.append(f"{many} forbidden: {listed(found.forbidden, _MOST)}")
    if found.untold:
        parts.append(found.untold)
    if found.troubles:
        parts.append(f"{count(found.troubles, 'object')} only in part")
    return "; ".join(parts)


def coverage_role(cluster: ClusterSnapshot | None, found: Coverage) -> Role:
    """How well it is known, whatever was found: OK only where nothing is left out."""
    if not found.readable:
        return Role.CONNECTING if under_way(cluster) else kept_out(cluster)[0]
    if found.forbidden or found.untold:
        return Role.FORBIDDEN
    return Role.UNKNOWN if found.troubles or found.reason else Role.OK


class Gap(NamedTuple):
    """What was not read of a cluster."""

    found: Coverage
    role: Role
    what: str
    where: str
    """Namespaces, the first few."""
    why: str


def gaps(snapshot: FleetSnapshot, report: SecretsReport) -> Iterator[Gap]:
    """What was not read of each cluster of which not all was."""
    for name in sorted(report.coverage):
        found, cluster = report.coverage[name], snapshot.clusters.get(name)
        role = coverage_role(cluster, found)
        if role in (Role.OK, Role.CONNECTING):
            continue
        if not found.readable:
            yield Gap(found, role, "all Secrets", "all namespaces", found.reason or "not read")
        elif found.forbidden:
            what = f"Secrets of {count(len(found.forbidden), 'namespace')}"
            yield Gap(found, role, what, listed(found.forbidden, _MOST), gap_words(found))
        elif found.untold:
            yield Gap(found, role, "Secrets of other namespaces", "not known which", found.untold)
        else:
            what = count(found.troubles, "object") if found.troubles else "something"
            yield Gap(found, role, what, "", gap_words(found) or found.reason)


def modes_words(snapshot: FleetSnapshot, report: SecretsReport) -> str:
    """`values looked at in 2 of 6 clusters, 1 not read`."""
    clusters = report.coverage.values()
    values = sum(one.values and one.readable for one in clusters)
    closed = sum(
        not one.readable and not under_way(snapshot.clusters.get(one.cluster)) for one in clusters
    )
    part = sum(one.values and one.readable and bool(one.forbidden or one.untold)
               for one in clusters)  # fmt: skip
    words = f"values looked at in {values} of {count(len(report.coverage), 'cluster')}"
    words += f" ({part} of them not in all namespaces)" if part else ""
    return f"{words}, {closed} not read" if closed else words
