"""Process life on a real terminal: however it ends, the terminal is as before and says why."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import termios
import threading
import time

import pytest

from mckconsole.ui.life import FATAL, Life
from mckconsole.ui.restore import RESET
from tests.ui.pty import PATIENCE, Pty

APP = [sys.executable, "-m", "tests.ui.lifeapp"]
LEFT = (b"\x1b[?1049l", b"\x1b[?1003l", b"\x1b[?2004l", b"\x1b[?1004l", b"\x1b[<u", b"\x1b[?25h")
"""What has to come out: alternate screen, mouse, paste, focus, keyboard, cursor."""


def started(pty: Pty) -> int:
    """Wait until the application is painted; returns how much came out until then."""
    pty.until(b"hello there")
    pty.quiet()
    assert pty.attributes() != pty.attributes_before
    return len(pty.output)


def assert_restored(pty: Pty, since: int) -> None:
    out = bytes(pty.output[since:])
    assert [sequence for sequence in LEFT if sequence not in out] == []
    assert pty.attributes() == pty.attributes_before


@pytest.mark.parametrize("number", FATAL)
def test_a_signal_ends_it_in_an_orderly_way(number: signal.Signals) -> None:
    with Pty(APP) as pty:
        since = started(pty)
        pty.signal(number)
        assert pty.wait() == 128 + number
        assert_restored(pty, since)
        assert RESET.encode() not in pty.output  # it did it by itself


def test_a_signal_from_outside_that_interrupts_is_the_key() -> None:
    with Pty(APP) as pty:
        started(pty)
        pty.signal(signal.SIGINT)
        assert pty.wait() == 33


@pytest.mark.parametrize("key", ["s", "b", "r"], ids=["sleeps", "blocks", "searches"])
def test_one_that_is_stuck_is_ended_and_the_terminal_restored(key: str) -> None:
    with Pty(APP) as pty:
        since = started(pty)
        pty.send(key)
        pty.until(b"stuck", since=since)
        pty.quiet(0.6)
        pty.signal(signal.SIGQUIT)
        assert pty.wait() == 128 + signal.SIGQUIT
        assert_restored(pty, since)
        assert pty.output.endswith(RESET.encode())


def test_one_that_does_not_want_to_end_is_ended() -> None:
    with Pty(APP) as pty:
        since = started(pty)
        pty.send("x")
        pty.until(b"endless", since=since)
        pty.signal(signal.SIGTERM)
        assert pty.wait() == 128 + signal.SIGTERM
        assert_restored(pty, since)


@pytest.mark.parametrize("ignore", [(), (signal.SIGHUP,)], ids=["hup", "nohup"])
@pytest.mark.parametrize("stuck", [False, True])
def test_a_closed_window_ends_it_without_a_busy_loop(
    ignore: tuple[signal.Signals, ...], stuck: bool
) -> None:
    with Pty(APP, ignore=ignore) as pty:
        since = started(pty)
        if stuck:
            pty.send("s")
            pty.until(b"stuck", since=since)
            pty.quiet(0.6)
        used = os.times().children_user + os.times().children_system
        before = pty.cpu_seconds()
        pty.hang_up()
        assert pty.wait() == 128 + signal.SIGHUP
        times = os.times()
        assert times.children_user + times.children_system - used - before < 1.5


def test_a_reader_of_errors_that_is_gone_ends_it() -> None:
    shell = ["bash", "-c", f"exec {' '.join(APP)} 2> >(head -c 2000 >&1)"]
    with Pty(shell) as pty:
        assert pty.wait() == 128 + signal.SIGHUP
        assert pty.attributes() == pty.attributes_before


def test_it_leaves_by_itself_with_its_own_status() -> None:
    with Pty(APP) as pty:
        since = started(pty)
        pty.send("q")
        assert pty.wait() == 7
        assert_restored(pty, since)


def test_in_a_window_of_its_own_nothing_stops_it() -> None:
    with Pty(APP) as pty:
        since = started(pty)
        pty.send("z")
        pty.send("m")
        pty.until(b"marked", since=since)
        pty.send("q")
        assert pty.wait() == 7


class Shell(Pty):
    """An interactive bash, and the application as its job."""

    def __init__(self) -> None:
        super().__init__(["bash", "--norc", "--noprofile", "-i"], env={"PS1": "$ "})
        self.until(b"$ ")
        self.send(f"{' '.join(APP)}\n")
        started(self)
        self.raw = self.attributes()

    @property
    def job(self) -> int:
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)],
            capture_output=True,
            check=True,
            text=True,
        )
        return int(found.stdout.split()[0])

    @property
    def is_stopped(self) -> bool:
        found = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(self.job)], capture_output=True, check=True, text=True
        )
        return found.stdout.startswith("T")

    def stopped(self, since: int) -> None:
        """Wait for the prompt, at which the shell's own settings hold."""
        self.until(lambda out: b"Stopped" in out and out.endswith(b"$ "), since=since)

    def back(self) -> None:
        """Continue the job and wait until it is painted again."""
        since = len(self.output)
        self.send("fg\n")
        self.until(b"\x1b[?1049h", since=since)
        self.until(b"hello there", since=since)
        self.quiet()
        assert self.attributes() == self.raw

    def leave(self) -> None:
        since = len(self.output)
        self.send("q")
        self.until(b"$ ", since=since)
        self.send("echo status=$?; stty -a\n")
        out = self.until(lambda out: b"status=7" in out and b"icanon" in out, since=since)
        assert b" icanon " in out


