"""A pane shows what `mckconsole report` prints of the same moment, cell for cell."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.report import jsonout
from mckconsole.report.document import build
from mckconsole.ui.frame import Frame
from mckconsole.ui.table_view import TableView
from mckconsole.views.panes import REPORTED
from mckconsole.views.spec import Column, PaneSpec
from mckwidgets.grid import Grid
from tests.contract.painted import Table, painted_table
from tests.contract.running import mck
from tests.ui.console import Console, console, settings_for

AGE = re.compile(r"\d+ s\b")


def lasts(column: Column) -> bool:
    """Whether a JSON report has it: fingerprints are of one run, and it has none."""
    return not column.passing


def reported(document: Any, pane: PaneSpec, columns: Sequence[Column]) -> Table:
    """The rows of a pane in a JSON report; its columns are those of the pane at that moment."""
    table = document["panes"][pane.name]
    assert table["columns"] == [column.id for column in columns if lasts(column)]
    return {row["id"]: row["cells"] for row in table["rows"]}


async def open_table(running: Console, pane: PaneSpec) -> TableView:
    """Go to the pane's table and have it show every column."""
    await running.press(pane.key)
    table = running.shell.stacks.choose_root(TableView)
    await running.pilot.pause()
    if not table.wide:
        await running.press("w")
    return table


async def frozen_frame(running: Console) -> Frame:
    """Wait until everything is read, then freeze what is shown."""
    await running.settled()
    await running.press("p")
    assert running.shell.frame is not None
    return running.shell.frame


@pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=["80x24", "200x50"])
async def test_panes_show_the_rows_of_the_report(size: tuple[int, int], tmp_path: Path) -> None:
    async with (
        EmbeddedFleet() as fleet,
        console(settings_for(fleet, tmp_path), size=size) as running,
    ):
        frame = await frozen_frame(running)
        document = json.loads(jsonout.render(build(frame.snapshot, frame.analysis, REPORTED)))
        for pane in REPORTED:
            columns = frame.columns[pane.name]
            rows = reported(document, pane, columns)
            assert len(rows) > 5
            table = await open_table(running, pane)
            grid = table.grid
            assert [row.id for row in grid.visible_rows()] == list(rows)
            assert list(grid.shown_columns) == [column.id for column in columns]
            shown = {key: dict(grid.shown_text(key)) for key in rows}
            assert lasting_rows(shown, columns) == rows
            assert lasting_rows(await painted_table(running, grid, columns), columns) == rows


def lasting_rows(rows: Table, columns: Sequence[Column]) -> Table:
    """What a JSON report has of them."""
    kept = [column.id for column in columns if lasts(column)]
    return {key: {name: cells[name] for name in kept} for key, cells in rows.items()}


def lasting(cells: Mapping[str, str], columns: Sequence[Column]) -> dict[str, str]:
    """What another process says too, which reads a few seconds later: no ages, no trends, and no
    fingerprints, whose key lives as long as a process."""
    kept = [column.id for column in columns if not column.volatile and lasts(column)]
    return {column: AGE.sub("N s", cells[column]) for column in kept}


def settled(grid: Grid, rows: Table, columns: Sequence[Column]) -> bool:
    """Whether the table shows these rows: what is read by namespace comes a little later."""
    if [row.id for row in grid.visible_rows()] != list(rows):
        return False
    shown = {key: lasting(grid.shown_text(key), columns) for key in rows}
    return shown == {key: lasting(cells, columns) for key, cells in rows.items()}


async def test_panes_show_what_the_command_line_reports(tmp_path: Path) -> None:
    async with (
        EmbeddedFleet() as fleet,
        console(settings_for(fleet, tmp_path), size=(200, 50)) as running,
    ):
        config = tmp_path / "config.yaml"
        endpoints = [
            {"name": one.name, "url": one.url, "clusters": list(one.clusters),
             "clusterLabel": one.cluster_label}
            for one in fleet.config.prometheus
        ]  # fmt: skip
        config.write_text(yaml.safe_dump({"prometheus": endpoints}))
        options = ("--format", "json", "--allow-partial", "--config", str(config))
        await running.settled()
        done = await mck(tmp_path, "report", "--kubeconfig", str(fleet.kubeconfig), *options)
        for pane in REPORTED:
            assert running.shell.frame is not None
            columns = running.shell.frame.columns[pane.name]
            rows = reported(done.json(), pane, columns)
            grid = (await open_table(running, pane)).grid
            await running.until(partial(settled, grid, rows, columns))
            for key, cells in rows.items():
                assert lasting(grid.shown_text(key), columns) == lasting(cells, columns)
