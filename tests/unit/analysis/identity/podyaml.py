"""Pods, service accounts and clusters as they are served, and what they are bound to."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mckconsole.analysis.identity.account_extras import read_extras
from mckconsole.analysis.identity.bind import bind
from mckconsole.analysis.identity.declared import declare, read_irsa
from mckconsole.analysis.identity.effective import effective
from mckconsole.analysis.identity.facts import read_cluster
from mckconsole.analysis.identity.model import (
    Account,
    AccountKey,
    Binding,
    Cloud,
    ClusterFacts,
    Controller,
    Effective,
    Shape,
    Workload,
    WorkloadKey,
)
from mckconsole.analysis.identity.shapes import shapes_of
from mckconsole.domain.core import Deployment
from mckconsole.domain.decode import ProjectionDecoder
from mckconsole.domain.identity import IrsaConfig, ServiceAccount
from mckconsole.domain.pods import Pod
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState
from tests.unit.analysis.build import Doc, cluster

EARLY, NOON, LATE = "2026-08-01T08:00:00Z", "2026-08-02T12:00:00Z", "2026-08-03T09:00:00Z"
NS, SA = "shop", "checkout"
ARN = "arn:aws:iam::111122223333:role/shop/checkout"
OTHER = "arn:aws:iam::111122223333:role/other"
MAIL = "checkout@shop-prod.iam.gserviceaccount.com"
CLIENT = "6f1c9a2e-3b4d-4c5e-8f90-0123456789ab"
TENANT = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
PROVIDER = "projects/123456/locations/global/workloadIdentityPools/onprem/providers/east"
ROLE_ARN = "eks.amazonaws.com/role-arn"
GSA = "iam.gke.io/gcp-service-account"
CLIENT_ID = "azure.workload.identity/client-id"
USE = "azure.workload.identity/use"


def token(name: str, audience: str | None, path: str = "token") -> Doc:
    """A volume with a projected token."""
    source: Doc = {"path": path, "expirationSeconds": 3600}
    if audience is not None:
        source["audience"] = audience
    return {"name": name, "projected": {"sources": [{"serviceAccountToken": source}]}}


def env(**values: object) -> list[Doc]:
    """Environment variables; a pair is a Secret's name and key."""
    return [_variable(name, value) for name, value in values.items()]


def _variable(name: str, value: object) -> Doc:
    if isinstance(value, tuple):
        ref = {"name": value[0], "key": value[1]}
        return {"name": name, "valueFrom": {"secretKeyRef": ref}}
    return {"name": name, "value": value}


def container(name: str = "app", **fields: object) -> Doc:
    """A container; `env` as of `env()`, `mounts` as pairs of volume and path."""
    mounts = fields.pop("mounts", ())
    assert isinstance(mounts, (list, tuple))
    return {
        "name": name,
        "image": "registry.example/shop:1",
        "volumeMounts": [{"name": volume, "mountPath": path} for volume, path in mounts],
        **fields,
    }


