"""What service accounts declare: annotations, kOps' ConfigMap, associations."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.analysis.identity.declared import declare, doubt, read_irsa
from mckconsole.analysis.identity.model import Cloud, ClusterFacts, Declaration, Mechanism
from mckconsole.domain.decode import ProjectionDecoder
from mckconsole.domain.identity import IrsaConfig, PodIdentityAssociation, ServiceAccount
from tests.unit.analysis.build import Doc
from tests.unit.analysis.identity.podyaml import (
    ARN,
    CLIENT,
    CLIENT_ID,
    EARLY,
    GSA,
    LATE,
    MAIL,
    NOON,
    OTHER,
    PROVIDER,
    ROLE_ARN,
    TENANT,
    World,
    account,
    association,
)

TENANT_ID = "azure.workload.identity/tenant-id"
FACTS = ClusterFacts("east")


def _account(annotations: dict[str, str] | None = None) -> ServiceAccount:
    raw = json.dumps(account(annotations)).encode()
    return ProjectionDecoder(ServiceAccount).decode(raw).object


def _declared(annotations: dict[str, str], facts: ClusterFacts = FACTS) -> tuple[Declaration, ...]:
    return declare(facts, _account(annotations))


def _config(entries: object, name: str = "pod-identity-webhook") -> Doc:
    text = entries if isinstance(entries, str) else json.dumps(entries)
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "kube-system", "creationTimestamp": NOON},
        "data": {"config": text},
    }


def test_nothing_is_declared() -> None:
    assert _declared({}) == ()
    assert _declared({"azure.workload.identity/tenant-id": TENANT}) == ()


@pytest.mark.parametrize(
    ("annotations", "mechanism", "text"),
    [
        ({ROLE_ARN: ARN}, Mechanism.IRSA, ARN),
        ({GSA: MAIL}, Mechanism.GKE, MAIL),
        ({CLIENT_ID: CLIENT, TENANT_ID: TENANT}, Mechanism.AZURE, CLIENT),
        (
            {
                "cloud.google.com/workload-identity-provider": PROVIDER,
                "cloud.google.com/service-account-email": MAIL,
            },
            Mechanism.GCP_FEDERATION,
            MAIL,
        ),
    ],
)
def test_annotation(annotations: dict[str, str], mechanism: Mechanism, text: str) -> None:
    (one,) = _declared(annotations)
    assert (one.mechanism, one.text, one.problem) == (mechanism, text, "")
    assert one.identity is not None
    assert one.identity.text == text
    key = next(key for key, value in annotations.items() if value == text)
    assert one.trace.path == f"metadata.annotations['{key}']"
    assert str(one.trace.object) == "ServiceAccount shop/checkout"
    assert (one.written_by, one.written_at, one.since) == ("kubectl-annotate", NOON, NOON)


def test_without_managed_fields_the_creation_counts() -> None:
    doc = account({ROLE_ARN: ARN})
    del doc["metadata"]["managedFields"]  # type: ignore[attr-defined]
    made = ProjectionDecoder(ServiceAccount).decode(json.dumps(doc).encode()).object
    (one,) = declare(FACTS, made)
    assert (one.written_by, one.written_at, one.since) == ("", "", EARLY)


@pytest.mark.parametrize(
    ("annotations", "cloud"),
    [
        ({ROLE_ARN: "arn:aws:iam:1:role/x"}, Cloud.AWS),
        ({ROLE_ARN: f"{ARN} "}, Cloud.AWS),
        ({GSA: "checkout@shop.iam.googleapis.com"}, Cloud.GCP),
        ({CLIENT_ID: "x", TENANT_ID: TENANT}, Cloud.AZURE),
        ({CLIENT_ID: CLIENT, TENANT_ID: "contoso"}, Cloud.AZURE),
        ({"cloud.google.com/service-account-email": MAIL}, Cloud.GCP),
        ({"cloud.google.com/workload-identity-provider": "pool"}, Cloud.GCP),
    ],
)
def test_malformed(annotations: dict[str, str], cloud: Cloud) -> None:
    (one,) = _declared(annotations)
    assert (one.cloud, one.identity) == (cloud, None)
    assert one.text == next(iter(annotations.values()))
    assert one.problem


def test_the_default_tenant_is_the_webhooks() -> None:
    facts = ClusterFacts("east", tenant=TENANT)
    (one,) = _declared({CLIENT_ID: CLIENT}, facts)
    assert one.identity is not None
    assert one.identity.realm == TENANT


def test_two_clouds() -> None:
    found = _declared({ROLE_ARN: ARN, CLIENT_ID: CLIENT, GSA: MAIL})
    assert {one.cloud for one in found} == {Cloud.AWS, Cloud.AZURE, Cloud.GCP}


def _irsa(*docs: Doc) -> tuple[Declaration, ...]:
    return World([account(), *docs]).account().declarations


def test_kops_config_map() -> None:
    (one,) = _irsa(_config({"shop/checkout": {"RoleARN": ARN, "Audience": "x"}}))
    assert (one.mechanism, one.text, one.since) == (Mechanism.IRSA, ARN, NOON)
    assert (str(one.trace.object), one.trace.path) == (
        "ConfigMap kube-system/pod-identity-webhook",
        "data.config",
    )
    assert _irsa(_config({"*/checkout": {"RoleARN": ARN}}))[0].text == ARN
    assert _irsa(_config({"other/checkout": {"RoleARN": ARN}})) == ()


def test_an_annotation_wins_over_the_config_map() -> None:
    docs = [account({ROLE_ARN: OTHER}), _config({"shop/checkout": {"RoleARN": ARN}})]
    (one,) = World(docs).account().declarations
    assert one.text == OTHER


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', '{"shop/checkout": {"RoleARN": 5}}'])
def test_odd_config_map(text: str) -> None:
    assert _irsa(_config(text)) == ()


@pytest.mark.parametrize("upbound", [False, True])
def testassociation(upbound: bool) -> None:
    context = "arn:aws:eks:eu-west-1:111122223333:cluster/shop"
    facts = ClusterFacts("east", context, eks_names=frozenset({"shop"}))
    world = World([account(), association(upbound=upbound)])
    found = world.snapshot()
    topic = "upbound-associations" if upbound else "podidentityassociations"
    (one,) = declare(facts, _account(), tuple(found.topic(topic).objects.values()))  # type: ignore[arg-type]
    assert (one.mechanism, one.text, one.since) == (Mechanism.POD_IDENTITY, ARN, LATE)
    assert one.trace.path == ("spec.forProvider.roleArn" if upbound else "spec.roleARN")


def test_an_association_wins_over_an_annotation() -> None:
    docs = [account({ROLE_ARN: OTHER}), association("east")]
    found = World(docs).account().declarations
    assert [one.mechanism for one in found] == [Mechanism.POD_IDENTITY, Mechanism.IRSA]


@pytest.mark.parametrize(
    ("eks_names", "cluster", "declared", "doubtful"),
    [
        ({"shop"}, "shop", True, False),
        ({"shop"}, "other", False, False),
        (set(), "east", True, False),
        (set(), "ctx-east", True, False),
        (set(), "shop", False, True),
        ({"shop"}, "", False, True),
    ],
)
def test_for_which_cluster(
    eks_names: set[str], cluster: str, declared: bool, doubtful: bool
) -> None:
    facts = ClusterFacts("east", "ctx-east", eks_names=frozenset(eks_names))
    raw = json.dumps(association(cluster)).encode()
    one = ProjectionDecoder(PodIdentityAssociation).decode(raw).object
    assert bool(declare(facts, _account(), (one,))) is declared
    assert bool(doubt(facts, (one,))) is doubtful


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            [
                ROLE_ARN,
                GSA,
                CLIENT_ID,
                TENANT_ID,
                "cloud.google.com/workload-identity-provider",
                "cloud.google.com/service-account-email",
            ]
        ),
        st.text(max_size=60),
    ),
    st.text(max_size=60),
)
def test_whatever_is_written(annotations: dict[str, str], config: str) -> None:
    made = _account(annotations)
    raw = json.dumps(_config(config)).encode()
    irsa = read_irsa([ProjectionDecoder(IrsaConfig).decode(raw).object])
    for one in declare(FACTS, made, (), irsa):
        assert one.identity is not None or one.problem
