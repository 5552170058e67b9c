"""Looking at some clusters only: by picker and command; everything that is shown follows."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec
import pytest

from mckconsole.config.model import ClusterConfig
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.ui.settings import Settings
from mckwidgets.picker import Picker
from tests.ui.console import Console, console
from tests.ui.stories import frame, matrix, opening, prompt, read, shown

GROUPS = [
    ClusterConfig(context="aws-*", groups=["aws", "prod"]),
    ClusterConfig(context="gcp-*", groups=["prod"]),
    ClusterConfig(context="onprem-*", groups=["edge"]),
]


@pytest.fixture
def grouped(fleet: EmbeddedFleet, live: Settings) -> Settings:
    """Some clusters are in groups."""
    config = msgspec.structs.replace(fleet.config, clusters=GROUPS)
    return replace(live, open_fleet=opening(fleet.kubeconfig, config))


def title(running: Console) -> str:
    return running.text().split("\n")[0]


def tabs(running: Console) -> str:
    return running.text().split("\n")[1]


def in_mesh(running: Console, *names: str) -> list[str]:
    """Ids of the directions that begin or end in one of these clusters."""
    return [row.id for row in frame(running).rows["mesh"] if {*names} & {*row.clusters}]


async def command(running: Console, text: str) -> None:
    await running.type(f":{text}")
    await running.press("enter")


SCOPES = {
    "aws-use1-1": ("aws-use1-1",),
    "aws-*": ("aws-use1-1", "aws-usw2-1"),
    "@prod": ("aws-use1-1", "aws-usw2-1", "gcp-eu-1"),
    "@prod !aws-*": ("gcp-eu-1",),
    "onprem-1, gcp-eu-1": ("gcp-eu-1", "onprem-1"),
    "!@aws !gcp-* !aks-* !edge-* !stage-* !lab-*": ("onprem-1",),
}


async def test_by_command(grouped: Settings) -> None:
    async with console(grouped, size=(200, 50)) as running:
        await read(running)
        await running.press("2", "v")
        for text, names in SCOPES.items():
            await running.press("1")
            await command(running, f"ctx {text}")
            assert sorted(shown(running)) == sorted(names)
            assert f"{len(names)} of 9 cluster" in title(running)
            assert "scope: " in title(running)
            assert f"{len(names)} of {len(names)}" in running.text().split("\n")[2]
            await running.press("2")
            assert shown(running) == in_mesh(running, *names)
            await running.press("0")
            assert len(shown(running)) == len(frame(running).rows["mesh"])
            assert "scope: all" in title(running)


def bad(running: Console) -> dict[str, int]:
    """By the number of its pane: what its tab counts as critical or high."""
    found = re.findall(r"(\d) \w+ ?✖(\d+)", tabs(running))
    return {pane: int(count) for pane, count in found}


async def test_counts_tabs_and_matrix_follow(grouped: Settings, size: tuple[int, int]) -> None:
    async with console(grouped, size=size) as running:
        await read(running)
        everywhere = bad(running)
        await command(running, "ctx aks-weu-1")
        here = bad(running)
        assert here["1"] == 1, "it is one cluster"
        assert all(count < everywhere[pane] for pane, count in here.items())
        assert "1 of 9 clusters" in title(running) or size[0] == 80
        await running.press("2")
        if size[0] > 80:
            assert f"{len(in_mesh(running, 'aks-weu-1'))} directions" in running.text()
        cells = matrix(running)._table
        assert cells is not None
        assert all("aks-weu-1" in place for place in cells.row_ids)
        await running.press("0")
        assert all(count > here.get(pane, 0) for pane, count in bad(running).items())


async def test_by_the_picker(grouped: Settings, size: tuple[int, int]) -> None:
    async with console(grouped, size=size) as running:
        await read(running)
        await running.press("c")
        assert isinstance(running.app.screen, Picker)
        assert all(
            word in running.text() for word in ("@aws", "@edge", "@prod", "✖ gcp-eu-1", "✖ aks")
        )
        await running.type("gcp")
        await running.press("space", "ctrl+u")
        await running.type("aks")
        await running.press("space", "enter")
        assert sorted(shown(running)) == ["aks-weu-1", "gcp-eu-1"]
        assert "scope: 2 of 9" in title(running)
        await running.press("c", "escape")
        assert sorted(shown(running)) == ["aks-weu-1", "gcp-eu-1"], "nothing was chosen"


async def test_a_group_by_the_picker(grouped: Settings) -> None:
    async with console(grouped) as running:
        await read(running)
        await running.press("c")
        await running.type("@prod")
        await running.press("enter")
        assert sorted(shown(running)) == ["aws-use1-1", "aws-usw2-1", "gcp-eu-1"]
        assert "3 of 9 clusters" in title(running)


MISTAKES = {
    "gpc-eu-1": "near: gcp-eu-1",
    "@nosuch": "no cluster or group is called @nosuch",
    "!*": "leaves no cluster",
    "aws-* nosuch": "nosuch",
}


async def test_a_mistake_is_said_at_the_prompt(grouped: Settings) -> None:
    async with console(grouped) as running:
        await read(running)
        for text, words in MISTAKES.items():
            await command(running, f"ctx {text}")
            assert words in prompt(running)
            assert len(shown(running)) == 9
            assert running.shell.scope.names is None
            await running.press("escape")


async def test_names_and_groups_are_completed(grouped: Settings) -> None:
    async with console(grouped) as running:
        await read(running)
        await running.type(":ctx gc")
        await running.press("tab", "enter")
        assert shown(running) == ["gcp-eu-1"]
        await running.type(":ctx @ed")
        await running.press("tab", "enter")
        assert shown(running) == ["onprem-1"]


async def test_a_filter_and_a_scope_both_hold(grouped: Settings) -> None:
    async with console(grouped) as running:
        await read(running)
        await running.type("/1-1")
        await running.press("enter")
        await command(running, "ctx @prod")
        assert shown(running) == ["aws-use1-1"]
        assert "1 of 3" in running.text().split("\n")[2]


async def test_an_empty_scope_says_how_to_leave_it(grouped: Settings) -> None:
    async with console(grouped) as running:
        await read(running)
        await command(running, "ctx aks-weu-1")
        await running.press("2", "v")
        await running.type("/edge-fra")
        await running.press("enter")
        assert shown(running) == []
        assert running.shell.scope.words in title(running)


async def test_a_cluster_outside_the_scope_can_still_be_opened(grouped: Settings) -> None:
    """From the palette, by its name: what was asked for by name is shown."""
    async with console(grouped) as running:
        await read(running)
        await command(running, "ctx aks-weu-1")
        await running.press("ctrl+p")
        await running.type("cluster gcp")
        await running.press("enter")
        assert "gcp-eu-1" in running.text().split("\n")[2]


async def test_the_namespace_is_shown_and_taken_back(grouped: Settings) -> None:
    """The panes of today have no namespaces: every row stays."""
    async with console(grouped, size=(200, 50)) as running:
        await read(running)
        await command(running, "ns shop")
        assert "namespace: shop" in title(running)
        assert len(shown(running)) == 9
        await command(running, "ns all")
        assert "namespace" not in title(running)
