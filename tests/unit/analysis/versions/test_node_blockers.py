"""UB01, UB06, UB07 and UB11, each with its healthy twin."""

from __future__ import annotations

import pytest

from mckconsole.analysis.versions.evictions import eviction_blockers
from mckconsole.analysis.versions.model import (
    Blocker,
    ClusterVersions,
    Component,
    Gravity,
    NodePool,
    Seen,
)
from mckconsole.analysis.versions.node_runtimes import runtime_blockers
from mckconsole.analysis.versions.nodes_blockers import lag_blockers, node_blockers
from mckconsole.analysis.versions.podsort import sort_pods
from mckconsole.domain.kubeversion import Minor, parse_version
from mckconsole.domain.states import TopicState
from mckconsole.domain.support import NO_SUPPORT_DATA
from tests.unit.analysis.versions import blocking as b

BLOCK, WARN, UNKNOWN = Gravity.BLOCK, Gravity.WARN, Gravity.UNKNOWN
UNREAD = [TopicState.FORBIDDEN, TopicState.STALE, TopicState.PENDING, TopicState.UNREACHABLE]


@pytest.mark.parametrize(
    ("kubelet", "least", "target"),
    [
        ("v1.31.4", Minor(1, 34), Minor(1, 35)),
        ("v1.30.4", Minor(1, 34), Minor(1, 34)),
        ("v1.32.4", Minor(1, 34), None),
        ("v1.34.4", Minor(1, 34), None),
        ("v1.24.4", Minor(1, 26), Minor(1, 27)),  # before 1.25 only two minors may lie between
        ("v1.25.4", Minor(1, 27), None),
    ],
)
def test_kubelets_that_must_move_first(kubelet: str, least: Minor, target: Minor | None) -> None:
    seen = Seen(Component.KUBELET, parse_version(kubelet), 3, "nodes")
    found = lag_blockers(b.cluster(), ClusterVersions("west", "", seen=(seen,), least=least))
    assert [(one.gravity, one.target) for one in found] == ([(BLOCK, target)] if target else [])
    if found:
        assert found[0].stops(least.plus(1))


@pytest.mark.parametrize(("provider", "target"), [("gke", 35), ("k0s", 34), ("eks", None)])
def test_distributions_may_allow_less(provider: str, target: int | None) -> None:
    seen = Seen(Component.KUBELET, parse_version("v1.32.4"), 3, "nodes")
    of = ClusterVersions("west", provider, seen=(seen,), least=Minor(1, 34))
    assert [one.target for one in lag_blockers(b.cluster(), of)] == (
        [Minor(1, target)] if target else []
    )


def test_a_cluster_without_kube_proxy_is_not_waited_for() -> None:
    none = Seen(Component.KUBE_PROXY, None, 0, "replaced by Cilium (kube-proxy-replacement=true)")
    good = Seen(Component.KUBELET, parse_version("v1.34.1"), 3, "nodes")
    of = ClusterVersions("west", "", seen=(none, good), least=Minor(1, 34))
    assert lag_blockers(b.cluster(), of) == []


def test_versions_that_are_none_are_unknown() -> None:
    odd = Seen(Component.KUBE_PROXY, None, 3, "image")
    good = Seen(Component.KUBELET, parse_version("v1.34.1"), 3, "nodes")
    of = ClusterVersions("west", "", seen=(odd, good), least=Minor(1, 34))
    assert b.gravities(lag_blockers(b.cluster(), of)) == [("UB01", UNKNOWN)]
    nobody = ClusterVersions("west", "", least=Minor(1, 34))
    assert b.gravities(lag_blockers(b.cluster(), nobody)) == [("UB01", UNKNOWN)]
    assert b.gravities(lag_blockers(b.cluster(), ClusterVersions("west", ""))) == [
        ("UB01", UNKNOWN)
    ]


def evictions(*docs: b.Doc, **states: TopicState) -> list[Blocker]:
    cluster = b.cluster(*docs, **states)
    return eviction_blockers(cluster, sort_pods(cluster))


SAFE = {"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"}
KEEP = {"karpenter.sh/do-not-disrupt": "true"}


