"""Versions of a whole fleet: what is handed on, what is worked out anew, and that both agree."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.mesh.links import MeshReport
from mckconsole.analysis.versions.model import VersionsReport
from mckconsole.analysis.versions.report import DATED, VersionsMemory, analyse_versions, with_roles
from mckconsole.config.support_data import shipped
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from mckconsole.domain.states import TopicState
from mckconsole.domain.support import NO_SUPPORT_DATA
from tests.benchmarks.versions import mesh as rings
from tests.unit.analysis import build
from tests.unit.analysis.versions.parts import kubeadm, node, pod

NO_MESH = MeshReport()


def numbered(cluster: ClusterSnapshot, name: str, generation: int = 1) -> ClusterSnapshot:
    """A cluster whose topics were read: their content has a number."""
    topics = {topic: replace(view, generation=generation) for topic, view in cluster.topics.items()}
    return replace(cluster, name=name, context=name, topics=topics)


def fleet(**kubelets: str) -> FleetSnapshot:
    return build.fleet(
        *(numbered(kubeadm(kubelet=version), name) for name, version in kubelets.items())
    )


def changed(snapshot: FleetSnapshot, name: str, cluster: ClusterSnapshot) -> FleetSnapshot:
    """The same moment with another cluster, so that what is dated is dated alike."""
    return replace(snapshot, clusters={**snapshot.clusters, name: cluster})


def fresh(snapshot: FleetSnapshot) -> VersionsReport:
    return analyse_versions(snapshot, shipped(), NO_MESH, VersionsMemory())[0]


def test_without_tables_nothing_is_said() -> None:
    snapshot = fleet(east="v1.30.1")
    report, memory = analyse_versions(snapshot, NO_SUPPORT_DATA, NO_MESH, VersionsMemory())
    assert (report, memory) == (VersionsReport(), VersionsMemory())


def test_what_did_not_change_is_handed_on_as_it_is() -> None:
    snapshot = fleet(east="v1.30.1", west="v1.34.2")
    first, memory = analyse_versions(snapshot, shipped(), NO_MESH, VersionsMemory())
    later = replace(snapshot, taken_at=snapshot.taken_at + 5)
    again, after = analyse_versions(later, shipped(), NO_MESH, memory)
    assert again is first
    assert all(after.clusters[name] is memory.clusters[name] for name in memory.clusters)


def test_only_the_cluster_that_changed_is_judged_anew() -> None:
    snapshot = fleet(east="v1.30.1", west="v1.34.2")
    _, memory = analyse_versions(snapshot, shipped(), NO_MESH, VersionsMemory())
    now = changed(snapshot, "west", numbered(kubeadm(kubelet="v1.31.0"), "west", 2))
    report, after = analyse_versions(now, shipped(), NO_MESH, memory)
    assert after.clusters["east"] is memory.clusters["east"]
    assert {one.cluster for one in report.findings if one.rule == "SK11"} == {"west"}
    assert report.clusters == fresh(now).clusters


def test_a_change_of_one_part_leaves_the_others() -> None:
    snapshot = fleet(east="v1.34.2")
    _, memory = analyse_versions(snapshot, shipped(), NO_MESH, VersionsMemory())
    cluster = snapshot.clusters["east"]
    view = cluster.topic("poddisruptionbudgets")
    topics = {**cluster.topics, "poddisruptionbudgets": replace(view, generation=7)}
    _, after = analyse_versions(
        changed(snapshot, "east", replace(cluster, topics=topics)), shipped(), NO_MESH, memory
    )
    before, now = memory.clusters["east"].parts, after.clusters["east"].parts
    assert all(now[part][1] is before[part][1] for part in ("plane", "apis", "addons"))


def test_evidence_is_dated_anew_one_cluster_at_a_time() -> None:
    snapshot = fleet(east="v1.30.1", west="v1.30.1")
    _, memory = analyse_versions(snapshot, shipped(), NO_MESH, VersionsMemory())
    later = replace(snapshot, taken_at=snapshot.taken_at + DATED)
    _, after = analyse_versions(later, shipped(), NO_MESH, memory)
    dated = [name for name, one in after.clusters.items() if one.at == later.taken_at]
    assert dated == ["east"]


def test_a_cluster_that_cannot_be_read_says_so_once() -> None:
    snapshot = build.fleet(build.unreachable("dark"))
    report = fresh(snapshot)
    assert report.findings == ()
    assert [(one.rule, one.cluster) for one in report.unknowns] == [("*", "dark")]
    assert report.clusters[0].least is None


def test_clusters_know_their_mesh_and_what_they_do_for_others() -> None:
    names = {f"c{number:02}": "v1.34.2" for number in range(10)}
    report, _ = analyse_versions(fleet(**names), shipped(), rings(), VersionsMemory())
    groups = {one.groups for one in report.clusters}
    assert groups == {("submariner c00",), ("submariner c05",)}
    known = with_roles(report, {"c03": ("Submariner broker",)})
    assert [one.cluster for one in known.clusters if one.roles] == ["c03"]
    assert with_roles(known, {"c03": ("Submariner broker",)}) is known


KUBELETS = st.sampled_from(["v1.31.4", "v1.33.1", "v1.34.2", "v1.35.0", "nonsense"])
STATES = st.sampled_from([TopicState.FRESH, TopicState.FORBIDDEN, TopicState.STALE])


@given(st.lists(st.tuples(st.sampled_from("abc"), KUBELETS, STATES), max_size=6))
def test_step_by_step_says_the_same_as_at_once(
    steps: list[tuple[str, str, TopicState]],
) -> None:
    snapshot = fleet(a="v1.34.2", b="v1.34.2", c="v1.34.2")
    report, memory = analyse_versions(snapshot, shipped(), NO_MESH, VersionsMemory())
    for turn, (name, kubelet, state) in enumerate(steps):
        others: list[dict[str, Any]] = [node("extra", kubelet), pod("p", "app:1", on="extra")]
        states: dict[str, Any] = {"pods": state}
        cluster = numbered(kubeadm(kubelet=kubelet, others=others, **states), name, turn + 2)
        snapshot = changed(snapshot, name, cluster)
        report, memory = analyse_versions(snapshot, shipped(), NO_MESH, memory)
    assert report == fresh(snapshot)


@pytest.mark.parametrize("topic", ["nodes", "pods", "daemonsets"])
def test_a_topic_that_can_be_read_no_more_is_told_at_once(topic: str) -> None:
    snapshot = fleet(east="v1.30.1")
    _, memory = analyse_versions(snapshot, shipped(), NO_MESH, VersionsMemory())
    cluster = snapshot.clusters["east"]
    lost = replace(cluster.topic(topic), state=TopicState.FORBIDDEN, reason="forbidden")
    now = changed(snapshot, "east", replace(cluster, topics={**cluster.topics, topic: lost}))
    report, _ = analyse_versions(now, shipped(), NO_MESH, memory)
    assert any("forbidden" in one.reason for one in report.unknowns)
