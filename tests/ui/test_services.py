"""The services pane: a column per cluster where there is room, and what is behind a service."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mckconsole.analysis.services.model import FleetService
from mckconsole.ui.detail_views import FindingView, ObjectView
from mckconsole.ui.pane_tables import ServicesTable
from mckconsole.ui.service_views import CompareView, ServiceView
from mckconsole.views.scope import Scope
from tests.ui.console import Console
from tests.ui.handmade import SIZES, saved, show, showing, view_of
from tests.unit.views.fleetservices import (
    broken,
    exporter,
    fleet_service,
    healthy,
    importer,
    report,
    seen,
)


def table(running: Console) -> ServicesTable:
    return view_of(running, ServicesTable)


def many(clusters: int) -> tuple[list[str], list[FleetService]]:
    names = [f"cluster-{n:02}" for n in range(clusters)]
    parts = [exporter(names[0], 0, 2), *(importer(name, names[0]) for name in names[1:])]
    return names, [fleet_service(*parts, name=f"service-{n}") for n in range(30)]


@SIZES
async def test_what_is_wrong_is_seen_at_once(size: tuple[int, int], tmp_path: Path) -> None:
    async with showing(seen(report(broken(), healthy())), "services", tmp_path, size) as running:
        lines = running.text().split("\n")
        assert " services" in lines[2]
        assert "2 of 2" in lines[2]
        assert "✖1" in lines[1], "the tab says so too"
        (row,) = [line for line in lines if "checkout" in line]
        assert "✖ broken" in row
        assert "✖ east" in row
        if size[0] == 200:
            assert "✖ exp 0/2" in row
            assert "⊘ forbidden" in row
            assert "the export has no ready endpoint" in row


@SIZES
@pytest.mark.parametrize("clusters", [1, 8, 40])
async def test_clusters_collapse_to_a_summary(
    size: tuple[int, int], clusters: int, tmp_path: Path
) -> None:
    names, services = many(clusters)
    async with showing(
        seen(report(*services, clusters=names)), "services", tmp_path, size
    ) as running:
        shown = table(running).grid.shown_columns
        assert {"service", "state", "clusters"} <= set(shown)
        visible = [name for name in names if name in shown]
        assert visible == names[: len(visible)], "they are dropped from the right"
        noun = "cluster" if clusters == 1 else "clusters"
        words = f"{len(visible) or 'none'} of {clusters} {noun} shown (w)"
        assert (words in running.text()) is (len(visible) < clusters)
        await running.press("w")
        assert set(names) <= set(table(running).grid.shown_columns)
        assert f"{noun} shown" not in running.text()
        for _ in range(60):
            await running.press("right")
        assert "DNS NAME" in running.text()
        assert "service-0" in running.text(), "the first column stays"


async def test_a_scope_leaves_out_columns_and_rows(tmp_path: Path) -> None:
    async with showing(
        seen(report(broken(), healthy())), "services", tmp_path, (200, 50)
    ) as running:
        running.shell.set_scope(Scope(frozenset({"south"}), "south"))
        await running.quiet()
        assert table(running).grid.shown == 1
        assert {one.cluster for one in table(running).columns} == {"", "south"}
        await running.press("0")
        assert table(running).grid.shown == 2
        running.shell.set_namespace("other")
        await running.quiet()
        assert table(running).grid.shown == 0


async def test_a_cluster_is_filtered_and_sorted_by(tmp_path: Path) -> None:
    async with showing(seen(report(broken(), healthy())), "services", tmp_path) as running:
        await running.type("/north:forb")
        await running.press("enter")
        assert [row.id for row in table(running).rows] == ["shop/checkout"]
        await running.press("escape")
        await running.type(":sort -north")
        await running.press("enter")
        assert table(running).grid.sort == ("north", True)


async def test_the_cursor_stays_in_its_column_when_a_cluster_comes(tmp_path: Path) -> None:
    async with showing(seen(report(healthy())), "services", tmp_path, (200, 50)) as running:
        grid = table(running).grid
        while grid.cursor_column != "west":
            await running.press("shift+right")
        await show(running, seen(report(broken(), healthy())))
        assert grid.cursor_column == "west"
        assert "north" in grid.shown_columns
        await show(running, seen(report()))
        assert "no service crosses clusters" in running.text()


@SIZES
async def test_behind_a_service(size: tuple[int, int], tmp_path: Path) -> None:
    async with showing(seen(report(broken(), healthy())), "services", tmp_path, size) as running:
        await running.press("enter")
        view = running.shell.view
        assert isinstance(view, ServiceView)
        text = running.text()
        assert "services › shop/checkout" in text
        assert "✖ broken" in text
        assert "SD02" in text
        assert "= compare" in text or size[0] == 80
        await running.press("enter")
        assert isinstance(running.shell.view, FindingView)
        await running.press("escape", "escape")
        table(running)


async def test_every_line_that_opens_leads_somewhere(tmp_path: Path) -> None:
    async with showing(
        seen(report(broken(), healthy())), "services", tmp_path, (200, 50)
    ) as running:
        await running.press("enter")
        view = running.shell.view
        assert isinstance(view, ServiceView)
        opened = set()
        for _ in range(60):
            target = view.text.cursor_target
            if target is not None:
                await running.press("enter")
                opened.add(type(running.shell.view).__name__)
                await running.press("escape")
            await running.press("right_square_bracket")
        assert {"FindingView", "YamlView", "ClusterView"} <= opened


async def test_yaml_is_that_of_the_chosen_cluster(tmp_path: Path) -> None:
    async with showing(
        seen(report(broken(), healthy())), "services", tmp_path, (200, 50)
    ) as running:
        while table(running).grid.cursor_column != "south":
            await running.press("shift+right")
        await running.press("Y")
        view = running.shell.view
        assert isinstance(view, ObjectView)
        assert (view.target.cluster, view.target.ref.kind) == ("south", "ServiceImport")


@SIZES
async def test_objects_are_compared(size: tuple[int, int], tmp_path: Path) -> None:
    async with showing(seen(report(broken(), healthy())), "services", tmp_path, size) as running:
        await running.press("=")
        view = running.shell.view
        assert isinstance(view, CompareView)
        assert [row.id for row in view.rows] == ["Service ports"], "equal fields are folded"
        assert "▲ http:9090/TCP" in running.text()
        assert "1 of" in running.text()
        await running.press("z")
        assert view.grid.shown > 10
        assert "Service selector" in running.text()
        await running.press("z", "shift+right", "enter")
        opened = running.shell.view
        assert isinstance(opened, ObjectView)
        assert (opened.target.cluster, opened.target.ref.kind) == ("east", "Service")
        await running.press("escape", "escape")
        assert running.shell.view is table(running)


async def test_nothing_differs(tmp_path: Path) -> None:
    async with showing(seen(report(healthy())), "services", tmp_path) as running:
        await running.press("enter", "=")
        assert "no differences among" in running.text()
        await running.press("=")
        assert "they are compared here" in running.text()


async def test_a_comparison_outlives_its_service(tmp_path: Path) -> None:
    async with showing(seen(report(broken())), "services", tmp_path) as running:
        await running.press("=")
        await show(running, seen(report()))
        assert "▲ http:9090/TCP" in running.text()
        await running.press("escape")
        assert "no service crosses clusters" in running.text()
        await running.press("=")
        assert "there is no row" in running.text()


async def test_an_export_has_every_cluster(tmp_path: Path) -> None:
    async with showing(
        seen(report(broken(), healthy())), "services", tmp_path, (80, 24)
    ) as running:
        await running.type(":export json")
        await running.press("enter")
    found = json.loads(saved(tmp_path))
    assert {"east", "west", "south", "north"} <= set(found["columns"])
    assert found["rows"][0]["east"]["text"] == "✖ exp 0/2"


async def test_names_of_strangers_are_inert(tmp_path: Path) -> None:
    bad = replace(broken(), reason="[red]x[/red] [@click=app.quit]y[/]")
    name = "[b]odd[/b]"
    odd = fleet_service(exporter(name), name="[/x]")
    found = seen(report(bad, odd, clusters=("east", "west", "south", "north", name)))
    async with showing(found, "services", tmp_path, (200, 50)) as running:
        assert "[@click=app.quit]" in running.text()
        assert name in running.text()
        await running.press("enter", "escape", "down", "enter")
        assert "[/x]" in running.text()
        await running.press("=")
        assert name in running.text()
