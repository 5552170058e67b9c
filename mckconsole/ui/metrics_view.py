"""A tunnel's round trips and traffic over time, as Prometheus remembers them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.message import Message

from mckconsole.domain.ranges import LinkSeries, MetricRange, Point
from mckconsole.domain.times import format_span
from mckconsole.ui.actions import Where
from mckconsole.ui.places import MetricsPlace
from mckconsole.ui.view import Desk, Format, PaneView
from mckconsole.views.detail import Span
from mckconsole.views.explain import stated
from mckconsole.views.mesh import find_link, link_role
from mckconsole.views.mesh_detail import link_object
from mckconsole.views.mesh_ranges import frozen_since, link_series, unmeasured
from mckconsole.views.spec import Role
from mckwidgets.plot import Plot, Series

if TYPE_CHECKING:
    from mckconsole.analysis.mesh.links import Link
    from mckconsole.store.opened import OpenedFleet
    from mckconsole.ui.frame import Frame

SPAN = 1800.0
"""Seconds that the plots look back."""
AGAIN = 15.0
"""Seconds between two rounds of questions while the view is on the screen."""
TITLES = {"latency": "round trip", "rx": "received", "tx": "sent"}
_PLOTS = (("latency",), ("rx", "tx"))
_ROLES = (Role.PLAIN, Role.CONNECTING, Role.STALE, Role.UNKNOWN)
"""Colours that judge nothing: that bytes flow does not say that a tunnel is well."""
FROZEN = "frozen: no ping is answered"
SPLIT_ROWS = 28
"""Rows of the view from which one is left blank between the plots."""


def rate_words(value: float) -> str:
    """Bytes per second, short."""
    for unit in ("B/s", "KB/s", "MB/s", "GB/s"):
        if abs(value) < 1000 or unit == "GB/s":
            return f"{value:.0f} {unit}" if unit == "B/s" else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError("the loop returns")


class MetricsView(PaneView):
    """Two plots, one above the other: round trips, and bytes received and sent."""

    DEFAULT_CSS = """
    MetricsView > Plot { height: 1fr; }
    """
    where = Where.PLOT

    class Answered(Message):
        """Prometheus answered, or said why not."""

        def __init__(self, ranges: Mapping[str, MetricRange]) -> None:
            super().__init__()
            self.ranges = ranges

    def __init__(self, desk: Desk, pane: str, place: MetricsPlace) -> None:
        super().__init__(desk, pane)
        self.subject = "mesh"
        self.place = place
        self.plots = [Plot() for _ in _PLOTS]
        self._name = place.id
        self._ranges: Mapping[str, MetricRange] = {}
        self._asked = "asking Prometheus …"
        self._link: Link | None = None
        """The link as it was last seen."""
        self._answer = False
        """Whether what is drawn is an answer, be it an empty one."""
        self._state: tuple[Span, ...] = ()
        self._frozen: float | None = None
        """From when on the round trips are a repeated last value; None while they are new."""

    def compose(self) -> ComposeResult:
        yield from self.plots

    @property
    def main(self) -> Plot:
        return self.plots[0]

    @property
    def crumb(self) -> str:
        return f"{self._name} metrics"

    @property
    def words(self) -> Sequence[Span]:
        return (*self._state, Span(self._asked, Role.DIM))

    def on_mount(self) -> None:
        """Ask now, and again as long as the view is there."""
        self._draw()
        self._ask()
        self.set_interval(AGAIN, self._ask_when_seen)

    def show(self, frame: Frame) -> None:
        link = find_link(frame.analysis, self.place.id)
        if link is None:
            return
        since, first = frozen_since(link), self._link is None
        self._name, self._link = f"{link.key.source} → {link.key.target}", link
        self._state = (stated(link_role(link), link.state.value), Span("  "))
        if first or self._frozen != since:
            self._frozen = since
            self._draw()  # the answer may have come before the link was known
        self.desk.refresh_words()

    def on_resize(self) -> None:
        """Plots stand apart where there is room."""
        self.plots[1].styles.margin = (int(self.size.height >= SPLIT_ROWS), 0, 0, 0)

    def ask_again(self) -> None:
        """Ask again."""
        self._ask()

    def do_copy_cell(self) -> None:
        """Copy the newest values."""
        lines = [f"{self._name} {name}: {newest(name, points)}" for name, points in self._lines()]
        if lines:
            self.desk.copy("\n".join(lines), "the newest values")

    def do_copy_all(self) -> None:
        """The YAML of the object that shows the tunnel."""
        frame = self.desk.frame
        if frame is not None:
            self.follow(link_object(frame.snapshot, frame.analysis, self.place.id))

    def exported(self, form: Format | None) -> tuple[str, str]:
        from mckconsole.report.export_series import export_series

        lines = ((f"{self._name} {name}", unit_of(name), points) for name, points in self._lines())
        return export_series(lines), "csv"

    def refuses(self, action: str) -> str:
        if action in ("copy.cell", "export.save") and not any(self._lines()):
            return "there are no values"
        frame = self.desk.frame
        if action == "copy.all" and not (
            frame and link_object(frame.snapshot, frame.analysis, self.place.id)
        ):
            return "no object shows this tunnel"
        return ""

    def _lines(self) -> Iterator[tuple[str, Sequence[Point]]]:
        """All lines of both plots that have a value, by name."""
        for name, found in self._ranges.items():
            for legend, points in found.series.items():
                if any(value is not None for _, value in points):
                    yield f"{TITLES[name]} {legend}".strip(), points

    def _ask_when_seen(self) -> None:
        if self.has_class("-shown") and not self.desk.paused:
            self._ask()

    def _ask(self) -> None:
        frame, live = self.desk.frame, self.desk.live
        series = link_series(frame.analysis, self.place.id) if frame else None
        if live is None or series is None:
            self._asked, self._answer = "this tunnel is no longer there", False
            self._draw()
            self.desk.refresh_words()
        else:
            self._fetch(live, series)

    @work(exclusive=True)
    async def _fetch(self, live: OpenedFleet, series: LinkSeries) -> None:
        self.post_message(self.Answered(await live.link_ranges(series, SPAN)))

    @on(Answered)
    def _answered(self, event: Answered) -> None:
        event.stop()
        self._ranges, self._answer = event.ranges, True
        self._draw()
        self._asked = "last 30 m"
        self.desk.refresh_words()

    def _draw(self) -> None:
        for plot, wanted in zip(self.plots, _PLOTS, strict=True):
            ranges = {name: self._ranges[name] for name in wanted if name in self._ranges}
            if ranges:
                draw(plot, ranges, self._frozen)
            else:
                title = " and ".join(TITLES[name] for name in wanted)
                known = self._link if self._answer else None
                why = unmeasured(known, title) if known else self._asked
                plot.set_series([], title=title, unit=format_span, start=0, end=0, note=why)


def unit_of(name: str) -> str:
    """What the values of the line with this name are in."""
    return "s" if name.startswith(TITLES["latency"]) else "B/s"


def newest(name: str, points: Sequence[Point]) -> str:
    """The last value in words."""
    value = next((value for _, value in reversed(points) if value is not None), None)
    words = format_span if unit_of(name) == "s" else rate_words
    return "–" if value is None else words(value)


def draw(plot: Plot, ranges: Mapping[str, MetricRange], frozen: float | None) -> None:
    """Put these answers into one plot; what is not there says why, what is frozen is dimmed."""
    many = len(ranges) > 1
    lines: list[tuple[str, Sequence[Point], bool]] = []
    for name, found in ranges.items():
        for legend, points in found.series.items():
            words = f"{TITLES[name]} {legend}".strip() if many else legend
            parts = thawed(points, frozen) if name == "latency" else ((points, False),)
            lines += [(words, part, old) for part, old in parts]
    both = {old for _, _, old in lines} == {True, False}
    notes = [f"{TITLES[name]}: {found.reason}" for name, found in ranges.items() if found.reason]
    title = " and ".join(TITLES[name] for name in ranges)
    any_range = next(iter(ranges.values()))
    plot.set_series(
        [
            Series(
                f"{words} {'frozen' if old else 'measured'}".strip() if both else words,
                Role.DIM if old else _ROLES[number % len(_ROLES)],
                points,
            )
            for number, (words, points, old) in enumerate(lines)
        ],
        title=f"{title}, {FROZEN}" if any(old for _, _, old in lines) else title,
        unit=format_span if "latency" in ranges else rate_words,
        start=any_range.start,
        end=any_range.end,
        note="; ".join(dict.fromkeys(notes)),
    )


def thawed(
    points: Sequence[Point], frozen: float | None
) -> Iterator[tuple[Sequence[Point], bool]]:  # fmt: skip
    """Points up to a time, then those from it on, which are frozen; no part is empty of values."""
    split = [(points, False)]
    if frozen is not None:
        early = [point for point in points if point[0] < frozen]
        split = [(early, False), (points[len(early) :], True)]
    for part, old in split:
        if any(value is not None for _, value in part) or len(split) == 1:
            yield part, old
