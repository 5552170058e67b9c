"""Objects of which fleets are made whose identities change."""

from __future__ import annotations

import json
from typing import Any

from tests.unit.analysis.build import Doc

CREATED, WRITTEN, YOUNG = "2026-09-01T12:00:00Z", "2026-09-02T12:00:00Z", "2026-09-03T12:00:00Z"
ROLE = "arn:aws:iam::111122223333:role/shop"
OTHER_ROLE = "arn:aws:iam::111122223333:role/other"
MAIL = "shop@demo-1.iam.gserviceaccount.com"
CLIENT = "4d5ca06f-7a8b-4b9c-9fa3-5c2e4a9b8d67"
EKS_DIR = "/var/run/secrets/eks.amazonaws.com/serviceaccount"
MEMBER = {
    "type": "external_account",
    "audience": "identitynamespace:demo-1.svc.id.goog:https://gkehub.googleapis.com/east",
    "credential_source": {"file": "/var/run/secrets/google/token"},
}
"""A credential configuration of a member of a fleet."""
RBAC = "rbac.authorization.k8s.io"


def doc(api: str, kind: str, namespace: str, name: str, **body: Any) -> Doc:
    """An object."""
    meta: Doc = {"name": name, "creationTimestamp": body.pop("created", CREATED)}
    meta["uid"] = f"{kind}-{namespace}-{name}"
    if namespace:
        meta["namespace"] = namespace
    for key in ("labels", "annotations", "ownerReferences", "managedFields"):
        if key in body:
            meta[key] = body.pop(key)
    return {"apiVersion": api, "kind": kind, "metadata": meta, **body}


def account(name: str, notes: dict[str, str] | None = None, **body: Any) -> Doc:
    """A service account; its annotations were written by Helm."""
    fields: Doc = {"f:metadata": {"f:annotations": {f"f:{key}": {} for key in notes or {}}}}
    written = {"manager": "helm", "operation": "Update", "time": WRITTEN, "fieldsV1": fields}
    return doc("v1", "ServiceAccount", "shop", name, annotations=notes or {},
               managedFields=[written], **body)  # fmt: skip


def irsa(role: str = ROLE) -> tuple[list[Doc], list[Doc], list[Doc]]:
    """What the webhook gives a container: variables, mounts, volumes."""
    env: list[Doc] = [
        {"name": "AWS_ROLE_ARN", "value": role},
        {"name": "AWS_WEB_IDENTITY_TOKEN_FILE", "value": f"{EKS_DIR}/token"},
    ]
    token = {"audience": "sts.amazonaws.com", "expirationSeconds": 86400, "path": "token"}
    volume: Doc = {
        "name": "aws-iam-token",
        "projected": {"sources": [{"serviceAccountToken": token}]},
    }
    mount: Doc = {"name": "aws-iam-token", "mountPath": EKS_DIR}
    return env, [mount], [volume]


def federated() -> tuple[list[Doc], list[Doc], list[Doc]]:
    """The same by hand, for a member of the fleet of project demo-1."""
    env: list[Doc] = [{"name": "GOOGLE_APPLICATION_CREDENTIALS", "value": "/etc/google/c.json"}]
    token = {"audience": "demo-1.svc.id.goog", "expirationSeconds": 3600, "path": "token"}
    volumes: list[Doc] = [
        {"name": "google", "projected": {"sources": [{"serviceAccountToken": token}]}},
        {"name": "config", "configMap": {"name": "google"}},
    ]
    paths = {"google": "/var/run/secrets/google", "config": "/etc/google"}
    return env, [{"name": name, "mountPath": path} for name, path in paths.items()], volumes


def pod(name: str, owner: tuple[str, str] | None, used: str, *, made: str = YOUNG,
        injected: tuple[list[Doc], list[Doc], list[Doc]] = ([], [], []), node: str = "n1",
        labels: dict[str, str] | None = None, phase: str = "Running",
        extra: tuple[Doc, ...] = ()) -> Doc:  # fmt: skip
    """A pod of namespace shop that runs as `used`."""
    env, mounts, volumes = injected
    container = {"name": "app", "image": "app:1", "env": [*env, *extra], "volumeMounts": mounts}
    references = [{"kind": owner[0], "name": owner[1], "controller": True}] if owner else []
    return doc(
        "v1", "Pod", "shop", name, created=made, ownerReferences=references,
        labels={"app": "web", **(labels or {})},
        spec={"serviceAccountName": used, "nodeName": node, "containers": [container],
              "volumes": volumes},
        status={"phase": phase, "containerStatuses": [{"name": "app", "ready": True}]},
    )  # fmt: skip


WEB = ("ReplicaSet", "web-5d8c")
HASH = {"pod-template-hash": "5d8c"}
KEY: tuple[Doc, ...] = (
    {"name": "AWS_ACCESS_KEY_ID", "valueFrom": {"secretKeyRef": {"name": "k", "key": "id"}}},
)
REGION: tuple[Doc, ...] = ({"name": "AWS_REGION", "value": "eu-west-1"},)


def nodes() -> list[Doc]:
    """Nodes of AWS and of GKE, with and without its metadata server."""
    gke = {"iam.gke.io/gke-metadata-server-enabled": "true"}
    return [
        doc("v1", "Node", "", "n1", spec={"providerID": "aws:///eu-west-1a/i-1"}),
        doc("v1", "Node", "", "n1", spec={"providerID": "gce://demo-1/europe-west1-b/n1"},
            labels=gke),
        doc("v1", "Node", "", "n2", spec={"providerID": "gce://demo-1/europe-west1-b/n2"}),
        doc("v1", "Node", "", "n2", spec={"providerID": "aws:///eu-west-1a/i-2"}),
    ]  # fmt: skip


