"""The detail view under the fingers: cursor, scroll, search, and content that changes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from rich.cells import cell_len
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widgets import Static

from mckwidgets.demos.detail import Block, Card, DetailDemo, Line, Span, line, tunnel
from mckwidgets.demos.safe_text import PAYLOADS
from mckwidgets.detail import DetailView

SIZES = [(80, 24), (200, 50), (40, 8), (15, 4), (1, 2), (1, 1)]


def text(detail: DetailView) -> list[str]:
    """What the widget shows."""
    return [detail.render_line(y).text for y in range(detail.size.height)]


def status(pilot: Pilot[None]) -> str:
    return str(pilot.app.query_one(Static).content)


def numbered(count: int, *, start: int = 0) -> Block:
    return Block("Numbers", lines=tuple(line(f"line {n}") for n in range(start, start + count)))


def cursor_rows(detail: DetailView) -> list[str]:
    """What is painted reversed: the cursor, without colour."""
    found = []
    for y in range(detail.size.height):
        strip = detail.render_line(y)
        words = "".join(s.text for s in strip if s.style and s.style.reverse)
        if words:
            found.append(words.strip())
    return found


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_fills_its_lines_whatever_the_cursor_does(size: tuple[int, int]) -> None:
    async with DetailDemo().run_test(size=size) as pilot:
        detail = pilot.app.query_one(DetailView)
        moves = ("down", "right", "down", "bottom", "half_up", "left", "page_up", "page_down")
        for move in (*moves, "top", "half_down", "up"):
            getattr(detail, f"action_cursor_{move}")()
            assert all(cell_len(shown) == detail._view.width for shown in text(detail))
            if size[1] > 4:
                assert cursor_rows(detail)
        detail.find("gateway")
        detail.set_blocks(tunnel(99))
        assert all(cell_len(shown) == detail._view.width for shown in text(detail))
        await pilot.pause()


async def test_the_cursor_starts_on_what_can_be_opened() -> None:
    async with DetailDemo().run_test(size=(110, 24)) as pilot:
        detail = pilot.app.query_one(DetailView)
        assert text(detail)[0].startswith("ASYMMETRIC")
        assert cursor_rows(detail) == ["› gateway   gke-gw-a   active   4 s"]
        assert detail.cursor_target == "gateway a"
        await pilot.press("right", "down", "down", "down")
        assert detail.cursor_text.startswith("✖ gcp-eu-1  Gateway")
        await pilot.press("enter")
        assert status(pilot) == "opened: gateway a"
        await pilot.press("up", "enter")
        assert status(pilot).startswith("selected: None: RTT       88 ms avg")


async def test_what_is_to_be_opened_out_of_sight_does_not_scroll_the_top_away() -> None:
    async with DetailDemo().run_test(size=(80, 12)) as pilot:
        detail = pilot.app.query_one(DetailView)
        detail.set_blocks([numbered(40), Block(lines=(line("deep", target="t"),))])
        await pilot.pause()
        assert detail.scroll_offset.y == 0
        assert detail.cursor_text == "line 0"
        assert detail.next_target(1)
        assert detail.cursor_target == "t"
        assert "deep" in cursor_rows(detail)[0]


async def test_targets_are_gone_through_round_and_round() -> None:
    async with DetailDemo().run_test(size=(110, 24)) as pilot:
        detail = pilot.app.query_one(DetailView)
        seen = []
        for _ in range(4):
            assert detail.next_target(1)
            seen.append((detail.cursor_target, detail._line))
        assert seen == [("gateway b", 4), ("gateway a", 7), ("gateway b", 8), ("gateway a", 0)]
        assert detail.next_target(-1)
        assert detail._line == 8
        assert detail.move_to_target("gateway b")
        assert detail._line == 4
        assert not detail.move_to_target("nothing")
        detail.set_blocks([numbered(2)])
        assert not detail.next_target(1)
        await pilot.pause()
        assert status(pilot) == "selected: None: line 1"


async def test_a_block_is_gone_to_by_its_heading() -> None:
    blocks = [
        Block("one", lines=(Line((Span("a"),)),)),
        Block("empty"),
        Block("two", cards=(Card("c", (Line((Span("b"),)),)),), lines=(Line((Span("c"),)),)),
    ]
    async with DetailDemo().run_test(size=(40, 10)) as pilot:
        detail = pilot.app.query_one(DetailView)
        detail.set_blocks(blocks)
        assert detail.move_to_block("two")
        assert detail.cursor_text == "b"
        assert detail.move_to_block("one")
        assert detail.cursor_text == "a"
        assert not detail.move_to_block("empty")
        assert not detail.move_to_block("three")
        assert detail.cursor_text == "a"


async def test_a_click_moves_and_a_click_on_the_cursor_opens() -> None:
    async with DetailDemo().run_test(size=(110, 24)) as pilot:
        await pilot.click(DetailView, offset=(70, 2))
        assert status(pilot).startswith("selected: gateway b")
        await pilot.click(DetailView, offset=(60, 2))
        assert status(pilot) == "opened: gateway b"
        await pilot.click(DetailView, offset=(5, 0))
        await pilot.click(DetailView, offset=(55, 2))
        await pilot.click(DetailView, offset=(5, 20))
        assert status(pilot) == "opened: gateway b"


async def test_moving_up_to_the_first_line_shows_the_heading() -> None:
    async with DetailDemo().run_test(size=(60, 8)) as pilot:
        detail = pilot.app.query_one(DetailView)
        await pilot.press("G")
        assert "ASYMMETRIC" not in text(detail)[0]
        await pilot.press(*["k"] * 12)
        assert "ASYMMETRIC" in text(detail)[0]
        assert detail._line == 0


async def test_a_line_taller_than_the_screen_is_scrolled_through() -> None:
    tall = Block(lines=(line("before"), line("word " * 200, target="tall"), line("after")))
    async with DetailDemo().run_test(size=(40, 10)) as pilot:
        detail = pilot.app.query_one(DetailView)
        detail.set_blocks([tall])
        detail.move_to_target("tall")
        offsets = [detail.scroll_offset.y]
        while detail.cursor_target == "tall":
            await pilot.press("down")
            offsets.append(detail.scroll_offset.y)
            assert cursor_rows(detail)
        assert detail.cursor_text == "after"
        assert len(offsets) > 4
        assert all(0 <= b - a <= 8 for a, b in pairwise(offsets))
        while detail.cursor_text != "before":
            await pilot.press("up")
        assert detail.scroll_offset.y == 0


async def test_pages() -> None:
    async with DetailDemo().run_test(size=(40, 12)) as pilot:
        detail = pilot.app.query_one(DetailView)
        detail.set_blocks([numbered(100)])
        seen = []
        for key in (
            "pagedown",
            "pagedown",
            "ctrl+d",
            "pageup",
            "ctrl+u",
            "end",
            "pagedown",
            "home",
        ):
            await pilot.press(key)
            seen.append(detail.cursor_text)
            assert cursor_rows(detail) == [detail.cursor_text]
        assert seen == [f"line {n}" for n in (10, 20, 25, 15, 10, 99, 99, 0)]


async def test_without_lines_keys_scroll() -> None:
    async with DetailDemo().run_test(size=(40, 6)) as pilot:
        detail = pilot.app.query_one(DetailView)
        detail.set_blocks([Block(f"heading {number}") for number in range(20)])
        await pilot.press("down", "down", "right", "enter")
        assert detail.scroll_offset.y == 2
        assert detail.cursor_target is None
        assert detail.cursor_text == ""
        await pilot.press("G")
        assert "heading 19" in text(detail)[4]


async def test_the_cursor_stays_on_its_line_and_its_place_on_the_screen() -> None:
    async with DetailDemo().run_test(size=(40, 12)) as pilot:
        detail = pilot.app.query_one(DetailView)
        detail.set_blocks([numbered(100)])
        await pilot.press("G", "k", "k", "k")
        before = [row for row, shown in enumerate(text(detail)) if "line 96" in shown]
        detail.set_blocks([numbered(100, start=-30)])
        await pilot.pause()
        detail.set_blocks([numbered(100, start=3)])
        assert detail.cursor_text == "line 66"
        await pilot.pause()
        detail.set_blocks([numbered(100, start=-20)])
        assert detail.cursor_text == "line 66"
        await pilot.pause()
        after = [row for row, shown in enumerate(text(detail)) if "line 66" in shown]
        assert before == after
        assert status(pilot) == "selected: None: line 66"


async def test_a_cursor_that_was_not_moved_goes_to_the_first_place_to_open() -> None:
    async with DetailDemo().run_test(size=(80, 24)) as pilot:
        detail = pilot.app.query_one(DetailView)
        detail.set_blocks([Block(lines=(line("being read"),))])
        await pilot.pause()
        assert status(pilot) == "selected: None: being read"
        detail.set_blocks([Block(lines=(line("being read"), line("here", target="x")))])
        await pilot.pause()
        assert status(pilot) == "selected: x: here"


async def test_equal_blocks_paint_nothing_and_a_change_only_its_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with DetailDemo().run_test(size=(110, 24)) as pilot:
        detail = pilot.app.query_one(DetailView)
        await pilot.pause()
        asked: list[tuple[Region, ...]] = []
        monkeypatch.setattr(detail, "refresh", lambda *regions: asked.append(regions))
        detail.set_blocks(list(tunnel()))
        assert asked == []
        detail.set_blocks(tunnel(5))
        assert [region.y for regions in asked for region in regions] == [2, 10]
        asked.clear()
        detail.action_cursor_down()
        assert [region.height for regions in asked for region in regions] == [1, 1]
        await pilot.pause()


async def test_search_lights_and_goes_round() -> None:
    async with DetailDemo().run_test(size=(110, 24)) as pilot:
        detail = pilot.app.query_one(DetailView)
        assert detail.find("GATEWAY") == detail.matches == 5
        assert detail.match_index == 0
        painted = [segment for y in range(24) for segment in detail.render_line(y)]
        lit = [segment.text for segment in painted if _is_match(detail, segment.style)]
        assert sorted(lit) == ["Gateway"] * 2 + ["gateway"] * 3
        assert detail.next_match()
        assert detail.cursor_target == "gateway b"
        assert detail.next_match(-2)
        assert (detail.match_index, detail.cursor_text) == (
            4,
            "2 open the gateway's firewall for ICMP",
        )
        detail.set_blocks(tunnel(7))
        assert detail.matches == 5
        assert detail.match_index == 4
        assert detail.find("no such words") == 0
        assert detail.match_index == -1
        assert not detail.next_match()
        assert detail.find("") == 0
        await pilot.pause()


def _is_match(detail: DetailView, style: object) -> bool:
    names = ("detail--match", "detail--match-current")
    return style in [detail.get_component_rich_style(name) for name in names]


async def test_the_current_match_differs_from_the_others_without_colour() -> None:
    async with DetailDemo().run_test(size=(110, 24)) as pilot:
        detail = pilot.app.query_one(DetailView)
        styles = [
            detail.get_component_rich_style(f"detail--{name}")
            for name in ("match", "match-current", "cursor", "plain")
        ]
        looks = {(bool(s.reverse), bool(s.bold), bool(s.underline)) for s in styles}
        assert len(looks) == 4
        await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_nothing_to_show_says_why(size: tuple[int, int]) -> None:
    async with DetailDemo().run_test(size=size) as pilot:
        detail = pilot.app.query_one(DetailView)
        detail.set_blocks([])
        for move in ("down", "page_down", "right", "top", "bottom"):
            getattr(detail, f"action_cursor_{move}")()
        detail.action_open()
        await pilot.pause()
        if size[0] >= 40:
            assert " ".join(" ".join(text(detail)).split()) == detail.empty
        detail.empty = "[b]gone"
        assert detail.empty == "[b]gone"
        assert text(detail)[0].startswith("[b]gone"[: size[0] - 1])


async def test_a_resize_keeps_the_cursor_in_sight() -> None:
    async with DetailDemo().run_test(size=(110, 24)) as pilot:
        detail = pilot.app.query_one(DetailView)
        await pilot.press("G")
        for size in ((60, 8), (30, 5), (120, 30)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert cursor_rows(detail)[0].startswith("2 open the gateway")


async def test_content_set_before_the_view_is_shown() -> None:
    class Early(DetailDemo):
        def on_mount(self) -> None:
            detail = DetailView()
            detail.set_blocks(tunnel())
            assert detail.find("driver") == 3
            self.query_one(DetailView).remove()
            self.mount(detail)

    async with Early().run_test(size=(110, 24)) as pilot:
        await pilot.pause()
        detail = pilot.app.query_one(DetailView)
        assert cursor_rows(detail)
        assert text(detail)[0].startswith("ASYMMETRIC")


async def test_hostile_text_is_inert() -> None:
    blocks = [Block(p, p, lines=(Line((Span(p), Span(p, "warn")), target=p),)) for p in PAYLOADS]
    async with DetailDemo().run_test(size=(80, 50)) as pilot:
        detail = pilot.app.query_one(DetailView)
        detail.set_blocks(blocks)
        for _ in PAYLOADS:
            assert detail.next_target(1)
            assert all(shown.isprintable() for shown in text(detail))
        assert "\x1b" not in detail.plain_text()
        assert detail.cursor_text.isprintable()
        await pilot.pause()


@pytest.mark.parametrize(("width", "end"), [(40, 39), (100, 99), (200, 122), (20, None)])
async def test_a_note_stands_at_the_right_end_but_not_too_far_away(
    width: int, end: int | None
) -> None:
    noted = Line((Span("status = error"),), "gateway", 2, "4 s ago")
    async with DetailDemo().run_test(size=(width, 12)) as pilot:
        detail = pilot.app.query_one(DetailView)
        detail.set_blocks((Block(lines=(noted, line("x" * 300))),))
        await pilot.pause()
        shown = text(detail)[0]
        assert cell_len(shown) == detail._view.width == width - 1
        assert shown.startswith("› status = error")
        assert (shown.find("4 s ago") + 7 if "4 s ago" in shown else None) == end
        assert len(cursor_rows(detail)) == 1
