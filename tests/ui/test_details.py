"""What is behind a row: clusters, findings with their evidence, objects; searching in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from mckconsole.demo.faults import refuse
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.submariner import FAKE
from mckconsole.domain.access import AccessReport
from mckconsole.domain.findings import Finding, ObjectRef
from mckconsole.store.live import LiveFleet
from mckconsole.ui.detail_views import ClusterView, FindingView, LinkView, ObjectView
from mckconsole.ui.places import TransitionsPlace
from mckconsole.ui.settings import Settings
from mckconsole.views.detail import (
    ClusterTarget,
    FindingTarget,
    LinkTarget,
    ObjectTarget,
)
from tests.ui.console import Console, console
from tests.ui.stories import (
    INCIDENT,
    frame,
    link,
    messages,
    opening,
    playing,
    read,
    read_again,
    table,
)


def words(running: Console) -> str:
    """All that is on the screen, as one line."""
    return " ".join(running.text().split())


def crumbs(running: Console) -> str:
    return running.text().split("\n")[2]


async def test_a_cluster_is_examined_once(
    live: Settings, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    asked: list[str] = []
    examine = LiveFleet.examine

    async def counted(live: LiveFleet, name: str) -> AccessReport:
        asked.append(name)
        return await examine(live, name)

    monkeypatch.setattr(LiveFleet, "examine", counted)
    async with console(live, size=size) as running:
        await read(running)
        table(running).grid.move_to("aks-weu-1")
        await running.press("enter")
        await running.until(lambda: asked == ["aks-weu-1"])
        await running.type("/demo-reader")
        await running.until(lambda: "demo-reader: 1 of" in running.text())
        await running.press("enter", "1", "2", "1")
        assert asked == ["aks-weu-1"]
        table(running).grid.move_to("aks-weu-1")
        await running.press("enter", "r")
        await running.until(lambda: asked == ["aks-weu-1"] * 3)


async def test_what_may_not_be_read_is_in_the_cluster_s_words(live: Settings) -> None:
    async with console(live, size=(120, 140)) as running:
        await read(running)
        table(running).grid.move_to("aks-weu-1")
        await running.press("enter")
        await running.until(lambda: "may read" in running.text())
        text = words(running)
        assert "routeagents" in text
        assert "forbidden" in text.lower()


async def test_from_a_finding_over_its_evidence_to_the_object(
    live: Settings, size: tuple[int, int]
) -> None:
    async with console(live, size=size) as running:
        await read(running)
        view = await open_tunnel(running)
        finding = next(
            one
            for one in frame(running).analysis.findings
            if one.rule == "MESH-ASYMMETRIC" and one.subject.startswith("submariner")
        )
        assert finding.object is not None
        assert view.text.move_to_target(FindingTarget(finding.id))
        await running.press("enter")
        assert isinstance(running.shell.view, FindingView)
        assert finding.title in words(running)
        assert "Evidence" in words(running)
        await running.press("Y")
        assert isinstance(running.shell.view, ObjectView)
        await running.until(lambda: "apiVersion:" in running.text())
        assert f"kind: {finding.object.kind}" in running.text()
        assert crumbs(running).startswith(" mesh")
        await running.press("escape")
        assert isinstance(running.shell.view, FindingView)


async def test_credentials_are_not_in_the_yaml(fleet: EmbeddedFleet, live: Settings) -> None:
    """Submariner's own object holds the key of the tunnels in its spec."""
    submariner = ObjectRef(
        "submariner.io/v1alpha1", "Submariner", "submariner", "submariner-operator"
    )
    async with console(live, size=(120, 200)) as running:
        await read(running)
        held = frame(running).snapshot.clusters["gcp-eu-1"].topics["submariners"].objects
        ((namespace, name),) = held
        ref = changed(submariner, name=name, namespace=namespace)
        running.shell.go(ObjectTarget("gcp-eu-1", ref))
        await running.until(lambda: "apiVersion:" in running.text())
        text = running.text()
        assert "taken out" in text
        (line,) = [line for line in text.split("\n") if "ceIPSecPSK:" in line]
        view = running.shell.view
        assert isinstance(view, ObjectView)
        assert FAKE not in view.text.plain_text()
        assert "…" in line or "taken out" in line or "redacted" in line


async def test_values_of_a_secret_are_never_asked_for(fleet: EmbeddedFleet, live: Settings) -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s3", "namespace": "default"},
        "data": {"key": "dG9wc2VjcmV0"},
    }
    fleet.clusters["gcp-eu-1"].create(secret)
    async with console(live, size=(120, 60)) as running:
        await read(running)
        running.shell.go(ObjectTarget("gcp-eu-1", ObjectRef("v1", "Secret", "s3", "default")))
        await running.until(
            lambda: "not read" in running.text() or "kind: Secret" in running.text()
        )
        assert "dG9wc2VjcmV0" not in running.text()
        assert "topsecret" not in running.text()
        asked = [
            one for one in fleet.clusters["gcp-eu-1"].requests if "secrets" in one.path.split("/")
        ]
        assert all("PartialObjectMetadata" in str(one) for one in asked)