def accounts() -> list[Doc]:
    """Service accounts of every sort, most of one name."""
    return [
        account("shop", {"eks.amazonaws.com/role-arn": ROLE}),
        account("shop", {"eks.amazonaws.com/role-arn": OTHER_ROLE}),
        account("shop", {"eks.amazonaws.com/role-arn": "nonsense"}),
        account("shop", {"iam.gke.io/gcp-service-account": MAIL}),
        account("shop", {"azure.workload.identity/client-id": CLIENT}),
        account("shop", {"eks.amazonaws.com/role_arn": ROLE}),
        account("shop"),
        account("default", {"eks.amazonaws.com/role-arn": ROLE}),
        account("default"),
        *(account(name, {"eks.amazonaws.com/role-arn": ROLE}) for name in ("a", "b", "c")),
    ]


def workloads() -> list[Doc]:
    """Controllers and pods."""
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"serviceAccountName": "shop"}}
    return [
        doc("apps/v1", "Deployment", "shop", "web", spec={"template": template}),
        doc("apps/v1", "StatefulSet", "shop", "db", spec={"template": template}),
        doc("batch/v1", "CronJob", "shop", "nightly"),
        doc("batch/v1", "Job", "shop", "nightly-29012345",
            ownerReferences=[{"kind": "CronJob", "name": "nightly", "controller": True}]),
        pod("web-5d8c-x", WEB, "shop", injected=irsa(), labels=HASH),
        pod("web-5d8c-x", WEB, "shop", labels=HASH, made=CREATED),
        pod("web-5d8c-y", WEB, "shop", injected=irsa(OTHER_ROLE), labels=HASH, node="n2"),
        pod("web-5d8c-y", WEB, "default", labels=HASH),
        pod("db-0", ("StatefulSet", "db"), "shop", extra=KEY),
        pod("db-0", ("StatefulSet", "db"), "default", extra=REGION),
        pod("nightly-29012345-x", ("Job", "nightly-29012345"), "shop", phase="Succeeded"),
        pod("nightly-29012345-x", ("Job", "nightly-29012345"), "shop", injected=irsa()),
        pod("alone", None, "a", injected=irsa()),
        pod("alone", None, "shop"),
        pod("alone", None, "shop", injected=federated()),
        pod("web-5d8c-z", WEB, "a", injected=federated(), labels=HASH),
    ]  # fmt: skip


def surroundings() -> list[Doc]:
    """What identities rest on, and who can have them."""
    store = {"provider": {"aws": {"auth": {"jwt": {"serviceAccountRef": {"name": "shop"}}}}}}
    service = {"name": "pod-identity-webhook", "namespace": "kube-system"}
    hook = {"name": "pod-identity-webhook.amazonaws.com", "failurePolicy": "Ignore",
            "clientConfig": {"service": service, "caBundle": ""}}  # fmt: skip
    ref = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "edit"}
    bound = [{"kind": "Group", "apiGroup": RBAC, "name": "devs"}]
    rules = [{"apiGroups": [""], "resources": ["pods", "serviceaccounts"], "verbs": ["*"]}]
    token = {"kubernetes.io/service-account.name": "shop"}
    agent = {"kind": "DaemonSet", "name": "eks-pod-identity-agent", "controller": True}
    association = {"clusterName": "ctx-east", "namespace": "shop", "serviceAccount": "shop"}
    return [
        doc("external-secrets.io/v1", "SecretStore", "shop", "store", spec=store),
        doc("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "",
            "pod-identity-webhook", webhooks=[hook]),
        doc(f"{RBAC}/v1", "ClusterRole", "", "edit", rules=rules),
        doc(f"{RBAC}/v1", "RoleBinding", "shop", "devs", roleRef=ref, subjects=bound),
        doc("v1", "Secret", "shop", "lasting", type="kubernetes.io/service-account-token",
            annotations=token),
        doc("v1", "ConfigMap", "kube-system", "pod-identity-webhook",
            data={"config": '{"shop/b": {"RoleARN": "' + OTHER_ROLE + '"}}'}),
        doc("v1", "ConfigMap", "shop", "google", data={"c.json": json.dumps(MEMBER)}),
        *(doc("v1", "ConfigMap", "shop", "kube-root-ca.crt", data={"ca.crt": text})
          for text in ("one", "two")),
        doc("v1", "ConfigMap", "other", "kube-root-ca.crt", data={"ca.crt": "one"}),
        doc("v1", "Namespace", "", "shop"),
        *(doc("v1", "OpenIDConfiguration", "", "openid", issuer=f"https://{name}.example")
          for name in ("one", "two")),
        doc("v1", "JSONWebKeySet", "", "keys", keys=[{"kid": "k1"}]),
        doc("v1", "Pod", "kube-system", "eks-pod-identity-agent-x", ownerReferences=[agent],
            spec={"nodeName": "n1", "containers": [{"name": "agent"}]},
            status={"phase": "Running", "containerStatuses": [{"name": "agent", "ready": True}]}),
        doc("eks.services.k8s.aws/v1alpha1", "PodIdentityAssociation", "shop", "shop",
            spec={**association, "roleARN": ROLE}),
    ]  # fmt: skip


DOCS = [*nodes(), *accounts(), *workloads(), *surroundings()]