def pod(
    *containers: Doc,
    name: str = "checkout-1",
    created: str = LATE,
    volumes: Sequence[Doc] = (),
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    node: str = "node-1",
    phase: str = "Running",
    account: str = SA,
    **spec: object,
) -> Doc:
    """A pod."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": NS,
            "creationTimestamp": created,
            "labels": dict(labels or {}),
            "annotations": dict(annotations or {}),
        },
        "spec": {
            "serviceAccountName": account,
            "nodeName": node,
            "containers": list(containers) or [container()],
            "volumes": list(volumes),
            **spec,
        },
        "status": {"phase": phase},
    }


IRSA_PATH = "/var/run/secrets/eks.amazonaws.com/serviceaccount"
IRSA_MOUNT = ("aws-iam-token", IRSA_PATH)
AGENT_PATH = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"
AZURE_PATH = "/var/run/secrets/azure/wi"


def irsa_container(name: str = "app", role: str = ARN, **more: Any) -> Doc:
    """As the webhook leaves it."""
    own = env(AWS_ROLE_ARN=role, AWS_WEB_IDENTITY_TOKEN_FILE=f"{IRSA_PATH}/token", **more)
    return container(name, env=own, mounts=[IRSA_MOUNT])


def irsa_pod(*containers: Doc, audience: str | None = "sts.amazonaws.com", **more: Any) -> Doc:
    """A pod of IRSA."""
    volumes = [token("aws-iam-token", audience)]
    return pod(*(containers or [irsa_container()]), volumes=volumes, **more)


def agent_container(name: str = "app", **more: Any) -> Doc:
    """As EKS Pod Identity leaves it."""
    own = env(
        AWS_CONTAINER_CREDENTIALS_FULL_URI="http://169.254.170.23/v1/credentials",
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=f"{AGENT_PATH}/eks-pod-identity-token",
        **more,
    )
    return container(name, env=own, mounts=[("eks-pod-identity-token", AGENT_PATH)])


AGENT_VOLUME = token("eks-pod-identity-token", "pods.eks.amazonaws.com", "eks-pod-identity-token")


def azure_container(name: str = "app", client: str | None = CLIENT, **more: Any) -> Doc:
    """As Azure Workload Identity leaves it."""
    own: dict[str, object] = {
        "AZURE_TENANT_ID": TENANT,
        "AZURE_FEDERATED_TOKEN_FILE": f"{AZURE_PATH}/token/azure-identity-token",
        "AZURE_AUTHORITY_HOST": "https://login.microsoftonline.com/",
    }
    if client is not None:
        own["AZURE_CLIENT_ID"] = client
    volume = "azure-workload-identity-reserved-1a2b3c"
    return container(name, env=env(**own, **more), mounts=[(volume, AZURE_PATH)])


def azure_pod(*containers: Doc, audience: str = "api://AzureADTokenExchange", **more: Any) -> Doc:
    """A pod of Azure Workload Identity."""
    name = "azure-workload-identity-reserved-1a2b3c"
    volume = token(name, audience, "token/azure-identity-token")
    more.setdefault("labels", {USE: "true"})
    return pod(*(containers or [azure_container()]), volumes=[volume], **more)


GOOGLE_TOKEN = token("gcp-token", "sts.googleapis.com")
EXTERNAL = {
    "type": "external_account",
    "audience": f"//iam.googleapis.com/{PROVIDER}",
    "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
    "token_url": "https://sts.googleapis.com/v1/token",
    "credential_source": {"file": "/var/run/gcp/token"},
    "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/projects/-"
    f"/serviceAccounts/{MAIL}:generateAccessToken",
}
CONFIG_VOLUME: Doc = {"name": "gcp-config", "configMap": {"name": "google"}}
GOOGLE_MOUNTS = [("gcp-token", "/var/run/gcp"), ("gcp-config", "/etc/gcp")]
ADC = {"GOOGLE_APPLICATION_CREDENTIALS": "/etc/gcp/credentials.json"}


STATIC: dict[str, Any] = {
    "AWS_ACCESS_KEY_ID": ("aws", "id"),
    "AWS_SECRET_ACCESS_KEY": ("aws", "key"),
}


def config_map(value: object = EXTERNAL, key: str = "credentials.json") -> Doc:
    """A ConfigMap with a credential configuration."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "google", "namespace": NS},
        "data": {key: value if isinstance(value, str) else json.dumps(value)},
    }


def google_pod(*, volume: Doc = CONFIG_VOLUME, tokens: Doc = GOOGLE_TOKEN, **more: Any) -> Doc:
    """A pod whose Google credentials are told by a file."""
    app = container(env=env(**ADC), mounts=GOOGLE_MOUNTS)
    return pod(app, volumes=[tokens, volume], **more)


def association(name: str = "shop", role: str = ARN, *, upbound: bool = False) -> Doc:
    """An association of EKS Pod Identity, by AWS' controllers or by Crossplane."""
    spec: dict[str, Any] = {"clusterName": name, "namespace": NS, "serviceAccount": SA}
    spec["roleArn" if upbound else "roleARN"] = role
    return {
        "apiVersion": "eks.aws.upbound.io/v1beta1" if upbound else "eks.services.k8s.aws/v1alpha1",
        "kind": "PodIdentityAssociation",
        "metadata": {
            "name": "checkout",
            "namespace": "" if upbound else "ack",
            "creationTimestamp": LATE,
        },
        "spec": {"forProvider": spec} if upbound else spec,
    }


def account(
    annotations: Mapping[str, str] | None = None, *, written: str = NOON, name: str = SA
) -> Doc:
    """A service account whose annotations were written at a time, by kubectl."""
    keys: Doc = {f"f:{key}": {} for key in annotations or {}}
    entry = {
        "manager": "kubectl-annotate",
        "operation": "Update",
        "time": written,
        "fieldsV1": {"f:metadata": {"f:annotations": keys}},
    }
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {
            "name": name,
            "namespace": NS,
            "creationTimestamp": EARLY,
            "annotations": dict(annotations or {}),
            "managedFields": [entry],
        },
    }


