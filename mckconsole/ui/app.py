"""The application: puts the shell on the terminal, feeds it, and ends in an orderly way.

It composes nothing itself. A bug never prints a traceback with local variables: the exception is
kept, the terminal restored, and the caller writes the crash report.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from textual._styles_cache import StylesCache
from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import Event, Key, Paste
from textual.screen import Screen
from textual.worker import WorkerFailed

from mckconsole.ui.actions import ACTIONS
from mckconsole.ui.colourless import Colourless
from mckconsole.ui.driver import TerminalDriver
from mckconsole.ui.shell import APP_WIDE, Shell
from mckconsole.ui.typeahead import TypeAhead
from mckwidgets.roles import DEFAULT_VARIABLES
from mckwidgets.safe_text import ControlFilter

if TYPE_CHECKING:
    from textual.await_remove import AwaitRemove
    from textual.dom import DOMNode
    from textual.widget import Widget

    from mckconsole.ui.feed import Feed
    from mckconsole.ui.frame import Frame
    from mckconsole.ui.settings import Settings

_METHODS = {"quit.now": "quit_now", "suspend": "suspend_process"}


def app_bindings() -> list[BindingType]:
    """Bindings of the actions that work in every dialog too."""
    return [
        Binding(",".join(a.keys), _METHODS[a.id], a.title, show=False, id=a.id, priority=True)
        for a in ACTIONS
        if a.id in APP_WIDE
    ]


class ConsoleApp(App[int], inherit_bindings=False):
    """The console. `run` returns an exit status, or None when it crashed."""

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    """Text is copied with keys, or selected by the terminal itself (shift and the mouse). Textual's
    own way ends the application when what is clicked on has just left the screen."""
    TITLE = "mckconsole"
    BINDINGS: ClassVar[list[BindingType]] = app_bindings()

    def __init__(self, settings: Settings) -> None:
        super().__init__(driver_class=TerminalDriver, ansi_color=settings.no_colour or None)
        self.animation_level = "none"
        self.settings = settings
        self.settled: Callable[[], None] = lambda: None
        """Called once, when every cluster was read or given up."""
        self.crash: BaseException | None = None
        """What ended the application, when it was not the user."""
        self.shell = Shell(settings)
        self._filters.append(ControlFilter())
        if settings.no_colour:
            self._filters.append(Colourless())
        for theme in settings.themes.values():
            self.register_theme(theme)
        self.theme = settings.theme
        self.set_keymap(dict(settings.keymap))
        self.type_ahead = TypeAhead(self, super().on_event)
        self._feed: Feed | None = None

    def get_default_screen(self) -> Screen[None]:
        """The shell."""
        return self.shell

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Every variable of the widgets, for themes that do not set one."""
        return dict(DEFAULT_VARIABLES)

    async def on_event(self, event: Event) -> None:
        """Take keys one after the other; everything else as it comes."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            await self.type_ahead.take(event)
        else:
            await super().on_event(event)

    def on_ready(self) -> None:
        """Begin to read, but not before the first frame is painted."""
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.run_worker(self._read(), name="feed", exit_on_error=False)

    async def _read(self) -> None:
        # Textual has tasks begin within `create_task` where Python can; those of the fleet begin in
        # their turn, on every Python alike.
        asyncio.get_running_loop().set_task_factory(None)
        try:
            await asyncio.to_thread(import_module, "mckconsole.ui.feed")
            from mckconsole.ui.feed import Feed

            self._feed = feed = Feed(self.settings, self._show, self.shell.replaced, self._settle)
            await feed.run()
        except Exception as error:
            self._end(error)

    def _show(self, frame: Frame) -> None:
        if self.is_running and self._feed is not None:
            self.shell.show(frame, self._feed.live)

    def _settle(self) -> None:
        self.settled()

    def action_quit_now(self) -> None:
        """Leave, from anywhere."""
        self.exit(0)

    def _set_pointer_shape(self, shape: str) -> None:
        """Leave the pointer of the mouse alone: not every terminal swallows what that takes."""

    def _prune(self, *nodes: Widget, parent: DOMNode | None = None) -> AwaitRemove:
        """Take widgets out, and forget what was painted of them.

        Textual asks for two colours of every widget through a cache whose keys hold the painted
        lines of the last 1,024: hundreds of megabytes after an hour of opening and leaving views.
        """
        StylesCache.get_inner_outer.cache_clear()
        return super()._prune(*nodes, parent=parent)

    # Ending.

    def leave(self, status: int) -> None:
        """End with this exit status."""
        self.exit(status)

    def _end(self, error: BaseException) -> None:
        if self.crash is None:
            self.crash = error
        self.exit()

    def _handle_exception(self, error: Exception) -> None:
        """Keep what went wrong for the caller; nothing of it is printed here."""
        if isinstance(error, WorkerFailed) and isinstance(error.error, Exception):
            error = error.error
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        if self.crash is None:
            self.crash = error
        self._return_code = 1
        self._close_messages_no_wait()
