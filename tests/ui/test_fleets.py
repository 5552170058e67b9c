"""Fleets of other shapes: none, many, with long names, with names that mean something elsewhere."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from mckconsole.analysis.thresholds import Thresholds
from mckconsole.config.model import Config
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.states import ClusterState
from mckconsole.sources.kubeconfig import Inventory
from mckconsole.ui.settings import OpenFleet, Settings
from tests.ui.console import Console, console, settings_for
from tests.ui.stories import LIVE, cluster, frame, matrix, messages, opening, shown, table


def renamed(fleet: EmbeddedFleet, path: Path, names: dict[str, str]) -> Path:
    """The fleet's kubeconfig with other names of contexts."""
    document: dict[str, Any] = yaml.safe_load(fleet.kubeconfig.read_text())
    for context in document["contexts"]:
        context["name"] = names.get(context["name"], context["name"])
    document["current-context"] = document["contexts"][0]["name"]
    path.write_text(yaml.safe_dump(document))
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    return path


async def ready(running: Console, *names: str) -> None:
    """Wait until these clusters can be read."""

    def all_readable() -> bool:
        if running.shell.frame is None:
            return False
        clusters = frame(running).snapshot.clusters
        return all(name in clusters and clusters[name].state.readable for name in names)

    await running.until(all_readable)


async def test_no_cluster_at_all(still: Settings, size: tuple[int, int]) -> None:
    @asynccontextmanager
    async def empty() -> AsyncIterator[OpenFleet]:
        yield OpenFleet(Inventory((), (), ()), Config(), Thresholds())

    async with console(replace(still, open_fleet=empty), size=size) as running:
        await running.until(lambda: running.shell.frame)
        title, _, crumbs, *_ = running.text().split("\n")
        assert "no clusters" in title
        assert "READ-ONLY (default)" in title
        assert "0 of 0" in crumbs
        words = " ".join(running.text().split())
        assert "give a kubeconfig with --kubeconfig or KUBECONFIG" in words
        assert "--demo" in words
        await running.press("2")
        assert "no clusters, so no tunnels" in running.text()
        await running.press("1")
        for key in ("enter", "2", "v", "enter", "m", "e", "v", "m", "Y", "c", "escape", "r", "p",
                    "p", "0", "1", "ctrl+p", "escape", "?", "escape", "ctrl+s", "y"):  # fmt: skip
            await running.press(key)
        assert running.shell.stacks.pane == "fleet"


async def test_long_names_leave_room_for_the_state(
    fleet: EmbeddedFleet, live: Settings, tmp_path: Path, size: tuple[int, int]
) -> None:
    """Clouds make such names; what tells them apart is at their ends."""
    arn = "arn:aws:eks:eu-central-1:000000000000:cluster/production-payments-"
    names = {"aws-use1-1": f"{arn}blue", "aws-usw2-1": f"{arn}green"}
    path = renamed(fleet, tmp_path / "kubeconfig", names)
    settings = replace(live, open_fleet=opening(path, fleet.config))
    async with console(settings, size=size) as running:
        await ready(running, *names.values())
        for end in ("blue", "green"):
            (line,) = [li for li in running.text().split("\n")[4:12] if end in li]
            assert "ready" in line
            assert "arn:" in line
        table(running).grid.move_to(names["aws-use1-1"])
        await running.press("enter")
        assert "blue" in running.text().split("\n")[2]
        await running.press("2", "v", "enter")
        assert "READ-ONLY" in running.text().split("\n")[0]
        await running.press("1", "escape")
        await running.type(":ctx *green")
        await running.press("enter")
        assert shown(running) == [names["aws-usw2-1"]]
        assert "READ-ONLY (default)" in running.text().split("\n")[0]


async def test_names_that_mean_something_elsewhere(
    fleet: EmbeddedFleet, live: Settings, tmp_path: Path
) -> None:
    """Markup, signs of the scope and of globs, blanks: they are names here."""
    names = {
        "aws-use1-1": "[bold red]x[/]",
        "aws-usw2-1": "@prod, two words",
        "gcp-eu-1": "!all",
        "aks-weu-1": "*",
        "onprem-1": "[@click=app.quit]q[/]",
    }
    path = renamed(fleet, tmp_path / "kubeconfig", names)
    settings = replace(live, open_fleet=opening(path, fleet.config))
    async with console(settings, size=(160, 50)) as running:
        await ready(running, *names.values())
        for name in names.values():
            assert name in running.text()
            table(running).grid.move_to(name)
            await running.press("enter")
            assert name in running.text().split("\n")[2]
            await running.press("escape", "y")
            assert running.app.clipboard == name
            assert messages(running) == ["copied CLUSTER"]
        await running.press("c")
        await running.type("words")
        await running.press("space", "ctrl+u")
        await running.type("click")
        await running.press("space", "enter")
        assert sorted(shown(running)) == ["@prod, two words", "[@click=app.quit]q[/]"]
        await running.press("c")
        await running.type("bold")
        await running.press("space", "enter")
        assert len(shown(running)) >= 1
        await running.press("0")
        await running.press("ctrl+p")
        await running.type("cluster !all")
        await running.press("enter")
        assert "!all" in running.text().split("\n")[2]


async def test_sixty_clusters(tmp_path: Path) -> None:
    """In a small terminal and in a large one."""
    async with (
        EmbeddedFleet.many(60, dead=6) as many,
        console(settings_for(many, tmp_path), size=(80, 24)) as running,
    ):
        await running.until(
            lambda: (
                running.shell.frame
                and sum(
                    one.state is ClusterState.READY
                    for one in frame(running).snapshot.clusters.values()
                )
                == 54
            )
        )
        await everywhere(running)
        await running.pilot.resize_terminal(200, 50)
        await everywhere(running)


async def everywhere(running: Console) -> None:
    """Through the panes of sixty clusters, and back to all of them."""
    assert len(shown(running)) == 60
    assert "60 clusters" in running.text().split("\n")[0]
    await running.press("G")
    last = shown(running)[-1]
    assert table(running).grid.cursor_key == last
    assert last in running.text()
    await running.type("/state:ready")
    await running.press("enter")
    assert len(shown(running)) == 54
    assert "54 of 60" in running.text().split("\n")[2]
    await running.press("2")
    assert running.text().split("\n")[2].startswith(" mesh")
    assert matrix(running).matrix.cursor is not None
    await running.press("G", "l", "l", "g", "enter", "escape", "1", "escape")
    assert len(shown(running)) == 60


async def test_a_fleet_without_any_mesh_says_so(tmp_path: Path) -> None:
    from mckconsole.demo.scenario import Scenario, load_scenario

    only = [one for one in load_scenario().clusters if one.name in LIVE[:2]]
    plain = Scenario(clusters=only)  # nothing joins them
    async with EmbeddedFleet(plain) as two, console(settings_for(two, tmp_path)) as running:
        await ready(running, *LIVE[:2])
        await running.press("2")
        assert "Linkerd, Istio and Consul join none" in " ".join(running.text().split())
        await running.press("v")
        assert "Linkerd, Istio and Consul join none" in " ".join(running.text().split())
        assert cluster(running, LIVE[0]).state is ClusterState.READY
