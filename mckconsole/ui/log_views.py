"""Logs on the screen: lines of all sources as they come, filtered, marked, unfolded.

The feed is opened when the view comes and closed when it goes. What a line looks like is for
`views.logs` to say, and only lines in sight are asked for.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.message import Message

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.logs import LogLine, LogOptions, LogSource
from mckconsole.sources.errors import SourceError
from mckconsole.ui.actions import Where
from mckconsole.ui.log_sources import SourceStrip
from mckconsole.ui.places import LogsPlace
from mckconsole.ui.view import Desk, Format, PaneView
from mckconsole.views.detail import InspectTarget, Span
from mckconsole.views.log_sources import names_width, short_names, source_colours
from mckconsole.views.logs import (
    LogLook,
    LogSpan,
    Pattern,
    folded,
    is_problem,
    log_row,
    log_text,
    window_words,
)
from mckconsole.views.spec import Role
from mckwidgets.log import LogView
from mckwidgets.log_rows import LogEntry, LogPiece
from mckwidgets.safe_text import inert

if TYPE_CHECKING:
    from mckconsole.store.opened import LogFeed
    from mckconsole.ui.frame import Frame
    from mckconsole.views.timeline_focus import Focus
    from mckwidgets.contracts import SpanLike

NEWEST = LogOptions()
_NUMBER = attrgetter("number")


class LogsView(PaneView):
    """The logs of some targets."""

    where = Where.LOG

    class News(Message):
        """There are new lines, or sources stand otherwise."""

    def __init__(self, desk: Desk, pane: str, place: LogsPlace) -> None:
        super().__init__(desk, pane)
        self.subject = ""
        self.place = place
        self.log_view: LogView[LogLine] = LogView(self._entry, empty="opening the logs …")
        self.strip = SourceStrip()
        self.options = NEWEST
        self.pattern: Pattern | None = None
        self.around = self.problems_only = False
        self.container = ""
        """The only container whose lines are shown; empty is all."""
        self._look = LogLook(())
        self._feed: LogFeed | None = None
        self._seen = -1
        self._first: int | None = None
        """Number of the feed's first line."""
        self._sources: list[LogSource] = []
        self._marks: set[int] = set()
        self._unfolded: set[int] = set()
        self._before_prompt: Pattern | None = None
        self._told = False

    def compose(self) -> ComposeResult:
        yield self.strip
        yield self.log_view

    @property
    def main(self) -> LogView[LogLine]:
        return self.log_view

    @property
    def crumb(self) -> str:
        targets = self.place.targets
        names = {one.ref.name for one in targets}
        if len(names) != 1:
            return f"logs of {len(targets)}"
        clusters = {one.cluster for one in targets}
        where = clusters.pop() if len(clusters) == 1 else f"{len(clusters)} clusters"
        return f"logs {names.pop()} in {where}"

    def timeline_focus(self) -> Focus | None:
        from mckconsole.views.timeline_focus import Focus

        targets = self.place.targets
        clusters = tuple(dict.fromkeys(one.cluster for one in targets))
        objects = tuple(dict.fromkeys(one.ref for one in targets))
        title = f"{objects[0]} in {clusters[0]}" if len(targets) == 1 else self.crumb
        return Focus(title, clusters, objects) if targets else None

    def show(self, frame: Frame) -> None:
        """Frames change nothing here: lines come by the feed."""

    # The feed.

    def on_mount(self) -> None:
        """Open the feed."""
        self.open_feed(self.options)

    def on_unmount(self) -> None:
        """Close it."""
        self._close()

    def _close(self) -> None:
        if self._feed is not None:
            self._feed.close()
            self._feed = None

    def open_feed(self, options: LogOptions) -> None:
        """Read from elsewhere on; what was there is gone from the screen."""
        self._close()
        self.options, self._seen, self._first = options, -1, None
        self._sources, self._look = [], replace(self._look, names=(), colours=(), width=0)
        self._marks.clear()
        self._unfolded.clear()
        self.log_view.replace(())
        self.log_view.follow = not options.head
        self.log_view.empty = "opening the logs …"
        live = self.desk.live
        if live is None:
            self.log_view.empty = "the fleet is not read yet"
            return
        try:
            self._feed = live.follow_logs(self.place.targets, options, self._heard)
        except SourceError as error:
            self.log_view.empty = str(error)
        self.desk.refresh_words()

    def _heard(self) -> None:
        """Called by the feed; what follows of it is done when all before it is done."""
        if not self._told and self.is_attached:
            self._told = True
            self.post_message(self.News())

    @on(News)
    def _news(self, event: News) -> None:
        event.stop()
        self._told = False
        feed = self._feed
        if feed is None:
            return
        self._arrange(feed)
        lines = feed.lines(self._seen)
        if lines:
            if self._first is None:
                self._first = lines[0].number - feed.dropped
            self._seen = lines[-1].number
            self._drop(self._first + feed.dropped)
            self.log_view.extend(filter(self._shown, lines))
        self._say_why_empty(feed)
        self.desk.refresh_words()

    def _drop(self, first: int) -> None:
        """Let go of the lines that the feed has no more."""
        items = self.log_view.items
        if items and items[0].number < first:
            self.log_view.drop(bisect_left(items, first, key=_NUMBER))
            self._marks = {one for one in self._marks if one >= first}
            self._unfolded = {one for one in self._unfolded if one >= first}

    def _arrange(self, feed: LogFeed) -> None:
        """Names and colours, where sources came; and how they stand."""
        statuses = feed.sources
        if len(statuses) != len(self._sources):
            self._sources = [one.source for one in statuses]
            names = short_names(self._sources)
            self._look = replace(
                self._look,
                names=names,
                colours=source_colours(self._sources),
                width=names_width(self._sources, names),
            )
            self.log_view.again()
        self.strip.set_sources(statuses, self._look)

    def _say_why_empty(self, feed: LogFeed) -> None:
        if self._seen < 0:
            words = "no line yet"
            if not feed.sources:
                words = "looking for the containers …"
            elif self.options.since is not None:
                words = f"nothing was said in the {window_words(self.options)}; 0 shows the newest"
            self.log_view.empty = words
        elif self.pattern is not None:
            self.log_view.empty = f"no line matches {self.pattern.text}; esc clears the filter"
        else:
            self.log_view.empty = "no line like this; z and a show all again"

    # What is shown.

    def _shown(self, line: LogLine) -> bool:
        if line.ours:
            return True
        if self.container and self._sources[line.source].container != self.container:
            return False
        if self.problems_only and not is_problem(line):
            return False
        pattern = self.pattern
        return pattern is None or self.around or pattern.matches(line.text)

    def _entry(self, line: LogLine) -> LogEntry:
        row = log_row(line, self._look, unfolded=line.number in self._unfolded)
        return LogEntry(
            _pieces(row.head),
            _pieces(row.text),
            [_pieces(spans) for spans in row.more],
            "mark" if line.number in self._marks else "",
        )

    def _again(self) -> None:
        """Look through all lines anew; the cursor stays on its line, or on the next one left."""
        feed, item = self._feed, self.log_view.item
        if feed is not None:
            lines = [line for line in feed.lines() if line.number <= self._seen]
            shown = [line for line in lines if self._shown(line)]
            place = bisect_left(shown, item.number, key=_NUMBER) if item else None
            self.log_view.replace(shown, cursor=place)
            self._say_why_empty(feed)
        self.log_view.light(self.pattern.light if self.pattern else None)
        self.desk.refresh_words()

    @property
    def words(self) -> Sequence[SpanLike]:
        """`1,204 of 2,000 lines · /error · 9 of 12 followed · newest 500`."""
        feed = self._feed
        if feed is None:
            return ()
        shown = len(self.log_view.items)
        total = 0 if self._first is None else self._seen + 1 - self._first - feed.dropped
        count = f"{shown:,} lines" if shown == total else f"{shown:,} of {total:,} lines"
        parts = [Span(count)]
        if self.pattern is not None:
            parts.append(Span(f" · /{self.pattern.text[:40]}", Role.WARN))
        if self.around and self.pattern is not None:
            parts.append(Span(" lit", Role.WARN))
        if self.problems_only:
            parts.append(Span(" · only problems", Role.WARN))
        if self.container:
            parts.append(Span(f" · container {self.container}", Role.WARN))
        if self._marks:
            parts.append(Span(f" · {len(self._marks)} marked", Role.CONNECTING))
        if not self.log_view.follow:
            parts.append(Span(" · held here (s)", Role.STALE))
        parts += self.strip.summary
        parts.append(Span(f" · {window_words(self.options)}", Role.DIM))
        if feed.dropped:
            parts.append(Span(f" · {feed.dropped:,} older dropped", Role.DIM))
        return parts

    # The prompt.

    def typed(self, sign: str, text: str) -> str:
        try:
            self.pattern = Pattern(text) if text and text != "!" else None
        except ValueError as error:
            return str(error)
        self._again()
        return ""

    def entered(self, sign: str, text: str) -> str:
        return self.typed(sign, text)

    def left(self, sign: str) -> None:
        self.pattern = self._before_prompt
        self._again()

    def back(self) -> bool:
        if self.pattern is not None:
            self.pattern, self.around = None, False
            self._again()
        elif self.problems_only:
            self.do_view_problems()
        elif self.container:
            self.container = ""
            self._again()
        elif self.strip.everything:
            self.do_logs_sources()
        else:
            return False
        return True

    # Actions.

    def do_filter_open(self) -> None:
        """Type a regex; `!` before it turns it round."""
        self._before_prompt = self.pattern
        self.desk.ask("/", self.pattern.text if self.pattern else "")

    def do_view_problems(self) -> None:
        """Only warnings and worse, or all lines again."""
        self.problems_only = not self.problems_only
        self._again()

    def do_logs_follow(self) -> None:
        """Keep the newest line in sight, or stay."""
        self.log_view.follow = not self.log_view.follow

    def do_logs_wrap(self) -> None:
        """Break long lines, or not."""
        self.log_view.wrap = not self.log_view.wrap

    def do_logs_times(self) -> None:
        """Times, or none."""
        self._show_as(times=not self._look.times)

    def do_logs_raw(self) -> None:
        """JSON as it is, or folded."""
        self._show_as(raw=not self._look.raw)

    def do_logs_colours(self) -> None:
        """Programs' colours, or ours."""
        self._show_as(sgr=not self._look.sgr)

    def _show_as(self, **changes: bool) -> None:
        self._look = replace(self._look, **changes)  # type: ignore[arg-type]
        self.log_view.again()

    def do_logs_previous(self) -> None:
        """The runs before this one, or this one."""
        self.open_feed(NEWEST if self.options.previous else LogOptions(previous=True))

    def do_logs_containers(self) -> None:
        """Only the lines of the next container, or of all again."""
        names = list(dict.fromkeys(one.container for one in self._sources if one.container))
        choices = ["", *names]
        at = choices.index(self.container) if self.container in choices else 0
        self.container = choices[(at + 1) % len(choices)]
        self._again()

    def do_logs_sources(self) -> None:
        """All sources and how they stand, or only those in trouble."""
        self.strip.everything = not self.strip.everything

    def do_logs_around(self) -> None:
        """All lines with the matches lit, or only the lines that match."""
        self.around = not self.around
        self._again()

    def do_logs_mark(self) -> None:
        """Mark the line, or not any more."""
        item = self.log_view.item
        if item is not None:
            self._marks ^= {item.number}
            self.log_view.again()
            self.desk.refresh_words()

    def do_logs_next(self) -> None:
        """To the next mark or match."""
        self._seek(1)

    def do_logs_before(self) -> None:
        """To the one before."""
        self._seek(-1)

    def _seek(self, step: int) -> None:
        items, pattern = self.log_view.items, self.pattern if self.around else None
        index = self.log_view.cursor + step
        while 0 <= index < len(items):
            line = items[index]
            if line.number in self._marks or (pattern and pattern.matches(line.text)):
                self.log_view.go(index)
                return
            index += step
        self.desk.tell("no more marks there" if pattern is None else "no more matches there")

    def do_logs_tail(self) -> None:
        """The newest lines."""
        self.open_feed(NEWEST)

    def do_logs_head(self) -> None:
        """The oldest lines."""
        self.open_feed(LogOptions(tail=None, head=True))

    def do_logs_minute(self) -> None:
        """From a minute ago on."""
        self._open_since(60)

    def do_logs_five(self) -> None:
        """From five minutes ago on."""
        self._open_since(300)

    def do_logs_quarter(self) -> None:
        """From a quarter of an hour ago on."""
        self._open_since(900)

    def do_logs_half(self) -> None:
        """From half an hour ago on."""
        self._open_since(1800)

    def do_logs_hour(self) -> None:
        """From an hour ago on."""
        self._open_since(3600)

    def _open_since(self, seconds: float) -> None:
        self.open_feed(LogOptions(tail=None, since=seconds))

    def do_copy_cell(self) -> None:
        """Copy the line as it came."""
        item = self.log_view.item
        if item is not None:
            self.desk.copy(item.text, "the line")

    def do_copy_all(self) -> None:
        """The pod that said it."""
        item = self.log_view.item
        if item is not None and item.source < len(self._sources):
            said = self._sources[item.source]
            ref = ObjectRef("v1", "Pod", said.namespace, said.pod)
            self.desk.go(InspectTarget(said.cluster, ref))

    def exported(self, form: Format | None) -> tuple[str, str]:
        text = "".join(log_text(line, self._look) for line in self.log_view.items)
        return text, "log"

    def refuses(self, action: str) -> str:
        nothing = self.log_view.item is None
        if nothing and action in ("copy.cell", "copy.all", "logs.mark", "export.save"):
            return "there is no line"
        if action == "logs.around" and self.pattern is None:
            return "nothing is filtered; / filters"
        if action == "open" and (nothing or not folded(self._item_text).message):
            return "only JSON lines can be unfolded"
        return ""

    @property
    def _item_text(self) -> str:
        item = self.log_view.item
        return item.text if item is not None and not item.ours else ""

    @on(LogView.Opened)
    def _open_line(self, event: LogView.Opened) -> None:
        event.stop()
        item = self.log_view.item
        if item is not None:
            self._unfolded ^= {item.number}
            self.log_view.follow = False
            self.log_view.again()

    @on(LogView.Moved)
    def _moved(self, event: LogView.Moved) -> None:
        event.stop()
        self.desk.refresh_words()


def _pieces(spans: Sequence[LogSpan]) -> list[LogPiece]:
    """Words of a stranger, made inert once more before they are painted."""
    return [LogPiece(inert(span.text), span.look, span.sgr) for span in spans]
