"""The whole checklist: order, items of others, findings and unknowns."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.alarms import EVIDENCE_AGE
from mckconsole.analysis.checklist.grounds import Grounds
from mckconsole.analysis.checklist.kept import ChecklistMemory
from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.checklist.report import analyse_checklist, keep_up
from mckconsole.analysis.failover.model import FailoverReport
from mckconsole.analysis.identity.model import ClusterFacts, IdentityReport
from mckconsole.analysis.mesh.links import Verdict
from mckconsole.domain.attested import CHECKLIST
from mckconsole.domain.findings import Finding, Severity
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.checklist.made import (
    NOW,
    evidence,
    fleet,
    grounds,
    mesh,
    pair,
    reported,
    versioned,
    versions,
)


def logs(cluster: ClusterSnapshot) -> Answer:
    """How the answer of somebody else looks."""
    return Answer("CHK06", cluster.name, Mark.PASS, "one sink", (evidence(cluster.name),))


def test_every_item_is_answered_for_every_cluster() -> None:
    found = reported(grounds(fleet("b", "a")))
    assert [(one.rule, one.cluster) for one in found.answers] == [
        (rule, name) for rule in CHECKLIST for name in ("b", "a")
    ]
    assert {one.rule for one in found.items} == set(CHECKLIST)


def test_without_reports_nothing_passes_and_everything_says_why() -> None:
    found = reported(grounds())
    assert {one.mark for one in found.answers} == {Mark.UNKNOWN}
    assert all(one.reason and one.missing for one in found.answers)
    assert len(found.unknowns) == len(found.answers)
    assert found.findings == ()
    assert found.worst("a") is Mark.UNKNOWN


def test_an_empty_fleet() -> None:
    found = reported(grounds(build.fleet()))
    assert (found.answers, found.findings, found.unknowns) == ((), (), ())


def test_items_that_others_answer() -> None:
    found = analyse_checklist(grounds(), {"CHK06": logs})
    one = found.of("CHK06", "b")
    assert one is not None
    assert one.mark is Mark.PASS
    assert "ctx-b" in one.probe
    assert not any(unknown.rule == "CHK06" for unknown in found.unknowns)


def test_findings_for_what_fails_or_warns_only() -> None:
    of = grounds(fleet("a", "b", "c"), mesh=mesh(pair(Verdict.DOWN)))
    found = reported(of)
    assert {(one.rule, one.cluster, one.severity) for one in found.findings} == {
        ("CHK01", "a", Severity.HIGH),
        ("CHK01", "b", Severity.HIGH),
    }
    one = next(one for one in found.findings if one.cluster == "a")
    assert one.pane == "checklist"
    assert one.peers == ("b",)
    assert {each.cluster for each in one.evidence} == {"a", "b"}
    assert "subctl verify --context ctx-a --tocontext ctx-b" in one.remediation
    assert "down" in one.detail
    assert found.worst("a") is Mark.FAIL


def test_a_warning_is_medium_and_ids_are_the_same_every_time() -> None:
    of = versioned(versions(days=10))
    first, second = reported(of).findings, reported(of).findings
    assert [one.severity for one in first] == [Severity.MEDIUM]
    assert [one.id for one in first] == [one.id for one in second]


def test_what_did_not_change_is_not_worked_out_again() -> None:
    of = grounds(fleet("a", "b"), identity=IdentityReport(), losses={})
    first, memory = keep_up(of, ChecklistMemory())
    second, after = keep_up(replace(of), memory)
    assert first == second
    for rule in ("CHK02", "CHK03", "CHK04", "CHK09"):
        assert after.items[rule] is memory.items[rule]


def test_what_changed_is_worked_out_again() -> None:
    of = grounds(fleet("a"), identity=IdentityReport(clusters={"a": ClusterFacts("a")}))
    before, memory = keep_up(of, ChecklistMemory())
    told = Finding("WI05", "identity", Severity.HIGH, "a", None, "t", "", (evidence(),), "")
    worse = replace(of, identity=replace(of.identity, findings=(told,)))
    after, memory = keep_up(worse, memory)
    assert after == reported(worse) != before
    away = replace(worse, fleet=build.fleet(build.unreachable("a")))
    assert keep_up(away, memory)[0] == reported(away)
    strict = replace(away, strict=True)
    assert keep_up(strict, memory)[0] == reported(strict)


def test_evidence_is_dated_anew_one_item_at_a_time() -> None:
    of = grounds(fleet("a"), losses={})
    _, first = keep_up(of, ChecklistMemory())
    later = replace(of, fleet=replace(of.fleet, taken_at=NOW + EVIDENCE_AGE))
    _, second = keep_up(later, first)
    fresh = {rule for rule, one in second.items.items() if one.at > NOW}
    assert len(fresh) == 1
    _, third = keep_up(later, second)
    assert {rule for rule, one in third.items.items() if one.at > NOW} > fresh


@given(st.lists(st.sampled_from(["finding", "lose", "forbid", "strict", "time"]), max_size=6))
def test_with_a_memory_the_answers_are_the_same(changes: list[str]) -> None:
    of, memory = grounds(fleet("a", "b")), ChecklistMemory()
    for number, change in enumerate(changes):
        of = changed(of, change, number)
        found, memory = keep_up(of, memory)
        assert found == reported(of)


def changed(of: Grounds, change: str, number: int) -> Grounds:
    """Grounds in which one thing is another."""
    if change == "finding":
        told = Finding("WI05", "identity", Severity.HIGH, "a", None, f"t{number}", "",
                       (evidence(),), "")  # fmt: skip
        facts = {"a": ClusterFacts("a")}
        return replace(of, identity=IdentityReport(clusters=facts, findings=(told,)))
    if change == "lose":
        return replace(of, losses={"a": FailoverReport(("a",), NOW, unaffected=number)})
    if change == "forbid":
        shut = build.cluster("a", states={"clusterroles": TopicState.FORBIDDEN})
        return replace(of, fleet=build.fleet(shut, build.cluster("b")))
    if change == "strict":
        return replace(of, strict=not of.strict)
    return replace(of, fleet=replace(of.fleet, taken_at=of.fleet.taken_at + 1))
