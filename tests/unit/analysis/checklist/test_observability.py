"""CHK05: which clusters one endpoint shows, how fresh, and why one is missing."""

from __future__ import annotations

import pytest

from mckconsole.analysis.checklist.model import Mark
from mckconsole.domain.metrics import MetricState, MetricVector
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.build import Doc
from tests.unit.analysis.checklist.telemetry import JOBS, answered, daemonset, every, targets

RULE = "CHK05"
ABSENT = targets()


def seen(name: str, vector: MetricVector | None = None, *docs: Doc, **more: object) -> (
    ClusterSnapshot
):  # fmt: skip
    """A cluster as an endpoint has it."""
    metrics = {"targets": targets(*JOBS) if vector is None else vector}
    return build.cluster(name, docs, metrics=metrics, **more)  # type: ignore[arg-type]


def prometheus(label: str = "", name: str = "cluster") -> Doc:
    """A Prometheus of the operator."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "Prometheus",
        "metadata": {"name": "k8s", "namespace": "monitoring"},
        "spec": {"externalLabels": {name: label} if label else {}},
    }


def test_all_there_and_fresh_pass() -> None:
    found = answered(RULE, seen("a"), seen("b"))
    assert (found.mark, found.missing) == (Mark.PASS, ())
    assert found.reason == (
        "fresh in central with 2 clusters, kube-state-metrics, API server and DNS up"
    )
    assert found.as_of == build.NOW - 20
    assert {one.source for one in found.evidence} == {"prometheus"}


@pytest.mark.parametrize(
    ("vector", "mark", "words"),
    [
        (targets(*JOBS, age=301), Mark.WARN, "is 5 m old"),
        (targets(*JOBS, age=299), Mark.PASS, "in central"),
        (targets("apiserver", "kube-dns"), Mark.WARN, "has no target of its kube-state-metrics"),
        (targets("kube-state-metrics", "node"), Mark.WARN, "API server, cluster DNS"),
        (targets(*JOBS, up={"coredns": 0}), Mark.WARN, "its target cluster DNS is down"),
        (targets(*JOBS, replicas=("a", "b")), Mark.WARN, "twice, told apart by replica"),
        (targets(*JOBS, replicas=("a",)), Mark.PASS, "in central"),
        (ABSENT, Mark.FAIL, "central has no series of it"),
        (targets(strangers=("prod", "")), Mark.FAIL, '"prod", no cluster label'),
        (targets(state=MetricState.FAILED, reason="central: refused"), Mark.UNKNOWN, "refused"),
        (targets(state=MetricState.PARTIAL, reason="a store is down"), Mark.UNKNOWN, "a store"),
        (targets(*JOBS, state=MetricState.PARTIAL, reason="a store"), Mark.UNKNOWN, "a store"),
        (MetricVector(MetricState.NOT_CONFIGURED, "no endpoint"), Mark.UNKNOWN, "no endpoint"),
        (targets("kubernetes-apiservers", "ns/kube-state-metrics", "coredns"), Mark.PASS, "in"),
        (targets("openshift-apiserver", "kube-state-metrics", "coredns"), Mark.WARN, "API server"),
    ],
)
def test_by_query(vector: MetricVector, mark: Mark, words: str) -> None:
    found = answered(RULE, seen("a", vector), seen("b"), seen("c"))
    assert found.mark is mark
    assert words in found.reason


def test_names_are_aliases_or_nobodys() -> None:
    vector = targets(strangers=("prod-a",))
    known = answered(RULE, seen("a", vector, prometheus("prod-a")), seen("b"), seen("c"))
    assert known.mark is Mark.UNKNOWN
    assert "series of prod-a, which it calls itself" in known.reason
    assert 'clusterNames: {"prod-a": "a"}' in known.fix
    nobody = answered(RULE, seen("a", vector, prometheus("other")), seen("b"), seen("c"))
    assert nobody.mark is Mark.FAIL


def test_a_prometheus_without_a_cluster_label() -> None:
    vector = targets(strangers=("",))
    found = answered(RULE, seen("a", vector, prometheus()), seen("b"), seen("c"))
    assert found.mark is Mark.UNKNOWN
    assert "its Prometheus has no cluster label" in found.reason
    assert any(one.object and one.object.kind == "Prometheus" for one in found.evidence)
    labelled = answered(RULE, seen("a", vector, prometheus("a")), seen("b"), seen("c"))
    assert labelled.mark is Mark.FAIL


def test_two_clusters_with_one_label() -> None:
    both = (seen("a", None, prometheus("eu")), seen("b", None, prometheus("eu")))
    found = every(RULE, *both, seen("c", None, prometheus("c")))
    assert [one.mark for one in found.values()] == [Mark.WARN, Mark.WARN, Mark.PASS]
    assert "b has the same cluster=eu" in found["a"].reason
    assert {one.cluster for one in found["a"].evidence} == {"a", "b"}


def test_each_its_own_endpoint_is_not_one_for_all() -> None:
    a, b = seen("a", targets(*JOBS, endpoint="of-a")), seen("b", targets(*JOBS, endpoint="of-b"))
    assert answered(RULE, a, b).mark is Mark.UNKNOWN
    assert "no endpoint is asked for more than one" in answered(RULE, a, b).reason
    assert answered(RULE, a).mark is Mark.PASS


def test_what_counts_is_the_endpoint_that_shows_the_fleet() -> None:
    own = targets(*JOBS, endpoint="of-a", beside=[ABSENT])
    assert answered(RULE, seen("a", own), seen("b"), seen("c")).mark is Mark.FAIL
    both = targets(*JOBS, endpoint="of-a", beside=[targets(*JOBS)])
    assert answered(RULE, seen("a", both), seen("b"), seen("c")).mark is Mark.PASS
    alone = targets(*JOBS, endpoint="of-a")
    found = answered(RULE, seen("a", alone), seen("b"), seen("c"))
    assert (found.mark, "it is in of-a, and 2 clusters are in central" in found.reason) == (
        Mark.WARN, True,
    )  # fmt: skip


def test_what_a_vendor_gets_is_not_seen_from_here() -> None:
    none = MetricVector(MetricState.NOT_CONFIGURED, "no endpoint")
    agent = daemonset("datadog", "gcr.io/datadoghq/agent:7")
    found = answered(RULE, seen("a", none, agent))
    assert (found.mark, found.lifted) == (Mark.UNKNOWN, Mark.WARN)
    assert "Datadog sends metrics to its vendor" in found.reason


def test_unread_labels_count_only_while_a_cluster_is_missing() -> None:
    shut = {"prometheus-configs": TopicState.FORBIDDEN}
    found = answered(RULE, seen("a", None, states=shut), seen("b"))
    assert found.mark is Mark.PASS
    assert "prometheus-configs forbidden" in found.missing[0]
    found = answered(RULE, seen("a", None, states=shut), seen("b", ABSENT))
    assert found.mark is Mark.UNKNOWN


def test_a_cluster_that_cannot_be_read_never_passes() -> None:
    away = build.unreachable("a")
    assert answered(RULE, away, seen("b")).mark is Mark.UNKNOWN
