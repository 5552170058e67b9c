"""Version skew: SK01 to SK12 as findings, and what must be done before the next minor.

Source: https://kubernetes.io/releases/version-skew-policy/; `limits` has how much distributions
allow. Everything is compared with the API servers that were seen: newer with the oldest of them,
older with the newest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from mckconsole.analysis.notes import finding_order
from mckconsole.analysis.unread import unread_reason, without_age
from mckconsole.analysis.versions import skew_control, skew_nodes
from mckconsole.analysis.versions.case import (
    MOST_EVIDENCE,
    Case,
    case_of,
    minors,
    node_names,
    pool_words,
)
from mckconsole.analysis.versions.components import Instance
from mckconsole.analysis.versions.limits import first_refusing, oldest_taken
from mckconsole.analysis.versions.model import Blocker, Component, Gravity, NodePool, Phase
from mckconsole.analysis.versions.observed import PANE, Observed
from mckconsole.analysis.versions.skew_drain import undrained, unreleased
from mckconsole.domain.findings import Finding, Unknown
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.support import SupportData
from mckconsole.domain.wording import counted, listed

_RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    skew_control.apart,
    skew_nodes.newer_kubelets,
    skew_nodes.older_kubelets,
    skew_nodes.proxies,
    skew_nodes.beside_kubelets,
    skew_control.controllers,
    skew_control.skipped,
    skew_control.out_of_order,
    undrained,
    skew_nodes.holding_kubelets,
    skew_control.narrowed,
)
"""All but SK07, which is about the whole fleet (`clients`)."""
UB01 = "UB01"


class Judged(NamedTuple):
    """What the rules say of one cluster."""

    findings: tuple[Finding, ...]
    """Worst first."""
    unknowns: tuple[Unknown, ...]


def judge(
    cluster: ClusterSnapshot, seen: Observed, pools: Iterable[NodePool], data: SupportData
) -> Judged:
    """Judge one cluster by every rule; `pools` are those of `pools_of`."""
    case = case_of(cluster, seen, pools, data)
    if case is None:
        unknown = Unknown(PANE, seen.cluster, "*", "no version of an API server could be read")
        return Judged((), tuple(sorted({*seen.unknowns, unknown})))
    found = sorted((one for rule in _RULES for one in rule(case)), key=finding_order)
    unknowns = {*seen.unknowns, *_unjudged(case)}
    return Judged(tuple(found), tuple(sorted(unknowns)))


def _unjudged(case: Case) -> Iterator[Unknown]:
    """Rules that need more than versions."""
    view, name = case.cluster.topic("pods"), case.seen.cluster
    if not view.conclusive:
        reason = without_age(unread_reason(view))
        yield Unknown(PANE, name, "SK10", reason)
        if Component.KUBE_PROXY not in case.seen.absent:
            yield Unknown(PANE, name, "SK05", reason)
    elif missing := unreleased(case):
        words = f"when {listed(map(str, missing), 3)} was released is not in the table"
        yield Unknown(PANE, name, "SK10", words)


def required_before(seen: Observed, pools: Iterable[NodePool], to: Minor) -> tuple[Blocker, ...]:
    """What must move before a control plane goes to `to` (SK11), as blockers UB01.

    Each bears as its target the first minor that would leave it behind. What is not known is
    among them, as UNKNOWN.
    """
    names = {node: pool.name for pool in pools for node in pool.nodes}
    groups: dict[tuple[Component, str], list[Instance]] = {}
    for one in (*seen.kubelets, *seen.proxies):
        if one.version is not None and first_refusing(one.version.of, seen.provider) <= to:
            pool = names.get(one.node, "") if one.component is Component.KUBELET else ""
            groups.setdefault((one.component, pool), []).append(one)
    found = [_blocker(seen, *key, ones, to) for key, ones in sorted(groups.items())]
    return (*found, *_unknown(seen))


def _blocker(
    seen: Observed, component: Component, pool: str, found: Sequence[Instance], to: Minor
) -> Blocker:
    oldest = min(one.version.of for one in found if one.version is not None)
    count = sum(one.count for one in found)
    where = f": {node_names(found)}" if any(one.node for one in found) else ""
    least = oldest_taken(to, seen.provider)
    return Blocker(
        UB01,
        Gravity.BLOCK,
        Phase.CONTROL_PLANE,
        f"{component} of {counted(count, 'node')}{pool_words(pool)} too old for {to}",
        f"{component} {minors(found)}{where}. With a control plane of {to} the oldest that is "
        f"supported is {least}.",
        f"bring them to {least} or newer first, by way of every minor of the control plane between",
        found[0].ref if len(found) == 1 else None,
        f"{component} {pool}".strip(),
        first_refusing(oldest, seen.provider),
        tuple(one.evidence(seen.cluster) for one in found[:MOST_EVIDENCE]),
    )


def _unknown(seen: Observed) -> Iterator[Blocker]:
    for component in (Component.KUBELET, Component.KUBE_PROXY):
        for reason in seen.unknown.get(component, ()):
            yield Blocker(
                UB01,
                Gravity.UNKNOWN,
                Phase.CONTROL_PLANE,
                f"Not known whether every {component} is new enough",
                reason,
                "let the console read what is missing, or look yourself before the step",
                subject=f"{component}: {reason}",
            )
