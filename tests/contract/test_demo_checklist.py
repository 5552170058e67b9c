"""Every item of the go-live checklist answers for every cluster of the demo as it is planted."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import pytest

from mckconsole.analysis.checklist.items import ITEMS
from mckconsole.analysis.checklist.model import Answer, ChecklistReport, Mark
from mckconsole.analysis.engine import Analysis
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.scenario import Scenario
from mckconsole.domain.metrics import QUERIES, MetricState
from mckconsole.domain.snapshot import FleetSnapshot
from tests.contract import small_fleets
from tests.contract.planted_versions import DAY, DEAD, clock_from, read_on_the_day

CLUSTERS = (
    "aws-use1-1", "aws-usw2-1", "gcp-eu-1", "aks-weu-1", "onprem-1", "stage-neu-1", "stage-sdc-1",
    "lab-fra-1",
)  # fmt: skip
MARKS = {
    "CHK01": "?  FAIL FAIL ?  FAIL ok ok ?",
    "CHK02": "FAIL FAIL FAIL FAIL FAIL ?  ?  ?",
    "CHK03": "FAIL FAIL FAIL FAIL FAIL ok ok ok",
    "CHK04": "FAIL ?  ?  FAIL FAIL ?  ?  FAIL",
    "CHK05": "ok ok ok ok WARN ok ok WARN",
    "CHK06": "ok ok ok ok ok FAIL ok FAIL",
    "CHK07": "ok WARN ?  FAIL ?  FAIL FAIL ?",
    "CHK08": "ok ok FAIL WARN ok WARN WARN ok",
    "CHK09": "FAIL FAIL FAIL FAIL FAIL ?  ?  ?",
    "CHK10": "FAIL FAIL FAIL FAIL FAIL ?  ?  FAIL",
}
"""By item, the marks of CLUSTERS in their order."""
_MARK = {"ok": Mark.PASS, "WARN": Mark.WARN, "FAIL": Mark.FAIL, "?": Mark.UNKNOWN}


class Told(NamedTuple):
    """What is planted for an item in a cluster, as its answer has it."""

    rule: str
    cluster: str
    words: str


FAULTS = (
    Told("CHK01", "gcp-eu-1", "subnets overlap"),
    Told("CHK01", "onprem-1", "missing"),
    Told("CHK02", "onprem-1", "SD14"),
    Told("CHK02", "aks-weu-1", "SD01"),
    Told("CHK03", "aws-use1-1", "WI01"),
    Told("CHK03", "onprem-1", "WI42"),
    Told("CHK04", "aks-weu-1", "api.example.com"),
    Told("CHK04", "lab-fra-1", "Guard CA"),
    Told("CHK05", "onprem-1", "prometheus-onprem-1"),
    Told("CHK05", "lab-fra-1", "kube-state-metrics"),
    Told("CHK06", "stage-neu-1", "no log agent"),
    Told("CHK06", "lab-fra-1", "a Service of the cluster itself"),
    Told("CHK07", "aws-usw2-1", "egress"),
    Told("CHK07", "stage-neu-1", "no cost exporter"),
    Told("CHK08", "gcp-eu-1", "lacks NetworkPolicy default-deny-ingress"),
    Told("CHK08", "aks-weu-1", "being retired"),
    Told("CHK09", "gcp-eu-1", "media/tiles"),
    Told("CHK09", "aws-use1-1", "mobile/feed"),
    Told("CHK10", "aws-use1-1", "UB02"),
    Told("CHK10", "lab-fra-1", "UB07"),
)
WELL = (
    Told("CHK01", "stage-sdc-1", "1 pair connected"),
    Told("CHK03", "stage-neu-1", "nothing high"),
    Told("CHK05", "aws-use1-1", "fresh in federation"),
    Told("CHK06", "aws-use1-1", "to logs.example.com"),
    Told("CHK07", "aws-use1-1", "budget"),
    Told("CHK08", "aws-usw2-1", "Cilium enforces"),
)
"""The twins in the demo's fleet."""
WELL_ELSEWHERE = {
    "CHK02": ("pair-a", "pair-b"),
    "CHK09": ("pair-a", "pair-b", "alone"),
    "CHK10": ("alone",),
}
"""Every cluster of the demo has a fault in these or is in no mesh: these twins are small fleets."""
NEVER_WELL = {"CHK04": "API servers that speak plain HTTP have no certificate to look at"}
"""Items that pass nowhere here, because something of them is never known."""


class Read(NamedTuple):
    snapshot: FleetSnapshot
    analysis: Analysis

    @property
    def checklist(self) -> ChecklistReport:
        return self.analysis.checklist

    def answer(self, rule: str, cluster: str) -> Answer:
        found = self.checklist.of(rule, cluster)
        assert found is not None
        return found


