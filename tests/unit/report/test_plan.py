"""Upgrade plans as text, Markdown and JSON: all of it, in order, and harmless."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import jsonschema
import msgspec
import pytest

from mckconsole.analysis.versions.exemption import Exemption
from mckconsole.analysis.versions.model import Blocker, ClusterVersions, Plan, VersionsReport
from mckconsole.analysis.versions.waive import plan_with_waivers, what_if
from mckconsole.domain.findings import Evidence, Unknown
from mckconsole.report import plan_json, plan_markdown, plan_table
from mckconsole.report.jsonout import schema
from mckconsole.report.plan_sheet import PlanSheet, apart, ends, support_words, tables, verdict
from mckconsole.report.width import cell_width
from mckconsole.views.spec import Role
from tests.unit.analysis import build
from tests.unit.analysis.versions.planning import (
    AT,
    DATA,
    addon,
    blocker,
    cluster,
    minor,
    pool,
    question,
)

MESHES = ("istio m1", "submariner")
EVIL = "a\x1b[31m|<b onload=x>‮[x](http://y)"
TABLES = replace(
    DATA,
    as_of={"calendar": date(2026, 11, 20), "removals": date(2026, 1, 1)},
    origin={"calendar": "shipped", "removals": "old.csv", "addons": "new.csv"},
)


def fleet(evil: str = "") -> tuple[ClusterVersions, ...]:
    """One that goes on, its peer that is blocked, one behind add-ons, one of which nothing is
    known."""
    stuck = titled(blocker(name="shop/web pods"), f"no pod may go {evil}")
    unread = (Unknown("versions", "far", "*", f"timed out {evil}"),)
    return (
        cluster("dev-1", 34, pool("blue", 31, 34), provider="aks"),
        cluster("east", 35, groups=MESHES, blockers=[stuck], roles=["Submariner broker"]),
        cluster("west", 35, groups=MESHES, provider="eks", region="us-east-1",
                addons=[addon("cert-manager", "1.18.2")]),
        replace(cluster("far", None), unknowns=unread),
    )  # fmt: skip


def titled(one: Blocker, title: str) -> Blocker:
    """The same blocker under another title, with evidence."""
    seen = Evidence("kubernetes", "east", one.object, "spec.maxUnavailable", "0", AT - 5)
    return msgspec.structs.replace(one, title=title, evidence=(seen,))


def sheet(*, evil: str = "", waive: tuple[Exemption, ...] = (), **changes: object) -> PlanSheet:
    """A plan that has everything in it."""
    versions = fleet(evil)
    asked = question(*versions, waive=waive)
    plan = plan_with_waivers(asked)
    clusters = [build.cluster(one.cluster) for one in versions[:3]]
    snapshot = build.fleet(*clusters, build.unreachable("far", "timeout"), taken_at=AT)
    if_waived = {one.cluster: what_if(asked, plan, one) for one in plan.held}
    given = {"scope": "all contexts", "demo": False, "if_waived": if_waived} | changes
    return PlanSheet(plan, VersionsReport(versions), TABLES, snapshot, **given)  # type: ignore[arg-type]


def table(given: PlanSheet, width: int | None = None) -> str:
    return plan_table.render(given, title="T", width=width, colour=False)


def test_the_order_what_holds_the_rest_and_every_command_are_said() -> None:
    text = table(sheet())
    for words in (
        "✖ 2 of 4 clusters held · ", "ORDER  ", "canary: the first of the fleet at 1.36",
        "nodes to 1.34", "HELD  2", "✖ east held at 1.35, wanted 1.36: not to 1.36: no pod may go",
        "✖ UB03", "--waive 'UB03:east:shop/web pods' goes past it",
        "if waived: east 1.35 to 1.36", "? far held where it is: its version is not known: timed",
        "AT THE END", "UNKNOWN", "az aks upgrade", "☐ control plane: ", "back: no way back",
        "calendar as of 2026-11-20, shipped",
        "▲ removals as of 2026-01-01, old.csv, 325 days old: look for a newer one",
        "? addons of no date, new.csv", "no command is ever run",
    ):  # fmt: skip
        assert words in text, words
    assert "\x1b" not in text


def test_turns_come_in_order() -> None:
    lines = table(sheet(waive=(Exemption("UB03"),))).splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("ORDER"))
    numbers = []
    for line in lines[start + 2 :]:
        if not line.strip():
            break
        numbers.append(int(line.split()[0]))
    assert numbers == sorted(numbers)
    assert len(numbers) > 2


def test_what_is_waived_is_said_wherever_it_matters() -> None:
    given = sheet(waive=(Exemption("UB03", "east"), Exemption("UB05", "west")))
    text, marked = table(given), plan_markdown.render(given)
    assert "1 blocker waived" in verdict(given)[1]
    assert "▲ goes past UB03" in text
    assert "UB03 east: east 1.35 to 1.36" in text
    assert "UB05 west: nothing goes on that would not without it" in text
    assert "- goes past UB03 no pod may go" in marked
    assert "## Waived" in marked


def test_a_terminal_s_width_is_kept_but_for_commands() -> None:
    commands = {one.command for step in sheet().plan.steps for one in step.actions}
    for width in (60, 80, 200):
        for line in table(sheet(), width).splitlines():
            assert cell_width(line) <= width or line.strip() in commands


def test_the_markdown_is_a_list_to_tick_off() -> None:
    text = plan_markdown.render(sheet(demo=True))
    for part in (
        "# Upgrade plan", "**DEMO: simulated clusters", "## Order", "| turn | cluster | step |",
        "## Held", "### east", "## At the end", "## Not known", "## Turn 1", "### dev-1 nodes to",
        "- [ ] control plane: ", "  - run `az aks", "Scope: all contexts", "If waived: east",
    ):  # fmt: skip
        assert part in text, part


def test_nothing_that_a_cluster_says_is_markup() -> None:
    given = sheet(evil=EVIL, waive=(Exemption("UB03"),))
    held = sheet(evil=EVIL)
    for one in (given, held):
        for text in (table(one), plan_markdown.render(one), plan_json.render(one)):
            assert "\x1b" not in text
            assert "‮" not in text
        outside = re.sub(r"(`+).*?\1", "", plan_markdown.render(one))
        assert not re.search(r"(?<!\\)<b|(?<!\\)\[x\]", outside)


def test_json_keeps_its_contract() -> None:
    given = sheet(waive=(Exemption("UB03"),))
    contract = schema(plan_json.PLAN_SCHEMA_FILE)
    jsonschema.Draft202012Validator.check_schema(contract)
    for one in (
        given,
        sheet(evil=EVIL),
        PlanSheet(Plan(AT, None), VersionsReport(), TABLES, build.fleet()),
    ):
        jsonschema.validate(json.loads(plan_json.render(one)), contract)
    data = json.loads(plan_json.render(given))
    (east,) = (one for one in data["steps"] if one["cluster"] == "east")
    assert (east["from"], east["to"]) == ("1.35", "1.36")
    (waived,) = east["waived"]
    assert (waived["rule"], waived["waive"]) == ("UB03", "UB03:east:shop/web pods")
    assert waived["evidence"][0]["path"] == "spec.maxUnavailable"
    assert data["waivers"] == [{"waiver": "UB03", "frees": ["east 1.35 to 1.36"]}]
    (far,) = (one for one in data["clusters"] if one["name"] == "far")
    assert (far["least"], far["end"], far["held"], far["state"]) == (
        None,
        None,
        True,
        "unreachable",
    )
    (dev,) = (one for one in data["clusters"] if one["name"] == "dev-1")
    assert dev["kubelets"] == [{"minor": "1.31", "nodes": 1}, {"minor": "1.34", "nodes": 1}]
    assert [one["name"] for one in data["tables"]] == ["calendar", "removals", "addons"]


def test_held_in_json_says_what_waiving_would_free() -> None:
    held = {one["cluster"]: one for one in json.loads(plan_json.render(sheet()))["held"]}
    assert held["east"]["ifWaived"] == ["east 1.35 to 1.36"]
    assert held["far"]["ifWaived"] == []


class TestWords:
    def test_ends_say_where_clusters_were_and_will_be(self) -> None:
        found = {one.cluster: one for one in ends(sheet())}
        assert (found["dev-1"].now, found["dev-1"].nodes) == ("1.34", "1.31 to 1.34")
        assert found["dev-1"].end == minor(36)
        assert (found["far"].now, found["far"].end, found["far"].role) == ("?", None, Role.UNKNOWN)
        assert support_words(found["far"].support) == "not known: the version is not known"

    def test_meshes_whose_clusters_end_apart_are_named(self) -> None:
        freed = sheet(waive=(Exemption("UB03"),))
        assert [*apart(sheet())] == []
        assert [*apart(freed)] == ["istio m1: east 1.36, west 1.35"]

    def test_a_plan_with_nothing_to_do_is_well(self) -> None:
        empty = replace(sheet(), plan=Plan(AT, minor(36)))
        assert verdict(empty) == (Role.OK, "no step is left to do")

    def test_what_was_not_answered_is_not_well(self) -> None:
        plan = Plan(AT, minor(36), unknowns=(Unknown("versions", "a", "UB13", "x"),))
        assert verdict(replace(sheet(), plan=plan))[0] is Role.UNKNOWN

    @pytest.mark.parametrize(("width", "colour"), [(None, True), (80, False)])
    def test_an_empty_fleet_is_rendered(self, width: int | None, colour: bool) -> None:
        empty = PlanSheet(Plan(AT, None), VersionsReport(), TABLES, build.fleet())
        assert plan_table.render(empty, title="T", width=width, colour=colour)
        assert plan_markdown.render(empty)

    def test_tables_of_no_date_are_not_known(self) -> None:
        assert [role for role, _ in tables(sheet())] == [Role.DIM, Role.WARN, Role.UNKNOWN]
