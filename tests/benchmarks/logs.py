"""Logs that come faster than anybody reads: `python -m tests.benchmarks logs`.

Twelve containers of three clusters, in a process of their own, say 20,000 lines a second together;
the console follows them on a terminal.
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import time
from collections.abc import Iterator

from tests.benchmarks.table import Line
from tests.benchmarks.terminal import Terminal, console

RATE = 20_000
"""Lines a second, of all containers together."""
CLUSTERS = 3
SECONDS = 10.0
HEIGHT = 40
_BOTTOM = re.compile(rb"\x1b\[%d;1H" % (HEIGHT - 1))
"""Begins each paint of the log's last row."""
_SHOWN = re.compile(rb"([0-9,]+) lines")
_DROPPED = re.compile(rb"([0-9,]+) older dropped")


def logs() -> list[Line]:
    """Frames a second and lines merged, while they stream."""
    with _pouring() as kubeconfig, console("--kubeconfig", kubeconfig) as terminal:
        terminal.until(b"cluster-000", b"2/2")
        terminal.press(b":logs ns default\r")
        terminal.until(b"12 of 12 followed", b"request done")
        terminal.idle(2.0)
        before, cpu, began = _merged(terminal), terminal.cpu_seconds(), time.perf_counter()
        frames = _frames(terminal, SECONDS)
        used = (terminal.cpu_seconds() - cpu) / SECONDS
        merged = (_merged(terminal) - before) / (time.perf_counter() - began)
    rate = frames / SECONDS
    what = f"logs of {4 * CLUSTERS} containers in {CLUSTERS} clusters, {RATE:,} lines/s"
    beside = f"processor {used:.0%}"
    return [
        Line(what, f"{rate:.0f} frames/s", beside, "", "≥ 20 frames/s", rate >= 20),
        Line("the same: lines merged", f"{merged:,.0f} lines/s", f"of {RATE:,} said", "",
             "≥ 19,000 lines/s", merged >= 0.95 * RATE),
    ]  # fmt: skip


def _frames(terminal: Terminal, seconds: float) -> int:
    """How often the last row of the log was painted."""
    end = time.perf_counter() + seconds
    count = 0
    while (left := end - time.perf_counter()) > 0:
        count += len(_BOTTOM.findall(terminal.read(left)))
    return count


def _merged(terminal: Terminal) -> int:
    """Lines that were taken in so far, as the console says it."""
    terminal.forget()
    deadline = time.perf_counter() + 5
    while time.perf_counter() < deadline:
        text = terminal.read(1.0)
        shown, dropped = _SHOWN.findall(text), _DROPPED.findall(text)
        if shown:
            return sum(int(found[-1].replace(b",", b"")) for found in (shown, dropped) if found)
    raise RuntimeError("the console does not say how many lines there are")


@contextlib.contextmanager
def _pouring() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.benchmarks.logserver", str(CLUSTERS), str(RATE)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.stdin.close()
