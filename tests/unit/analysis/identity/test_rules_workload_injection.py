"""WI01, WI02, WI05: what a webhook gave to pods, or did not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.identity.case import WorkloadRule
from mckconsole.analysis.identity.model import Mechanism, WebhookFacts
from mckconsole.analysis.identity.rules_workload_drift import wi05
from mckconsole.analysis.identity.rules_workload_injection import wi01, wi02
from mckconsole.domain.findings import ObjectRef, Severity
from tests.unit.analysis.identity.accounts import AWS, AZURE, CLIENT, ROLE, TENANT, WRITTEN, account
from tests.unit.analysis.identity.workloads import (
    AFTER,
    AGENT_VOLUME,
    AKS,
    AZURE_VOLUME,
    BEFORE,
    EKS,
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
    unknowns,
)

OTHER = "arn:aws:iam::111122223333:role/other"
USE = {"azure.workload.identity/use": "true"}
HOOK_REF = ObjectRef(
    "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "", "pod-identity-webhook"
)
HOOK = WebhookFacts(Mechanism.IRSA, HOOK_REF, 0, "Ignore", ("eks", "pod-identity-webhook"), 2, "")


def test_bound_pods_are_silent() -> None:
    assert ids(case(pod(irsa(), volumes=[token()]), notes=AWS)) == set()


def test_pods_that_are_older_than_the_annotation() -> None:
    one = case(pod(container(), created=BEFORE), notes=AWS, made_by=controller())
    (found,) = judged(one, wi01)
    assert found.severity is Severity.HIGH
    assert found.object == ObjectRef("apps/v1", "Deployment", "prod", "shop")
    assert "by helm no later than " + WRITTEN in found.detail
    assert {
        ("spec.containers[name=app].env[name=AWS_ROLE_ARN]", "(not set)"),
        ("metadata.creationTimestamp", BEFORE),
        ("metadata.annotations['eks.amazonaws.com/role-arn']", ROLE),
        ("metadata.managedFields", f"by helm, no later than {WRITTEN}"),
    } <= shown(found)
    assert found.remediation == (
        "kubectl --context ctx-west -n prod rollout restart deployment/shop"
    )
    assert judged(one, wi02) == []


def test_thirty_pods_make_one_finding() -> None:
    pods = [pod(container(), created=BEFORE, name=f"shop-{n}") for n in range(30)]
    (found,) = judged(case(*pods, notes=AWS), wi01)
    assert "30 pods" in found.detail


def test_pods_that_are_finished_or_going_prove_nothing() -> None:
    done = pod(container(), created=BEFORE, phase="Succeeded")
    going = pod(container(), created=BEFORE, name="shop-2", deleted=AFTER)
    for one in (done, going):
        assert {"WI01", "WI02"} & ids(case(one, notes=AWS)) == set()


def test_old_and_new_pods_are_told_apart() -> None:
    one = case(
        pod(container(), created=BEFORE, name="shop-1"),
        pod(container(), created=AFTER, name="shop-2"),
        notes=AWS,
    )
    (old,), (new,) = judged(one, wi01), judged(one, wi02)
    assert "1 of 2 pods" in old.detail
    assert "1 of 2 pods" in new.detail


def test_newer_pods_name_the_webhook() -> None:
    facts = replace(EKS, webhooks=(HOOK,))
    (found,) = judged(case(pod(container()), notes=AWS, facts=facts), wi02)
    assert found.severity is Severity.HIGH
    assert ("webhooks[0].failurePolicy", "Ignore") in shown(found)
    assert any(one.object == HOOK_REF for one in found.evidence)
    assert "get endpointslices -l kubernetes.io/service-name=pod-identity-webhook" in (
        found.remediation
    )


@pytest.mark.parametrize(
    ("hook", "created", "words"),
    [
        (HOOK, AFTER, "failurePolicy Ignore"),
        (HOOK, "2026-09-02T09:30:10Z", "before the webhook knew"),
        (None, AFTER, "no webhook of IRSA was found"),
    ],
)
def test_why_newer_pods_got_nothing(hook: WebhookFacts | None, created: str, words: str) -> None:
    facts = replace(EKS, webhooks=(hook,) if hook else ())
    (found,) = judged(case(pod(container(), created=created), notes=AWS, facts=facts), wi02)
    assert words in found.detail


def test_a_webhook_without_endpoints_is_named() -> None:
    down = WebhookFacts(Mechanism.IRSA, HOOK_REF, 0, "Ignore", ("eks", "hook"), 0, "")
    (found,) = judged(case(pod(container()), notes=AWS, facts=replace(EKS, webhooks=(down,))), wi02)
    assert "no ready endpoint" in found.detail


def test_webhooks_that_could_not_be_read_are_not_missing() -> None:
    facts = replace(EKS, unread={"mutatingwebhooks": "forbidden"})
    (found,) = judged(case(pod(container()), notes=AWS, facts=facts), wi02)
    assert "forbidden" in found.detail
    assert "install" not in found.remediation


def test_a_pod_that_opts_out_is_a_low_finding() -> None:
    out = pod(container(), labels={"eks.amazonaws.com/skip-pod-identity-webhook": ""})
    (found,) = judged(case(out, notes=AWS), wi02)
    assert found.severity is Severity.LOW


def test_one_manifest_for_several_clouds_is_low_abroad() -> None:
    (found,) = judged(case(pod(container()), notes=AWS, facts=AKS), wi02)
    assert found.severity is Severity.LOW


def test_half_a_pair_and_pod_identity_are_no_missing_webhook() -> None:
    half = case(pod(container(variables=env({"AWS_ROLE_ARN": ROLE}))), notes=AWS)
    assert judged(half, wi02) == []
    other = case(pod(agent(), volumes=[AGENT_VOLUME]), notes=AWS)
    assert judged(other, wi02) == []


def test_skipped_containers_and_later_sidecars_lack_nothing() -> None:
    proxy = container("istio-proxy")
    bound = case(pod(irsa(), proxy, volumes=[token()]), notes=AWS, made_by=controller())
    assert ids(bound) == set()
    skip = pod(
        irsa(), container("log"), volumes=[token()],
        notes={"eks.amazonaws.com/skip-containers": "log"},
    )  # fmt: skip
    both = controller(containers=("app", "log"))
    assert ids(case(skip, notes=AWS, made_by=both)) == set()
    (found,) = judged(
        case(pod(irsa(), container("log"), volumes=[token()]), notes=AWS, made_by=both), wi02
    )
    assert found.subject == "aws: log"


def test_azure_pods_lack_the_client_id_of_a_later_annotation() -> None:
    before = pod(azure(), volumes=[AZURE_VOLUME], created=BEFORE, labels=USE)
    (found,) = judged(case(before, notes=AZURE, facts=AKS), wi01)
    assert ("spec.containers[name=app].env[name=AZURE_CLIENT_ID]", "(not set)") in shown(found)
    unlabelled = pod(container(), created=BEFORE)
    assert judged(case(unlabelled, notes=AZURE, facts=AKS), wi01) == []


@pytest.mark.parametrize("rule", [wi01, wi02])
def test_whether_aks_leaves_kube_system_out_may_be_unknown(rule: WorkloadRule) -> None:
    made = BEFORE if rule is wi01 else AFTER
    bare = pod(container(), created=made, labels=USE, namespace="kube-system")
    hooks = (WebhookFacts(Mechanism.AZURE, HOOK_REF, 0, "Fail", None, None, ""),)
    blind = replace(
        AKS, provider="", cloud=None, webhooks=hooks, unread={"nodes": "nodes: forbidden"}
    )
    one = case(bare, notes=AZURE, facts=blind)
    assert judged(one, rule) == []
    assert [(each.rule, each.reason) for each in one.unknowns] == [
        (rule.__name__.upper(), "whether AKS leaves kube-system out is not known: nodes: forbidden")
    ]
    healthy = pod(azure(AZURE_CLIENT_ID=CLIENT), volumes=[AZURE_VOLUME], created=made, labels=USE,
                  namespace="kube-system")  # fmt: skip
    well = case(healthy, notes=AZURE, facts=blind)
    assert (judged(well, rule), well.unknowns) == ([], set())
    elsewhere = case(pod(container(), created=made, labels=USE), notes=AZURE, facts=blind)
    assert [found.rule for found in judged(elsewhere, rule)] == [rule.__name__.upper()]
    known = case(bare, notes=AZURE, facts=replace(blind, provider="kubeadm"))
    assert [found.rule for found in judged(known, rule)] == [rule.__name__.upper()]


def test_absence_in_pods_that_are_not_current_is_unknown() -> None:
    facts = replace(EKS, unread={"pods": "stale for 5 m"})
    one = case(pod(container()), notes=AWS, facts=facts)
    assert judged(one, wi02) == []
    assert unknowns(one)["WI02"] == "stale for 5 m"


def test_accounts_that_could_not_be_read_are_unknown() -> None:
    facts = replace(EKS, unread={"serviceaccounts": "forbidden"})
    one = case(pod(container()), facts=facts, unknown="service accounts: forbidden")
    assert judged(one) == []
    assert {"WI01", "WI02"} <= unknowns(one).keys()


def test_another_role_in_the_template() -> None:
    hand = container(variables=env({"AWS_ROLE_ARN": OTHER,
                                    "AWS_WEB_IDENTITY_TOKEN_FILE": "/t/token"}),
                     mounts={"aws-iam-token": "/t"})  # fmt: skip
    one = case(pod(hand, volumes=[token()]), notes=AWS, made_by=controller(wrote=["AWS_ROLE_ARN"]))
    (found,) = judged(one, wi05)
    assert ("spec.containers[name=app].env[name=AWS_ROLE_ARN].value", OTHER) in shown(found)
    assert ("metadata.managedFields", f"AWS_ROLE_ARN by helm, no later than {AFTER}") in (
        shown(found)
    )
    assert (
        "set env deployment/shop -c app AWS_ROLE_ARN- AWS_WEB_IDENTITY_TOKEN_FILE-"
        in found.remediation
    )
    assert "helm" in found.remediation
    assert "other" in found.title
    assert "shop" in found.title


def test_an_older_pod_with_the_last_role_is_restarted_only() -> None:
    old = container(variables=env({"AWS_ROLE_ARN": OTHER, "AWS_WEB_IDENTITY_TOKEN_FILE": "/t/t"}))
    (found,) = judged(case(pod(old, created=BEFORE), notes=AWS, made_by=controller()), wi05)
    assert "older" in found.detail
    assert "set env" not in found.remediation


def test_a_bare_role_name_is_completed_by_some_webhooks() -> None:
    assert judged(case(pod(irsa(), volumes=[token()]),
                       notes={"eks.amazonaws.com/role-arn": "shop"}), wi05) == []  # fmt: skip


def test_another_azure_client_is_drift_and_another_case_is_not() -> None:
    same = pod(azure(AZURE_CLIENT_ID=CLIENT.upper()), volumes=[AZURE_VOLUME], labels=USE)
    assert ids(case(same, notes=AZURE, facts=AKS)) == set()
    other = pod(azure(AZURE_CLIENT_ID=TENANT), volumes=[AZURE_VOLUME], labels=USE)
    assert "WI05" in ids(case(other, notes=AZURE, facts=AKS))


def test_a_tenant_counts_only_against_the_accounts_own() -> None:
    mine = pod(azure(AZURE_CLIENT_ID=CLIENT), volumes=[AZURE_VOLUME], labels=USE)
    by_default = replace(AKS, tenant="11111111-2222-3333-4444-555555555555")
    assert judged(case(mine, notes=AZURE, facts=by_default), wi05) == []
    own = account("shop", {**AZURE, "azure.workload.identity/tenant-id": CLIENT.replace("3", "4")})
    assert [f.rule for f in judged(case(mine, sa=own, facts=AKS), wi05)] == ["WI05"]
