"""SK02 to SK05 and SK11: kubelets and kube-proxies beside API servers, each with a healthy twin."""

from __future__ import annotations

import pytest

from mckconsole.domain.findings import Severity
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState
from tests.unit.analysis.versions.parts import (
    cluster,
    control_plane,
    daemonset,
    judged,
    kubeadm,
    lease,
    node,
    only,
    proxy,
    rules,
    static,
)

HIGH, MEDIUM = Severity.HIGH, Severity.MEDIUM
NODEGROUP = "eks.amazonaws.com/nodegroup"


def of(server: str, *kubelets: str, provider: str = "") -> ClusterSnapshot:
    """A cluster of one API server whose version names a distribution, and its nodes."""
    suffix = {"gke": "-gke.100", "k0s": "+k0s.0", "eks": "-eks-3025e55"}.get(provider, "")
    ids = {"gke": "gce://p/z/i", "eks": "aws:///a/i-1"}
    nodes = [
        node(f"n{number}", f"v1.{minor}.1{suffix}", provider_id=ids.get(provider, ""))
        for number, minor in enumerate(kubelets)
    ]
    config = [static(f"kube-{one}", f"v1.{server}.2") for one in ("scheduler",)]
    pods = config if provider == "" else []
    return cluster(*nodes, *pods, lease("a"), version=f"v1.{server}.2{suffix}")


def told(found: ClusterSnapshot, *wanted: str) -> list[str]:
    return [one for one in rules(found) if one in wanted]


def test_a_healthy_cluster_has_no_finding_and_nothing_unknown() -> None:
    found = judged(kubeadm())
    assert found.findings == ()
    assert found.unknowns == ()


@pytest.mark.parametrize(
    ("server", "kubelet", "provider", "expected"),
    [
        ("34", "34", "", []),
        ("34", "35", "", ["SK02"]),
        ("34", "37", "", ["SK02"]),
        ("34", "33", "", []),
        ("34", "32", "", []),
        ("34", "31", "", ["SK11"]),
        ("34", "30", "", ["SK03"]),
        ("27", "25", "", []),
        ("28", "25", "", ["SK11"]),
        ("29", "25", "", ["SK03"]),
        ("25", "24", "", []),
        ("26", "24", "", ["SK11"]),
        ("27", "24", "", ["SK03"]),
        ("34", "33", "gke", []),
        ("34", "32", "gke", ["SK11"]),
        ("34", "31", "gke", ["SK03"]),
        ("34", "34", "k0s", []),
        ("34", "33", "k0s", ["SK11"]),
        ("34", "32", "k0s", ["SK03"]),
        ("34", "31", "eks", ["SK11"]),
        ("34", "30", "eks", ["SK03"]),
    ],
)
def test_how_old_and_how_new_a_kubelet_may_be(
    server: str, kubelet: str, provider: str, expected: list[str]
) -> None:
    found = of(server, kubelet, provider=provider)
    assert told(found, "SK02", "SK03", "SK11") == expected


@pytest.mark.parametrize(
    ("kubelet", "provider", "severity"),
    [("30", "", HIGH), ("31", "gke", MEDIUM), ("30", "gke", HIGH), ("32", "k0s", MEDIUM)],
)
def test_what_only_the_distribution_forbids_is_medium(
    kubelet: str, provider: str, severity: Severity
) -> None:
    finding = only(of("34", kubelet, provider=provider), "SK03")
    assert finding.severity is severity
    if provider:
        assert provider in finding.detail or severity is HIGH


def test_patches_and_builds_never_matter() -> None:
    found = cluster(
        *control_plane("v1.34.2"), node("n1", "v1.34.9+k3s1"), node("n2", "v1.34.0-rc.1"),
        proxy("v1.34.11", "n1"), proxy("v1.34.0", "n2"),
    )  # fmt: skip
    assert rules(found) == []


def test_a_finding_is_of_one_pool_and_shows_both_sides() -> None:
    found = cluster(
        *control_plane("v1.34.2"),
        node("a1", "v1.30.1", labels={NODEGROUP: "old"}),
        node("a2", "v1.29.1", labels={NODEGROUP: "old"}),
        node("b1", "v1.30.1", labels={NODEGROUP: "older"}),
        node("c1", "v1.34.1", labels={NODEGROUP: "new"}),
    )
    findings = [one for one in judged(found).findings if one.rule == "SK03"]
    assert sorted(one.subject for one in findings) == ["old", "older"]
    first = next(one for one in findings if one.subject == "old")
    assert first.title == "2 kubelets of pool old too old for the API server"
    assert "kubelet 1.29, 1.30, and an API server is at 1.34" in first.detail
    shown = [(one.object.name if one.object else "", one.path, one.value) for one in first.evidence]
    assert ("a1", "status.nodeInfo.kubeletVersion", "v1.30.1") in shown
    assert ("", "GET /version: gitVersion", "v1.34.2") in shown
    assert any("kube-apiserver" in str(value) for _, _, value in shown)
    assert all(one.observed_at for one in first.evidence)
    assert "kubectl --context ctx-west drain a1" in first.remediation
    assert "1 more node" in first.remediation


