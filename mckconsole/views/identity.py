"""The identity pane: one row per workload and cloud, worst first.

Rows are remembered by the binding that they show: the analysis hands on the same object as long as
nothing about it changes, so one change among thousands costs one row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.identity.model import Binding, BindingState
from mckconsole.domain.findings import Unknown
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.views.explain import count
from mckconsole.views.identity_beyond import with_rest
from mckconsole.views.identity_cells import (
    account_cell,
    binding_role,
    cloud_cell,
    findings_cell,
    identity_cell,
    pods_cell,
    reason_cell,
    state_cell,
    state_words,
)
from mckconsole.views.identity_groups import summed
from mckconsole.views.spec import Cell, Role, Row

_made: WeakKeyDictionary[Binding, Row] = WeakKeyDictionary()


def rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per binding, in the analysis's order; among them what no binding tells."""
    found = []
    for binding in analysis.identity.bindings:
        row = _made.get(binding)
        if row is None:
            row = _made[binding] = _row(binding)
        found.append(row)
    return with_rest(snapshot, analysis, found)


def find_binding(analysis: Analysis, row_id: str) -> Binding | None:
    """The binding behind a row; None when it is gone."""
    head, _, cloud = row_id.rpartition("/")
    for binding in analysis.identity.bindings:
        name = binding.workload.key.name
        if binding.cloud == cloud and head.endswith(name) and binding.id == row_id:
            return binding
    return None


def _row(binding: Binding) -> Row:
    key = binding.workload.key
    account = binding.account.key.name
    identity = binding.identity
    return Row(
        binding.id,
        {
            "cluster": Cell(key.cluster, Role.PLAIN, key.cluster),
            "namespace": Cell(key.namespace, Role.PLAIN, key.namespace),
            "workload": Cell(key.name, Role.PLAIN, key.name),
            "state": state_cell(binding),
            "identity": identity_cell(binding),
            "cloud": cloud_cell(binding.cloud),
            "findings": findings_cell(binding.findings, (binding,)),
            "pods": pods_cell(binding),
            "account": account_cell((identity,) if identity else ()),
            "serviceaccount": Cell(account, Role.PLAIN, account),
            "mechanism": Cell(binding.mechanism.value, Role.DIM, binding.mechanism.value),
            "kind": Cell(key.kind, Role.DIM, key.kind),
            "reason": reason_cell(binding),
        },
        tuple(finding.id for finding in binding.findings),
        binding_role(binding),
        (key.cluster,),
        key.namespace,
    )


def summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`12 identities of 10 workloads  ✖ 1 wrong  ● 11 well  (1 drift, 11 bound)`."""
    report = analysis.identity
    workloads = len({binding.workload.key for binding in report.bindings})
    held = count(len(report.bindings), "identity", "identities")
    counts = Counter(binding.state for binding in report.bindings)
    states = (f"{counts[one]} {state_words(one)}" for one in BindingState if counts[one])
    words = summed(f"{held} of {count(workloads, 'workload')}", map(binding_role, report.bindings))
    if counts:
        words += f"  ({', '.join(states)})"
    plain = sum(report.plain.values())
    return f"{words}  {plain} more without any cloud" if plain else words


def empty(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """Why there is no row: nothing was read, or nothing has to do with a cloud."""
    if not snapshot.clusters:
        return "no clusters, so no workloads in them"
    report = analysis.identity
    unread = [facts for facts in report.clusters.values() if not facts.readable]
    if unread and len(unread) == len(report.clusters):
        return _not_read(unread[0].name, len(unread) - 1, unread[0].reason or "not read yet")
    blocked = _blocked(report.unknowns)
    if blocked:
        others = len({one.cluster for one in blocked}) - 1
        return _not_read(blocked[0].cluster, others, blocked[0].reason)
    unnamed = [facts for facts in report.clusters.values() if "serviceaccounts" in facts.unread]
    if unnamed:  # a workload is plain only by what its service account says
        reason = unnamed[0].unread["serviceaccounts"]
        return _not_read(unnamed[0].name, len(unnamed) - 1, reason)
    plain = sum(report.plain.values())
    return (
        f"no workload has to do with a cloud: {count(plain, 'workload')} read, and no annotation of"
        " a service account, no token, variable or key of AWS, GCP, Azure or SPIFFE among them"
    )


def _blocked(unknowns: Sequence[Unknown]) -> list[Unknown]:
    return [one for one in unknowns if one.rule == "*"]


def _not_read(cluster: str, others: int, reason: str) -> str:
    where = cluster + (f" and {count(others, 'other cluster')}" if others else "")
    return f"nobody's identity is known; not read in {where}: {reason}"
