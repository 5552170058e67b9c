"""The demo is found as it is planted: every rule on versions and upgrades, and nothing else; and
the order of its plan is safe."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.failover.model import Impact
from mckconsole.analysis.failover.simulate import Simulator
from mckconsole.analysis.rules_upgrade import UPGRADE_RULES
from mckconsole.analysis.rules_versions import VERSION_RULES
from mckconsole.analysis.versions.exemption import Exemption
from mckconsole.analysis.versions.model import Plan, Step, SupportState
from mckconsole.analysis.versions.plan import Question, make_plan
from mckconsole.config.support_data import shipped
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.scenario import Scenario
from mckconsole.domain.findings import Finding, Severity
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.snapshot import FleetSnapshot
from tests.contract import small_fleets
from tests.contract.planted_versions import (
    DAY,
    DEAD,
    FAULTS,
    Fault,
    clock_from,
    key_of,
    read_on_the_day,
)

ELSEWHERE = {
    "SK08": "only OpenShift tells from where it came: test_openshift",
    "UB17": "it comes with the script: test_a_peer_that_is_being_upgraded",
    "UB18": "only OpenShift says so in an object: test_openshift",
}
RULES = (*VERSION_RULES, *UPGRADE_RULES)


class Read(NamedTuple):
    snapshot: FleetSnapshot
    analysis: Analysis

    @property
    def findings(self) -> list[Finding]:
        return [one for one in self.analysis.findings if one.pane == "versions"]

    @property
    def plan(self) -> Plan:
        assert self.analysis.plan is not None
        return self.analysis.plan


def read(scenario: str | Scenario = "default", after: float = 0.0) -> Read:
    async def going() -> Read:
        clock = clock_from(DAY)
        async with EmbeddedFleet(scenario, clock=clock) as fleet:
            fleet.advance(after)
            return Read(*await read_on_the_day(fleet, fleet.now))

    return asyncio.run(going())


@pytest.fixture(scope="module")
def demo() -> Read:
    return read()


def test_what_is_planted_is_found_and_nothing_else(demo: Read) -> None:
    assert Counter(map(key_of, demo.findings)) == Counter(one.key for one in FAULTS)


def test_every_rule_is_planted_somewhere() -> None:
    planted = {one.rule for one in FAULTS}
    assert planted.isdisjoint(ELSEWHERE)
    assert planted | ELSEWHERE.keys() == {one.id for one in RULES}


def test_findings_have_evidence_of_their_cluster_and_a_remedy(demo: Read) -> None:
    for one in demo.findings:
        assert one.remediation, one.rule
        assert one.cluster in {item.cluster for item in one.evidence}, one.rule
        assert all(item.observed_at > 0 and item.value for item in one.evidence), one.rule


def _twins() -> Iterator[object]:
    for one in dict.fromkeys((fault.rule, fault.twin) for fault in FAULTS if fault.twin):
        yield pytest.param(*one, id=" ".join(one))


@pytest.mark.parametrize(("rule", "twin"), [*_twins()])
def test_the_twins_are_there_and_well(demo: Read, rule: str, twin: str) -> None:
    cluster, _, about = twin.partition(" ")
    mine = [one for one in demo.findings if (one.rule, one.cluster) == (rule, cluster)]
    if not about:
        assert demo.snapshot.clusters[cluster].state.readable
        assert mine == []
        return
    assert about in _objects(demo, cluster)
    assert [one for one in mine if str(one.object) == about] == []


def _objects(demo: Read, cluster: str) -> set[str]:
    """All that is held of a cluster, as findings name it."""
    found = set()
    for view in demo.snapshot.clusters[cluster].topics.values():
        for (namespace, name), one in view.objects.items():
            place = f"{namespace}/{name}" if namespace else name
            found.add(f"{type(one).kind} {place}")
    return found


def test_every_fault_has_a_twin_but_that_of_the_whole_fleet() -> None:
    assert [one.rule for one in FAULTS if not one.twin] == ["SK07"]


def test_the_dead_cluster_is_unknown_and_has_no_finding(demo: Read) -> None:
    assert not any(one.cluster == DEAD for one in demo.findings)
    versions = demo.analysis.versions.of(DEAD)
    assert versions is not None
    assert versions.least is None
    assert versions.support.state is SupportState.UNKNOWN
    assert versions.unknowns


def test_the_support_calendar_of_each_provider(demo: Read) -> None:
    found = {one.cluster: one.support.state for one in demo.analysis.versions.clusters}
    assert found == {
        "aws-use1-1": SupportState.SUPPORTED,
        "aws-usw2-1": SupportState.SUPPORTED,
        "gcp-eu-1": SupportState.EXTENDED,
        "aks-weu-1": SupportState.ENDING,
        "onprem-1": SupportState.SUPPORTED,
        "stage-neu-1": SupportState.EXTENDED,
        "stage-sdc-1": SupportState.EXTENDED,
        "lab-fra-1": SupportState.SUPPORTED,
        DEAD: SupportState.UNKNOWN,
    }


# --- the plan ------------------------------------------------------------------------------


def turns(plan: Plan) -> list[list[Step]]:
    """The steps by their numbers, which run on without a gap."""
    found: dict[int, list[Step]] = defaultdict(list)
    for one in plan.steps:
        found[one.number].append(one)
    assert sorted(found) == list(range(1, len(found) + 1))
    return [found[number] for number in sorted(found)]


def assert_ordered(plan: Plan, analysis: Analysis) -> None:
    """One minor at a time, and one cluster of a mesh at a time."""
    versions = {one.cluster: one for one in analysis.versions.clusters}
    at = {name: one.least for name, one in versions.items()}
    for turn in turns(plan):
        groups = [group for step in turn for group in versions[step.cluster].groups]
        assert len(groups) == len(set(groups)), turn
        for step in turn:
            assert step.start == at[step.cluster]
            assert step.to in (step.start, step.start.plus(1)), step
            at[step.cluster] = step.to
    assert {name: minor for name, minor in at.items() if minor} == dict(plan.end)


def assert_carried(plan: Plan, read: Read) -> None:
    """No turn leaves a service without endpoints."""
    simulator = Simulator(read.snapshot, read.analysis.services, mesh=read.analysis.mesh)
    for turn in turns(plan):
        lost = simulator.lose([step.cluster for step in turn])
        out = [str(one.key) for one in lost.services if one.impact is Impact.OUTAGE]
        assert out == [], turn
        assert all(one.left_in for one in lost.hosts), turn


def test_the_plan_of_the_demo_is_safe(demo: Read) -> None:
    assert_ordered(demo.plan, demo.analysis)
    assert_carried(demo.plan, demo)


def test_the_plan_of_the_demo_takes_the_stage_as_far_as_its_add_ons_go(demo: Read) -> None:
    steps = [(one.cluster, str(one.start), str(one.to)) for one in demo.plan.steps]
    assert steps == [
        ("stage-neu-1", "1.33", "1.34"),
        ("stage-sdc-1", "1.33", "1.34"),
        ("stage-neu-1", "1.34", "1.35"),
        ("stage-sdc-1", "1.34", "1.35"),
        ("stage-neu-1", "1.35", "1.36"),
        ("stage-sdc-1", "1.35", "1.36"),
    ]
    (first, *_) = demo.plan.steps
    assert any("cert-manager" in one.words for one in first.actions)
    assert all(one.command.startswith(("az ", "kubectl ", "helm ", "mckconsole ")) for step in
               demo.plan.steps for one in step.actions if one.command)  # fmt: skip


def test_all_others_are_held_and_it_is_said_why(demo: Read) -> None:
    held = {one.cluster: {blocker.rule for blocker in one.blockers} for one in demo.plan.held}
    assert held.keys() == demo.snapshot.clusters.keys() - {"stage-neu-1", "stage-sdc-1"}
    assert held[DEAD] == set()
    assert {"UB05", "CHK09"} <= held["aws-use1-1"]
    assert {"UB11", "UB12", "CHK09"} <= held["aws-usw2-1"]
    assert {"SK02", "UB07", "UB08", "UB13", "UB15"} <= held["lab-fra-1"]
    assert "CHK09" in held["gcp-eu-1"]
    assert "CHK09" in held["aks-weu-1"]
    assert "UB13" in held["onprem-1"]
    assert all(one.reason for one in demo.plan.held)


def test_whatever_is_waived_the_order_stays_safe(demo: Read) -> None:
    """With every blocker waived the meshes still go one cluster at a time, a minor at a time."""
    rules = {one.id for one in RULES} | {"CHK09"}
    names = [one.cluster for one in demo.analysis.versions.clusters]
    everything = tuple(Exemption(rule, name) for rule in sorted(rules) for name in names)
    plan = make_plan(
        Question(
            demo.analysis.versions.clusters,
            shipped(),
            demo.snapshot.taken_at,
            to=Minor(1, 36),
            waive=everything,
        )
    )
    moved = {one.cluster for one in plan.steps}
    assert len(moved) >= 5, moved
    assert any(len(demo.analysis.versions.of(name).groups) > 1 for name in moved)  # type: ignore[union-attr]
    assert_ordered(plan, demo.analysis)


# --- what the demo's fleet cannot show -----------------------------------------------------


def test_a_peer_that_is_being_upgraded() -> None:
    """From the thirtieth second on the script upgrades aws-use1-1's nodes, one after the other."""
    later = read(after=45)
    waiting = {one.cluster: one for one in later.findings if one.rule == "UB17"}
    assert waiting.keys() == {"aws-usw2-1", "gcp-eu-1", "aks-weu-1", "onprem-1"}
    for one in waiting.values():
        assert "aws-use1-1" in one.peers
        assert {"aws-use1-1", one.cluster} & {item.cluster for item in one.evidence}
    others = [key_of(one) for one in later.findings if one.rule != "UB17"]
    assert Counter(others) == Counter(one.key for one in FAULTS)
    assert_ordered(later.plan, later.analysis)


