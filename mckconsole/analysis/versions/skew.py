"""Version skew: SK01 to SK12 as findings.

Source: https://kubernetes.io/releases/version-skew-policy/; `limits` has how much distributions
allow. Everything is compared with the API servers that were seen: newer with the oldest of them,
older with the newest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from mckconsole.analysis.notes import finding_order
from mckconsole.analysis.unread import unread_reason, without_age
from mckconsole.analysis.versions import skew_control, skew_nodes
from mckconsole.analysis.versions.case import Case, case_of
from mckconsole.analysis.versions.model import Component, NodePool
from mckconsole.analysis.versions.observed import PANE, Observed
from mckconsole.analysis.versions.skew_drain import undrained, unreleased
from mckconsole.domain.findings import Finding, Unknown
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.support import SupportData
from mckconsole.domain.wording import listed

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
    name = case.seen.cluster
    views = (case.cluster.topic(topic) for topic in ("nodes", "pods"))
    unread = [without_age(unread_reason(view)) for view in views if not view.conclusive]
    for reason in unread:
        yield Unknown(PANE, name, "SK10", reason)
        if Component.KUBE_PROXY not in case.seen.absent:
            yield Unknown(PANE, name, "SK05", reason)
    if unread:
        return
    if missing := unreleased(case):
        words = f"when {listed(map(str, missing), 3)} was released is not in the table"
        yield Unknown(PANE, name, "SK10", words)
