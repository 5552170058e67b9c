"""The resources pane: objects of any kind, of all clusters in one table.

Clusters are asked only while somebody looks: leaving the table ends it. The rows come from
`views.resources_rows`; this module says what is looked at, and when.
"""

from __future__ import annotations

import time
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.timer import Timer

from mckconsole.ui.known_kinds import KnownKinds
from mckconsole.ui.object_table import ObjectTable
from mckconsole.ui.resources_look import KEPT, WITH_ROWS, Look, filter_problem, make_look
from mckconsole.ui.view import Desk
from mckconsole.views.detail import InspectTarget
from mckconsole.views.explain import count
from mckconsole.views.resources_ask import Asked
from mckconsole.views.resources_kinds import resolve, unknown_kind
from mckconsole.views.resources_state import state_lines, why_empty
from mckconsole.views.spec import PaneSpec, Role
from mckwidgets.linepaint import TextSpan
from mckwidgets.notes import Notes, note_rows

if TYPE_CHECKING:
    from mckconsole.domain.resources import Query, ResourceTable
    from mckconsole.store.opened import Browsing, OpenedFleet
    from mckconsole.ui.frame import Frame
    from mckconsole.views.detail import Line
    from mckconsole.views.resources_rows import Looked
    from mckwidgets.contracts import SpanLike

SOON = 0.05
"""Seconds between two looks at what came, where a look is quick."""
SHARE = 4.0
"""For so many times as long as a look took, no other is taken after it."""
LONGEST_REST = 2.0
"""But no longer than so many seconds."""
AGEING = 1.0
"""Seconds after which ages are told anew."""
START = Asked("pods")
"""What is looked at before anybody asked: what most come for."""
NOTE_ROWS = 3
"""Lines above the table at most."""


