"""Istio: what every replica of istiod says of every remote cluster."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.memory import AnalysisMemory
from mckconsole.analysis.mesh.links import Link, LinkState, MeshProvider, Verdict
from mckconsole.domain.findings import Severity
from mckconsole.domain.metrics import MetricState, MetricVector, Sample
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW, Doc, sample, vector

Metrics = dict[str, MetricVector]
STATUSES = ("synced", "syncing", "timeout", "closed")


def secret(remote: str) -> Doc:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": f"istio-remote-secret-{remote}",
            "namespace": "istio-system",
            "labels": {"istio/multiCluster": "true"},
            "annotations": {"networking.istio.io/cluster": remote},
        },
    }


def status(
    remote: str, *replicas: str, age: float = 5, label: str = "cluster", by: str = "pod"
) -> list[Sample]:
    """Four series per replica, of which one is 1; an unknown status leaves all at 0."""
    return [
        sample(
            float(one == said),
            age=age,
            **{label: remote, "cluster_type": "remote", "status": one, by: f"istiod-{number}"},
        )
        for number, said in enumerate(replicas)
        for one in STATUSES
    ]


def metrics(*samples: Sample, replicas: int = 0) -> Metrics:
    """Status series, and `istiod_managed_clusters` of as many replicas."""
    managed = [sample(1, cluster_type="local", pod=f"istiod-{n}") for n in range(replicas)]
    return {"istio-sync-status": vector(*samples), "istio-managed-clusters": vector(*managed)}


def judge(found: Metrics | None, *docs: Doc, memory: AnalysisMemory | None = None, later: float = 0,
          states: dict[str, TopicState] | None = None) -> Analysis:  # fmt: skip
    east = build.cluster("east", docs or [secret("west")], metrics=found, states=states)
    fleet = build.fleet(east, build.cluster("west"), taken_at=NOW + later)
    return analyse(fleet, memory=memory) if memory else analyse(fleet)


def of(analysis: Analysis) -> Link:
    (link,) = analysis.mesh.links
    assert (link.key.provider, link.key.source) == (MeshProvider.ISTIO, "east")
    return link


@pytest.mark.parametrize(
    ("said", "state", "severity", "cause"),
    [
        (("synced", "synced"), LinkState.UP, None, ""),
        (("synced",), LinkState.UP, None, ""),
        (("synced", "timeout"), LinkState.DEGRADED, Severity.MEDIUM, "replicas-disagree"),
        (("synced", "gone"), LinkState.DEGRADED, Severity.MEDIUM, "replicas-disagree"),
        (("synced", "syncing", "closed"), LinkState.DEGRADED, Severity.CRITICAL,
         "replicas-disagree"),
        (("timeout", "timeout"), LinkState.DOWN, Severity.CRITICAL, "sync-failed"),
        (("closed",), LinkState.DOWN, Severity.CRITICAL, "sync-failed"),
        (("timeout", "syncing"), LinkState.DOWN, Severity.CRITICAL, "sync-failed"),
        (("syncing", "syncing"), LinkState.CONNECTING, Severity.INFO, "syncing"),
        (("gone",), LinkState.UNVERIFIED, Severity.MEDIUM, "no-status"),
    ],
)  # fmt: skip
def test_every_state(
    said: tuple[str, ...], state: LinkState, severity: Severity | None, cause: str
) -> None:
    link = of(judge(metrics(*status("west", *said))))
    assert (link.state, link.severity, link.cause) == (state, severity, cause)
    assert link.rtt is None
    assert link.evidence


def test_replicas_that_disagree_are_named() -> None:
    link = of(judge(metrics(*status("west", "synced", "timeout", "synced"))))
    assert "istiod-1 timeout" in link.reason
    assert "istiod-0" not in link.reason


def test_a_replica_that_has_never_heard_of_a_cluster_disagrees() -> None:
    """istio/istio#60612: the number of clusters is steady while one replica misses one."""
    link = of(judge(metrics(*status("west", "synced"), replicas=2)))
    assert (link.state, link.cause) == (LinkState.DEGRADED, "replicas-disagree")
    assert "istiod-1 no status" in link.reason


def test_syncing_for_a_minute_is_down() -> None:
    first = judge(metrics(*status("west", "syncing")))
    later = judge(metrics(*status("west", "syncing")), memory=first.memory, later=61)
    assert of(later).state is LinkState.DOWN


def test_a_secret_is_configuration() -> None:
    link = of(judge(None))
    assert (link.state, link.cause) == (LinkState.UNVERIFIED, "unmeasured")
    assert "remote secret says configured; nothing measured it" in link.reason
    assert link.object is not None
    assert link.object.kind == "Secret"


def test_istiod_that_reports_others_only_says_where_to_look() -> None:
    analysis = judge(metrics(*status("north", "synced")), secret("west"), secret("north"))
    links = {link.key.target: link for link in analysis.mesh.links}
    assert links["north"].state is LinkState.UP
    assert links["west"].state is LinkState.UNVERIFIED
    assert "reports other clusters and not this one" in links["west"].reason


def test_cleared_series_of_a_removed_cluster_make_no_link() -> None:
    other = build.cilium_config("east", 0)
    assert not judge(metrics(*status("west", "gone", "gone")), other).mesh.links


def test_old_samples_are_stale_and_say_what_they_said() -> None:
    link = of(judge(metrics(*status("west", "synced", age=200))))
    assert (link.state, link.last_state) == (LinkState.STALE, LinkState.UP)


def test_incomplete_metrics_are_not_enough_for_up() -> None:
    found = metrics(*status("west", "synced"))
    found["istio-sync-status"] = replace(
        found["istio-sync-status"], state=MetricState.PARTIAL, reason="half of it"
    )
    assert of(judge(found)).state is LinkState.UNVERIFIED


def test_secrets_that_may_not_be_read_cost_configuration_only() -> None:
    states = {"istio-remote-secrets": TopicState.FORBIDDEN}
    analysis = judge(metrics(*status("west", "synced")), states=states)
    link = of(analysis)
    assert link.state is LinkState.UP
    assert any(note.startswith("metrics only") for note in link.notes)
    unread = {(one.cluster, one.rule) for one in analysis.unknowns}
    assert ("east", "MESH-UNVERIFIED") in unread
    assert ("east", "*") not in unread


@pytest.mark.parametrize("by", ["pod", "pod_name", "kubernetes_pod_name", "instance"])
def test_replicas_are_told_apart_by_what_the_scrape_calls_them(by: str) -> None:
    link = of(judge(metrics(*status("west", "synced", "synced", by=by))))
    assert "all 2 replicas" in link.reason


def test_a_label_that_the_scrape_moved_is_found() -> None:
    assert of(judge(metrics(*status("west", "synced", label="exported_cluster")))).state is (
        LinkState.UP
    )


def test_a_label_that_relabelling_replaced_is_named() -> None:
    link = of(judge(metrics(*status("west", "synced", label="lost"))))
    assert link.state is LinkState.UNVERIFIED
    assert "exported_cluster" in link.reason


def test_a_remote_needs_no_way_back() -> None:
    analysis = judge(metrics(*status("west", "synced")))
    (pair,) = analysis.mesh.pairs
    assert (pair.verdict, pair.backward) == (Verdict.UP, None)
    assert "one way" in pair.reason
    assert not analysis.findings


def test_a_name_that_no_cluster_has_stays_as_written() -> None:
    link = of(judge(metrics(*status("mars", "synced")), secret("mars")))
    assert (link.key.target, link.in_fleet) == ("mars", False)