def read(scenario: str | Scenario = "default") -> Read:
    async def going() -> Read:
        clock = clock_from(DAY)
        async with EmbeddedFleet(scenario, clock=clock) as fleet:
            return Read(*await read_on_the_day(fleet, clock))

    return asyncio.run(going())


@pytest.fixture(scope="module")
def demo() -> Read:
    return read()


@pytest.fixture(scope="module")
def small() -> Read:
    return read(small_fleets.meshed())


def test_every_item_is_answered_for_every_cluster(demo: Read) -> None:
    asked = {(one.rule, one.cluster) for one in demo.checklist.answers}
    assert asked == {(item.rule, name) for item in ITEMS for name in (*CLUSTERS, DEAD)}
    assert len(demo.checklist.answers) == len(asked)


@pytest.mark.parametrize("rule", MARKS)
def test_the_marks_are_those_planted(demo: Read, rule: str) -> None:
    found = {name: demo.answer(rule, name).mark for name in CLUSTERS}
    planted = (_MARK[word] for word in MARKS[rule].split())
    assert found == dict(zip(CLUSTERS, planted, strict=True))


@pytest.mark.parametrize("told", FAULTS, ids=lambda one: f"{one.rule} {one.cluster}")
def test_a_fault_is_told_with_evidence_and_a_way_out(demo: Read, told: Told) -> None:
    one = demo.answer(told.rule, told.cluster)
    assert one.mark in (Mark.FAIL, Mark.WARN)
    assert told.words in one.reason
    assert one.evidence
    (finding,) = [
        finding for finding in demo.checklist.findings
        if (finding.rule, finding.cluster) == (told.rule, told.cluster)
    ]  # fmt: skip
    assert finding.evidence
    assert finding.remediation


@pytest.mark.parametrize("told", WELL, ids=lambda one: f"{one.rule} {one.cluster}")
def test_the_twins_pass_by_evidence(demo: Read, told: Told) -> None:
    one = demo.answer(told.rule, told.cluster)
    assert one.mark is Mark.PASS
    assert told.words in one.reason
    assert one.evidence


@pytest.mark.parametrize("rule", WELL_ELSEWHERE)
def test_the_twins_in_a_small_fleet_pass(small: Read, rule: str) -> None:
    for name in WELL_ELSEWHERE[rule]:
        one = small.answer(rule, name)
        assert one.mark is Mark.PASS, one.reason
        assert one.evidence


def test_every_item_has_a_fault_and_a_twin() -> None:
    rules = {item.rule for item in ITEMS}
    assert {one.rule for one in FAULTS} == rules == MARKS.keys()
    assert {one.rule for one in WELL} | {*WELL_ELSEWHERE} | NEVER_WELL.keys() == rules


def test_what_is_not_known_never_passes_and_says_why(demo: Read) -> None:
    for one in demo.checklist.answers:
        if one.mark is Mark.UNKNOWN:
            assert one.reason, (one.rule, one.cluster)
            assert one.missing, (one.rule, one.cluster)
    for rule in NEVER_WELL:
        marks = {demo.answer(rule, name).mark for name in CLUSTERS}
        assert Mark.PASS not in marks
        assert Mark.UNKNOWN in marks


def test_the_dead_cluster_passes_nothing(demo: Read) -> None:
    marks = {demo.answer(item.rule, DEAD).mark for item in ITEMS}
    assert Mark.PASS not in marks
    assert Mark.UNKNOWN in marks
    observed = demo.answer("CHK05", DEAD)
    assert observed.mark is Mark.FAIL
    assert "no series" in observed.reason


ASKED = {
    "apiserver-builds", "deprecated-apis", "kubelet-cgroups", "kubelet-runtimes", "targets",
    "node-cost", "pod-egress", "fluentbit-delivered",
}  # fmt: skip
"""Queries of versions and the checklist that a Prometheus of the demo has series for."""


def test_the_prometheus_of_the_demo_answers_every_query(demo: Read) -> None:
    told = set()
    for name in CLUSTERS:
        for query in QUERIES:
            vector = demo.snapshot.clusters[name].metrics.get(query.id)
            assert vector.state is MetricState.FRESH, (name, query.id, vector.reason)
            if vector.samples:
                told.add(query.id)
    assert not ASKED - told


def test_findings_are_the_faults_and_no_others(demo: Read) -> None:
    bad = {(one.rule, one.cluster) for one in demo.checklist.answers
           if one.mark in (Mark.FAIL, Mark.WARN)}  # fmt: skip
    found = [(one.rule, one.cluster) for one in demo.analysis.findings if one.pane == "checklist"]
    assert sorted(found) == sorted(bad)
