"""The screen of an object: reading it, what follows from it, and what cannot be read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from mckconsole.analysis.thresholds import Thresholds
from mckconsole.config.model import Config
from mckconsole.demo import faults
from mckconsole.demo.server import EmbeddedCluster
from mckconsole.domain.findings import ObjectRef
from mckconsole.sources.kubeconfig import Inventory
from mckconsole.ui.detail_views import ObjectView
from mckconsole.ui.object_views import InspectView
from mckconsole.ui.settings import OpenFleet
from mckconsole.ui.yaml_view import YamlView
from mckconsole.views.detail import InspectTarget
from tests.net.cluster import running as serving
from tests.net.shopfront import CANARY, shop
from tests.ui.console import Console, console, settings_over
from tests.ui.stories import messages

WEB = ObjectRef("apps/v1", "Deployment", "shop", "web")
POD = ObjectRef("v1", "Pod", "shop", "web-abc-2")
SETTINGS = ObjectRef("v1", "ConfigMap", "shop", "settings")


@asynccontextmanager
async def looking_at(
    ref: ObjectRef,
    east: EmbeddedCluster,
    *,
    size: tuple[int, int] = (120, 60),
    part: str = "",
    west: EmbeddedCluster | None = None,
) -> AsyncIterator[Console]:
    """A console over the shop, and over another one, with this object of the first opened."""

    @asynccontextmanager
    async def opening() -> AsyncIterator[OpenFleet]:
        async with AsyncExitStack() as stack:
            endpoints = [await stack.enter_async_context(serving(east))]
            if west is not None:
                found = await stack.enter_async_context(serving(west))
                endpoints.append(replace(found, name="west", context="west"))
            yield OpenFleet(Inventory(tuple(endpoints), (), ()), Config(), Thresholds())

    async with console(settings_over(opening, Path("unused")), size=size) as shown:
        await shown.settled()
        shown.shell.go(InspectTarget("east", ref, part))  # type: ignore[arg-type]
        await shown.until(lambda: isinstance(shown.shell.view, InspectView))
        yield shown


def view(shown: Console) -> InspectView:
    found = shown.shell.view
    assert isinstance(found, InspectView)
    return found


async def whole(shown: Console) -> str:
    """All of its text, once everything was found."""
    await shown.until(lambda: view(shown).facts and view(shown).related)
    return " ".join(view(shown).text.plain_text().split())


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_an_object_says_what_it_is_and_what_happened(size: tuple[int, int]) -> None:
    async with looking_at(POD, shop(), size=size) as shown:
        text = await whole(shown)
        for said in (
            "CrashLoopBackOff", "owned by Deployment web", "BackOff ×12", "runs on Node node-1",
            "mounts ConfigMap missing not there", "image registry.example.com/web:1.2",
        ):  # fmt: skip
            assert said in text, said
        assert CANARY not in text
        crumbs = shown.text().split("\n")[2]
        assert "Pod web-abc-2" in crumbs
        assert "✖ CrashLoopBackOff 0/1" in crumbs


async def test_o_goes_up_u_to_what_uses_it_and_enter_further() -> None:
    async with looking_at(POD, shop()) as shown:
        await whole(shown)
        await shown.press("o")
        assert view(shown).target.ref.kind == "ReplicaSet"
        await whole(shown)
        await shown.press("o")
        assert view(shown).target.ref == WEB
        await whole(shown)
        await shown.press("u")
        assert "selected by Service web" in view(shown).text.cursor_text
        await shown.press("enter")
        assert view(shown).target.ref == ObjectRef("v1", "Service", "shop", "web")
        await shown.press("escape", "escape", "escape")
        assert view(shown).target.ref == POD


async def test_what_there_is_not_is_refused_in_words() -> None:
    async with looking_at(ObjectRef("v1", "Node", "", "node-1"), shop()) as shown:
        await whole(shown)
        await shown.press("o")
        assert messages(shown)[-1] == "nothing owns it"
        await shown.press("u")
        assert messages(shown)[-1] == "nothing uses it, of what is looked at"


async def test_capital_y_shows_the_yaml_of_the_line_s_object_else_of_this_one() -> None:
    async with looking_at(WEB, shop()) as shown:
        await whole(shown)
        view(shown).text.action_cursor_bottom()
        await shown.press("Y")
        yaml = shown.shell.view
        assert isinstance(yaml, ObjectView)
        assert yaml.target.ref == WEB
        await shown.press("escape")
        view(shown).text.move_to_target(InspectTarget("east", POD))
        await shown.press("Y")
        yaml = shown.shell.view
        assert isinstance(yaml, ObjectView)
        assert yaml.target.ref == POD


async def test_m_shows_managed_fields_and_hides_them() -> None:
    east = shop()
    one = east.get("configmaps", "settings", "shop")
    written = {"manager": "helm", "operation": "Apply", "fieldsV1": {"f:data": {"f:mode": {}}}}
    one["metadata"]["managedFields"] = [written]
    east.update(one)
    async with looking_at(SETTINGS, east) as shown:
        assert "helm Apply, 1 field data.mode" in await whole(shown)
        assert "fieldsV1" not in await whole(shown)
        await shown.press("m")
        assert "fieldsV1" in await whole(shown)
        await shown.press("m")
        assert "fieldsV1" not in await whole(shown)


async def test_yaml_shows_managed_fields_below_and_leads_to_the_object_s_screen() -> None:
    east = shop()
    one = east.get("configmaps", "settings", "shop")
    one["metadata"]["managedFields"] = [{"manager": "helm", "fieldsV1": {"f:data": {}}}]
    east.update(one)
    async with looking_at(SETTINGS, east) as shown:
        await whole(shown)
        view(shown).text.action_cursor_bottom()
        await shown.press("Y")
        yaml = shown.shell.view
        assert isinstance(yaml, YamlView)
        await shown.until(lambda: "mode: fast" in yaml.text.plain_text())
        await shown.press("m")
        await shown.until(lambda: "manager: helm" in yaml.text.plain_text())
        await shown.press("m")
        await shown.until(lambda: "manager: helm" not in yaml.text.plain_text())
        await shown.press("u")
        await whole(shown)
        assert "read by Deployment web" in view(shown).text.cursor_text


async def test_it_opens_at_what_uses_it() -> None:
    async with looking_at(SETTINGS, shop(), part="users") as shown:
        await whole(shown)
        assert "read by Deployment web" in view(shown).text.cursor_text


async def test_its_like_in_another_cluster_is_told_and_led_to() -> None:
    west = shop()
    web = west.get("deployments.apps", "web", "shop")
    web["spec"]["template"]["spec"]["containers"][0]["image"] = "registry.example.com/web:1.1"
    west.update(web)
    async with looking_at(WEB, shop(), west=west) as shown:
        await shown.until(lambda: view(shown).twins)
        assert "west 1/2 ready there: image = registry.example.com/web:1.1" in await whole(shown)
        assert view(shown).text.move_to_target(InspectTarget("west", WEB))
        await shown.press("enter")
        assert view(shown).target.cluster == "west"
        await shown.until(lambda: view(shown).twins)
        assert "web:1.2" in await whole(shown)


async def test_it_goes_on_to_what_owns_it() -> None:
    async with looking_at(POD, shop(), part="owner") as shown:
        await shown.until(lambda: view(shown).target.ref.kind == "ReplicaSet")
        await shown.press("escape")
        assert view(shown).target.ref == POD


async def test_r_reads_it_again_and_what_is_gone_stays_as_it_was() -> None:
    east = shop()
    async with looking_at(SETTINGS, east) as shown:
        await whole(shown)
        one = east.get("configmaps", "settings", "shop")
        east.update({**one, "data": {"mode": "slow"}})
        await shown.press("r")
        await shown.until(lambda: "mode = slow" in view(shown).text.plain_text())
        east.delete("configmaps", "settings", "shop")
        await shown.press("r")
        await shown.until(lambda: "as it was before" in view(shown).text.plain_text())
        text = await whole(shown)
        assert "is not there any more" in text
        assert "mode = slow" in text


async def test_an_object_that_is_not_there_says_so() -> None:
    async with looking_at(ObjectRef("v1", "Pod", "shop", "never"), shop()) as shown:
        await shown.until(lambda: "could not be read" in view(shown).text.plain_text())
        assert "Pod shop/never is not there any more" in view(shown).text.plain_text()
        await shown.press("o", "u", "m")
        assert messages(shown)[-1] == "it is not read yet"


async def test_relations_that_cannot_be_found_leave_the_object_as_it_is() -> None:
    east = shop()
    east.faults.add(faults.refuse(403), path="replicasets")
    async with looking_at(WEB, east) as shown:
        text = await whole(shown)
        assert "? replicasets in shop may not be read" in text
        assert "wanted 2" in text


async def test_logs_are_those_of_the_pod_on_the_line_else_of_the_object() -> None:
    async with looking_at(WEB, shop()) as shown:
        await whole(shown)
        view(shown).text.action_cursor_bottom()
        assert [one.ref for one in view(shown).log_targets()] == [WEB]
        view(shown).text.move_to_target(InspectTarget("east", POD))
        assert [one.ref for one in view(shown).log_targets()] == [POD]


async def test_a_configuration_has_no_logs() -> None:
    async with looking_at(SETTINGS, shop()) as shown:
        await whole(shown)
        view(shown).text.action_cursor_bottom()
        assert view(shown).log_targets() == ()


async def test_hostile_objects_are_inert() -> None:
    east = shop()
    one = east.get("pods", "web-abc-2", "shop")
    evil = "\x1b]52;c;eA==\x07[@click=app.quit]x[/]\u202e"
    one["metadata"]["annotations"] = {"evil": evil, "lines": "a\nb"}
    one["spec"]["containers"][0]["image"] = evil
    one["status"]["message"] = evil
    east.update(one)
    async with looking_at(POD, east) as shown:
        text = await whole(shown)
        assert "‹1B›]52" in text
        assert "[@click=app.quit]x[/]" in text
        assert "\x1b" not in shown.text()
