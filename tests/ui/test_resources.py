"""The resources pane: any kind, of all clusters, as it is asked for and as it is left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import cast

import pytest

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.resources import Catalogue
from mckconsole.domain.states import TopicState
from mckconsole.store.opened import OpenedFleet
from mckconsole.ui.find_view import FindView
from mckconsole.ui.resources_table import ResourcesTable
from mckconsole.ui.settings import Settings
from mckconsole.views.detail import ClusterTarget, InspectTarget
from tests.ui.browsed import (
    DEPLOYMENTS,
    GATEWAYS,
    OTHERS,
    PODS,
    Browsable,
    pod,
    table,
)
from tests.ui.console import Console, console
from tests.ui.stories import frame, messages, prompt, shown

EAST, WEST, NORTH = "aws-use1-1", "gcp-eu-1", "onprem-1"


def opened_fleet() -> Browsable:
    found = Browsable((EAST, WEST, NORTH))
    found.put(
        table(EAST, pod("web-1"), pod("web-2", "CrashLoopBackOff", restarts=7)),
        table(WEST, pod("web-1"), pod("db-1", namespace="data")),
        table(NORTH, state=TopicState.FORBIDDEN, reason="forbidden: pods is forbidden at all"),
        table(EAST, pod("gate"), kind=GATEWAYS),
    )
    usual = (PODS, DEPLOYMENTS)
    found.kinds = {
        EAST: Catalogue((*usual, GATEWAYS)),
        WEST: Catalogue((*usual, GATEWAYS, OTHERS)),
        NORTH: Catalogue(usual),
    }
    found.answers.set()
    return found


@asynccontextmanager
async def browsing(
    still: Settings, opened: Browsable, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Console]:
    async with console(still, size=size) as running:
        running.shell.show(frame(running), cast("OpenedFleet", opened))
        await running.quiet()
        yield running


async def command(running: Console, text: str) -> None:
    await running.type(f":{text}")
    await running.press("enter")


async def looked(running: Console) -> ResourcesTable:
    """The pane's table, when it shows what was asked for."""
    view = running.shell.view
    assert isinstance(view, ResourcesTable), view
    await running.until(lambda: view.look is not None and view.look.board.objects)
    return view


def names(running: Console) -> list[str]:
    view = running.shell.view
    assert isinstance(view, ResourcesTable), view
    return [f"{row.clusters[0]} {row.cells['name'].text}" for row in view.rows]


def crumbs(running: Console) -> str:
    return running.text().split("\n")[2]


async def test_one_table_of_all_clusters(still: Settings, size: tuple[int, int]) -> None:
    async with browsing(still, opened_fleet(), size) as running:
        await command(running, "pods")
        await looked(running)
        assert names(running) == [
            f"{EAST} web-2", f"{NORTH} ⊘ forbidden", f"{EAST} web-1", f"{WEST} db-1",
            f"{WEST} web-1",
        ]  # fmt: skip
        assert "4 of 4" in crumbs(running), "a cluster that refuses is no pod"
        text = running.text()
        assert "✖ CrashLoopBackOff" in text
        assert f"⊘ {NORTH}  forbidden: pods is forbidden at all" in text


async def test_short_names_and_whole_names_mean_the_same(still: Settings) -> None:
    opened = opened_fleet()
    async with browsing(still, opened) as running:
        for text in ("po", "pod", "Pods", "resources pods", "objects po"):
            await command(running, text)
            await looked(running)
        assert {look.query.kind for look in opened.looks} == {"pods"}


async def test_the_clusters_are_asked_only_while_somebody_looks(still: Settings) -> None:
    opened = opened_fleet()
    async with browsing(still, opened) as running:
        await command(running, "pods")
        await looked(running)
        assert len(opened.open) == 1
        await running.press("1")
        assert opened.open == []
        await running.press("9")
        assert len(opened.open) == 1
        await running.press("question_mark")
        assert len(opened.open) == 1, "a dialog covers it only for a moment"


