"""Make fleets in which credentials were seen, as the decoder hands them on: never a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from mckconsole.analysis.identity.memory import IdentityMemory
from mckconsole.analysis.identity.model import IdentityPolicy, IdentityReport
from mckconsole.analysis.identity.report import analyse_identity
from mckconsole.analysis.secrets.memory import SecretsMemory
from mckconsole.analysis.secrets.model import AuditPolicy, Credential, SecretsReport
from mckconsole.analysis.secrets.report import analyse_secrets
from mckconsole.domain.access_log import AccessLog, LogFile, SecretAccess
from mckconsole.domain.audit import Audited, Sighting, Tier
from mckconsole.domain.findings import Finding
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW, Doc

Spot: TypeAlias = tuple[str, str, str]
"""Topic, namespace and name of an object."""
DAY = 86400.0
WRITTEN = "2026-09-14T12:00:00Z"
"""A week before NOW."""
LONG_AGO = "2026-02-19T12:00:00Z"
ROLES = "rbac.authorization.k8s.io"
VALUES = ("secrets", "configmaps")


def sighting(
    rule: str = "SEC-AWS-ACCESS-KEY",
    mark: str = "7f3a",
    path: str = "data['KEY']",
    key: str = "KEY",
    **more: Any,
) -> Sighting:
    """One credential; equal marks are the same one."""
    made: dict[str, Any] = {"tier": Tier.PROVEN, "length": "17–32", "charset": "alphanumeric",
                            "written": WRITTEN, "writer": "kubectl-create Update",
                            **more}  # fmt: skip
    return Sighting(rule=rule, path=path, key=key, fingerprint=mark, **made)


def secret(name: str, namespace: str = "shop", **more: Any) -> Doc:
    """A Secret as PartialObjectMetadata; `type` and `count` may be given."""
    meta = {"name": name, "namespace": namespace, "creationTimestamp": WRITTEN,
            **more.pop("metadata", {})}  # fmt: skip
    return {"apiVersion": "v1", "kind": "Secret", "metadata": meta, **more}


def cluster(
    name: str,
    *docs: Doc,
    seen: Mapping[Spot, Sequence[Sighting] | Audited] | None = None,
    values: Iterable[str] = VALUES,
    generation: int = 1,
    **more: Any,
) -> ClusterSnapshot:
    """A cluster in whose objects this was seen."""
    made = build.cluster(name, docs, audited=True, **more)
    topics = dict(made.topics)
    for topic in values:
        topics[topic] = replace(topics[topic], values=True)
    for topic, view in topics.items():
        topics[topic] = replace(view, generation=generation)
    for (topic, namespace, found), what in (seen or {}).items():
        audited = what if isinstance(what, Audited) else Audited(tuple(what))
        view = topics[topic]
        topics[topic] = replace(view, audit={**view.audit, (namespace, found): audited})
    return replace(made, topics=topics)


def identities(fleet: FleetSnapshot) -> IdentityReport:
    """Who is who in it."""
    return analyse_identity(fleet, IdentityMemory(), IdentityPolicy())[0]


def analysed(
    *clusters: ClusterSnapshot,
    policy: AuditPolicy | None = None,
    accesses: Sequence[SecretAccess] = (),
    now: float = NOW,
) -> SecretsReport:
    """The report on these clusters."""
    fleet = replace(build.fleet(*clusters, taken_at=now), access=log(accesses))
    made = analyse_secrets(fleet, identities(fleet), SecretsMemory(), policy or AuditPolicy())
    return made[0]


def log(accesses: Sequence[SecretAccess]) -> AccessLog:
    """One file with these."""
    if not accesses:
        return AccessLog()
    return AccessLog(tuple(accesses), (LogFile("audit.log", "audit", first=NOW - DAY, last=NOW),))


def only(report: SecretsReport) -> Credential:
    """The one credential."""
    assert len(report.credentials) == 1, [one.finding.title for one in report.credentials]
    return report.credentials[0]


def of_rule(report: SecretsReport, rule: str) -> list[Finding]:
    """Findings of a rule."""
    return [one for one in report.findings if one.rule == rule]


def shown(finding: Finding) -> dict[str, str]:
    """Evidence by path."""
    assert all(one.observed_at > 0 for one in finding.evidence)
    return {one.path: one.value for one in finding.evidence}


def role(name: str, *, rules: Sequence[Doc]) -> Doc:
    """A ClusterRole."""
    return {"apiVersion": f"{ROLES}/v1", "kind": "ClusterRole", "metadata": {"name": name},
            "rules": list(rules)}  # fmt: skip


def may(verbs: str, resources: str, groups: str = "") -> Doc:
    """A rule of a role."""
    return {"apiGroups": [groups], "resources": resources.split(), "verbs": verbs.split()}


def bind(name: str, to: str, *subjects: Doc, namespace: str = "") -> Doc:
    """A binding to a ClusterRole, of one namespace or of all."""
    meta = {"name": name, "namespace": namespace} if namespace else {"name": name}
    kind = "RoleBinding" if namespace else "ClusterRoleBinding"
    return {"apiVersion": f"{ROLES}/v1", "kind": kind, "metadata": meta,
            "subjects": list(subjects),
            "roleRef": {"apiGroup": ROLES, "kind": "ClusterRole", "name": to}}  # fmt: skip


def user(name: str) -> Doc:
    """A user as a subject."""
    return {"kind": "User", "apiGroup": ROLES, "name": name}


def group(name: str) -> Doc:
    """A group as a subject."""
    return {"kind": "Group", "apiGroup": ROLES, "name": name}