class ResourcesTable(ObjectTable):
    """A row is an object."""

    DEFAULT_CSS = """
    ResourcesTable > Notes { height: 0; }
    """
    none_words = "nothing that is not well"

    def __init__(self, desk: Desk, spec: PaneSpec) -> None:
        super().__init__(desk, spec)
        self.kinds = KnownKinds(self._start, self._kinds_came)
        self.notes = Notes()
        self.looks: list[Look] = []
        """What was looked at; the last is what is."""
        self._wanted: Asked | None = None
        """A question whose kind nobody knows yet."""
        self._browsing: Browsing | None = None
        self._browsed: tuple[Query, tuple[str, ...], OpenedFleet] | None = None
        self._refused = ""
        """Why nothing can be asked."""
        self._due: Timer | None = None
        self._note_rows = 0
        self._rest = 0.0
        """Seconds between two looks now."""

    def compose(self) -> ComposeResult:
        yield self.notes
        yield from super().compose()

    def on_mount(self) -> None:
        """Ages grow without anybody saying so."""
        self.set_interval(AGEING, self._look_soon)

    def on_hide(self) -> None:
        """Nobody looks at it any more."""
        self._close()

    def on_unmount(self) -> None:
        """It is over."""
        self._close()

    # What is asked.

    @property
    def look(self) -> Look | None:
        """What is looked at; None before anything was asked."""
        return self.looks[-1] if self.looks else None

    def ask(self, asked: Asked) -> str:
        """Look at this from now on; returns what is wrong with it, and then nothing changes.

        A kind that is not known yet is looked for, and shown when it is found.
        """
        live, names = self.desk.live, self.clusters
        if live is None:
            return "the kubeconfig is not read yet"
        self.kinds.ask(live, names)
        known = self.kinds.of(names)
        found = resolve(asked.word, known)
        if found is None and self.kinds.settled(names):
            return unknown_kind(asked.word, known, self.kinds.unknown(names))
        self._wanted = None
        if found is None:
            self._wanted = asked
            self._leave()
            self._show_nothing(f"asking {count(len(names), 'cluster')} for a kind {asked.word} …")
            return ""
        if problem := filter_problem(asked, found.kind, self.spec.columns):
            return problem
        self._take(make_look(asked, found.kind, found.others))
        return ""

    def before(self) -> bool:
        """Back to what was looked at before; False where there was nothing."""
        if len(self.looks) < 2:
            return False
        self._leave()
        self.looks[-2:] = reversed(self.looks[-2:])
        self._begin()
        return True

    def _take(self, look: Look) -> None:
        self._leave()
        again = next((one for one in self.looks if one.asked == look.asked), None)
        if again is not None:
            self.looks.remove(again)
        self.looks.append(again or look)
        del self.looks[:-KEPT]
        for one in self.looks[:-WITH_ROWS]:
            one.forget()
        self._begin()

    def _leave(self) -> None:
        """Note how what is looked at is left."""
        look = self.look
        if look is not None and not look.pending:
            look.filter, look.sort = self.filter_text, self.grid.sort
            look.problems, look.wide = self.problems_only, self.wide
            look.cursor, look.pending = self.grid.cursor_key, True

    def _begin(self) -> None:
        """Show nothing of what was there, and ask."""
        look = self.looks[-1]
        words = f"asking {count(len(self.clusters), 'cluster')} for {look.crumb} …"
        self._show_nothing("the display is frozen; p goes on" if self.desk.paused else words)
        self._sync()

    def _show_nothing(self, words: str) -> None:
        self._close()
        self.filter, self.problems_only = None, False
        self.grid.clear_marks()
        self.grid.set_filter(None)
        self.grid.sort_by(None)
        self.grid.set_rows(())
        self._why_empty = self.grid.empty = words
        self._tell_notes(())
        self.desk.refresh_words()

    # Kinds that are looked for.

    def _start(self, work: Coroutine[Any, Any, None]) -> object:
        return self.run_worker(work, group="kinds", exit_on_error=False)

    def _kinds_came(self) -> None:
        if not self.is_mounted:
            return
        asked, look = self._wanted, self.look
        if asked is None:
            if look is not None:
                look.others = self._others(look)
                self._look_soon()
            return
        problem = self.ask(asked)
        if problem:
            self._wanted = None
            self._show_nothing(problem)

    def _others(self, look: Look) -> tuple[str, ...]:
        """What the word of a look may mean besides, by what is known of the clusters by now."""
        found = resolve(look.asked.word, self.kinds.of(self.clusters))
        names = (found.kind.name, *found.others) if found is not None else ()
        return tuple(name for name in names if name != look.kind.name)

    # What came.

    def show(self, frame: Frame) -> None:
        self._sync()
        if self.look is None and self._wanted is None:
            self._why_empty = self.spec.empty(frame.snapshot, frame.analysis)
            self.grid.empty = self._why_empty
            if self.has_class("-shown"):
                self.ask(START)
        self._look_soon()
        self.desk.refresh_words()

    def _sync(self) -> None:
        """Have that asked which is looked at, of the clusters in scope."""
        look, live = self.look, self.desk.live
        if look is None or live is None or self._wanted is not None or not self.has_class("-shown"):
            return
        wanted = (look.query(self.desk.namespace), self.clusters, live)
        if wanted == self._browsed:
            return
        from mckconsole.sources.errors import SourceError

        before = self._browsing
        try:
            self._browsing = live.browse(wanted[0], wanted[1], self._look_soon)
            self._refused = ""
        except SourceError as error:
            self._browsing, self._refused = None, str(error)
        self._browsed = wanted
        if before is not None:
            before.close()
        self._look_soon()

    def _close(self) -> None:
        if self._browsing is not None:
            self._browsing.close()
        self._browsing = self._browsed = None

    def _look_soon(self) -> None:
        """Look at what came, a little later: more may come, and keys are answered first."""
        if self._due is None and self.is_mounted and not self.desk.paused:
            self._due = self.set_timer(max(SOON, self._rest), self._look)

    def _look(self) -> None:
        self._due = None
        look, frame = self.look, self.desk.frame
        if look is None or frame is None or self._wanted is not None or self.desk.paused:
            return
        if self._browsing is None:
            if self._refused:
                self._show_nothing(self._refused)
            return
        from mckconsole.ui.frame import now_of  # is there already: a frame is shown

        began = time.perf_counter()
        tables = self._browsing.tables
        kind = look.board.kind or look.kind
        found = look.found.on(frame.analysis.findings, frame.analysis.waived, kind)
        self._put(look, look.board.look(tables, found, now_of(frame), whole=look.pending))
        self._why_empty = self._no_objects(look, tables)
        self._say_why_empty()
        self._tell_notes(state_lines(tables, look.others, look.asked.word))
        self._rest = min((time.perf_counter() - began) * SHARE, LONGEST_REST)
        self.desk.refresh_words()

    def _put(self, look: Look, looked: Looked) -> None:
        if look.pending or looked.columns != self.columns:
            self.columns = looked.columns
            self.grid.set_columns(looked.columns)
        if looked.changed is None:
            self.grid.set_rows(looked.rows)
        elif looked.changed:
            self.grid.update_rows(looked.changed)
        if look.pending and look.board.objects:
            self._restore(look)

    def _restore(self, look: Look) -> None:
        """Show it as it was left, now that its columns are known."""
        look.pending = False
        self.problems_only, self.wide = look.problems, look.wide
        self.grid.set_wide(look.wide)
        column, reverse = look.sort
        if column is not None and any(one.id == column for one in self.columns):
            self.grid.sort_by(column, reverse=reverse)
        if problem := self.filter_by(look.filter):
            self.desk.tell(problem, trouble=True)
        if look.cursor is not None:
            self.grid.move_to(look.cursor)

    def _no_objects(self, look: Look, tables: Mapping[str, ResourceTable]) -> str:
        if not tables:
            return f"no cluster in the scope {self.desk.scope.words}; 0 shows all clusters again"
        return why_empty(tables, look.kind.plural, look.asked.narrowed)

    def _tell_notes(self, lines: Sequence[Line]) -> None:
        most = NOTE_ROWS if self.size.height > 20 else 1
        rows = len(note_rows(lines, self.size.width, most))
        if self._note_rows != rows:
            self._note_rows = rows
            self.notes.styles.height = rows
        self.notes.set_lines(lines[:most])

    # What is said around it, and where its rows lead.

    @property
    def crumb(self) -> str:
        if self._wanted is not None:
            return self._wanted.word
        return self.look.crumb if self.look is not None else self.spec.name

    @property
    def heading(self) -> str:
        """What an export is called."""
        return self.look.crumb if self.look is not None else self.spec.title

    @property
    def words(self) -> Sequence[SpanLike]:
        """As of every table, and what it costs the clusters."""
        if self.look is None:
            return ()
        parts = list(super().words)
        live = self.desk.live
        most = max((live.load.get(name, 0.0) for name in self.clusters), default=0.0) if live else 0
        if self._browsing is not None and parts and not self.desk.settings.replay:
            parts.append(TextSpan(f" · ≤ {most:.1f} requests/s per cluster", Role.DIM))
        return parts

    @property
    def counted(self) -> str:
        """How many objects are shown of how many; rows that tell how a cluster is are none."""
        board = self.look.board if self.look is not None else None
        objects = board.objects if board is not None else 0
        besides = self.grid.total - objects
        if self.filter is None and not self.problems_only:
            return f"{objects:,} of {objects:,}"
        hidden = sum(self._is_state(row.id) for row in self.grid.visible_rows()) if besides else 0
        return f"{self.grid.shown - hidden:,} of {objects:,}"

    def _is_state(self, row_id: str) -> bool:
        return self.look is None or self.look.board.object(row_id) is None

    def object_of(self, row_id: str) -> InspectTarget | None:
        """The object that a row stands for; None for a row that says how a cluster is."""
        found = self.look.board.object(row_id) if self.look is not None else None
        return InspectTarget(*found) if found is not None else None
