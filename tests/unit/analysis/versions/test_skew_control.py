"""SK01, SK06, SK08, SK09 and SK12: the control plane, each rule with its healthy twin."""

from __future__ import annotations

from typing import Any

import pytest

from mckconsole.domain.findings import Severity
from mckconsole.domain.metrics import MetricVector
from mckconsole.domain.snapshot import Builds, ClusterSnapshot
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.versions.parts import (
    cluster,
    control_plane,
    judged,
    lease,
    node,
    only,
    proxy,
    rules,
    static,
)

HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
HOUR = 3600.0


def ha(*versions: str, **more: Any) -> ClusterSnapshot:
    """API servers of these versions, with controllers of the first one's."""
    return cluster(*control_plane(*versions, **more), version=versions[0])


def told(found: ClusterSnapshot, rule: str) -> list[tuple[str, Severity]]:
    return [(one.subject, one.severity) for one in judged(found).findings if one.rule == rule]


@pytest.mark.parametrize(
    ("versions", "hours", "severity"),
    [
        (("v1.34.2",), 1, None),
        (("v1.34.2", "v1.34.2", "v1.34.2"), 1, None),
        (("v1.34.2", "v1.34.9"), 1, None),
        (("v1.34.2", "v1.35.0"), 1, LOW),
        (("v1.34.2", "v1.35.0"), 23, LOW),
        (("v1.34.2", "v1.35.0"), 25, MEDIUM),
        (("v1.34.2", "v1.36.0"), 1, HIGH),
        (("v1.34.2", "v1.35.0", "v1.36.0"), 1, HIGH),
    ],
)
def test_api_servers_that_are_apart(
    versions: tuple[str, ...], hours: float, severity: Severity | None
) -> None:
    found = told(ha(*versions, age=hours * HOUR), "SK01")
    assert found == ([("", severity)] if severity else [])


def test_the_finding_shows_servers_of_both_versions() -> None:
    finding = only(ha("v1.34.2", "v1.34.2", "v1.35.0"), "SK01")
    assert finding.title == "API servers at 1.34 and 1.35"
    values = [str(one.value) for one in finding.evidence]
    assert any("v1.34.2" in one for one in values)
    assert any("v1.35.0" in one for one in values)
    look = "kubectl --context ctx-west -n kube-system get pods -l component=kube-apiserver"
    assert look in finding.remediation


def test_connections_alone_tell_of_it() -> None:
    builds = Builds((("v1.33.5-eks-3025e55", 5), ("v1.34.1-eks-113cf36", 1)), build.NOW)
    found = cluster(
        lease("a"), lease("b"), node("n1", "v1.33.5", provider_id="aws:///a/i-1"),
        version="v1.33.5-eks-3025e55", builds=builds,
    )  # fmt: skip
    finding = only(found, "SK01")
    assert finding.severity is LOW
    assert finding.remediation.startswith("wait for the provider")
    assert not [one for one in judged(found).unknowns if one.rule == "SK01"]


def vector(*versions: str, age: float = 5) -> dict[str, MetricVector]:
    samples = [
        build.sample(1, age=age, instance=f"10.0.0.{number}:6443", git_version=version)
        for number, version in enumerate(versions)
    ]
    return {"apiserver-builds": build.vector(*samples)}


def test_prometheus_alone_tells_of_it() -> None:
    leases = [lease("a"), lease("b")]
    assert only(cluster(*leases, metrics=vector("v1.34.2", "v1.35.0")), "SK01").severity is LOW
    assert told(cluster(*leases, metrics=vector("v1.34.2", "v1.34.2")), "SK01") == []
    old = cluster(*leases, metrics=vector("v1.34.2", "v1.35.0", age=301))
    assert told(old, "SK01") == []
    assert [one.rule for one in judged(old).unknowns if one.rule == "SK01"] == ["SK01"]


