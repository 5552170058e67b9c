"""The identity pane by keys alone: groupings, what is behind a row, who else, who can change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mckconsole.ui.detail_views import FindingView, ObjectView
from mckconsole.ui.identity_tables import IdentityTable
from mckconsole.ui.identity_views import IdentityView, WhoView
from mckconsole.ui.yaml_view import YamlView
from mckconsole.views.identity_cells import identity_id
from mckconsole.views.scope import Scope
from tests.ui.console import Console
from tests.ui.handmade import SIZES, saved, show, showing, view_of
from tests.unit.views.fleetidentity import (
    MAIL,
    READER,
    account,
    binding,
    declares,
    finding,
    report,
    seen,
    some,
    waiting,
)

GROUPINGS = ["workload", "cloud-identity", "service-account", "account"]


def table(running: Console) -> IdentityTable:
    return view_of(running, IdentityTable)


def shown(running: Console) -> IdentityView:
    return view_of(running, IdentityView)


@SIZES
async def test_what_is_wrong_is_seen_at_once(size: tuple[int, int], tmp_path: Path) -> None:
    async with showing(seen(some()), "identity", tmp_path, size) as running:
        lines = running.text().split("\n")
        assert "6 of 6" in lines[2]
        assert "✖3" in lines[1], "the tab says so too"
        assert {"cluster", "workload", "state", "identity"} <= set(
            table(running).grid.shown_columns
        )
        (row,) = [line for line in lines if "✖ pending restart" in line]
        for words in ("gcp-eu-1", "checkout", "checkout-reader"):
            assert words in row
        if size[0] == 200:
            assert "AWS_ROLE_ARN" in row


async def test_names_that_are_long_leave_the_state_in_sight(tmp_path: Path) -> None:
    name = "arn:aws:eks:eu-west-1:000000000000:cluster/production-europe"
    long = binding(name, name="a-workload-with-a-really-long-name-of-its-own-and-more")
    async with showing(
        seen(report(long, clusters=[name])), "identity", tmp_path, (80, 24)
    ) as running:
        (row,) = [line for line in running.text().split("\n") if "● bound" in line]
        assert "checkout-reader" in row


@SIZES
async def test_v_goes_through_the_groupings(size: tuple[int, int], tmp_path: Path) -> None:
    async with showing(seen(some()), "identity", tmp_path, size) as running:
        await running.press("down", "down")
        seen_by = []
        for _ in GROUPINGS:
            seen_by.append(table(running).by)
            await running.press("v")
        assert seen_by == GROUPINGS
        assert table(running).by == "workload"
        assert table(running).row is not None
        assert "✖ pending restart" in running.text()
        cursor = table(running).row
        assert cursor
        assert cursor.id == waiting().id, "each remembers its cursor"
        await running.press("v")
        lines = running.text().split("\n")
        assert "identity by cloud identity" in lines[2]
        assert "3 of 3" in lines[2]
        assert "aks-weu-1 +2" in running.text()


@pytest.mark.parametrize(
    ("command", "by", "rows"),
    [
        ("identity by cloud", "cloud-identity", 3),
        ("id by role state:drift", "cloud-identity", 1),
        ("identity by sa", "service-account", 5),
        ("wi by account", "account", 2),
        ("identity by workload cloud=gcp", "workload", 1),
        ("identity state:drift", "workload", 1),
    ],
)
async def test_commands_name_the_grouping(command: str, by: str, rows: int, tmp_path: Path) -> None:
    async with showing(seen(some()), "identity", tmp_path) as running:
        await running.press("1")
        await running.type(f":{command}")
        await running.press("enter")
        assert (table(running).by, table(running).grid.shown) == (by, rows)


async def test_what_cannot_be_grouped_by_is_said(tmp_path: Path) -> None:
    async with showing(seen(some()), "identity", tmp_path) as running:
        assert "there is no grouping by colour" in running.shell.commands.run("identity by colour")
        assert "there is no grouping by nothing" in running.shell.commands.run("identity by")
        assert table(running).by == "workload"
        offered = running.shell.commands.complete("identity by c")
        assert [one.text for one in offered] == ["identity by cloud-identity"]


@SIZES
async def test_who_else_uses_this_role_is_one_key(size: tuple[int, int], tmp_path: Path) -> None:
    async with showing(seen(some()), "identity", tmp_path, size) as running:
        await running.press("down", "down", "u")
        assert shown(running).target.id == identity_id(READER)
        text = running.text()
        assert "✖ 2 workloads in 3 clusters" in text
        for cluster in ("gcp-eu-1", "aks-weu-1", "aws-use1-1"):
            assert cluster in text
        await running.press("u")
        assert "they are shown here" in running.text()
        await running.press("escape")
        assert table(running).by == "workload"


async def test_the_same_by_the_grouping_and_enter(tmp_path: Path) -> None:
    async with showing(
        seen(report(waiting(), binding("aws-use1-1"))), "identity", tmp_path, (80, 24)
    ) as running:
        await running.press("v", "enter")
        assert shown(running).target.id == identity_id(READER)


@SIZES
async def test_the_chain_and_deeper(size: tuple[int, int], tmp_path: Path) -> None:
    async with showing(seen(some()), "identity", tmp_path, size) as running:
        await running.press("down", "down", "enter")
        lines = running.text().split("\n")
        assert "identity › gcp-eu-1 shop/checkout" in lines[2]
        assert "✖ pending restart  high  AWS" in lines[2]
        found = running.text()
        for words in ("Deployment shop/checkout", "└ Pod checkout-7c9f6-x2k", "created 12 d ago",
                      "└ ServiceAccount shop/checkout", "├ declared", "├ effective", "└ cloud",
                      "written by", "argocd-controller", "2 d ago", "Also used by"):  # fmt: skip
            assert words in found
        opened = set()
        for _ in range(20):
            target = shown(running).text.cursor_target
            if target is not None:
                await running.press("enter")
                opened.add(type(running.shell.view))
                await running.press("escape")
            await running.press("right_square_bracket")
        assert {FindingView, YamlView, IdentityView} <= opened


@SIZES
async def test_who_can_change_a_binding(size: tuple[int, int], tmp_path: Path) -> None:
    async with showing(seen(some()), "identity", tmp_path, size) as running:
        await running.press("down", "enter", "w")
        assert isinstance(running.shell.view, WhoView)
        assert "Kubernetes RBAC only: certificates of the group system:masters" in running.text()
        assert "? not read" in running.text()
        await running.press("w")
        assert "they are shown here" in running.text()
        await running.press("escape", "W")
        assert isinstance(running.shell.view, WhoView), "the table's key is known here, too"
        await running.press("escape", "escape", "W")
        assert isinstance(running.shell.view, WhoView)
        await running.press("escape")
        await running.type(":identity by account")
        await running.press("enter", "W")
        assert "it is not one service account's" in running.text()


async def test_what_cannot_be_done_says_why(tmp_path: Path) -> None:
    async with showing(seen(some()), "identity", tmp_path) as running:
        await running.press("u")
        assert "no cloud identity of it is known" in running.text()
        await show(running, seen(report()))
        for key in ("u", "W", "enter"):
            await running.press(key)
            assert "there is no row" in running.text() or key == "enter"
        assert "no workload has to do with a cloud" in running.text()


async def test_yaml_of_every_grouping(tmp_path: Path) -> None:
    async with showing(seen(some()), "identity", tmp_path) as running:
        for by in GROUPINGS:
            assert table(running).by == by
            await running.press("Y")
            if by != "account":
                assert isinstance(running.shell.view, ObjectView)
                await running.press("escape")
            await running.press("v")


async def test_a_scope_and_a_namespace_hold_in_every_grouping(tmp_path: Path) -> None:
    async with showing(seen(some()), "identity", tmp_path) as running:
        running.shell.set_scope(Scope(frozenset({"gcp-eu-1"}), "gcp-eu-1"))
        await running.quiet()
        for count in (2, 2, 1, 2):
            assert table(running).grid.shown == count
            await running.press("v")
        running.shell.set_scope(Scope(frozenset({"nowhere"}), "nowhere"))
        await running.press("v")
        assert "nothing in the scope nowhere" in running.text()


async def test_exports_are_of_the_grouping(tmp_path: Path) -> None:
    async with showing(seen(some()), "identity", tmp_path, (80, 24)) as running:
        await running.press("v")
        await running.type(":export json")
        await running.press("enter")
    found = json.loads(saved(tmp_path))
    assert {"identity", "clusters", "full"} <= set(found["columns"])
    assert len(found["rows"]) == 3


async def test_a_document_follows_its_binding_and_outlives_it(tmp_path: Path) -> None:
    async with showing(seen(report(waiting())), "identity", tmp_path) as running:
        await running.press("enter")
        await show(running, seen(report(binding("gcp-eu-1"))))
        assert "● bound" in running.text().split("\n")[2]
        await show(running, seen(report()))
        assert "no longer there" in running.text()


async def test_names_of_strangers_are_inert(tmp_path: Path) -> None:
    odd = READER._replace(name="[red]x[/red]")
    name = "[@click=app.quit]y[/]"
    held = account("aws-use1-1", declares(odd, by="[b]who[/b]"), name="[/x]")
    title = "[link=https://x]title[/]"
    found = binding(
        "aws-use1-1", identity=odd, name=name, held=held, reason="[b]why[/b]",
        findings=(finding("aws-use1-1", title=title),),
    )  # fmt: skip
    async with showing(
        seen(report(found, binding("gcp-eu-1", identity=MAIL))), "identity", tmp_path
    ) as running:
        assert name in running.text()
        await running.press("enter")
        for words in (name, "[red]x[/red]", "[b]who[/b]", "[/x]", title, "[b]why[/b]"):
            assert words in running.text()
        await running.press("w", "escape", "u", "escape", "escape")
        for _ in GROUPINGS:
            await running.press("v", "enter", "escape")


async def test_help_names_the_keys_of_the_pane(tmp_path: Path) -> None:
    async with showing(seen(some()), "identity", tmp_path, (120, 50)) as running:
        await running.press("question_mark")
        text = running.text()
        assert "Group by workload, cloud identity, service account" in text
        assert "One row is a workload in one cloud" in text
