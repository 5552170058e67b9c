"""Which credentials lie in the fleet: found, joined and judged where something changed.

Places are joined over all clusters by fingerprint. A credential is judged again when one of its
places changed, or what is known around them did (RBAC, users, logs), or when its time has come; a
Secret's metadata when the Secret changed. Everything else is handed on as the last report had it.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.identity.model import IdentityReport
from mckconsole.analysis.notes import unknown_order
from mckconsole.analysis.pause import undisturbed
from mckconsole.analysis.secrets.case import Around
from mckconsole.analysis.secrets.coverage import cluster_unknowns, cover, log_unknowns, rbac_gap
from mckconsole.analysis.secrets.memory import SecretsDesk, SecretsMemory
from mckconsole.analysis.secrets.model import AuditPolicy, SecretsReport
from mckconsole.analysis.secrets.topics import SECRETS as ASKED
from mckconsole.analysis.secrets.work import Work
from mckconsole.domain.findings import Unknown
from mckconsole.domain.snapshot import FleetSnapshot

__all__ = ["ASKED", "analyse_secrets"]


def analyse_secrets(
    fleet: FleetSnapshot, identity: IdentityReport, memory: SecretsMemory, policy: AuditPolicy
) -> tuple[SecretsReport, SecretsMemory]:
    """Every credential of the fleet, and what to hand to the next analysis.

    Nothing is said where nobody asked for secrets.
    """
    if not any(ASKED in one.topics for one in fleet.clusters.values()):
        return SecretsReport(policy=policy), SecretsMemory()
    desk = memory.take(fleet.clusters, policy)
    work = Work(desk, fleet, identity)
    with undisturbed(desk.turn == 0):
        work.renew()
    report = SecretsReport(
        credentials=desk.shelf.credentials,
        others=desk.others.notes.findings,
        hidden=desk.shelf.hidden + sum(one.stock.hidden for one in desk.clusters.values()),
        coverage={
            name: cover(one, desk.clusters[name].places.troubles)
            for name, one in fleet.clusters.items()
        },
        findings=desk.findings,
        unknowns=tuple(sorted(set(_unknowns(desk, work.around)), key=unknown_order)),
        policy=policy,
    )
    return report, SecretsMemory.of(desk)


def _unknowns(desk: SecretsDesk, around: Around) -> Iterator[Unknown]:
    for name, cluster in around.fleet.clusters.items():
        facts = around.facts.get(name)
        gap = rbac_gap(facts.unread if facts else {}, facts is not None and facts.rbac is not None)
        troubles = desk.clusters[name].places.troubles
        yield from cluster_unknowns(cluster, troubles, name in desk.shelf.clusters, gap)
    yield from log_unknowns(around.fleet)
