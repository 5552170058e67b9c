"""From a key to its paint, on a terminal, while rows change: the grid beside Textual's table.

`python -m tests.benchmarks.gridspeed` prints the figures as JSON. A child process runs the table in
a real terminal (a pty); keys are written to it at random moments, and the time is taken until the
bytes arrive that show the moved cursor and its count.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import random
import re
import select
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypedDict

from tests.benchmarks.table import Line, render

KEYS = 200
"""Keys whose paint is timed."""
ROWS = 200_000
TABLE_ROWS = 20_000
"""More of them take Textual's table too long to fill."""
BUDGET = 50.0
"""Milliseconds at the 95th percentile."""
BYTES = 1024
"""Bytes for a cursor that moves within the window."""
_PATIENCE = 120.0
_QUIET = 0.15
_COUNT = re.compile("«(\\d+)»".encode())
_CODES = {"down": b"\x1b[B", "up": b"\x1b[A", "pagedown": b"\x1b[6~", "pageup": b"\x1b[5~"}


class Done(TypedDict):
    """What the child says of itself."""

    changes_per_second: int
    change_ms: float
    fill_s: float
    rss_mib: int


class Figures(Done):
    """One contender at one size."""

    rows: int
    columns: int
    lines: int
    ready_s: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    lost: int
    bytes_move: int
    bytes_scroll: int
    bytes_page: int


class Terminal:
    """The other end of the child's terminal."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._tail = b""
        self.count: int | None = None
        """The last count of moves that was painted."""

    def press(self, keys: bytes) -> None:
        """Write keys."""
        os.write(self._fd, keys)

    def read(self, seconds: float) -> int:
        """Read what is there within so many seconds; returns how many bytes that was."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return 0
        data = os.read(self._fd, 1 << 16)
        self._tail = (self._tail + data)[-(1 << 17) :]
        found = _COUNT.findall(self._tail)
        if found:
            self.count = int(found[-1])
        return len(data)

    def settle(self) -> int:
        """Read until nothing comes any more; returns how many bytes came."""
        total = 0
        while got := self.read(_QUIET):
            total += got
        return total

    def cost(self, keys: bytes) -> int:
        """How many bytes the answer to these keys takes."""
        self.settle()
        self.press(keys)
        return self.read(5.0) + self.settle()

    def wait(self, count: int, seconds: float) -> float | None:
        """Seconds until so many moves were painted; None when that takes too long."""
        started = time.perf_counter()
        while self.count is None or self.count < count:
            left = seconds - (time.perf_counter() - started)
            if left <= 0:
                return None
            self.read(left)
        return time.perf_counter() - started


@contextmanager
def started(contender: str, rows: int, size: tuple[int, int], figures: str) -> Iterator[Terminal]:
    """The child in a terminal of this size."""
    command = [sys.executable, "-m", "tests.benchmarks.gridapp", contender, str(rows), figures]
    pid, fd = pty.fork()
    if pid == 0:
        path = os.pathsep.join([".", "widgets", os.environ.get("PYTHONPATH", "")])
        extra = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": path}
        os.execvpe(command[0], command, {**os.environ, **extra})
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    terminal = Terminal(fd)
    try:
        yield terminal
        with suppress(OSError):
            terminal.press(b"Q")
            while terminal.read(10.0):
                pass
    finally:
        os.close(fd)
        os.waitpid(pid, 0)


