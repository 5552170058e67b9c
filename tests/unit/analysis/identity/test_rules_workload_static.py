"""WI07, WI25: static keys, beside an identity and with the default account."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.identity.model import BindingState, Cloud
from mckconsole.analysis.identity.rules_workload_static import wi07, wi25
from mckconsole.domain.external import GoogleCredentials
from mckconsole.domain.findings import Severity
from tests.unit.analysis.identity.accounts import AWS, AZURE, CLIENT, GKE
from tests.unit.analysis.identity.workloads import (
    AGENT_VOLUME,
    AKS,
    AZURE_VOLUME,
    EKS,
    GKE_FACTS,
    agent,
    azure,
    case,
    container,
    controller,
    env,
    ids,
    irsa,
    judged,
    pod,
    shown,
    token,
)

KEYS = env(AWS_ACCESS_KEY_ID="s3/id", AWS_SECRET_ACCESS_KEY="s3/key")
ADC = {"GOOGLE_APPLICATION_CREDENTIALS": "/key/key.json"}
SECRET_VOLUME = {"name": "key", "secret": {"secretName": "google-key"}}
FILE = {"AWS_SHARED_CREDENTIALS_FILE": "/aws/credentials"}
FILE_VOLUME = {"name": "aws", "secret": {"secretName": "aws-file"}}


def test_keys_win_over_irsa() -> None:
    one = case(pod(irsa(variables=KEYS), volumes=[token()]), notes=AWS,
               made_by=controller(wrote=["AWS_ACCESS_KEY_ID"]))  # fmt: skip
    assert one.bindings[0].state is BindingState.SHADOWED
    (found,) = judged(one, wi07)
    assert found.severity is Severity.HIGH
    assert found.subject == "aws: app"
    path = "spec.containers[name=app].env[name=AWS_ACCESS_KEY_ID].valueFrom.secretKeyRef"
    assert (path, "Secret s3, key id") in shown(found)
    assert "AWS_ACCESS_KEY_ID by helm" in str(found.evidence)
    assert "set env deployment/shop -c app AWS_ACCESS_KEY_ID- AWS_SECRET_ACCESS_KEY-" in (
        found.remediation
    )


def test_a_literal_key_is_named_and_never_shown() -> None:
    literal = env({"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "hush"})
    (found,) = judged(case(pod(irsa(variables=literal), volumes=[token()]), notes=AWS), wi07)
    assert "AKIAIOSFODNN7EXAMPLE" not in str(found)
    assert "hush" not in str(found)
    assert "AWS_ACCESS_KEY_ID" in found.title


@pytest.mark.parametrize(("beside", "severity"), [("irsa", "medium"), ("agent", "high")])
def test_a_credentials_file_wins_over_the_agent_only(beside: str, severity: str) -> None:
    made = irsa(variables=env(FILE)) if beside == "irsa" else agent(variables=env(FILE))
    made["volumeMounts"].append({"name": "aws", "mountPath": "/aws"})
    one = case(pod(made, volumes=[token(), AGENT_VOLUME, FILE_VOLUME]), notes=AWS)
    (found,) = judged(one, wi07)
    assert found.severity == severity
    assert "AWS_SHARED_CREDENTIALS_FILE-" in found.remediation or "Credentials" in found.title


def test_a_client_secret_wins_in_azure_and_a_storage_key_does_not() -> None:
    use = {"azure.workload.identity/use": "true"}

    def one(*secrets: str) -> list[str]:
        keys = [made for name in secrets for made in env(**{name: "app/secret"})]
        made = azure("app", keys, AZURE_CLIENT_ID=CLIENT)
        held = case(pod(made, volumes=[AZURE_VOLUME], labels=use), notes=AZURE, facts=AKS)
        return [found.rule for found in judged(held, wi07)]

    assert one("AZURE_CLIENT_SECRET") == ["WI07"]
    assert one("AZURE_STORAGE_KEY") == []
    assert one() == []


def test_a_key_file_wins_over_the_metadata_server() -> None:
    keyed = container(variables=env(ADC), mounts={"key": "/key"})
    (found,) = judged(case(pod(keyed, volumes=[SECRET_VOLUME]), notes=GKE, facts=GKE_FACTS), wi07)
    assert "GKE Workload Identity" in found.title
    assert judged(case(pod(container()), notes=GKE, facts=GKE_FACTS), wi07) == []


def test_a_key_in_a_configmap_is_found_by_its_type() -> None:
    keyed = container(variables=env(ADC), mounts={"key": "/key"})
    volume = {"name": "key", "configMap": {"name": "google"}}
    static = {("prod", "google"): {"key.json": GoogleCredentials("service_account")}}
    facts = replace(GKE_FACTS, credentials=static)
    (found,) = judged(case(pod(keyed, volumes=[volume]), notes=GKE, facts=facts), wi07)
    assert ("data['key.json']", "service_account") in shown(found)


def test_keys_of_another_container_or_cloud_shadow_nothing() -> None:
    apart = pod(irsa(), container("job", KEYS), volumes=[token()])
    assert judged(case(apart, notes=AWS), wi07) == []
    abroad = irsa(variables=env(AZURE_CLIENT_SECRET="a/b"))
    assert judged(case(pod(abroad, volumes=[token()]), notes=AWS), wi07) == []


def test_the_default_account_with_keys() -> None:
    (found,) = judged(case(pod(container(variables=KEYS), runs_as="default")), wi25)
    assert found.severity is Severity.HIGH
    assert ("spec.serviceAccountName", "default") in shown(found)
    assert "create serviceaccount shop" in found.remediation
    assert "revoke" in found.remediation
    assert judged(case(pod(container(variables=KEYS))), wi25) == []
    assert judged(case(pod(container(), runs_as="default")), wi25) == []


def test_keys_for_a_store_of_its_own_are_medium() -> None:
    own = container(variables=[*KEYS, *env({"AWS_ENDPOINT_URL": "http://minio:9000"})])
    (found,) = judged(case(pod(own, runs_as="default")), wi25)
    assert found.severity is Severity.MEDIUM


def test_every_cloud_is_a_finding_of_its_own() -> None:
    both = container(variables=[*KEYS, *env(AZURE_CLIENT_SECRET="a/b")])
    found = list(wi25(case(pod(both, runs_as="default"))))
    assert {one.cloud for one in found} == {Cloud.AWS, Cloud.AZURE}
    assert len({one.finding.id for one in found}) == 2


def test_a_temporary_session_token_alone_is_no_key() -> None:
    alone = container(variables=env(AWS_SESSION_TOKEN="s/token"))
    assert "WI25" in ids(case(pod(container(variables=KEYS), runs_as="default"), facts=EKS))
    assert judged(case(pod(irsa(variables=alone["env"]), volumes=[token()]), notes=AWS), wi07) == []
