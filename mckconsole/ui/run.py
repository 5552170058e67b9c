"""Run the console on the terminal and say how it ended."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from mckconsole.ui.app import ConsoleApp
from mckconsole.ui.life import Life

if TYPE_CHECKING:
    from mckconsole.ui.settings import Settings


def freeze() -> None:
    """Have the garbage collector look no more at what is there now.

    Most of it stays until the end, and looking at a large fleet takes long enough to be felt in the
    keys.
    """
    gc.collect()
    gc.freeze()


def run_console(settings: Settings) -> int:
    """Take the terminal until the user leaves; returns the exit status.

    Raises:
        Exception: what ended the application: a bug, or a fleet that could not be opened. The
            terminal is as it was before.
    """
    app = ConsoleApp(settings)
    app.settled = freeze
    with Life(app.leave, interrupt=app.action_quit_now) as life:
        status = app.run(mouse=settings.mouse)
    if life.status is not None:
        return life.status
    if app.crash is not None:
        raise app.crash
    return status or 0