bash = pytest.mark.skipif(
    not (shutil.which("bash") and shutil.which("ps")), reason="needs bash and ps"
)


@bash
def test_it_is_suspended_by_key_and_comes_back() -> None:
    with Shell() as shell:
        for _ in range(2):
            since = len(shell.output)
            shell.send("z")
            shell.stopped(since)
            out = bytes(shell.output[since:])
            assert [sequence for sequence in LEFT if sequence not in out] == []
            shell.back()
        shell.leave()


@bash
@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGSTOP])
def test_it_is_stopped_from_outside_and_comes_back(number: signal.Signals) -> None:
    with Shell() as shell:
        since = len(shell.output)
        os.kill(shell.job, number)
        shell.stopped(since)
        shell.back()
        shell.leave()


@bash
def test_a_stopped_job_can_be_killed() -> None:
    with Shell() as shell:
        since = len(shell.output)
        shell.send("z")
        shell.stopped(since)
        since, ends = len(shell.output), time.monotonic() + PATIENCE
        shell.send("kill %1\n")
        while b"Exit 143" not in shell.output[since:]:
            shell.send("\n")  # bash tells of jobs before a prompt
            shell.quiet(0.1)
            assert time.monotonic() < ends, bytes(shell.output[since:])
        assert b"\x1b[?1049h" not in shell.output[since:]


@bash
def test_a_stopped_job_waits_in_the_background_for_the_terminal() -> None:
    with Shell() as shell:
        since = len(shell.output)
        shell.send("z")
        shell.stopped(since)
        since = len(shell.output)
        for _ in range(4):
            shell.send("bg; jobs\n")
            shell.until(lambda out: b"Running" in out and out.endswith(b"$ "), since=since)
            ends = time.monotonic() + PATIENCE
            while not shell.is_stopped:
                shell.quiet(0.05)
                assert time.monotonic() < ends
        assert b"\x1b[?1049h" not in shell.output[since:]
        shell.back()
        shell.leave()


class TestHandlers:
    def test_they_are_put_back(self) -> None:
        numbers = (*FATAL, signal.SIGINT, signal.SIGALRM, signal.SIGTSTP, signal.SIGCONT)
        before = [signal.getsignal(number) for number in numbers]
        with Life(lambda status: None) as life:
            assert signal.getsignal(signal.SIGTERM) not in before
            signal.signal(signal.SIGTSTP, signal.SIG_IGN)  # as a driver leaves its own behind
        assert [signal.getsignal(number) for number in numbers] == before
        assert signal.set_wakeup_fd(-1) == -1
        assert life.status is None
        assert "life" not in {thread.name for thread in threading.enumerate()}

    def test_what_was_ignored_stays_ignored(self) -> None:
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            with Life(lambda status: None) as life:
                signal.raise_signal(signal.SIGHUP)
                assert life.status is None
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        finally:
            signal.signal(signal.SIGHUP, before)

    def test_without_a_loop_a_signal_is_an_exit(self) -> None:
        with Life(lambda status: None) as life:
            with pytest.raises(SystemExit) as caught:
                signal.raise_signal(signal.SIGTERM)
            assert caught.value.code == life.status == 143

    async def test_in_a_loop_it_asks_once_with_the_first_status(self) -> None:
        asked: list[int] = []
        with Life(asked.append) as life:
            signal.raise_signal(signal.SIGQUIT)
            signal.raise_signal(signal.SIGTERM)
            while not asked:
                await _turn()
            await _turn()
        assert (asked, life.status) == ([131], 131)

    async def test_an_application_that_fails_to_end_is_no_error(self) -> None:
        def fails(status: int) -> None:
            raise RuntimeError

        with Life(fails) as life:
            signal.raise_signal(signal.SIGTERM)
            await _turn()
            await _turn()
        assert life.status == 143


async def _turn() -> None:
    import asyncio

    await asyncio.sleep(0)


def test_the_harness_itself() -> None:
    """It tells of an end, of silence, of a size and of settings."""
    script = "stty size; read line; stty -echo; echo got $line; exit 5"
    with Pty(["sh", "-c", script], size=(33, 11)) as pty:
        pty.until(b"11 33")
        assert pty.attributes()[3] & termios.ECHO
        with pytest.raises(AssertionError, match="never came"):
            pty.until(b"got", patience=0.2)
        pty.send("it\n")
        pty.until(b"got it")
        assert pty.wait() == 5
        assert not pty.attributes()[3] & termios.ECHO
        with pytest.raises(AssertionError, match="process ended"):
            pty.until(b"more")
