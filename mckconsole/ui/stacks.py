"""Where one is: for every pane the path of views from its table down to what is on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from mckconsole.ui.roots import root_views
from mckconsole.ui.table_view import TableView
from mckconsole.ui.view import PaneView
from mckconsole.views.panes import PANES, find_pane

if TYPE_CHECKING:
    from mckconsole.ui.places import Place
    from mckconsole.ui.shell import Shell

V = TypeVar("V", bound=PaneView)
DEEPEST = 20
"""Views below a table that are kept: links lead in circles, and every view takes its part of each
frame's layout. Who goes deeper comes back to so many, and then to the table."""


class Stacks:
    """A path of views for every pane; each pane comes back as it was left."""

    def __init__(self, shell: Shell, pane: str) -> None:
        """`pane` is what is shown first: its name, or that of a grouping (`certs`)."""
        self._shell = shell
        self._roots: dict[str, tuple[PaneView, ...]] = {}
        self._below: dict[str, list[PaneView]] = {}
        self._start = find_pane(pane)
        self.pane = self._start.name if self._start is not None else pane
        """Name of the pane on the screen."""
        self._before = self.pane

    @property
    def path(self) -> Sequence[PaneView]:
        """From the pane's first view to what is on the screen."""
        return (self._root(self.pane), *self._below.setdefault(self.pane, []))

    @property
    def view(self) -> PaneView:
        """What is on the screen."""
        return self.path[-1]

    def _root(self, pane: str) -> PaneView:
        if pane not in self._roots:
            self._roots[pane] = self._first(root_views(self._shell, pane))
        return self._roots[pane][0]

    def _first(self, views: tuple[PaneView, ...]) -> tuple[PaneView, ...]:
        """First views of a pane, beginning with the grouping to start with where that is named."""
        start = self._start
        if start is None or start.groupings or not start.by:
            return views
        for at, view in enumerate(views):
            if isinstance(view, TableView) and view.spec is start:
                return (*views[at:], *views[:at])
        return views

    def push(self, place: Place) -> None:
        """Go deeper, to `place`."""
        from mckconsole.ui.factory import view_for

        below = [*self._below[self.pane], view_for(self._shell, self.pane, place)]
        gone, self._below[self.pane] = below[:-DEEPEST], below[-DEEPEST:]
        self._reveal(gone)

    def pop(self) -> bool:
        """Go up; False at the top."""
        if not self._below[self.pane]:
            return False
        self.cut(len(self.path) - 2)
        return True

    def cut(self, index: int) -> None:
        """Go up to the view with this number in the path."""
        below = self._below[self.pane]
        gone, self._below[self.pane] = below[index:], below[:index]
        self._reveal(gone)

    def switch(self, pane: str) -> None:
        """To another pane, as it was left; to its table when it is already there."""
        if pane == self.pane:
            self.cut(0)
            return
        self._before, self.pane = self.pane, pane
        self._reveal()

    def step(self, by: int) -> None:
        """To a neighbouring pane."""
        names = [one.name for one in PANES]
        self.switch(names[(names.index(self.pane) + by) % len(names)])

    def back_and_forth(self) -> None:
        """To what was looked at before: in the view itself, else to the pane before."""
        if self.view.before():
            return
        if self._before != self.pane:
            self.switch(self._before)

    def toggle(self) -> None:
        """The pane's other first view, where it has one."""
        first, *others = self._roots[self.pane]
        self._roots[self.pane] = (*others, first)
        self._reveal()

    def root(self, pane: str) -> Sequence[PaneView]:
        """All first views of a pane, the one in use first."""
        self._root(pane)
        return self._roots[pane]

    def choose_root(self, kind: type[V]) -> V:
        """Make the first view of this kind the one in use, and go up to it."""
        found = next(view for view in self.root(self.pane) if isinstance(view, kind))
        self.choose(found)
        return found

    def choose(self, chosen: PaneView) -> None:
        """Make this first view of the pane the one in use, and go up to it; those after it are in
        their order again."""
        roots = self.root(self.pane)
        at = roots.index(chosen)
        self._roots[self.pane] = (*roots[at:], *roots[:at])
        self.cut(0)

    def _reveal(self, gone: Sequence[PaneView] = ()) -> None:
        self._shell.call_next(self._shell.reveal, self.view, gone)
