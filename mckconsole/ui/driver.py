"""Textual's driver for a terminal, made to survive what terminals and shells do to a process.

- Suspending and continuing happen between two turns of the loop, not in the middle of one.
- A process that was stopped by SIGSTOP, which cannot be noticed, takes the terminal anew.
- Without a shell that could continue it, nothing stops it.
- A terminal that is gone takes no output, and the loop does not wait for it. `Life` ends the rest.
- Input is waited for, not looked for ten times a second; an escape is one as soon as it can be.
"""

from __future__ import annotations

import os
import select
import signal
import time
from codecs import getincrementaldecoder
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any

from textual._time import get_time
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from textual.app import App

NO_INPUT = 0.1
"""Seconds to wait where reading is not possible now: the terminal is gone, or not ours."""
BACKGROUND = 0.1
"""Seconds that a job continued in the background runs, to hear whether it is to end."""


class TerminalDriver(LinuxDriver):
    """For `App(driver_class=TerminalDriver)`."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._end_of_input = os.pipe()
        if self._file is not None:
            self._file = _Forgiving(self._file)  # type: ignore[assignment] # all that is used of it

    def write(self, data: str) -> None:
        """Write to the terminal; while we do not have it, nowhere."""
        if self._writer_thread is not None and self._writer_thread.is_alive():
            super().write(data)

    def run_input_thread(self) -> None:
        """Hand on what is typed until input is disabled.

        Wakes up for input only, and when what came could be the start of more and is not.
        """
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            until = parser._timeout_time
            patience = None if until is None else max(until - get_time(), 0.0)
            ready, _, _ = select.select((self.fileno, self._end_of_input[0]), (), (), patience)
            if self.fileno in ready and (text := decode(self._read())):
                for event in parser.feed(text):
                    self.process_message(event)
            for event in parser.tick():
                self.process_message(event)

    def _read(self) -> bytes:
        """What was typed; nothing where there is nobody any more who could."""
        with suppress(OSError):
            if data := os.read(self.fileno, 4096):
                return data
        time.sleep(NO_INPUT)
        return b""

    def disable_input(self) -> None:
        """Disable further input."""
        reader, writer = self._end_of_input
        os.write(writer, b".")
        super().disable_input()
        os.read(reader, 1)

    def stop_application_mode(self) -> None:
        """Stop application mode, restore state."""
        if self._mouse_pixels:
            self.write("\x1b[?1016l")
            self._mouse_pixels = False
        super().stop_application_mode()

    def _sigtstp_application(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop)

    def _sigcont_application(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._continue)

    def _stop(self) -> None:
        """Give the terminal back and stop; goes on here when the process is continued."""
        if not _has_shell():
            self.send_message(self.SignalResume())
            return
        if self._auto_restart and self._in_application_mode:
            self.suspend_application_mode()
        os.kill(os.getpid(), signal.SIGSTOP)

    def _continue(self) -> None:
        """Take the terminal again, whatever the shell did to it meanwhile."""
        if not self._auto_restart or self._app._exit:
            return  # a job that is killed while it is stopped is continued to end
        if not self._in_foreground:
            self._loop.call_later(BACKGROUND, self._wait_for_terminal)
            return
        if self._in_application_mode:
            self.suspend_application_mode()
        self._must_signal_resume = True
        self.resume_application_mode()
        self._app.refresh(layout=True)

    def _wait_for_terminal(self) -> None:
        """Stop again as long as we are in the background: the shell says when that is over."""
        if self._app._exit:
            return
        if not self._in_foreground:
            os.kill(os.getpid(), signal.SIGSTOP)
        elif not self._in_application_mode:
            self._continue()

    @property
    def _in_foreground(self) -> bool:
        try:
            return os.tcgetpgrp(self.fileno) == os.getpgrp()
        except OSError:
            return False

    @property
    def _in_application_mode(self) -> bool:
        return self._key_thread is not None and self._key_thread.is_alive()


class _Forgiving:
    """A stream to a terminal; once it fails, what is written is dropped."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._gone = False

    def write(self, text: str) -> None:
        if not self._gone:
            try:
                self._stream.write(text)
            except (OSError, ValueError):
                self._gone = True

    def flush(self) -> None:
        if not self._gone:
            try:
                self._stream.flush()
            except (OSError, ValueError):
                self._gone = True

    def fileno(self) -> int:
        return self._stream.fileno()


def _has_shell() -> bool:
    """Whether somebody can continue a stopped job: not where we, or the script that runs us, are
    the first process of the session, as in a terminal window opened for one command."""
    return os.getsid(0) != os.getpgrp()
