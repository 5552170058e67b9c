"""One object side by side in several clusters, and the drift of a kind over all of them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.resources import Catalogue, TableRow
from mckconsole.store.opened import OpenedFleet
from mckconsole.ui.compare_views import DriftView, ObjectsCompareView, compare_place
from mckconsole.ui.places import CompareObjectsPlace, DriftPlace
from mckconsole.ui.settings import Settings
from mckconsole.views.detail import InspectTarget
from tests.ui.browsed import DEPLOYMENTS, PODS, table
from tests.ui.compared import Compared, Doc, deployment
from tests.ui.console import Console, console
from tests.ui.handmade import SIZES, view_of
from tests.ui.stories import frame

EAST, WEST, NORTH = "aws-use1-1", "gcp-eu-1", "onprem-1"
REF = ObjectRef("apps/v1", "Deployment", "shop", "web")
HOSTILE = "x\x1b[31m[bold]@click=evil[/bold]\u202e\x07"


def row(name: str) -> TableRow:
    return TableRow("shop", name, name, "2026-01-01T00:00:00Z", (name, "1/1", "", 0, ""))


def fleet(**objects: dict[str, Doc]) -> Compared:
    """By cluster (`east`, `west`, `north`): what is there."""
    names = {"east": EAST, "west": WEST, "north": NORTH}
    found = Compared(
        (EAST, WEST, NORTH), objects={names[one]: held for one, held in objects.items()}
    )
    for name in found.names:
        found.kinds[name] = Catalogue((PODS, DEPLOYMENTS))
        rows = [row(place.partition("/")[2]) for place in found.objects.get(name, {})]
        found.put(table(name, *rows, kind=DEPLOYMENTS))
    found.answers.set()
    return found


def differing() -> Compared:
    return fleet(
        east={"shop/web": deployment("app:1"), "shop/api": deployment()},
        west={"shop/web": deployment("app:1", args=["--debug"]), "shop/api": deployment()},
        north={"shop/web": deployment("app:2", replicas=5)},
    )


@asynccontextmanager
async def over(
    still: Settings, opened: Compared, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Console]:
    async with console(still, size=size) as running:
        running.shell.show(frame(running), cast("OpenedFleet", opened))
        await running.quiet()
        yield running


async def entered(running: Console, sign: str, text: str) -> None:
    """Type at the prompt, and accept it."""
    await running.press(sign)
    await running.type(text)
    await running.press("enter")


async def compared(running: Console, *clusters: str) -> ObjectsCompareView:
    running.shell.go(CompareObjectsPlace(REF, clusters or (EAST, WEST, NORTH)))
    await running.quiet()
    return view_of(running, ObjectsCompareView)


async def drifting(running: Console, text: str = "drift deploy") -> DriftView:
    await entered(running, ":", text)
    return view_of(running, DriftView)


@SIZES
async def test_only_what_differs_is_shown_and_z_shows_the_rest(
    still: Settings, size: tuple[int, int]
) -> None:
    async with over(still, differing(), size) as running:
        view = await compared(running)
        text = running.text()
        assert "3 of 5 fields differ" in text
        assert "app: image" in text
        assert "▲ app:2" in text
        assert "metadata.name" not in text
        across = size[0] == 200
        assert (view.columns[0].id, view.columns[1].title) == ("field", EAST if across else "VALUE")
        await running.press("v")
        assert view.columns[1].title == ("VALUE" if across else EAST)
        assert "▲ app:2" in running.text()


async def test_own_and_equal_fields_are_there_in_full(still: Settings) -> None:
    one, other = deployment(), deployment()
    one["metadata"] |= {"uid": "a-a", "labels": {"team": "web"}}
    other["metadata"] |= {"uid": "b-b", "labels": {"team": "web"}}
    opened = fleet(east={"shop/web": one}, west={"shop/web": other})
    async with over(still, opened) as running:
        await compared(running, EAST, WEST)
        assert "no field differs; z shows all" in running.text()
        await running.press("z")
        assert "metadata.uid" in running.text()
        assert "metadata.labels.team" in running.text()


async def test_missing_and_unread_clusters_are_said(still: Settings) -> None:
    opened = fleet(east={"shop/web": deployment()})
    opened.dead = frozenset({NORTH})
    async with over(still, opened) as running:
        await compared(running)
        text = running.text()
        assert f"only in {EAST}" in text
        assert f"missing in {WEST}" in text
        assert f"not read: {NORTH}" in text
        assert "no route to host" in text
        assert "no field differs" not in text


async def test_enter_opens_the_object_in_the_chosen_cluster(still: Settings) -> None:
    async with over(still, differing(), (200, 50)) as running:
        view = await compared(running)
        assert view.place("spec.replicas") == InspectTarget(EAST, REF)
        await running.press("shift+right", "shift+right", "shift+right")
        assert view.place("spec.replicas") == InspectTarget(NORTH, REF)


async def test_it_is_read_again_on_request(still: Settings) -> None:
    opened = differing()
    async with over(still, opened) as running:
        await compared(running)
        opened.objects[NORTH]["shop/web"] = deployment("app:1", replicas=5)
        before = len(opened.asked)
        await running.press("r")
        assert len(opened.asked) == before + 3
        assert "▲ app:2" not in running.text()


@SIZES
async def test_drift_says_which_objects_differ_in_what_and_where(
    still: Settings, size: tuple[int, int]
) -> None:
    async with over(still, differing(), size) as running:
        await drifting(running)
        text = running.text()
        assert "drift deployments" in text
        assert "1 of 2 objects differ" in text
        assert "▲ shop/web" in text
        assert "command, image, replicas" in text
        assert "shop/api" not in text
        await running.press("z")
        assert "shop/api" in running.text()


async def test_enter_compares_the_object_and_esc_comes_back(still: Settings) -> None:
    async with over(still, differing()) as running:
        await drifting(running)
        await running.press("enter")
        view = view_of(running, ObjectsCompareView)
        assert view.compared == CompareObjectsPlace(REF, (EAST, WEST, NORTH))
        await running.press("escape")
        view_of(running, DriftView)


async def test_unread_clusters_are_unknown_and_never_missing(still: Settings) -> None:
    opened = differing()
    opened.dead = frozenset({NORTH})
    async with over(still, opened, (200, 50)) as running:
        await drifting(running)
        text = running.text()
        assert f"not read: {NORTH}" in text
        assert "? not read" in text
        assert f"not in {NORTH}" not in text


async def test_scope_namespaces_and_slips_of_the_command(still: Settings) -> None:
    async with over(still, differing()) as running:
        view = await drifting(running, f"drift deploy shop @{EAST} @{NORTH}")
        assert isinstance(view.compared, DriftPlace)
        assert view.compared.clusters == (EAST, NORTH)
        assert view.compared.query.namespaces == ("shop",)
        assert "drift deployments shop" in running.text()
        for text, words in (
            ("drift", "which kind?"),
            ("drift deploy /x", "/ filters in its table"),
            (f"drift deploy @{EAST}", "at least two clusters"),
        ):
            await entered(running, ":", text)
            assert words in running.text()
            await running.press("escape")


async def test_a_kind_that_nobody_serves(still: Settings) -> None:
    async with over(still, differing()) as running:
        await drifting(running, "drift deploymens")
        assert "none of 3 clusters serves a kind deploymens" in running.text()
        assert "deployments" in running.text()


async def test_equals_in_resources_compares_marked_rows_else_all_clusters(still: Settings) -> None:
    async with over(still, differing(), (160, 40)) as running:
        await entered(running, ":", "deploy")
        await running.until(lambda: "web" in running.text())
        await entered(running, "/", "name=web")
        await running.press("equals_sign")
        view = view_of(running, ObjectsCompareView)
        assert set(view.compared.clusters) == {EAST, WEST, NORTH}
        await running.press("escape", "space", "down", "space", "equals_sign")
        assert len(view_of(running, ObjectsCompareView).compared.clusters) == 2


async def test_equals_on_an_object_compares_it_in_all_clusters_in_scope(still: Settings) -> None:
    opened = differing()
    async with over(still, opened) as running:
        running.shell.go(InspectTarget(NORTH, REF))
        await running.quiet()
        await running.press("equals_sign")
        view = view_of(running, ObjectsCompareView)
        assert view.compared == CompareObjectsPlace(REF, (NORTH, EAST, WEST))


async def test_the_namespace_that_is_looked_at_narrows_a_drift(still: Settings) -> None:
    opened = fleet(
        east={"shop/web": deployment("app:1"), "data/web": deployment("app:1")},
        west={"shop/web": deployment("app:2"), "data/web": deployment("app:2")},
    )
    async with over(still, opened) as running:
        running.shell.set_namespace("data")
        await drifting(running)
        text = running.text()
        assert "▲ data/web" in text
        assert "shop/web" not in text


def test_different_objects_are_not_compared() -> None:
    one = InspectTarget(EAST, REF)
    other = InspectTarget(WEST, ObjectRef("apps/v1", "Deployment", "shop", "api"))
    assert "different objects" in cast("str", compare_place((one, other), (EAST, WEST)))
    assert "no object" in cast("str", compare_place((), (EAST, WEST)))
    assert "only one cluster" in cast("str", compare_place((one,), (EAST,)))
    twice = compare_place((one, InspectTarget(WEST, REF)), (EAST, WEST, NORTH))
    assert twice == CompareObjectsPlace(REF, (EAST, WEST))


async def test_hostile_text_is_inert(still: Settings) -> None:
    held = deployment(HOSTILE)
    held["metadata"]["labels"] = {HOSTILE: HOSTILE}
    opened = fleet(east={"shop/web": held}, west={"shop/web": deployment()})
    async with over(still, opened) as running:
        await compared(running, EAST, WEST)
        text = running.text()
        assert "[bold]" in text
        assert not {"\x1b", "\u202e", "\x07"} & set(text)


async def test_what_is_shown_can_be_exported(still: Settings) -> None:
    async with over(still, differing()) as running:
        await drifting(running)
        text, suffix = view_of(running, DriftView).exported("json")
        assert suffix == "json"
        assert "shop/web" in json.dumps(json.loads(text))


@pytest.mark.parametrize("keys", ["v", "s", "Y", "E", "t", "l", "u"])
async def test_no_key_breaks_it(still: Settings, keys: str) -> None:
    async with over(still, differing()) as running:
        await drifting(running)
        await running.press(*keys, "escape", "escape")
        await compared(running)
        await running.press(*keys, "escape")
