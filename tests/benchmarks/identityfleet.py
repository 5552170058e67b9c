"""A fleet for the benchmark of identities: 20 clusters of 5,000 pods in 1,000 workloads each.

Clusters are in turn EKS, GKE, AKS and on premises. A third of the workloads has a cloud identity;
of these one in twenty waits for a restart, one in thirty has a static key, and one in ten shares
its identity with the same workload of other clusters. Objects go through the real decoder, and what
repeats is shared as it is when lists are read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mckconsole.domain.decode import ProjectionDecoder
from mckconsole.domain.kinds import KINDS, Kind
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot, TopicView, VersionInfo
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.sources.interning import sharer
from tests.unit.analysis.build import NOW, belongs

CLUSTERS = 20
WORKLOADS = 1_000
PODS = 5
NODES = 100
SPACES = 50
CLOUDS = ("aws", "gcp", "azure", "")
_VERSIONS = {
    "aws": "v1.34.2-eks-1234567",
    "gcp": "v1.34.2-gke.100",
    "azure": "v1.34.2",
    "": "v1.34.2",
}
_CREATED = "2026-09-01T08:00:00Z"
_WRITTEN = "2026-09-10T08:00:00Z"
_YOUNG = "2026-09-15T08:00:00Z"
_KINDS = {kind.topic: kind for kind in KINDS}
_DECODERS = {kind.topic: ProjectionDecoder(kind.projection) for kind in KINDS}
_BUILT_IN = ("", "apps", "batch", "rbac.authorization.k8s.io", "admissionregistration.k8s.io")
_TOKENS = "/var/run/secrets/kubernetes.io/serviceaccount"
_AWS_DIR = "/var/run/secrets/eks.amazonaws.com/serviceaccount"
_AZURE_DIR = "/var/run/secrets/azure/tokens"
TENANT = "7f0c1d2e-0000-4000-8000-000000000001"
Doc = dict[str, Any]


def fleet() -> FleetSnapshot:
    """The snapshot; its dictionaries may be changed."""
    names = [f"c{number:02}" for number in range(CLUSTERS)]
    return FleetSnapshot({name: _cluster(name, at) for at, name in enumerate(names)}, NOW)


def _cluster(name: str, number: int) -> ClusterSnapshot:
    cloud = CLOUDS[number % len(CLOUDS)]
    held: dict[str, dict[Key, Projection]] = {kind.topic: {} for kind in KINDS}
    for doc in _objects(number, cloud):
        for kind in KINDS:
            if belongs(kind, doc):
                found = decode(kind, doc)
                held[kind.topic][found.key] = found
    return ClusterSnapshot(
        name,
        f"ctx-{name}",
        f"https://{name}.example:6443",
        ClusterState.READY,
        version=VersionInfo(_VERSIONS[cloud]),
        as_of=NOW,
        topics={topic: _view(_KINDS[topic], objects) for topic, objects in held.items()},
    )


def _view(kind: Kind, objects: Mapping[Key, Projection]) -> TopicView:
    served = bool(objects) or kind.group in _BUILT_IN
    state = TopicState.FRESH if served else TopicState.ABSENT
    return TopicView(kind.topic, state, "", kind.versions[0], objects, {}, NOW, 1)


def decode(kind: Kind, doc: Doc) -> Projection:
    """An object as a list gives it."""
    found = _DECODERS[kind.topic].decode(json.dumps(doc).encode()).object
    sharer(kind.projection)(found)
    return found


def _doc(api: str, kind: str, namespace: str, name: str, **body: Any) -> Doc:
    meta: Doc = {"name": name, "uid": f"{kind}-{namespace}-{name}", "creationTimestamp": _CREATED}
    if namespace:
        meta["namespace"] = namespace
    return {"apiVersion": api, "kind": kind, "metadata": {**meta, **body.pop("meta", {})}, **body}


def _objects(cluster: int, cloud: str) -> Iterator[Doc]:
    yield _doc("v1", "Namespace", "", "kube-system", meta={"uid": f"uid-{cluster}"})
    yield from (_node(number, cloud) for number in range(NODES))
    for space in map(_space, range(SPACES)):
        yield _doc("v1", "Namespace", "", space)
        yield _doc("v1", "ServiceAccount", space, "default")
        yield _doc("v1", "ConfigMap", space, "kube-root-ca.crt", data={"ca.crt": f"CA {cluster}"})
    yield from _rbac()
    for number in range(WORKLOADS):
        yield from _workload(number, cluster, cloud)


def _space(number: int) -> str:
    return f"team-{number % SPACES:02}"


def _node(number: int, cloud: str) -> Doc:
    provider = {
        "aws": f"aws:///eu-west-1a/i-{number:017x}",
        "gcp": f"gce://shop-prod/europe-west1-b/gke-{number}",
        "azure": f"azure:///subscriptions/{TENANT}/resourceGroups/rg/vm-{number}",
        "": "",
    }[cloud]
    labels = {"kubernetes.io/os": "linux", "kubernetes.io/hostname": f"node-{number}"}
    if cloud == "gcp":
        labels["iam.gke.io/gke-metadata-server-enabled"] = "true"
    return _doc("v1", "Node", "", f"node-{number}", meta={"labels": labels},
                spec={"providerID": provider})  # fmt: skip


def _rbac() -> Iterator[Doc]:
    group = "rbac.authorization.k8s.io"

    def bound(to: str, who: str) -> Doc:
        ref = {"apiGroup": group, "kind": "ClusterRole", "name": to}
        return {"roleRef": ref, "subjects": [{"kind": "Group", "apiGroup": group, "name": who}]}

    verbs = ["get", "list", "watch"]
    for number in range(60):
        rules = [{"apiGroups": [""], "resources": ["pods", f"things-{number}"], "verbs": verbs}]
        yield _doc(f"{group}/v1", "ClusterRole", "", f"role-{number}", rules=rules)
    edit = [{"apiGroups": [""], "resources": ["pods", "serviceaccounts"], "verbs": ["*"]}]
    yield _doc(f"{group}/v1", "ClusterRole", "", "edit", rules=edit)
    for number in range(100):
        yield _doc(f"{group}/v1", "ClusterRoleBinding", "", f"bind-{number}",
                   **bound(f"role-{number % 60}", f"team-{number}"))  # fmt: skip
    for number in range(400):
        role = "edit" if number < SPACES else f"role-{number % 60}"
        yield _doc(f"{group}/v1", "RoleBinding", _space(number), f"bind-{number}",
                   **bound(role, f"devs-{number % 9}"))  # fmt: skip


def identity(number: int, cluster: int, cloud: str) -> Mapping[str, str]:
    """Annotations of a workload's service account."""
    where = "" if number % 30 == 0 else f"-{cluster}"
    if number % 3 or not cloud:
        return {}
    if cloud == "aws":
        return {"eks.amazonaws.com/role-arn": f"arn:aws:iam::123456789012:role/app-{number}{where}"}
    if cloud == "gcp":
        mail = f"app-{number}{where}@shop-prod.iam.gserviceaccount.com"
        return {"iam.gke.io/gcp-service-account": mail}
    client = f"{number:08x}-{cluster if where else 99:04}-4000-8000-000000000000"
    return {
        "azure.workload.identity/client-id": client,
        "azure.workload.identity/tenant-id": TENANT,
    }


