"""What can be done with the rows of a table: problems only, width, order, marks."""

from __future__ import annotations

from mckconsole.ui.settings import Settings
from mckwidgets.picker import Picker
from tests.ui.console import Console, console
from tests.ui.stories import frame, matrix, prompt, read, shown, table


def crumbs(running: Console) -> str:
    return running.text().split("\n")[2]


def value(running: Console, row_id: str, column: str) -> object:
    row = next(row for row in frame(running).rows["mesh"] if row.id == row_id)
    return row.cells[column].value


async def test_only_problems(still: Settings, size: tuple[int, int]) -> None:
    async with console(still, size=size) as running:
        await read(running)
        await running.press("2", "v", "z")
        rows = frame(running).rows["mesh"]
        assert shown(running) == [row.id for row in rows if row.problem]
        assert 0 < len(shown(running)) < len(rows)
        assert f"{len(shown(running))} of {len(rows)}" in crumbs(running)
        assert "only problems" in crumbs(running)
        await running.press("z")
        assert len(shown(running)) == len(rows)


async def test_only_problems_in_the_matrix(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        await running.press("2")
        assert "● 101 ms" in running.text()
        await running.press("z")
        assert "● 101 ms" not in running.text()
        assert "✖ down" in running.text()
        assert "only problems" in crumbs(running)
        await running.press("escape")
        assert "● 101 ms" in running.text()


async def test_where_everything_is_well_the_table_says_so(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        await running.press("2", "v")
        await running.type("/state=up rtt<20ms")
        await running.press("enter", "z")
        assert shown(running) == []
        assert "problems" in " ".join(running.text().split("\n")[4:8])


async def test_wide_shows_every_column_at_full_width(still: Settings) -> None:
    async with console(still, size=(80, 24)) as running:
        await read(running)
        heading = running.text().split("\n")[3]
        assert "NOTES" not in heading
        await running.press("w")
        assert "wide" in crumbs(running)
        seen = running.text().split("\n")[3]
        for _ in range(12):
            await running.press("right")
            seen += running.text().split("\n")[3]
        assert all(column.title in seen for column in table(running).spec.columns)
        await running.press("w")
        assert running.text().split("\n")[3].split() == heading.split()


async def test_sorting_by_the_picker(still: Settings, size: tuple[int, int]) -> None:
    async with console(still, size=size) as running:
        await read(running)
        await running.press("2", "v", "s")
        assert isinstance(running.app.screen, Picker)
        await running.type("rtt")
        await running.press("enter")
        times = [value(running, row, "rtt") for row in shown(running)]
        known = [one for one in times if isinstance(one, float)]
        assert len(known) > 5
        assert times[: len(known)] == sorted(known), "what is not known comes last"
        assert "by RTT ↑" in crumbs(running)
        await running.press("S")
        times = [value(running, row, "rtt") for row in shown(running)]
        assert times[: len(known)] == sorted(known, reverse=True)
        assert "by RTT ↓" in crumbs(running)


async def test_the_same_column_again_turns_it_round(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        for sign in "↑↓↑":
            await running.press("s")
            await running.type("cluster")
            await running.press("enter")
            assert f"by CLUSTER {sign}" in crumbs(running)
        await running.press("s")
        await running.type("worst first")
        await running.press("enter")
        assert "worst first" in crumbs(running)


async def test_sorting_by_the_chosen_column(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        await running.press("shift+right", "S")
        assert "by STATE ↓" in crumbs(running)
        await running.press("shift+left", "shift+left", "shift+left")
        assert table(running).grid.cursor_column == "cluster"
        await running.press("s", "escape")
        assert "by STATE ↓" in crumbs(running), "a picker that is left changes nothing"


async def test_sorting_by_command(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        await running.type(":sort -findings")
        await running.press("enter")
        assert "by FINDINGS ↓" in crumbs(running)
        await running.type(":sort nosuch")
        await running.press("enter")
        assert "nosuch" in prompt(running)
        await running.press("escape")
        await running.type(":sort off")
        await running.press("enter")
        assert "worst first" in crumbs(running)


async def test_marks(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        first = shown(running)[0]
        await running.press("space")
        assert table(running).grid.marked == {first}
        await running.press("j", "j", "V")
        assert table(running).grid.marked == set(shown(running)[:3])
        assert "3 marked" in crumbs(running)
        await running.press("space")
        assert table(running).grid.marked == set(shown(running)[:2])
        await running.press("U")
        assert table(running).grid.marked == frozenset()
        assert "marked" not in crumbs(running)


async def test_marks_outlive_filter_and_order(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        await running.press("space")
        marked = table(running).grid.marked
        await running.type("/onprem")
        await running.press("enter")
        await running.type(":sort cluster")
        await running.press("enter")
        assert table(running).grid.marked == marked
        await running.press("escape")
        assert table(running).grid.marked == marked


async def test_the_cursor_of_the_matrix_starts_where_it_is_worst(still: Settings) -> None:
    async with console(still) as running:
        await read(running)
        await running.press("2")
        worst = frame(running).rows["mesh"][0]
        assert matrix(running).row_id == worst.id
        source, target = (worst.cells[column].text for column in ("from", "to"))
        assert f"{source} → {target}" in running.text(), "what is selected is explained"
