"""The timeline on the screen: its window, what it is narrowed to, where its rows lead, exports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from mckconsole.analysis.engine import analyse
from mckconsole.analysis.memory import NOTHING_REMEMBERED, AnalysisMemory
from mckconsole.domain.alerts import Alert
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import TopicState
from mckconsole.ui.detail_views import ClusterView
from mckconsole.ui.timeline_table import TimelineTable
from mckconsole.ui.timeline_views import HappeningView
from mckconsole.views.detail import InspectTarget
from mckconsole.views.scope import Scope
from tests.ui.console import Console
from tests.ui.handmade import SIZES, Seen, show, showing, view_of
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW, Doc
from tests.unit.analysis.timeline.happened import POD, alert, alerts, event, node

MINUTE, HOUR = 60.0, 3600.0
OTHER = ("v1", "Pod", "shop", "cart-1")
HOSTILE = "[@click=app.quit]x[/] \x1b[31m" + "wide " * 400


def fleet(*more: Doc, told: Iterable[Alert] = (), at: float = NOW) -> FleetSnapshot:
    """Two clusters in which something happened, and one that may not be asked for events."""
    east = [
        event("a", ago=90, count=7),
        event("b", ago=20 * MINUTE, reason="Failed", about=OTHER),
        event("c", ago=3 * HOUR, reason="Pulled", type="Normal"),
        event("d", ago=45, reason="Scaled", type="Normal",
              about=("apps/v1", "ReplicaSet", "shop", "cart-5d4f7c9b8")),
        *more,
    ]  # fmt: skip
    west = [node("w1", "False", since=5 * MINUTE), event("w", ago=60, about=OTHER)]
    found = build.fleet(
        build.cluster("east", east),
        build.cluster("west", west),
        build.cluster("south", [], states={"events": TopicState.FORBIDDEN}),
        taken_at=at,
    )
    return replace(found, alerts=(alerts(*told),))


def seen(found: FleetSnapshot, memory: AnalysisMemory = NOTHING_REMEMBERED) -> Seen:
    return found, analyse(found, memory=memory)


def whats(running: Console) -> list[str]:
    """What happened, as the rows in sight say it."""
    table = view_of(running, TimelineTable)
    return [str(row.cells["what"].value) for row in table.rows]


def exported(directory: Path, suffix: str) -> Path:
    """The only file of its kind there."""
    (file,) = directory.glob(f"*.{suffix}")
    return file


ALL = ["Scaled", "BackOff", "BackOff", "NotReady", "Failed", "Pulled"]


@SIZES
async def test_everything_is_in_one_order_and_says_what_is_missing(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with showing(seen(fleet()), "timeline", tmp_path, size) as running:
        assert sorted(whats(running)) == sorted(ALL)
        assert whats(running)[0] == "Scaled"
        shown = running.text()
        assert "latest first" in shown
        assert "✖ NotReady" in shown
        assert "▲ BackOff" in shown
        assert "? incomplete: events forbidden in south" in shown


async def test_the_window_gets_shorter_and_longer_and_is_typed(tmp_path: Path) -> None:
    async with showing(seen(fleet()), "timeline", tmp_path) as running:
        await running.press("less_than_sign")
        assert "last 1 d" in running.text()
        await running.press(*["less_than_sign"] * 3)
        assert "last 30 m" in running.text()
        assert "Pulled" not in whats(running)
        await running.press(*["less_than_sign"] * 2)
        assert "last 5 m" in running.text()
        assert whats(running) == ["Scaled", "BackOff", "BackOff", "NotReady"]
        await running.press("greater_than_sign")
        assert "last 15 m" in running.text()
        await running.press("colon")
        await running.type("timeline 2h NotReady")
        await running.press("enter")
        assert whats(running) == ["NotReady"]
        assert "last 2 h" in running.text()
        await running.press("escape", "escape")
        assert len(whats(running)) == len(ALL)
        await running.press("greater_than_sign")
        assert "everything that is kept is shown" in running.text()


async def test_a_window_of_nothing_is_a_filter(tmp_path: Path) -> None:
    async with showing(seen(fleet()), "timeline", tmp_path) as running:
        await running.press("colon")
        await running.type("events BackOff")
        await running.press("enter")
        assert whats(running) == ["BackOff", "BackOff"]
        await running.press("colon")
        await running.type("events all")
        await running.press("enter")
        assert len(whats(running)) == len(ALL)


@pytest.mark.parametrize("what", ["BackOff", "Scaled"])
async def test_t_narrows_to_what_a_row_is_about_and_esc_widens(tmp_path: Path, what: str) -> None:
    async with showing(seen(fleet()), "timeline", tmp_path) as running:
        table = view_of(running, TimelineTable)
        row = next(one for one in table.rows if one.cells["what"].value == what)
        assert table.grid.move_to(row.id)
        await running.press("t")
        assert {one.cells["object"].text for one in table.rows} == {row.cells["object"].text}
        assert {one.clusters for one in table.rows} == {row.clusters}
        assert "incomplete" not in running.text()
        assert "about" in running.text()
        await running.press("escape")
        assert len(whats(running)) == len(ALL)


async def test_t_on_a_cluster_shows_what_happened_there(tmp_path: Path) -> None:
    async with showing(seen(fleet()), "fleet", tmp_path) as running:
        root = running.shell.stacks.view
        assert root.grid.move_to("west")  # type: ignore[attr-defined]
        await running.press("t")
        assert sorted(whats(running)) == ["BackOff", "NotReady"]
        await running.press("minus")
        assert running.shell.stacks.pane == "fleet"
        await running.press("enter")
        assert isinstance(running.shell.view, ClusterView)
        await running.press("t")
        assert sorted(whats(running)) == ["BackOff", "NotReady"]


async def test_what_is_missing_outside_the_scope_is_not_told(tmp_path: Path) -> None:
    async with showing(seen(fleet()), "timeline", tmp_path) as running:
        running.shell.set_scope(Scope(frozenset({"east"}), "east", "east"))
        await running.quiet()
        assert "incomplete" not in running.text()


async def test_nothing_about_it_says_so(tmp_path: Path) -> None:
    async with showing(seen(fleet()), "fleet", tmp_path) as running:
        assert running.shell.stacks.view.grid.move_to("south")  # type: ignore[attr-defined]
        await running.press("t")
        assert whats(running) == []
        assert "nothing is known to have happened to south" in running.text()


async def test_enter_leads_to_the_object_and_i_to_what_is_known(tmp_path: Path) -> None:
    async with showing(seen(fleet(told=[alert()])), "timeline", tmp_path) as running:
        table = view_of(running, TimelineTable)
        row = next(
            one for one in table.rows if one.cells["what"].value == "KubePodCrashLooping firing"
        )
        assert table.grid.move_to(row.id)
        assert table.place(row.id) == InspectTarget("east", POD)
        assert [(one.cluster, one.ref) for one in table.log_targets()] == [("east", POD)]
        await running.press("i")
        assert isinstance(running.shell.view, HappeningView)
        shown = running.text()
        for words in ("Pod is crash looping", "federation", "said by", "BackOff", "1 m ago"):
            assert words in shown
        await running.press("t")
        assert {one.cells["object"].text for one in table.rows} == {"Pod shop/checkout-1"}


async def test_what_is_about_nothing_opens_what_is_known(tmp_path: Path) -> None:
    lone = alert("Watchdog", cluster="", object=None, severity="none")
    async with showing(seen(fleet(told=[lone])), "timeline", tmp_path) as running:
        await running.press("slash", *"Watchdog", "enter", "enter")
        assert isinstance(running.shell.view, HappeningView)
        assert "none of the fleet" in running.text()


async def test_following_stays_on_the_newest_until_the_cursor_is_moved(tmp_path: Path) -> None:
    before = seen(fleet())
    async with showing(before, "timeline", tmp_path) as running:
        table = view_of(running, TimelineTable)
        await running.press("j", "k")
        first = table.grid.cursor_key
        newer = seen(fleet(event("n", reason="Newest", ago=1)), before[1].memory)
        await show(running, newer)
        assert table.grid.cursor_key == first
        await running.press("F")
        assert "following" in running.text()
        latest = seen(fleet(event("m", reason="Later", ago=0)), newer[1].memory)
        await show(running, latest)
        assert whats(running)[0] == "Later"
        assert table.grid.cursor_key == table.rows[0].id
        await running.press("j")
        assert not table.following


async def test_an_export_is_for_the_post_mortem(tmp_path: Path) -> None:
    async with showing(seen(fleet()), "timeline", tmp_path) as running:
        await running.press("less_than_sign", "less_than_sign", "less_than_sign", "ctrl+s")
        file = exported(tmp_path, "md")
    text = file.read_text()
    assert text.startswith("# Timeline\n")
    assert "last 1 h" in text
    assert "Incomplete for south: events forbidden" in text
    found = [text.index(words) for words in ("Failed", "NotReady", "BackOff", "Scaled")]
    assert found == sorted(found)
    assert "Pulled" not in text


async def test_other_formats_are_those_of_every_table(tmp_path: Path) -> None:
    async with showing(seen(fleet()), "timeline", tmp_path) as running:
        await running.press("colon")
        await running.type("export csv")
        await running.press("enter")
        file = exported(tmp_path, "csv")
    assert file.read_text().startswith('"TIME","AGE","CLUSTER"')


@SIZES
async def test_hostile_words_are_inert(tmp_path: Path, size: tuple[int, int]) -> None:
    odd = event("x", reason=HOSTILE[:60], message=HOSTILE, ago=1)
    async with showing(seen(fleet(odd)), "timeline", tmp_path, size) as running:
        assert "[@click=app.quit]x" in running.text()
        assert "\x1b" not in running.text()
        await running.press("i")
        assert "[@click=app.quit]x[/]" in running.text()
        await running.press("escape", "ctrl+s")
        file = exported(tmp_path, "md")
        assert "\x1b" not in file.read_text()