@pytest.mark.parametrize(
    ("pod", "subject"),
    [
        (b.pod(), ""),
        (b.pod(owner=""), "bare"),
        (b.pod(owner="", phase="Succeeded"), ""),
        (b.pod(annotations=SAFE), "held"),
        (b.pod(annotations={**SAFE, next(iter(SAFE)): "true"}), ""),
        (b.pod(annotations=KEEP), "held"),
        (b.pod(annotations=KEEP, owner="DaemonSet"), ""),
        (b.pod(owner="Node"), ""),  # a static pod
        (b.pod(terminationGracePeriodSeconds=901), "grace"),
        (b.pod(terminationGracePeriodSeconds=900), ""),
    ],
)
def test_pods_that_a_drain_waits_for(pod: b.Doc, subject: str) -> None:
    found = evictions(pod)
    assert [(one.rule, one.gravity, one.subject) for one in found] == (
        [("UB06", WARN, subject)] if subject else []
    )
    if found:
        assert "web-1" in b.only(found).detail


def deployment(replicas: int = 1, kind: str = "Deployment") -> b.Doc:
    template = {"metadata": {"labels": {"app": "web", "tier": "front"}}}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": b.meta("web"),
            "spec": {"replicas": replicas, "template": template}}  # fmt: skip


def service(**selector: str) -> b.Doc:
    return {"apiVersion": "v1", "kind": "Service", "metadata": b.meta("web"),
            "spec": {"selector": selector}}  # fmt: skip


@pytest.mark.parametrize(
    ("docs", "told"),
    [
        ([deployment(), service(app="web")], True),
        ([deployment(kind="StatefulSet"), service(app="web")], True),
        ([deployment(), service(tier="front", app="web")], True),
        ([deployment(2), service(app="web")], False),
        ([deployment(0), service(app="web")], False),
        ([deployment(), service(app="other")], False),
        ([deployment(), service(app="web", tier="back")], False),
        ([deployment(), service()], False),
        ([deployment()], False),
    ],
)
def test_single_replicas_behind_a_service(docs: list[b.Doc], told: bool) -> None:
    found = evictions(*docs)
    assert [one.subject for one in found] == (["single replica"] if told else [])


def test_an_exported_service_is_told_as_such() -> None:
    export = {"apiVersion": "multicluster.x-k8s.io/v1alpha1", "kind": "ServiceExport",
              "metadata": b.meta("web")}  # fmt: skip
    found = b.only(evictions(deployment(), service(app="web"), export))
    assert "exported" in found.detail
    assert "scale deployment web --replicas=2" in found.remediation


@pytest.mark.parametrize("state", UNREAD)
def test_what_cannot_be_read_of_evictions_is_unknown(state: TopicState) -> None:
    assert b.gravities(evictions(pods=state)) == [("UB06", UNKNOWN)]
    assert b.gravities(evictions(services=state)) == [("UB06", UNKNOWN)]


def nodes(*docs: b.Doc, pools: int = 1, **states: TopicState) -> list[Blocker]:
    cluster = b.cluster(*docs, **states)
    made = [NodePool(f"p{number}", (), ()) for number in range(pools)]
    return node_blockers(cluster, made, sort_pods(cluster))


def cordoned(since: str) -> b.Doc:
    taint = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
    return b.node("n2", cordoned=True, taints=[{**taint, "timeAdded": since}])


DISK = [{"type": "DiskPressure", "status": "True"}]
FINE = [{"type": "DiskPressure", "status": "False"}]


@pytest.mark.parametrize(
    ("docs", "pools", "gravity"),
    [
        ([b.node("n2")], 1, None),
        ([b.node("n2", conditions=FINE)], 1, None),
        ([b.node("n2", ready="False")], 1, BLOCK),  # the only pool
        ([b.node("n2", ready="False")], 2, WARN),
        ([b.node("n2", ready="Unknown"), b.node("n3", ready="False")], 2, BLOCK),
        ([b.node("n2", conditions=DISK)], 2, WARN),
        ([b.node("n2", cordoned=True)], 1, WARN),
        ([cordoned("2026-09-21T10:00:00Z")], 1, WARN),  # today
        ([cordoned("2026-09-19T10:00:00Z")], 1, BLOCK),
    ],
)
def test_nodes_that_are_not_fit(docs: list[b.Doc], pools: int, gravity: Gravity | None) -> None:
    found = nodes(b.node("n1"), *docs, pools=pools)
    assert [(one.rule, one.gravity) for one in found] == ([("UB07", gravity)] if gravity else [])
    if found:
        assert "n2" in b.only(found).detail


