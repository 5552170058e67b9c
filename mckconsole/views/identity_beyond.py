"""Rows of what no workload's row shows: findings on webhooks, issuers, namespaces and accounts
whose pods are not there, and clusters that were not read.

They stand among the workloads, because who looks for what is wrong looks there. What is found about
an account as which nothing runs has its place in the grouping by service account.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.identity.model import AccountKey, IdentityReport
from mckconsole.domain.findings import Finding, ObjectRef, Severity
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.domain.text import shorten
from mckconsole.views.cells import SEVERITY_ROLES
from mckconsole.views.detail import ClusterTarget, FindingTarget
from mckconsole.views.identity_cells import MAX_TEXT, RANKS, findings_cell, sign
from mckconsole.views.identity_unread import unread_clusters
from mckconsole.views.spec import BLANK, Cell, Role, Row

_FINDING = "/finding"
_CLUSTER = "/unread"
"""Ends of the rows' ids; those of workloads end with a cloud."""
_COLUMNS = (
    "cluster", "namespace", "workload", "state", "identity", "cloud", "findings", "pods", "account",
    "serviceaccount", "mechanism", "kind", "reason",
)  # fmt: skip
_WORDS = {
    "MutatingWebhookConfiguration": "identity webhook",
    "JSONWebKeySet": "issuer's keys",
    "OpenIDConfiguration": "token issuer",
}
"""Kinds of which a cluster has one or few, with long names."""
_ASKED = ("pods", "serviceaccounts")


def with_rest(
    snapshot: FleetSnapshot, analysis: Analysis, rows: Sequence[Row]
) -> Sequence[Row]:  # fmt: skip
    """These rows of workloads; before those that are as bad, rows of what none of them shows."""
    report = analysis.identity
    rest = [*map(_finding_row, findings_beyond(report))]
    if rows:
        rest += _unread_rows(snapshot, report)
    found = list(rows)
    for row in reversed(rest):
        rank = RANKS[row.role]
        place = next((at for at, one in enumerate(found) if RANKS[one.role] >= rank), len(found))
        found.insert(place, row)
    return found


def target_of(row_id: str) -> FindingTarget | ClusterTarget | None:
    """What such a row opens; None for the row of a workload."""
    if row_id.endswith(_FINDING):
        return FindingTarget(row_id.removesuffix(_FINDING))
    if row_id.endswith(_CLUSTER):
        return ClusterTarget(row_id.removesuffix(_CLUSTER))
    return None


def finding_behind(analysis: Analysis, row_id: str) -> Finding | None:
    """The finding of such a row."""
    target = target_of(row_id)
    if not isinstance(target, FindingTarget):
        return None
    return next((one for one in analysis.identity.findings if one.id == target.id), None)


def account_behind(analysis: Analysis, row_id: str) -> AccountKey | None:
    """The service account that the finding of such a row is about."""
    return _account_of(finding_behind(analysis, row_id))


def _account_of(finding: Finding | None) -> AccountKey | None:
    if finding is None or finding.object is None or finding.object.kind != "ServiceAccount":
        return None
    return AccountKey(finding.cluster, finding.object.namespace, finding.object.name)


def findings_beyond(report: IdentityReport) -> list[Finding]:
    """Findings of which no binding tells, but for those on accounts as which nothing runs, and but
    for information."""
    told = {id(one) for binding in report.bindings for one in binding.findings}
    loose = [
        one
        for one in report.findings
        if id(one) not in told and one.severity is not Severity.INFO and _concerns(report, one)
    ]
    if not loose:
        return []
    ids = {one.id for binding in report.bindings for one in binding.findings}
    return [one for one in loose if one.id not in ids]


def _concerns(report: IdentityReport, finding: Finding) -> bool:
    key = _account_of(finding)
    account = report.accounts.get(key) if key else None
    return account is None or bool(account.workloads)


def _finding_row(finding: Finding) -> Row:
    role, where = SEVERITY_ROLES[finding.severity], finding.object
    namespace = where.namespace if where else ""
    told = {
        "cluster": _plain(finding.cluster),
        "namespace": _plain(namespace) if namespace else BLANK,
        "workload": _plain(_about(where)),
        "state": Cell(f"{sign(role)} {finding.severity} {finding.rule}", role, finding.rule),
        "findings": findings_cell((finding,)),
        "kind": Cell(where.kind, Role.DIM, where.kind) if where else BLANK,
        "reason": _plain(finding.title),
    }
    clusters = (finding.cluster, *finding.peers)
    return _row(f"{finding.id}{_FINDING}", told, role, clusters, (finding.id,), namespace)


def _about(where: ObjectRef | None) -> str:
    """What a finding is about, in as few words as a workload's name has."""
    if where is None:
        return "the cluster"
    if where.kind == "ServiceAccount":
        return f"account {where.name}"
    return _WORDS.get(where.kind) or f"{where.kind} {where.name}"


def _unread_rows(snapshot: FleetSnapshot, report: IdentityReport) -> Iterator[Row]:
    """A row per cluster of which not all is known; not of one that is being read just now."""
    for name, reason in unread_clusters(report).items():
        cluster, facts = snapshot.clusters.get(name), report.clusters.get(name)
        if cluster is None or facts is None or _under_way(cluster):
            continue
        words = "not all read" if facts.readable else "not read"
        told = {
            "cluster": _plain(name),
            "namespace": BLANK,
            "workload": _plain("all workloads"),
            "state": Cell(f"{sign(Role.UNKNOWN)} {words}", Role.UNKNOWN, "NOT_READ"),
            "reason": _plain(reason),
        }
        yield _row(f"{name}{_CLUSTER}", told, Role.UNKNOWN, (name,))


def _under_way(cluster: ClusterSnapshot) -> bool:
    if cluster.state in (ClusterState.PENDING, ClusterState.CONNECTING):
        return True
    ready = cluster.state.readable
    return ready and any(cluster.topic(one).state is TopicState.PENDING for one in _ASKED)


def _plain(text: str) -> Cell:
    return Cell(shorten(text, MAX_TEXT), Role.PLAIN, text)


def _row(
    row_id: str,
    told: Mapping[str, Cell],
    role: Role,
    clusters: tuple[str, ...],
    findings: tuple[str, ...] = (),
    namespace: str = "",
) -> Row:
    cells = {**dict.fromkeys(_COLUMNS, BLANK), **told}
    return Row(row_id, cells, findings, role, clusters, namespace)
