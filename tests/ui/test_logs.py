"""Logs on the screen: they come, are filtered while they stream, and keys do what they say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.logs import (
    LogLine,
    LogOptions,
    LogSource,
    LogTarget,
    SourceState,
    SourceStatus,
)
from mckconsole.sources.errors import ConnectionTrouble
from mckconsole.store.opened import OpenedFleet
from mckconsole.ui.log_views import LogsView
from mckconsole.ui.places import LogsPlace
from mckconsole.ui.settings import Settings
from mckconsole.ui.table_view import TableView
from mckwidgets.safe_text import inert
from tests.ui.console import Console, console
from tests.ui.stories import matrix, messages, prompt, read
from tests.widgets.painting import HOSTILE

AT = 1_785_571_200.0
PLACE = LogsPlace((LogTarget("east", ObjectRef("apps/v1", "Deployment", "shop", "web")),))


class Feed:
    """A feed that says what a test has it say."""

    def __init__(self, told: Callable[[], None]) -> None:
        self.sources: list[SourceStatus] = [
            SourceStatus(LogSource("east", "shop", f"web-{n}", "app"), SourceState.FOLLOWING)
            for n in range(2)
        ]
        self.dropped = 0
        self.closed = False
        self.said: list[LogLine] = []
        self.told = told

    def lines(self, after: int = -1) -> Sequence[LogLine]:
        return [one for one in self.said if one.number > after]

    def close(self) -> None:
        self.closed = True

    def say(self, *texts: str, **changes: Any) -> None:
        start = self.said[-1].number + 1 if self.said else 0
        for number, text in enumerate(texts, start):
            found = {"number": number, "at": AT + number, "source": number % 2, "text": text}
            self.said.append(LogLine(**{**found, **changes}))
        self.told()


class Fleet:
    """In place of a fleet: its logs."""

    names = ()

    def __init__(self) -> None:
        self.feeds: list[Feed] = []
        self.asked: list[LogOptions] = []
        self.targets: list[Sequence[LogTarget]] = []
        self.refusal = ""

    def follow_logs(
        self, targets: Sequence[LogTarget], options: LogOptions, told: Callable[[], None]
    ) -> Feed:
        if self.refusal:
            raise ConnectionTrouble(self.refusal)
        self.asked.append(options)
        self.targets.append(targets)
        self.feeds.append(Feed(told))
        return self.feeds[-1]

    @property
    def feed(self) -> Feed:
        return self.feeds[-1]


@asynccontextmanager
async def looking(
    settings: Settings, size: tuple[int, int] = (80, 24), refusal: str = ""
) -> AsyncIterator[tuple[Console, Fleet]]:
    """The console with logs on the screen."""
    fleet = Fleet()
    fleet.refusal = refusal
    async with console(settings, size=size) as running:
        running.shell.live = cast("OpenedFleet", fleet)
        running.shell.go(PLACE)
        await running.quiet()
        yield running, fleet


def rows(running: Console) -> list[str]:
    """The rows of the log that have text, without time and name."""
    body = running.text().split("\n")[3:-1]
    return [row[20:] for row in body if row.strip()]


def view(running: Console) -> LogsView:
    found = running.shell.view
    assert isinstance(found, LogsView)
    return found


async def test_lines_come_and_the_newest_is_in_sight(
    still: Settings, size: tuple[int, int]
) -> None:  # fmt: skip
    async with looking(still, size) as (running, fleet):
        assert "opening the logs" in running.text()
        fleet.feed.say(*(f"line {number}" for number in range(200)))
        await running.quiet()
        text = running.text()
        assert "line 199" in text
        assert "line 0 " not in text
        assert "200 lines" in text
        assert "2 of 2 followed" in text
        await running.press("k")
        fleet.feed.say("one more")
        await running.quiet()
        assert "one more" not in running.text()
        assert "held here" in running.text() or size[0] == 80
        await running.press("s")
        assert "one more" in running.text()


async def test_a_filter_works_while_they_stream_and_says_its_mistakes(still: Settings) -> None:
    async with looking(still) as (running, fleet):
        fleet.feed.say("GET /a 200", "GET /b 500", "POST /a 200")
        await running.press("slash", "5", "0", "0")
        assert rows(running)[-1].strip() == "GET /b 500"
        fleet.feed.say("GET /c 200", "PUT /d 500")
        await running.quiet()
        assert "PUT /d 500" in running.text()
        assert "GET /c" not in running.text()
        await running.press("left_parenthesis")
        assert "not valid" in prompt(running)
        assert "PUT /d 500" in running.text(), "the last good filter holds"
        await running.press("backspace", "enter")
        assert "2 of 5 lines" in running.text()
        await running.press("o")
        assert "GET /c" in running.text()
        await running.press("n")
        assert "no more matches" in messages(running)[-1]
        await running.press("N")
        assert view(running).log_view.item is not None
        await running.press("escape")
        assert "5 lines" in running.text()
        await running.press("slash", *"!GET", "enter")
        assert "GET" not in "".join(rows(running))
        assert "POST" in running.text()


async def test_json_is_folded_and_unfolded(still: Settings) -> None:
    async with looking(still) as (running, fleet):
        text = '{"level":"error","msg":"no database","host":"db-0"}'
        fleet.feed.say("plain", text)
        await running.quiet()
        assert "ERROR no database  host=db-0" in running.text()
        await running.press("enter")
        assert '"host": "db-0"' in running.text()
        await running.press("enter", "v")
        assert text in running.text()
        await running.press("v", "z")
        assert "1 of 2 lines" in running.text()
        await running.press("k", "z")
        assert "2 lines" in running.text()


@pytest.mark.parametrize(
    ("key", "options", "said"),
    [
        ("0", LogOptions(), "newest 500"),
        ("1", LogOptions(tail=None, head=True), "oldest lines"),
        ("2", LogOptions(tail=None, since=60), "last 60 s"),
        ("3", LogOptions(tail=None, since=300), "last 5 m"),
        ("4", LogOptions(tail=None, since=900), "last 15 m"),
        ("5", LogOptions(tail=None, since=1800), "last 30 m"),
        ("6", LogOptions(tail=None, since=3600), "last 60 m"),
        ("b", LogOptions(previous=True), "of the run before"),
    ],
)
async def test_the_window_is_chosen_by_a_key(
    still: Settings, key: str, options: LogOptions, said: str
) -> None:
    async with looking(still, (120, 24)) as (running, fleet):
        fleet.feed.say("before")
        await running.press(key)
        assert fleet.asked[-1] == options
        assert fleet.feeds[0].closed
        fleet.feed.say("after")
        await running.quiet()
        assert said in running.text()
        assert "before" not in "".join(rows(running))
        assert running.shell.scope.names is None
        assert view(running)


async def test_marks_containers_times_wrap_and_colours(still: Settings) -> None:
    async with looking(still) as (running, fleet):
        source = LogSource("east", "shop", "web-1", "proxy")
        fleet.feed.sources[1] = SourceStatus(source, SourceState.FOLLOWING)
        fleet.feed.say(*(f"line {number} {'x' * 90} end" for number in range(6)))
        fleet.feed.say("red", colours=((0, "31"),))
        await running.quiet()
        assert "00:00.000" in running.text() or "08:00:05.000" in running.text()
        await running.press("d")
        assert "08:00:05.000" not in running.text()
        assert "end" not in running.text()
        await running.press("w")
        assert "end" in running.text()
        await running.press("k", "m", "k", "k", "n")
        item = view(running).log_view.item
        assert item is not None
        assert item.text.startswith("line 5")
        await running.press("a")
        assert "container app" in running.text()
        assert "line 1 " not in running.text()
        await running.press("a", "a", "C", "y")
        assert "copied the line" in messages(running)[-1]


async def test_sources_in_trouble_stand_above_the_lines(still: Settings) -> None:
    async with looking(still, (120, 24)) as (running, fleet):
        refused = SourceState.REFUSED
        lost = LogSource("west", "shop", "Deployment web", "")
        fleet.feed.sources.append(SourceStatus(lost, refused, "403 Forbidden [/bold]"))
        fleet.feed.say("line")
        await running.quiet()
        assert "⊘ refused  west: 403 Forbidden [/bold]" in running.text()
        assert "⊘ 1 refused" in running.text()
        assert "following" not in running.text()
        await running.press("i")
        assert "● following  east/web-0" in running.text()
        await running.press("escape")
        assert "● following" not in running.text()


async def test_lines_that_the_feed_let_go_are_gone_here_too(still: Settings) -> None:
    async with looking(still, (120, 24)) as (running, fleet):
        fleet.feed.say(*(f"line {number}" for number in range(100)))
        await running.quiet()
        await running.press("g")
        del fleet.feed.said[:60]
        fleet.feed.dropped = 60
        fleet.feed.say("newer")
        await running.quiet()
        assert view(running).log_view.items[0].number == 60
        assert "60 older dropped" in running.text()
        await running.press("G")
        assert "newer" in running.text()


async def test_what_cannot_be_followed_is_said_and_leaving_closes_the_feed(
    still: Settings,
) -> None:
    async with looking(still, refusal="no logs were recorded") as (running, fleet):
        assert "no logs were recorded" in running.text()
        fleet.refusal = ""
        await running.press("0")
        fleet.feed.say("now")
        await running.quiet()
        await running.press("escape")
        assert fleet.feed.closed
        assert isinstance(running.shell.view, TableView)


async def test_the_digits_of_panes_are_taken_over_here_alone(still: Settings) -> None:
    async with looking(still) as (running, _):
        await running.press("2", "0")
        assert running.shell.stacks.pane == "fleet"
        await running.press("question_mark")
        assert "run before" in running.text()
        await running.press("escape", "7")
        assert running.shell.stacks.pane == "checklist"
        await running.press("2")
        assert running.shell.stacks.pane == "mesh"


async def test_nothing_that_a_stranger_says_acts(still: Settings, size: tuple[int, int]) -> None:
    async with looking(still, size) as (running, fleet):
        fleet.feed.sources.append(
            SourceStatus(LogSource(*HOSTILE[:3], "c\x1b[2J"), SourceState.REFUSED, HOSTILE[2])
        )
        json = [f'{{"msg":"{text[:40]}","level":"{text[:9]}"}}' for text in HOSTILE]
        fleet.feed.say(*HOSTILE, *json, "[bold]x", colours=((0, "31"), (9999, "1;5m")))
        for keys in (("w",), ("v",), ("C",), ("i",), ("d",), ("k", "enter", "k", "m"), ("g",)):
            await running.press(*keys)
            for row in running.text().split("\n"):
                assert inert(row) == row


async def test_logs_are_saved_whole(still: Settings, tmp_path: Path) -> None:
    async with looking(still) as (running, fleet):
        fleet.feed.say("one", '{"msg":"two"}')
        await running.quiet()
        await running.press(":", *f"export {tmp_path / 'web.log'}", "enter")
        assert (tmp_path / "web.log").read_text() == (
            '2026-08-01T08:00:00.000Z web-0 one\n2026-08-01T08:00:01.000Z web-1 {"msg":"two"}\n'
        )


async def test_l_goes_right_where_there_are_no_logs_and_opens_services_in_all_clusters(
    still: Settings,
) -> None:
    async with console(still, size=(120, 40)) as running:
        fleet = Fleet()
        running.shell.live = cast("OpenedFleet", fleet)
        await running.press("2", "l", "l")
        assert matrix(running).main.has_focus
        assert not fleet.asked
        await running.press("3", *":services checkout", "enter", "l")
        view(running)
        assert len(fleet.targets[-1]) > 1
        assert {one.ref.kind for one in fleet.targets[-1]} == {"Service"}
        assert len({one.cluster for one in fleet.targets[-1]}) == len(fleet.targets[-1])


async def test_l_opens_the_logs_of_a_deployment_in_all_clusters_of_the_demo(
    live: Settings, fleet: EmbeddedFleet
) -> None:
    async with console(live, size=(200, 50)) as running:
        await read(running)
        await running.press(":", *"logs deploy shop/checkout", "enter")
        await running.until(lambda: "9 of 9 followed" in running.text())
        await running.until(lambda: "GET /" in running.text())
        text = running.text()
        for name in ("aws-use1-1", "gcp-eu-1", "aks-weu-1"):
            assert f"{name}/" in text
        assert "Deployment shop/checkout is not there" in text
        ats = [line.at for line in view(running).log_view.items]
        assert ats == sorted(ats)
        await running.press("Y")
        await running.until(lambda: "Pod" in running.text())
        await running.press("l")
        await running.until(lambda: "1 of 1 followed" in running.text())
    assert not any(cluster.writes for cluster in fleet.clusters.values())