@pytest.mark.parametrize("leases", [0, 2, 3])
def test_one_answer_of_several_api_servers_is_no_proof_that_all_agree(leases: int) -> None:
    found = cluster(*(lease(str(number)) for number in range(leases)))
    assert told(found, "SK01") == []
    assert [one.rule for one in judged(found).unknowns if one.rule == "SK01"] == ["SK01"]


@pytest.mark.parametrize(
    ("servers", "scheduler", "expected"),
    [
        (("v1.34.2",), "v1.34.0", []),
        (("v1.34.2",), "v1.33.0", [("kube-scheduler other", LOW)]),
        (("v1.34.2",), "v1.32.0", [("kube-scheduler older", HIGH)]),
        (("v1.34.2",), "v1.35.0", [("kube-scheduler newer", HIGH)]),
        (("v1.34.2", "v1.35.0"), "v1.34.0", []),
        (("v1.34.2", "v1.35.0"), "v1.35.0", [("kube-scheduler newer", MEDIUM)]),
        (("v1.34.2", "v1.35.0"), "v1.33.0", [("kube-scheduler older", HIGH)]),
        (("v1.34.2", "v1.35.0"), "v1.36.0", [("kube-scheduler newer", HIGH)]),
    ],
)
def test_controllers_beside_api_servers(
    servers: tuple[str, ...], scheduler: str, expected: list[tuple[str, Severity]]
) -> None:
    plane = [
        one for one in control_plane(*servers)
        if one["metadata"].get("labels", {}).get("component") != "kube-scheduler"
    ]  # fmt: skip
    found = cluster(*plane, static("kube-scheduler", scheduler), version=servers[0])
    assert told(found, "SK06") == expected


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("registry.k8s.io/provider-aws/cloud-controller-manager:v1.34.0", []),
        ("registry.k8s.io/provider-aws/cloud-controller-manager:v1.32.0", [HIGH]),
        ("gcr.io/cloud-provider-gcp/cloud-controller-manager:v32.2.4", []),
        ("docker.io/hetznercloud/hcloud-cloud-controller-manager:v1.26.0", []),
    ],
)
def test_cloud_controllers_are_judged_where_they_follow_kubernetes(
    image: str, expected: list[Severity]
) -> None:
    found = cluster(*control_plane("v1.34.2"), static("cloud-controller-manager", image))
    assert [severity for _, severity in told(found, "SK06")] == expected


def test_controllers_that_the_provider_runs_are_no_warning() -> None:
    found = judged(
        cluster(
            lease("a"), node("n1", "v1.33.5-eks-3025e55", provider_id="aws:///a/i-1"),
            version="v1.33.5-eks-3025e55",
        )
    )  # fmt: skip
    assert "SK06" not in {one.rule for one in found.findings}
    assert "SK06" not in {one.rule for one in found.unknowns}


def openshift(*versions: str) -> ClusterSnapshot:
    """A ClusterVersion with these releases behind it, the newest first."""
    history = [{"state": "Completed", "version": one} for one in versions]
    doc = {
        "apiVersion": "config.openshift.io/v1",
        "kind": "ClusterVersion",
        "metadata": {"name": "version"},
        "spec": {"channel": "stable-4.20"},
        "status": {"desired": {"version": versions[0] if versions else ""}, "history": history},
    }
    return cluster(doc, lease("a"), version="v1.33.5")


@pytest.mark.parametrize(
    ("versions", "skipped"),
    [
        ((), []),
        (("4.20.3",), []),
        (("4.20.3", "4.20.1", "4.19.9", "4.18.2"), []),
        (("4.20.3", "4.18.2"), ["4.18 4.20"]),
        (("4.20.3", "4.18.2", "4.16.1"), ["4.16 4.18", "4.18 4.20"]),
        (("4.20.3", "nightly", "4.19.1"), []),
        (("4.19.1", "4.20.3"), []),
    ],
)
def test_minors_that_openshift_skipped(versions: tuple[str, ...], skipped: list[str]) -> None:
    found = openshift(*versions)
    assert sorted(subject for subject, _ in told(found, "SK08")) == skipped
    if skipped:
        finding = next(one for one in judged(found).findings if one.rule == "SK08")
        assert finding.evidence[0].path.startswith("status.history[")
        assert len(finding.evidence) == 2
        assert "kubectl --context ctx-west get clusterversion" in finding.remediation


