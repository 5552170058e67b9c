"""All blockers of one cluster together, and what becomes of them."""

from __future__ import annotations

import time
from collections.abc import Sequence

import msgspec
import pytest

from mckconsole.analysis.rules_upgrade import UPGRADE_RULES
from mckconsole.analysis.versions.blockers import (
    BLOCKER_TOPICS,
    blocker_findings,
    blocker_unknowns,
    cluster_blockers,
    severity_of,
)
from mckconsole.analysis.versions.model import (
    Blocker,
    ClusterVersions,
    Component,
    Gravity,
    Phase,
    Seen,
)
from mckconsole.analysis.versions.podsort import sort_pods
from mckconsole.analysis.versions.pools import pools_of
from mckconsole.domain.findings import Severity
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.kubeversion import Minor, parse_version
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState
from mckconsole.domain.support import NO_SUPPORT_DATA
from tests.unit.analysis import build
from tests.unit.analysis.versions import blocking as b

OWN = {"UB01", *(f"UB{number:02}" for number in range(3, 13)), "UB15", "UB16", "UB18"}
"""Rules that are judged here."""
ROLE = {"node-role.kubernetes.io/control-plane": ""}
CONTROL = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd")


QUIET = {
    "serviceexports",
    "gke-serviceexports",
    "persistentvolumes",  # headroom
    "namespaces",  # there is no webhook
    "endpointslices",
    "eks-proxy-config",  # the other one is there
}
"""Topics that such a cluster can do without."""


def static(name: str, node: str) -> b.Doc:
    box = {"name": name, "image": f"{name}:v1.34.2", "command": [name, "--v=2"]}
    return b.pod(f"{name}-{node}", node, owner="Node", namespace="kube-system", containers=[box])


def config(name: str, data: dict[str, str]) -> b.Doc:
    return {"apiVersion": "v1", "kind": "ConfigMap", "data": data,
            "metadata": b.meta(name, "kube-system")}  # fmt: skip


def well(size: int = 3) -> list[b.Doc]:
    """A healthy kubeadm cluster."""
    servers = [f"s{number}" for number in range(3)]
    workers = [f"w{number}" for number in range(size)]
    return [
        *(b.node(name, labels=ROLE) for name in servers),
        *(b.node(name) for name in workers),
        *(static(name, node) for name in CONTROL for node in servers),
        *(b.pod(f"web-{number}", node) for number, node in enumerate(workers)),
        b.budget("web", expected=size, wanted=size - 1, labels={"app": "web"}, maxUnavailable=1),
        config("kubelet-config", {"kubelet": "kind: KubeletConfiguration\n"}),
        config("kube-proxy", {"config.conf": "mode: nftables\n"}),
    ]


def versions(cluster: ClusterSnapshot, provider: str = "kubeadm") -> ClusterVersions:
    pools = tuple(msgspec.structs.replace(one, cgroup="v2") for one in pools_of(cluster))
    seen = Seen(Component.KUBELET, parse_version("v1.34.2"), 6, "nodes")
    return ClusterVersions(
        "west", provider, seen=(seen,), least=Minor(1, 34), most=Minor(1, 34), pools=pools
    )


def judged(cluster: ClusterSnapshot, provider: str = "") -> tuple[Blocker, ...]:
    return cluster_blockers(
        cluster, versions(cluster, provider), sort_pods(cluster), NO_SUPPORT_DATA
    )


def audited(docs: Sequence[b.Doc], **states: TopicState) -> ClusterSnapshot:
    given = {name.replace("_", "-"): state for name, state in states.items()}
    return build.cluster("west", docs, states=given, audited=True)


def test_nothing_stands_in_the_way_of_a_healthy_cluster() -> None:
    assert judged(audited(well())) == ()


