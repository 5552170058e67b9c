"""Progress on a terminal: drawn in place, bounded, gone at the end; nothing in a pipe."""

from __future__ import annotations

import io
import os

import pytest

from mckconsole.cli.progress import ProgressDisplay
from mckconsole.store.reader import Progress


class Terminal(io.StringIO):
    """A terminal of a given size that remembers its lines as they would stand on the screen."""

    def isatty(self) -> bool:
        return True

    def screen(self) -> list[str]:
        """What is to be seen now, of the sequences that ProgressDisplay uses."""
        lines: list[str] = []
        for part in self.getvalue().replace("\x1b[2K", "").replace("\n", "\n\0").split("\0"):
            text = part
            while text.startswith("\x1b["):
                end = next(i for i, char in enumerate(text) if char.isalpha())
                if text[end] == "F":
                    lines = lines[: len(lines) - int(text[2:end])]
                text = text[end + 1 :]
            if text:
                lines.append(text.rstrip("\n"))
        return lines


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")


def sized(monkeypatch: pytest.MonkeyPatch, columns: int, lines: int) -> None:
    monkeypatch.setattr(ProgressDisplay, "_size", lambda self: os.terminal_size((columns, lines)))


def test_one_line_per_cluster_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    sized(monkeypatch, 80, 24)
    stream, now = Terminal(), iter(range(100))
    with ProgressDisplay(stream, ["west", "東"], clock=lambda: float(next(now))) as show:
        show(Progress("west", "connecting"))
        assert stream.screen() == [
            "reading 2 clusters, 0 done",
            "◌ west  connecting",
            "◌ 東    waiting",
        ]
        show(Progress("west", "done", True))
        show(Progress("東", "failed", True, "unreachable: timeout"))
        assert stream.screen() == [
            "reading 2 clusters, 2 done",
            "● west  done",
            "✖ 東    unreachable: timeout",
        ]
    assert stream.screen() == []


def test_unfinished_clusters_come_first_and_no_more_than_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sized(monkeypatch, 20, 5)
    stream, now = Terminal(), iter(range(100))
    names = [f"c{i}" for i in range(50)]
    with ProgressDisplay(stream, names, clock=lambda: float(next(now))) as show:
        show(Progress("c0", "done", True))
        show(Progress("c49", "listing pods 4,500 of 9,812"))
        screen = stream.screen()
        assert len(screen) == 4
        assert "c0" not in " ".join(screen[1:]).split()
        assert all(len(line) < 20 for line in screen)


def test_drawing_is_bounded_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    sized(monkeypatch, 80, 24)
    stream = Terminal()
    show = ProgressDisplay(stream, ["west"], clock=lambda: 1.0)
    for count in range(100):
        show(Progress("west", f"listing {count}"))
    assert stream.getvalue().count("reading") == 1


def test_hostile_names_stay_inert(monkeypatch: pytest.MonkeyPatch) -> None:
    sized(monkeypatch, 80, 24)
    stream = Terminal()
    ProgressDisplay(stream, ["a\x1b[2J"])(Progress("a\x1b[2J", "x\r\n\x9b"))
    assert "\x1b[2J" not in stream.getvalue()
    assert "\x9b" not in stream.getvalue()


def test_a_pipe_and_a_dumb_terminal_get_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    with ProgressDisplay(pipe, ["west"]) as show:
        show(Progress("west", "connecting"))
    monkeypatch.setenv("TERM", "dumb")
    dumb = Terminal()
    with ProgressDisplay(dumb, ["west"]) as show:
        show(Progress("west", "connecting"))
    assert (pipe.getvalue(), dumb.getvalue()) == ("", "")


def test_a_terminal_that_goes_away_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    sized(monkeypatch, 80, 24)
    stream = Terminal()
    stream.close()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    with ProgressDisplay(stream, ["west"]) as show:
        show(Progress("west", "connecting"))
        show(Progress("west", "done", True))