async def test_only_clusters_in_scope_are_asked(still: Settings) -> None:
    opened = opened_fleet()
    async with browsing(still, opened) as running:
        await command(running, "pods")
        await looked(running)
        await command(running, "ctx gcp*")
        (look,) = opened.open
        assert look.clusters == (WEST,)
        await running.until(lambda: names(running) == [f"{WEST} db-1", f"{WEST} web-1"])
        await command(running, "pods @aws* data/ app=web -f status.phase=Running")
        (look,) = opened.open
        assert look.clusters == (EAST,)
        assert (look.query.namespaces, look.query.labels) == (("data",), "app=web")
        assert look.query.fields == "status.phase=Running"
        assert "scope: aws*" in running.text()
        assert "pods in data · app=web" in crumbs(running)


async def test_the_namespace_of_the_console_narrows_the_question(still: Settings) -> None:
    opened = opened_fleet()
    async with browsing(still, opened) as running:
        await command(running, "pods")
        await command(running, "ns data")
        (look,) = opened.open
        assert look.query.namespaces == ("data",)
        await command(running, "ns -")
        (look,) = opened.open
        assert look.query.namespaces == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("podz", "near: pods"),
        ("gatewys", "near: gateways"),
        ("pods @nowhere", "no cluster or group is called nowhere"),
        ("pods -x", "-x is not known here"),
        ("pods /status>", "a number must follow"),
        ("pods UPPER", "/UPPER filters"),
    ],
)
async def test_what_cannot_be_is_said_and_changes_nothing(
    still: Settings, text: str, words: str
) -> None:
    opened = opened_fleet()
    async with browsing(still, opened) as running:
        await running.type(":")
        await running.press("escape")
        await command(running, text)
        assert words in prompt(running)
        assert running.shell.stacks.pane == "fleet"
        assert running.shell.scope.names is None
        assert opened.looks == []


async def test_a_kind_that_is_not_known_yet_is_shown_when_it_is(still: Settings) -> None:
    opened = opened_fleet()
    opened.answers.clear()
    async with browsing(still, opened) as running:
        await command(running, "gw")
        assert "asking 3 clusters for a kind gw" in running.text()
        assert opened.looks == []
        opened.answers.set()
        await looked(running)
        assert names(running) == [f"{EAST} gate"]
        assert "gateways" in crumbs(running)


async def test_a_kind_that_nobody_knows_says_so_in_place_of_rows(still: Settings) -> None:
    opened = opened_fleet()
    opened.answers.clear()
    del opened.kinds[NORTH]
    async with browsing(still, opened) as running:
        await command(running, "nosuchkind")
        opened.answers.set()
        await running.until(lambda: "serves a kind nosuchkind" in running.text())
        assert f"not known of {NORTH}: {NORTH} is unreachable" in " ".join(running.text().split())


async def test_a_kind_of_some_clusters_says_of_which_not(still: Settings) -> None:
    async with browsing(still, opened_fleet()) as running:
        await command(running, "gw")
        await looked(running)
        assert f"gateways.submariner.io is not served by {WEST}, {NORTH}" in running.text()


async def test_a_word_that_may_mean_two_kinds_says_so(still: Settings) -> None:
    async with browsing(still, opened_fleet()) as running:
        await command(running, "gateways")
        await running.until(lambda: "none of 3 clusters in scope serves" in running.text())
        await running.until(lambda: "gateways also means gateways.submariner.io" in running.text())
        assert "gateways.gateway.networking.k8s.io" in crumbs(running)
        await command(running, "gateways.sub")
        await looked(running)
        assert names(running) == [f"{EAST} gate"]


async def test_a_kind_that_vanishes_while_it_is_shown(still: Settings) -> None:
    opened = opened_fleet()
    async with browsing(still, opened) as running:
        await command(running, "gw")
        await looked(running)
        opened.content[EAST, GATEWAYS.name] = table(EAST, kind=GATEWAYS, state=TopicState.ABSENT)
        opened.looks[-1].told()
        await running.until(lambda: "none of 3 clusters in scope serves gateways" in running.text())


