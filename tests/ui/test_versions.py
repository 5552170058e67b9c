"""The versions pane by keys alone: groupings, the plan, what is behind a row, exports."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mckconsole.analysis.versions.model import Plan, VersionsReport
from mckconsole.ui.detail_views import ClusterView, FindingView, ObjectView
from mckconsole.ui.versions_tables import VersionsTable
from mckconsole.ui.versions_views import VersionView
from mckconsole.ui.yaml_view import YamlView
from mckconsole.views.scope import Scope
from tests.ui.console import Console
from tests.ui.handmade import SIZES, Seen, saved, show, showing, view_of
from tests.unit.views.fleetversions import (
    addon,
    api,
    blocker,
    cluster,
    plan,
    pool,
    report,
    seen,
    some,
    step,
    told,
    waiver,
)

GROUPINGS = ["cluster", "step", "pool", "addon", "api", "blocker"]


def found_of(found: VersionsReport | None = None, made: Plan | None = None) -> Seen:
    return seen(found or some(), made or plan())


def table(running: Console) -> VersionsTable:
    return view_of(running, VersionsTable)


@SIZES
async def test_which_may_be_upgraded_is_seen_at_once(size: tuple[int, int], tmp_path: Path) -> None:
    async with showing(found_of(), "versions", tmp_path, size) as running:
        lines = running.text().split("\n")
        assert "READ-ONLY" in lines[0]
        assert "6 Versions" in lines[1]
        assert "4 of 4" in lines[2]
        shown = set(table(running).grid.shown_columns)
        assert {"cluster", "version", "support", "blockers", "next"} <= shown
        (row,) = [line for line in lines if "✖ gcp-eu-1" in line]
        assert "1.34.2" in row
        assert "✖ 1 block" in row
        (dead,) = [line for line in lines if "onprem-1" in line]
        assert "? " in dead, "unknown is never well"
        if size[0] == 200:
            assert "1.35 in turn 2 of 3, mends UB03" in row
            assert "1.33▁ 1.34█" in row
            assert shown >= {"kubelets", "addons", "bar", "apis"}


@SIZES
async def test_v_goes_through_the_groupings(size: tuple[int, int], tmp_path: Path) -> None:
    async with showing(found_of(), "versions", tmp_path, size) as running:
        await running.press("down")
        chosen = table(running).row
        seen_by = []
        for _ in GROUPINGS:
            seen_by.append(table(running).by)
            assert table(running).row is not None
            await running.press("v")
        assert seen_by == GROUPINGS
        assert chosen == table(running).row, "each remembers its cursor"


@SIZES
async def test_the_plan_is_in_turn(size: tuple[int, int], tmp_path: Path) -> None:
    async with showing(found_of(), "versions", tmp_path, size) as running:
        await running.type(":plan")
        await running.press("enter")
        assert table(running).by == "step"
        lines = running.text().split("\n")
        assert "upgrade plan" in lines[2]
        assert "in turn" in lines[2]
        turns = [line for line in lines if " of 3 " in line]
        assert [
            next(name for name in ("aws-use1-1", "gcp-eu-1") if name in line) for line in turns
        ] == ["aws-use1-1", "gcp-eu-1", "aws-use1-1"]
        await running.press("enter")
        assert "☐ backups exist" in running.text()
        assert "aws eks update-cluster-version --name aws-use1-1" in running.text()


@pytest.mark.parametrize("name", ["versions", "plan"])
async def test_one_may_start_with_it(name: str, tmp_path: Path) -> None:
    async with showing(found_of(), name, tmp_path) as running:
        assert table(running).by == {"versions": "cluster", "plan": "step"}[name]
        await running.press("1", "6")
        assert isinstance(running.shell.view, VersionsTable)


@pytest.mark.parametrize(
    ("command", "by", "rows"),
    [
        ("versions by addon", "addon", 4),
        ("skew by pools cluster:gcp", "pool", 2),
        ("versions by blockers gravity:block", "blocker", 1),
        ("upgrade by api", "api", 1),
        ("plan cluster:aws", "step", 2),
        ("ver support<30d", "cluster", 1),
        ("versions extended", "cluster", 1),
    ],
)
async def test_commands_name_the_grouping(command: str, by: str, rows: int, tmp_path: Path) -> None:
    async with showing(found_of(), "fleet", tmp_path) as running:
        await running.type(f":{command}")
        await running.press("enter")
        assert (table(running).by, table(running).grid.shown) == (by, rows)


@SIZES
async def test_a_cluster_and_deeper(size: tuple[int, int], tmp_path: Path) -> None:
    async with showing(found_of(), "versions", tmp_path, size) as running:
        await running.press("enter")
        lines = running.text().split("\n")
        assert "versions › gcp-eu-1 versions" in lines[2]
        opened = set()
        for _ in range(24):
            view = view_of(running, VersionView)
            if view.text.cursor_target is not None:
                await running.press("enter")
                opened.add(type(running.shell.view))
                await running.press("escape")
            await running.press("right_square_bracket")
        assert {ClusterView, FindingView, VersionView, YamlView} <= opened


async def test_a_cluster_has_all_its_parts(tmp_path: Path) -> None:
    async with showing(found_of(), "versions", tmp_path, (120, 120)) as running:
        await running.press("enter")
        text = running.text()
        for heading in (
            "What stands in the way",
            "Plan: 1.34 to 1.35",
            "Nodes by pool",
            "Components",
            "Add-ons",
            "Deprecated APIs",
        ):
            assert heading in text
        assert "helm" in text, "who wrote with the deprecated API"
        assert "shop/db-0" in text, "what fits nowhere else"


async def test_every_row_of_every_grouping_opens(tmp_path: Path) -> None:
    async with showing(found_of(), "versions", tmp_path) as running:
        for by in GROUPINGS:
            assert table(running).by == by
            for _ in range(len(table(running).rows)):
                await running.press("enter")
                assert view_of(running, VersionView).detail is not None
                await running.press("escape", "down")
            await running.press("v")


async def test_yaml_of_what_is_an_object(tmp_path: Path) -> None:
    async with showing(found_of(), "versions", tmp_path) as running:
        for by in GROUPINGS:
            await running.press("Y")
            has = by in ("api", "blocker")
            assert isinstance(running.shell.view, ObjectView) is has, by
            if has:
                await running.press("escape")
            await running.press("v")


async def test_problems_and_a_scope_hold_in_every_grouping(tmp_path: Path) -> None:
    async with showing(found_of(), "versions", tmp_path) as running:
        await running.press("z")
        assert table(running).grid.shown == 3, "one is well"
        await running.press("z")
        running.shell.set_scope(Scope(frozenset({"gcp-eu-1"}), "gcp-eu-1"))
        await running.quiet()
        counts = []
        for _ in GROUPINGS:
            counts.append(table(running).grid.shown)
            await running.press("v")
        assert counts == [1, 1, 2, 2, 1, 3]


async def test_what_is_waived_stays_and_says_so(tmp_path: Path) -> None:
    stop = blocker()
    one = cluster("gcp-eu-1", blockers=(stop,))
    found = report(one, findings=(told(stop),))
    waived = {told(stop).id: waiver()}
    async with showing(seen(found, plan(), waived), "versions", tmp_path, (200, 50)) as running:
        assert "1 waived" in running.text()
        await running.press("E")
        await running.press("escape")
        await running.type(":versions by blocker")
        await running.press("enter")
        assert "· waived: block" in running.text()


async def test_exports_are_of_the_grouping(tmp_path: Path) -> None:
    async with showing(found_of(), "versions", tmp_path, (80, 24)) as running:
        await running.type(":plan")
        await running.press("enter")
        await running.type(":export json")
        await running.press("enter")
    found = json.loads(saved(tmp_path))
    assert {"turn", "step", "stands", "why"} <= set(found["columns"])
    assert len(found["rows"]) == 4


@pytest.mark.parametrize("form", ["json", "csv", "markdown", "sarif", "html"])
async def test_findings_of_what_is_shown_are_exported(form: str, tmp_path: Path) -> None:
    async with showing(found_of(), "versions", tmp_path, (80, 24)) as running:
        await running.type(f":findings {form} {tmp_path}/there")
        await running.press("enter")
    assert "UB03" in (tmp_path / "there").read_text()


async def test_a_document_follows_its_step_and_outlives_it(tmp_path: Path) -> None:
    async with showing(found_of(), "plan", tmp_path) as running:
        await running.press("enter")
        assert "● 1.35 now" in running.text()
        stopped = replace(plan(), steps=(step("aws-use1-1", blockers=(blocker(),)),))
        await show(running, found_of(made=stopped))
        assert "● 1.35 now, mends UB03" in running.text().split("\n")[2]
        await show(running, found_of(made=replace(plan(), steps=())))
        assert "no longer there" in running.text()


async def test_empty_groupings_say_why(tmp_path: Path) -> None:
    quiet = report(cluster(pools=(), addons=()))
    async with showing(seen(quiet), "versions", tmp_path, (120, 24)) as running:
        for by, words in (
            ("step", "no plan was made"),
            ("pool", "no nodes are known"),
            ("addon", "no add-on of the table was seen"),
            ("api", "no use of a deprecated API was seen"),
            ("blocker", "nothing that blocks an upgrade was seen"),
        ):
            await running.press("v")
            assert table(running).by == by
            assert words in running.text()
            await running.press("enter", "Y")


async def test_names_of_strangers_are_inert(tmp_path: Path) -> None:
    odd = "[@click=app.quit]y[/]"
    one = cluster(
        "gcp-eu-1",
        pools=(pool(odd, images=("[red]OS[/red]",)),),
        addons=(addon("[/x]", reason="[b]why[/b]"),),
        uses=(api(reason="[link=https://x]r[/]"),),
        blockers=(blocker(subject="[/]", peers=("[i]peer[/i]",)),),
        roles=("[b]hub[/b]",),
    )
    made = Plan(0.0, None, (step("gcp-eu-1", why=odd, preconditions=("[/y]",)),))
    async with showing(seen(report(one), made), "versions", tmp_path, (200, 90)) as running:
        for words in ("[b]hub[/b]",):
            assert words in running.text()
        await running.press("enter")
        for words in (odd, "[red]OS[/red]", "[/x]", "[/y]", "[i]peer[/i]"):
            assert words in running.text()
        await running.press("escape")
        for _ in GROUPINGS:
            await running.press("v", "enter", "escape")


async def test_help_names_the_keys_of_the_pane(tmp_path: Path) -> None:
    async with showing(found_of(), "versions", tmp_path, (120, 50)) as running:
        await running.press("question_mark")
        text = running.text()
        assert "Group by cluster, step of the plan, node pool" in text
        assert "Nothing is ever upgraded from here" in text