@pytest.mark.parametrize(
    ("controllers", "kubelet", "late"),
    [
        ("v1.34.0", "v1.34.0", []),
        ("v1.34.0", "v1.33.0", []),
        ("v1.33.0", "v1.33.0", []),
        ("v1.33.0", "v1.34.0", ["kube-controller-manager", "kube-scheduler"]),
    ],
)
def test_nodes_that_went_ahead_of_controllers(
    controllers: str, kubelet: str, late: list[str]
) -> None:
    docs = [*control_plane("v1.34.2", controllers=controllers), node("n1", kubelet)]
    found = told(cluster(*docs), "SK09")
    assert sorted(found) == [(one, LOW) for one in late]


def test_the_finding_names_only_the_late_controller_and_the_nodes_ahead() -> None:
    docs = [
        *control_plane("v1.34.2"), node("n1", "v1.34.0"), node("n2", "v1.33.0"),
        static("kube-scheduler", "v1.33.0", "cp9"),
    ]  # fmt: skip
    finding = only(cluster(*docs), "SK09")
    assert finding.subject == "kube-scheduler"
    names = {one.object.name for one in finding.evidence if one.object}
    assert names == {"kube-scheduler-cp9", "n1"}


@pytest.mark.parametrize(
    ("servers", "kubelet", "narrow"),
    [
        (("v1.34.2", "v1.35.0"), "v1.34.0", False),
        (("v1.34.2", "v1.35.0"), "v1.35.0", True),
        (("v1.34.2", "v1.35.0"), "v1.36.0", False),
        (("v1.34.2", "v1.35.0"), "v1.32.0", False),
        (("v1.34.2", "v1.35.0"), "v1.31.0", True),
        (("v1.34.2", "v1.35.0"), "v1.30.0", False),
        (("v1.34.2",), "v1.31.0", False),
        (("v1.35.2",), "v1.31.0", False),
    ],
)
def test_api_servers_that_are_apart_leave_less_room(
    servers: tuple[str, ...], kubelet: str, narrow: bool
) -> None:
    found = cluster(*control_plane(*servers), node("n1", kubelet), version=servers[0])
    assert told(found, "SK12") == ([("", MEDIUM)] if narrow else [])


def test_what_has_less_room_is_counted() -> None:
    docs = [
        *control_plane("v1.34.2", "v1.35.0", controllers="v1.35.0"),
        node("n1", "v1.35.0"), node("n2", "v1.31.0"), proxy("v1.31.0", "n2"),
    ]  # fmt: skip
    finding = only(cluster(*docs), "SK12")
    for words in ("2 × kubelet", "1 × kube-proxy", "2 × kube-scheduler"):
        assert words in finding.title


def test_a_cluster_that_is_not_read_is_unknown_in_all_of_it() -> None:
    found = judged(build.unreachable("west"))
    assert found.findings == ()
    assert {"*", "SK01", "SK03", "SK04", "SK06"} <= {one.rule for one in found.unknowns}


@pytest.mark.parametrize("state", [TopicState.FORBIDDEN, TopicState.UNREACHABLE, TopicState.STALE])
def test_controllers_are_unknown_without_the_pods(state: TopicState) -> None:
    found = judged(cluster(*control_plane("v1.34.2"), pods=state))
    assert "SK06" in {one.rule for one in found.unknowns}


def test_everything_can_be_wrong_at_once() -> None:
    docs = [
        *control_plane("v1.34.2", "v1.35.0", controllers="v1.33.0"),
        node("new", "v1.36.0"), node("old", "v1.30.0"), proxy("v1.36.0", "old"),
    ]  # fmt: skip
    expected = {"SK01", "SK02", "SK03", "SK04", "SK05", "SK06", "SK09", "SK12"}
    assert set(rules(cluster(*docs))) == expected