def test_hostile_names_are_quoted() -> None:
    found = cluster(*control_plane("v1.34.2"), node("n1; reboot", "v1.30.1"))
    assert "drain 'n1; reboot' " in only(found, "SK03").remediation


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("v1.34.0", []),
        ("v1.35.0", ["SK04"]),
        ("v1.32.0-minimal-eksbuild.2", []),
        ("v1.31.0", ["SK11"]),
        ("v1.30.0", ["SK04"]),
    ],
)
@pytest.mark.parametrize("by", ["pods", "daemonset"])
def test_how_old_and_how_new_a_kube_proxy_may_be(image: str, expected: list[str], by: str) -> None:
    docs = [*control_plane("v1.34.2"), node("n1", "v1.33.0")]
    if by == "pods":
        docs.append(proxy(f"eks/kube-proxy:{image}", "n1"))
    docs.append(daemonset(image=f"eks/kube-proxy:{image}", scheduled=1))
    assert told(cluster(*docs), "SK04", "SK11") == expected


def test_kube_proxys_finding_names_its_daemonset_and_how_to_set_it() -> None:
    docs = [*control_plane("v1.34.2"), daemonset(image="x/kube-proxy:v1.30.3"), node("n1")]
    finding = only(cluster(*docs), "SK04")
    assert finding.severity is HIGH
    assert finding.object is not None
    assert str(finding.object.kind) == "DaemonSet"
    assert "-n kube-system set image daemonset/kube-proxy" in finding.remediation
    assert "3 instances" in finding.detail


def test_both_ways_of_being_wrong_are_told_apart() -> None:
    docs = [*control_plane("v1.34.2"), proxy("v1.35.0", "n1"), proxy("v1.30.0", "n2")]
    found = [one for one in judged(cluster(*docs)).findings if one.rule == "SK04"]
    assert sorted(one.subject for one in found) == ["newer", "older"]


@pytest.mark.parametrize(
    ("kubelet", "beside", "wrong"),
    [
        ("v1.34.0", "v1.34.0", False),
        ("v1.34.0", "v1.31.0", False),
        ("v1.34.0", "v1.30.0", True),
        ("v1.31.0", "v1.34.0", False),
        ("v1.30.0", "v1.34.0", True),
        ("v1.26.0", "v1.24.0", False),
        ("v1.27.0", "v1.24.0", True),
        ("v1.22.0", "v1.24.0", False),
        ("v1.21.0", "v1.24.0", True),
        ("v1.22.0", "v1.25.0", False),
    ],
)
def test_how_far_kube_proxy_and_kubelet_may_be_apart(
    kubelet: str, beside: str, wrong: bool
) -> None:
    docs = [*control_plane("v1.34.2"), node("n1", kubelet), proxy(beside, "n1")]
    assert bool(told(cluster(*docs), "SK05")) is wrong


def test_only_what_runs_on_one_node_is_compared() -> None:
    docs = [
        *control_plane("v1.34.2"), node("n1", "v1.34.0"), node("n2", "v1.31.0"),
        proxy("v1.34.0", "n1"), proxy("v1.31.0", "n2"), proxy("v1.30.0", "n9"),
    ]  # fmt: skip
    assert told(cluster(*docs), "SK05") == []
    docs.append(proxy("v1.30.0", "n1", age=1))
    docs[-1]["metadata"]["name"] = "kube-proxy-again"
    finding = only(cluster(*docs), "SK05")
    assert {one.object.name for one in finding.evidence if one.object} == {
        "kube-proxy-again", "n1",
    }  # fmt: skip


@pytest.mark.parametrize("state", [TopicState.FORBIDDEN, TopicState.STALE, TopicState.PENDING])
def test_without_the_nodes_no_rule_about_them_is_passed(state: TopicState) -> None:
    found = judged(kubeadm(nodes=state))
    assert {one.rule for one in found.unknowns} == {"SK02", "SK03", "SK05", "SK10", "SK11"}
    assert len({one.reason for one in found.unknowns}) == 1


@pytest.mark.parametrize("state", [TopicState.FORBIDDEN, TopicState.STALE, TopicState.PENDING])
def test_kube_proxies_beside_kubelets_need_the_pods(state: TopicState) -> None:
    docs = [*control_plane("v1.34.2"), node("n1", "v1.34.0"), daemonset()]
    unknown = {one.rule for one in judged(cluster(*docs, pods=state)).unknowns}
    assert {"SK04", "SK05", "SK06", "SK10"} <= unknown


@pytest.mark.parametrize(
    "image", ["kube-proxy@sha256:abc", "kube-proxy:latest", "kube-proxy:v2.1.0", "kube-proxy", ""]
)
def test_an_image_that_tells_no_version_is_never_in_order(image: str) -> None:
    found = kubeadm(others=[proxy(f"x/{image}", "n9")])
    reasons = [one.reason for one in judged(found).unknowns if one.rule == "SK04"]
    assert len(reasons) == 1
    assert "no version of 1 kube-proxy" in reasons[0]


@pytest.mark.parametrize("kubelet", ["", "v2.0.0", "unknown"])
def test_a_kubelet_that_tells_no_version_hides_no_other(kubelet: str) -> None:
    found = kubeadm(others=[node("odd", kubelet), node("old", "v1.30.0")])
    said = judged(found)
    assert [one.rule for one in said.findings] == ["SK03"]
    assert [one.rule for one in said.unknowns] == ["SK02", "SK03", "SK11"]


def test_without_a_version_of_an_api_server_nothing_is_judged() -> None:
    found = judged(cluster(node("n1", "v1.20.0"), version=None))
    assert found.findings == ()
    assert ("*", "no version of an API server could be read") in {
        (one.rule, one.reason) for one in found.unknowns
    }
