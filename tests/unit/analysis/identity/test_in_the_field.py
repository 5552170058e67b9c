"""Pods as add-ons and charts of real clusters make them: what rules and states say of these."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from mckconsole.analysis.identity.case import Case
from mckconsole.analysis.identity.model import BindingState, Cloud, NodeFacts, Workload
from mckconsole.analysis.identity.rules_workload_azure import wi10
from mckconsole.analysis.identity.rules_workload_drift import wi05
from mckconsole.analysis.identity.rules_workload_injection import wi01, wi02
from mckconsole.analysis.identity.rules_workload_other import wi41
from mckconsole.analysis.identity.rules_workload_skip import wi15, wi43
from mckconsole.analysis.identity.rules_workload_static import wi07
from mckconsole.domain.findings import ObjectRef, Severity
from mckconsole.domain.identity import ServiceAccount
from tests.unit.analysis.build import Doc
from tests.unit.analysis.identity import podyaml
from tests.unit.analysis.identity.accounts import AWS, AZURE, CREATED, ROLE, decoded
from tests.unit.analysis.identity.workloads import (
    AFTER,
    AKS,
    AZURE_VOLUME,
    BEFORE,
    EKS,
    GKE_FACTS,
    azure,
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


CSI = {"name": "vault", "csi": {"driver": "secrets-store.csi.k8s.io"}}
STORE = ObjectRef("external-secrets.io/v1", "SecretStore", "prod", "vault")


def test_a_csi_driver_takes_tokens_of_its_own() -> None:
    """Key Vault by the Secrets Store CSI driver needs the annotation and no label."""
    one = case(pod(container(), volumes=[CSI]), notes=AZURE, facts=AKS)
    (binding,) = one.bindings
    assert binding.state is BindingState.UNKNOWN
    assert "secrets-store.csi.k8s.io takes tokens of shop" in binding.reason
    (found,) = judged(one, wi10)
    assert found.severity is Severity.LOW


def test_an_account_that_a_secret_store_uses() -> None:
    one = case(pod(container()), notes=AZURE, facts=AKS)
    assert [each.severity for each in judged(one, wi10)] == [Severity.HIGH]
    one.account = structs.replace(one.account, users=(STORE,))
    (found,) = judged(one, wi10)
    assert found.severity is Severity.LOW
    assert "SecretStore prod/vault" in found.detail


def test_half_of_the_variables_may_come_from_a_config_map() -> None:
    whole = [{"configMapRef": {"name": "azure"}}]
    one = case(pod(container(variables=env({"AWS_ROLE_ARN": ROLE}), envFrom=whole)))
    assert one.bindings[0].state is BindingState.UNDECLARED
    bare = azure()
    labels = {"azure.workload.identity/use": "true"}
    other = case(pod({**bare, "envFrom": whole}, volumes=[AZURE_VOLUME], labels=labels), facts=AKS)
    assert other.bindings[0].state is BindingState.UNDECLARED
    assert "not set" not in other.bindings[0].reason


def test_a_client_id_may_stand_in_configuration() -> None:
    """As that of cert-manager and of external-secrets does."""
    labels = {"azure.workload.identity/use": "true"}
    (binding,) = case(pod(azure(), volumes=[AZURE_VOLUME], labels=labels), facts=AKS).bindings
    assert binding.state is BindingState.UNDECLARED
    assert "its configuration says" in binding.reason


def test_the_agent_of_spire_is_nobody_in_a_cloud() -> None:
    own = container("spire-agent", mounts={"spire-token": "/var/run/secrets/tokens"})
    one = case(pod(own, volumes=[token("spire-token", "spire-server", "spire-agent", 7200)]))
    assert one.bindings == ()
    assert judged(one) == []


def test_fargate_has_no_node_to_fall_back_to() -> None:
    nodes = {"n1": NodeFacts(virtual=True)}
    used = container(variables=env({"AWS_REGION": "eu-west-1"}))
    assert case(pod(used), facts=replace(EKS, nodes=nodes)).bindings == ()
    assert case(pod(used)).bindings[0].state is BindingState.NODE_FALLBACK


@pytest.mark.parametrize("home", [Cloud.AWS, Cloud.GCP])
def test_a_file_for_every_cloud_is_one_of_the_nodes(home: Cloud) -> None:
    """Velero names the same file for all of them."""
    names = ("AWS_SHARED_CREDENTIALS_FILE", "GOOGLE_APPLICATION_CREDENTIALS")
    own = container(
        variables=env(dict.fromkeys(names, "/credentials/cloud")), mounts={"c": "/credentials"}
    )
    secret = {"name": "c", "secret": {"secretName": "cloud-credentials"}}
    facts = replace(EKS, cloud=home)
    found = case(pod(own, volumes=[secret]), facts=facts).bindings
    assert [(one.cloud, one.state) for one in found] == [(home, BindingState.STATIC_KEY)]


def test_the_default_account_is_not_told_to_be_somebody() -> None:
    marked = pod(container(), runs_as="default", notes={"iam.amazonaws.com/role": "shop"})
    (found,) = judged(case(marked), wi41)
    assert "annotate serviceaccount NAME eks.amazonaws.com/role-arn=ROLE_ARN" in found.remediation
    assert "serviceaccount default" not in found.remediation


def test_a_config_map_that_is_not_read_may_declare_a_role() -> None:
    one = pod(irsa(), volumes=[token()])
    unread = {"irsa-config": "forbidden"}
    elsewhere = replace(EKS, provider="", unread=unread)
    (binding,) = case(one, facts=elsewhere).bindings
    assert binding.state is BindingState.UNKNOWN
    assert "forbidden" in binding.reason
    assert case(one, facts=replace(EKS, unread=unread)).bindings[0].state is BindingState.UNDECLARED


def test_whose_kube_system_it_is_may_not_be_known() -> None:
    labels = {"azure.workload.identity/use": "true"}
    bare = pod(container(), labels=labels, namespace="kube-system")
    unread = {"nodes": "forbidden"}
    one = case(bare, notes=AZURE, facts=replace(AKS, provider="", cloud=None, unread=unread))
    assert judged(one, wi02) == []
    assert "AKS" in unknowns(one)["WI02"]


def test_pods_that_a_rollout_deletes_count_no_more() -> None:
    gone = pod(container(), name="shop-0", created=BEFORE, deleted=AFTER)
    new = pod(irsa(), volumes=[token()])
    one = case(gone, new, notes=AWS)
    assert [each.state for each in one.bindings] == [BindingState.BOUND]
    assert case(gone, notes=AWS).bindings[0].state is BindingState.PENDING_RESTART


def test_a_space_after_a_comma_is_part_of_a_name_for_aws() -> None:
    notes = {"eks.amazonaws.com/skip-containers": "proxy, app"}
    one = case(pod(irsa(), container("proxy"), volumes=[token()], notes=notes), notes=AWS)
    (found,) = judged(one, wi15)
    assert "spaces between its names" in found.title
    assert '"proxy,app"' in found.remediation
    assert judged(one, wi43) == []
    assert one.bindings[0].state is BindingState.BOUND
