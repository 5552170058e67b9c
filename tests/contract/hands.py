"""Hands and eyes at a running console: keys into its terminal, and what the terminal shows then."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.ui.pty import Pty
from tests.ui.strictterm import Breach, StrictTerminal

KEYS = {
    "enter": "\r", "escape": "\x1b[27u", "tab": "\t", "up": "\x1b[A", "down": "\x1b[B",
    "right": "\x1b[C", "left": "\x1b[D", "pageup": "\x1b[5~", "pagedown": "\x1b[6~",
    "home": "\x1b[H", "end": "\x1b[F", "ctrl+s": "\x13", "ctrl+p": "\x10", "ctrl+q": "\x11",
    "ctrl+u": "\x15", "backspace": "\x7f", "space": " ",
}  # fmt: skip
"""What a terminal sends for keys that are no character; escape as those do that the console asks to
tell it from the start of a sequence, so that what follows it is not taken for a part of it."""
COPYING = ("y", "Y")
PATIENCE = 60.0
"""Seconds after which a condition that does not come true fails the test."""
QUIET = 0.05
"""Seconds without output after which a key counts as answered."""


class Hands:
    """A console on a terminal that takes only what is known to be harmless."""

    def __init__(self, pty: Pty, columns: int, rows: int) -> None:
        self._pty = pty
        self._fed = self._copied = 0
        self.terminal = StrictTerminal(columns, rows)
        self.seen: set[str] = set()
        """Every line that was on the screen after some key."""

    @property
    def text(self) -> str:
        """What the screen shows."""
        return self.terminal.text()

    def press(self, *keys: str) -> None:
        """Press keys one after the other, and look at what each does.

        Raises:
            AssertionError: the clipboard was written to without being asked to.
        """
        for key in keys:
            self._copied += key in COPYING
            self._pty.send(KEYS.get(key, key))
            self.look()
            assert len(self.terminal.clipboard) <= self._copied, key

    def command(self, text: str) -> None:
        """Carry out a `:` command."""
        self.press(f":{text}\r")

    def paste(self, text: str) -> None:
        """Paste, as terminals do it."""
        self._pty.send(f"\x1b[200~{text}\x1b[201~")
        self.look()

    def click(self, words: str) -> bool:
        """Click on the first place where these words are; False when they are nowhere."""
        place = self.terminal.find(words)
        if place is None:
            return False
        x, y = place[0] + 1 + len(words) // 2, place[1] + 1
        self._pty.send(f"\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m")
        self.look()
        return True

    def resize(self, columns: int, rows: int) -> None:
        """Make the window another size."""
        self.look()
        self.terminal.resize(columns, rows)
        self._pty.resize(columns, rows)
        self.look()

    def look(self, seconds: float = 3.0) -> None:
        """Take in what comes until nothing does, for so many seconds at most.

        Raises:
            Breach: something came that must not.
        """
        end = time.monotonic() + seconds
        while self._pty._read(QUIET) and time.monotonic() < end:
            self._feed()
        self._feed()
        self.seen.update(self.text.split("\n"))

    def until(self, condition: Callable[[str], object]) -> None:
        """Look until the screen satisfies `condition`.

        Raises:
            AssertionError: it never did.
        """
        end = time.monotonic() + PATIENCE
        while not condition(self.text):
            assert time.monotonic() < end, f"not in {PATIENCE:.0f} s; the screen:\n{self.text}"
            assert self._pty.process.poll() is None, f"it ended; the screen:\n{self.text}"
            self.look(0.2)

    def until_words(self, *words: str) -> None:
        """Look until all of these are on the screen."""
        self.until(lambda text: all(one in text for one in words))

    def _feed(self) -> None:
        new = bytes(self._pty.output[self._fed :])
        self._fed = len(self._pty.output)
        try:
            self.terminal.feed(new)
        except Breach as breach:
            ended = "" if self._pty.process.poll() is None else "it has ended; "
            raise Breach(f"{breach}; {ended}the screen before:\n{self.text}") from None

    def leave(self, *keys: str) -> int:
        """End the console with these keys; returns its exit status."""
        for key in keys:
            self._pty.send(KEYS.get(key, key))
        status = self._pty.wait(PATIENCE)
        self._feed()
        return status
