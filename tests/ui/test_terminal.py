"""Which terminals the console is shown on, in how many colours, and what then comes out."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from mckconsole.ui.terminal import Colours, check_terminal, prepare
from tests.ui.pty import Pty

COMMAND = [sys.executable, "-m", "mckconsole", "--demo"]
SGR = re.compile(rb"\x1b\[([\d;:]*)m")


class TestCheck:
    @pytest.mark.parametrize("term", ["xterm-256color", "linux", "tmux-256color", "vt100", "xterm"])
    def test_terminals(self, term: str) -> None:
        assert check_terminal({"TERM": term}, "utf-8") == ""

    @pytest.mark.parametrize(
        ("env", "words"),
        [
            ({}, "TERM is not set"),
            ({"TERM": ""}, "TERM is not set"),
            ({"TERM": "dumb"}, "(TERM=dumb) cannot show the console; `mckconsole report`"),
            ({"TERM": "unknown"}, "TERM=unknown"),
        ],
    )
    def test_what_is_no_terminal_to_draw_on(self, env: dict[str, str], words: str) -> None:
        assert words in check_terminal(env, "utf-8")

    @pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "utf_8"])
    def test_utf_8(self, encoding: str) -> None:
        assert check_terminal({"TERM": "xterm"}, encoding) == ""

    @pytest.mark.parametrize("encoding", ["iso8859-1", "ANSI_X3.4-1968", ""])
    def test_other_encodings(self, encoding: str) -> None:
        assert "LC_ALL=C.UTF-8" in check_terminal({"TERM": "xterm"}, encoding)


class TestColours:
    @pytest.mark.parametrize(
        ("term", "more", "colours"),
        [
            ("xterm-256color", {}, "256"),
            ("xterm-256color", {"COLORTERM": "truecolor"}, "true"),
            ("xterm-256color", {"COLORTERM": "24bit"}, "true"),
            ("xterm-256color", {"COLORTERM": "yes"}, "256"),
            ("xterm", {}, "16"),
            ("linux", {}, "16"),
            ("screen-16color", {}, "16"),
            ("xterm-kitty", {}, "true"),
            ("alacritty", {}, "true"),
            ("xterm-direct", {}, "true"),
            ("vt220", {}, "none"),
            ("xterm-mono", {}, "none"),
            ("xterm-256color", {"NO_COLOR": "1"}, "none"),
            ("xterm-256color", {"NO_COLOR": "0", "COLORTERM": "truecolor"}, "none"),
            ("xterm-256color", {"NO_COLOR": ""}, "256"),
            ("linux", {"TEXTUAL_COLOR_SYSTEM": "truecolor"}, "true"),
            ("xterm-256color", {"TEXTUAL_COLOR_SYSTEM": "standard"}, "16"),
            ("xterm-256color", {"TEXTUAL_COLOR_SYSTEM": "auto"}, "256"),
            ("xterm-256color", {"TEXTUAL_COLOR_SYSTEM": "24bit"}, "256"),
        ],
    )
    def test_by_environment(self, term: str, more: dict[str, str], colours: Colours) -> None:
        assert prepare({"TERM": term, **more}) == colours

    def test_an_unknown_colour_system_is_taken_away_before_textual_sees_it(self) -> None:
        env = {"TERM": "xterm", "TEXTUAL_COLOR_SYSTEM": "24bit"}
        prepare(env)
        assert "TEXTUAL_COLOR_SYSTEM" not in env

    def test_nothing_moves_unless_the_user_wants_it(self) -> None:
        env = {"TERM": "xterm"}
        prepare(env)
        assert env["TEXTUAL_ANIMATIONS"] == "none"
        env = {"TERM": "xterm", "TEXTUAL_ANIMATIONS": "full"}
        prepare(env)
        assert env["TEXTUAL_ANIMATIONS"] == "full"

    def test_an_empty_no_color_is_taken_away_before_textual_sees_it(self) -> None:
        env = {"TERM": "xterm", "NO_COLOR": ""}
        prepare(env)
        assert "NO_COLOR" not in env

    def test_without_colour_textual_starts_with_ansi_colours(self) -> None:
        env = {"TERM": "xterm", "NO_COLOR": "1", "TEXTUAL_THEME": "nord"}
        prepare(env)
        assert env["TEXTUAL_THEME"] == "ansi-dark"


def shown(keys: str = "", **env: str) -> bytes:
    """What the console over the embedded fleet writes until it is left, after some keys."""
    with Pty(COMMAND, env={"HOME": "/nowhere", **env}) as pty:
        pty.until(b"gcp-eu-1")
        pty.quiet()
        for key in keys:
            pty.send(key)
            pty.quiet()
        pty.send("\x11")
        assert pty.wait() == 0
        return bytes(pty.output)


def colour_codes(output: bytes) -> set[bytes]:
    """Every parameter of SGR sequences that sets a colour, the default colours included."""
    parameters = [p for found in SGR.findall(output) for p in re.split(rb"[;:]", found) if p]
    return {p for p in parameters if 30 <= int(p) <= 49 or 90 <= int(p) <= 107}


class TestBytes:
    """What comes out, with dialogs, filter and cursor."""

    KEYS = "jj/a\x1b?\x1bs\x1bT2:"

    def test_no_color(self) -> None:
        output = shown(self.KEYS, NO_COLOR="1", COLORTERM="truecolor")
        assert colour_codes(output) == set()
        styles = {p for found in SGR.findall(output) for p in found.split(b";")}
        assert {b"1", b"7"} <= styles  # bold and reverse still say where one is

    def test_an_empty_no_color_means_nothing(self) -> None:
        assert b"38" in colour_codes(shown(NO_COLOR="", COLORTERM="truecolor"))

    def test_a_monochrome_terminal(self) -> None:
        assert colour_codes(shown("j", TERM="vt220")) == set()

    def test_sixteen_colours(self) -> None:
        found = colour_codes(shown("j", TERM="xterm"))
        assert b"32" in found
        assert not found & {b"38", b"48"}

    def test_256_colours(self) -> None:
        output = shown("j", TERM="xterm-256color")
        assert b"38;5;" in output
        assert b"38;2;" not in output

    def test_all_colours(self) -> None:
        assert b"38;2;" in shown("j", TERM="alacritty")


def refused(*arguments: str, **env: str) -> bytes:
    with Pty([*COMMAND, *arguments], env={"HOME": "/nowhere", **env}) as pty:
        assert pty.wait() == 2
        assert b"\x1b" not in pty.output
        return bytes(pty.output)


class TestRefused:
    """Said before the screen is taken: not one escape sequence."""

    def test_dumb_terminal(self) -> None:
        assert b"mckconsole report" in refused(TERM="dumb")

    def test_locale(self) -> None:
        assert b"needs UTF-8" in refused(PYTHONIOENCODING="iso-8859-1")

    def test_unknown_theme(self) -> None:
        assert b"--theme: there is no theme drak; did you mean dark?" in refused("--theme", "drak")

    def test_bad_configuration_keymap_and_theme(self, tmp_path: Path) -> None:
        home = tmp_path / ".config" / "mckconsole"
        (home / "themes").mkdir(parents=True)
        (home / "config.yaml").write_text("mouse: maybe\n")
        assert b"config.yaml:1: mouse: expected true or false" in refused(HOME=str(tmp_path))
        (home / "config.yaml").write_text("theme: mine\n")
        (home / "keymap.yaml").write_text("quit: j\n")
        (home / "themes" / "mine.toml").write_text("dark = 1\n")
        said = refused(HOME=str(tmp_path)).decode()
        for words in ("mine.toml: dark: must be", "keymap.yaml:1: quit: j is the key of move.down"):
            assert words in said


def test_output_is_drawn_on_the_terminal_when_stderr_is_a_file(tmp_path: Path) -> None:
    log = tmp_path / "log"
    line = f'exec "$0" -m mckconsole --demo 2>{log}'
    with Pty(["/bin/sh", "-c", line, sys.executable], env={"HOME": "/nowhere"}) as pty:
        pty.until(b"READ-ONLY")
        pty.quiet()
        pty.send("\x11")
        assert pty.wait() == 0
    assert log.read_text() == ""


def test_the_size_is_that_of_the_terminal_whatever_the_environment_says() -> None:
    env = {"HOME": "/nowhere", "COLUMNS": "20", "LINES": "5"}
    with Pty(COMMAND, env=env, size=(90, 24)) as pty:
        pty.until(b"READ-ONLY (default)")
        pty.until(b"gcp-eu-1")
        since = len(pty.output)
        pty.resize(90, 33)
        pty.until(b"\x1b[33;1H", since=since)
        pty.send("\x11")
        assert pty.wait() == 0


def test_a_closed_stderr_is_refused() -> None:
    line = 'exec "$0" -m mckconsole --demo 2>&-'
    with Pty(["/bin/sh", "-c", line, sys.executable], env={"HOME": "/nowhere"}) as pty:
        assert pty.wait() == 2
        assert pty.output == b""
