"""What the console is started with: options, configuration, and who says that it only reads."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

import pytest

from mckconsole.cli import console_command, report_command
from mckconsole.cli.arguments import build_parser, contradiction
from mckconsole.cli.console_command import make_settings
from mckconsole.cli.errors import UsageError
from mckconsole.cli.main import main
from mckconsole.config.errors import ConfigError
from mckconsole.config.load import load_config
from mckconsole.ui.settings import Settings
from mckconsole.views.panes import PANES


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A user's configuration directory, empty."""
    path = tmp_path / ".config" / "mckconsole"
    path.mkdir(parents=True)
    return path


def settings(home: Path, *words: str) -> Settings:
    env = {"HOME": str(home.parents[1])}
    arguments = build_parser().parse_args(words)
    return make_settings(arguments, load_config(arguments.config, env=env), env, "true")


def test_defaults(home: Path) -> None:
    found = settings(home)
    assert (found.theme, found.pane, found.keymap) == ("dark", PANES[0].name, {})
    assert (found.mouse, found.demo, found.no_colour) == (True, False, False)
    assert found.exports == Path()


def test_everything_from_the_configuration(home: Path) -> None:
    (home / "config.yaml").write_text(
        "theme: dusk\nmouse: false\nexports: out\nkeymap: keys.yaml\nconnections: 3\n"
    )
    (home / "keys.yaml").write_text("view.refresh: ctrl-r\n")
    found = settings(home)
    assert (found.theme, found.mouse, found.exports) == ("dusk", False, home / "out")
    assert found.keymap == {"view.refresh": "ctrl+r"}
    assert found.config.connections == 3


def test_options_win(home: Path) -> None:
    (home / "config.yaml").write_text("theme: dusk\nkeymap: keys.yaml\n")
    (home / "other.yaml").write_text("view.pause: F2\n")
    options = ("--theme", "paper", "--no-mouse", "--pane", "mesh", "--demo")
    found = settings(home, *options, "--keymap", str(home / "other.yaml"))
    assert (found.theme, found.mouse, found.pane, found.demo) == ("paper", False, "mesh", True)
    assert found.keymap == {"view.pause": "f2"}


def test_the_keymap_of_the_configuration_directory(home: Path) -> None:
    (home / "keymap.yaml").write_text("pane.mesh: M\n")
    assert settings(home).keymap["pane.mesh"] == "M"


@pytest.mark.parametrize(
    ("words", "config", "origin"),
    [
        ((), "", "default"),
        (("--read-only",), "", "--read-only"),
        (("--write",), "", "--write enables nothing yet"),
        ((), "readOnly: true\n", "config config.yaml"),
        (("--write",), "readOnly: true\n", "config config.yaml"),
        (("--read-only",), "readOnly: true\n", "config config.yaml"),
    ],
)
def test_who_says_that_it_only_reads(
    words: Sequence[str], config: str, origin: str, home: Path
) -> None:
    (home / "config.yaml").write_text(config)
    assert settings(home, *words).access.words == f"READ-ONLY ({origin})"


def test_the_name_of_the_configuration_is_shown_inert_and_short(home: Path) -> None:
    path = home / f"\x1b]0;x\x07{'y' * 99}.yaml"
    path.write_text("readOnly: true\n")
    words = settings(home, "--config", str(path)).access.words
    assert words.isprintable()
    assert len(words) < 50


class TestErrors:
    def test_of_theme_and_keymap_come_together_with_their_lines(self, home: Path) -> None:
        (home / "config.yaml").write_text("connections: 3\ntheme: drak\nkeymap: keys.yaml\n")
        with pytest.raises(ConfigError) as caught:
            settings(home)
        assert str(caught.value).splitlines() == [
            f"{home}/config.yaml:2: theme: there is no theme drak; did you mean dark?",
            f"{home}/keys.yaml: cannot be read: No such file or directory",
        ]

    def test_a_theme_that_was_asked_for_by_option(self, home: Path) -> None:
        with pytest.raises(UsageError, match="--theme: there is no theme nope; there are dark,"):
            settings(home, "--theme", "nope")

    def test_of_tables_are_said_before_the_screen_is_taken(self, home: Path) -> None:
        table = home / "k8s_support.csv"
        table.write_text("provider,minor\neks,1.36\n")
        with pytest.raises(ConfigError, match="the header is that of no table"):
            settings(home, "--support-data", str(table))
        (home / "empty").mkdir()
        with pytest.raises(ConfigError, match="has none of k8s_support"):
            settings(home, "--support-data", str(home / "empty"), "--demo")

    def test_config_validate_checks_themes_and_keys(
        self, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("HOME", str(home.parents[1]))
        monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
        (home / "keymap.yaml").write_text("quit: j\n")
        assert main(["config", "validate"]) == 2
        assert "keymap.yaml:1: quit: j is the key of move.down" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("--demo --kubeconfig x", "--demo brings its own"),
            ("--demo --config x", "--demo brings its own"),
            ("--theme dark report", "--theme: only without a command"),
            ("--pane mesh --no-mouse doctor --demo", "--pane, --no-mouse: only without"),
            ("--keymap x rules", "--keymap: only without"),
            ("--theme dark --demo", ""),
            ("report --demo", ""),
        ],
    )
    def test_options_that_contradict_each_other(self, line: str, words: str) -> None:
        found = contradiction(build_parser().parse_args(line.split()))
        assert found.startswith(words)
        assert bool(found) == bool(words)


class TestDispatch:
    @pytest.fixture
    def ran(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Names of the commands that ran, which do nothing."""
        names: list[str] = []

        def noting(name: str) -> object:
            def run(_: Namespace) -> int:
                names.append(name)
                return 0

            return run

        monkeypatch.setattr(console_command, "run", noting("console"))
        monkeypatch.setattr(report_command, "run", noting("report"))
        return names

    @pytest.mark.parametrize(
        ("terminal", "line", "command"),
        [
            (True, "", "console"),
            (True, "--demo --pane mesh", "console"),
            (True, "report", "report"),
            (False, "", "report"),
            (False, "--demo", "report"),
        ],
    )
    def test_the_console_needs_a_terminal_and_no_command(
        self,
        terminal: bool,
        line: str,
        command: str,
        ran: list[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("mckconsole.cli.output.on_terminal", lambda: terminal)
        assert main(line.split()) == 0
        assert ran == [command]
