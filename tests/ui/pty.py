"""A process on a terminal of its own, as a test drives it: keys in, bytes out, size, signals.

    with Pty([sys.executable, "-m", "mckconsole", "--demo"], size=(80, 24)) as pty:
        pty.until(b"READ-ONLY")
        pty.send("q")
        assert pty.wait() == 0

Everything that the process writes is collected, also while waiting for something else, so that it
never has to wait for a reader.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
"""Seconds after which what was waited for counts as never coming."""


class Pty:
    """A process and its terminal; use it as a context."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str] | None = None,
        ignore: Sequence[signal.Signals] = (),
    ) -> None:
        """Start `command` as the first process of a session on a new terminal.

        Args:
            size: Columns and rows.
            env: Variables beside a minimal environment.
            ignore: Signals that the process starts with ignored, as under nohup.
        """
        self.output = bytearray()
        """All that came out so far."""
        self._master, self._slave = os.openpty()
        self.resize(*size, tell=False)
        self.attributes_before = self.attributes()

        def child() -> None:
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
            for number in ignore:
                signal.signal(number, signal.SIG_IGN)

        self.process = subprocess.Popen(
            command,
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            cwd=ROOT,
            env={**_environment(), **(env or {})},
            start_new_session=True,
            preexec_fn=child,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.hang_up()
        os.close(self._slave)

    # What a person does.

    def send(self, keys: str | bytes) -> None:
        """Press keys: what the terminal sends for them."""
        os.write(self._master, keys.encode() if isinstance(keys, str) else keys)

    def resize(self, columns: int, rows: int, *, tell: bool = True) -> None:
        """Give the window another size."""
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)
        if tell:
            self.signal(signal.SIGWINCH)

    def hang_up(self) -> None:
        """Close the window."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def signal(self, number: int) -> None:
        """Send a signal to the process alone."""
        os.kill(self.process.pid, number)

    # What there is to see.

    def attributes(self) -> list[Any]:
        """The terminal's settings now."""
        return termios.tcgetattr(self._slave)

    def until(
        self,
        wanted: bytes | Callable[[bytes], object],
        *,
        patience: float = PATIENCE,
        since: int = 0,
    ) -> bytes:
        """Read until the output from byte `since` on holds `wanted`, or satisfies it; returns it.

        Raises:
            AssertionError: it did not come, or the process ended before.
        """
        ends = time.monotonic() + patience
        while True:
            found = bytes(self.output[since:])
            if wanted in found if isinstance(wanted, bytes) else wanted(found):
                return found
            ended = self.process.poll() is not None
            came = self._read(0.05)
            if not came and (ended or time.monotonic() > ends):
                what = "the process ended" if ended else "it never came"
                raise AssertionError(f"{what}: {wanted!r}; the last bytes: {found[-2000:]!r}")

    def quiet(self, seconds: float = 0.3, *, patience: float = PATIENCE) -> None:
        """Read until nothing comes for `seconds`."""
        ends = time.monotonic() + patience
        while self._read(seconds):
            assert time.monotonic() < ends, "it is never quiet"

    def wait(self, patience: float = PATIENCE) -> int:
        """Read until the process ends; returns its exit status, negative for a signal.

        Raises:
            AssertionError: it did not end.
        """
        ends = time.monotonic() + patience
        while self.process.poll() is None:
            assert time.monotonic() < ends, f"still running; {bytes(self.output[-2000:])!r}"
            self._read(0.05)
        while self._read(0.05):
            pass
        return self.process.returncode

    def cpu_seconds(self) -> float:
        """Processor time that the process has used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _read(self, seconds: float) -> bool:
        """Take in what comes within `seconds`; whether anything came."""
        if self._master < 0:
            time.sleep(seconds)
            return False
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        with suppress(OSError):
            data = os.read(self._master, 65536)
            self.output += data
            return bool(data)
        return False


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'widgets'}",
    }
