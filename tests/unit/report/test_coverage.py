"""What was asked of whom, and what came of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.metrics import MetricState, MetricVector
from mckconsole.domain.snapshot import NOT_READ, ClusterSnapshot, FleetSnapshot, TopicView
from mckconsole.domain.states import ClusterState, TopicState
from mckconsole.report.coverage import UNASKED_VALUES, Answer, Asked, coverage
from mckconsole.report.coverage_sums import missing, sections, tallies
from mckconsole.views.panes import PANES, find_pane
from mckconsole.views.spec import PaneSpec
from tests.unit.analysis.build import NOW, cluster


def pane(name: str) -> PaneSpec:
    found = find_pane(name)
    assert found is not None
    return found


def asked_of(one: ClusterSnapshot, *panes: PaneSpec) -> dict[str, Asked]:
    fleet = FleetSnapshot({one.name: one}, NOW)
    return {entry.topic: entry for entry in coverage(fleet, panes or PANES)}


def with_topic(view: TopicView, state: ClusterState = ClusterState.READY) -> Asked:
    one = cluster("west", state=state, reason="timeout" if state is not ClusterState.READY else "")
    return asked_of(replace(one, topics={view.topic: view}))[view.topic]


STATES = {
    TopicState.PENDING: Answer.NOT_ASKED,
    TopicState.FRESH: Answer.ANSWERED,
    TopicState.STALE: Answer.STALE,
    TopicState.FORBIDDEN: Answer.FORBIDDEN,
    TopicState.ABSENT: Answer.ABSENT,
    TopicState.UNREACHABLE: Answer.UNREACHABLE,
    TopicState.UNSUPPORTED: Answer.UNSUPPORTED,
}


@pytest.mark.parametrize("state", TopicState)
def test_every_state_has_its_answer(state: TopicState) -> None:
    reason = "" if state is TopicState.FRESH else "because"
    entry = with_topic(TopicView("nodes", state, reason, as_of=NOW))
    assert (entry.answer, entry.reason) == (STATES[state], reason)
    assert entry.answer.whole == state.conclusive
    assert entry.objects == (0 if state.readable else None)
    assert (entry.resource, entry.depth, entry.as_of) == ("nodes", "fields", NOW)


def test_objects_are_counted_that_were_looked_at_and_hold_nothing() -> None:
    assert with_topic(TopicView("configmaps", TopicState.FRESH, looked_at=7)).objects == 7


def test_what_was_read_in_part_is_no_answer() -> None:
    entry = with_topic(TopicView("nodes", TopicState.FRESH, faults={("", "n1"): ("status",)}))
    assert (entry.answer, entry.reason, entry.in_part) == (Answer.PARTIAL, "n1: status", 1)


def test_namespaces_of_which_nothing_was_read_are_named() -> None:
    faults = {(space, NOT_READ): (f"403 in {space}",) for space in ("shop", "billing")}
    view = TopicView("secrets", TopicState.FRESH, faults={**faults, ("a", "b"): ("data",)})
    entry = with_topic(view)
    assert (entry.answer, entry.in_part) == (Answer.PARTIAL, 3)
    assert entry.reason == "not read in billing, shop: 403 in shop"
    many = {(f"n{number:03}", NOT_READ): ("403",) for number in range(105)}
    reason = with_topic(TopicView("secrets", TopicState.FRESH, faults=many)).reason
    assert reason.endswith(", n099 and 5 more: 403")


def test_how_deep_credentials_were_looked_at() -> None:
    view = TopicView("secrets", TopicState.FRESH)
    assert with_topic(view).depth == "metadata"
    assert with_topic(replace(view, values=True)).depth == "values"
    withheld = TopicView("configmaps", TopicState.PENDING, "not read", withheld=True)
    entry = with_topic(withheld)
    assert (entry.answer, entry.reason) == (Answer.NOT_ASKED, UNASKED_VALUES)


def test_a_dead_cluster_says_why_it_was_not_asked() -> None:
    entry = with_topic(TopicView("nodes", TopicState.PENDING, "not read"), ClusterState.UNREACHABLE)
    assert (entry.answer, entry.reason) == (Answer.NOT_ASKED, "unreachable: timeout")


def test_a_topic_that_was_never_read_is_not_looked_at() -> None:
    entry = asked_of(replace(cluster("west"), topics={}))["gateways"]
    assert (entry.answer, entry.reason) == (Answer.NOT_ASKED, "not read")


@pytest.mark.parametrize(
    ("state", "answer", "objects"),
    [
        (MetricState.FRESH, Answer.ANSWERED, 0),
        (MetricState.PARTIAL, Answer.PARTIAL, 0),
        (MetricState.FAILED, Answer.UNREACHABLE, None),
    ],
)
def test_metrics(state: MetricState, answer: Answer, objects: int | None) -> None:
    vector = MetricVector(state, "" if state is MetricState.FRESH else "why", asked_at=NOW)
    one = cluster("west", metrics={"cilium-readiness": vector})
    entry = asked_of(one, pane("mesh"))["cilium-readiness"]
    assert (entry.answer, entry.objects, entry.as_of) == (answer, objects, NOW)
    assert entry.source == "prometheus"
    assert entry.resource == "cilium_clustermesh_remote_cluster_readiness_status"
    silent = asked_of(one, pane("mesh"))["cilium-last-failure"]
    assert (silent.answer, silent.as_of) == (Answer.NOT_ASKED, None)
    assert "no Prometheus endpoint" in silent.reason


def test_only_what_the_panes_need_is_asked_and_the_overview_comes_last() -> None:
    mesh = asked_of(cluster("west"), pane("mesh"))
    assert set(mesh) == {*pane("mesh").topics, *pane("mesh").queries}
    everything = asked_of(cluster("west"))
    assert set(everything) >= set(mesh)
    assert everything["gateways"].panes[:2] == ("mesh", "services")
    overview = asked_of(cluster("west"), pane("fleet"))
    assert {entry.panes for entry in overview.values()} == {("fleet",)}


def test_every_topic_has_a_resource() -> None:
    for name, entry in asked_of(cluster("west")).items():
        assert entry.resource
        if name in BY_TOPIC and BY_TOPIC[name].document:
            assert entry.resource.startswith("GET /")
    assert asked_of(cluster("west"))["deployments"].resource == "deployments.apps"


class TestSums:
    ENTRIES = (
        Asked("a", "x", ("mesh",), "kubernetes", "x", "fields", Answer.ANSWERED, as_of=2.0),
        Asked("a", "y", ("mesh",), "kubernetes", "y", "fields", Answer.ANSWERED, as_of=1.0),
        Asked("a", "z", ("mesh", "identity"), "kubernetes", "z", "fields", Answer.STALE, "old"),
        Asked("b", "z", ("mesh",), "kubernetes", "z", "fields", Answer.STALE, "old"),
        Asked("b", "y", ("mesh",), "kubernetes", "y", "fields", Answer.PARTIAL, "some"),
    )

    def test_counts(self) -> None:
        a, b = tallies(self.ENTRIES, "mesh")
        assert (a.cluster, a.asked, a.counts[Answer.ANSWERED], a.counts[Answer.STALE]) == (
            "a", 3, 2, 1,
        )  # fmt: skip
        assert (a.oldest, a.newest) == (1.0, 2.0)
        assert (b.asked, b.oldest) == (2, None)
        assert [tally.cluster for tally in tallies(self.ENTRIES, "identity")] == ["a"]
        assert sections(self.ENTRIES) == ("mesh", "identity")

    def test_what_is_missing_stands_together(self) -> None:
        assert list(missing(self.ENTRIES, "mesh")) == [
            (Answer.PARTIAL, "some", ("b: y",)),
            (Answer.STALE, "old", ("a: z", "b: z")),
        ]
