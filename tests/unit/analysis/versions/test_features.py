"""UB10: settings and features that go, each with its healthy twin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.versions.component_configs import parsed
from mckconsole.analysis.versions.features import feature_blockers, gates_of
from mckconsole.analysis.versions.model import Blocker, Gravity, Phase
from mckconsole.analysis.versions.podsort import sort_pods
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.states import TopicState
from tests.unit.analysis.versions import blocking as b

BLOCK, WARN, UNKNOWN = Gravity.BLOCK, Gravity.WARN, Gravity.UNKNOWN


def static(*flags: str, component: str = "kube-apiserver", owner: str = "Node") -> b.Doc:
    box = {"name": component, "command": [component, *flags]}
    return b.pod(f"{component}-n1", owner=owner, namespace="kube-system", containers=[box])


def config(topic: str, key: str, text: str) -> b.Doc:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": b.meta(topic, "kube-system"),
            "data": {key: text}}  # fmt: skip


def kubelet(text: str = "kind: KubeletConfiguration\n") -> b.Doc:
    return config("kubelet-config", "kubelet", text)


def proxy(text: str, key: str = "config.conf") -> b.Doc:
    return config("kube-proxy", key, text)


def found_in(*docs: b.Doc, provider: str = "", **states: TopicState) -> list[Blocker]:
    cluster = b.cluster(*docs, **states)
    return feature_blockers(cluster, provider, sort_pods(cluster))


FINE = [static("--feature-gates=Other=true"), kubelet()]
GATES = "featureGates:\n  SidecarContainers: true\n  Other: true\n"


def test_a_healthy_cluster_says_nothing() -> None:
    assert not found_in(*FINE, proxy("mode: nftables\n"))


@pytest.mark.parametrize(
    ("doc", "subject", "target", "phase"),
    [
        (static("--feature-gates=Other=true,SidecarContainers=true"),
         "kube-apiserver SidecarContainers", Minor(1, 37), Phase.CONTROL_PLANE),
        (static("--v=2", "--feature-gates", "SidecarContainers=true", "--etcd=x"),
         "kube-apiserver SidecarContainers", Minor(1, 37), Phase.CONTROL_PLANE),
        (static("--v=2", "--feature-gates=AppArmor=false", component="kube-scheduler"),
         "kube-scheduler AppArmor", Minor(1, 33), Phase.CONTROL_PLANE),
        (static("--pod-eviction-timeout=5m", component="kube-controller-manager"),
         "kube-controller-manager --pod-eviction-timeout", Minor(1, 27), Phase.CONTROL_PLANE),
        (kubelet(GATES), "kubelet SidecarContainers", Minor(1, 37), Phase.NODES),
        (proxy(GATES), "kube-proxy SidecarContainers", Minor(1, 37), Phase.NODES),
        (proxy(GATES, "config"), "kube-proxy SidecarContainers", Minor(1, 37), Phase.NODES),
    ],
)  # fmt: skip
def test_what_a_later_component_does_not_know(
    doc: b.Doc, subject: str, target: Minor, phase: Phase
) -> None:
    one = b.only(found_in(*FINE, doc))
    assert (one.rule, one.gravity, one.subject) == ("UB10", BLOCK, subject)
    assert (one.target, one.phase) == (target, phase)
    assert one.evidence[0].object is not None


def test_a_flag_of_another_component_is_none() -> None:
    assert not found_in(*FINE, static("--pod-eviction-timeout=5m"))


def test_ipvs_warns_first_and_blocks_later() -> None:
    found = found_in(*FINE, proxy("mode: ipvs\n"))
    assert [(one.gravity, one.target) for one in found] == [
        (WARN, Minor(1, 35)),
        (BLOCK, Minor(1, 40)),
    ]
    assert not any(one.stops(Minor(1, 39)) for one in found)
    assert any(one.stops(Minor(1, 40)) for one in found)


def test_volumes_of_repositories_and_external_addresses() -> None:
    clone = b.pod(volumes=[{"name": "g", "gitRepo": {"repository": "https://example.com/x"}}])
    one = b.only(found_in(*FINE, clone))
    assert (one.gravity, one.target, one.subject) == (BLOCK, Minor(1, 36), "gitRepo")
    service = {"apiVersion": "v1", "kind": "Service", "metadata": b.meta("web"),
               "spec": {"externalIPs": ["203.0.113.9"]}}  # fmt: skip
    one = b.only(found_in(*FINE, service))
    assert (one.gravity, one.target, one.subject) == (WARN, Minor(1, 36), "externalIPs")
    assert one.evidence[0].value == "203.0.113.9"


@pytest.mark.parametrize(
    ("docs", "provider", "subjects"),
    [
        ([kubelet()], "", ["control plane"]),
        ([kubelet()], "eks", []),
        ([static()], "", ["kubelet"]),
        ([static()], "gke", []),
        ([static(), kubelet("[")], "", ["kubelet"]),
        ([static(), kubelet("featureGates: all\n")], "", ["kubelet"]),
        ([*FINE, proxy("- a list\n")], "", ["kube-proxy"]),
    ],
)
def test_what_is_not_visible_is_unknown(
    docs: list[b.Doc], provider: str, subjects: list[str]
) -> None:
    found = found_in(*docs, provider=provider)
    assert [(one.gravity, one.subject) for one in found] == [(UNKNOWN, one) for one in subjects]


def test_eks_has_its_proxy_in_another_place() -> None:
    kubeconfig = config("kube-proxy", "kubeconfig", "kind: Config")
    own = config("kube-proxy-config", "config", "mode: ipvs\n")
    subjects = [one.subject for one in found_in(kubeconfig, own, provider="eks")]
    assert subjects == ["ipvs", "ipvs off"]
    fine = config("kube-proxy-config", "config", "mode: iptables\n")
    assert not found_in(kubeconfig, fine, provider="eks")
    (one,) = found_in(kubeconfig, provider="eks")
    assert (one.gravity, one.subject) == (UNKNOWN, "kube-proxy")


@pytest.mark.parametrize(
    "topic", ["pods", "kubelet_config", "kube_proxy_config", "eks_proxy_config", "services"]
)
@pytest.mark.parametrize("state", [TopicState.FORBIDDEN, TopicState.STALE, TopicState.PENDING])
def test_what_cannot_be_read_is_unknown(topic: str, state: TopicState) -> None:
    found = found_in(*FINE, **{topic: state})
    assert b.gravities(found) == [("UB10", UNKNOWN)]


@given(st.text())
def test_no_text_makes_the_readers_fail(text: str) -> None:
    assert parsed(text) is None or isinstance(parsed(text), dict)
    assert "" not in gates_of(f"--feature-gates={text}")
