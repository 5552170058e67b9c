"""The one screen of the console: bars around the views of the panes, and who gets a key.

The shell holds where one is (a stack of views for every pane, so each comes back as it was left),
which frame is shown, and the scope. It computes nothing: words come from `views`, looks from the
widgets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.widget import Widget

from mckconsole.ui.actions import ACTIONS, REPLAY_ACTIONS, Action, actions_for, pane_actions
from mckconsole.ui.stacks import Stacks
from mckconsole.ui.table_view import TableView
from mckconsole.ui.view import MovesRight, PaneView
from mckconsole.ui.words import footer_hints, tabs, title_items
from mckconsole.views.panes import PANES
from mckconsole.views.scope import ALL, Scope, ScopeError, scope_of
from mckwidgets.bar import Bar
from mckwidgets.crumbs import Crumbs
from mckwidgets.hints import KeyHints
from mckwidgets.safe_text import inert
from mckwidgets.tabs import TabStrip

if TYPE_CHECKING:
    from mckconsole.store.opened import OpenedFleet
    from mckconsole.store.reload import Replaced
    from mckconsole.ui.commands import Commands
    from mckconsole.ui.dialogs import Dialogs
    from mckconsole.ui.frame import Frame
    from mckconsole.ui.places import Place
    from mckconsole.ui.prompting import Prompting
    from mckconsole.ui.replaying import Replaying
    from mckconsole.ui.resources_command import ResourceCommands
    from mckconsole.ui.settings import Settings

PANE_ACTIONS = pane_actions([(pane.name, pane.key, pane.title) for pane in PANES])
APP_WIDE = ("quit.now", "suspend")
"""Actions that work in every dialog too: the application binds them, with priority."""
FROM_WIDGETS = ("open",)
"""Actions that the widget with the cursor binds itself, as it does the moves."""


def shell_bindings() -> list[BindingType]:
    """A binding for every action that the shell dispatches."""
    every = (*PANE_ACTIONS, *ACTIONS, *REPLAY_ACTIONS)
    bound = [a for a in every if a.id not in (*APP_WIDE, *FROM_WIDGETS)]
    return [
        Binding(",".join(a.keys), f"perform('{a.id}')", a.title, show=False, id=a.id) for a in bound
    ]


class Shell(Screen[None], inherit_bindings=False):
    """The console's screen."""

    DEFAULT_CSS = """
    Shell { layout: vertical; background: $background; }
    Shell > #views { height: 1fr; width: 1fr; }
    """
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = shell_bindings()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        self.scope: Scope = ALL
        self.namespace = ""
        """The only namespace that is looked at; empty is all."""
        self.live: OpenedFleet | None = None
        self.frame: Frame | None = None
        self.paused = False
        self._newest: Frame | None = None
        """The last frame that came, also while an older one is shown frozen."""
        self._title, self._tabs = Bar(id="title"), TabStrip()
        self._crumbs, self._hints = Crumbs(), KeyHints()
        self._views = Container(id="views")
        self.stacks = Stacks(self, settings.pane)
        self._stale_words = False

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._tabs
        yield self._crumbs
        with self._views:
            yield self.stacks.view
        yield self._hints

    def on_mount(self) -> None:
        """The first screen is complete before anything was read."""
        self.stacks.view.add_class("-shown")
        self.stacks.view.focus_main()
        self._tell_all()

    def on_resize(self) -> None:
        """Other words fit now."""
        self._tell_all()

    # Frames.

    @property
    def view(self) -> PaneView:
        """The view that has the keys."""
        return self.stacks.view

    def show(self, frame: Frame, live: OpenedFleet | None) -> None:
        """Show this frame, unless the display is frozen."""
        self.live = live
        self._newest = frame
        if not self.paused:
            self.frame = frame
            self.redraw()

    def redraw(self) -> None:
        """Show the current frame again: the scope or the view is another one."""
        if self.frame is not None:
            self.view.show(self.frame)
        self._tell_all()

    def refresh_words(self) -> None:
        """Say the words around the view anew, once, when all handlers have run."""
        if not self._stale_words:
            self._stale_words = True
            self.call_next(self._tell_view)

    def _tell_all(self) -> None:
        title = title_items(self, paused=self.paused, width=self.size.width)
        self._title.set_items(title)
        self._tabs.set_tabs(tabs(self))
        self._tell_view()

    def _tell_view(self) -> None:
        self._stale_words = False
        self._tabs.active = self.stacks.pane
        self._crumbs.set([view.crumb for view in self.stacks.path], self.view.words)
        self._hints.set_hints(footer_hints(self.view, self.settings.keymap))

    def replaced(self, found: Replaced) -> None:
        """The kubeconfig was edited: say what became of it, and read the scope anew."""
        if self.scope.text:
            with suppress(ScopeError):
                self.scope = scope_of(self.scope.text, self.clusters)
        changes = {"new": found.added, "gone": found.removed, "changed": found.changed}
        words = [f"{word}: {', '.join(names)}" for word, names in changes.items() if names]
        words += [f"{name} waits for :trust {name}" for name in found.held]
        self.tell(f"the kubeconfig was edited. {'; '.join(words)}", trouble=bool(found.held))

    # Where one is.

    @property
    def typing(self) -> bool:
        """Whether the prompt has the keys."""
        return "prompting" in self.__dict__ and self.prompting.is_open

    def go(self, place: Place) -> None:
        """Go deeper."""
        self.stacks.push(place)

    async def reveal(self, view: PaneView, gone: Sequence[PaneView] = ()) -> None:
        """Put `view` on the screen instead of what is there, and take `gone` out for good."""
        if not self.is_attached:
            return  # the console ends: nothing can be mounted any more
        if not view.is_attached:
            await self._views.mount(view)
        for other in self._views.children:
            other.set_class(other is view, "-shown")
        for old in gone:
            await old.remove()
        if self.typing:
            self.prompting.close()  # it was about another view
        else:
            view.focus_main()
        self.redraw()

    # Actions.

    @property
    def actions(self) -> tuple[Action, ...]:
        """The actions that belong to the view, those of the whole console included."""
        played = REPLAY_ACTIONS if self.settings.replay else ()
        return actions_for(self.view.where, self.view.subject, (*PANE_ACTIONS, *played))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key means this action here: keys mean other things in other views."""
        if action != "perform":
            return True
        return any(one.id == parameters[0] for one in self.actions)

    def action_perform(self, action: str) -> None:
        """Dispatch: the view first, then the shell; what is refused says why.

        An action that does not belong to the view does nothing.
        """
        if all(one.id != action for one in self.actions):
            return
        refusal = self.view.refuses(action)
        if refusal:
            self.tell(refusal)
            return
        name = "do_" + action.replace(".", "_")
        handler = getattr(self.view, name, None) or getattr(self.dialogs, name, None)
        handler = handler or getattr(self, name, None)
        if action.startswith("replay."):
            handler = getattr(self.replaying, name)
        if action.startswith("pane.") and handler is None:
            self.stacks.switch(action.removeprefix("pane."))
        elif handler is not None:
            handler()

    def do_pane_next(self) -> None:
        """To the pane to the right."""
        self.stacks.step(1)

    def do_pane_previous(self) -> None:
        """To the pane to the left."""
        self.stacks.step(-1)

    def do_pane_last(self) -> None:
        """To the pane where one was before."""
        self.stacks.back_and_forth()

    def do_back(self) -> None:
        """Clear the filter, or go up one level."""
        if not self.view.back():
            self.stacks.pop()

    def do_quit(self) -> None:
        """Up one level; at the top, the end."""
        if not self.stacks.pop():
            self.app.exit(0)

    def do_quit_now(self) -> None:
        """The end, from anywhere."""
        self.app.exit(0)

    def do_suspend(self) -> None:
        """Back to the user's shell for a while."""
        self.app.action_suspend_process()

    def do_command_open(self) -> None:
        """Type a command."""
        self.ask(":", "")

    def do_view_pause(self) -> None:
        """Freeze what is shown, or show what is now; a recording is stopped or played."""
        if self.settings.replay:
            self.replaying.said(self.replaying.toggle())
            return
        if self.frame is None:
            self.tell("nothing is shown yet that could be frozen")
            return
        self.paused = not self.paused
        if not self.paused:
            self.frame = self._newest
        self.redraw()

    def do_view_refresh(self) -> None:
        """Ask everything that waits again, now."""
        if self.live is None:
            self.tell("the fleet is not read yet")
            return
        self.live.refresh(self.scope.names)
        self.view.ask_again()
        self.tell("asking again what failed or is due")

    def do_notes_open(self) -> None:
        """What is wrong with the fleet as a whole."""
        from mckconsole.ui.places import NotesPlace

        self.go(NotesPlace())

    def do_scope_all(self) -> None:
        """All clusters."""
        self.set_scope(ALL)

    def do_logs_open(self) -> None:
        """The logs of what the view's rows stand for; to the right where they have none."""
        from mckconsole.ui.places import LogsPlace

        targets = self.view.log_targets()
        if targets:
            self.go(LogsPlace(targets))
        elif isinstance(self.view.main, MovesRight):
            self.view.main.action_cursor_right()

    def do_filter_open(self) -> None:
        """Filter where the view has no list itself: in the pane's list."""
        self.stacks.choose_root(TableView).do_filter_open()

    def do_timeline_open(self) -> None:
        """The timeline, narrowed to what one looks at."""
        from mckconsole.ui.timeline_table import TimelineTable

        focus = self.view.timeline_focus()
        if focus is None:
            self.tell("there is nothing here that the timeline could be narrowed to")
            return
        self.stacks.switch("timeline")
        self.stacks.choose_root(TimelineTable).narrow(focus)

    def do_mesh_toggle(self) -> None:
        """The mesh as a matrix or as a list."""
        self.stacks.toggle()

    def do_identity_group(self) -> None:
        """The identities grouped in the next way."""
        self.stacks.toggle()

    def do_secrets_group(self) -> None:
        """The credentials grouped in the next way, and the certificates."""
        self.stacks.toggle()

    def do_versions_group(self) -> None:
        """The versions grouped in the next way."""
        self.stacks.toggle()

    def do_checklist_toggle(self) -> None:
        """The checklist as a matrix, or as a list in the next grouping."""
        self.stacks.toggle()

    def set_scope(self, scope: Scope) -> None:
        """Look at these clusters from now on, in every pane."""
        self.scope = scope
        self.redraw()

    def set_namespace(self, name: str) -> None:
        """Look at this namespace from now on, in every pane that has them; empty is all."""
        self.namespace = name
        self.redraw()

    @property
    def clusters(self) -> Mapping[str, Sequence[str]]:
        """Names of the clusters, with the groups they are in."""
        if self.live is None:
            return {}
        return {name: self.live.groups(name) for name in self.live.names}

    # What is imported and made when it is first wanted.

    @cached_property
    def commands(self) -> Commands:
        """The `:` commands."""
        from mckconsole.ui.commands import Commands

        return Commands(self)

    @cached_property
    def resources(self) -> ResourceCommands:
        """Kinds as commands."""
        from mckconsole.ui.resources_command import ResourceCommands

        return ResourceCommands(self)

    @cached_property
    def replaying(self) -> Replaying:
        """The controls of a recording."""
        from mckconsole.ui.replaying import Replaying

        return Replaying(self)

    @cached_property
    def dialogs(self) -> Dialogs:
        """Help, pickers, exports."""
        from mckconsole.ui.dialogs import Dialogs

        return Dialogs(self)

    @cached_property
    def prompting(self) -> Prompting:
        """The line under the crumbs in which one types."""
        from mckconsole.ui.prompting import Prompting

        return Prompting(self)

    def ask(self, sign: str, text: str) -> None:
        """Open the prompt: commands for `:`, what the view does with it for `/`."""
        self.call_next(self.prompting.open, sign, text)

    async def mount_prompt(self, prompt: Widget) -> None:
        """Put the prompt under the crumbs."""
        if self.is_attached:  # else the console ends
            await self.mount(prompt, after=self._crumbs)

    # The mouse.

    @on(TabStrip.Chosen)
    def _tab_chosen(self, event: TabStrip.Chosen) -> None:
        event.stop()
        self.stacks.switch(event.id)

    @on(KeyHints.Chosen)
    @on(Bar.Chosen)
    def _hint_chosen(self, event: KeyHints.Chosen | Bar.Chosen) -> None:
        event.stop()
        self.action_perform(event.id)

    @on(Crumbs.Chosen)
    def _crumb_chosen(self, event: Crumbs.Chosen) -> None:
        event.stop()
        self.stacks.cut(event.index)

    # What leaves the console, and what it says.

    def copy(self, text: str, what: str) -> None:
        """Put `text` into the clipboard of the terminal (OSC 52)."""
        from mckconsole.ui.copying import too_long

        problem = too_long(text)
        if problem:
            self.tell(f"{what}: {problem}; ctrl+s saves it", trouble=True)
            return
        self.app.copy_to_clipboard(text)
        self.tell(f"copied {what}")

    def tell(self, words: str, *, trouble: bool = False) -> None:
        """A short message in place of the last one; never markup: it may quote a stranger."""
        self.app.clear_notifications()
        for holder in self.query("ToastHolder"):  # of a message that was cleared it stays behind
            if holder.is_mounted and not holder.children:
                holder.remove()
        level: Literal["warning", "information"] = "warning" if trouble else "information"
        self.notify(inert(words), severity=level, timeout=4, markup=False)
