"""Going from pane to pane: by key, name, palette and mouse; each comes back as it was left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.ui.detail_views import ClusterView, LinkView
from mckconsole.ui.matrix_view import MatrixView
from mckconsole.ui.pane_tables import FleetTable, MeshTable
from mckconsole.ui.settings import Settings
from mckconsole.views.detail import ClusterTarget
from mckconsole.views.panes import PANES
from mckwidgets.tabs import TabStrip
from tests.ui.console import Console, console
from tests.ui.stories import frame, matrix, messages, read, shown, table

NAMES = [(pane.name, name) for pane in PANES for name in (pane.name, *pane.aliases)]


def pane_shown(running: Console) -> str:
    """The pane whose view, tab and crumb are on the screen."""
    pane = running.shell.stacks.pane
    visible = [view for view in running.shell._views.children if view.display]
    assert visible == [running.shell.view]
    assert running.shell.view.pane == pane
    assert running.shell._tabs.active == pane
    assert running.text().split("\n")[2].startswith(f" {pane}")
    assert running.app.focused is running.shell.view.main, "its widget has the keys"
    return pane


async def click_on(running: Console, words: str) -> None:
    """Click on the first place where `words` stand on the screen."""
    for y, line in enumerate(running.text().split("\n")):
        if words in line:
            await running.pilot.click(offset=(line.index(words), y))
            await running.pilot.pause()
            return
    raise AssertionError(f"{words} is not on the screen:\n{running.text()}")


async def test_by_number_key(still: Settings, size: tuple[int, int]) -> None:
    async with console(still, size=size) as running:
        await read(running)
        for pane in (*reversed(PANES), *PANES):
            await running.press(pane.key)
            assert pane_shown(running) == pane.name
        await running.press("9")
        assert pane_shown(running) == PANES[-1].name, "no such pane: nothing happens"


@pytest.mark.parametrize(("pane", "name"), NAMES)
async def test_by_name_and_alias(still: Settings, pane: str, name: str) -> None:
    other = next(one.name for one in PANES if one.name != pane)
    async with console(replace(still, pane=other)) as running:
        await running.type(f":{name}")
        await running.press("enter")
        assert pane_shown(running) == pane


async def test_by_tab_and_shift_tab_round_and_round(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        names = [pane.name for pane in PANES]
        for name in (*names[1:], names[0]):
            await running.press("tab")
            assert pane_shown(running) == name
        for name in (*reversed(names[1:]), names[0]):
            await running.press("shift+tab")
            assert pane_shown(running) == name


@pytest.mark.parametrize("pane", [pane.name for pane in PANES])
async def test_by_the_palette(still: Settings, pane: str) -> None:
    title = next(one.title for one in PANES if one.name == pane)
    other = next(one.name for one in PANES if one.name != pane)
    async with console(replace(still, pane=other)) as running:
        await read(running)
        await running.press("ctrl+p")
        await running.type(f"go to {title}")
        await running.press("enter")
        assert pane_shown(running) == pane


async def test_by_a_click_on_the_tab(still: Settings, size: tuple[int, int]) -> None:
    async with console(still, size=size) as running:
        await read(running)
        for pane in (*PANES[1:], PANES[0]):
            await click_on(running, f"{pane.key} {pane.title[:3]}")
            assert pane_shown(running) == pane.name
        assert running.shell.query_one(TabStrip).region.y == 1


async def test_back_to_the_pane_before_and_forth(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        await running.press("minus")
        assert pane_shown(running) == "fleet", "there is none before the first"
        await running.press("2", "minus")
        assert pane_shown(running) == "fleet"
        await running.press("minus")
        assert pane_shown(running) == "mesh"


async def test_each_comes_back_as_it_was_left(still: Settings, size: tuple[int, int]) -> None:
    """Filter, order, cursor, marks, width and place in its drill-down."""
    async with console(still, size=size) as running:
        await read(running)
        await running.type("/aws")
        await running.press("enter", "w")
        await running.type(":sort -cluster")
        await running.press("enter", "space", "j")
        before = shown(running), table(running).grid.cursor_key, running.text().split("\n")[2]
        assert before[:2] == (["aws-usw2-1", "aws-use1-1"], "aws-use1-1")
        assert all(word in before[2] for word in ("2 of 9", "/aws", "1 marked"))

        await running.press("2", "j", "l", "enter")
        assert isinstance(running.shell.view, LinkView)
        where = running.text().split("\n")[2]

        await running.press("1")
        assert isinstance(running.shell.view, FleetTable)
        after = shown(running), table(running).grid.cursor_key, running.text().split("\n")[2]
        assert after == before
        await running.press("minus")
        assert isinstance(running.shell.view, LinkView)
        assert running.text().split("\n")[2] == where
        await running.press("escape")
        assert isinstance(running.shell.view, MatrixView)


async def test_the_key_of_the_pane_where_one_is_goes_to_its_top(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        await running.press("enter")
        await running.press("enter")
        assert len(running.shell.stacks.path) == 3
        await running.press("1")
        assert isinstance(running.shell.view, FleetTable)
        assert len(running.shell._views.children) == 1, "what was below is gone"


async def test_the_mesh_is_a_matrix_or_a_list_as_it_was_left(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        await running.press("2")
        cursor = matrix(running).matrix.cursor
        await running.press("v")
        assert isinstance(running.shell.view, MeshTable)
        await running.press("1", "2")
        assert isinstance(running.shell.view, MeshTable)
        await running.press("v")
        assert matrix(running).matrix.cursor == cursor


async def test_crumbs_can_be_clicked(still: Settings, size: tuple[int, int]) -> None:
    async with console(still, size=size) as running:
        await read(running)
        running.shell.go(ClusterTarget("gcp-eu-1"))
        await running.until(lambda: running.shell.view.detail is not None)  # type: ignore[attr-defined]
        await running.press("]", "enter")
        await running.until(lambda: len(running.shell.stacks.path) == 3)
        await running.pilot.click(offset=(2, 2))
        await running.until(lambda: isinstance(running.shell.view, FleetTable))


async def test_a_name_with_a_filter_opens_the_pane_filtered(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        await running.type(":mesh state:slow")
        await running.press("enter")
        assert isinstance(running.shell.view, MeshTable)
        total = len(frame(running).rows["mesh"])
        assert len(shown(running)) == 2 < total
        assert f"2 of {total}" in running.text()


async def test_a_name_with_a_mistaken_filter_changes_nothing(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        await running.type(":mesh nosuch:slow")
        await running.press("enter")
        assert running.shell.typing
        assert "nosuch" in running.text()
        assert running.shell.stacks.pane == "fleet"
        await running.press("escape")
        assert pane_shown(running) == "fleet"


async def test_a_click_on_another_tab_while_typing_leaves_the_prompt(still: Settings) -> None:
    """And changes no filter of the pane one comes to."""
    async with console(still) as running:
        await read(running)
        await running.press("2", "v")
        await running.type("/slow")
        await running.press("enter")
        await running.press("1")
        await running.type("/aws")
        await click_on(running, "2 Mesh")
        assert not running.shell.typing
        assert pane_shown(running) == "mesh"
        assert table(running).filter_text == "slow"
        await running.press("1")
        assert table(running).filter_text == "aws", "a filter works while it is typed"


async def test_actions_of_other_views_do_nothing(still: Settings) -> None:
    """Such as a message that was under way when the view changed."""
    async with console(still) as running:
        await read(running)
        await running.press("enter")
        assert isinstance(running.shell.view, ClusterView)
        before = running.shell.stacks.path
        for action in ("filter.open", "mesh.toggle", "mark.toggle", "sort.pick", "view.problems",
                       "mesh.metrics", "nonsense", "__init__", "view", "show"):  # fmt: skip
            running.shell.action_perform(action)
            await running.pilot.pause()
            assert running.shell.stacks.path == before, action
            assert running.app.screen is running.shell, action
            assert messages(running) == [], action
