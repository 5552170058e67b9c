"""Filtering as one types: what is shown, what is said, and what a mistake leaves in force."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.ui.matrix_view import MatrixView
from mckconsole.ui.pane_tables import MeshTable
from mckconsole.ui.settings import Settings
from tests.ui.console import Console, console
from tests.ui.stories import frame, measured, messages, playing, read, shown, table

FILTERS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "aws": lambda row: "aws" in row["from"] + row["to"],
    "aws onprem": lambda row: (
        "aws" in row["from"] + row["to"] and "onprem" in row["from"] + row["to"]
    ),
    "from:aws !to:onprem": lambda row: "aws" in row["from"] and "onprem" not in row["to"],
    "state:slow": lambda row: row["state"] == "slow",
    "state=up": lambda row: row["state"] == "up",
    "state!=up": lambda row: row["state"] != "up",
    "rtt>100ms": lambda row: isinstance(row["rtt"], float) and row["rtt"] > 0.1,
    "rtt>=0.1s from:gcp": lambda row: (
        isinstance(row["rtt"], float) and row["rtt"] >= 0.1 and "gcp" in row["from"]
    ),
    "!state:up !state:stale": lambda row: row["state"] not in ("up", "stale"),
    "from:/^aws-.*1$/": lambda row: row["from"] in ("aws-use1-1", "aws-usw2-1"),
    "from:~gceu": lambda row: row["from"] == "gcp-eu-1",
}
"""Filters and which rows of the mesh they leave, told from the values of the cells."""


def values(running: Console) -> dict[str, dict[str, Any]]:
    """The values of all rows of the mesh, by id and column."""
    return {
        row.id: {name: cell.value for name, cell in row.cells.items()}
        for row in frame(running).rows["mesh"]
    }


def counts(running: Console) -> str:
    """What the crumbs say at the right."""
    return running.text().split("\n")[2].split("   ")[-1]


async def mesh_list(running: Console) -> None:
    await measured(running)
    await running.press("2", "v")
    assert isinstance(running.shell.view, MeshTable)


@pytest.mark.parametrize("text", FILTERS)
async def test_what_a_filter_leaves(still: Settings, text: str) -> None:
    async with console(still, size=(200, 50)) as running:
        await mesh_list(running)
        await running.type(f"/{text}")
        everything = values(running)
        wanted = {key for key, row in everything.items() if FILTERS[text](row)}
        assert 0 < len(wanted) < len(everything)
        assert set(shown(running)) == wanted
        assert f"{len(wanted)} of {len(everything)}" in running.text()
        await running.press("enter")
        assert set(shown(running)) == wanted
        assert f"/{text}" in counts(running)


async def test_it_works_with_every_character(still: Settings, size: tuple[int, int]) -> None:
    async with console(still, size=size) as running:
        await read(running)
        seen = []
        await running.press("slash")
        for character in "aws-usw":
            await running.type(character)
            seen.append(len(shown(running)))
        assert seen == sorted(seen, reverse=True)
        assert seen[-1] == 1
        await running.press(*["backspace"] * 4)
        assert len(shown(running)) == 2
        assert "2 of 9" in counts(running)


async def test_a_mistake_is_said_and_the_last_good_filter_stays(
    still: Settings, size: tuple[int, int]
) -> None:
    async with console(still, size=size) as running:
        await read(running)
        await running.type("/aws")
        good = shown(running)
        await running.type(" /(a")
        prompt = " ".join(running.text().split("\n")[3:5])  # a long reason has its own line
        assert "aws /(a" in prompt
        assert "/(a" in prompt.split("/(a", 1)[1], f"what is wrong: {prompt}"
        assert shown(running) == good
        assert "/aws" in counts(running)
        await running.press("enter")
        assert running.shell.typing, "it is corrected or given up"
        assert shown(running) == good
        await running.press(*["backspace"] * 4, "enter")
        assert not running.shell.typing
        assert shown(running) == good


@pytest.mark.parametrize("text", ["/(a", "rtt>", '"open', "nosuch:x", "rtt>abc", "from:/[/"])
async def test_mistakes_never_show_everything(still: Settings, text: str) -> None:
    async with console(still) as running:
        await mesh_list(running)
        await running.type("/slow")
        await running.press("enter")
        good = shown(running)
        await running.type("/")
        await running.press("ctrl+u")
        await running.type(text)
        await running.press("enter")
        assert running.shell.typing
        await running.press("escape")
        assert shown(running) == good


async def test_esc_in_the_prompt_takes_back_what_was_typed(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        await running.type("/aws")
        await running.press("enter")
        good = shown(running)
        await running.type("/ !usw2")
        assert len(shown(running)) == 1
        await running.press("escape")
        assert shown(running) == good
        assert table(running).filter_text == "aws"
        assert not running.shell.typing


async def test_esc_in_the_table_clears_it_before_anything_else(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        await running.press("z")
        await running.type("/aws")
        await running.press("enter", "escape")
        assert table(running).filter_text == ""
        assert table(running).problems_only
        await running.press("escape")
        assert not table(running).problems_only
        assert len(shown(running)) == 9
        assert running.app.is_running


async def test_it_survives_refreshes(fleet: EmbeddedFleet, live: Settings) -> None:
    async with console(live) as running:
        await read(running)
        await running.press("2", "v")
        await running.type("/from:aws-use1 to:aks driver:libreswan")
        await running.press("enter")
        (row,) = shown(running)
        await playing(running, fleet, 61.0)
        await running.until(lambda: "656 ms" in running.text())
        assert shown(running) == [row]
        assert table(running).grid.cursor_key == row


async def test_rows_that_come_to_match_appear(fleet: EmbeddedFleet, live: Settings) -> None:
    async with console(live) as running:
        await read(running)
        await running.press("2", "v")
        await running.type("/aks-weu-1 aws-use1-1 rtt>600ms")
        await running.press("enter")
        assert shown(running) == []
        words = " ".join(running.text().split())
        assert "none of " in words
        assert "esc clears" in words, words
        await playing(running, fleet, 61.0)
        await running.until(lambda: len(shown(running)) == 2)
        assert "2 of " in counts(running)


async def test_from_the_matrix_it_opens_in_the_list(still: Settings, size: tuple[int, int]) -> None:
    async with console(still, size=size) as running:
        await read(running)
        await running.press("2")
        assert isinstance(running.shell.view, MatrixView)
        assert "/ filter" in running.text().split("\n")[-1]
        await running.type("/slow")
        assert isinstance(running.shell.view, MeshTable)
        assert running.shell.typing
        assert len(shown(running)) == 2
        await running.press("enter", "v")
        assert isinstance(running.shell.view, MatrixView)


async def test_what_matched_is_lit(still: Settings) -> None:
    """Seen by how it is painted."""
    async with console(still) as running:
        await read(running)
        await running.type("/usw")
        grid = table(running).grid
        match = grid.get_component_rich_style("grid--match")
        lit = [
            segment.text
            for y in range(grid.size.height)
            for segment in grid.render_line(y)
            if segment.style and segment.style.bgcolor == match.bgcolor and segment.text.strip()
        ]
        assert "usw" in lit


async def test_the_history_of_filters(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        for text in ("aws", "gcp"):
            await running.type(f"/{text}")
            await running.press("enter", "escape")
        await running.press("slash", "up")
        assert len(shown(running)) == 1
        await running.press("up")
        assert len(shown(running)) == 2
        await running.press("enter")
        assert table(running).filter_text == "aws"


async def test_columns_are_completed(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        await running.type("/clu")
        await running.press("tab")
        await running.type("gcp")
        await running.press("enter")
        assert table(running).filter_text == "cluster:gcp"
        assert shown(running) == ["gcp-eu-1"]
        assert messages(running) == []
