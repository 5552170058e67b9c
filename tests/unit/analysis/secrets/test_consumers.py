"""Which workloads use what a credential lies in, and the identity that could replace it."""

from __future__ import annotations

import pytest

from mckconsole.analysis.secrets.consumers import RENEW_SECONDS, ClusterUses
from tests.unit.analysis.build import NOW, Doc
from tests.unit.analysis.secrets.seen import analysed, cluster, only, sighting

DB = ("secrets", "shop", "db")
ROLE = "arn:aws:iam::000000000000:role/shop"


def deployment(name: str = "app") -> Doc:
    return {"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": name, "namespace": "shop"}}  # fmt: skip


def pod(name: str, *, spec: Doc, account: str = "app") -> Doc:
    owner = {"kind": "ReplicaSet", "name": "app-1", "controller": True}
    meta = {"name": name, "namespace": "shop", "ownerReferences": [owner],
            "labels": {"pod-template-hash": "1"}}  # fmt: skip
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta,
            "spec": {"serviceAccountName": account, **spec}}  # fmt: skip


def env() -> Doc:
    ref = {"secretKeyRef": {"name": "db", "key": "KEY"}}
    return {"containers": [{"name": "c", "env": [{"name": "AWS_ACCESS_KEY_ID", "valueFrom": ref}]}]}


def test_every_way_to_use_a_secret_is_told_once_for_a_workload() -> None:
    spec = {
        **env(),
        "initContainers": [{"name": "i", "envFrom": [{"secretRef": {"name": "db"}}]}],
        "volumes": [
            {"name": "keys", "secret": {"secretName": "db"}},
            {"name": "all", "projected": {"sources": [{"secret": {"name": "db"}}]}},
            {"name": "not", "configMap": {"name": "db"}},
        ],
    }
    docs = (deployment(), pod("a", spec=spec), pod("b", spec=spec))
    found = only(analysed(cluster("aws", *docs, seen={DB: [sighting()]})))
    assert {(one.kind, one.name, one.how) for one in found.consumers} == {
        ("Deployment", "app", "env AWS_ACCESS_KEY_ID in container c"),
        ("Deployment", "app", "all variables in container i"),
        ("Deployment", "app", "volume keys"),
        ("Deployment", "app", "volume all"),
    }
    assert "Used by deployment shop/app." in found.finding.detail


REGISTRY = ("secrets", "shop", "registry")
SETTINGS = ("configmaps", "shop", "settings")


def test_what_pulls_images_with_a_secret_uses_it() -> None:
    spec: Doc = {"containers": [{"name": "c"}], "imagePullSecrets": [{"name": "registry"}]}
    other: Doc = {"containers": [{"name": "c"}], "imagePullSecrets": [{"name": "other"}]}
    docs = (deployment(), pod("a", spec=spec), pod("b", spec=other))
    auth = sighting("SEC-DOCKER-AUTH")
    found = only(analysed(cluster("aws", *docs, seen={REGISTRY: [auth]})))
    assert [(one.name, one.how) for one in found.consumers] == [("app", "image pull secret")]


@pytest.mark.parametrize(
    ("spot", "container", "how"),
    [
        (DB, {"env": [{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db",
                                                                          "key": "p"}}}]},
         "env PASSWORD in container c"),
        (SETTINGS, {"env": [{"name": "DSN", "valueFrom": {"configMapKeyRef": {"name": "settings",
                                                                              "key": "d"}}}]},
         "env DSN in container c"),
        (SETTINGS, {"envFrom": [{"configMapRef": {"name": "settings"}}]},
         "all variables in container c"),
    ],
)  # fmt: skip
def test_what_no_cloud_is_named_by_is_used_too(
    spot: tuple[str, str, str], container: Doc, how: str
) -> None:
    spec: Doc = {"containers": [{"name": "c", **container}]}
    found = only(analysed(cluster("aws", deployment(), pod("a", spec=spec),
                                  seen={spot: [sighting("SEC-GITHUB-TOKEN")]})))  # fmt: skip
    assert [(one.name, one.how) for one in found.consumers] == [("app", how)]


def test_a_workload_with_an_identity_is_linked_to_it() -> None:
    notes = {"eks.amazonaws.com/role-arn": ROLE}
    meta = {"name": "app", "namespace": "shop", "annotations": notes}
    account: Doc = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}
    docs = (deployment(), account, pod("a", spec=env()))
    found = only(analysed(cluster("aws", *docs, seen={DB: [sighting()]})))
    (one,) = found.consumers
    assert one.binding == "aws/shop/deployment/app/aws"
    assert one.identity.startswith(ROLE)
    assert f"as {ROLE}" in found.finding.remediation


def test_a_workload_without_one_is_told_how_to_get_it() -> None:
    spec: Doc = {"containers": [{"name": "c", "envFrom": [{"secretRef": {"name": "db"}}]}]}
    docs = (deployment(), pod("a", spec=spec))
    found = only(analysed(cluster("aws", *docs, seen={DB: [sighting()]})))
    assert found.consumers[0].identity == ""
    assert "annotate serviceaccount NAME eks.amazonaws.com/role-arn" in found.finding.remediation


def test_pods_are_looked_at_now_and_then() -> None:
    uses, wanted = ClusterUses(), frozenset({("Secret", "shop", "db")})
    before = cluster("aws", deployment())
    after = cluster("aws", deployment(), pod("a", spec=env()), generation=2)
    assert uses.renew(before, wanted, NOW) == set()
    assert uses.renew(after, wanted, NOW + 1) == set()
    assert uses.renew(after, wanted, NOW + RENEW_SECONDS) == wanted
    assert uses.renew(after, frozenset(), NOW + RENEW_SECONDS + 1) == wanted
