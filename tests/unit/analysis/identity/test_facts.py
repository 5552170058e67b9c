"""What is known of clusters: where their nodes stand, webhooks, issuer, what was not read."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mckconsole.analysis.identity.facts import is_agent, read_cluster
from mckconsole.analysis.identity.model import Cloud, ClusterFacts, Mechanism, NodeFacts
from mckconsole.analysis.identity.nodes import partition_of, read_place
from mckconsole.analysis.rbac import held
from mckconsole.domain.decode import ProjectionDecoder
from mckconsole.domain.identity import IssuerDocument, KeySet
from mckconsole.domain.pods import Pod
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import ClusterState, TopicState
from tests.unit.analysis.build import Doc, cluster, unreachable
from tests.unit.analysis.identity.podyaml import (
    AKS_NODE,
    EKS_NODE,
    GKE_NODE,
    IRSA_WEBHOOK,
    PLAIN_GKE_NODE,
    TENANT,
    node,
    pod,
    webhook,
)


def _facts(*docs: Doc, **states: TopicState) -> ClusterFacts:
    named = {name.replace("_", "-"): state for name, state in states.items()}
    return read_cluster(cluster("east", docs, states=named))


@pytest.mark.parametrize(
    ("provider", "cloud", "region", "account"),
    [
        ("aws:///eu-west-1a/i-0abc", Cloud.AWS, "eu-west-1", ""),
        ("aws:///us-west-2-lax-1a/i-0abc", Cloud.AWS, "us-west-2", ""),
        ("aws:///us-gov-west-1b/i-0abc", Cloud.AWS, "us-gov-west-1", ""),
        ("gce://shop-prod/europe-west1-b/gke-1", Cloud.GCP, "europe-west1", "shop-prod"),
        ("azure:///subscriptions/0A/resourceGroups/x", Cloud.AZURE, "", "0a"),
        ("vsphere://4213", None, "", ""),
        ("", None, "", ""),
        ("aws://", Cloud.AWS, "", ""),
        ("gce://", Cloud.GCP, "", ""),
    ],
)
def test_where_nodes_stand(provider: str, cloud: Cloud | None, region: str, account: str) -> None:
    found = _facts(node(provider=provider))
    assert (found.cloud, found.region, found.account) == (cloud, region, account)


def test_a_label_tells_the_region() -> None:
    one = node(provider="azure:///x", topology_kubernetes_io__region="x")
    one["metadata"]["labels"] = {"topology.kubernetes.io/region": "westeurope"}  # type: ignore[index]
    assert _facts(one).region == "westeurope"


def test_clouds_that_disagree_are_none() -> None:
    assert _facts(EKS_NODE, PLAIN_GKE_NODE).cloud is None


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-west-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-east-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eu-isoe-west-1", "aws-iso-e"),
        ("us-isof-south-1", "aws-iso-f"),
        ("eusc-de-east-1", "aws-eusc"),
    ],
)
def test_partition(region: str, partition: str) -> None:
    assert partition_of(region) == partition
    assert _facts(node(provider=f"aws:///{region}a/i-0")).partition == partition


def test_a_pool_needs_the_metadata_server() -> None:
    assert _facts(GKE_NODE).pool == "shop-prod.svc.id.goog"
    found = _facts(PLAIN_GKE_NODE)
    assert (found.pool, found.account) == ("", "shop-prod")
    assert _facts(AKS_NODE, EKS_NODE).pool == ""


def test_nodes() -> None:
    windows = node("w")
    windows["metadata"]["labels"] = {"kubernetes.io/os": "windows"}  # type: ignore[index]
    fargate = node("f", provider="aws:///eu-west-1a/x/fargate-ip-10-0-0-1.internal")
    found = _facts(GKE_NODE, windows, fargate).nodes
    assert found == {
        "node-1": NodeFacts(gke_metadata=True),
        "w": NodeFacts(windows=True),
        "f": NodeFacts(virtual=True),
    }


def _agent(name: str = "eks-pod-identity-agent-x", *, ready: bool = True, owner: str = "") -> Doc:
    doc = pod(name=name)
    meta, status = doc["metadata"], doc["status"]
    assert isinstance(meta, dict)
    assert isinstance(status, dict)
    owned = {"kind": "DaemonSet", "name": owner or "eks-pod-identity-agent", "controller": True}
    meta["ownerReferences"] = [owned]
    status["containerStatuses"] = [{"name": "agent", "ready": ready}]
    return doc


@pytest.mark.parametrize(
    ("doc", "there"),
    [
        (_agent(), True),
        (_agent(ready=False), False),
        (_agent(owner="other"), False),
        (pod(name="eks-pod-identity-agent-fake"), False),
    ],
)
def test_agent(doc: Doc, there: bool) -> None:
    assert _facts(EKS_NODE, doc).nodes["node-1"].agent is there


def test_a_pod_of_the_agent_is_one_before_it_is_ready() -> None:
    raw = json.dumps(_agent(ready=False)).encode()
    assert is_agent(ProjectionDecoder(Pod).decode(raw).object)


@pytest.mark.parametrize(
    ("context", "label", "names"),
    [
        ("arn:aws:eks:eu-west-1:111122223333:cluster/shop", "", {"shop"}),
        ("me@shop.eu-west-1.eksctl.io", "", {"shop"}),
        ("anything", "shop", {"shop"}),
        ("arn:aws:eks:eu-west-1:111122223333:cluster/shop", "other", {"shop", "other"}),
        ("shop", "", set()),
    ],
)
def test_eks_names(context: str, label: str, names: set[str]) -> None:
    doc = node(provider="aws:///eu-west-1a/i-0")
    if label:
        doc["metadata"]["labels"] = {"alpha.eksctl.io/cluster-name": label}  # type: ignore[index]
    found = replace(cluster("east", [doc]), context=context)
    assert read_cluster(found).eks_names == names


def _slice(*ready: bool, service: str = "webhook", namespace: str = "kube-system") -> Doc:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{service}-1",
            "namespace": namespace,
            "labels": {"kubernetes.io/service-name": service},
        },
        "endpoints": [{"addresses": ["10.0.0.1"], "conditions": {"ready": one}} for one in ready],
    }


def test_webhooks() -> None:
    azure = webhook("azure-wi-webhook-mutating-webhook-configuration", failurePolicy="Fail")
    google = webhook("gcp-workload-identity-federation-webhook-mutating", failurePolicy="Ignore")
    found = _facts(IRSA_WEBHOOK, azure, google, webhook("istio-sidecar"), _slice(True, False))
    assert {one.mechanism: one.ready for one in found.webhooks} == {
        Mechanism.IRSA: None,
        Mechanism.AZURE: 1,
        Mechanism.GCP_FEDERATION: 1,
    }
    one = found.webhook(Mechanism.AZURE)
    assert one is not None
    assert (one.service, one.failure_policy) == (("kube-system", "webhook"), "Fail")
    assert str(one.object).startswith("MutatingWebhookConfiguration azure-wi")
    assert found.webhook(Mechanism.STATIC) is None


def test_a_webhook_is_known_by_any_of_its_names() -> None:
    by_own = webhook("custom", None)
    by_own["webhooks"][0]["name"] = "iam-for-pods.amazonaws.com"  # type: ignore[index]
    assert _facts(by_own).webhook(Mechanism.IRSA) is not None
    by_service = webhook("custom", "azure-wi-webhook-webhook-service")
    assert _facts(by_service).webhook(Mechanism.AZURE) is not None


def test_endpoints_that_are_not_known() -> None:
    azure = webhook("azure-wi-webhook")
    (none,) = _facts(azure).webhooks
    assert none.ready == 0
    (unknown,) = _facts(azure, endpointslices=TopicState.FORBIDDEN).webhooks
    assert unknown.ready is None


def _config(name: str, data: dict[str, str], namespace: str = "kube-system") -> Doc:
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data}


def test_tenant() -> None:
    one = _config("azure-wi-webhook-config", {"AZURE_TENANT_ID": TENANT.upper()})
    assert _facts(one).tenant == TENANT
    other = _config("azure-wi-webhook-config", {"AZURE_TENANT_ID": TENANT[:-1] + "f"}, "azure")
    assert _facts(one, other).tenant == ""
    assert _facts(_config("azure-wi-webhook-config", {"AZURE_TENANT_ID": "x"})).tenant == ""


def test_credentials_without_anything_secret() -> None:
    text = json.dumps({"type": "service_account", "private_key": "hunter2"})
    found = _facts(
        _config("google", {"key.json": text, "other": "x"}), _config("plain", {"a": "b"})
    )
    assert list(found.credentials) == [("kube-system", "google")]
    assert list(found.credentials["kube-system", "google"]) == ["key.json"]
    assert "hunter2" not in str(found)


def _with_documents(issuer: str, kids: list[str]) -> ClusterSnapshot:
    found = cluster("east")
    raw = json.dumps({"issuer": issuer}).encode()
    document = ProjectionDecoder(IssuerDocument).decode(raw).object
    keys = ProjectionDecoder(KeySet).decode(
        json.dumps({"keys": [{"kid": one} for one in kids]}).encode()
    )
    topics = dict(found.topics)
    for name, one in (("oidc-issuer", document), ("oidc-keys", keys.object)):
        topics[name] = replace(topics[name], objects={one.key: one})
    return replace(found, topics=topics)


def test_issuer() -> None:
    found = read_cluster(_with_documents("https://issuer.example/", ["a", "b", ""]))
    assert (found.issuer, found.key_ids) == ("https://issuer.example/", frozenset("ab"))
    assert (_facts().issuer, _facts().key_ids) == ("", frozenset())


def test_what_was_not_read() -> None:
    found = _facts(nodes=TopicState.FORBIDDEN, mutatingwebhooks=TopicState.STALE)
    assert set(found.unread) == {"nodes", "mutatingwebhooks"}
    assert "nodes forbidden" in found.unread["nodes"]
    assert _facts(podidentityassociations=TopicState.ABSENT).unread == {}


def test_readable() -> None:
    assert _facts().readable
    assert _facts(pods=TopicState.FORBIDDEN).readable
    found = _facts(pods=TopicState.FORBIDDEN, serviceaccounts=TopicState.FORBIDDEN)
    assert not found.readable
    assert "pods forbidden" in found.reason
    gone = read_cluster(unreachable("east"))
    assert (gone.readable, gone.reason) == (False, "unreachable: timeout")
    early = replace(cluster("east"), state=ClusterState.CONNECTING)
    assert "connecting" in read_cluster(early).reason


def test_rbac() -> None:
    assert _facts().rbac is not None
    assert _facts(rolebindings=TopicState.FORBIDDEN).rbac is None
    found = cluster("east")
    before = held(found)
    assert read_cluster(found, before).rbac is before.index


def test_facts_of_a_cluster_without_news_are_equal() -> None:
    docs = [EKS_NODE, IRSA_WEBHOOK, _agent(), _slice(True)]
    one = cluster("east", docs)
    before = held(one)
    later = cluster("east", docs, as_of=2e9)
    assert read_cluster(one, before) == replace(read_cluster(later), rbac=before.index)
    other = read_cluster(cluster("east", [EKS_NODE, IRSA_WEBHOOK]), before)
    assert read_cluster(one, before) != other


def test_uid() -> None:
    assert _facts().uid == "uid-of-east"
    assert read_cluster(unreachable("east")).uid == ""


def test_nodes_that_cannot_be_read() -> None:
    found = read_place("ctx", "v1.34.1-eks-1234567", None)
    assert (found.provider, found.cloud, found.nodes) == ("eks", None, {})
