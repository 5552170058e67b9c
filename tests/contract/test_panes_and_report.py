"""A pane shows what `mckconsole report` prints of the same moment, cell for cell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.report import jsonout
from mckconsole.report.document import build
from mckconsole.ui.table_view import TableView
from mckconsole.views.panes import PANES
from mckconsole.views.spec import PaneSpec
from tests.ui.console import console, settings_for


@pytest.mark.parametrize("pane", PANES, ids=lambda pane: pane.name)
@pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=["80x24", "200x50"])
async def test_a_pane_shows_the_rows_of_the_report(
    pane: PaneSpec, size: tuple[int, int], tmp_path: Path
) -> None:
    async with (
        EmbeddedFleet() as fleet,
        console(settings_for(fleet, tmp_path, pane=pane.name), size=size) as running,
    ):
        await running.settled()
        await running.press("p")
        frame = running.shell.frame
        assert frame is not None
        document = build(frame.snapshot, frame.analysis, PANES)
        reported = json.loads(jsonout.render(document))["panes"][pane.name]
        table = running.shell.stacks.choose_root(TableView)
        await running.pilot.pause()
        await running.press("w")
        assert [row.id for row in table.grid.visible_rows()] == [
            row["id"] for row in reported["rows"]
        ]
        assert list(table.grid.shown_columns) == reported["columns"]
        for row in reported["rows"]:
            assert dict(table.grid.shown_text(row["id"])) == row["cells"]
