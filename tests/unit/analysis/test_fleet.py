"""The fleet overview and who runs a cluster."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from mckconsole.analysis.engine import analyse
from mckconsole.analysis.provider import identify
from mckconsole.domain.core import Node
from mckconsole.domain.decode import ProjectionDecoder
from mckconsole.domain.findings import Severity
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.domain.waivers import NO_WAIVERS, Waiver, Waivers
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW


@pytest.mark.parametrize(
    ("version", "node", "name"),
    [
        ("v1.33.5-eks-3025e55", {"provider_id": "aws:///us-east-1a/i-0"}, "eks"),
        ("v1.33.5-eks-3025e55", {"provider_id": "vsphere://42"}, "eks-d"),
        ("v1.33.5-eks-3025e55", {}, "eks"),
        ("v1.33.5-gke.1080000", {"provider_id": "gce://p/z/n"}, "gke"),
        ("v1.35.6", {"provider_id": "azure:///subscriptions/x",
                     "labels": {"kubernetes.azure.com/cluster": "c"}}, "aks"),
        ("v1.30.9-akslts", {"provider_id": "azure:///subscriptions/x"}, "aks"),
        ("v1.31.4+rke2r1", {"provider_id": "rke2://n"}, "rke2"),
        ("v1.31.4+k3s1", {"provider_id": "k3s://n"}, "k3s"),
        ("v1.31.4+k0s.0", {}, "k0s"),
        ("v1.31.4+k0s", {}, "k0s"),
        ("v1.31.4+vmware.1", {"provider_id": "vsphere://42"}, "tkg"),
        ("v1.31.4-aliyun.1", {}, "ack"),
        ("v1.31.4-tke.3", {}, "tke"),
        ("v1.31.4-r0-31.0.1", {}, "cce"),
        ("v1.31.4+IKS", {}, "iks"),
        ("v1.33.4+a1b2c3d", {"image": "Red Hat Enterprise Linux CoreOS 9.6"}, "openshift"),
        ("v1.33.4", {"provider_id": "digitalocean://1"}, "doks"),
        ("v1.33.4", {"provider_id": "linode://1"}, "lke"),
        ("v1.33.4", {"provider_id": "ocid1.instance.oc1"}, "oke"),
        ("v1.33.4", {"provider_id": "hcloud://1"}, "hetzner"),
        ("v1.33.4", {"provider_id": "vsphere://1"}, "vsphere"),
        ("v1.33.4", {"provider_id": "openstack://1"}, "openstack"),
        ("v1.33.4", {"provider_id": "kind://docker/kind/n"}, "kind"),
        ("v1.33.4", {"image": "Talos (v1.9.0)"}, "talos"),
        ("v1.33.4", {"labels": {"minikube.k8s.io/name": "m"}}, "minikube"),
        ("v1.33.4", {"labels": {"microk8s.io/cluster": "true"}}, "microk8s"),
        ("v1.33.4", {}, ""),
        ("v1.33.5-gke.1", {"labels": {"eks.amazonaws.com/nodegroup": "g"}}, "gke/eks"),
        ("v1.33.5-gke.1", {"provider_id": "aws:///x"}, "gke/aws"),
    ],
)  # fmt: skip
def test_providers(version: str, node: dict[str, object], name: str) -> None:
    doc = build.node("n", **node)  # type: ignore[arg-type]  # table of keyword arguments
    decoded = ProjectionDecoder(Node).decode(json.dumps(doc).encode())
    guess = identify(version, [decoded.object])
    assert guess.name == name
    assert guess.reason


def test_a_provider_that_nothing_tells_has_a_reason() -> None:
    assert identify(None, None).reason == "neither version nor nodes can be read"
    assert "nodes cannot be read" in identify("v1.35.1", None).reason
    assert "EKS Distro" in identify("v1.33.5-eks-3025e55", None).reason


def test_a_row_counts_nodes_tunnels_and_findings() -> None:
    nodes = [build.node("a"), build.node("b", ready="False"), build.node("c", ready="Unknown")]
    docs = build.member("east", "west", extra=nodes)
    down = [build.gateway("west", build.connection("east", "error"))]
    rows = analyse(build.fleet(build.cluster("east", docs), build.cluster("west", down))).clusters
    by_name = {row.name: row for row in rows}
    east, west = by_name["east"], by_name["west"]
    assert (east.nodes_ready, east.nodes_total) == (1, 3)
    assert (east.tunnels_up, east.tunnels_total) == (1, 1)
    assert (west.tunnels_up, west.tunnels_total) == (0, 1)
    assert west.worst is Severity.CRITICAL
    assert east.age == 0


def test_what_somebody_answers_for_is_counted_apart_and_is_not_bad() -> None:
    down = [build.gateway("west", build.connection("east", "error"))]
    fleet = build.fleet(build.cluster("east", build.member("east", "west")),
                        build.cluster("west", down), build.cluster("quiet"))  # fmt: skip
    waivers = Waivers((Waiver("*", "net", date(2100, 1, 1), "known", cluster="west"),))
    before, after = (
        {row.name: row for row in analyse(fleet, waivers=one).clusters}
        for one in (NO_WAIVERS, waivers)
    )
    assert before["west"].waived == 0
    assert (after["west"].worst, after["west"].findings) == (None, {})
    assert after["west"].waived == sum(before["west"].findings.values()) > 0
    assert after["east"].findings == before["east"].findings
    assert next(iter(before)) == "west"
    assert next(iter(after)) != "west"


def test_nodes_that_cannot_be_read_are_not_zero() -> None:
    states = {"nodes": TopicState.FORBIDDEN, "gateways": TopicState.ABSENT}
    (row,) = analyse(build.fleet(build.cluster("a", [build.node("n")], states=states))).clusters
    assert (row.nodes_ready, row.nodes_total) == (None, None)
    assert [unread.topic for unread in row.unreadable] == ["nodes"]


def test_the_worst_come_first() -> None:
    clusters = [
        build.cluster("a-ready"),
        build.cluster("b-ready", build.member("east", extra=[])),
        build.cluster("c", state=ClusterState.DEGRADED, reason="routeagents forbidden"),
        build.unreachable("d"),
        build.cluster("e", state=ClusterState.CONNECTING),
        build.cluster("f", [build.gateway("north", ha="passive")]),
        build.cluster("g", state=ClusterState.LOGIN_REQUIRED),
    ]
    rows = analyse(build.fleet(*clusters)).clusters
    assert [row.name for row in rows] == ["d", "g", "f", "c", "e", "a-ready", "b-ready"]


def test_age_is_never_negative() -> None:
    ahead = replace(build.cluster("a"), as_of=NOW + 5)
    (row,) = analyse(build.fleet(ahead)).clusters
    assert row.age == 0