def test_pods_that_do_not_go() -> None:
    found = b.only(nodes(b.node(), b.pod(deleted="2026-09-21T12:00:00Z")))
    assert (found.rule, found.gravity, found.subject) == ("UB07", WARN, "stuck pods")
    assert not nodes(b.node(), b.pod(deleted="2026-09-21T14:13:00Z"))


@pytest.mark.parametrize("state", UNREAD)
def test_what_cannot_be_read_of_nodes_is_unknown(state: TopicState) -> None:
    assert b.gravities(nodes(nodes=state)) == [("UB07", UNKNOWN)]
    assert b.gravities(nodes(pods=state)) == [("UB07", UNKNOWN)]


def kubelet_config(text: str) -> b.Doc:
    return {"apiVersion": "v1", "kind": "ConfigMap", "data": {"kubelet": text},
            "metadata": b.meta("kubelet-config", "kube-system")}  # fmt: skip


OLDER, NEWER = (Minor(1, 34), 1), (Minor(1, 35), 1)


def runtimes(*docs: b.Doc, cgroup: str = "v2", kubelet: tuple[Minor, int] = OLDER,
             **states: TopicState) -> list[Blocker]:  # fmt: skip
    pool = NodePool("p", ("n1",), (kubelet,), cgroup=cgroup)
    return runtime_blockers(b.cluster(*docs, **states), [pool], NO_SUPPORT_DATA)


@pytest.mark.parametrize(
    ("runtime", "target"),
    [
        ("containerd://2.0.0", None),
        ("containerd://1.7.33", Minor(1, 38)),
        ("containerd://1.5.1", Minor(1, 26)),
        ("cri-o://1.28.0", None),
        ("cri-o://1.27.3", Minor(1, 38)),
        ("docker://20.10.1", Minor(1, 24)),
    ],
)
def test_runtimes(runtime: str, target: Minor | None) -> None:
    found = runtimes(b.node(runtime=runtime))
    assert [(one.gravity, one.target) for one in found] == ([(BLOCK, target)] if target else [])
    if found:
        assert not found[0].stops(Minor(1, 23))


@pytest.mark.parametrize("runtime", ["", "rkt://1.0", "containerd://main"])
def test_runtimes_that_nobody_knows_are_unknown(runtime: str) -> None:
    assert b.gravities(runtimes(b.node(runtime=runtime))) == [("UB11", UNKNOWN)]


@pytest.mark.parametrize(
    ("cgroup", "kubelet", "docs", "gravity"),
    [
        ("v2", OLDER, [], None),
        ("v1", OLDER, [], BLOCK),
        ("v1, by its OS image", OLDER, [], BLOCK),
        ("v1 and v2", OLDER, [], BLOCK),
        ("", OLDER, [], UNKNOWN),
        ("v1", NEWER, [], None),  # it has started with it
        ("v1", OLDER, [kubelet_config("failCgroupV1: false\nx: 1\n")], None),
        ("v1", OLDER, [kubelet_config("failCgroupV1: true\n")], BLOCK),
        ("v1", OLDER, [kubelet_config("cgroupDriver: systemd\n")], BLOCK),
        ("v1", OLDER, [kubelet_config("]")], UNKNOWN),
    ],
)
def test_cgroups(
    cgroup: str, kubelet: tuple[Minor, int], docs: list[b.Doc], gravity: Gravity | None
) -> None:
    found = runtimes(b.node(), *docs, cgroup=cgroup, kubelet=kubelet)
    expected = [(gravity, Minor(1, 35))] if gravity else []
    assert [(one.gravity, one.target) for one in found] == expected


def test_windows_has_no_cgroups() -> None:
    node = b.node()
    node["status"]["nodeInfo"]["operatingSystem"] = "windows"
    assert not runtimes(node, cgroup="")


@pytest.mark.parametrize("state", UNREAD)
def test_what_cannot_be_read_of_runtimes_is_unknown(state: TopicState) -> None:
    assert b.gravities(runtimes(nodes=state)) == [("UB11", UNKNOWN)]
    assert b.gravities(runtimes(b.node(), cgroup="v1", kubelet_config=state)) == [("UB11", UNKNOWN)]