def test_openshift() -> None:
    """SK08 and UB18, each with its healthy twin."""
    found = read(small_fleets.openshift())
    told = {(one.rule, one.cluster): one for one in found.findings if one.rule in ELSEWHERE}
    assert told.keys() == {("SK08", "ocp-west"), ("UB18", "ocp-west")}
    assert "4.18" in told["SK08", "ocp-west"].title
    assert told["UB18", "ocp-west"].severity is Severity.HIGH
    (held,) = [one for one in found.plan.held if one.cluster == "ocp-west"]
    assert "UB18" in {one.rule for one in held.blockers}
    assert {one.cluster for one in found.plan.steps} == {"ocp-east"}
    assert_ordered(found.plan, found.analysis)


def test_a_mesh_that_can_be_upgraded_goes_one_cluster_at_a_time() -> None:
    found = read(small_fleets.meshed())
    assert {one.cluster for one in found.plan.steps} == {"pair-a", "pair-b", "alone"}
    assert_ordered(found.plan, found.analysis)
    assert_carried(found.plan, found)
    simulator = Simulator(found.snapshot, found.analysis.services, mesh=found.analysis.mesh)
    both = simulator.lose(["pair-a", "pair-b"])
    assert [str(one.key) for one in both.services if one.impact is Impact.OUTAGE] == ["shop/web"]


def test_faults_are_named_once() -> None:
    assert len({one.key for one in FAULTS}) == len(FAULTS)
    assert all(isinstance(one, Fault) for one in FAULTS)