async def test_a_403_is_words_in_the_view(fleet: EmbeddedFleet, live: Settings) -> None:
    async with console(live) as running:
        await read(running)
        fleet.clusters["gcp-eu-1"].faults.add(refuse(403, "forbidden: no"), path="/gateways/")
        await running.type(":mesh from:gcp-eu-1 to:aws-use1-1 driver:libreswan")
        await running.press("enter", "Y")
        assert isinstance(running.shell.view, ObjectView)
        await running.until(lambda: "could not be read" in words(running))
        assert "403" in words(running)
        assert "? not read" in crumbs(running)
        fleet.clusters["gcp-eu-1"].faults.clear()
        await running.press("r")
        await running.until(lambda: "could not be read" not in words(running))
        assert running.app.is_running


async def test_an_object_that_is_gone_says_so(fleet: EmbeddedFleet, live: Settings) -> None:
    async with console(live) as running:
        await read(running)
        ref = ObjectRef("submariner.io/v1", "Gateway", "nosuch", "submariner-operator")
        running.shell.go(ObjectTarget("gcp-eu-1", ref))
        await running.until(lambda: "could not be read" in words(running))
        assert "not there any more" in words(running)


@pytest.mark.parametrize(
    "target",
    [
        ClusterTarget("nosuch"),
        LinkTarget("submariner a b"),
        FindingTarget("0" * 8),
        TransitionsPlace("submariner a b"),
    ],
)
async def test_what_was_never_there_says_so(
    live: Settings, target: ClusterTarget | LinkTarget | FindingTarget | TransitionsPlace
) -> None:
    async with console(live) as running:
        await read(running)
        running.shell.go(target)
        await running.quiet()
        assert "no longer there" in words(running)
        await running.press("enter", "y", "Y", "ctrl+s", "r", "escape")
        assert table(running)


async def test_a_finding_that_ends_stays_as_it_was_last_seen(
    fleet: EmbeddedFleet, live: Settings
) -> None:
    """And says that it is over."""
    async with console(live) as running:
        await read(running)
        begin = fleet.now()
        await playing(running, fleet, 61.0)
        await read_again(running, fleet)
        await read_again(running, fleet)
        finding = slow(running)
        assert finding is not None
        running.shell.go(FindingTarget(finding.id))
        await running.quiet()
        assert "656 ms" in words(running)
        assert "no longer there" not in crumbs(running)
        await playing(running, fleet, begin + 181.0 - fleet.now())
        await read_again(running, fleet)
        await running.until(lambda: slow(running) is None)
        assert "no longer there: last seen as shown" in crumbs(running)
        assert "Submariner tunnel to aks-weu-1: slow" in words(running)


def slow(running: Console) -> Finding | None:
    """That the tunnel of the incident is slow."""
    found = frame(running).analysis.findings
    ours = (one for one in found if (one.cluster, *one.peers) == INCIDENT)
    return next((one for one in ours if one.rule == "MESH-SLOW"), None)


async def open_tunnel(running: Console) -> LinkView:
    """Open both sides of the tunnel that works in one direction only."""
    await running.type(":mesh from:gcp-eu-1 to:aws-use1-1 driver:libreswan")
    await running.press("enter", "enter")
    view = running.shell.view
    assert isinstance(view, LinkView)
    return view


async def test_searching(live: Settings, size: tuple[int, int]) -> None:
    async with console(live, size=size) as running:
        await read(running)
        view = await open_tunnel(running)
        await running.type("/gateway")
        await running.press("enter")
        assert view.text.matches > 2

        async def arrived(place: int) -> None:
            """How many there are may change meanwhile."""
            await running.until(
                lambda: (
                    f"/gateway: {place or view.text.matches} of {view.text.matches}"
                    in crumbs(running)
                )
            )

        await arrived(1)
        await running.press("n", "n")
        await arrived(3)
        await running.press("N")
        await arrived(2)
        assert "gateway" in view.text.cursor_text.lower()
        await running.press("N", "N")
        await arrived(0)  # round and round: the last one
        await running.press("escape")
        assert "gateway:" not in crumbs(running)
        assert running.shell.view is view, "esc ended the search only"
        await running.press("n")
        assert messages(running) == ["nothing is searched for; / searches"]


async def test_what_is_not_found_is_said_and_changes_no_place(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        await running.press("2", "enter", "j", "j")
        view = running.shell.view
        assert isinstance(view, LinkView)
        line = view.text.cursor_text
        await running.type("/%%%")
        assert "nothing found" in crumbs(running)
        await running.press("escape")
        assert view.text.cursor_text == line
        assert "%%%" not in crumbs(running)


async def test_from_link_to_link(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        running.shell.go(ClusterTarget("gcp-eu-1"))
        await running.quiet()
        view = running.shell.view
        assert isinstance(view, ClusterView)
        seen = []
        for _ in range(4):
            seen.append(view.text.cursor_target)
            await running.press("]")
        assert len(set(seen)) == 4
        for target in reversed(seen):
            await running.press("[")
            assert view.text.cursor_target == target


async def test_both_directions_from_one_row(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        key = str(link(running, "gcp-eu-1", "aws-use1-1").key)
        running.shell.go(LinkTarget(key))
        await running.quiet()
        text = words(running)
        assert "gcp-eu-1 → aws-use1-1" in text
        assert "aws-use1-1 → gcp-eu-1" in text
        assert "ASYMMETRIC" in crumbs(running)


async def test_a_cluster_that_was_never_reached_has_a_screen_too(
    fleet: EmbeddedFleet, live: Settings
) -> None:
    settings = replace(live, open_fleet=opening(fleet.kubeconfig, fleet.config))
    async with console(settings) as running:
        await running.settled()
        await running.press("enter")
        text = words(running)
        assert "edge-fra-1" in crumbs(running)
        assert "unreachable" in text
        assert "did not answer" in text
