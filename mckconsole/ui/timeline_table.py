"""The timeline's table: how far back it looks, what it is narrowed to, what its rows open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult

from mckconsole.domain.logs import LogTarget
from mckconsole.ui.table_view import TableView
from mckconsole.ui.view import Desk, Format
from mckconsole.views.detail import ClusterTarget, HappeningTarget, ObjectTarget
from mckconsole.views.spec import Column, PaneSpec, Role, Row
from mckconsole.views.timeline_focus import NO_FOCUS, Focus, focus_of_entry, narrowed
from mckconsole.views.timeline_window import (
    WindowError,
    looks_like_window,
    next_window,
    parse_window,
    window_words,
)
from mckwidgets.grid import Grid
from mckwidgets.linepaint import TextSpan
from mckwidgets.notes import Notes, note_rows

if TYPE_CHECKING:
    from mckconsole.analysis.timeline.model import Entry
    from mckconsole.ui.frame import Frame
    from mckconsole.ui.places import Place
    from mckwidgets.contracts import SpanLike

HAVE_LOGS = frozenset(
    ("Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob")
)
"""Kinds of objects that are pods or have them."""
NOTE_ROWS = 2
"""Lines above the rows at most."""
_OF_ROW = ("timeline.detail",)


class TimelineTable(TableView):
    """A row is something that happened."""

    DEFAULT_CSS = """
    TimelineTable > Notes { height: 0; }
    """
    own_order = "latest first"
    none_words = "nothing that is not well happened"

    def __init__(self, desk: Desk, spec: PaneSpec) -> None:
        super().__init__(desk, spec)
        self.window: float | None = None
        """Seconds that are looked back; None is everything that is kept."""
        self.narrowed_to: Focus = NO_FOCUS
        """What it is narrowed to."""
        self.notes = Notes()
        self._note_rows = 0
        self.following = False
        """Whether the cursor stays on the newest."""

    def compose(self) -> ComposeResult:
        yield self.notes
        yield from super().compose()

    def on_resize(self) -> None:
        super().on_resize()
        if self.desk.frame is not None:
            self._tell_notes(self.desk.frame)

    def table(self, frame: Frame) -> tuple[Sequence[Column], Sequence[Row]]:
        columns, rows = super().table(frame)
        if self.window is None and self.narrowed_to == NO_FOCUS:
            return columns, rows
        since = None if self.window is None else frame.snapshot.taken_at - self.window
        holds = narrowed(frame.analysis.timeline.entries, self.narrowed_to, since)
        return columns, [row for row in rows if holds(row.id)]

    def show(self, frame: Frame) -> None:
        self._tell_notes(frame)
        super().show(frame)
        if self.following:
            self.grid.action_cursor_top()

    def _tell_notes(self, frame: Frame) -> None:
        """What is not known, above the rows."""
        from mckconsole.views.timeline import caveat_lines

        scope, near = self.desk.scope, self.narrowed_to.clusters
        lines = caveat_lines(
            frame.analysis.timeline,
            frame.snapshot.clusters,
            lambda name: scope.holds(name) and (not near or name in near),
        )
        rows = len(note_rows(lines, self.size.width, NOTE_ROWS))
        if self._note_rows != rows:
            self._note_rows = rows
            self.notes.styles.height = rows
        self.notes.set_lines(lines[:NOTE_ROWS])

    def _no_rows(self, frame: Frame) -> str:
        if self.narrowed_to != NO_FOCUS:
            return f"nothing is known to have happened to {self.narrowed_to.title}; esc shows all"
        if self.window is not None and frame.rows[self.pane]:
            return f"nothing in the {window_words(self.window)}; > looks further back"
        return super()._no_rows(frame)

    @property
    def words(self) -> Sequence[SpanLike]:
        """With how far back it looks, and what it is narrowed to."""
        parts = list(super().words)
        told = []
        if self.narrowed_to != NO_FOCUS:
            told.append(TextSpan(f" · about {self.narrowed_to.title} (esc)", Role.WARN))
        if self.window is not None:
            told.append(TextSpan(f" · {window_words(self.window)}", Role.WARN))
        if self.following:
            told.append(TextSpan(" · following", Role.CONNECTING))
        return (*parts[:1], *told, *parts[1:]) if parts else ()

    # What a row opens.

    def entry(self, row_id: str) -> Entry | None:
        """What happened."""
        from mckconsole.views.timeline import find_entry

        frame = self.desk.frame
        return find_entry(frame.analysis, row_id) if frame else None

    def place(self, row_id: str) -> Place:
        from mckconsole.views.timeline import target_of

        entry = self.entry(row_id)
        target = target_of(entry) if entry else None
        if target is None or (isinstance(target, ClusterTarget) and not target.name):
            return HappeningTarget(row_id)
        return target

    def behind(self, row_id: str) -> ObjectTarget | None:
        entry = self.entry(row_id)
        if entry is None or entry.object is None or not entry.cluster:
            return None
        return ObjectTarget(entry.cluster, entry.object)

    def log_targets(self) -> tuple[LogTarget, ...]:
        """Where the logs of what the row is about come from; nothing where it has none."""
        behind = self.behind(self.row.id) if self.row is not None else None
        if behind is None or behind.ref.kind not in HAVE_LOGS:
            return ()
        return (LogTarget(behind.cluster, behind.ref),)

    def timeline_focus(self) -> Focus | None:
        entry = self.entry(self.row.id) if self.row is not None else None
        return focus_of_entry(entry) if entry else None

    # What is looked at.

    def narrow(self, focus: Focus) -> None:
        """Show only what is about this."""
        self.narrowed_to = focus
        self._again()

    def look_back(self, seconds: float | None) -> None:
        """Show what happened in the last `seconds`; None shows everything."""
        self.window = seconds
        self._again()

    def _again(self) -> None:
        if self.desk.frame is not None:
            self.show(self.desk.frame)
        self.desk.refresh_words()

    def asked(self, text: str) -> str:
        """`30m`, and what follows filters; without a span of time all of it does."""
        word, _, rest = text.strip().partition(" ")
        if not looks_like_window(word):
            return self.filter_by(text)
        try:
            seconds = parse_window(word)
        except WindowError as error:
            return str(error)
        problem = self.filter_by(rest.strip())
        if not problem:
            self.look_back(seconds)
        return problem

    def back(self) -> bool:
        if super().back():
            return True
        if self.narrowed_to != NO_FOCUS:
            self.narrow(NO_FOCUS)
        elif self.window is not None:
            self.look_back(None)
        else:
            return False
        return True

    # Actions.

    def do_timeline_shorter(self) -> None:
        """Look less far back."""
        self.look_back(next_window(self.window, -1))

    def do_timeline_longer(self) -> None:
        """Look further back."""
        self.look_back(next_window(self.window, 1))

    def do_timeline_follow(self) -> None:
        """Stay on the newest, until the cursor is moved."""
        self.following = not self.following
        if self.following:
            self.grid.action_cursor_top()
        self.desk.refresh_words()

    def do_timeline_detail(self) -> None:
        """What is known of the entry, and what else happened around it."""
        if self.row is not None:
            self.desk.go(HappeningTarget(self.row.id))

    def exported(self, form: Format | None) -> tuple[str, str]:
        frame = self.desk.frame
        if form not in (None, "md") or frame is None:
            return super().exported(form)
        from mckconsole.report.timeline_markdown import render_timeline

        chosen = {row.id for row in self._chosen()}
        report = frame.analysis.timeline
        entries = [one for one in report.entries if one.id in chosen]
        if not entries:
            return "", "md"
        at = frame.snapshot.taken_at
        return render_timeline(entries, report, at=at, terms=self._terms()), "md"

    def _terms(self) -> list[str]:
        """By what the rows were chosen."""
        terms = [f"scope {self.desk.scope.words}"]
        terms += [f"namespace {self.desk.namespace}"] if self.desk.namespace else []
        terms += [f"about {self.narrowed_to.title}"] if self.narrowed_to != NO_FOCUS else []
        terms += [window_words(self.window)] if self.window is not None else []
        terms += [f"filter {self.filter_text}"] if self.filter_text else []
        return terms + (["only problems"] if self.problems_only else [])

    def refuses(self, action: str) -> str:
        if self.row is None and action in _OF_ROW:
            return "there is no row"
        if action == "timeline.longer" and self.window is None:
            return "everything that is kept is shown"
        return super().refuses(action)

    @on(Grid.Highlighted)
    def _left_the_newest(self) -> None:
        """Whoever moves the cursor away wants to stay there."""
        rows = self.grid.visible_rows() if self.following else ()
        if rows and self.grid.cursor_key != rows[0].id:
            self.following = False
            self.desk.refresh_words()
