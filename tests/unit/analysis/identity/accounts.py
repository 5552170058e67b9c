"""Make service accounts and their workloads for tests, as a cluster would serve them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from mckconsole.analysis.identity.case import AccountCase, Found
from mckconsole.analysis.identity.declared import declare
from mckconsole.analysis.identity.model import (
    Account,
    AccountKey,
    Binding,
    ClusterFacts,
    Controller,
    IdentityPolicy,
    Shape,
    Workload,
    WorkloadKey,
)
from mckconsole.analysis.identity.rules_account import ACCOUNT_RULES
from mckconsole.analysis.rbac import RbacIndex
from mckconsole.domain.core import DaemonSet, Deployment
from mckconsole.domain.decode import ProjectionDecoder
from mckconsole.domain.failover import StatefulSet
from mckconsole.domain.findings import Finding, ObjectRef
from mckconsole.domain.identity import CronJob, Job, ServiceAccount, TokenSecret
from mckconsole.domain.objects import Projection
from mckconsole.domain.pods import Pod
from tests.unit.analysis.rbac.build import index

NOW = 1_790_000_000.0
"""2026-09-21T14:13:20Z."""
CREATED = "2026-09-01T08:00:00Z"
WRITTEN = "2026-09-02T09:30:00Z"
ROLE = "arn:aws:iam::111122223333:role/shop"
MAIL = "shop-app@prod-shop-1.iam.gserviceaccount.com"
CLIENT = "3f0c9a4e-7b1d-4a52-9c0e-5d2f8e6b1a77"
TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
NO_RBAC = index()
"""Of a cluster in which nobody may do anything."""
AWS = {"eks.amazonaws.com/role-arn": ROLE}
GKE = {"iam.gke.io/gcp-service-account": MAIL}
AZURE = {"azure.workload.identity/client-id": CLIENT}

_KINDS: Mapping[str, type[Controller]] = {
    "Deployment": Deployment,
    "StatefulSet": StatefulSet,
    "DaemonSet": DaemonSet,
    "CronJob": CronJob,
    "Job": Job,
}
P = TypeVar("P", bound=Projection)


def decoded(kind: type[P], doc: Mapping[str, Any]) -> P:
    """An object as the decoder makes it."""
    return ProjectionDecoder(kind).decode(json.dumps(doc).encode()).object


def account(
    name: str = "shop",
    notes: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    manager: str = "helm",
) -> ServiceAccount:
    """A service account of the namespace `prod`, whose annotations `manager` wrote."""
    keys = (*(notes or {}), *(labels or {}))
    fields: dict[str, Any] = {"f:metadata": {"f:annotations": {f"f:{key}": {} for key in keys}}}
    meta = {
        "name": name,
        "namespace": "prod",
        "uid": f"uid-{name}",
        "creationTimestamp": CREATED,
        "annotations": dict(notes or {}),
        "labels": dict(labels or {}),
        "managedFields": [
            {"manager": manager, "operation": "Update", "time": WRITTEN, "fieldsV1": fields}
        ],
    }
    return decoded(ServiceAccount, {"metadata": meta})


def workload(
    name: str = "shop",
    kind: str = "Deployment",
    *,
    labels: Mapping[str, str] | None = None,
    pod: Mapping[str, Any] | None = None,
    pods: bool = True,
    cluster: str = "west",
) -> Workload:
    """A workload of the account `shop`; `pod` is merged into the pod's metadata and spec."""
    template = {"metadata": {"labels": dict(labels or {})}, "spec": {"serviceAccountName": "shop"}}
    spec = {"template": template}
    doc = {
        "metadata": {"name": name, "namespace": "prod", "labels": dict(labels or {})},
        "spec": {"jobTemplate": {"spec": spec}} if kind == "CronJob" else spec,
    }
    more = pod or {}
    made = {
        "metadata": {"name": f"{name}-1", "namespace": "prod", "labels": dict(labels or {}),
                     **more.get("metadata", {})},
        "spec": {"serviceAccountName": "shop", "containers": [{"name": "app"}],
                 **more.get("spec", {})},
        "status": {"phase": "Running"},
    }  # fmt: skip
    shapes = (Shape((decoded(Pod, made),)),) if pods else ()
    controller = decoded(_KINDS[kind], doc) if kind in _KINDS else None
    return Workload(WorkloadKey(cluster, "prod", kind, name), "shop", shapes, controller)


def token_secret(name: str = "shop-token", uid: str = "uid-shop") -> TokenSecret:
    """A Secret with a lasting token of the account `shop`."""
    notes = {
        "kubernetes.io/service-account.name": "shop",
        "kubernetes.io/service-account.uid": uid,
    }
    meta = {"name": name, "namespace": "prod", "creationTimestamp": CREATED, "annotations": notes}
    return decoded(TokenSecret, {"metadata": meta})


def case(
    held: ServiceAccount,
    *workloads: Workload,
    rbac: RbacIndex | None = NO_RBAC,
    policy: IdentityPolicy | None = None,
    bindings: Sequence[Binding] = (),
    token_secrets: Sequence[TokenSecret] = (),
    users: Sequence[ObjectRef] = (),
    now: float = NOW,
    **facts: Any,
) -> AccountCase:
    """The case of one service account of the cluster `west`."""
    known = ClusterFacts("west", context="ctx-west", readable=True, rbac=rbac, **facts)
    key = AccountKey("west", *held.key)
    keys = tuple(sorted(one.key for one in workloads))
    made = Account(key, held, declare(known, held), "", keys, tuple(users))
    return AccountCase(
        known,
        now,
        policy or IdentityPolicy(),
        account=made,
        workloads=workloads,
        bindings=bindings,
        token_secrets=token_secrets,
    )


def found(one: AccountCase) -> list[Found]:
    """What all rules on service accounts say of it."""
    return [found for rule in ACCOUNT_RULES for found in rule(one)]


def only(one: AccountCase, rule: str) -> Finding:
    """The one finding of that rule."""
    findings = [each.finding for each in found(one) if each.finding.rule == rule]
    assert len(findings) == 1, [(each.rule, each.title) for each in findings]
    return findings[0]


def rules_of(one: AccountCase) -> set[str]:
    """Ids of the rules that say something."""
    return {each.finding.rule for each in found(one)}


def shown(finding: Finding) -> dict[str, str]:
    """Evidence by `Kind name path`; each must say where and when."""
    seen = {}
    for one in finding.evidence:
        assert one.cluster
        assert one.path
        assert one.observed_at > 0
        where = f"{one.object.kind} {one.object.name} " if one.object else ""
        seen[f"{where}{one.path}"] = one.value
    return seen
