"""The go-live checklist as lists, as a matrix, and what is behind each answer."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from mckconsole.analysis.checklist.model import ChecklistReport, Mark
from mckconsole.domain.states import ClusterState
from mckconsole.views import checklist
from mckconsole.views.checklist_detail import answer_object, check_detail
from mckconsole.views.checklist_matrix import check_matrix, explain_check, tally
from mckconsole.views.checklist_spec import ANSWER, CHECKLIST, CLUSTER, ITEM
from mckconsole.views.detail import CheckTarget, Detail, FindingTarget, ObjectTarget
from mckconsole.views.spec import GLYPHS, Role, Row
from tests.unit.analysis import build
from tests.unit.views.documents import assert_sound, lines_of, text_of
from tests.unit.views.fleetchecklist import (
    COST,
    DNS,
    GATEWAY,
    ITEMS,
    MESH,
    answer,
    attested,
    finding,
    seen,
    some,
)
from tests.unit.views.fleetversions import judged, waiver


def texts(row: Row) -> dict[str, str]:
    return {name: cell.text for name, cell in row.cells.items()}


def detail_of(rule: str, cluster: str, report: ChecklistReport | None = None) -> Detail:
    fleet, analysis = seen(report)
    detail = check_detail(fleet, analysis, CheckTarget(rule, cluster))
    assert detail is not None
    assert_sound(fleet, analysis, detail)
    return detail


def block_of(detail: Detail, heading: str) -> str:
    (found,) = [one for one in detail.blocks if one.heading == heading]
    return "\n".join((found.note, *(line.text for line in found.lines)))


def test_an_answer_is_a_row_worst_first_and_unknown_before_what_warns() -> None:
    rows = checklist.rows(*seen())
    assert [(row.cells["mark"].text, row.id) for row in rows] == [
        ("✖ fail", "CHK01/gcp-eu-1"),
        ("? unknown", "CHK01/onprem-1"),
        ("? unknown", "CHK02/gcp-eu-1"),
        ("? unknown", "CHK02/onprem-1"),
        ("▲ warn", "CHK07/gcp-eu-1"),
        ("● pass", "CHK01/aws-use1-1"),
        ("● pass", "CHK02/aws-use1-1"),
        ("● pass", "CHK07/aws-use1-1"),
    ]
    assert texts(rows[2]) == {
        "mark": "? unknown",
        "item": "DNS A and SRV",
        "cluster": "gcp-eu-1",
        "reason": "no pod has asked",
        "age": "60 s",
        "attested": "–",
        "missing": "what a pod is answered +1",
        "probe": "kubectl --context ctx-gcp-eu-1 run dig",
        "rule": "CHK02",
    }
    assert rows[0].finding_ids == (finding().id,)
    assert rows[1].problem
    assert rows[1].cells["age"].text == "–"
    assert texts(rows[6])["attested"] == "● 1 passed"


def test_what_somebody_answers_for_is_dimmed_and_last() -> None:
    rows = checklist.rows(*seen(waived={finding().id: waiver()}))
    last = rows[-1]
    assert last.cells["mark"].text == "· waived: fail"
    assert last.cells["reason"].text.startswith("waived until")
    assert (last.role, last.finding_ids) == (Role.DIM, (finding().id,))


def test_an_answer_to_an_item_that_nobody_describes_is_shown_all_the_same() -> None:
    (row,) = checklist.rows(*seen(ChecklistReport((), (answer("CHK99", "gcp-eu-1", Mark.FAIL),))))
    assert row.cells["item"].text == "CHK99"
    fleet, analysis = seen(ChecklistReport((), (answer("CHK99", "gcp-eu-1", Mark.FAIL),)))
    assert check_detail(fleet, analysis, CheckTarget("CHK99", "gcp-eu-1")) is not None


def test_items_over_all_clusters() -> None:
    rows = checklist.item_rows(*seen())
    assert [row.id for row in rows] == [MESH, DNS, COST]
    found = texts(rows[0])
    assert [found[one] for one in ("fail", "unknown", "warn", "pass")] == ["1", "1", "0", "1"]
    assert (found["mark"], found["worst"]) == ("✖ fail", "gcp-eu-1")
    assert texts(rows[1])["worst"] == "gcp-eu-1 +1"
    assert rows[1].role is Role.UNKNOWN
    assert set(rows[0].finding_ids) == {finding().id}


def test_clusters_with_all_their_items() -> None:
    rows = checklist.cluster_rows(*seen())
    assert [(row.id, row.cells["mark"].text) for row in rows] == [
        ("gcp-eu-1", "✖ fail"),
        ("onprem-1", "? unknown"),
        ("aws-use1-1", "● pass"),
    ]
    assert texts(rows[1])["worst"] == "mesh connectivity +1"
    assert texts(rows[2])["worst"] == "–"


def test_a_cluster_without_any_answer_is_unknown_and_never_a_pass() -> None:
    one = ChecklistReport(ITEMS, (answer(MESH, "gcp-eu-1", Mark.PASS),))
    rows = {row.id: row for row in checklist.cluster_rows(*seen(one))}
    assert rows["onprem-1"].role is Role.UNKNOWN
    items = {row.id: row for row in checklist.item_rows(*seen(one))}
    assert items[DNS].cells["mark"].text == "? unknown"
    fleet, analysis = seen(one)
    detail = check_detail(fleet, analysis, CheckTarget("", "onprem-1"))
    assert detail is not None
    assert "? nothing was answered for it" in text_of(detail)


@pytest.mark.parametrize("by", [ANSWER, ITEM, CLUSTER])
def test_every_row_fills_every_column_and_opens(by: str) -> None:
    grouped = CHECKLIST.grouped(by)
    assert grouped is not None
    fleet, analysis = seen()
    for row in grouped.rows(fleet, analysis):
        assert set(row.cells) == {one.id for one in grouped.columns}
        assert all(cell.text and "\n" not in cell.text for cell in row.cells.values())
        assert not {cell.text for cell in row.cells.values()} & {*GLYPHS.values()}
        detail = check_detail(fleet, analysis, checklist.target_of(by, row.id))
        assert detail is not None
        assert_sound(fleet, analysis, detail)


def test_the_summary_counts_marks_and_clusters_that_are_ready() -> None:
    assert checklist.summary(*seen()) == (
        "3 items, 3 clusters  ✖ 1 fail  ? 3 unknown  ▲ 1 warn  ● 3 pass"
        "  all of them hold in 1 of 3 clusters"
    )


def test_an_empty_checklist_says_why() -> None:
    nothing = ChecklistReport()
    assert "was not gone through" in checklist.empty(*seen(nothing))
    assert checklist.empty(*seen(nothing, state=ClusterState.CONNECTING)).startswith("being read")
    fleet = build.fleet()
    assert checklist.empty(fleet, judged(fleet)).startswith("no clusters")


def test_the_matrix_has_items_down_and_clusters_across() -> None:
    table = check_matrix(*seen(), None)
    assert table.rows == ("connectivity", "DNS", "cost and egress")
    assert table.columns == ("aws-use1-1", "gcp-eu-1", "onprem-1")
    marks = [[table.cells[row, column].text for column in table.columns] for row in table.rows]
    assert marks == [
        ["● pass", "✖ fail", "? unknown"],
        ["● pass", "? unknown", "? unknown"],
        ["● pass", "▲ warn", "? unknown"],
    ]
    assert table.row_ids["connectivity", "gcp-eu-1"] == "CHK01/gcp-eu-1"
    assert ("cost and egress", "onprem-1") not in table.row_ids, "it was not answered"
    rows = {row.id for row in checklist.rows(*seen())}
    assert set(table.row_ids.values()) <= rows


def test_the_matrix_of_a_scope_and_of_nothing() -> None:
    assert check_matrix(*seen(), {"gcp-eu-1"}).columns == ("gcp-eu-1",)
    nothing = check_matrix(*seen(ChecklistReport()), None)
    assert (nothing.rows, nothing.columns) == ((), ())


def test_items_with_one_title_keep_a_row_each() -> None:
    twins = (replace(ITEMS[0], rule="X1"), replace(ITEMS[0], rule="X2"))
    table = check_matrix(*seen(ChecklistReport(twins, some().answers)), None)
    assert table.rows == ("X1 mesh connectivity", "X2 mesh connectivity")


def test_a_long_title_is_cut_in_the_matrix_and_whole_below_it() -> None:
    title = "observability across clusters"
    fleet, analysis = seen(ChecklistReport((replace(ITEMS[0], rule="X1", title=title),)))
    table = check_matrix(fleet, analysis, None)
    assert table.rows == ("observability across …",)
    lines = explain_check(fleet, analysis, table, table.rows[0], "gcp-eu-1")
    assert lines[0].text.startswith(title)


def test_a_cell_is_explained_in_the_order_of_what_matters() -> None:
    fleet, analysis = seen()
    table = check_matrix(fleet, analysis, None)
    lines = explain_check(fleet, analysis, table, "DNS", "gcp-eu-1")
    assert [line.text for line in lines] == [
        "DNS A and SRV · gcp-eu-1  ? unknown",
        "why        no pod has asked",
        "passes     clusterset.local is forwarded everywhere",
        "missing    ? what a pod is answered; SRV records",
        "probe      kubectl --context ctx-gcp-eu-1 run dig",
    ]
    assert lines[0].note == "≤ 60 s old"
    assert {line.target for line in lines} == {CheckTarget(DNS, "gcp-eu-1")}
    (line,) = explain_check(fleet, analysis, table, "cost and egress", "onprem-1")
    assert (line.text, line.target) == (
        "cost and egress · onprem-1  ? not answered for this cluster", None,
    )  # fmt: skip


def test_waived_cells_say_so() -> None:
    fleet, analysis = seen(waived={finding().id: waiver()})
    table = check_matrix(fleet, analysis, None)
    assert table.cells["connectivity", "gcp-eu-1"].text == "· waived: fail"
    lines = explain_check(fleet, analysis, table, "connectivity", "gcp-eu-1")
    assert any(line.text.startswith("waived     waived until") for line in lines)
    words = "".join(span.text for span in tally(checklist.rows(fleet, analysis)))
    assert words == "? 3 unknown  ▲ 1 warn  ● 3 pass  1 waived  8 answers"


def test_an_answer_that_fails_has_its_finding_its_fix_and_its_evidence() -> None:
    detail = detail_of(MESH, "gcp-eu-1")
    assert (detail.words, detail.role) == ("✖ fail  CHK01", Role.CRITICAL)
    assert "why       a tunnel is down" in text_of(detail)
    assert "oldest    60 s old" in text_of(detail)
    assert "subctl --context ctx-gcp-eu-1 diagnose all" in block_of(detail, "What to do")
    (line,) = [line for line in lines_of(detail) if "status.connections" in line.text]
    assert line.note == "5 s ago"
    assert FindingTarget(finding().id) in [one.target for one in lines_of(detail)]


def test_what_only_a_probe_can_prove_prints_it() -> None:
    detail = detail_of(DNS, "gcp-eu-1")
    found = block_of(detail, "The probe")
    assert "    kubectl --context ctx-gcp-eu-1 run dig" in found
    assert "proves    what a pod is answered" in found
    assert "● pass once a probe has passed" in found
    assert "--evidence FILE takes its results" in found
    assert "? SRV records" in block_of(detail, "What is missing")
    assert not [one for one in detail_of(COST, "gcp-eu-1").blocks if one.heading == "The probe"]


def test_results_that_somebody_brought_have_their_file_and_age() -> None:
    mixed = (attested(), attested(passed=False, cluster="", at=None))
    report = ChecklistReport(ITEMS, (answer(DNS, "aws-use1-1", Mark.FAIL, attested=mixed),))
    detail = detail_of(DNS, "aws-use1-1", report)
    (found,) = [one for one in detail.blocks if one.heading == "Attested"]
    assert found.note == "✖ 1 of 2 failed"
    assert [(line.text, line.note) for line in found.lines] == [
        ("● passed  dig A from a pod  dns.xml", "2 h ago"),
        ("✖ failed  dig A from a pod  dns.xml  of the whole fleet", "when is not known"),
    ]


def test_an_item_and_a_cluster_lead_to_their_answers() -> None:
    item = detail_of(MESH, "")
    assert item.words == "✖ fail CHK01"
    assert "only a probe: throughput and MTU" in text_of(item)
    assert "subctl verify --context CONTEXT --tocontext OTHER-CONTEXT" in text_of(item)
    targets = [line.target for line in lines_of(item)]
    assert targets[-3:] == [
        CheckTarget(MESH, "gcp-eu-1"), CheckTarget(MESH, "onprem-1"),
        CheckTarget(MESH, "aws-use1-1"),
    ]  # fmt: skip
    cluster = detail_of("", "gcp-eu-1")
    assert cluster.title == "gcp-eu-1 checklist"
    assert CheckTarget(COST, "gcp-eu-1") in [line.target for line in lines_of(cluster)]


@pytest.mark.parametrize(
    ("rule", "cluster"), [(MESH, "gone"), ("CHK99", ""), ("", "gone"), (COST, "onprem-1")]
)
def test_what_is_gone_has_no_document(rule: str, cluster: str) -> None:
    assert check_detail(*seen(), CheckTarget(rule, cluster)) is None


def test_the_object_that_an_answer_rests_on() -> None:
    _, analysis = seen()
    found = answer_object(analysis, CheckTarget(MESH, "gcp-eu-1"))
    assert found == ObjectTarget("gcp-eu-1", GATEWAY)
    assert answer_object(analysis, CheckTarget(DNS, "gcp-eu-1")) is None
    assert answer_object(analysis, CheckTarget(MESH, "")) is None