def test_worst_first_and_every_blocker_is_one_finding() -> None:
    docs = [*well(), b.node("ill", ready="False"), b.pod("bare", "w1", owner=""),
            b.budget("db", labels={"app": "db"}, maxUnavailable=0)]  # fmt: skip
    cluster = audited(docs, apiservices=TopicState.FORBIDDEN)
    found = judged(cluster)
    assert [(one.rule, one.gravity) for one in found] == [
        ("UB03", Gravity.BLOCK),
        ("UB06", Gravity.WARN),
        ("UB07", Gravity.WARN),
        ("UB09", Gravity.UNKNOWN),
    ]
    findings = blocker_findings("west", found, Minor(1, 34))
    assert [(one.rule, one.severity) for one in findings] == [
        ("UB03", Severity.HIGH), ("UB06", Severity.MEDIUM), ("UB07", Severity.MEDIUM),
    ]  # fmt: skip
    assert len({one.id for one in findings}) == len(findings)
    assert all(one.evidence and one.pane == "versions" for one in findings)
    (unknown,) = blocker_unknowns(cluster, found)
    assert (unknown.rule, unknown.cluster) == ("UB09", "west")
    assert "apiservices forbidden" in unknown.reason


@pytest.mark.parametrize("state", [TopicState.FORBIDDEN, TopicState.PENDING, TopicState.STALE])
@pytest.mark.parametrize("topic", BLOCKER_TOPICS)
def test_nothing_passes_on_what_was_not_read(topic: str, state: TopicState) -> None:
    """Each topic that is read is needed for some rule; an export only adds words."""
    found = judged(audited(well(), **{topic: state}))
    quiet = topic in QUIET
    assert any(one.gravity is Gravity.UNKNOWN for one in found) is not quiet


def test_a_cluster_that_cannot_be_read_is_unknown_in_all_and_told_once() -> None:
    cluster = build.unreachable("west")
    nothing = ClusterVersions("west", "")
    found = cluster_blockers(cluster, nothing, sort_pods(cluster), NO_SUPPORT_DATA)
    assert {one.gravity for one in found} == {Gravity.UNKNOWN}
    assert {one.rule for one in found} == OWN
    assert blocker_findings("west", found, None) == ()
    (unknown,) = blocker_unknowns(cluster, found)
    assert (unknown.rule, unknown.reason) == ("*", "unreachable: timeout")


def test_rules_and_topics_are_those_that_are_known() -> None:
    assert {one.id for one in UPGRADE_RULES} >= OWN
    assert set(BLOCKER_TOPICS) <= set(BY_TOPIC)


@pytest.mark.parametrize(
    ("gravity", "target", "least", "severity"),
    [
        (Gravity.BLOCK, None, 34, Severity.HIGH),
        (Gravity.BLOCK, 35, 34, Severity.HIGH),
        (Gravity.BLOCK, 36, 34, Severity.MEDIUM),
        (Gravity.BLOCK, 36, None, Severity.HIGH),
        (Gravity.WARN, None, 34, Severity.MEDIUM),
        (Gravity.WARN, 36, 34, Severity.LOW),
        (Gravity.INFO, None, 34, Severity.INFO),
    ],
)
def test_severities(
    gravity: Gravity, target: int | None, least: int | None, severity: Severity
) -> None:
    one = Blocker("UB10", gravity, Phase.NODES, "t", "d", "r",
                  target=Minor(1, target) if target else None)  # fmt: skip
    assert severity_of(one, Minor(1, least) if least else None) is severity


def test_five_hundred_nodes_take_no_time() -> None:
    """The budget is 40 ms; the test leaves room for a busy machine."""
    docs = well(500)
    docs += [b.pod(f"api-{number}", f"w{number % 500}", cpu="100m") for number in range(4_500)]
    cluster = audited(docs)
    pods = sort_pods(cluster)
    told = versions(cluster)
    best = 1.0
    for _ in range(5):
        start = time.perf_counter()
        cluster_blockers(cluster, told, pods, NO_SUPPORT_DATA)
        best = min(best, time.perf_counter() - start)
    assert best < 0.2
