"""The rules on what the identities of a whole cluster rest on: webhooks, root certificates."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from mckconsole.analysis.identity.case import Scene
from mckconsole.analysis.identity.model import Account
from mckconsole.analysis.identity.rules_cluster_roots import check_roots
from mckconsole.analysis.identity.rules_cluster_webhooks import check_webhooks
from mckconsole.domain.findings import Finding, Unknown
from mckconsole.domain.snapshot import ClusterSnapshot


def judge_cluster(
    scene: Scene, cluster: ClusterSnapshot, accounts: Sequence[Account]
) -> tuple[list[Finding], list[Unknown]]:
    """WI39 and WI40 of one cluster.

    Args:
        scene: facts of the cluster; is told when a certificate expires.
        cluster: its objects.
        accounts: its service accounts, at least those that declare an identity.
    """
    findings: list[Finding] = []
    unknowns: list[Unknown] = []
    if scene.facts.readable:
        for one in chain(check_webhooks(scene, accounts), check_roots(scene, cluster)):
            if isinstance(one, Finding):
                findings.append(one)
            else:
                unknowns.append(one)
    return findings, unknowns
