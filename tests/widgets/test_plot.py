"""The plot under the fingers."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from mckwidgets.demos.plot import AVERAGE, NOW, PlotDemo, milliseconds
from mckwidgets.plot import Plot

SIZES = [(80, 24), (200, 50), (40, 8), (20, 5), (19, 5), (3, 2), (1, 1)]


def text(plot: Plot) -> list[str]:
    return [plot.render_line(y).text for y in range(plot.size.height)]


@pytest.mark.parametrize("size", SIZES)
async def test_every_size(size: tuple[int, int]) -> None:
    async with PlotDemo().run_test(size=size) as pilot:
        plot = pilot.app.query_one(Plot)
        for key in ("left", "left", "pageup", "a", "home", "end", "n", "left"):
            await pilot.press(key)
            assert all(cell_len(line) == size[0] for line in text(plot))
        assert "no samples"[: size[0] - 1] in " ".join(text(plot))


async def test_the_cursor_reads_values_and_goes_away_at_the_end() -> None:
    async with PlotDemo().run_test(size=(80, 20)) as pilot:
        plot = pilot.app.query_one(Plot)
        newest = text(plot)
        assert plot.cursor is None
        assert "min 78 ms" in newest[-1]
        await pilot.press("left")
        assert plot.cursor == NOW
        assert text(plot)[0].rstrip().endswith("14:00:00Z now")
        await pilot.press("pageup", "h")
        assert plot.cursor is not None
        assert NOW - 160 < plot.cursor < NOW - 120
        assert "min" not in text(plot)[-1]
        reversed_ = [
            s for y in range(20) for s in plot.render_line(y) if s.style and s.style.reverse
        ]
        assert len(reversed_) >= 10
        await pilot.press("home")
        assert plot.cursor == NOW - 900
        await pilot.press("left", "right", "end")
        assert plot.cursor is None
        assert text(plot) == newest


async def test_the_cursor_stays_on_its_time_while_that_is_shown() -> None:
    async with PlotDemo().run_test(size=(80, 20)) as pilot:
        plot = pilot.app.query_one(Plot)
        await pilot.press("home", "pagedown")
        at = plot.cursor
        assert at is not None
        for later, expected in ((60, at), (600, None)):
            plot.set_series(
                (AVERAGE,),
                title="later",
                unit=milliseconds,
                start=NOW - 900 + later,
                end=NOW + later,
            )
            assert plot.cursor == expected
            assert text(plot)[0].startswith("later")


async def test_equal_series_paint_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with PlotDemo().run_test(size=(80, 20)) as pilot:
        plot = pilot.app.query_one(Plot)
        asked: list[object] = []
        monkeypatch.setattr(plot, "refresh", lambda *_, **__: asked.append(1))
        assert isinstance(pilot.app, PlotDemo)
        pilot.app.on_mount()
        assert asked == []
        pilot.app.action_nothing()
        assert asked == [1]
