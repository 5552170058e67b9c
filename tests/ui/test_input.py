"""What comes in from the terminal, byte by byte, on a real one."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.ui.pty import Pty
from tests.ui.test_life import APP, started


def sleeps_of(pid: int) -> int:
    """How often the threads of a process have gone to sleep: each time, something woke one up."""
    found = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        words = (task / "status").read_text().split("\nvoluntary_ctxt_switches:")[1].split()
        found += int(words[0])
    return found


def test_bytes_that_are_no_text_do_not_stop_the_input() -> None:
    with Pty(APP) as pty:
        since = started(pty)
        pty.send(b"\xff\xfe\xc0\x80m")
        pty.until(b"marked", since=since)
        pty.send("q")
        assert pty.wait() == 7


def test_a_character_and_a_sequence_may_come_in_pieces() -> None:
    with Pty(APP) as pty:
        since = started(pty)
        for piece in (b"\xe6", b"\xbc", b"\xa2", b"\x1b", b"[", b"A", b"m"):
            pty.send(piece)
        pty.until(b"marked", since=since)


def test_an_escape_alone_is_a_key() -> None:
    with Pty(APP) as pty:
        since = started(pty)
        pty.send("\x1b")
        time.sleep(0.3)  # longer than the rest of a sequence may take
        pty.send("m")
        pty.until(b"marked", since=since)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux counts that")
def test_nobody_wakes_up_to_look_whether_something_was_typed() -> None:
    with Pty(APP) as pty:
        started(pty)
        before = sleeps_of(pty.process.pid)
        pty.quiet(1.0)
        assert sleeps_of(pty.process.pid) - before < 5
