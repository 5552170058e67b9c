"""WI28, WI29, WI31, WI32, WI33: projected tokens."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace

import pytest

from mckconsole.analysis.identity.model import ClusterFacts
from mckconsole.analysis.identity.rules_workload_api_token import wi32, wi33
from mckconsole.analysis.identity.rules_workload_tokens import wi28, wi29, wi31
from mckconsole.domain.findings import Severity
from mckconsole.domain.pods import API_MOUNT
from tests.unit.analysis.identity.accounts import AWS
from tests.unit.analysis.identity.workloads import (
    AGENT_DIR,
    AGENT_VOLUME,
    API,
    API_VOLUME,
    AZURE_VOLUME,
    EKS,
    EKS_DIR,
    IRSA,
    agent,
    azure,
    case,
    container,
    controller,
    env,
    irsa,
    judged,
    pod,
    shown,
    token,
    unknowns,
)
from tests.unit.analysis.rbac.build import bind, index, role, rule

SOURCE = "spec.volumes[name=aws-iam-token].projected.sources[0].serviceAccountToken"


@pytest.mark.parametrize(
    ("audience", "wrong"),
    [
        ("sts.amazonaws.com", False),
        ("sts.amazonaws.com.cn", False),
        ("my-own-audience", False),
        ("api://AzureADTokenExchange", True),
        ("pods.eks.amazonaws.com", True),
        ("p-1.svc.id.goog", True),
        ("https://kubernetes.default.svc", True),
        ("", False),  # WI33
    ],
)
def test_whom_the_token_of_a_role_is_for(audience: str, wrong: bool) -> None:
    found = judged(case(pod(irsa(), volumes=[token(audience=audience)]), notes=AWS), wi28)
    assert bool(found) is wrong
    for one in found:
        assert one.severity is Severity.HIGH
        assert (f"{SOURCE}.audience", audience) in shown(one)
        assert "sts.amazonaws.com" in one.remediation


def test_a_volume_that_is_known_in_full_is_patched_as_a_whole() -> None:
    wrong = pod(irsa(), volumes=[token(audience="api://AzureADTokenExchange", seconds=7200)])
    (found,) = judged(case(wrong, notes=AWS, made_by=controller()), wi28)
    (patch,) = (word for word in shlex.split(found.remediation) if word.startswith("{"))
    (volume,) = json.loads(patch)["spec"]["template"]["spec"]["volumes"]
    assert volume == token(seconds=7200)
    mixed = token(audience="api://AzureADTokenExchange")
    mixed["projected"]["sources"].append({"configMap": {"name": "settings"}})
    (found,) = judged(case(pod(irsa(), volumes=[mixed]), notes=AWS, made_by=controller()), wi28)
    assert found.remediation == (
        f"in what makes the pods, set under {SOURCE}: {{audience: sts.amazonaws.com}}"
    )


def test_azure_and_the_agent_want_their_own_tokens() -> None:
    volume = token("azure-identity-token", "sts.amazonaws.com", "azure-identity-token")
    assert len(judged(case(pod(azure(), volumes=[volume])), wi28)) == 1
    assert judged(case(pod(azure(), volumes=[AZURE_VOLUME])), wi28) == []
    assert judged(case(pod(agent(), volumes=[AGENT_VOLUME])), wi28) == []


def test_a_file_under_no_mount() -> None:
    bare = container(variables=env(IRSA), mounts={"aws-iam-token": "/elsewhere"})
    (found,) = judged(case(pod(bare, volumes=[token()]), notes=AWS), wi29)
    assert ("spec.containers[name=app].volumeMounts[].mountPath", "/elsewhere") in shown(found)
    assert f"mountPath: {EKS_DIR}" in found.remediation


def test_a_volume_without_that_token() -> None:
    (found,) = judged(case(pod(irsa(), volumes=[token(path="other")]), notes=AWS), wi29)
    assert found.severity is Severity.HIGH


@pytest.mark.parametrize(
    "volume",
    [
        {"name": "aws-iam-token", "emptyDir": {}},
        {"name": "aws-iam-token", "hostPath": {"path": "/x"}},
        token(),
    ],
)
def test_what_a_sidecar_writes_may_be_there(volume: dict[str, object]) -> None:
    assert judged(case(pod(irsa(), volumes=[volume]), notes=AWS), wi29) == []


def test_a_path_from_elsewhere_is_not_judged() -> None:
    referred = container(variables=env(AWS_WEB_IDENTITY_TOKEN_FILE="s/path", AWS_ROLE_ARN="s/arn"))
    assert judged(case(pod(referred)), wi29) == []


@pytest.mark.parametrize(
    ("volume", "long"),
    [
        (token(seconds=86400), False),  # the webhook's default
        (token(seconds=86401), True),
        (token("mine", seconds=86400), True),
        (token("mine", seconds=86399), False),
        (token("mine", "my-own-audience", seconds=864000), False),
        (token("mine", "", seconds=864000), False),
        (token("mine", "api://AzureADTokenExchange", seconds=86400), True),
        (token("gcp-iam-token", "sts.googleapis.com", seconds=86400), False),
    ],
)
def test_how_long_a_token_may_be_valid(volume: dict[str, object], long: bool) -> None:
    held = container(mounts={str(volume["name"]): "/t"})
    found = judged(case(pod(held, volumes=[volume])), wi31)
    assert [one.severity for one in found] == [Severity.LOW] * long


def test_pod_identitys_jitter_is_its_webhooks() -> None:
    for seconds in (79200, 86400):
        volume = token("eks-pod-identity-token", "pods.eks.amazonaws.com", "t", seconds)
        held = container(mounts={"eks-pod-identity-token": AGENT_DIR})
        assert judged(case(pod(held, volumes=[volume])), wi31) == []


def both(**more: object) -> dict[str, object]:
    """A container with a role's token and the API server's."""
    made = irsa()
    made["volumeMounts"].append({"name": "kube-api-access-x7k2p", "mountPath": API_MOUNT})
    return {**made, **more}


def test_an_api_token_that_nothing_needs() -> None:
    one = case(pod(both(), volumes=[token(), API_VOLUME]), notes=AWS)
    (found,) = judged(one, wi32)
    assert found.severity is Severity.LOW
    assert ("spec.automountServiceAccountToken", "(not set)") in shown(found)
    assert ("automountServiceAccountToken", "(not set)") in shown(found)
    assert (
        f"spec.containers[name=app].volumeMounts[mountPath={API_MOUNT}]",
        "volume kube-api-access",
    ) in shown(found)
    assert "automountServiceAccountToken" in found.remediation


def test_whoever_was_granted_something_uses_it() -> None:
    rbac = index(role("prod/r", rule("get", "pods")), bind("prod/b", "Role/r", "sa:shop"))
    facts = replace(EKS, rbac=rbac)
    made = pod(both(), volumes=[token(), API_VOLUME])
    assert judged(case(made, notes=AWS, facts=facts), wi32) == []
    vault = pod(both(), container("vault-agent", image="hashicorp/vault:1.17", mounts=API),
                volumes=[token(), API_VOLUME])  # fmt: skip
    assert judged(case(vault, notes=AWS), wi32) == []
    assert judged(case(pod(irsa(), volumes=[token()]), notes=AWS), wi32) == []
    assert judged(case(pod(container(mounts=API), volumes=[API_VOLUME])), wi32) == []


@pytest.mark.parametrize(
    "facts",
    [replace(EKS, rbac=None), replace(EKS, unread={"rolebindings": "forbidden"})],
)
def test_grants_that_could_not_be_read_are_unknown(facts: ClusterFacts) -> None:
    one = case(pod(both(), volumes=[token(), API_VOLUME]), notes=AWS, facts=facts)
    assert judged(one, wi32) == []
    assert "WI32" in unknowns(one)


def test_the_api_servers_token_is_handed_to_aws() -> None:
    (found,) = judged(case(pod(irsa(), volumes=[token(audience="")]), notes=AWS), wi33)
    assert found.severity is Severity.MEDIUM
    assert "AWS" in found.title
    standard = container(
        "app", env({**IRSA, "AWS_WEB_IDENTITY_TOKEN_FILE": f"{API_MOUNT}/token"}), API
    )
    assert len(judged(case(pod(standard, volumes=[API_VOLUME]), notes=AWS), wi33)) == 1


@pytest.mark.parametrize(
    ("path", "audience", "handed"),
    [
        ("/var/run/secrets/vault", "", True),
        ("/var/run/secrets/vault", "vault", False),
        ("/var/run/secrets/tokens/conjur", "", True),
        ("/etc/kubeconfig", "", False),
        ("/var/run/secrets/my-app", "", False),
        ("/var/run/secrets/devaulted", "", False),
        (API_MOUNT, "", False),
    ],
)
def test_a_token_without_audience_on_a_third_partys_path(
    path: str, audience: str, handed: bool
) -> None:
    held = container(mounts={"tok": path})
    assert bool(judged(case(pod(held, volumes=[token("tok", audience)])), wi33)) is handed


def test_the_standard_volume_is_silent() -> None:
    assert judged(case(pod(container(mounts=API), volumes=[API_VOLUME])), wi33) == []