def _workload(number: int, cluster: int, cloud: str) -> Iterator[Doc]:
    name, space = f"app-{number:04}", _space(number)
    notes = identity(number, cluster, cloud)
    yield account(name, space, notes)
    labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/instance": name}
    if "azure.workload.identity/client-id" in notes:
        labels["azure.workload.identity/use"] = "true"
    template = {
        "metadata": {"labels": labels},
        "spec": {"serviceAccountName": name, "containers": [{"name": "app", "image": f"{name}:1"}]},
    }
    yield _doc("apps/v1", "Deployment", space, name, meta={"labels": labels},
               spec={"replicas": PODS, "template": template})  # fmt: skip
    for replica in range(PODS):
        yield pod(number, replica, notes, labels)


def account(name: str, space: str, notes: Mapping[str, str]) -> Doc:
    """A service account, annotated by Helm."""
    fields: Doc = {"f:metadata": {"f:annotations": {f"f:{key}": {} for key in notes}}}
    written = {"manager": "helm", "operation": "Update", "time": _WRITTEN, "fieldsV1": fields}
    meta = {"annotations": dict(notes), "managedFields": [written]}
    return _doc("v1", "ServiceAccount", space, name, meta=meta)


def pod(
    number: int,
    replica: int,
    notes: Mapping[str, str],
    labels: Mapping[str, str],
    *,
    ready: bool = True,
) -> Doc:
    """A pod of a workload, as admission made it."""
    name, space, template = f"app-{number:04}", _space(number), f"{number + 4096:x}"
    late = number % 60 == 0
    env, mounts, volumes = ([], [], []) if late else _injected(notes)
    env = [*env, {"name": "LOG_LEVEL", "value": "info"}, {"name": "PORT", "value": "8080"}]
    if number % 90 == 3:
        env.append({"name": "AWS_ACCESS_KEY_ID",
                    "valueFrom": {"secretKeyRef": {"name": "aws", "key": "id"}}})  # fmt: skip
    suffix = f"{replica}{number:04}"
    access = {"name": f"kube-api-access-{suffix}", "projected": {"sources": [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt"}},
        {"downwardAPI": {"items": []}},
    ]}}  # fmt: skip
    here = {"name": access["name"], "mountPath": _TOKENS, "readOnly": True}
    container = {
        "name": "app",
        "image": f"registry.example/{name}:1.4.2",
        "env": env,
        "volumeMounts": [*mounts, {"name": "config", "mountPath": "/etc/app"}, here],
    }
    meta = {
        "labels": {**labels, "pod-template-hash": template},
        "creationTimestamp": _CREATED if late else _YOUNG,
        "ownerReferences": [
            {"kind": "ReplicaSet", "name": f"{name}-{template}", "controller": True}
        ],
    }
    status = {
        "phase": "Running",
        "podIP": f"10.{number >> 8}.{number & 255}.{replica}",
        "containerStatuses": [{"name": "app", "ready": ready, "restartCount": 0}],
    }
    spec = {
        "nodeName": f"node-{(number * PODS + replica) % NODES}",
        "serviceAccountName": name,
        "containers": [container],
        "volumes": [*volumes, {"name": "config", "configMap": {"name": name}}, access],
    }
    return _doc("v1", "Pod", space, f"{name}-{template}-{suffix}", meta=meta, spec=spec,
                status=status)  # fmt: skip


