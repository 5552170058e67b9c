"""SK10: nodes whose kubelet got a new minor under the feet of its pods."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.versions.parts import (
    Doc,
    cluster,
    control_plane,
    judged,
    node,
    only,
    pod,
    rules,
)

RELEASED = datetime(2025, 8, 27, tzinfo=UTC).timestamp()
"""Of 1.34, as the shipped calendar has it."""
DAY = 86400.0


def web(name: str, made: float, *, on: str = "n1", owner: str = "ReplicaSet", **more: Any) -> Doc:
    """A pod of an application, made so many days after 1.34 was released."""
    age = build.NOW - (RELEASED + made * DAY)
    return pod(name, "app:1", on=on, owner=owner, namespace="shop", age=age, **more)


def of(*pods: Doc, kubelet: str = "v1.34.2", **states: Any) -> ClusterSnapshot:
    return cluster(*control_plane("v1.34.2"), node("n1", kubelet), *pods, **states)


@pytest.mark.parametrize(
    ("one", "kubelet", "wrong"),
    [
        (web("a", -1), "v1.34.2", True),
        (web("a", -300), "v1.34.0", True),
        (web("a", 0), "v1.34.2", False),
        (web("a", 30), "v1.34.2", False),
        (web("a", -1), "v1.33.9", False),  # older than its kubelet's minor by no day
        (web("a", -1, owner="DaemonSet"), "v1.34.2", False),
        (web("a", -1, owner="Node"), "v1.34.2", False),
        (web("a", -1, owner="StatefulSet"), "v1.34.2", True),
        (web("a", -1, phase="Succeeded"), "v1.34.2", False),
        (web("a", -1, phase="Failed"), "v1.34.2", False),
        (web("a", -1, on="n2"), "v1.34.2", False),
        (web("a", -1, on=""), "v1.34.2", False),
        (web("a", -1), "v1.34.0-rc.1", False),  # came before the release
    ],
)
def test_pods_that_are_older_than_the_kubelets_minor(one: Doc, kubelet: str, wrong: bool) -> None:
    assert rules(of(one, kubelet=kubelet)) == (["SK10"] if wrong else [])


def test_the_finding_shows_nodes_and_pods() -> None:
    finding = only(of(web("a", -2), web("b", -1), web("c", 5)), "SK10")
    assert "2 pods" in finding.detail
    shown = {(one.object.kind, one.object.name) for one in finding.evidence if one.object}
    assert shown == {("Node", "n1"), ("Pod", "a"), ("Pod", "b")}
    assert "kubectl --context ctx-west drain n1" in finding.remediation
    assert "kubectl --context ctx-west uncordon n1" in finding.remediation


@pytest.mark.parametrize("stamp", ["", "yesterday", "2020-13-45T99:99:99Z"])
def test_a_pod_without_a_time_proves_nothing(stamp: str) -> None:
    odd = web("a", -1)
    odd["metadata"]["creationTimestamp"] = stamp
    assert rules(of(odd)) == []


def test_a_minor_that_the_calendar_does_not_have_is_unknown() -> None:
    found = judged(cluster(*control_plane("v1.60.0"), node("n1", "v1.60.0"), version="v1.60.0"))
    reasons = [one.reason for one in found.unknowns if one.rule == "SK10"]
    assert reasons == ["when 1.60 was released is not in the table"]


@pytest.mark.parametrize("state", [TopicState.FORBIDDEN, TopicState.STALE, TopicState.PENDING])
def test_without_the_pods_it_is_unknown(state: TopicState) -> None:
    unknown = {one.rule for one in judged(of(pods=state)).unknowns}
    assert "SK10" in unknown
