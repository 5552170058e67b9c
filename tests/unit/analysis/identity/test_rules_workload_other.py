"""WI15, WI26, WI41, WI43, WI44: lists, fallbacks, legacy marks and keys that are nearly right."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.identity.model import Cloud, ClusterFacts
from mckconsole.analysis.identity.rules_workload_other import wi26, wi41, wi44
from mckconsole.analysis.identity.rules_workload_skip import wi15, wi43
from mckconsole.domain.findings import Severity
from tests.unit.analysis.identity.accounts import AWS, ROLE
from tests.unit.analysis.identity.workloads import (
    AKS,
    EKS,
    GKE_FACTS,
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

EKS_SKIP = "eks.amazonaws.com/skip-containers"
AZURE_SKIP = "azure.workload.identity/skip-containers"


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        (EKS_SKIP, "app,log", False),
        (EKS_SKIP, "app,log,", False),
        (EKS_SKIP, "app, log", True),
        (EKS_SKIP, "app;log", True),
        (EKS_SKIP, "app,lgo", True),
        (AZURE_SKIP, "app;log", False),
        (AZURE_SKIP, "app,log", True),
        (AZURE_SKIP, " app ; log ;", False),
        ("cloud.google.com/skip-containers", " app , log ,", False),
        (EKS_SKIP, "", False),
        (EKS_SKIP, "setup", False),
    ],
)
def test_lists_of_containers(key: str, value: str, found: bool) -> None:
    made = pod(container("app"), container("log"), notes={key: value},
               initContainers=[container("setup")])  # fmt: skip
    judgement = judged(case(made), wi15)
    assert bool(judgement) is found
    for one in judgement:
        assert one.severity is Severity.MEDIUM
        assert (f"metadata.annotations['{key}']", value) in shown(one)


def test_a_wrong_separator_is_told_with_the_right_list() -> None:
    made = pod(container("app"), container("log"), notes={EKS_SKIP: "app;log"})
    (found,) = judged(case(made, made_by=controller()), wi15)
    assert "separator" in found.title
    assert '"app,log"' in found.remediation


def test_a_skipped_container_with_variables_by_hand() -> None:
    made = pod(irsa(), container("log", env({"AWS_ROLE_ARN": ROLE})), volumes=[token()],
               notes={EKS_SKIP: "log"})  # fmt: skip
    (found,) = judged(case(made, notes=AWS, made_by=controller(wrote=["AWS_ROLE_ARN"])), wi43)
    assert found.subject == "aws: log"
    assert ("spec.containers[name=log].env[name=AWS_ROLE_ARN].value", ROLE) in shown(found)
    assert "-c log AWS_ROLE_ARN-" in found.remediation
    bare = pod(irsa(), container("log"), volumes=[token()], notes={EKS_SKIP: "log"})
    assert judged(case(bare, notes=AWS), wi43) == []


def test_a_cloud_without_an_identity_is_the_nodes() -> None:
    region = container(variables=env({"AWS_REGION": "eu-west-1"}))
    (found,) = judged(case(pod(region)), wi26)
    assert found.severity is Severity.MEDIUM
    assert ("spec.containers[name=app].env[name=AWS_REGION].value", "eu-west-1") in shown(found)
    assert "169.254.169.254" in found.remediation


def test_images_tell_too() -> None:
    cli = container(image="public.ecr.aws/aws-cli/aws-cli:2")
    (found,) = judged(case(pod(cli)), wi26)
    assert "spec.containers[name=app].image" in {path for path, _ in shown(found)}


@pytest.mark.parametrize(
    ("namespace", "facts"),
    [("kube-system", EKS), ("prod", AKS), ("prod", GKE_FACTS), ("prod", replace(EKS, cloud=None))],
)
def test_no_fallback_in_the_system_or_abroad(namespace: str, facts: ClusterFacts) -> None:
    region = container(variables=env({"AWS_REGION": "eu-west-1"}))
    one = case(pod(region, namespace=namespace), facts=facts)
    assert judged(one, wi26) == []


@pytest.mark.parametrize(
    "variables",
    [
        env({"AWS_REGION": "eu-west-1"}, AWS_ACCESS_KEY_ID="s/id", AWS_SECRET_ACCESS_KEY="s/key"),
        env({"AWS_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true"}),
        env({"LOG_LEVEL": "info"}),
    ],
)
def test_whoever_has_keys_or_is_told_not_to_does_not_fall_back(
    variables: list[dict[str, object]],
) -> None:
    assert judged(case(pod(container(variables=variables))), wi26) == []


def test_bound_pods_do_not_fall_back() -> None:
    bound = irsa(variables=env({"AWS_REGION": "eu-west-1"}))
    assert ids(case(pod(bound, volumes=[token()]), notes=AWS)) == set()


def test_legacy_marks() -> None:
    marked = pod(container(), notes={"iam.amazonaws.com/role": "shop-role"},
                 labels={"aadpodidbinding": "shop"})  # fmt: skip
    found = list(wi41(case(marked, made_by=controller())))
    assert [one.cloud for one in found] == [Cloud.AWS, Cloud.AZURE]
    assert "eks.amazonaws.com/role-arn=ROLE_ARN" in found[0].finding.remediation
    assert '"aadpodidbinding": null' in found[1].finding.remediation
    assert judged(case(pod(container())), wi41) == []


@pytest.mark.parametrize(
    ("notes", "labels", "key", "meant"),
    [
        ({}, {"azure.workload.identity/used": "true"}, "azure.workload.identity/used",
         "azure.workload.identity/use"),
        ({"eks.amazonaws.com/skip-container": "a"}, {}, "eks.amazonaws.com/skip-container",
         "eks.amazonaws.com/skip-containers"),
        ({"eks.amazonaws.com/role_arn": ROLE}, {}, "eks.amazonaws.com/role_arn",
         "eks.amazonaws.com/role-arn"),
    ],
)  # fmt: skip
def test_keys_that_are_nearly_right(
    notes: dict[str, str], labels: dict[str, str], key: str, meant: str
) -> None:
    (found,) = judged(case(pod(container(), notes=notes, labels=labels)), wi44)
    assert found.severity is Severity.MEDIUM
    assert key in found.title
    assert meant in found.title
    assert any(key in path for path, _ in shown(found))


def test_an_accounts_annotation_on_pods() -> None:
    one = case(pod(container(), notes=AWS), made_by=controller())
    (found,) = judged(one, wi44)
    assert "not on the service account" in found.title
    assert f"annotate serviceaccount shop eks.amazonaws.com/role-arn={ROLE}" in found.remediation
    assert judged(case(pod(irsa(), volumes=[token()], notes=AWS), notes=AWS), wi44) == []


def test_usual_labels_are_silent() -> None:
    usual = {"app.kubernetes.io/name": "shop", "pod-template-hash": "abc", "role": "web"}
    assert judged(case(pod(container(), labels=usual), made_by=controller(labels=usual))) == []
