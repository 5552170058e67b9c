"""`mckconsole checklist`: clusters of results, and exit statuses."""

from __future__ import annotations

from argparse import Namespace
from datetime import date

import pytest

from mckconsole.analysis.checklist.report import analyse_checklist
from mckconsole.analysis.mesh.links import Verdict
from mckconsole.cli.checklist_command import check_clusters, judge
from mckconsole.cli.errors import UsageError
from mckconsole.cli.exit_codes import ExitCode
from mckconsole.domain.attested import Attested
from mckconsole.domain.waivers import Waiver, Waivers, waived
from mckconsole.report.checklist_sheet import Sheet
from tests.unit.analysis import build
from tests.unit.analysis.checklist.made import NOW, grounds, mesh, pair

GAP = {"b": ["nodes forbidden"]}


def attested(cluster: str) -> Attested:
    """A result of a cluster."""
    return Attested("CHK01", cluster, True, "ping", "run.xml", NOW)


def test_results_are_of_clusters_that_there_are() -> None:
    check_clusters([attested("east"), attested("")], ["east", "west"])
    with pytest.raises(UsageError) as caught:
        check_clusters([attested("eats")], ["east", "west"])
    assert str(caught.value) == "run.xml: there is no cluster eats; did you mean east?"
    with pytest.raises(UsageError, match="there are east, west"):
        check_clusters([attested("onprem")], ["east", "west"])


def sheet(verdict: Verdict, *, waive: bool = False) -> Sheet:
    """A checklist in which CHK01 is as the verdict says and all else unknown."""
    fleet = build.fleet(build.cluster("a"), build.cluster("b"))
    report = analyse_checklist(grounds(fleet, mesh=mesh(pair(verdict))))
    waivers = Waivers((Waiver("CHK01", "jane", date(2030, 1, 1), "known"),) if waive else ())
    return Sheet(report, fleet, waived(report.findings, waivers, NOW))


@pytest.mark.parametrize(
    ("given", "fail_on", "partial", "gaps", "status"),
    [
        (sheet(Verdict.DOWN), None, False, {}, ExitCode.DONE),
        (sheet(Verdict.DOWN), None, False, GAP, ExitCode.INCOMPLETE),
        (sheet(Verdict.DOWN), None, True, GAP, ExitCode.DONE),
        (sheet(Verdict.DOWN), "fail", False, GAP, ExitCode.FINDINGS),
        (sheet(Verdict.DOWN, waive=True), "fail", False, {}, ExitCode.DONE),
        (sheet(Verdict.SLOW), "fail", False, {}, ExitCode.DONE),
        (sheet(Verdict.SLOW), "unknown", False, {}, ExitCode.FINDINGS),
        (sheet(Verdict.SLOW), "warn", False, {}, ExitCode.FINDINGS),
    ],
)
def test_exit_statuses(
    given: Sheet, fail_on: str | None, partial: bool, gaps: dict[str, list[str]], status: ExitCode
) -> None:
    arguments = Namespace(fail_on=fail_on, allow_partial=partial)
    assert judge(given, gaps, arguments) is status


def test_without_any_cluster_nothing_is_done() -> None:
    fleet = build.fleet(build.unreachable("a"))
    empty = Sheet(analyse_checklist(grounds(fleet)), fleet)
    arguments = Namespace(fail_on="fail", allow_partial=True)
    assert judge(empty, {}, arguments) is ExitCode.NO_CLUSTER
