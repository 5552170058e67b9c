"""What a cluster's document says of its upgrade and of the checklist."""

from __future__ import annotations

from mckconsole.analysis.checklist.model import ChecklistReport
from mckconsole.analysis.versions.model import VersionsReport
from mckconsole.domain.waivers import Waiver
from mckconsole.views.cluster_detail import cluster_detail
from mckconsole.views.detail import Block, CheckTarget, VersionTarget
from tests.unit.analysis import build
from tests.unit.views.documents import assert_sound, text_of
from tests.unit.views.fleetchecklist import MESH, finding, some
from tests.unit.views.fleetversions import blocker, cluster, judged, plan, report, told, waiver

STOP = blocker()
BLOCKED = report(cluster("gcp-eu-1", blockers=(STOP,)), findings=(told(STOP),))


def ahead(
    versions: VersionsReport = BLOCKED,
    checklist: ChecklistReport | None = None,
    waived: dict[str, Waiver] | None = None,
) -> list[Block]:
    fleet = build.fleet(build.cluster("gcp-eu-1"))
    analysis = judged(fleet, versions, plan(), checklist or some(), waived)
    detail = cluster_detail(fleet, analysis, "gcp-eu-1", None)
    assert detail is not None
    assert_sound(fleet, analysis, detail)
    assert MESH not in text_of(detail), "the checklist says once more what others found"
    assert "UB03" in text_of(detail) or versions is not BLOCKED
    return [one for one in detail.blocks if one.heading == "Upgrade and go-live"]


def test_it_leads_to_the_versions_and_to_the_answers() -> None:
    (block,) = ahead()
    assert [line.text for line in block.lines] == [
        "versions  1.34.2  ● 200 d  ✖ 1 block  next: 1.35 in turn 2 of 3, mends UB03",
        "checklist 1 ✖ fail  1 ? unknown  1 ▲ warn",
    ]
    assert [line.target for line in block.lines] == [
        VersionTarget("cluster", "gcp-eu-1"),
        CheckTarget("", "gcp-eu-1"),
    ]


def test_what_is_waived_is_told_as_that() -> None:
    (block,) = ahead(waived={finding().id: waiver()})
    assert "1 · waived: fail" in block.lines[1].text


def test_what_was_not_looked_at_is_not_there() -> None:
    assert ahead(VersionsReport(), ChecklistReport()) == []
