"""The states of workloads in Azure and Google Cloud, healthy and broken twins."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from mckconsole.analysis.identity.bind import bind
from mckconsole.analysis.identity.model import BindingState, Cloud, Mechanism
from tests.unit.analysis.build import Doc
from tests.unit.analysis.identity.podyaml import (
    ADC,
    CLIENT,
    CLIENT_ID,
    EARLY,
    EKS_NODE,
    GKE_NODE,
    GOOGLE_MOUNTS,
    GSA,
    MAIL,
    PLAIN_GKE_NODE,
    PROVIDER,
    TENANT,
    USE,
    World,
    account,
    azure_container,
    azure_pod,
    config_map,
    container,
    deployment,
    env,
    google_pod,
    pod,
    token,
    webhook,
)

S = BindingState
AZURE_ACCOUNT = account({CLIENT_ID: CLIENT, "azure.workload.identity/tenant-id": TENANT})
GKE_ACCOUNT = account({GSA: MAIL})
BARE = account()
AZURE_WEBHOOK = webhook("azure-wi-webhook-mutating-webhook-configuration")


def _bound(*docs: Doc, cloud: Cloud = Cloud.AWS, **more: Any) -> tuple[BindingState, str]:
    found = World(list(docs), **more).bindings()[cloud]
    return found.state, found.reason


@pytest.mark.parametrize(
    ("docs", "state", "words"),
    [
        pytest.param([AZURE_ACCOUNT, azure_pod()], S.BOUND, "", id="bound"),
        pytest.param(
            [account({CLIENT_ID: CLIENT.upper()}), azure_pod()], S.BOUND, "", id="however written"
        ),
        pytest.param(
            [AZURE_ACCOUNT, pod(), AZURE_WEBHOOK], S.DRIFT, "label", id="without the label"
        ),
        pytest.param(
            [AZURE_ACCOUNT, pod(created=EARLY)], S.DRIFT, "label", id="older, without the label"
        ),
        pytest.param(
            [AZURE_ACCOUNT, pod(created=EARLY, labels={USE: "true"}), AZURE_WEBHOOK],
            S.PENDING_RESTART,
            "anew",
            id="older, with the label",
        ),
        pytest.param(
            [BARE, azure_pod(azure_container(client=None))],
            S.UNDECLARED,
            "AZURE_CLIENT_ID is not set",
            id="three of four",
        ),
        pytest.param([BARE, azure_pod()], S.UNDECLARED, "by hand", id="by hand"),
        pytest.param(
            [
                account({CLIENT_ID: "11111111-2222-4333-8444-555555555555"}),
                azure_pod(),
            ],
            S.DRIFT,
            "declared is",
            id="another",
        ),
        pytest.param(
            [AZURE_ACCOUNT, azure_pod(azure_container(AZURE_CLIENT_SECRET=("az", "secret")))],
            S.SHADOWED,
            "wins over",
            id="shadowed",
        ),
        pytest.param(
            [AZURE_ACCOUNT, azure_pod(azure_container(AZURE_STORAGE_KEY=("az", "key")))],
            S.BOUND,
            "",
            id="a key for something else",
        ),
        pytest.param(
            [BARE, pod(labels={"aadpodidbinding": "x"})], S.UNDECLARED, "not maintained", id="aad"
        ),
    ],
)
def test_azure(docs: list[Doc], state: BindingState, words: str) -> None:
    found = _bound(*docs, cloud=Cloud.AZURE)
    assert found[0] is state
    assert words in found[1]


def test_the_label_on_the_template_comes_with_a_restart() -> None:
    labelled = deployment("app", labels={USE: "true"})
    docs = [AZURE_ACCOUNT, pod(created=EARLY), AZURE_WEBHOOK]
    assert _bound(*docs, cloud=Cloud.AZURE, controller=labelled)[0] is S.PENDING_RESTART


def test_azure_lists_are_parted_by_semicolons() -> None:
    skip = {"azure.workload.identity/skip-containers": "b;c"}
    doc = azure_pod(azure_container(), container("b"), container("c"), annotations=skip)
    both = deployment("app", "b", "c")
    assert _bound(AZURE_ACCOUNT, doc, cloud=Cloud.AZURE, controller=both)[0] is S.BOUND


PFNET = account(
    {
        "cloud.google.com/workload-identity-provider": PROVIDER,
        "cloud.google.com/service-account-email": MAIL,
    }
)
KEY: Doc = {"name": "gcp-config", "secret": {"secretName": "gcp-key"}}
KEY_APP = container(env=env(**ADC), mounts=GOOGLE_MOUNTS[1:])


@pytest.mark.parametrize(
    ("docs", "state", "words"),
    [
        pytest.param([GKE_ACCOUNT, GKE_NODE, pod()], S.BOUND, "", id="gke"),
        pytest.param([GKE_ACCOUNT, GKE_NODE, pod(created=EARLY)], S.BOUND, "", id="at once"),
        pytest.param(
            [GKE_ACCOUNT, GKE_NODE, PLAIN_GKE_NODE, pod(node="node-2")],
            S.NODE_FALLBACK,
            "node-2 has no metadata server",
            id="node without",
        ),
        pytest.param(
            [GKE_ACCOUNT, GKE_NODE, pod(hostNetwork=True)],
            S.NODE_FALLBACK,
            "host's network",
            id="host network",
        ),
        pytest.param([GKE_ACCOUNT, EKS_NODE, pod()], S.DRIFT, "not Google's", id="elsewhere"),
        pytest.param(
            [GKE_ACCOUNT, GKE_NODE, pod(node="gone")], S.UNKNOWN, "gone is not known", id="node"
        ),
        pytest.param([GKE_ACCOUNT, GKE_NODE, pod(node="")], S.BOUND, "", id="not scheduled"),
        pytest.param(
            [GKE_ACCOUNT, GKE_NODE, pod(KEY_APP, volumes=[KEY])],
            S.SHADOWED,
            "GKE Workload Identity",
            id="key beside gke",
        ),
        pytest.param(
            [GKE_ACCOUNT, GKE_NODE, pod(KEY_APP, volumes=[KEY], hostNetwork=True)],
            S.STATIC_KEY,
            "gcp-key",
            id="key and no gke",
        ),
        pytest.param([BARE, GKE_NODE, pod()], S.PRINCIPAL_ONLY, "IAM", id="principal"),
        pytest.param(
            [BARE, GKE_NODE, pod(KEY_APP, volumes=[KEY])], S.STATIC_KEY, "gcp-key", id="key"
        ),
        pytest.param(
            [BARE, GKE_NODE, pod(container(env=env(GOOGLE_CLOUD_PROJECT="x")), hostNetwork=True)],
            S.NODE_FALLBACK,
            "host's network",
            id="principal by host",
        ),
        pytest.param([BARE, google_pod(), config_map()], S.BOUND, "", id="external account"),
        pytest.param([PFNET, google_pod(), config_map()], S.BOUND, "", id="declared twice"),
        pytest.param(
            [PFNET, google_pod(volume={"name": "gcp-config", "emptyDir": {}})],
            S.BOUND,
            "",
            id="made by the pod",
        ),
        pytest.param(
            [PFNET, pod(created=EARLY), webhook("gcp-workload-identity-federation-webhook")],
            S.PENDING_RESTART,
            "anew",
            id="webhook, older",
        ),
        pytest.param([BARE, google_pod(volume=KEY)], S.UNKNOWN, "Secret gcp-key", id="in a Secret"),
        pytest.param(
            [BARE, google_pod(tokens=token("gcp-token", None)), config_map()],
            S.DRIFT,
            "no audience",
            id="no audience",
        ),
        pytest.param(
            [
                account({GSA: "other-app@shop-prod.iam.gserviceaccount.com"}),
                GKE_NODE,
                google_pod(),
                config_map(),
            ],
            S.DRIFT,
            "declared is",
            id="external account over gke",
        ),
    ],
)
def test_gcp(docs: list[Doc], state: BindingState, words: str) -> None:
    found = _bound(*docs, cloud=Cloud.GCP)
    assert found[0] is state
    assert words in found[1]


def test_some_pods_on_nodes_without() -> None:
    pods = [pod(name="a"), pod(name="b", node="node-2")]
    found = World([GKE_ACCOUNT, GKE_NODE, PLAIN_GKE_NODE, *pods]).bindings()[Cloud.GCP]
    assert (found.state, found.behind) == (S.NODE_FALLBACK, 1)
    assert found.reason.startswith("1 of 2 pods")


def test_the_principal() -> None:
    found = World([BARE, GKE_NODE, pod()]).bindings()[Cloud.GCP]
    assert found.mechanism is Mechanism.GKE_DIRECT
    assert found.identity is not None
    assert found.identity.realm == "shop-prod.svc.id.goog"
    assert found.identity.name == "ns/shop/sa/checkout"


@pytest.mark.parametrize("namespace", ["kube-system", "gke-managed-system", "gmp-public"])
def test_no_principals_of_the_system(namespace: str) -> None:
    doc = pod()
    doc["metadata"]["namespace"] = namespace  # type: ignore[index]
    world = World([GKE_NODE, doc])
    workload = world.workload()
    moved = replace(workload, key=workload.key._replace(namespace=namespace))
    assert bind(world.facts(), moved, world.account(), world.effects()) == ()
