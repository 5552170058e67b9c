"""Make workloads for tests, as a cluster would serve them, read and bound by the real readers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from mckconsole.analysis.identity.bind import bind
from mckconsole.analysis.identity.case import Case, WorkloadRule
from mckconsole.analysis.identity.declared import declare
from mckconsole.analysis.identity.effective import effective
from mckconsole.analysis.identity.model import (
    Account,
    AccountKey,
    Cloud,
    ClusterFacts,
    Controller,
    NodeFacts,
    Workload,
    WorkloadKey,
)
from mckconsole.analysis.identity.rules_workload import WORKLOAD_RULES
from mckconsole.analysis.identity.shapes import shapes_of
from mckconsole.domain.core import DaemonSet, Deployment
from mckconsole.domain.findings import Finding, Unknown
from mckconsole.domain.identity import CronJob, ServiceAccount
from mckconsole.domain.pods import API_MOUNT, Pod
from tests.unit.analysis.identity.accounts import NO_RBAC, NOW, ROLE, account, decoded

Doc: TypeAlias = dict[str, Any]
BEFORE, AFTER = "2026-09-01T12:00:00Z", "2026-09-03T12:00:00Z"
"""Before and after the account's annotations were written."""
EKS_DIR = "/var/run/secrets/eks.amazonaws.com/serviceaccount"
AGENT_DIR = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"
AZURE_DIR = "/var/run/secrets/azure/tokens"
IRSA = {"AWS_ROLE_ARN": ROLE, "AWS_WEB_IDENTITY_TOKEN_FILE": f"{EKS_DIR}/token"}
AGENT = {
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": f"{AGENT_DIR}/eks-pod-identity-token",
}
NODES: Mapping[str, NodeFacts] = {"n1": NodeFacts(agent=True), "n2": NodeFacts()}
EKS = ClusterFacts("west", "ctx-west", True, provider="eks", cloud=Cloud.AWS, nodes=NODES,
                   rbac=NO_RBAC)  # fmt: skip
AKS = ClusterFacts("west", "ctx-west", True, provider="aks", cloud=Cloud.AZURE, rbac=NO_RBAC)
GKE_NODES = {"n1": NodeFacts(gke_metadata=True), "n2": NodeFacts()}
GKE_FACTS = ClusterFacts("west", "ctx-west", True, provider="gke", cloud=Cloud.GCP, account="p-1",
                         pool="p-1.svc.id.goog", nodes=GKE_NODES, rbac=NO_RBAC)  # fmt: skip


def env(values: Mapping[str, str] | None = None, /, **secrets: str) -> list[Doc]:
    """Variables: literal values, and `NAME="secret/key"` from Secrets."""
    made: list[Doc] = [{"name": name, "value": value} for name, value in (values or {}).items()]
    for name, source in secrets.items():
        secret, _, key = source.partition("/")
        made.append({"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}})
    return made


def container(
    name: str = "app",
    variables: Sequence[Doc] = (),
    mounts: Mapping[str, str] | None = None,
    **more: Any,
) -> Doc:
    """A container; mounts are volume names to paths."""
    places = [{"name": volume, "mountPath": path} for volume, path in (mounts or {}).items()]
    return {"name": name, "image": "shop:1", "env": list(variables), "volumeMounts": places,
            **more}  # fmt: skip


def token(
    name: str = "aws-iam-token",
    audience: str = "sts.amazonaws.com",
    path: str = "token",
    seconds: int = 86400,
) -> Doc:
    """A projected token."""
    source: Doc = {"expirationSeconds": seconds, "path": path}
    if audience:
        source["audience"] = audience
    return {"name": name, "projected": {"sources": [{"serviceAccountToken": source}]}}


API_VOLUME: Doc = {
    "name": "kube-api-access-x7k2p",
    "projected": {
        "sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": {"name": "kube-root-ca.crt"}},
        ]
    },
}
API = {"kube-api-access-x7k2p": API_MOUNT}


def irsa(name: str = "app", variables: Sequence[Doc] = (), **more: Any) -> Doc:
    """A container as EKS' webhook makes it."""
    return container(name, (*env(IRSA), *variables), {"aws-iam-token": EKS_DIR}, **more)


def agent(name: str = "app", variables: Sequence[Doc] = ()) -> Doc:
    """A container as EKS' webhook makes it for Pod Identity."""
    mounts = {"eks-pod-identity-token": AGENT_DIR}
    return container(name, (*env(AGENT), *variables), mounts)


AGENT_VOLUME = token("eks-pod-identity-token", "pods.eks.amazonaws.com", "eks-pod-identity-token",
                     84000)  # fmt: skip
