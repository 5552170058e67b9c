"""The whole checklist: order, items of others, findings and unknowns."""

from __future__ import annotations

from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.checklist.report import analyse_checklist
from mckconsole.analysis.mesh.links import Verdict
from mckconsole.domain.attested import CHECKLIST
from mckconsole.domain.findings import Severity
from mckconsole.domain.snapshot import ClusterSnapshot
from tests.unit.analysis import build
from tests.unit.analysis.checklist.made import (
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
