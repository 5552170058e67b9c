"""How fast the console is under the fingers: `python -m tests.benchmarks first paint moves idle`.

Everything is measured from outside, on a terminal (a pty), with the servers in another process.
"""

from __future__ import annotations

import contextlib
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import IO

from tests.benchmarks.serving import served
from tests.benchmarks.table import Line
from tests.benchmarks.terminal import Terminal, console

ROUNDS = 11
SAMPLES = 60
"""Changes, and keys, whose paint is timed."""
FRAME = (b"READ-ONLY", b"CLUSTER", b"help")
"""Stand in the title, the headings and the footer: the first frame is complete with them."""


def first() -> list[Line]:
    """From the start of the process to the first frame, and to the first row."""
    frames, rows, imports = [], [], []
    with served(clusters=6) as kubeconfig:
        for _ in range(ROUNDS):
            began = time.perf_counter()
            with console("--kubeconfig", kubeconfig) as terminal:
                frames.append(terminal.until(*FRAME) - began)
                rows.append(terminal.until(b"cluster-000") - began)
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", "import textual.app"], check=True)
            imports.append(time.perf_counter() - began)
    frame, row, bare = (statistics.median(one) for one in (frames, rows, imports))
    beside = f"import textual.app {bare * 1000:.0f} ms"
    return [
        Line("first frame of the console", f"{frame * 1000:.0f} ms", beside,
             f"{frame / bare:.2f} x", "≤ 1.6 x", frame / bare <= 1.6),
        Line("first row, 6 clusters", f"{row * 1000:.0f} ms", beside, f"{row / bare:.2f} x", "",
             None),
    ]  # fmt: skip


@contextlib.contextmanager
def churning(clusters: int, rate: int) -> Iterator[tuple[str, IO[str], IO[str]]]:
    """Clusters that change all the time: kubeconfig, and the pipes to and from them."""
    command = [sys.executable, "-m", "tests.benchmarks.churn", str(clusters), str(rate)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdout.readline().strip(), process.stdin, process.stdout
        process.stdin.close()


def paint() -> list[Line]:
    """From a change on the server to its paint, while 1,000 others a second arrive."""
    chance = random.Random(3)
    times = []
    with (
        churning(6, 1000) as (kubeconfig, ask, answers),
        console("--kubeconfig", kubeconfig) as terminal,
    ):
        terminal.until(b"3/3")
        terminal.idle(8.0)
        for _ in range(2 * SAMPLES):
            terminal.idle(chance.uniform(0.2, 0.6))
            terminal.forget()
            ask.write("\n")
            moment, ready = answers.readline().split()
            if ready == "2":  # no other row shows that; 3/3 they all do
                times.append((terminal.until(b"2/3", seconds=10.0) - float(moment)) * 1000)
    cuts = statistics.quantiles(times, n=100)
    return [
        Line("changed on the server → painted, 1,000 events/s", f"p99 {cuts[98]:.0f} ms",
             f"p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms", "", "≤ 250 ms", cuts[98] <= 250),
    ]  # fmt: skip


def moves() -> list[Line]:
    """Bytes written for one move of the cursor, in every kind of view."""
    lines = []
    views = {"fleet": b"1", "mesh matrix": b"2", "mesh list": b"2v", "detail": b"2v\r"}
    with served(clusters=40) as kubeconfig:
        for size in ((80, 24), (200, 50)):
            for name, keys in views.items():
                with console("--kubeconfig", kubeconfig, size=size) as terminal:
                    terminal.until(b"3/3")
                    terminal.idle(3.0)
                    for key in keys:
                        terminal.press(bytes([key]))
                        terminal.idle(0.8)
                    cost = _move(terminal)
                what = f"bytes per cursor move, {name}, {size[0]}x{size[1]}"
                lines.append(Line(what, f"{cost:,} B", "", "", "≤ 2,048 B", cost <= 2048))
    return lines


def _move(terminal: Terminal) -> int:
    """The median of some moves within the window, without what comes by itself."""
    terminal.press(b"p")  # frozen: nothing else is painted
    terminal.idle(5.0)
    costs = []
    for key in (b"j", b"j", b"k", b"j", b"k", b"k", b"j"):
        terminal.quiet()
        before = terminal.received
        terminal.press(key)
        terminal.quiet()
        costs.append(terminal.received - before)
    return int(statistics.median(costs))


def idle() -> list[Line]:
    """Processor time, wake-ups and bytes while nothing but heartbeats changes."""
    lines = []
    for clusters, dead, seconds in ((6, 0, 30.0), (200, 20, 60.0)):
        with (
            served(clusters=clusters, dead=dead) as kubeconfig,
            console("--kubeconfig", kubeconfig) as terminal,
        ):
            terminal.until(b"3/3", seconds=120.0)
            terminal.idle(30.0)
            cpu, woken, received = terminal.cpu_seconds(), terminal.wakeups(), terminal.received
            terminal.idle(seconds)
            share = (terminal.cpu_seconds() - cpu) / seconds
            what = f"console idle, {clusters} clusters" + (f", {dead} dead" if dead else "")
            beside = (
                f"{(terminal.wakeups() - woken) / seconds:.0f} wake-ups/s,"
                f" {(terminal.received - received) / seconds:,.0f} B/s"
            )
            lines.append(Line(what, f"{share:.1%} of a core", beside, "", "≤ 2 %", share <= 0.02))
    return lines


def keys() -> list[Line]:
    """From a key to the paint of the moved cursor, over 200 clusters with their heartbeats."""
    chance = random.Random(4)
    times = []
    with served(clusters=200) as kubeconfig, console("--kubeconfig", kubeconfig) as terminal:
        terminal.until(b"3/3", seconds=120.0)
        terminal.idle(20.0)
        for number in range(SAMPLES):
            terminal.idle(chance.uniform(0.05, 0.4))
            began = time.perf_counter()
            terminal.press(b"j" if number % 20 < 10 else b"k")
            while not terminal.read(5.0):
                pass
            times.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(times, n=100)
    return [
        Line("key → paint, 200 clusters with heartbeats", f"p95 {cuts[94]:.0f} ms",
             f"p50 {cuts[49]:.0f} ms, max {max(times):.0f} ms", "", "≤ 50 ms", cuts[94] <= 50),
    ]  # fmt: skip
