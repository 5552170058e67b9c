"""The life of a process that has taken a terminal: signals, a terminal that is gone, a last resort.

However it ends, the terminal is left as it was and the exit status says why. An application that
does not end in time, because something in it is stuck, is ended from here. Knows no application and
imports no Textual; suspending is the driver's.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Any, NoReturn, Self

from mckconsole.ui.restore import TerminalState

GRACE = 2.0
"""Seconds that an application has to end by itself."""
FATAL = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
TERMINAL_GONE = 128 + signal.SIGHUP
"""Exit status when the terminal is gone, with or without a signal that says so."""
_OTHERS = (signal.SIGTSTP, signal.SIGCONT, signal.SIGTTIN, signal.SIGTTOU, signal.SIGWINCH)
"""Signals for which an application's driver installs handlers that it leaves behind."""
_BLIND = 1.0
"""Seconds between two looks where the system does not tell of a terminal that is gone."""


class Life:
    """Around the run of an application, in the main thread, with or without a running loop.

        with Life(lambda status: app.exit(return_code=status)) as life:
            app.run()
        sys.exit(app.return_code if life.status is None else life.status)

    A signal that was ignored before (as SIGHUP under nohup) stays ignored.
    """

    def __init__(
        self,
        app_exit: Callable[[int], None],
        *,
        interrupt: Callable[[], None] | None = None,
        grace: float = GRACE,
    ) -> None:
        """Nothing is installed yet.

        Args:
            app_exit: Ends the application with this status; called on its loop.
            interrupt: What SIGINT does, on the loop: as if ctrl+c were pressed. By default it ends
                the application.
            grace: Seconds the application has to end, after which it is ended.
        """
        self.status: int | None = None
        """The exit status, when it was not the application that wanted to end."""
        self._app_exit = app_exit
        self._interrupt = interrupt
        self._grace = grace
        self._deadline: float | None = None
        self._asked = False
        self._done = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        """Take over the signals; the terminal's settings of this moment are what is restored."""
        self._terminal = TerminalState()
        for number in FATAL:
            self._take(number, self._on_fatal)
        self._take(signal.SIGINT, self._on_interrupt)
        self._take(signal.SIGALRM, self._on_alarm)
        self._before.update({number: signal.getsignal(number) for number in _OTHERS})
        self._pipe = os.pipe()
        os.set_blocking(self._pipe[1], False)
        # Handlers in Python wait for the main thread; the numbers in this pipe do not.
        self._wakeup = signal.set_wakeup_fd(self._pipe[1], warn_on_full_buffer=False)
        self._watchdog = threading.Thread(target=self._watch, name="life", daemon=True)
        self._watchdog.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._done = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._before.items():
            # None: it was not installed from Python and cannot be put back.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        os.write(self._pipe[1], b"\0")
        self._watchdog.join(1.0)
        for end in self._pipe:
            os.close(end)

    def _take(self, number: int, handler: Callable[[int, FrameType | None], None]) -> None:
        before = signal.getsignal(number)
        if before is not signal.SIG_IGN or number == signal.SIGALRM:
            self._before[number] = before
            signal.signal(number, handler)

    # In the main thread, between two instructions of whatever it does.

    def _on_fatal(self, number: int, frame: FrameType | None) -> None:
        self._end(128 + number)

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        loop = _running_loop()
        if self._interrupt is None or loop is None:
            self._end(128 + number)
        else:
            loop.call_soon_threadsafe(self._interrupt)

    def _on_alarm(self, number: int, frame: FrameType | None) -> None:
        """The time is over, or the watchdog wants the end to begin."""
        if self._deadline is not None and time.monotonic() >= self._deadline:
            self._kill()
        elif self.status is not None:
            self._end(self.status)

    def _end(self, status: int) -> None:
        """Ask the application to end; from now on its time runs."""
        if self._asked:
            return
        self._asked = True
        self._doom(status)
        # The alarm finds a main thread that is busy and lets no other thread run.
        signal.setitimer(signal.ITIMER_REAL, self._grace, 0.1)
        if not self._terminal.ours:
            # In the background: giving back a terminal that is not ours would stop the process.
            signal.signal(signal.SIGTTOU, _ignore)
        loop = _running_loop()
        if loop is None:
            raise SystemExit(self.status)
        loop.call_soon_threadsafe(self._ask)

    def _ask(self) -> None:
        # Whatever goes wrong in it: the time runs.
        with suppress(Exception):
            self._app_exit(self.status or 0)

    # In any thread.

    def _doom(self, status: int) -> None:
        if self.status is None:
            self.status = status
        if self._deadline is None:
            self._deadline = time.monotonic() + self._grace

    def _kill(self) -> NoReturn:
        self._terminal.restore()
        os._exit(TERMINAL_GONE if self.status is None else self.status)

    # In the watchdog's thread.

    def _watch(self) -> None:
        """Wait for a fatal signal, for the terminal to go, and for the end of the time."""
        poll = select.poll()
        poll.register(self._pipe[0], select.POLLIN)
        for descriptor in self._watched():
            poll.register(descriptor, 0)  # the end is told unasked
        blind = False
        while not self._done:
            for descriptor, event in poll.poll(self._patience(blind)):
                if descriptor == self._pipe[0]:
                    self._heard(os.read(descriptor, 256))
                    continue
                poll.unregister(descriptor)
                if event & select.POLLNVAL:  # macOS cannot poll terminals
                    blind = True
                else:
                    self._lost()
            if blind and self._terminal.gone:
                self._lost()
                blind = False
            if not self._done and self._deadline and time.monotonic() >= self._deadline:
                self._kill()

    def _watched(self) -> list[int]:
        watched = {self._terminal.output}
        if os.isatty(self._terminal.input):
            watched.add(self._terminal.input)
        return [descriptor for descriptor in watched if descriptor >= 0]

    def _patience(self, blind: bool) -> float | None:
        """Milliseconds to wait for an event."""
        waits = [_BLIND] if blind else []
        if self._deadline is not None:
            waits.append(max(self._deadline - time.monotonic(), 0.0))
        return min(waits) * 1000 + 1 if waits else None

    def _heard(self, numbers: bytes) -> None:
        for number in numbers:
            if number in FATAL and number in self._before:
                self._doom(128 + number)

    def _lost(self) -> None:
        """The terminal is gone: have the main thread end the application."""
        self._doom(TERMINAL_GONE)
        self._terminal.forget()
        main = threading.main_thread().ident
        if main is not None:
            signal.pthread_kill(main, signal.SIGALRM)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    with suppress(RuntimeError):
        return asyncio.get_running_loop()
    return None


def _ignore(number: int, frame: FrameType | None) -> None:
    """A handler and not SIG_IGN: the call that caused the signal fails instead of being done."""
