"""Which versions a cluster shows, in which ways, and what it does not show."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.versions.model import Component
from mckconsole.analysis.versions.observed import observe
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.metrics import MetricState
from mckconsole.domain.snapshot import Builds
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.versions.parts import (
    cluster,
    control_plane,
    daemonset,
    kubeadm,
    lease,
    node,
    pod,
    proxy,
    static,
)

PROXY, CLOUD = Component.KUBE_PROXY, Component.CLOUD_CONTROLLER
SCHEDULER = Component.SCHEDULER


def told(seen: Any, component: Component) -> list[tuple[str, int, str]]:
    """(version, count, how) of what was seen of a component."""
    return [
        (str(one.version), one.count, one.how) for one in seen.seen if one.component is component
    ]


def test_a_kubeadm_cluster_shows_everything() -> None:
    seen = observe(kubeadm())
    assert seen.unknowns == ()
    assert seen.sure
    assert (seen.least, seen.most, seen.instances) == (Minor(1, 34), Minor(1, 34), 1)
    assert told(seen, Component.API_SERVER) == [
        ("v1.34.2", 1, "1 of 1 connection"),
        ("v1.34.2", 1, "images of pods"),
    ]
    assert told(seen, SCHEDULER) == [("v1.34.2", 1, "images of pods")]
    assert told(seen, Component.KUBELET) == [("v1.34.2", 3, "nodes")]
    assert told(seen, PROXY) == [("v1.34.2", 3, "images of pods")]
    assert all(one.evidence and one.evidence[0].observed_at == build.NOW for one in seen.seen)


@pytest.mark.parametrize(
    ("ages", "instances"),
    [
        ((0,), 1),
        ((59,), 1),
        ((60,), None),
        ((5, 9, 59), 3),
        ((5, 61, 3000), 1),
        ((-30,), 1),
        ((-60,), None),
        ((), None),
    ],
)
def test_api_servers_are_counted_by_leases_of_the_last_minute(
    ages: tuple[float, ...], instances: int | None
) -> None:
    docs = [lease(str(number), age) for number, age in enumerate(ages)]
    seen = observe(cluster(*docs))
    assert seen.instances == instances
    reasons = [one.reason for one in seen.unknowns if one.rule == "SK01"]
    assert bool(reasons) is (instances != 1)


def test_a_lease_without_a_time_counts_for_nothing() -> None:
    odd = lease("a")
    odd["spec"]["renewTime"] = "soon"
    seen = observe(cluster(odd, lease("b")))
    assert seen.instances is None
    assert any("apiserver-a was renewed at soon" in one.reason for one in seen.unknowns)


@pytest.mark.parametrize(
    ("count", "agreed", "sure"), [(1, 1, True), (2, 5, False), (2, 6, True), (3, 8, False)]
)
def test_connections_show_all_api_servers_when_there_were_three_for_each(
    count: int, agreed: int, sure: bool
) -> None:
    docs = [lease(str(number)) for number in range(count)]
    seen = observe(cluster(*docs, builds=Builds((("v1.34.2", agreed),), build.NOW)))
    assert seen.sure is sure
    assert seen.least == Minor(1, 34)
    noun = "connection" if agreed == 1 else "connections"
    assert told(seen, Component.API_SERVER) == [("v1.34.2", agreed, f"{agreed} of {agreed} {noun}")]


def test_one_answer_among_several_leases_is_not_all() -> None:
    seen = observe(cluster(lease("a"), lease("b")))
    (unknown,) = [one for one in seen.unknowns if one.rule == "SK01"]
    assert "2 API servers hold a lease" in unknown.reason
    assert "1.34 by 1 connection" in unknown.reason


def test_connections_that_disagree_show_two_versions() -> None:
    builds = Builds((("v1.34.2", 7), ("v1.35.0", 2)), build.NOW)
    seen = observe(cluster(lease("a"), lease("b"), builds=builds))
    assert (seen.least, seen.most) == (Minor(1, 34), Minor(1, 35))
    assert [one.how for one in seen.seen][:2] == ["7 of 9 connections", "2 of 9 connections"]


@pytest.mark.parametrize("text", ["", "nginx", "v2.0.0", "v1.x"])
def test_an_answer_that_is_no_version_is_no_api_server_that_was_seen(text: str) -> None:
    builds = Builds(((text, 1), ("v1.34.2", 8)), build.NOW)
    seen = observe(cluster(lease("a"), lease("b"), lease("c"), builds=builds))
    assert (seen.most, seen.sure) == (Minor(1, 34), False)


def series(instance: str, version: str, age: float = 5) -> Any:
    return build.sample(1, age=age, job="apiserver", instance=instance, git_version=version)


@pytest.mark.parametrize(
    ("samples", "most", "sure"),
    [
        ([("10.0.0.1:6443", "v1.35.1", 5), ("10.0.0.2:6443", "v1.34.2", 5)], 35, True),
        ([("10.0.0.1:6443", "v1.35.1", 5)], 35, False),
        ([("10.0.0.1:6443", "v1.35.1", 5), ("10.0.0.1:6443", "v1.35.1", 9)], 35, False),
        ([("10.0.0.1:6443", "v1.35.1", 301), ("10.0.0.2:6443", "v1.35.1", 301)], 34, False),
    ],
)
def test_prometheus_shows_every_api_server_that_it_reads(
    samples: list[tuple[str, str, float]], most: int, sure: bool
) -> None:
    vector = build.vector(*(series(*one) for one in samples))
    seen = observe(cluster(lease("a"), lease("b"), metrics={"apiserver-builds": vector}))
    assert (seen.most, seen.sure) == (Minor(1, most), sure)


def test_no_metrics_are_no_versions() -> None:
    vector = build.vector(series("a", "v1.35.0"), state=MetricState.FAILED)
    assert observe(cluster(metrics={"apiserver-builds": vector})).most == Minor(1, 34)


def test_an_api_server_that_is_not_ready_is_not_met() -> None:
    old = static("kube-apiserver", "v1.33.1", "cp2", ready=False)
    seen = observe(cluster(*control_plane("v1.34.2"), old))
    assert (seen.least, seen.sure) == (Minor(1, 34), True)


def test_pods_that_end_or_have_ended_are_not_met() -> None:
    ending = static("kube-scheduler", "v1.30.0", "cp2")
    ending["metadata"]["deletionTimestamp"] = "2026-09-21T13:13:20Z"
    over = static("kube-scheduler", "v1.31.0", "cp3", phase="Failed")
    elsewhere = static("kube-scheduler", "v1.32.0", "cp4", namespace="shop")
    seen = observe(cluster(*control_plane("v1.34.2"), ending, over, elsewhere))
    assert told(seen, SCHEDULER) == [("v1.34.2", 1, "images of pods")]


@pytest.mark.parametrize("image", ["example.org/kube-apiserver@sha256:0123", "kube-apiserver", ""])
def test_an_image_without_a_tag_is_no_version(image: str) -> None:
    pod_ = pod("a", image, labels={"component": "kube-apiserver"}, container="kube-apiserver")
    seen = observe(cluster(pod_, lease("cp1")))
    assert seen.least == Minor(1, 34)
    assert not seen.sure
    assert any("no version of 1 API server" in one.reason for one in seen.unknowns)


@pytest.mark.parametrize(
    ("version", "provider_id", "why"),
    [
        ("v1.33.5-eks-3025e55", "aws:///a/i-1", "provider-managed"),
        ("v1.33.5-gke.100", "gce://p/z/i", "provider-managed"),
        ("v1.33.5+k3s1", "k3s://n1", "part of the k3s process"),
        ("v1.33.5+k0s.0", "", "run by the k0s controller, not as pods"),
    ],
)
def test_controllers_that_cannot_be_seen_are_no_warning(
    version: str, provider_id: str, why: str
) -> None:
    seen = observe(cluster(node(kubelet=version, provider_id=provider_id), version=version))
    assert seen.absent[SCHEDULER] == why
    assert told(seen, SCHEDULER) == [("None", 0, why)]
    assert not [one for one in seen.unknowns if one.rule == "SK06"]


def test_controllers_that_should_be_there_and_are_not_are_unknown() -> None:
    reasons = [one.reason for one in observe(cluster(node())).unknowns if one.rule == "SK06"]
    assert reasons == [
        "no pod of kube-controller-manager in kube-system",
        "no pod of kube-scheduler in kube-system",
    ]


@pytest.mark.parametrize(
    ("image", "version", "absent"),
    [
        ("registry.k8s.io/provider-aws/cloud-controller-manager:v1.34.0", "v1.34.0", False),
        ("mcr.microsoft.com/oss/kubernetes/azure-cloud-controller-manager:v1.34.1", "v1.34.1",
         False),
        ("rancher/rke2-cloud-provider:v1.34.1-0.20251010-build20251017",
         "v1.34.1-0.20251010-build20251017", False),
        ("gcr.io/cloud-provider-gcp/cloud-controller-manager:v32.2.4", "", True),
        ("docker.io/hetznercloud/hcloud-cloud-controller-manager:v1.26.0", "", True),
    ],
)  # fmt: skip
def test_only_some_cloud_controllers_follow_kubernetes(
    image: str, version: str, absent: bool
) -> None:
    seen = observe(cluster(static("cloud-controller-manager", image)))
    assert [str(one.version) for one in seen.controllers if one.version] == [version] * (not absent)
    assert (CLOUD in seen.absent) is absent


@pytest.mark.parametrize(
    "image", ["example.org/cloud-controller-manager@sha256:01", "azure-cloud-controller-manager"]
)
def test_a_cloud_controller_without_a_tag_is_unknown(image: str) -> None:
    seen = observe(cluster(static("cloud-controller-manager", f"x/{image}")))
    assert CLOUD not in seen.absent
    reasons = [one.reason for one in seen.unknowns if one.rule == "SK06"]
    assert any("no version of 1 cloud-controller-manager" in one for one in reasons)


def test_a_daemonset_that_no_node_runs_is_no_kube_proxy() -> None:
    left = daemonset(image="registry.k8s.io/kube-proxy:v1.20.0", scheduled=0)
    seen = observe(cluster(left))
    assert seen.absent[PROXY] == "its DaemonSet is scheduled on no node"
    assert not [one for one in seen.unknowns if one.rule == "SK04"]
    unread = observe(cluster(left, pods=TopicState.FORBIDDEN))
    assert PROXY not in unread.absent
    assert [one for one in unread.unknowns if one.rule == "SK04"]


def test_kube_proxy_is_never_what_nodes_say_it_is() -> None:
    seen = observe(cluster(node(), daemonset(image="eks/kube-proxy:v1.32.0-minimal-eksbuild.2")))
    assert told(seen, PROXY) == [("v1.32.0-minimal-eksbuild.2", 3, "image of DaemonSet kube-proxy")]


def test_kube_proxies_are_what_their_pods_are_of() -> None:
    docs = [proxy("v1.34.2", "n1"), proxy("v1.33.0", "n2"), proxy("v1.33.0", "n3")]
    seen = observe(cluster(daemonset(), *docs, node("n1"), node("n2"), node("n3")))
    assert told(seen, PROXY) == [("v1.34.2", 1, "images of pods"), ("v1.33.0", 2, "images of pods")]


@pytest.mark.parametrize(
    ("docs", "version", "words"),
    [
        ([build.cilium_config("a", 1, kube_proxy_replacement="true")], "v1.34.2",
         "replaced by Cilium (kube-proxy-replacement=true)"),
        ([build.cilium_config("a", 1, kube_proxy_replacement="strict")], "v1.34.2",
         "replaced by Cilium (kube-proxy-replacement=strict)"),
        ([daemonset("anetd")], "v1.33.5-gke.100", "replaced by GKE Dataplane V2"),
        ([daemonset("ovnkube-node", namespace="openshift-ovn-kubernetes")], "v1.33.5",
         "replaced by OVN-Kubernetes"),
        ([node(labels={"eks.amazonaws.com/compute-type": "auto"})], "v1.33.5-eks-3025e55",
         "part of the nodes of EKS Auto Mode"),
        ([], "v1.33.5+k3s1", "part of the k3s process, of the kubelet's version"),
        ([], "v1.33.5+rke2r1", "run by the rke2 process, of the kubelet's version"),
    ],
)  # fmt: skip
def test_clusters_without_kube_proxy_say_why(docs: list[Any], version: str, words: str) -> None:
    seen = observe(cluster(*docs, version=version))
    assert seen.absent[PROXY] == words
    assert not [one for one in seen.unknowns if one.rule == "SK04"]


@pytest.mark.parametrize("value", ["false", "partial", "disabled", ""])
def test_cilium_beside_kube_proxy_replaces_nothing(value: str) -> None:
    seen = observe(cluster(build.cilium_config("a", 1, kube_proxy_replacement=value)))
    assert PROXY not in seen.absent
    assert [one.reason for one in seen.unknowns if one.rule == "SK04"] == [
        "kube-proxy was not found, nor what stands in for it"
    ]


@pytest.mark.parametrize(
    ("topic", "rules"),
    [
        ("nodes", {"SK03"}),
        ("pods", {"SK04", "SK06"}),
        ("apiserver-leases", {"SK01"}),
    ],
)
@pytest.mark.parametrize("state", [TopicState.FORBIDDEN, TopicState.STALE, TopicState.PENDING])
def test_what_cannot_be_read_is_unknown(topic: str, rules: set[str], state: TopicState) -> None:
    docs = [node("n1"), daemonset(), lease("a"), *map(static_controller, ("n1",))]
    states: dict[str, Any] = {topic.replace("-", "_"): state}
    seen = observe(cluster(*docs, **states))
    assert rules <= {one.rule for one in seen.unknowns}
    assert all(one.reason for one in seen.unknowns)


def static_controller(on: str) -> Any:
    return static("kube-scheduler", "v1.34.2", on)


def test_a_cluster_that_does_not_answer_is_unknown() -> None:
    seen = observe(build.unreachable("east"))
    assert (seen.least, seen.instances, seen.sure) == (None, None, False)
    assert {one.rule for one in seen.unknowns} == {
        "SK01", "SK02", "SK03", "SK04", "SK05", "SK06", "SK11",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", "unknown", "v1", "1.x", "v1.34.2.3.4 ", "v2.0.0", "v0.34.1"])
def test_a_kubelet_without_a_version_is_unknown(text: str) -> None:
    seen = observe(cluster(node("n1", text), node("n2")))
    (unknown,) = [one for one in seen.unknowns if one.rule == "SK03"]
    assert "n1 says" in unknown.reason


def test_a_node_without_status_is_unknown() -> None:
    bare = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n9"}}
    reasons = [one.reason for one in observe(cluster(bare)).unknowns if one.rule == "SK03"]
    assert reasons == ["no version of 1 node: n9 says nothing"]


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_hostile_versions_are_never_a_version_nobody_wrote(one: str, two: str, three: str) -> None:
    seen = observe(cluster(node("n1", one), proxy(f"x/y:{two}", "n1"), version=three or None))
    for found in seen.seen:
        assert found.version is None or str(found.version).strip() in f"{one} {two} {three}"
