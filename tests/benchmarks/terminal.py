"""The console on a terminal of its own (a pty), for benchmarks: what it writes, and when."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_KEPT = 1 << 18
_TICKS = os.sysconf("SC_CLK_TCK")


class Terminal:
    """The other end of a console's terminal."""

    def __init__(self, pid: int, fd: int) -> None:
        self._pid, self._fd = pid, fd
        self.received = 0
        """Bytes that were written to the terminal so far."""
        self.chunks = 0
        """Times at which something was there to be read."""
        self._tail = b""

    def press(self, keys: bytes) -> None:
        """Write keys."""
        os.write(self._fd, keys)

    def read(self, seconds: float) -> bytes:
        """What comes within so many seconds, at the first time that something comes."""
        if not select.select([self._fd], [], [], max(seconds, 0.0))[0]:
            return b""
        data = os.read(self._fd, 1 << 16)
        self.received += len(data)
        self.chunks += 1
        self._tail = (self._tail + data)[-_KEPT:]
        return data

    def forget(self) -> None:
        """Look only at what comes from now on."""
        self._tail = b""

    def until(self, *marks: bytes, seconds: float = 60.0) -> float:
        """The moment (perf_counter) at which all marks had come.

        Raises:
            RuntimeError: they did not come.
        """
        end = time.perf_counter() + seconds
        while not all(mark in self._tail for mark in marks):
            left = end - time.perf_counter()
            if left <= 0:
                raise RuntimeError(f"{marks!r} was not painted; the last: {self._tail[-600:]!r}")
            self.read(left)
        return time.perf_counter()

    def idle(self, seconds: float) -> None:
        """Read for so many seconds whatever comes."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.read(left)

    def quiet(self, seconds: float = 0.15) -> int:
        """Read until nothing comes for so long; returns how many bytes came."""
        before = self.received
        while self.read(seconds):
            pass
        return self.received - before

    def cpu_seconds(self) -> float:
        """Processor time that the process used so far."""
        with open(f"/proc/{self._pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def wakeups(self) -> int:
        """How often the process gave up the processor to wait for something."""
        total = 0
        for thread in os.listdir(f"/proc/{self._pid}/task"):
            with suppress(OSError), open(f"/proc/{self._pid}/task/{thread}/status") as status:
                line = next(one for one in status if one.startswith("voluntary_ctxt"))
                total += int(line.split()[1])
        return total


@contextmanager
def console(*arguments: str, size: tuple[int, int] = (120, 40)) -> Iterator[Terminal]:
    """`mckconsole ARGUMENTS` in a terminal of this size, until the block ends."""
    command = [sys.executable, "-m", "mckconsole", *arguments]
    extra = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    pid, fd = pty.fork()
    if pid == 0:
        os.execvpe(command[0], command, {**os.environ, **extra})
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    try:
        yield Terminal(pid, fd)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(fd)
