"""Which exit status a report ends with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.cli.exit_codes import ExitCode
from mckconsole.cli.verdict import Wanted, find_gaps, judge
from mckconsole.config.model import Config, PrometheusConfig
from mckconsole.domain.access_log import AccessLog, LogFile
from mckconsole.domain.findings import Severity
from mckconsole.domain.metrics import MetricState, MetricsView, MetricVector
from mckconsole.domain.snapshot import NOT_READ, ClusterSnapshot, FleetSnapshot, TopicView
from mckconsole.domain.states import ClusterState, TopicState
from tests.unit.report.examples import DOWN, SLOW, document


def cluster(
    name: str = "west",
    state: ClusterState = ClusterState.READY,
    topic: TopicState = TopicState.FRESH,
    metric: MetricState = MetricState.FRESH,
    query: str = "cilium-readiness",
) -> ClusterSnapshot:
    vector = MetricVector(metric, endpoint="prom")
    return ClusterSnapshot(
        name,
        name,
        "https://west",
        state,
        topics={"gateways": TopicView("gateways", topic)},
        metrics=MetricsView({query: vector}),
    )


def fleet(*clusters: ClusterSnapshot) -> FleetSnapshot:
    return FleetSnapshot({one.name: one for one in clusters}, 0.0)


@pytest.mark.parametrize("state", [s for s in TopicState if s.value not in ("fresh", "absent")])
def test_topics_that_count_as_gaps(state: TopicState) -> None:
    assert find_gaps(fleet(cluster(topic=state)), Config()) == {"west": [f"gateways {state}"]}


@pytest.mark.parametrize("state", [TopicState.FRESH, TopicState.ABSENT])
def test_topics_that_do_not(state: TopicState) -> None:
    assert find_gaps(fleet(cluster(topic=state)), Config()) == {}


def test_logs_that_were_not_read_to_their_end_are_gaps() -> None:
    files = (LogFile("cut.gz", "audit", trouble="it was cut"), LogFile("whole.log", "audit"))
    seen = replace(fleet(cluster()), access=AccessLog((), files))
    gaps = find_gaps(seen, Config())
    assert gaps == {"cut.gz": ["it was cut"]}
    whole = document(findings=())
    assert judge(whole, seen, gaps, Wanted()) is ExitCode.INCOMPLETE
    assert judge(whole, seen, gaps, Wanted(allow_partial=True)) is ExitCode.DONE


def test_what_may_be_refused_may_be_refused_in_some_namespaces() -> None:
    faults = {("infra", NOT_READ): ("forbidden",)}
    views = (
        TopicView("secrets", TopicState.FRESH, faults=faults),
        TopicView("configmaps", TopicState.PENDING, "nobody allowed it", withheld=True),
    )
    held = replace(cluster(), topics={view.topic: view for view in views})
    assert find_gaps(fleet(held), Config()) == {}
    odd = replace(views[0], faults={**faults, ("shop", "db"): ("type: odd",)})
    held = replace(held, topics={"secrets": odd})
    assert find_gaps(fleet(held), Config()) == {"west": ["secrets read in part"]}


def test_a_report_on_secrets_is_incomplete_where_they_are_forbidden() -> None:
    view = TopicView("secrets", TopicState.FORBIDDEN, "forbidden")
    refused = replace(cluster(), topics={"secrets": view})
    assert find_gaps(fleet(refused), Config()) == {}
    found = find_gaps(fleet(refused), Config(), essential={"secrets"})
    assert found == {"west": ["secrets forbidden"]}


@pytest.mark.parametrize("state", [s for s in ClusterState if s.value not in ("ready", "degraded")])
def test_a_cluster_that_cannot_be_read_is_one_gap(state: ClusterState) -> None:
    found = find_gaps(fleet(cluster(state=state, topic=TopicState.UNREACHABLE)), Config())
    assert found == {"west": [state.value]}


def test_metrics_count_when_a_configured_endpoint_lets_down() -> None:
    for state in (MetricState.FAILED, MetricState.PARTIAL):
        found = find_gaps(fleet(cluster(metric=state)), Config())
        assert found == {"west": [f"metrics of prom {state}"]}
    assert find_gaps(fleet(cluster(metric=MetricState.NOT_CONFIGURED)), Config()) == {}


def test_growth_that_federate_cannot_give_is_no_gap() -> None:
    federate = Config(prometheus=[PrometheusConfig("prom", "http://p", api="federate")])
    growth = fleet(cluster(metric=MetricState.FAILED, query="submariner-rx-growth"))
    assert find_gaps(growth, federate) == {}
    assert find_gaps(growth, Config()) != {}
    assert find_gaps(fleet(cluster(metric=MetricState.FAILED)), federate) != {}


GAP = {"west": ["gateways forbidden"]}


@pytest.mark.parametrize(
    ("wanted", "gaps", "status"),
    [
        (Wanted(), {}, ExitCode.DONE),
        (Wanted(), GAP, ExitCode.INCOMPLETE),
        (Wanted(allow_partial=True), GAP, ExitCode.DONE),
        (Wanted(Severity.CRITICAL), {}, ExitCode.FINDINGS),
        (Wanted(Severity.CRITICAL), GAP, ExitCode.FINDINGS),
        (Wanted(Severity.HIGH, allow_partial=True), GAP, ExitCode.FINDINGS),
    ],
)
def test_precedence(wanted: Wanted, gaps: dict[str, list[str]], status: ExitCode) -> None:
    assert judge(document(findings=(DOWN,)), fleet(cluster()), gaps, wanted) is status


def test_fail_on_compares_severities() -> None:
    medium = document(findings=(SLOW,))
    snapshot = fleet(cluster())
    for severity in Severity:
        expected = ExitCode.FINDINGS if SLOW.severity.at_least(severity) else ExitCode.DONE
        assert judge(medium, snapshot, {}, Wanted(severity)) is expected


def test_nothing_readable_comes_before_everything() -> None:
    dead = fleet(cluster(state=ClusterState.UNREACHABLE))
    for wanted in (Wanted(), Wanted(Severity.INFO), Wanted(allow_partial=True)):
        assert judge(document(), dead, GAP, wanted) is ExitCode.NO_CLUSTER
    assert judge(document(), fleet(), {}, Wanted()) is ExitCode.NO_CLUSTER
    half = fleet(cluster(), replace(cluster("east"), state=ClusterState.UNREACHABLE))
    assert judge(document(), half, GAP, Wanted()) is ExitCode.INCOMPLETE
