"""WI10, WI11, WI12, WI16, WI17: the label of Azure Workload Identity, and its proxy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.identity.rules_workload_azure import wi10, wi11, wi12, wi16, wi17
from mckconsole.domain.findings import Severity
from tests.unit.analysis.identity.accounts import AZURE, CLIENT
from tests.unit.analysis.identity.workloads import (
    AKS,
    AZURE_VOLUME,
    azure,
    case,
    container,
    controller,
    ids,
    judged,
    pod,
    shown,
    unknowns,
)

KEY = "azure.workload.identity/use"
USE = {KEY: "true"}
PATH = f"metadata.labels['{KEY}']"


def test_labelled_and_annotated_is_silent() -> None:
    good = pod(azure(AZURE_CLIENT_ID=CLIENT), volumes=[AZURE_VOLUME], labels=USE)
    assert ids(case(good, notes=AZURE, facts=AKS, made_by=controller(labels=USE))) == set()


def test_declared_and_not_labelled() -> None:
    one = case(pod(container()), notes=AZURE, facts=AKS, made_by=controller())
    (found,) = judged(one, wi10)
    assert found.severity is Severity.HIGH
    assert (PATH, "(not set)") in shown(found)
    assert (f"spec.template.{PATH}", "(not set)") in shown(found)
    assert f'"{KEY}": "true"' in found.remediation
    assert "patch deployment/shop" in found.remediation
    assert {"WI01", "WI02", "WI12"} & ids(one) == set()


def test_a_cronjob_without_pods_is_judged_by_its_template() -> None:
    one = case(notes=AZURE, facts=AKS, made_by=controller("CronJob"))
    (found,) = judged(one, wi10)
    assert (f"spec.jobTemplate.spec.template.{PATH}", "(not set)") in shown(found)
    assert '{"spec": {"jobTemplate": {"spec": {"template"' in found.remediation
    labelled = controller("CronJob", labels=USE)
    assert judged(case(notes=AZURE, facts=AKS, made_by=labelled), wi10) == []


def test_a_policy_may_label_pods_that_the_template_does_not() -> None:
    good = pod(azure(AZURE_CLIENT_ID=CLIENT), volumes=[AZURE_VOLUME], labels=USE)
    assert judged(case(good, notes=AZURE, facts=AKS, made_by=controller()), wi10) == []


def test_older_pods_of_a_labelled_template_are_restarted() -> None:
    one = case(pod(container()), notes=AZURE, facts=AKS, made_by=controller(labels=USE))
    (found,) = judged(one, wi10)
    assert "rollout restart" in found.remediation


def test_the_identity_by_hand_needs_no_label() -> None:
    hand = pod(azure(AZURE_CLIENT_ID=CLIENT), volumes=[AZURE_VOLUME])
    assert judged(case(hand, notes=AZURE, facts=AKS), wi10) == []


def test_labels_of_pods_that_are_not_current_are_unknown() -> None:
    facts = replace(AKS, unread={"pods": "stale"})
    one = case(pod(container()), notes=AZURE, facts=facts)
    assert judged(one, wi10) == []
    assert unknowns(one)["WI10"] == "stale"


def test_labelled_without_a_client_id() -> None:
    bare = pod(azure(), volumes=[AZURE_VOLUME], labels=USE)
    (found,) = judged(case(bare, facts=AKS), wi11)
    assert found.severity is Severity.MEDIUM
    assert ("metadata.annotations['azure.workload.identity/client-id']", "(not set)") in (
        shown(found)
    )
    given = pod(azure(AZURE_CLIENT_ID=CLIENT), volumes=[AZURE_VOLUME], labels=USE)
    assert judged(case(given, facts=AKS), wi11) == []
    assert judged(case(bare, notes=AZURE, facts=AKS), wi11) == []


def test_a_client_id_that_may_be_somewhere_is_unknown() -> None:
    more = azure()
    more["envFrom"] = [{"secretRef": {"name": "settings"}}]
    whole = case(pod(more, volumes=[AZURE_VOLUME], labels=USE), facts=AKS)
    gone = case(pod(azure(), volumes=[AZURE_VOLUME], labels=USE), facts=AKS, unknown="forbidden")
    for one in (whole, gone):
        assert judged(one, wi11) == []
        assert "WI11" in unknowns(one)


@pytest.mark.parametrize("value", ["True", "yes", "1", "enabled", "TRUE"])
def test_a_value_that_is_not_exactly_true(value: str) -> None:
    wrong = {KEY: value}
    one = case(pod(container(), labels=wrong), notes=AZURE, facts=AKS,
               made_by=controller(labels=wrong, wrote=[KEY]))  # fmt: skip
    (found,) = judged(one, wi12)
    assert found.severity is Severity.HIGH
    assert (f"spec.template.{PATH}", value) in shown(found)
    assert (PATH, value) in shown(found)
    assert f"{KEY} by helm" in str(found.evidence)
    assert judged(one, wi10) == []


def test_a_label_on_the_deployment_alone() -> None:
    one = case(pod(container()), notes=AZURE, facts=AKS, made_by=controller(own=USE))
    (found,) = judged(one, wi12)
    assert (PATH, "true") in shown(found)
    assert found.evidence[0].object is not None
    assert found.evidence[0].object.kind == "Deployment"
    assert "on the Deployment" in found.title


def test_a_label_as_annotation() -> None:
    (found,) = judged(case(pod(container(), notes=USE), facts=AKS), wi12)
    assert (f"metadata.annotations['{KEY}']", "true") in shown(found)


@pytest.mark.parametrize("value", ["false", "False", "no", ""])
def test_switched_off_is_meant(value: str) -> None:
    off = {KEY: value}
    one = case(pod(container(), labels=off), facts=AKS, made_by=controller(labels=off, own=off))
    assert judged(one, wi12) == []


def test_a_copy_on_the_deployment_is_silent_where_pods_have_it() -> None:
    good = pod(azure(AZURE_CLIENT_ID=CLIENT), volumes=[AZURE_VOLUME], labels=USE)
    for made_by in (controller(labels=USE, own=USE), controller(own=USE)):
        assert judged(case(good, notes=AZURE, facts=AKS, made_by=made_by), wi12) == []


def test_kube_system_of_aks_gets_nothing() -> None:
    bare = pod(container(), namespace="kube-system", labels=USE)
    one = case(bare, notes=AZURE, facts=AKS)
    (found,) = judged(one, wi16)
    assert "admissions.enforcer/disabled=true" in found.remediation
    assert {"WI02", "WI01"} & ids(one) == set()
    having = pod(azure(AZURE_CLIENT_ID=CLIENT), volumes=[AZURE_VOLUME], namespace="kube-system",
                 labels=USE)  # fmt: skip
    assert judged(case(having, notes=AZURE, facts=AKS), wi16) == []
    assert judged(case(bare, notes=AZURE, facts=replace(AKS, provider="kind")), wi16) == []


@pytest.mark.parametrize("value", ["true", "false", ""])
def test_the_proxy_is_there_by_the_annotations_presence(value: str) -> None:
    notes = {"azure.workload.identity/inject-proxy-sidecar": value}
    proxied = pod(azure(AZURE_CLIENT_ID=CLIENT), container("azwi-proxy", image="proxy:1"),
                  volumes=[AZURE_VOLUME], labels=USE, notes=notes)  # fmt: skip
    (found,) = judged(case(proxied, notes=AZURE, facts=AKS), wi17)
    assert ("spec.containers[name=azwi-proxy].image", "proxy:1") in shown(found)
    assert ("presence" in found.detail) == (value != "true")