def node(name: str = "node-1", provider: str = "", **labels: str) -> Doc:
    """A node."""
    fixed = {key.replace("__", "/").replace("_", "-"): value for key, value in labels.items()}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": fixed},
        "spec": {"providerID": provider},
    }


EKS_NODE = node(provider="aws:///eu-west-1a/i-0abc")
GKE_LABEL = {"iam.gke.io/gke-metadata-server-enabled": "true"}
GKE_NODE = node(provider="gce://shop-prod/europe-west1-b/gke-1")
GKE_NODE["metadata"]["labels"] = dict(GKE_LABEL)  # type: ignore[index]
PLAIN_GKE_NODE = node("node-2", provider="gce://shop-prod/europe-west1-b/gke-2")
AKS_NODE = node(provider="azure:///subscriptions/0A/resourceGroups/x/providers/y")


def webhook(name: str, service: str | None = "webhook", **more: object) -> Doc:
    """A mutating webhook."""
    config: Doc = {"url": "https://127.0.0.1:23443/mutate"}
    if service:
        config = {"service": {"name": service, "namespace": "kube-system"}}
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": name},
        "webhooks": [{"name": "x.example", "clientConfig": config, **more}],
    }


IRSA_WEBHOOK = webhook("pod-identity-webhook", None)


@dataclass
class World:
    """One cluster with one workload."""

    docs: list[Doc]
    states: Mapping[str, TopicState] = field(default_factory=dict)
    context: str = "ctx"
    account_unknown: str = ""
    controller: Controller | None = None

    def snapshot(self) -> ClusterSnapshot:
        """The cluster."""
        return cluster("east", copy.deepcopy(self.docs), states=dict(self.states))

    def facts(self) -> ClusterFacts:
        """What is known of it."""
        return read_cluster(self.snapshot())

    def workload(self) -> Workload:
        """The workload of its pods."""
        pods = list(self.snapshot().objects("pods", Pod).values())
        return Workload(
            WorkloadKey("east", NS, "Deployment", "checkout"),
            pods[0].account if pods else SA,
            shapes_of(pods),
            self.controller,
        )

    def account(self) -> Account:
        """Its service account."""
        found = self.snapshot()
        made = found.objects("serviceaccounts", ServiceAccount).get((NS, SA))
        irsa = read_irsa(found.objects("irsa-config", IrsaConfig).values())
        extras = read_extras(found).get((NS, SA))
        associations = extras.associations if extras else ()
        declared = declare(self.facts(), made, associations, irsa) if made else ()
        return Account(AccountKey("east", NS, SA), made, declared, self.account_unknown)

    def effects(self) -> list[tuple[Shape, tuple[Effective, ...]]]:
        """What its containers are."""
        facts = self.facts()
        return [(shape, effective(shape, facts)) for shape in self.workload().shapes]

    def bindings(self) -> dict[Cloud, Binding]:
        """What it is bound to."""
        found = bind(self.facts(), self.workload(), self.account(), self.effects())
        assert len({one.cloud for one in found}) == len(found)
        return {one.cloud: one for one in found}


def effects_of(*docs: Doc, **more: Any) -> tuple[Effective, ...]:
    """What the containers of the only shape are."""
    ((_, found),) = World(list(docs), **more).effects()
    return found


def deployment(
    *names: str, labels: Mapping[str, str] | None = None, env_by_hand: str = ""
) -> Deployment:
    """A controller whose template has these containers; a variable of it may be written by hand."""
    fields: Doc = {}
    if env_by_hand:
        listed: Doc = {'k:{"name":"' + env_by_hand + '"}': {"f:value": {}}}
        fields = {"f:spec": {"f:template": {"f:env": listed}}}
    doc: Doc = {
        "metadata": {
            "name": "checkout",
            "namespace": NS,
            "managedFields": [
                {"manager": "helm", "time": EARLY, "operation": "Update", "fieldsV1": fields}
            ],
        },
        "spec": {
            "template": {
                "metadata": {"labels": dict(labels or {})},
                "spec": {"containers": [{"name": name} for name in names]},
            }
        },
    }
    return ProjectionDecoder(Deployment).decode(json.dumps(doc).encode()).object
