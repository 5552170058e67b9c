"""Roles for other clusters that go with a cluster."""

from __future__ import annotations

import pytest

from mckconsole.analysis.failover.hub_signs import repository
from mckconsole.analysis.failover.model import HubLoss
from mckconsole.analysis.mesh.links import MeshMember, MeshProvider, MeshReport
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.build import Doc
from tests.unit.analysis.failover.build import (
    cluster_object,
    lose,
    plain_service,
    workload,
)

JOINED = MeshReport(
    members=tuple(
        MeshMember(provider, name, name)
        for provider in (MeshProvider.SUBMARINER, MeshProvider.CILIUM)
        for name in "abc"
    )
)
REMOTE: Doc = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {
        "name": "istio-remote-secret-b",
        "namespace": "istio-system",
        "labels": {"istio/multiCluster": "true"},
        "annotations": {"networking.istio.io/cluster": "b"},
    },
}


def roles(
    here: list[Doc], there: list[Doc] | None = None, lost: str = "a",
    states: dict[str, TopicState] | None = None,
) -> list[HubLoss]:  # fmt: skip
    fleet = build.fleet(
        build.cluster("a", here),
        build.cluster("b", there or [], states=states),
        build.cluster("c"),
    )
    return list(lose(fleet, lost, mesh=JOINED).hubs)


def istiod() -> Doc:
    return workload(
        "istiod",
        namespace="istio-system",
        labels={"app": "istiod"},
        image="docker.io/istio/pilot:1",
    )


BROKER: Doc = {
    "apiVersion": "submariner.io/v1alpha1",
    "kind": "Broker",
    "metadata": {"name": "submariner-broker", "namespace": "submariner-k8s-broker"},
}


@pytest.mark.parametrize(
    ("docs", "role", "members"),
    [
        ([BROKER], "Submariner broker", ("b", "c")),
        ([build.namespace("submariner-k8s-broker", "u")], "Submariner broker", ("b", "c")),
        (
            [cluster_object("cluster.karmada.io/v1alpha1", "Cluster", name) for name in "abx"],
            "Karmada control plane",
            ("b",),
        ),
        (
            [cluster_object("cluster.open-cluster-management.io/v1", "ManagedCluster", "b")],
            "Open Cluster Management hub",
            ("b",),
        ),
        (
            [cluster_object("management.cattle.io/v3", "Cluster", "c-m-1", displayName="c")],
            "Rancher server",
            ("c",),
        ),
        ([build.apiserver()], "Cilium clustermesh-apiserver", ("b", "c")),
        ([istiod(), REMOTE], "Istio primary", ("b",)),
        (
            [workload("thanos", image="quay.io/thanos/thanos:v0.39.2")],
            "central metrics store",
            ("b", "c"),
        ),
        ([workload("loki", image="grafana/loki:3.5")], "central log sink", ("b", "c")),
        ([workload("vault", kind="StatefulSet", image="hashicorp/vault:1.20")], "secret store",
         ("b", "c")),
        ([workload("harbor", image="goharbor/harbor-core@sha256:00")], "image registry",
         ("b", "c")),
        ([workload("ca", image="smallstep/step-ca")], "certificate authority", ("b", "c")),
        (
            [plain_service("s", labels={"acme.cert-manager.io/http01-solver": "true"})],
            "ACME solver",
            (),
        ),
    ],
)  # fmt: skip
def test_a_role_has_evidence_effect_and_members(
    docs: list[Doc], role: str, members: tuple[str, ...]
) -> None:
    (found,) = roles(docs)
    assert (found.cluster, found.role, found.members) == ("a", role, members)
    assert found.evidence
    assert all(one.cluster == "a" and one.object for one in found.evidence)
    assert found.effect
    assert roles(docs, lost="b") == []


def test_strangers_that_a_hub_leads_are_counted() -> None:
    docs = [cluster_object("cluster.karmada.io/v1alpha1", "Cluster", name) for name in "abx"]
    assert "1 of the 3 it leads are not in this fleet" in roles(docs)[0].effect


def test_a_hub_that_leads_only_itself_is_none() -> None:
    docs = [cluster_object("management.cattle.io/v3", "Cluster", "local")]
    assert roles(docs) == []


def test_a_store_that_a_survivor_has_too_is_no_loss_but_both_together_are() -> None:
    loki = workload("loki", image="grafana/loki:3.5")
    assert roles([loki], [loki]) == []
    assert [one.cluster for one in roles([loki], [loki], lost="ab")] == ["a", "b"]


def test_a_survivor_that_cannot_be_read_may_have_one_too() -> None:
    docs = [workload("loki", image="grafana/loki:3.5")]
    (found,) = roles(docs, states={"deployments": TopicState.FORBIDDEN})
    assert found.members == ("c",)
    assert "Whether b has one too could not be read" in found.effect


def test_primaries_lead_only_those_without_an_istiod() -> None:
    assert roles([istiod(), REMOTE], [istiod()]) == []
    assert roles([istiod(), REMOTE], states={"deployments": TopicState.FORBIDDEN}) == []
    assert roles([istiod()]) == []


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("quay.io/thanos/thanos:v1@sha256:00", "quay.io/thanos/thanos"),
        ("localhost:5000/app", "localhost:5000/app"),
        ("localhost:5000/app:1", "localhost:5000/app"),
        ("loki", "loki"),
        ("", ""),
    ],
)
def test_repositories(image: str, name: str) -> None:
    assert repository(image) == name
