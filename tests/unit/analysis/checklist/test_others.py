"""Answers of CHK05 to CHK08 that are kept while nothing changed, and say the same as anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.analysis.alarms import EVIDENCE_AGE
from mckconsole.analysis.checklist.grounds import Grounds
from mckconsole.analysis.checklist.kept import ChecklistMemory
from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.checklist.others import LOOKS, QUERIES, TOPICS, OthersMemory, others_of
from mckconsole.analysis.checklist.report import keep_up
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.metrics import QUERIES as EVERY
from mckconsole.domain.metrics import MetricsView
from mckconsole.domain.states import ClusterState, TopicState
from tests.unit.analysis import build
from tests.unit.analysis.checklist.telemetry import (
    CANARY,
    JOBS,
    config,
    counter,
    daemonset,
    deployment,
    namespace,
    targets,
)
from tests.unit.analysis.checklist.test_policies import CALICO, CLOSED, REMOTE, policy
from tests.unit.analysis.failover import build as made
from tests.unit.analysis.livefleet import LiveFleet
from tests.unit.domain.documents import JUNK

RULES = ("CHK05", "CHK06", "CHK07", "CHK08")


def test_what_is_read_is_known() -> None:
    assert [look.rule for look in LOOKS] == list(RULES)
    assert set(TOPICS) <= BY_TOPIC.keys()
    assert set(QUERIES) <= {one.id for one in EVERY}


POOL = [
    build.node("n1", provider_id="aws:///a/i-1"),
    build.node("n2"),
    CALICO,
    daemonset("flannel", "flannel/flannel:v1", namespace="kube-system"),
    policy("deny", CLOSED),
    policy("remote", REMOTE),
    namespace("shop"),
    namespace("logging"),
    daemonset("fluent-bit", "fluent/fluent-bit:3", desired=1),
    config("fb", "fluent-bit", {"a.conf": f"[OUTPUT]\nName es\nHost es.example.com\nX {CANARY}\n"}),
    config("fb", "fluent-bit", {"a.conf": "[OUTPUT]\nName es\nHost es.logging\n"}),
    deployment("opencost", "ghcr.io/opencost/opencost:1"),
]
VECTORS = {
    "targets": (targets(*JOBS), targets(), targets("apiserver"), targets(*JOBS, endpoint="own")),
    "fluentbit-delivered": (counter(), counter(0), counter(None)),
    "node-cost": (counter(), counter(None)),
}
NAMES = st.sampled_from(["a", "b", "c"])
CHANGES = st.one_of(
    st.tuples(st.just("put"), NAMES, st.sampled_from(POOL)),
    st.tuples(st.just("drop"), NAMES, st.sampled_from(POOL)),
    st.tuples(st.just("state"), NAMES, st.sampled_from(TOPICS), st.sampled_from(TopicState)),
    st.tuples(
        st.just("metrics"),
        NAMES,
        st.sampled_from([*VECTORS]),
        st.integers(min_value=0, max_value=3),
    ),
    st.tuples(
        st.just("cluster"), NAMES, st.sampled_from([ClusterState.READY, ClusterState.FORBIDDEN])
    ),
    st.tuples(st.just("exports"), st.sets(NAMES)),
    st.tuples(st.just("time")),
)


class Changing:
    """A fleet whose objects, metrics and services change."""

    def __init__(self) -> None:
        self.live = LiveFleet("a", "b", "c")
        self.metrics: dict[str, dict[str, Any]] = {name: {} for name in "abc"}
        self.states: dict[str, ClusterState] = {}
        self.exports: set[str] = set()
        for name in "abc":
            self.live.put(name, *POOL)

    def change(self, kind: str, *how: Any) -> None:
        if kind == "put":
            self.live.put(*how)
        elif kind == "drop":
            self.live.drop(*how)
        elif kind == "state":
            self.live.state(*how)
        elif kind == "metrics":
            name, query, number = how
            self.metrics[name][query] = VECTORS[query][number % len(VECTORS[query])]
        elif kind == "cluster":
            self.states[how[0]] = how[1]
        elif kind == "exports":
            self.exports = how[0]
        else:
            self.live.now += 1

    def grounds(self) -> Grounds:
        fleet = self.live.snapshot()
        clusters = {
            name: replace(one, metrics=MetricsView(dict(self.metrics[name])),
                          state=self.states.get(name, one.state))
            for name, one in fleet.clusters.items()
        }  # fmt: skip
        parts = [made.part(name, 2) for name in sorted(self.exports)]
        report = made.report(fleet, *([made.service(*parts)] if parts else []))
        return Grounds(replace(fleet, clusters=clusters), services=report)


def told(grounds: Grounds, memory: OthersMemory | None = None) -> tuple[
    dict[tuple[str, str], Answer], OthersMemory
]:  # fmt: skip
    answerers, after = others_of(grounds, memory)
    clusters = grounds.fleet.clusters
    return {
        (rule, name): each(one)
        for rule, each in answerers.items()
        for name, one in clusters.items()
    }, after


@settings(max_examples=60, deadline=None)
@given(st.lists(CHANGES, max_size=8))
def test_with_a_memory_the_answers_are_the_same(changes: list[tuple[Any, ...]]) -> None:
    fleet, memory = Changing(), OthersMemory()
    _, memory = told(fleet.grounds(), memory)
    for one in changes:
        fleet.change(*one)
        found, memory = told(fleet.grounds(), memory)
        assert found == told(fleet.grounds())[0]
        assert CANARY not in repr(found)


def test_what_did_not_change_is_not_worked_out_again() -> None:
    fleet = Changing()
    _, first = told(fleet.grounds())
    _, second = told(fleet.grounds(), first)
    assert all(second.answered[key] is one for key, one in first.answered.items())
    fleet.live.put("a", POOL[0] | {"spec": {"providerID": "gce://p/z/n"}})
    _, third = told(fleet.grounds(), second)
    anew = {
        key
        for key, one in third.answered.items()
        if one.gathered is not second.answered[key].gathered
    }
    assert anew == {("CHK06", "a"), ("CHK07", "a")}


def test_evidence_is_dated_anew() -> None:
    fleet = Changing()
    _, memory = told(fleet.grounds())
    fleet.live.now += EVIDENCE_AGE
    _, memory = told(fleet.grounds(), memory)
    assert {one.at for one in memory.answered.values()} == {fleet.live.now}


@pytest.mark.parametrize("rule", RULES)
@given(st.sampled_from([one for one in TopicState if one is not TopicState.FRESH]))
def test_nothing_passes_on_what_was_not_read(rule: str, state: TopicState) -> None:
    look = next(one for one in LOOKS if one.rule == rule)
    cluster = build.cluster("a", POOL, states=dict.fromkeys(look.topics, state))
    answers, _ = told(Grounds(build.fleet(cluster), services=made.report(build.fleet(cluster))))
    assert answers[rule, "a"].mark is not Mark.PASS


def test_the_whole_checklist_takes_them_in() -> None:
    grounds = Changing().grounds()
    answerers, _ = others_of(grounds)
    report = keep_up(grounds, ChecklistMemory(), answerers)[0]
    for rule in RULES:
        for name, one in grounds.fleet.clusters.items():
            found = report.of(rule, name)
            assert found is not None
            assert found.mark is answerers[rule](one).mark


IMAGES = st.sampled_from(
    ["calico/node", "", "@", ":", "fluent/fluent-bit:3", "a/vector@sha256:1", "é"]
)


@st.composite
def junk(draw: st.DrawFn) -> list[build.Doc]:
    """An object of every kind that is read, of which anything may be nonsense."""
    docs: list[build.Doc] = []
    for topic in TOPICS:
        kind = BY_TOPIC[topic]
        version = f"{kind.group}/{kind.versions[0]}" if kind.group else kind.versions[0]
        containers = [{"name": "a", "image": draw(IMAGES), "args": ["--enable-network-policy"]}]
        spec = draw(st.one_of(JUNK, st.just({"template": {"spec": {"containers": containers}}})))
        data = draw(
            st.dictionaries(st.sampled_from(["a.conf", "b.yaml", "c"]), st.text(max_size=20))
        )
        labels = {"app.kubernetes.io/name": "fluent-bit", "k8s-app": "fluentd"}
        meta = {
            "name": kind.name or "one",
            "namespace": kind.namespace or "logging",
            "labels": labels,
        }
        docs.append({"apiVersion": version, "kind": kind.projection.kind, "metadata": meta,
                     "spec": spec, "status": draw(JUNK), "data": data})  # fmt: skip
    return docs


@settings(max_examples=40, deadline=None)
@given(junk())
def test_nonsense_is_answered(docs: list[build.Doc]) -> None:
    fleet = build.fleet(build.cluster("a", docs), build.cluster("b", POOL))
    answers, _ = told(Grounds(fleet, services=made.report(fleet)))
    assert len(answers) == len(RULES) * 2
    assert all(one.reason for one in answers.values())