AZURE_VOLUME = token("azure-identity-token", "api://AzureADTokenExchange",
                     "azure-identity-token", 3600)  # fmt: skip


def azure(name: str = "app", variables: Sequence[Doc] = (), **values: str) -> Doc:
    """A container as Azure's webhook makes it, without a client id."""
    file = {"AZURE_FEDERATED_TOKEN_FILE": f"{AZURE_DIR}/azure-identity-token"}
    tenant = {"AZURE_TENANT_ID": "72f988bf-86f1-41af-91ab-2d7cd011db47"}
    mounts = {"azure-identity-token": AZURE_DIR}
    return container(name, (*env({**file, **tenant, **values}), *variables), mounts)


def pod(
    *containers: Doc,
    volumes: Sequence[Doc] = (),
    created: str = AFTER,
    name: str = "shop-1",
    namespace: str = "prod",
    labels: Mapping[str, str] | None = None,
    notes: Mapping[str, str] | None = None,
    node: str = "n1",
    phase: str = "Running",
    deleted: str = "",
    runs_as: str = "shop",
    **spec: Any,
) -> Pod:
    """A pod of the namespace `prod`."""
    meta: Doc = {"name": name, "namespace": namespace, "creationTimestamp": created,
                 "labels": dict(labels or {}), "annotations": dict(notes or {})}  # fmt: skip
    if deleted:
        meta["deletionTimestamp"] = deleted
    made = {"serviceAccountName": runs_as, "nodeName": node, "volumes": list(volumes),
            "containers": list(containers), **spec}  # fmt: skip
    return decoded(Pod, {"metadata": meta, "spec": made, "status": {"phase": phase}})


def controller(
    kind: str = "Deployment",
    *,
    labels: Mapping[str, str] | None = None,
    own: Mapping[str, str] | None = None,
    containers: Iterable[str] = ("app",),
    wrote: Iterable[str] = (),
    namespace: str = "prod",
    name: str = "shop",
) -> Controller:
    """What makes the pods; `own` are its own labels, `wrote` the keys that helm wrote into it."""
    template = {
        "metadata": {"labels": dict(labels or {})},
        "spec": {"containers": [{"name": one} for one in containers]},
    }
    fields: Doc = {f'k:{{"name":"{one}"}}' if one.isupper() else f"f:{one}": {} for one in wrote}
    managed = [{"manager": "helm", "operation": "Update", "time": AFTER, "fieldsV1": fields}]
    doc: Doc = {
        "metadata": {"name": name, "namespace": namespace, "labels": dict(own or {}),
                     "managedFields": managed if fields else []},
        "spec": {"template": template},
    }  # fmt: skip
    if kind == "CronJob":
        doc["spec"] = {"jobTemplate": {"spec": doc["spec"]}}
        return decoded(CronJob, doc)
    if kind == "DaemonSet":
        return decoded(DaemonSet, doc)
    return decoded(Deployment, doc)


def case(
    *pods: Pod,
    notes: Mapping[str, str] | None = None,
    facts: ClusterFacts = EKS,
    made_by: Controller | None = None,
    sa: ServiceAccount | None = None,
    unknown: str = "",
) -> Case:
    """A workload `shop` of the account `shop`, which has these annotations."""
    namespace = pods[0].metadata.namespace if pods else "prod"
    runs_as = pods[0].account if pods else "shop"
    found = sa or account(runs_as, notes)
    kind = type(made_by).kind if made_by else "Deployment"
    workload = Workload(
        WorkloadKey("west", namespace, kind, "shop"), runs_as, shapes_of(pods), made_by
    )
    held = Account(
        AccountKey("west", namespace, runs_as),
        None if unknown else found,
        () if unknown else declare(facts, found),
        unknown,
    )
    effects = [(shape, effective(shape, facts)) for shape in workload.shapes]
    bindings = bind(facts, workload, held, effects)
    return Case(facts, NOW, workload=workload, account=held, bindings=bindings)


def judged(one: Case, rule: WorkloadRule | None = None) -> list[Finding]:
    """What a rule, or all of them, say."""
    rules = (rule,) if rule else WORKLOAD_RULES
    return [found.finding for each in rules for found in each(one)]


def ids(one: Case) -> set[str]:
    """The rules that find something."""
    return {finding.rule for finding in judged(one)}


def shown(finding: Finding) -> set[tuple[str, str]]:
    """Paths and values of its evidence."""
    return {(one.path, one.value) for one in finding.evidence}


def unknowns(one: Case) -> dict[str, str]:
    """Rule to why it could not be judged."""
    judged(one)
    return {found.rule: found.reason for found in sorted(one.unknowns, key=_rule)}


def _rule(found: Unknown) -> str:
    return found.rule