def measure(contender: str, rows: int, size: tuple[int, int]) -> Figures:
    """Fill, count bytes without changes, then time keys while rows change."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "figures.json")
        began = time.perf_counter()
        with started(contender, rows, size, str(path)) as terminal:
            if not terminal.read(_PATIENCE):
                raise RuntimeError(f"{contender} of {rows} rows painted nothing")
            while terminal.count is None:
                terminal.read(_PATIENCE)
            ready = time.perf_counter() - began
            move = statistics.median(terminal.cost(b"\x1b[B") for _ in range(9))
            page = terminal.cost(b"\x1b[6~")
            terminal.cost(b"G")
            terminal.press(b"\x1b[A" * (size[1] - 3))
            scroll = statistics.median(terminal.cost(b"\x1b[A") for _ in range(3))
            terminal.press(b"gF")
            times = _times(terminal, size[1])
        done: Done = json.loads(path.read_text())
    kept = sorted(took * 1000 for took in times if took is not None)
    cuts = statistics.quantiles(kept, n=100)
    return Figures(
        rows=rows, columns=size[0], lines=size[1], ready_s=round(ready, 2),
        p50_ms=round(cuts[49], 1), p95_ms=round(cuts[94], 1), p99_ms=round(cuts[98], 1),
        max_ms=round(kept[-1], 1), lost=times.count(None),
        bytes_move=int(move), bytes_scroll=int(scroll), bytes_page=page, **done,
    )  # fmt: skip


def _times(terminal: Terminal, lines: int) -> list[float | None]:
    """Seconds from each key to its paint; None where it was not painted within five seconds."""
    chance = random.Random(2)
    terminal.wait(1, _PATIENCE)
    times: list[float | None] = []
    for key in _keys(chance, lines):
        end = time.perf_counter() + chance.uniform(0.03, 0.15)
        while (left := end - time.perf_counter()) > 0:
            terminal.read(left)
        count = terminal.count or 0
        terminal.press(key)
        times.append(terminal.wait(count + 1, 5.0))
    return times


def _keys(chance: random.Random, lines: int) -> Iterator[bytes]:
    """Keys each of which moves the cursor, wherever the rows go meanwhile."""
    at, end = 0, False
    for _ in range(KEYS):
        near = 3 * lines
        choices = {"down": 1, "pagedown": lines, "up": -1, "pageup": -lines}
        inward = -1 if end else 1
        steps = {
            name: step * inward for name, step in choices.items() if at + step * inward > near
        } or {name: step * inward for name, step in choices.items() if step * inward > 0}
        name = chance.choice([*steps, "other end"])
        if name == "other end":
            at, end = 0, not end
            yield b"G" if end else b"g"
        else:
            at += steps[name]
            yield _CODES[name]


def lines() -> list[Line]:
    """The grid beside Textual's table, at two sizes."""
    found = []
    for size in ((80, 24), (200, 50)):
        ours, other = measure("grid", ROWS, size), measure("datatable", TABLE_ROWS, size)
        found += _lines(ours, other)
    return found


def _lines(ours: Figures, other: Figures) -> list[Line]:
    size = f"{ours['columns']}x{ours['lines']}"
    lost = f", {other['lost']} of {KEYS} keys lost" if other["lost"] else ""
    speed, its = ours["rows"] / ours["fill_s"], other["rows"] / other["fill_s"]
    return [
        Line(
            f"fill it with rows, {size}", f"{ours['rows']:,} in {ours['fill_s']} s",
            f"DataTable {other['rows']:,} in {other['fill_s']} s, before it is laid out",
            f"{speed / its:.0f} x faster", "", None,
        ),
        Line(
            f"key to paint, {ours['rows']:,} rows sorted and filtered, 1,000 changes/s, {size}",
            f"p50 {ours['p50_ms']} p95 {ours['p95_ms']} p99 {ours['p99_ms']} ms",
            f"DataTable, {other['rows']:,} rows neither sorted nor filtered,"
            f" {other['changes_per_second']:,}/s: p95 {other['p95_ms']} ms{lost}",
            f"{other['p95_ms'] / ours['p95_ms']:.1f} x faster", f"p95 ≤ {BUDGET:.0f} ms",
            ours["p95_ms"] <= BUDGET and not ours["lost"],
        ),
        Line(
            f"bytes of a cursor move, {size}",
            f"{ours['bytes_move']:,} (scrolling {ours['bytes_scroll']:,})",
            f"DataTable {other['bytes_move']:,} (scrolling {other['bytes_scroll']:,})",
            f"{other['bytes_move'] / ours['bytes_move']:.1f} x less", f"≤ {BYTES:,}",
            ours["bytes_move"] <= BYTES,
        ),
    ]  # fmt: skip


def main() -> None:
    """Print all figures as JSON, one object per contender and size; `--table` as a table."""
    if "--table" in sys.argv:
        print(render(lines()))
        return
    for size in ((80, 24), (200, 50)):
        for contender, rows in (("grid", ROWS), ("datatable", TABLE_ROWS)):
            print(
                json.dumps({"contender": contender, **measure(contender, rows, size)}), flush=True
            )


if __name__ == "__main__":
    main()
