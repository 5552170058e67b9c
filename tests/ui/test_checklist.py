"""The checklist pane by keys alone: the matrix, the lists, what an answer rests on, exports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mckconsole.analysis.checklist.model import ChecklistReport, Mark
from mckconsole.domain.states import ClusterState
from mckconsole.ui.checklist_tables import ChecklistMatrix, ChecklistTable
from mckconsole.ui.checklist_views import CheckView
from mckconsole.ui.detail_views import ClusterView, FindingView, ObjectView
from mckconsole.ui.yaml_view import YamlView
from mckconsole.views.scope import Scope
from tests.ui.console import Console
from tests.ui.handmade import SIZES, saved, show, showing, view_of
from tests.unit.views.fleetchecklist import (
    DNS,
    ITEMS,
    MESH,
    answer,
    attested,
    finding,
    seen,
    some,
)
from tests.unit.views.fleetversions import waiver

VIEWS = [ChecklistMatrix, ChecklistTable, ChecklistTable, ChecklistTable]
GROUPINGS = ["answer", "item", "cluster"]


def table(running: Console) -> ChecklistTable:
    return view_of(running, ChecklistTable)


@SIZES
async def test_the_matrix_comes_first_with_the_cursor_on_the_worst(
    size: tuple[int, int], tmp_path: Path
) -> None:
    async with showing(seen(), "checklist", tmp_path, size) as running:
        lines = running.text().split("\n")
        assert "7 Checklist" in lines[1]
        assert "✖1" in lines[1]
        assert "✖ 1 fail  ? 3 unknown  ▲ 1 warn  ● 3 pass  8 answers" in lines[2]
        row = next(line for line in lines if line.startswith(" connectivity "))
        assert row.split()[1:] == ["●", "pass", "✖", "fail", "?", "unknown"]
        (row,) = [line for line in lines if line.startswith(" cost and egress ")]
        assert row.split()[3:] == ["●", "pass", "▲", "warn", "?", "unknown"], "not answered"
        assert view_of(running, ChecklistMatrix).row_id == "CHK01/gcp-eu-1"
        assert any("mesh connectivity · gcp-eu-1" in line for line in lines)
        assert any("a tunnel is down" in line for line in lines)


@SIZES
async def test_notes_say_what_is_missing_and_the_probe(
    size: tuple[int, int], tmp_path: Path
) -> None:
    async with showing(seen(), "checklist", tmp_path, size) as running:
        await running.press("down")
        text = running.text()
        assert "no pod has asked" in text
        assert "? what a pod is answered; SRV records" in text
        assert "kubectl --context ctx-gcp-eu-1 run dig" in text
        await running.press("left")
        assert "attested   ● 1 passed" in running.text()


@SIZES
async def test_v_goes_from_the_matrix_through_the_lists(
    size: tuple[int, int], tmp_path: Path
) -> None:
    async with showing(seen(), "checklist", tmp_path, size) as running:
        for kind, by in zip(VIEWS, ["", *GROUPINGS], strict=True):
            view = view_of(running, kind)
            assert not by or (isinstance(view, ChecklistTable) and view.by == by)
            await running.press("v")
        assert isinstance(running.shell.view, ChecklistMatrix)


async def test_a_filter_leads_to_the_list(tmp_path: Path) -> None:
    async with showing(seen(), "checklist", tmp_path) as running:
        await running.type("/mark:unknown")
        await running.press("enter")
        assert (table(running).by, table(running).grid.shown) == ("answer", 3)


@pytest.mark.parametrize(
    ("command", "by", "rows"),
    [
        ("checklist by item", "item", 3),
        ("check by clusters fail>0", "cluster", 1),
        ("golive mark:fail", "answer", 1),
        ("go-live by answer cluster:onprem", "answer", 2),
    ],
)
async def test_commands_name_the_grouping(command: str, by: str, rows: int, tmp_path: Path) -> None:
    async with showing(seen(), "fleet", tmp_path) as running:
        await running.type(f":{command}")
        await running.press("enter")
        assert (table(running).by, table(running).grid.shown) == (by, rows)


@SIZES
async def test_an_answer_and_deeper(size: tuple[int, int], tmp_path: Path) -> None:
    async with showing(seen(), "checklist", tmp_path, size) as running:
        await running.press("enter")
        assert "checklist › mesh connectivity gcp-eu-1" in running.text().split("\n")[2]
        opened = set()
        for _ in range(10):
            view = view_of(running, CheckView)
            if view.text.cursor_target is not None:
                await running.press("enter")
                opened.add(type(running.shell.view))
                await running.press("escape")
            await running.press("right_square_bracket")
        assert {ClusterView, CheckView, FindingView, YamlView} <= opened


async def test_an_answer_says_what_it_rests_on(tmp_path: Path) -> None:
    async with showing(seen(), "checklist", tmp_path, (120, 50)) as running:
        await running.press("down", "enter")
        text = running.text()
        for words in (
            "no pod has asked",
            "What is missing",
            "? SRV records",
            "kubectl --context ctx-gcp-eu-1 run dig",
            "pass once a probe has passed",
            "--evidence FILE takes its results",
        ):
            assert words in text
        await running.press("escape", "left", "enter")
        assert "dns.xml" in running.text()
        assert "2 h ago" in running.text()


async def test_every_row_of_every_grouping_opens(tmp_path: Path) -> None:
    async with showing(seen(), "checklist", tmp_path) as running:
        for by in GROUPINGS:
            await running.press("v")
            assert table(running).by == by
            for _ in range(len(table(running).rows)):
                await running.press("enter")
                assert view_of(running, CheckView).detail is not None
                await running.press("escape", "down")


async def test_a_cell_without_an_answer_says_so(tmp_path: Path) -> None:
    async with showing(seen(), "checklist", tmp_path) as running:
        await running.press("down", "down", "right")
        assert "not answered for this cluster" in running.text()
        await running.press("enter")
        assert isinstance(running.shell.view, ChecklistMatrix)
        await running.press("Y")
        assert "this is not answered" in running.text()


async def test_yaml_of_the_object_that_an_answer_rests_on(tmp_path: Path) -> None:
    async with showing(seen(), "checklist", tmp_path) as running:
        await running.press("Y")
        assert isinstance(running.shell.view, ObjectView)
        await running.press("escape", "left", "Y")
        assert "this answer rests on no object" in running.text()
        await running.press("v", "Y")
        assert isinstance(running.shell.view, ObjectView)


async def test_problems_and_a_scope_hold_in_every_view(tmp_path: Path) -> None:
    async with showing(seen(), "checklist", tmp_path) as running:
        await running.press("z")
        assert "● pass" not in "\n".join(running.text().split("\n")[3:])
        await running.press("escape")
        assert "● pass" in running.text()
        running.shell.set_scope(Scope(frozenset({"onprem-1"}), "onprem-1"))
        await running.quiet()
        assert "gcp-eu-1" not in running.text()
        assert "? 2 unknown  2 answers" in running.text().split("\n")[2]
        counts = []
        for _ in GROUPINGS:
            await running.press("v")
            counts.append(table(running).grid.shown)
        assert counts == [2, 2, 1]


async def test_what_is_waived_stays_and_says_so(tmp_path: Path) -> None:
    found = seen(waived={finding().id: waiver()})
    async with showing(found, "checklist", tmp_path, (200, 50)) as running:
        assert "· waived: fail" in running.text()
        assert "1 waived" in running.text().split("\n")[2]
        await running.press("v")
        assert "by team-shop" in running.text()


@SIZES
@pytest.mark.parametrize("presses", [0, 1, 2, 3])
async def test_exports_are_of_what_is_shown(
    presses: int, size: tuple[int, int], tmp_path: Path
) -> None:
    async with showing(seen(), "checklist", tmp_path, size) as running:
        await running.press(*"v" * presses)
        await running.type(":export json")
        await running.press("enter")
    found = json.loads(saved(tmp_path))
    assert len(found["rows"]) == [8, 8, 3, 3][presses]
    assert "mark" in found["columns"]


@pytest.mark.parametrize("form", ["json", "csv", "markdown", "sarif", "html"])
async def test_findings_of_what_is_shown_are_exported(form: str, tmp_path: Path) -> None:
    async with showing(seen(), "checklist", tmp_path, (80, 24)) as running:
        await running.type("/mark:fail")
        await running.press("enter")
        await running.type(f":findings {form} {tmp_path}/there")
        await running.press("enter")
    text = (tmp_path / "there").read_text()
    assert "CHK01" in text
    assert "subctl --context ctx-gcp-eu-1 diagnose all" in text


async def test_a_document_follows_its_answer_and_outlives_it(tmp_path: Path) -> None:
    async with showing(seen(), "checklist", tmp_path) as running:
        await running.press("enter")
        mended = ChecklistReport(ITEMS, (answer(MESH, "gcp-eu-1", Mark.PASS, "all are up"),))
        await show(running, seen(mended))
        assert "● pass" in running.text().split("\n")[2]
        await show(running, seen(ChecklistReport(ITEMS)))
        assert "no longer there" in running.text()


async def test_an_empty_matrix_says_why(tmp_path: Path) -> None:
    reading = seen(ChecklistReport(), state=ClusterState.CONNECTING)
    async with showing(reading, "checklist", tmp_path) as running:
        assert "being read: nothing is answered yet" in running.text()
        await running.press("enter", "Y", "y", "z", "v")
        assert "being read" in running.text()
        await show(running, seen(some()))
        assert table(running).grid.shown == 8


async def test_names_of_strangers_are_inert(tmp_path: Path) -> None:
    odd = "[@click=app.quit]y[/]"
    brought = attested(cluster="gcp-eu-1")
    found = ChecklistReport(
        ITEMS,
        (
            answer(DNS, "gcp-eu-1", Mark.FAIL, odd, missing=("[/x]",), probe="[b]dig[/b]",
                   attested=(brought,)),
        ),
    )  # fmt: skip
    async with showing(seen(found), "checklist", tmp_path, (200, 50)) as running:
        for words in (odd, "[/x]", "[b]dig[/b]"):
            assert words in running.text()
        await running.press("enter")
        for words in (odd, "[/x]", "[b]dig[/b]"):
            assert words in running.text()
        await running.press("escape", "v", "enter", "escape", "v", "v")


async def test_help_names_the_keys_of_the_pane(tmp_path: Path) -> None:
    async with showing(seen(), "checklist", tmp_path, (120, 50)) as running:
        await running.press("question_mark")
        text = running.text()
        assert "Change between the matrix and the lists by answer" in text
        assert "The ten things that must hold before a fleet goes live" in text
