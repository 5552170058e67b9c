"""Pods as add-ons and charts of real clusters make them: what rules and states say of these."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from mckconsole.analysis.identity.case import Case
from mckconsole.analysis.identity.model import BindingState, Cloud, Workload
from mckconsole.analysis.identity.rules_workload_drift import wi05
from mckconsole.analysis.identity.rules_workload_injection import wi01, wi02
from mckconsole.analysis.identity.rules_workload_static import wi07
from mckconsole.domain.findings import Severity
from mckconsole.domain.identity import ServiceAccount
from tests.unit.analysis.build import Doc
from tests.unit.analysis.identity import podyaml
from tests.unit.analysis.identity.accounts import AWS, CREATED, ROLE, decoded
from tests.unit.analysis.identity.workloads import (
    AFTER,
    BEFORE,
    EKS,
    GKE_FACTS,
    case,
    container,
    env,
    ids,
    irsa,
    judged,
    pod,
    token,
    unknowns,
)

OPTIONAL = [
    {
        "name": name,
        "valueFrom": {"secretKeyRef": {"name": "aws-secret", "key": key, "optional": True}},
    }
    for name, key in (("AWS_ACCESS_KEY_ID", "key_id"), ("AWS_SECRET_ACCESS_KEY", "access_key"))
]
"""As in the controller of EBS' CSI driver, in every cluster of EKS."""


def test_keys_of_a_secret_that_may_not_be_there_win_over_nothing() -> None:
    one = case(pod(irsa("ebs-plugin", OPTIONAL), volumes=[token()]), notes=AWS)
    assert one.bindings[0].state is BindingState.BOUND
    assert judged(one, wi07) == []
    assert "optional" in unknowns(one)["WI07"]


def test_keys_of_a_secret_that_may_not_be_there_are_not_known() -> None:
    (binding,) = case(pod(container("ebs-plugin", OPTIONAL))).bindings
    assert binding.state is BindingState.UNKNOWN
    assert "if Secret aws-secret is there" in binding.reason


def test_the_other_half_of_a_key_may_come_from_a_whole_secret() -> None:
    own = container(
        variables=env({"AWS_ACCESS_KEY_ID": "x"}), envFrom=[{"secretRef": {"name": "s"}}]
    )
    assert case(pod(own)).bindings[0].state is BindingState.STATIC_KEY


@pytest.mark.parametrize("created", [BEFORE, AFTER])
def test_a_manifest_for_several_clouds(created: str) -> None:
    """Pods on machines of another cloud never get the role, whenever they were made."""
    one = case(pod(container(), created=created), notes=AWS, facts=GKE_FACTS)
    assert judged(one, wi01) == []
    (found,) = judged(one, wi02)
    assert found.severity is Severity.LOW
    assert "no webhook of IRSA was found here" in found.detail
    binding = one.binding(Cloud.AWS)
    assert binding is not None
    assert binding.state is BindingState.DRIFT
    assert "made after" not in binding.reason


def _undated() -> ServiceAccount:
    meta = {"name": "shop", "namespace": "prod", "creationTimestamp": CREATED, "annotations": AWS}
    return decoded(ServiceAccount, {"metadata": meta})


def test_without_managed_fields_nobody_says_which_was_first() -> None:
    one = case(pod(container()), sa=_undated())
    assert one.bindings[0].state is BindingState.PENDING_RESTART
    assert "when it was declared is not told" in one.bindings[0].reason
    (found,) = judged(one, wi02)
    assert "after that" not in found.detail
    assert case(pod(irsa(), volumes=[token()]), sa=_undated()).bindings[0].state is (
        BindingState.BOUND
    )


def test_a_role_of_kops_config_map_has_no_date() -> None:
    data = {"config": '{"shop/checkout": {"RoleARN": "arn:aws:iam::111122223333:role/a"}}'}
    config: Doc = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": "pod-identity-webhook",
            "namespace": "kube-system",
            "creationTimestamp": podyaml.EARLY,
        },
        "data": data,
    }
    docs: list[Doc] = [
        podyaml.account(),
        config,
        podyaml.pod(),
        podyaml.EKS_NODE,
        podyaml.IRSA_WEBHOOK,
    ]
    found = podyaml.World(docs).bindings()[Cloud.AWS]
    assert (found.state, found.mechanism.value) == (BindingState.PENDING_RESTART, "IRSA")
    assert "is not told" in found.reason


def test_a_role_of_an_association_that_pods_are_too_old_for() -> None:
    """They are the role of the annotation until then, not nobody."""
    later = podyaml.association("east", podyaml.OTHER)
    docs = [podyaml.account({podyaml.ROLE_ARN: podyaml.ARN}), later]
    world = podyaml.World([*docs, podyaml.irsa_pod(created=podyaml.NOON), podyaml.IRSA_WEBHOOK])
    held = world.account()
    one = replace(case(pod(irsa(), volumes=[token()]), notes=AWS), account=held,
                  workload=world.workload())  # fmt: skip
    assert judged(one, wi01) == []
    (found,) = judged(one, wi05)
    assert "the pods are older than what is declared" in found.detail


def test_roles_of_one_name_are_told_apart() -> None:
    other = ROLE.replace("111122223333", "444455556666")
    (found,) = judged(case(pod(irsa(), volumes=[token()]), notes={**AWS, next(iter(AWS)): other}))
    assert found.rule == "WI05"
    assert ROLE in found.title
    assert other in found.title


def replace_kind(one: Case, kind: str) -> Workload:
    """Its workload, as if something else made it."""
    return structs.replace(one.workload, key=one.workload.key._replace(kind=kind))


def test_a_pod_of_nobody_must_be_made_again_by_hand() -> None:
    one = case(pod(container(), created=BEFORE), notes=AWS)
    alone = replace(one, workload=replace_kind(one, "Pod"))
    assert alone.restart().endswith("delete pod shop-1, then create it again: nothing else does")
    assert replace(one, workload=replace_kind(one, "CronJob")).restart() == "its next pod gets it"
    assert ids(replace(one, facts=EKS)) == {"WI01"}
