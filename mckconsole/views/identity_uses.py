"""Who uses an identity of a cloud, and how bad the worst about that is: for tables and screens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from mckconsole.analysis.identity.model import (
    AccountKey,
    Cloud,
    Identity,
    IdentityReport,
    IdentityUse,
)
from mckconsole.domain.findings import Finding
from mckconsole.views.identity_cells import (
    binding_role,
    distinct_findings,
    findings_role,
    worse,
)
from mckconsole.views.spec import Role

Findings: TypeAlias = Mapping[AccountKey, tuple[Finding, ...]]


def findings_by_account(report: IdentityReport) -> Findings:
    """The findings whose object is a service account."""
    found: dict[AccountKey, list[Finding]] = defaultdict(list)
    for one in report.findings:
        if one.object is not None and one.object.kind == "ServiceAccount":
            key = AccountKey(one.cluster, one.object.namespace, one.object.name)
            found[key].append(one)
    return {key: tuple(findings) for key, findings in found.items()}


def idle_findings(use: IdentityUse, about: Findings) -> Iterator[Finding]:
    """What was found about accounts that declare the identity and as which nobody is it; else the
    workloads have it among theirs."""
    running = {one.account.key for one in use.bindings}
    return (one for key in use.accounts if key not in running for one in about.get(key, ()))


def use_findings(about: Findings, *uses: IdentityUse) -> tuple[Finding, ...]:
    """All that was found about identities and their users, the worst first."""
    own = (found for use in uses for found in (use.findings, tuple(idle_findings(use, about))))
    return distinct_findings(*own, *(one.findings for use in uses for one in use.bindings))


def use_role(use: IdentityUse, about: Findings) -> Role:
    """How bad the worst about an identity and its users is; one without workloads is neither well
    nor wrong."""
    roles = [binding_role(one) for one in use.bindings] or [Role.DIM]
    return worse(findings_role((*use.findings, *idle_findings(use, about))), *roles)


def use_clusters(use: IdentityUse) -> frozenset[str]:
    """The clusters that name it."""
    return frozenset(
        (*(one.cluster for one in use.accounts), *(b.workload.key.cluster for b in use.bindings))
    )


def uses_by_cloud_account(
    report: IdentityReport,
) -> Mapping[tuple[Cloud, str], tuple[IdentityUse, ...]]:
    """The identities that lie in each cloud account."""
    found: dict[tuple[Cloud, str], list[IdentityUse]] = defaultdict(list)
    for identity, use in report.identities.items():
        found[identity.cloud, identity.where].append(use)
    return {key: tuple(uses) for key, uses in found.items()}


def where_words(identity: Identity) -> str:
    """The cloud account that it lies in, or that this is not told."""
    return identity.where or "not told"


def cloud_account_role(uses: Sequence[IdentityUse], about: Findings) -> Role:
    """How bad the worst of its identities is."""
    return worse(*(use_role(use, about) for use in uses))
