"""When losses, plan and checklist are worked out anew, and when they stand."""

from __future__ import annotations

from dataclasses import replace

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.outlook import REST, SOON, is_due
from mckconsole.config.support_data import shipped
from mckconsole.domain.attested import Attested
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState, TopicState
from tests.unit.analysis import build
from tests.unit.analysis.timeline import happened
from tests.unit.analysis.versions.parts import kubeadm
from tests.unit.analysis.versions.test_report import changed, fleet, numbered

DATA = shipped()


def analysed(snapshot: FleetSnapshot, before: Analysis | None = None) -> Analysis:
    if before is None:
        return analyse(snapshot, support=DATA)
    return analyse(snapshot, support=DATA, memory=before.memory)


def later(snapshot: FleetSnapshot, seconds: float) -> FleetSnapshot:
    return replace(snapshot, taken_at=snapshot.taken_at + seconds)


def test_without_tables_nothing_lies_ahead() -> None:
    found = analyse(fleet(east="v1.34.2"))
    assert found.plan is None
    assert not found.losses
    assert not found.checklist.answers
    assert all(one.pane not in ("versions", "checklist") for one in found.findings)


def test_every_item_is_answered_for_every_cluster() -> None:
    found = analysed(fleet(east="v1.34.2", west="v1.34.2"))
    pairs = {(one.rule, one.cluster) for one in found.checklist.answers}
    assert pairs == {(f"CHK{n:02}", name) for n in range(1, 11) for name in ("east", "west")}
    assert set(found.losses) == {"east", "west"}


def test_a_change_waits_while_everything_is_as_readable_as_it_was() -> None:
    snapshot = fleet(east="v1.34.2", west="v1.34.2")
    first = analysed(snapshot)
    assert first.plan is not None
    newer = numbered(kubeadm(server="v1.35.0"), "west", 2)
    soon = later(changed(snapshot, "west", newer), REST - 1)
    second = analysed(soon, first)
    assert second.plan is first.plan
    assert [one.least for one in second.versions.clusters] == [Minor(1, 34), Minor(1, 35)]
    third = analysed(later(soon, 1), second)
    assert third.plan is not None
    assert third.plan.end["west"] >= Minor(1, 35)
    assert third.plan is not first.plan


def test_the_plan_stands_while_nothing_changes() -> None:
    snapshot = fleet(east="v1.34.2")
    first = analysed(snapshot)
    again = analysed(later(snapshot, REST), first)
    assert again.plan is first.plan
    assert again.losses is first.losses


def test_the_plan_stands_whatever_components_say_meanwhile() -> None:
    snapshot = fleet(east="v1.34.2")
    first = analysed(snapshot)
    cluster = snapshot.clusters["east"]
    told = build.cluster("east", [happened.event()]).topic("events")
    newer = replace(cluster, topics={**cluster.topics, "events": told})
    again = analysed(later(changed(snapshot, "east", newer), REST), first)
    assert [one.what for one in again.timeline.entries][:1] == ["BackOff"]
    assert again.plan is first.plan
    assert again.losses is first.losses


def test_nobody_waits_when_a_cluster_or_topic_can_be_read_again_or_no_more() -> None:
    snapshot = fleet(east="v1.34.2")
    first = analysed(snapshot)
    assert not is_due(later(snapshot, 1), first.memory.outlook)
    cluster = snapshot.clusters["east"]
    gone = replace(cluster, state=ClusterState.UNREACHABLE, reason="timeout")
    lost = changed(snapshot, "east", gone)
    assert not is_due(lost, first.memory.outlook), "at the start that changes all the time"
    assert is_due(later(lost, SOON), first.memory.outlook)
    closed = replace(cluster.topic("pods"), state=TopicState.FORBIDDEN, reason="forbidden")
    topics = {**cluster.topics, "pods": closed}
    blind = changed(snapshot, "east", replace(cluster, topics=topics))
    assert is_due(later(blind, SOON), first.memory.outlook)
    answer = analysed(later(blind, SOON), first).checklist.of("CHK10", "east")
    assert answer is not None
    assert answer.reason != ""


def test_a_result_that_is_brought_counts_at_once() -> None:
    snapshot = fleet(east="v1.34.2")
    first = analysed(snapshot)
    brought = Attested("CHK01", "east", True, "probe", "probe.xml", snapshot.taken_at)
    found = analyse(snapshot, support=DATA, attested=[brought], memory=first.memory)
    answer = found.checklist.of("CHK01", "east")
    assert answer is not None
    assert answer.attested == (brought,)


def test_the_fleet_pane_does_not_count_twice_what_the_checklist_says_again() -> None:
    found = analysed(fleet(east="v1.20.1"))
    said = [one for one in found.findings if one.pane == "checklist"]
    assert said
    assert sum(found.clusters[0].findings.values()) == sum(
        one.cluster == "east" for one in found.findings if one.pane != "checklist"
    )
