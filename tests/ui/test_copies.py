"""What leaves the console: copies, exports and pictures, from every view."""

from __future__ import annotations

import csv
import io
import json
import stat
from pathlib import Path

import pytest

from mckconsole.ui.copying import MAX_CLIPBOARD
from mckconsole.ui.metrics_view import MetricsView
from mckconsole.ui.settings import Settings
from tests.ui.console import Console, console
from tests.ui.stories import frame, messages, prompt, read, shown, table

VIEWS = {
    "fleet": (),
    "matrix": ("2",),
    "mesh": ("2", "v"),
    "cluster": ("enter",),
    "finding": ("j", "enter", "enter"),
    "tunnel": ("2", "enter"),
    "transitions": ("2", "e"),
    "yaml": ("2", "Y"),
    "metrics": ("2", "l", "m"),
}
"""Keys to one view of every kind."""


def copied(running: Console) -> str:
    """What is in the terminal's clipboard."""
    return running.app.clipboard


def exported(settings: Settings) -> list[Path]:
    """What was saved where exports go."""
    return sorted(settings.exports.iterdir()) if settings.exports.exists() else []


async def come_to(running: Console, view: str) -> None:
    """Go to a view and wait until it has something to show."""
    await read(running)
    await running.press(*VIEWS[view])
    if view == "yaml":
        await running.until(lambda: "apiVersion" in running.text())
    if view == "metrics":
        asked = running.shell.view
        assert isinstance(asked, MetricsView)
        await running.until(lambda: not asked.refuses("export.save"))


@pytest.mark.parametrize("view", VIEWS)
async def test_every_view_can_be_copied(fitting: Settings, view: str) -> None:
    async with console(fitting) as running:
        await come_to(running, view)
        await running.press("y")
        assert copied(running), messages(running)
        assert messages(running)[0].startswith("copied ")


@pytest.mark.parametrize("view", VIEWS)
async def test_every_view_can_be_saved(fitting: Settings, view: str) -> None:
    async with console(fitting) as running:
        await come_to(running, view)
        await running.press("ctrl+s")
        (path,) = exported(fitting)
        assert messages(running) == [f"saved {path}"]
        assert len(path.read_text().splitlines()) > 1
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.suffix == ".csv" if view in ("fleet", "matrix", "mesh", "metrics") else ".txt"


@pytest.mark.parametrize("view", VIEWS)
async def test_every_view_can_be_photographed(fitting: Settings, view: str, tmp_path: Path) -> None:
    async with console(fitting) as running:
        await come_to(running, view)
        word = running.text().split("\n")[2].split()[0]
        await running.type(f":screenshot {tmp_path}/x.svg")
        await running.press("enter")
        picture = (tmp_path / "x.svg").read_text()
        assert picture.startswith("<svg")
        assert word in picture
        assert "READ" in picture
        assert "screenshot" not in picture, "the prompt is gone before"


async def test_the_cell_of_the_chosen_column_is_copied_whole(still: Settings) -> None:
    async with console(still, size=(80, 24)) as running:
        await read(running)
        table(running).grid.move_to("aks-weu-1")
        await running.press("y")
        assert copied(running) == "aks-weu-1"
        await running.press("shift+right", "y")
        row = next(row for row in frame(running).rows["fleet"] if row.id == "aks-weu-1")
        assert copied(running) in (row.cells["state"].value, row.cells["state"].text)
        assert "…" not in copied(running)


async def test_a_row_without_an_object_is_copied_as_json(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        table(running).grid.move_to("onprem-1")
        await running.press("Y")
        found = json.loads(copied(running))
        assert found["provider"] == "rke2"
        assert set(found) == {column.id for column in table(running).spec.columns}


async def test_what_is_too_long_for_a_clipboard_is_told(
    still: Settings,
) -> None:
    async with console(still) as running:
        await read(running)
        running.shell.copy("x" * MAX_CLIPBOARD, "the longest")
        await running.quiet()
        assert len(copied(running)) == MAX_CLIPBOARD
        running.shell.copy("é" * (MAX_CLIPBOARD // 2 + 1), "the text")
        assert len(copied(running)) == MAX_CLIPBOARD, "nothing else was copied"
        await running.quiet()
        (said,) = messages(running)
        assert said.startswith("the text: 75 KB is too long")
        assert "ctrl+s" in said


async def test_an_export_holds_what_is_shown(still: Settings, tmp_path: Path) -> None:
    """Filtered, in scope, sorted; every column, also those without room."""
    async with console(still, size=(80, 24)) as running:
        await read(running)
        await running.type("/aws")
        await running.press("enter")
        await running.type(":sort -cluster")
        await running.press("enter")
        for form in ("csv", "json", "md"):
            await running.type(f":export {form} {tmp_path}/rows.{form}")
            await running.press("enter")
            assert not running.shell.typing, running.text()
        lines = list(csv.reader(io.StringIO((tmp_path / "rows.csv").read_text())))
        assert lines[0] == [column.title for column in table(running).spec.columns]
        assert [line[0].split()[-1] for line in lines[1:]] == ["aws-usw2-1", "aws-use1-1"]
        document = json.loads((tmp_path / "rows.json").read_text())
        assert (document["filter"], document["scope"]) == ("aws", "all")
        assert [row["cluster"]["value"] for row in document["rows"]] == shown(running)
        assert "| ✖ aws-use1-1 |" in (tmp_path / "rows.md").read_text()


async def test_only_marked_rows_are_exported(still: Settings, tmp_path: Path) -> None:
    async with console(still) as running:
        await read(running)
        table(running).grid.move_to("gcp-eu-1")
        await running.press("space")
        await running.type(f":export json {tmp_path}/x")
        await running.press("enter")
        rows = json.loads((tmp_path / "x").read_text())["rows"]
        assert [row["cluster"]["value"] for row in rows] == ["gcp-eu-1"]


async def test_nothing_is_overwritten(still: Settings, tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text("mine")
    (tmp_path / "link.csv").symlink_to(tmp_path / "nowhere")
    async with console(still) as running:
        await read(running)
        for name in ("mine.csv", "link.csv"):
            await running.type(f":export csv {tmp_path / name}")
            await running.press("enter")
            assert "there already is" in prompt(running)
            await running.press("escape")
        await running.press("ctrl+s", "ctrl+s")
    assert mine.read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()
    assert len(exported(still)) == 2, "each under a name of its own"


WHY = {
    "/nowhere/at/all.csv": "No such file or directory",
    "/etc/passwd/x.csv": "Not a directory",
    "x\u0000y": "not a usable path",
    "/etc": "there already is",
}


@pytest.mark.parametrize("file", WHY)
async def test_why_a_file_cannot_be_written_is_said(still: Settings, file: str) -> None:
    async with console(still) as running:
        await read(running)
        running.shell.ask(":", f"export csv {file}")
        await running.quiet()
        await running.press("enter")
        assert running.shell.typing
        assert WHY[file] in prompt(running)


async def test_a_text_is_no_table(still: Settings) -> None:
    async with console(still) as running:
        await come_to(running, "cluster")
        await running.type(":export csv")
        await running.press("enter")
        assert "txt only" in running.text()
        assert exported(still) == []


async def test_an_empty_table_has_nothing_to_save(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        await running.type("/zzz")
        await running.press("enter", "ctrl+s")
        assert messages(running) == ["there is nothing to save"]
        assert exported(still) == []
        await running.press("y")
        assert messages(running) == ["there is no row"]
