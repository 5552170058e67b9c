"""No remediation takes away what something still needs, or what cannot be changed."""

from __future__ import annotations

import pytest

from mckconsole.analysis.secrets.memory import SecretsMemory
from mckconsole.analysis.secrets.model import AuditPolicy
from mckconsole.analysis.secrets.report import analyse_secrets
from mckconsole.domain.audit import Sighting
from tests.unit.analysis import build
from tests.unit.analysis.build import Doc
from tests.unit.analysis.secrets.seen import (
    Spot,
    analysed,
    cluster,
    identities,
    only,
    sighting,
)

ENV = sighting(path="spec.template.spec.containers[0].env[0].value", key="K")
REMOVE = '[{"op":"remove","path":"/data/'


def replica_set(name: str, replicas: int, owner: str = "app") -> Doc:
    owners = [{"apiVersion": "apps/v1", "kind": "Deployment", "name": owner, "controller": True}]
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "spec": {"replicas": replicas},
            "metadata": {"name": name, "namespace": "shop",
                         "ownerReferences": owners if owner else []}}  # fmt: skip


@pytest.mark.parametrize(
    ("replicas", "owner", "words", "fix"),
    [
        (0, "app", "a former template (ReplicaSet)", "delete replicasets app-1"),
        (2, "app", "the specification of a ReplicaSet", "set env replicaset/app-1 K-"),
        (0, "", "the specification of a ReplicaSet", "set env replicaset/app-1 K-"),
    ],
)
def test_only_a_template_that_runs_no_more_is_deleted(
    replicas: int, owner: str, words: str, fix: str
) -> None:
    made = replica_set("app-1", replicas, owner)
    found = only(analysed(cluster("aws", made, seen={("replicasets", "shop", "app-1"): [ENV]})))
    assert words in found.reason
    assert fix in found.finding.remediation
    assert ("delete" in found.finding.remediation.partition("2.")[2]) is ("former" in words)


def _fix(spot: Spot, seen: Sighting) -> str:
    return only(analysed(cluster("aws", seen={spot: [seen]}))).finding.remediation


def test_a_field_that_may_hold_more_is_edited_first() -> None:
    inside = sighting(path="data['app.yaml'] › YAML aws.key", key="app.yaml")
    for topic, kind in (("secrets", "secret"), ("configmaps", "configmap")):
        text = _fix((topic, "shop", "settings"), inside)
        edit = f"take it out of data['app.yaml'], which may hold more (kubectl --context ctx-aws \
-n shop edit {kind} settings)"
        assert edit in text
        assert f"once nothing uses any of it: kubectl --context ctx-aws -n shop patch {kind}" in (
            text
        )
    whole = sighting("SEC-GCP-SERVICE-ACCOUNT-KEY", path="data['k'] › JSON private_key", key="k")
    coded = sighting(path="data['k'] › base64", key="k")
    for one in (whole, coded):
        text = _fix(("secrets", "shop", "key"), one)
        assert "may hold more" not in text
        assert "once nothing uses it: kubectl --context ctx-aws -n shop patch secret key" in text


@pytest.mark.parametrize(
    ("spot", "seen", "told"),
    [
        (("secrets", "net", "tfstate-default-x"),
         sighting(path="data['tfstate'] › gzip › JSON id", key="tfstate"), "Terraform's state"),
        (("secrets", "submariner-operator", "submariner-broker-secret"),
         sighting("SEC-K8S-SERVICE-ACCOUNT-TOKEN"), "which the mesh needs"),
    ],
)  # fmt: skip
def test_what_others_live_on_stays(spot: Spot, seen: Sighting, told: str) -> None:
    text = _fix(spot, seen)
    assert told in text
    assert REMOVE not in text
    assert "delete secret" not in text


def test_a_broker_token_goes_only_after_its_clusters_joined_anew() -> None:
    token = sighting("SEC-K8S-SERVICE-ACCOUNT-TOKEN", expected=True)
    spots: dict[Spot, list[Sighting]] = {
        ("secrets", "submariner-k8s-broker", "east-token"): [token],
        ("configmaps", "shop", "x"): [sighting("SEC-K8S-SERVICE-ACCOUNT-TOKEN")],
    }
    text = only(analysed(cluster("aws", seen=spots))).finding.remediation
    assert "join these anew first (`subctl join`), then kubectl" in text


def test_a_pod_is_made_anew_and_a_job_when_it_has_ended() -> None:
    env = sighting(path="spec.containers[0].env[0].value", key="K")
    text = _fix(("pods", "shop", "debug"), env)
    assert "make the pod anew" in text
    assert "edit pods" not in text
    assert "once it has ended: kubectl --context ctx-aws -n shop delete jobs m" in _fix(
        ("jobs", "shop", "m"), ENV
    )


def test_a_template_that_stops_running_is_former_from_then_on() -> None:
    memory, told = SecretsMemory(), []
    for number, replicas in enumerate((2, 0, 2), 1):
        made = cluster(
            "aws",
            replica_set("app-1", replicas),
            seen={("replicasets", "shop", "app-1"): [ENV]},
            generation=number,
        )
        fleet = build.fleet(made)
        report, memory = analyse_secrets(fleet, identities(fleet), memory, AuditPolicy())
        told.append("former" in only(report).reason)
    assert told == [False, True, False]