def _injected(notes: Mapping[str, str]) -> tuple[list[Doc], list[Doc], list[Doc]]:
    """What the webhooks add: environment, mounts, volumes."""
    if role := notes.get("eks.amazonaws.com/role-arn"):
        env = {"AWS_STS_REGIONAL_ENDPOINTS": "regional", "AWS_DEFAULT_REGION": "eu-west-1",
               "AWS_REGION": "eu-west-1", "AWS_ROLE_ARN": role,
               "AWS_WEB_IDENTITY_TOKEN_FILE": f"{_AWS_DIR}/token"}  # fmt: skip
        return _token(env, "aws-iam-token", _AWS_DIR, "sts.amazonaws.com", 86400, "token")
    if client := notes.get("azure.workload.identity/client-id"):
        env = {"AZURE_CLIENT_ID": client, "AZURE_TENANT_ID": TENANT,
               "AZURE_FEDERATED_TOKEN_FILE": f"{_AZURE_DIR}/azure-identity-token",
               "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com/"}  # fmt: skip
        audience = "api://AzureADTokenExchange"
        return _token(
            env, "azure-identity-token", _AZURE_DIR, audience, 3600, "azure-identity-token"
        )
    return [], [], []


def _token(
    env: Mapping[str, str], volume: str, directory: str, audience: str, seconds: int, path: str
) -> tuple[list[Doc], list[Doc], list[Doc]]:
    source = {"audience": audience, "expirationSeconds": seconds, "path": path}
    return (
        [{"name": name, "value": value} for name, value in env.items()],
        [{"name": volume, "mountPath": directory, "readOnly": True}],
        [{"name": volume, "projected": {"sources": [{"serviceAccountToken": source}]}}],
    )
