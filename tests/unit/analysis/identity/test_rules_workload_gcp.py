"""WI19, WI20, WI30: the metadata server, and credential configurations."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.identity.case import Case
from mckconsole.analysis.identity.rules_workload_gcp import wi19, wi20, wi30
from mckconsole.domain.external import CredentialSource, GoogleCredentials
from mckconsole.domain.findings import Severity
from tests.unit.analysis.identity.accounts import GKE, MAIL
from tests.unit.analysis.identity.workloads import (
    EKS,
    GKE_FACTS,
    Doc,
    case,
    container,
    env,
    ids,
    judged,
    pod,
    shown,
    token,
    unknowns,
)

ADC = env({"GOOGLE_APPLICATION_CREDENTIALS": "/etc/google/credentials.json"})
NAME = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/eks"
SOURCE = CredentialSource(file="/var/run/secrets/google/token")
CONFIG = GoogleCredentials("external_account", NAME, credential_source=SOURCE)
FLEET = "identitynamespace:p-1.svc.id.goog:https://gke.example/eks"


def federated(audience: str, config: GoogleCredentials = CONFIG, path: str = "token") -> list[str]:
    """The rules that a container by a ConfigMap's configuration breaks, outside GKE."""
    return [found.rule for found in judged(_federated(audience, config, path), wi30)]


def _federated(audience: str, config: GoogleCredentials, path: str = "token") -> Case:
    volumes: list[Doc] = [
        token("gcp", audience, path, 3600),
        {"name": "config", "configMap": {"name": "google"}},
    ]
    mounts = {"config": "/etc/google", "gcp": "/var/run/secrets/google"}
    facts = replace(EKS, credentials={("prod", "google"): {"credentials.json": config}})
    return case(pod(container("app", ADC, mounts), volumes=volumes), facts=facts)


def test_the_metadata_server_is_there() -> None:
    assert ids(case(pod(container()), notes=GKE, facts=GKE_FACTS)) == set()


def test_a_node_without_the_metadata_server() -> None:
    pods = [pod(container(), name=f"shop-{n}", node=n) for n in ("n1", "n2")]
    (found,) = judged(case(*pods, notes=GKE, facts=GKE_FACTS), wi19)
    assert found.severity is Severity.HIGH
    assert ("spec.nodeName", "n2") in shown(found)
    assert ("metadata.annotations['iam.gke.io/gcp-service-account']", MAIL) in shown(found)
    assert "--workload-metadata=GKE_METADATA" in found.remediation
    assert judged(case(*pods, facts=GKE_FACTS), wi19) == []
    assert judged(case(*pods, notes=GKE, facts=EKS), wi19) == []


def test_nodes_that_could_not_be_read_are_unknown() -> None:
    facts = replace(GKE_FACTS, nodes={}, unread={"nodes": "forbidden"})
    one = case(pod(container(), node="n2"), notes=GKE, facts=facts)
    assert judged(one, wi19) == []
    assert unknowns(one)["WI19"] == "forbidden"
    old = replace(GKE_FACTS, unread={"nodes": "not confirmed"})
    one = case(pod(container(), node="n2"), notes=GKE, facts=old)
    assert judged(one, wi19) == []
    assert unknowns(one)["WI19"] == "not confirmed"


def test_the_hosts_network_bypasses_the_metadata_server() -> None:
    one = case(pod(container(), node="n2", hostNetwork=True), notes=GKE, facts=GKE_FACTS)
    (found,) = judged(one, wi20)
    assert ("spec.hostNetwork", "true") in shown(found)
    assert judged(one, wi19) == []
    keyed = container(variables=ADC)
    assert judged(case(pod(keyed, hostNetwork=True), notes=GKE, facts=GKE_FACTS), wi20) == []


@pytest.mark.parametrize(
    "audience", [f"https:{NAME}", NAME, "sts.googleapis.com", "https://my.example/audience"]
)
def test_audiences_that_a_provider_may_accept(audience: str) -> None:
    assert federated(audience) == []


@pytest.mark.parametrize(
    ("audience", "words"),
    [
        (f"https:{NAME}-old", "names"),
        ("p-1.svc.id.goog", "fleet's pool"),
    ],
)
def test_a_token_for_another_provider(audience: str, words: str) -> None:
    (found,) = judged(_federated(audience, CONFIG), wi30)
    assert words in found.detail
    assert any(path.endswith("serviceAccountToken.audience") for path, _ in shown(found))
    assert ("data['credentials.json'].audience", NAME) in shown(found)


def test_a_fleets_pool_is_the_tokens_audience() -> None:
    config = GoogleCredentials("external_account", FLEET, credential_source=SOURCE)
    assert federated("p-1.svc.id.goog", config) == []
    assert federated("p-2.svc.id.goog", config) == ["WI30"]
    assert federated(f"https:{NAME}", config) == ["WI30"]


def test_a_file_that_no_volume_brings() -> None:
    (found,) = judged(_federated(f"https:{NAME}", CONFIG, "other"), wi30)
    assert (
        "data['credentials.json'].credential_source.file",
        "/var/run/secrets/google/token",
    ) in shown(found)
    elsewhere = GoogleCredentials(
        "external_account", NAME, credential_source=CredentialSource(file="/nowhere/token")
    )
    assert federated(f"https:{NAME}", elsewhere) == ["WI30"]


def test_a_configuration_by_url_names_no_file() -> None:
    url = GoogleCredentials(
        "external_account", NAME, credential_source=CredentialSource(url="http://169.254.169.254/")
    )
    assert federated(f"https:{NAME}", url) == []
