"""What every screen of a pane has in common, and what it may ask of the shell around it.

A view shows frames and answers actions; it never awaits the network on its own account and never
touches another view.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, TypeAlias, runtime_checkable

from textual.widget import Widget

from mckconsole.ui.actions import Where

if TYPE_CHECKING:
    from mckconsole.domain.logs import LogTarget
    from mckconsole.store.opened import OpenedFleet
    from mckconsole.ui.frame import Frame
    from mckconsole.ui.places import Place
    from mckconsole.ui.settings import Settings
    from mckconsole.views.scope import Scope
    from mckconsole.views.timeline_focus import Focus
    from mckwidgets.contracts import SpanLike
    from mckwidgets.prompt import Completion

WAITING = "reading the kubeconfig …"
"""What is said in place of rows before the first frame."""
Format: TypeAlias = Literal["csv", "json", "md"]
"""Formats of an exported table."""


class Desk(Protocol):
    """The shell, as its views see it."""

    @property
    def frame(self) -> Frame | None:
        """What is shown now; None before the first one."""

    @property
    def scope(self) -> Scope:
        """The clusters that are looked at."""

    @property
    def namespace(self) -> str:
        """The only namespace that is looked at; empty is all."""

    @property
    def paused(self) -> bool:
        """Whether what is shown is frozen."""

    @property
    def live(self) -> OpenedFleet | None:
        """The fleet itself, for questions on demand; None before the inventory is read."""

    @property
    def settings(self) -> Settings:
        """How the console was started."""

    def go(self, place: Place) -> None:
        """Go deeper."""

    def refresh_words(self) -> None:
        """The words around the view (crumbs, keys) may have changed."""

    def copy(self, text: str, what: str) -> None:
        """Put `text` into the terminal's clipboard and say that `what` was copied."""

    def ask(self, sign: str, text: str) -> None:
        """Open the prompt for this view: its words arrive at `typed` and `entered`."""

    def tell(self, words: str, *, trouble: bool = False) -> None:
        """Say something that is not worth a place on the screen."""


@runtime_checkable
class Openable(Protocol):
    """A widget whose cursor can be on something that opens."""

    def action_open(self) -> None: ...


@runtime_checkable
class MovesRight(Protocol):
    """A widget whose cursor or text moves to the right."""

    def action_cursor_right(self) -> None: ...


class PaneView(Widget):
    """One screen of a pane."""

    DEFAULT_CSS = """
    PaneView { width: 1fr; height: 1fr; layout: vertical; display: none; }
    PaneView.-shown { display: block; }
    """
    where: ClassVar[Where]
    """Which actions it answers."""

    def __init__(self, desk: Desk, pane: str) -> None:
        super().__init__()
        self.desk = desk
        self.pane = pane
        """Name of the pane it belongs to."""
        self.subject = pane
        """Name of the pane whose actions it answers: a tunnel's screen answers the mesh's."""

    @property
    def crumb(self) -> str:
        """Where one is, in a word."""
        return self.pane

    @property
    def words(self) -> Sequence[SpanLike]:
        """What stands at the right of the crumbs: how many, filtered and sorted how."""
        return ()

    def show(self, frame: Frame) -> None:
        """Show this frame."""
        raise NotImplementedError

    @property
    def main(self) -> Widget:
        """The widget with the cursor."""
        raise NotImplementedError

    def focus_main(self) -> None:
        """Give the keys to the widget that wants them."""
        self.main.focus()

    def ask_again(self) -> None:
        """Ask anew what this view alone has asked for; by default nothing."""

    def follow(self, place: Place | None) -> None:
        """Go deeper, where there is something to go to."""
        if place is not None:
            self.desk.go(place)

    def do_open(self) -> None:
        """Open what the cursor is on."""
        if isinstance(self.main, Openable):
            self.main.action_open()

    def before(self) -> bool:
        """Show what this view showed before; False when it showed nothing else."""
        return False

    def refuses(self, action: str) -> str:
        """Why this action cannot be done here and now; empty when it can."""
        return ""

    def typed(self, sign: str, text: str) -> str:
        """The prompt's text as it is typed; returns what is wrong with it."""
        return ""

    def entered(self, sign: str, text: str) -> str:
        """The prompt's text was accepted; returns what is wrong with it."""
        return ""

    def completions(self, text: str) -> Sequence[Completion]:
        """What the prompt's text could become."""
        return ()

    def left(self, sign: str) -> None:
        """The prompt was left without accepting its text."""

    def exported(self, form: Format | None) -> tuple[str, str]:
        """What is shown as the text of a file, and the file's suffix; nothing when empty."""
        return "", ""

    def log_targets(self) -> tuple[LogTarget, ...]:
        """What the rows that are marked, or the one under the cursor, have logs of."""
        return ()

    def finding_ids(self) -> frozenset[str] | None:
        """Ids of the findings of the rows that are shown; None where the view has no rows."""
        return None

    def timeline_focus(self) -> Focus | None:
        """What the timeline is narrowed to from here; None where there is nothing."""
        return None

    def back(self) -> bool:
        """Undo one thing of this view (a filter, marks); False when there was nothing to undo."""
        return False
