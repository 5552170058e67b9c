"""An application of a few lines for the tests of process life: `python -m tests.ui.lifeapp`."""

from __future__ import annotations

import asyncio
import re
import sys
import threading
import time

from textual.app import App, ComposeResult
from textual.widgets import Static

from mckconsole.ui.driver import TerminalDriver
from mckconsole.ui.life import Life


class LifeApp(App[None]):
    """Shows words; gets stuck in several ways."""

    BINDINGS = [  # noqa: RUF012 - as Textual wants it
        ("s", "stick('sleep')", ""),
        ("b", "stick('block')", ""),
        ("r", "stick('search')", ""),
        ("x", "endless", ""),
        ("m", "mark", ""),
        ("z", "suspend_process", ""),
        ("q", "leave", ""),
        ("ctrl+c", "interrupted", ""),
    ]

    def compose(self) -> ComposeResult:
        yield Static("hello there")

    def action_stick(self, how: str) -> None:
        self.action_mark("stuck")
        self.set_timer(0.3, getattr(self, how))  # the word comes out first

    def sleep(self) -> None:
        time.sleep(600)

    def block(self) -> None:
        threading.Event().wait()

    def search(self) -> None:
        re.search(r"(a|a)*$", "a" * 60 + "b")

    async def action_endless(self) -> None:
        self.action_mark("endless")
        await asyncio.sleep(0.1)
        while True:
            try:
                await asyncio.sleep(600)
            except asyncio.CancelledError:
                continue

    def action_mark(self, word: str = "marked") -> None:
        self.query_one(Static).update(word)

    def action_leave(self) -> None:
        self.exit(return_code=7)

    def action_interrupted(self) -> None:
        self.exit(return_code=33)


if __name__ == "__main__":
    app = LifeApp(driver_class=TerminalDriver)
    with Life(
        lambda status: app.exit(return_code=status),
        interrupt=lambda: app.simulate_key("ctrl+c"),
    ) as life:
        app.run()
    sys.exit(app.return_code if life.status is None else life.status)
