"""A table below a pane whose rows are read when it opens and when somebody asks again.

What was asked is shown until the next answer; how it stands is said above the rows. It never awaits
the network in the widget: a worker posts the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.message import Message

from mckconsole.domain.text import shorten
from mckconsole.ui.table_view import MAX_FILTER, TableView
from mckconsole.ui.view import Desk
from mckconsole.views.detail import Line, Span
from mckconsole.views.panes import RESOURCES
from mckconsole.views.spec import GLYPHS, Column, Role, Row
from mckwidgets.contracts import SpanLike
from mckwidgets.linepaint import TextSpan
from mckwidgets.notes import Notes, note_rows

if TYPE_CHECKING:
    from mckconsole.store.opened import OpenedFleet
    from mckconsole.ui.frame import Frame

NOTE_ROWS = 3
"""Lines above the table at most."""


class AskedTable(TableView):
    """A table of an answer; what is equal is folded away, and `z` shows it."""

    DEFAULT_CSS = """
    AskedTable > Notes { height: 0; }
    """
    none_words = "no differences"
    own_order = "what differs first"

    class Answered(Message):
        """The answer is there: `take` shows it."""

        def __init__(self, take: Callable[[], None]) -> None:
            super().__init__()
            self.take = take

    class SoFar(Message):
        """How far the reading is."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    def __init__(self, desk: Desk, title: str, columns: tuple[Column, ...]) -> None:
        super().__init__(desk, replace(RESOURCES, title=title, columns=columns))
        self.problems_only = True
        self.notes = Notes()
        self._note_rows = 0
        self.asking = ""
        """What is being read; empty when nothing is."""

    def compose(self) -> ComposeResult:
        yield self.notes
        yield from super().compose()

    def on_mount(self) -> None:
        """Ask, and show only what differs at first."""
        self._apply()
        self.ask_again()

    # What a table of this kind says.

    async def read(self, live: OpenedFleet) -> Callable[[], None]:
        """Read the answer; returns what shows it. Trouble of a cluster is in the answer."""
        raise NotImplementedError

    def shown(self) -> tuple[Sequence[Column], Sequence[Row]]:
        """The columns and rows of the answer; none before it is there."""
        raise NotImplementedError

    def verdict(self) -> tuple[str, Role]:
        """How it stands, in words; empty before the answer is there."""
        raise NotImplementedError

    # Asking.

    def ask_again(self) -> None:
        """Read it again."""
        self.asking = "reading …"
        self._say_why_empty()
        self._ask()

    @work(exclusive=True, group="asked")
    async def _ask(self) -> None:
        live = self.desk.live
        if live is None:
            self.tell_so_far("the kubeconfig is not read yet; r asks again")
        else:
            self.post_message(self.Answered(await self.read(live)))

    def tell_so_far(self, words: str) -> None:
        """Have it said how far the reading is; for workers."""
        self.post_message(self.SoFar(words))

    @on(SoFar)
    def _so_far(self, event: SoFar) -> None:
        event.stop()
        if self.asking:
            self.asking = event.words
            self._say_why_empty()
            self.desk.refresh_words()

    @on(Answered)
    def _answered(self, event: Answered) -> None:
        event.stop()
        self.asking = ""
        event.take()
        self.show_answer()

    def show_answer(self) -> None:
        """Put the rows of the answer into the table."""
        if self.desk.frame is not None:
            self.show(self.desk.frame)

    def say_notes(self, notes: Iterable[tuple[Role, str]]) -> None:
        """Lines above the table, what is worst first."""
        lines = [
            Line((Span(f"{GLYPHS.get(role, '·')} {text}", role),), indent=2) for role, text in notes
        ]
        most = NOTE_ROWS if self.size.height > 20 else 1
        if len(lines) > most:
            rest = f"… and {len(lines) - most + 1} more"
            lines = [*lines[: most - 1], Line((Span(rest, Role.DIM),))] if most > 1 else lines[:1]
        rows = len(note_rows(lines, max(self.size.width, 20), most))
        if self._note_rows != rows:
            self._note_rows = rows
            self.notes.styles.height = rows
        self.notes.set_lines(lines)

    # The table.

    def table(self, frame: Frame) -> tuple[Sequence[Column], Sequence[Row]]:
        return self.shown()

    def _no_rows(self, frame: Frame) -> str:
        return self.asking or self.verdict()[0] or "nothing to compare"

    def _say_why_empty(self) -> None:
        super()._say_why_empty()
        if self.asking and not self.grid.total:
            self.grid.empty = self.asking
        elif self.grid.total and self.problems_only and not self.filter_text:
            self.grid.empty = f"{self.verdict()[0]}; z shows all {self.grid.total} rows"

    @property
    def words(self) -> Sequence[SpanLike]:
        """`2 of 24 fields differ · only these are shown (z)`."""
        text, role = self.verdict()
        parts = [TextSpan(text, role)] if text else []
        if self.asking:
            parts.append(TextSpan(f" {self.asking}", Role.CONNECTING))
        if self.filter_text:
            parts.append(TextSpan(f" · /{shorten(self.filter_text, MAX_FILTER)}", Role.WARN))
        if self.grid.marked:
            parts.append(TextSpan(f" · {len(self.grid.marked)} marked", Role.CONNECTING))
        if self.problems_only and self.grid.shown:
            parts.append(TextSpan(" · z shows the rest", Role.DIM))
        return parts

    def back(self) -> bool:
        """What is folded is no filter: esc leaves."""
        if self.filter_text:
            self.filter_by("")
            return True
        if self.grid.marked:
            self.do_mark_clear()
            return True
        return False


def servers_of(frame: Frame | None) -> Mapping[str, tuple[str, str]]:
    """By cluster: its context and its API server, which may stand in its objects."""
    clusters = frame.snapshot.clusters if frame is not None else {}
    return {name: (one.context, one.server) for name, one in clusters.items()}
