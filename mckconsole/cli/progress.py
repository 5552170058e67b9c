"""One line per cluster on stderr while a fleet is read, gone when it is done.

Only on a terminal: a pipe or a log gets nothing. Clusters that are still being read come first, so
a fleet larger than the terminal shows what it waits for.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self, TextIO

from mckconsole.domain.text import clean
from mckconsole.domain.wording import counted
from mckconsole.report.width import cell_width, cut, pad
from mckconsole.store.reader import Progress

INTERVAL = 0.1
"""Seconds between two drawings, at least."""

_UP = "\x1b[{}F"
_CLEAR_LINE = "\x1b[2K"
_CLEAR_BELOW = "\x1b[0J"


class ProgressDisplay:
    """Draws what `read_fleet` reports; a context manager that leaves a clean screen."""

    def __init__(
        self,
        stream: TextIO | None,
        clusters: Sequence[str],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream or io.StringIO()  # a process may be started without stderr
        self._on = self._stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._clock = clock
        self._steps = {name: Progress(name, "waiting") for name in clusters}
        self._drawn = 0
        self._due = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._write([])

    def __call__(self, step: Progress) -> None:
        """Take one step in; draws at most every `INTERVAL` seconds."""
        self._steps[step.cluster] = step
        if self._on and self._clock() >= self._due:
            self._due = self._clock() + INTERVAL
            self._write(self._lines())

    def _lines(self) -> list[str]:
        columns, rows = self._size()
        done = sum(step.done for step in self._steps.values())
        lines = [f"reading {counted(len(self._steps), 'cluster')}, {done} done"]
        names = max(map(cell_width, self._steps), default=0)
        ordered = sorted(self._steps.values(), key=lambda step: step.done)
        for step in ordered[: max(rows - 2, 1)]:
            sign = ("✖" if step.error else "●") if step.done else "◌"
            lines.append(f"{sign} {pad(step.cluster, names)}  {step.error or step.phase}")
        return [cut(clean(line), columns - 1) for line in lines]

    def _size(self) -> tuple[int, int]:
        try:
            size = os.get_terminal_size(self._stream.fileno())
        except (OSError, ValueError):
            return 80, 24
        return size.columns or 80, size.lines or 24  # a terminal may not know its own size

    def _write(self, lines: Sequence[str]) -> None:
        """Replace what is drawn by `lines`; a terminal that went away is no reason to fail."""
        if not self._on or (not lines and not self._drawn):
            return
        back = _UP.format(self._drawn) if self._drawn else ""
        text = "".join(f"{_CLEAR_LINE}{line}\n" for line in lines)
        try:
            self._stream.write(f"{back}{text}{_CLEAR_BELOW}")
            self._stream.flush()
        except (OSError, ValueError):
            self._on = False
        self._drawn = len(lines)
