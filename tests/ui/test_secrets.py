"""The secrets pane by keys alone: groupings, what is behind a row, who can read it, exports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mckconsole.analysis.secrets.model import SecretsReport
from mckconsole.ui.detail_views import FindingView, ObjectView
from mckconsole.ui.identity_views import IdentityView
from mckconsole.ui.secrets_tables import SecretsTable
from mckconsole.ui.secrets_views import ReadersView, SecretView
from mckconsole.ui.yaml_view import YamlView
from mckconsole.views.scope import Scope
from tests.ui.console import Console
from tests.ui.handmade import SIZES, Seen, saved, show, showing, view_of
from tests.unit.views.fleetsecrets import (
    certificate,
    certificates,
    coverage,
    credential,
    exporter,
    finding,
    issued,
    place,
    report,
    seen,
    some,
    waiver,
)

GROUPINGS = ["credential", "place", "cluster", "namespace", "owner", "certificate"]


def found_of(found: SecretsReport | None = None, *, waive: int | None = None) -> Seen:
    made = found or some()
    waived = {} if waive is None else {made.credentials[waive].id: waiver()}
    return seen(made, issued(), waived=waived)


def table(running: Console) -> SecretsTable:
    return view_of(running, SecretsTable)


@SIZES
async def test_what_is_wrong_is_seen_at_once(size: tuple[int, int], tmp_path: Path) -> None:
    async with showing(found_of(), "secrets", tmp_path, size) as running:
        lines = running.text().split("\n")
        assert "VALUES: 1 cluster" in lines[0]
        assert "READ-ONLY" in lines[0]
        assert "5 Secrets ✖2" in lines[1], "the tab says so too"
        assert "6 of 6" in lines[2]
        assert "12 more by name" in lines[2]
        assert {"severity", "what", "clusters"} <= set(table(running).grid.shown_columns)
        (row,) = [line for line in lines if "✖ critical" in line]
        assert "AWS access key" in row
        assert "aws-use1-1 +1" in row
        assert any("⊘ forbidden" in line and "gcp-eu-1" in line for line in lines)
        if size[0] == 200:
            assert "key id and secret lie together" in row
            assert "7f3a·91c2" in row


@SIZES
async def test_v_goes_through_the_groupings(size: tuple[int, int], tmp_path: Path) -> None:
    async with showing(found_of(), "secrets", tmp_path, size) as running:
        await running.press("down")
        seen_by = []
        for _ in GROUPINGS:
            seen_by.append(table(running).by)
            assert table(running).row is not None
            await running.press("v")
        assert seen_by == GROUPINGS
        cursor = table(running).row
        assert cursor
        assert cursor.id == some().credentials[1].id, "each remembers its cursor"
        await running.press("v")
        assert "secrets by place" in running.text().split("\n")[2]


@pytest.mark.parametrize(
    ("command", "by", "rows"),
    [
        ("secrets by place", "place", 5),
        ("sec by ns", "namespace", 6),
        ("secret by owner", "owner", 3),
        ("credentials severity:high", "credential", 1),
        ("certs", "certificate", 4),
        ("certificates left<30d", "certificate", 2),
        ("secrets by certificate verdict:pass", "certificate", 1),
    ],
)
async def test_commands_name_the_grouping(command: str, by: str, rows: int, tmp_path: Path) -> None:
    async with showing(found_of(), "secrets", tmp_path) as running:
        await running.press("1")
        await running.type(f":{command}")
        await running.press("enter")
        assert (table(running).by, table(running).grid.shown) == (by, rows)


@pytest.mark.parametrize("name", ["certs", "certificates"])
async def test_certificates_are_what_one_may_start_with(name: str, tmp_path: Path) -> None:
    async with showing(found_of(), name, tmp_path) as running:
        assert (table(running).by, table(running).grid.shown) == ("certificate", 4)
        await running.press("1", "5")
        assert table(running).by == "certificate"
        await running.press("v")
        assert table(running).by == "credential"


@SIZES
async def test_a_credential_and_deeper(size: tuple[int, int], tmp_path: Path) -> None:
    async with showing(found_of(), "secrets", tmp_path, size) as running:
        await running.press("enter")
        lines = running.text().split("\n")
        assert "secrets › AWS access key 7f3a·91c2" in lines[2]
        assert "✖ critical  tier A  in 3 places, 2 clusters" in lines[2]
        opened = set()
        for _ in range(24):
            if view_of(running, SecretView).text.cursor_target is not None:
                await running.press("enter")
                opened.add(type(running.shell.view))
                await running.press("escape")
            await running.press("right_square_bracket")
        assert {YamlView, ReadersView, IdentityView, SecretView, FindingView} <= opened


@SIZES
async def test_who_can_read_and_what_could_replace_it(
    size: tuple[int, int], tmp_path: Path
) -> None:
    async with showing(found_of(), "secrets", tmp_path, size) as running:
        await running.press("W")
        assert isinstance(running.shell.view, ReadersView)
        assert "Kubernetes RBAC only: certificates of the group" in running.text()
        await running.press("w")
        assert "they are shown here" in running.text()
        await running.press("escape", "enter", "w")
        assert isinstance(running.shell.view, ReadersView)
        await running.press("escape", "i")
        assert isinstance(running.shell.view, IdentityView)
        await running.press("escape", "escape", "i")
        assert isinstance(running.shell.view, IdentityView)


async def test_what_cannot_be_done_says_why(tmp_path: Path) -> None:
    async with showing(found_of(), "secrets", tmp_path) as running:
        await running.press("down", "i")
        assert "no workload with an identity is known to use it" in running.text()
        await running.type(":certs")
        await running.press("enter", "W")
        assert "this certificate is no credential" in running.text()
        await running.press("v")
        await show(running, found_of(report(covered=[coverage("aws-use1-1")])))
        for key in ("i", "W"):
            await running.press(key)
            assert "there is no row" in running.text()
        assert "no credentials found: looked at 12 Secrets" in running.text()
        assert "--scan-values" in running.text()


async def test_rows_that_are_no_credential_open_what_they_are_about(tmp_path: Path) -> None:
    async with showing(found_of(), "secrets", tmp_path) as running:
        await running.type("/alice")
        await running.press("enter", "enter")
        assert isinstance(running.shell.view, FindingView)
        await running.press("escape", "escape")
        await running.type("/vault")
        await running.press("enter", "enter")
        assert view_of(running, SecretView).target.by == "cluster"
        assert "⊘ vault" in running.text()


async def test_every_row_of_every_grouping_opens(tmp_path: Path) -> None:
    async with showing(found_of(), "secrets", tmp_path) as running:
        for by in GROUPINGS:
            assert table(running).by == by
            for _ in range(len(table(running).rows)):
                await running.press("enter")
                assert isinstance(running.shell.view, SecretView | FindingView)
                assert view_of(running, SecretView | FindingView).detail is not None  # type: ignore[arg-type]
                await running.press("escape", "down")
            await running.press("v")


async def test_what_is_waived_stays_and_says_so(tmp_path: Path) -> None:
    async with showing(found_of(waive=0), "secrets", tmp_path, (200, 50)) as running:
        lines = running.text().split("\n")
        (row,) = [line for line in lines if "· waived: critical" in line]
        assert "waived until 2026-10-21 by team-billing" in row
        assert "1 waived" in lines[2]
        assert "5 Secrets ✖1 ▲2" in lines[1], "it is not counted as bad"
        await running.press("G", "enter")
        assert "· waived: critical" in running.text().split("\n")[2]
        assert "by team-billing: the vendor rotates it (SEC-1)" in running.text()


async def test_a_scope_and_a_namespace_hold_in_every_grouping(tmp_path: Path) -> None:
    async with showing(found_of(), "secrets", tmp_path) as running:
        running.shell.set_scope(Scope(frozenset({"gcp-eu-1"}), "gcp-eu-1"))
        await running.quiet()
        assert "VALUES" not in running.text(), "of the clusters in scope only"
        counts = []
        for _ in GROUPINGS:
            counts.append(table(running).grid.shown)
            await running.press("v")
        assert counts == [5, 3, 1, 4, 3, 1]


async def test_yaml_of_what_is_an_object(tmp_path: Path) -> None:
    async with showing(found_of(), "secrets", tmp_path) as running:
        for by in GROUPINGS:
            assert table(running).by == by
            await running.press("Y")
            has = by in ("credential", "place", "certificate")
            assert isinstance(running.shell.view, ObjectView) is has
            if has:
                await running.press("escape")
            await running.press("v")


@pytest.mark.parametrize("form", ["json", "csv", "markdown", "sarif", "html"])
async def test_findings_of_what_is_shown_are_exported(form: str, tmp_path: Path) -> None:
    async with showing(found_of(), "secrets", tmp_path, (80, 24)) as running:
        await running.type("/github")
        await running.press("enter")
        await running.type(f":findings {form} {tmp_path}/there")
        await running.press("enter")
    text = (tmp_path / "there").read_text()
    assert "SEC-GITHUB-TOKEN" in text
    if form == "json":
        assert [one["rule"] for one in json.loads(text)["findings"]] == ["SEC-GITHUB-TOKEN"]


async def test_the_format_of_findings_is_picked(tmp_path: Path) -> None:
    async with showing(found_of(), "secrets", tmp_path) as running:
        await running.press("E")
        assert "findings of what is shown as" in running.text()
        await running.type("json")
        await running.press("enter")
    found = json.loads(saved(tmp_path))
    assert {one["rule"] for one in found["findings"]} >= {"SEC-AWS-ACCESS-KEY", "SEC-READ"}


async def test_an_unknown_format_of_findings_is_said(tmp_path: Path) -> None:
    async with showing(found_of(), "secrets", tmp_path) as running:
        assert "there is no format xml" in running.shell.commands.run("findings xml")
        offered = running.shell.commands.complete("findings s")
        assert [one.text for one in offered] == ["findings sarif"]


async def test_exports_are_of_the_grouping(tmp_path: Path) -> None:
    async with showing(found_of(), "secrets", tmp_path, (80, 24)) as running:
        await running.type(":certs")
        await running.press("enter")
        await running.type(":export json")
        await running.press("enter")
    found = json.loads(saved(tmp_path))
    assert {"days", "automation", "verdict"} <= set(found["columns"])
    assert len(found["rows"]) == 4


async def test_a_document_follows_its_credential_and_outlives_it(tmp_path: Path) -> None:
    async with showing(found_of(report(credential())), "secrets", tmp_path) as running:
        await running.press("enter")
        assert "in 1 place, 1 cluster" in running.text().split("\n")[2]
        found = report(credential(place(), place(name="b")))
        await show(running, found_of(found))
        assert "in 2 places, 1 cluster" in running.text().split("\n")[2]
        await show(running, found_of(report()))
        assert "no longer there" in running.text()


async def test_names_of_strangers_are_inert(tmp_path: Path) -> None:
    name, owner = "[@click=app.quit]y[/]", "[red]Helm[/red]"
    odd = place(name=name, namespace="[/x]", owner=owner, key="[b]key[/b]", writer="[b]who[/b]")
    title = "[link=https://x]title[/]"
    key = credential(odd, title=title, reason="[b]why[/b]", consumers=(exporter(),),
                     related=(finding(title=title),))  # fmt: skip
    held = certificate(name="[b]cn[/b]", automation="[red]renews[/red]", used_by=("[/]",))
    found = seen(report(key), certificates(held))
    async with showing(found, "secrets", tmp_path, (200, 50)) as running:
        for words in (title, name, owner, "[b]why[/b]"):
            assert words in running.text()
        await running.press("enter")
        for words in (name, owner, "[b]key[/b]", "[b]who[/b]"):
            assert words in running.text()
        await running.press("w", "escape", "escape")
        for _ in GROUPINGS:
            await running.press("v", "enter", "escape")


async def test_help_names_the_keys_of_the_pane(tmp_path: Path) -> None:
    async with showing(found_of(), "secrets", tmp_path, (120, 50)) as running:
        await running.press("question_mark")
        text = running.text()
        assert "Group by credential, place, cluster, namespace or" in text
        assert "No value is ever shown" in text
