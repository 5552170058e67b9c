"""Put the terminal back as it was, from outside of the application that had it. Imports no Textual.

The last resort: an application that still runs restores its terminal itself.
"""

from __future__ import annotations

import errno
import os
import select
import sys
import termios
from contextlib import suppress
from typing import Any, TextIO

RESET = "".join(
    (
        "\x1b\\",  # ends a string (OSC, DCS) that was cut short
        "\x1b[?2026l",  # show what a synchronised update holds back
        "\x1b[<u",  # kitty keyboard protocol; each screen has its own, so before the next
        *(f"\x1b[?{mode}l" for mode in (1000, 1002, 1003, 1006, 1015, 1016)),  # mouse
        "\x1b[?2004l",  # bracketed paste
        "\x1b[?1004l",  # focus events
        "\x1b[?2048l",  # size reports
        "\x1b[?7h",  # wrap lines
        "\x1b[?1049l",  # leave the alternate screen
        "\x1b[?25h\x1b[0 q",  # cursor: there, in its usual shape
        "\x1b[0m",  # no colour
    )
)
"""Everything that Textual's driver turns on, off; harmless where it is off."""
PATIENCE = 0.3
"""Seconds for a terminal that takes no output."""


class TerminalState:
    """The terminal's settings at one moment: before an application takes it."""

    def __init__(self) -> None:
        self.input, self.output = _fileno(sys.__stdin__), _fileno(sys.__stderr__)
        """Where Textual reads and writes; -1 where there is nothing."""
        self._terminal = next((fd for fd in (self.output, self.input) if _is_tty(fd)), -1)
        self._settings: list[Any] | None = None
        if self._terminal >= 0:
            with suppress(termios.error):
                self._settings = termios.tcgetattr(self._terminal)

    @property
    def ours(self) -> bool:
        """Whether we are in the foreground; if not, the terminal is another job's, or gone."""
        try:
            return os.tcgetpgrp(self._terminal) == os.getpgrp()
        except OSError:
            return False

    @property
    def gone(self) -> bool:
        """Whether the terminal that was there is no more."""
        if self._settings is None:
            return False
        try:
            termios.tcgetattr(self._terminal)
        except (termios.error, OSError):
            return True
        return False

    def restore(self) -> None:
        """Turn everything off and put the settings back; never waits for long, never raises."""
        if self._settings is None or not self.ours:
            return
        with suppress(termios.error, OSError):
            _write(os.ttyname(self._terminal), RESET.encode())
        with suppress(termios.error, OSError):
            termios.tcsetattr(self._terminal, termios.TCSANOW, self._settings)
            termios.tcflush(self._terminal, termios.TCIFLUSH)  # reports that came meanwhile

    def forget(self) -> None:
        """Replace what is gone: input by one that stays silent, output by one that takes all.

        Reading at the end of a terminal returns at once, for ever, and writing to it fails.
        """
        if _is_dead(0):
            silent, _ = os.pipe()  # its other end stays open
            os.dup2(silent, 0)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for descriptor in (1, 2):
            if _is_dead(descriptor):
                os.dup2(nowhere, descriptor)
        os.close(nowhere)


def _write(path: str, data: bytes) -> None:
    """Write to the terminal through an opening of its own, which need not wait."""
    terminal = os.open(path, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        while data and select.select([], [terminal], [], PATIENCE)[1]:
            data = data[os.write(terminal, data) :]
    finally:
        os.close(terminal)


def _fileno(stream: TextIO | None) -> int:
    try:
        return stream.fileno() if stream is not None else -1
    except (OSError, ValueError):
        return -1


def _is_tty(descriptor: int) -> bool:
    return descriptor >= 0 and os.isatty(descriptor)


def _is_dead(descriptor: int) -> bool:
    """Whether this is a terminal that hung up, or a pipe that nobody reads."""
    poll = select.poll()
    poll.register(descriptor, 0)
    if any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0)):
        return True
    try:
        termios.tcgetattr(descriptor)
    except termios.error as error:
        return bool(error.args[0] == errno.EIO)
    return False
