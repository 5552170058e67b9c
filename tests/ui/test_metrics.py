"""Plots of a tunnel: values appear, and where there are none the reason is there."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec
import pytest

from mckconsole.analysis.mesh.links import Link
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.ui.metrics_view import AGAIN, MetricsView
from mckconsole.ui.places import MetricsPlace
from mckconsole.ui.settings import Settings
from tests.ui.console import Console, console
from tests.ui.stories import frame, link, measured, opening, read, table


def words(running: Console) -> str:
    return " ".join(running.text().split())


def plots(running: Console) -> MetricsView:
    """The view on the screen."""
    view = running.shell.view
    assert isinstance(view, MetricsView)
    return view


async def answered(running: Console) -> None:
    """Wait until Prometheus has answered, or has said why not."""
    await running.quiet()
    await running.until(lambda: "asking Prometheus" not in words(running))


async def test_round_trips_and_traffic_appear(live: Settings, size: tuple[int, int]) -> None:
    async with console(live, size=size) as running:
        await read(running)
        running.shell.go(MetricsPlace(str(link(running, "aws-use1-1", "onprem-1").key)))
        await running.quiet()
        assert "aws-use1-1 → onprem-1" in running.text().split("\n")[2]
        await answered(running)
        text = words(running)
        newest = re.search(r"round trip (\d+) ms min", text)
        assert newest, text
        assert 500 < int(newest.group(1)) < 700, "about 612 ms"
        assert "received" in text
        assert "sent" in text
        assert "KB/s" in text
        assert running.text().split("\n")[-1].endswith("? help")


@pytest.mark.parametrize(
    ("row", "shown", "missing"),
    [
        (
            "linkerd aks-weu-1 gcp-eu-1",
            "of the last probe 14 ms",
            "Linkerd has no metric of this: received and sent",
        ),
        (
            "istio aws-use1-1 gcp-eu-1",
            "Istio has no metric of this: round trip",
            "Istio has no metric of this: received and sent",
        ),
        (
            "consul aws-use1-1 onprem-1",
            "Consul has no metric of this: round trip",
            "Consul has no metric of this: received and sent",
        ),
    ],
)
async def test_what_another_mesh_does_not_measure_is_said(
    live: Settings, row: str, shown: str, missing: str
) -> None:
    async with console(live, size=(160, 50)) as running:
        await measured(running)
        running.shell.go(MetricsPlace(row))
        await answered(running)
        await running.until(lambda: shown in words(running))
        assert missing in words(running)


async def test_from_the_matrix_the_list_and_both_sides(live: Settings) -> None:
    async with console(live) as running:
        await read(running)
        await running.press("2", "m")
        assert isinstance(running.shell.view, MetricsView)
        await running.press("escape", "v", "m")
        assert isinstance(running.shell.view, MetricsView)
        await running.press("escape", "enter", "m")
        assert isinstance(running.shell.view, MetricsView)
        await running.press("escape", "escape")
        assert table(running)


async def test_the_cursor_reads_values(live: Settings) -> None:
    async with console(live) as running:
        await read(running)
        running.shell.go(MetricsPlace(str(link(running, "aws-use1-1", "onprem-1").key)))
        await answered(running)
        before = running.text()
        await running.press("left", "left", "left")
        assert running.text() != before, before
        assert plots(running).plots[0].cursor is not None
        await running.press("G")
        assert plots(running).plots[0].cursor is None


async def test_without_an_endpoint_it_says_so(fleet: EmbeddedFleet, live: Settings) -> None:
    config = msgspec.structs.replace(fleet.config, prometheus=[])
    settings = replace(live, open_fleet=opening(fleet.kubeconfig, config))
    async with console(settings) as running:
        await read(running)
        await running.press("2", "m")
        await answered(running)
        assert "endpoint covers this cluster" in words(running)
        assert "KB/s" not in words(running)


async def test_an_endpoint_that_is_down_says_why(fleet: EmbeddedFleet, live: Settings) -> None:
    endpoints = [
        msgspec.structs.replace(one, url="http://127.0.0.1:9") for one in fleet.config.prometheus
    ]
    config = msgspec.structs.replace(fleet.config, prometheus=endpoints)
    settings = replace(live, open_fleet=opening(fleet.kubeconfig, config))
    async with console(settings, size=(160, 40)) as running:
        await read(running)
        await running.press("2", "l", "m")
        await answered(running)
        text = words(running)
        assert "federation" in text
        assert "refused" in text.lower()


async def test_a_link_without_metrics_says_why(live: Settings) -> None:
    """Cilium's side of a cluster whose Prometheus has stopped."""
    async with console(live, size=(160, 40)) as running:
        await read(running)
        await running.until(lambda: from_edge(running))
        (edge, *_) = from_edge(running)
        running.shell.go(MetricsPlace(str(edge.key)))
        await answered(running)
        text = words(running)
        assert "federation" in text, "who was asked"
        assert "no " in text.split("federation", 1)[1], text


def from_edge(running: Console) -> list[Link]:
    """What the cluster says that cannot be reached."""
    return [one for one in frame(running).analysis.mesh.links if one.key.source == "edge-fra-1"]


async def test_a_link_that_is_gone_says_so(live: Settings) -> None:
    async with console(live) as running:
        await read(running)
        running.shell.go(MetricsPlace("submariner a b"))
        await running.quiet()
        assert "no longer there" in words(running)
        await running.press("y", "Y", "ctrl+s", "left", "r", "escape")
        assert table(running)


async def test_it_asks_again_by_itself_while_it_is_seen_and_not_frozen(
    live: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mckconsole.ui.metrics_view.AGAIN", 0.05)
    async with console(live) as running:
        await read(running)
        running.shell.go(MetricsPlace(str(link(running, "aws-use1-1", "onprem-1").key)))
        await running.quiet()
        view, asked = plots(running), 0

        def count(*_: object) -> None:
            nonlocal asked
            asked += 1

        monkeypatch.setattr(view, "_fetch", count)
        await running.until(lambda: asked > 2)
        await running.press("p")
        frozen = asked
        await running.press("r")
        await running.until(lambda: asked == frozen + 1)
        await running.press("p")
        await running.until(lambda: asked > frozen + 2)
        await running.press("1")
        away = asked
        await running.press("j", "k", "j")
        assert asked == away
    assert AGAIN >= 1.0, "no timer wakes an idle console more often"