async def test_rows_follow_what_happens(still: Settings) -> None:
    opened = opened_fleet()
    async with browsing(still, opened) as running:
        await command(running, "pods")
        view = await looked(running)
        await running.type("/east restarts>1 ")
        await running.press("escape", "j", "space")
        marked = view.grid.marked
        opened.put(table(EAST, pod("web-1", "Error"), pod("web-3")))
        await running.until(lambda: f"{EAST} web-3" in names(running))
        assert names(running)[:2] == [f"{EAST} web-1", f"{NORTH} ⊘ forbidden"]
        assert view.grid.marked == marked & {*shown(running)}


async def test_a_frozen_display_stays_as_it_was(still: Settings) -> None:
    opened = opened_fleet()
    async with browsing(still, opened) as running:
        await command(running, "pods")
        await looked(running)
        before = names(running)
        await running.press("p")
        opened.put(table(EAST, pod("new")))
        await running.quiet()
        assert names(running) == before
        await running.press("p")
        await running.until(lambda: f"{EAST} new" in names(running))


async def test_filter_and_order_come_back_with_their_kind(still: Settings) -> None:
    async with browsing(still, opened_fleet()) as running:
        await command(running, "pods /web")
        view = await looked(running)
        await command(running, "sort -restarts")
        assert names(running) == [f"{EAST} web-2", f"{EAST} web-1", f"{WEST} web-1"]
        assert "3 of 4 · /web · by RESTARTS ↓" in crumbs(running)
        await running.press("j")
        cursor = view.grid.cursor_key
        await command(running, "gw")
        await looked(running)
        assert names(running) == [f"{EAST} gate"]
        await running.press("minus")
        await looked(running)
        await running.until(lambda: "3 of 4 · /web · by RESTARTS ↓" in crumbs(running))
        assert view.grid.cursor_key == cursor
        await running.press("minus")
        await running.until(lambda: names(running) == [f"{EAST} gate"])


async def test_what_a_row_opens(still: Settings) -> None:
    async with browsing(still, opened_fleet()) as running:
        await command(running, "pods")
        view = await looked(running)
        crashed, refused = shown(running)[:2]
        assert view.place(crashed) == InspectTarget(EAST, PODS.ref("shop", "web-2"))
        behind = view.behind(crashed)
        assert behind is not None
        assert behind.ref == PODS.ref("shop", "web-2")
        assert [one.cluster for one in view.log_targets()] == [EAST]
        await running.press("j")
        assert view.place(refused) == ClusterTarget(NORTH)
        assert view.behind(refused) is None
        assert view.log_targets() == ()
        await running.press("k", "space", "j", "j", "space")
        assert [one.ref.name for one in view.chosen_objects] == ["web-2", "web-1"]


async def test_completions_hold_kinds_namespaces_and_clusters(still: Settings) -> None:
    async with browsing(still, opened_fleet()) as running:
        await running.type(":gate")
        await running.quiet()
        offered = [one.text for one in running.shell.commands.complete("gate")]
        assert {"gateways.submariner.io", "gateways.gateway.networking.k8s.io"} <= {*offered}
        offered = [one.text for one in running.shell.commands.complete("pods kube-sy")]
        assert offered == ["pods kube-system/"]
        offered = [one.text for one in running.shell.commands.complete("pods @gcp")]
        assert offered == [f"pods @{WEST}"]
        offered = [one.text for one in running.shell.commands.complete("resources deplo")]
        assert "resources deployments" in offered


async def test_what_it_costs_the_clusters_is_told(still: Settings) -> None:
    opened = opened_fleet()
    opened.load = {EAST: 1.25, WEST: 0.2}
    async with browsing(still, opened) as running:
        await command(running, "pods")
        await looked(running)
        assert "≤ 1.2 requests/s per cluster" in crumbs(running)


async def test_an_export_says_what_it_holds(still: Settings) -> None:
    async with browsing(still, opened_fleet()) as running:
        await command(running, "pods shop/")
        view = await looked(running)
        text, _ = view.exported("json")
        assert '"pane": "pods in shop"' in text
        assert "⊘ forbidden" in text, "what was not read is in the file"


