"""The rules that look at several clusters at once: WI21, WI22 by identity; WI23, WI42."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

from mckconsole.analysis.identity.model import (
    Account,
    AccountKey,
    Binding,
    ClusterFacts,
    IdentityPolicy,
)
from mckconsole.analysis.identity.rules_fleet_identity import judge_identity
from mckconsole.analysis.identity.rules_fleet_issuer import check_issuers
from mckconsole.analysis.identity.rules_fleet_sameness import check_sameness
from mckconsole.domain.findings import Finding, Unknown

__all__ = ["judge_fleet", "judge_identity"]


def judge_fleet(
    clusters: Mapping[str, ClusterFacts],
    accounts: Mapping[AccountKey, Account],
    bindings: Iterable[Binding],
    policy: IdentityPolicy,
    now: float,
) -> tuple[tuple[Finding, ...], tuple[Unknown, ...]]:
    """WI23 and WI42 of the whole fleet.

    Args:
        clusters: facts of all clusters, by name.
        accounts: all service accounts, also those that declare nothing: one of these may be the
            principal that another cluster uses.
        bindings: what workloads are; with or without findings.
        policy: tells environments apart.
        now: Unix seconds, console clock.
    """
    findings: list[Finding] = []
    unknowns: list[Unknown] = []
    for one in chain(
        check_sameness(clusters, accounts, bindings, policy, now),
        check_issuers(clusters, accounts, policy, now),
    ):
        if isinstance(one, Finding):
            findings.append(one)
        else:
            unknowns.append(one)
    return tuple(findings), tuple(unknowns)