HOSTILE = "[@click=app.quit]x[/]"


async def test_hostile_text_stays_text(still: Settings, size: tuple[int, int]) -> None:
    opened = opened_fleet()
    opened.put(
        table(EAST, pod(HOSTILE, HOSTILE)),
        table(NORTH, state=TopicState.FORBIDDEN, reason=HOSTILE),
    )
    async with browsing(still, opened, size) as running:
        await command(running, "pods")
        await looked(running)
        text = running.text()
        assert f"{NORTH}  forbidden: {HOSTILE}" in text
        assert "[@cl" in text
        await command(running, f"pods /{HOSTILE}")
        await running.press("escape", "escape")
        await command(running, f"{HOSTILE}")
        assert running.app.is_running


async def test_without_a_kind_it_shows_pods(still: Settings) -> None:
    async with browsing(still, opened_fleet()) as running:
        await running.press("9")
        await looked(running)
        assert running.shell.view.crumb == "pods"
        assert names(running)
        assert messages(running) == []


async def test_a_filter_that_proves_wrong_when_columns_are_known_is_told(still: Settings) -> None:
    async with browsing(still, opened_fleet()) as running:
        await command(running, "gw /phase=ready")
        await looked(running)
        assert "phase" in " ".join(messages(running))
        assert names(running) == [f"{EAST} gate"]


async def test_columns_that_come_later_do_not_lose_the_order(still: Settings) -> None:
    opened = opened_fleet()
    async with browsing(still, opened) as running:
        await command(running, "pods")
        await looked(running)
        await command(running, "sort -name")
        opened.put(replace(table(WEST, pod("zeta")), columns=table(WEST).columns[:3]))
        await running.until(lambda: names(running)[0] == f"{WEST} zeta")


async def test_the_rows_are_those_of_the_clusters_and_names_are_found(
    live: Settings, fleet: EmbeddedFleet
) -> None:
    async with console(live, size=(200, 50)) as running:
        await running.settled()
        await command(running, "pods")
        view = await looked(running)

        def theirs() -> set[tuple[str, str, str]]:
            return {
                (name, one["metadata"]["namespace"], one["metadata"]["name"])
                for name, cluster in fleet.clusters.items()
                if name != "edge-fra-1"
                for one in cluster.objects("pods")
            }

        def ours() -> set[tuple[str, str, str]]:
            found = (one for row in view.rows if (one := view.object_of(row.id)) is not None)
            return {(one.cluster, one.ref.namespace, one.ref.name) for one in found}

        await running.until(lambda: ours() == theirs())
        cluster, namespace, name = min(theirs())
        fleet.clusters[cluster].delete("pods", name, namespace)
        await running.until(lambda: ours() == theirs())
        assert (cluster, namespace, name) not in ours()
        await running.press("enter", "escape")
        assert isinstance(running.shell.view, ResourcesTable)

        # And objects of any kind by their name.
        await command(running, "find checkout")
        found_view = running.shell.view
        assert isinstance(found_view, FindView)
        await running.until(lambda: "asking" not in running.text())
        found = {(row.clusters[0], row.cells["kind"].text) for row in found_view.rows}
        assert {(EAST, "Deployment"), (EAST, "Service"), (WEST, "Deployment")} <= found
        assert all("checkout" in row.cells["name"].text for row in found_view.rows if row.namespace)
        refused = next(row for row in found_view.rows if row.clusters == ("edge-fra-1",))
        assert refused.cells["kind"].text == "✖ not asked"
        exact = [row.cells["how"].text for row in found_view.rows if row.namespace]
        assert exact == sorted(exact), "those that are called so come first"
        place = found_view.place(next(row.id for row in found_view.rows if row.namespace))
        assert isinstance(place, InspectTarget)
        await command(running, "find nosuchname")
        await running.until(lambda: "asking" not in running.text())
        assert "0 objects" in crumbs(running)
        await command(running, "find")
        assert "which name?" in prompt(running)
